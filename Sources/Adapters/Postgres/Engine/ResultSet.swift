internal import CLibpq
internal import Domain

/// A result of the library.
struct ResultSet: ~Copyable {
    let raw: OpaquePointer
    init(_ raw: OpaquePointer) { self.raw = raw }
    deinit { PQclear(raw) }
}

/// The rows that a statement gave, in binary form.
///
/// Thread rule for `@unchecked Sendable`: a result is never changed after the library has handed it out, and may then be read by any
/// thread ("Behavior in Threaded Programs" in the library's manual).
final class Rows: @unchecked Sendable {
    private let set: ResultSet

    init(_ set: consuming ResultSet) { self.set = set }

    enum Status { case done, sync, aborted, failed, other }

    var status: Status {
        switch PQresultStatus(set.raw) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: .done
        case PGRES_PIPELINE_SYNC: .sync
        case PGRES_PIPELINE_ABORTED: .aborted
        case PGRES_FATAL_ERROR: .failed
        default: .other
        }
    }

    private static let severity = Int32(UInt8(ascii: "V"))
    private static let state = Int32(UInt8(ascii: "C"))
    private static let message = Int32(UInt8(ascii: "M"))
    private static let constraint = Int32(UInt8(ascii: "n"))

    private func field(_ code: Int32) -> String? { PQresultErrorField(set.raw, code).map { String(cString: $0) } }

    /// An error that the server told; the library's own have no state.
    var isOfServer: Bool { field(Self.state) != nil }

    /// An error with which the server ended the session.
    var isFatal: Bool { field(Self.severity) != "ERROR" }

    var failure: StoreFailure {
        .server(
            state: field(Self.state) ?? "08006",
            message: oneLine(field(Self.message) ?? PQresultErrorMessage(set.raw).map { String(cString: $0) } ?? "unknown error"),
            constraint: field(Self.constraint))
    }

    /// The command that was done: `COMMIT`, for instance, or `ROLLBACK` instead of it.
    var tag: String { PQcmdStatus(set.raw).map { String(cString: $0) } ?? "" }

    var count: Int { Int(PQntuples(set.raw)) }

    /// Columns of a row.
    var width: Int { Int(PQnfields(set.raw)) }

    func isNull(_ row: Int, _ column: Int) -> Bool { PQgetisnull(set.raw, Int32(row), Int32(column)) == 1 }

    /// The bytes of a value; they live as long as the rows.
    private func value(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
        let length = Int(PQgetlength(set.raw, Int32(row), Int32(column)))
        return UnsafeRawBufferPointer(start: PQgetvalue(set.raw, Int32(row), Int32(column)), count: max(0, length))
    }

    func bytes(_ row: Int, _ column: Int) -> [UInt8] { Array(value(row, column)) }

    func text(_ row: Int, _ column: Int) -> String { String(decoding: value(row, column), as: UTF8.self) }

    func optionalText(_ row: Int, _ column: Int) -> String? { isNull(row, column) ? nil : text(row, column) }

    /// A whole number of 2, 4 or 8 bytes, or a truth value; 0 for NULL.
    func integer(_ row: Int, _ column: Int) -> Int64 {
        let bytes = value(row, column)
        switch bytes.count {
        case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case 2: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        case 1: return Int64(bytes.first ?? 0)
        default: return 0
        }
    }

    func optionalInteger(_ row: Int, _ column: Int) -> Int64? { isNull(row, column) ? nil : integer(row, column) }

    func instant(_ row: Int, _ column: Int) -> Instant { Instant(microseconds: integer(row, column)) }

    func optionalInstant(_ row: Int, _ column: Int) -> Instant? {
        optionalInteger(row, column).map { Instant(microseconds: $0) }
    }

    func id(_ row: Int, _ column: Int) throws(StoreFailure) -> UniqueId {
        guard let id = UniqueId(bytes: value(row, column)) else { throw .unreadable("a stored identifier is not valid") }
        return id
    }
}
