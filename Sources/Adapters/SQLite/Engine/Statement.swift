internal import CSQLite
internal import Domain

/// The library copies what it is given before the call returns.
private let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// A prepared statement; parameters count from 1, columns from 0. Texts and blobs are bound and read by length, so that any byte
/// survives.
struct Statement: ~Copyable {
    private let handle: OpaquePointer
    private let connection: OpaquePointer

    init(_ connection: borrowing Connection, _ sql: String) throws(StoreFailure) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw connection.failure(code) }
        handle = prepared
        self.connection = connection.handle
    }

    deinit { sqlite3_finalize(handle) }

    private func check(_ code: Int32) throws(StoreFailure) {
        guard code == SQLITE_OK else { throw Connection.failure(connection, code) }
    }

    func bind(_ index: Int32, _ value: Int64) throws(StoreFailure) { try check(sqlite3_bind_int64(handle, index, value)) }

    func bind(_ index: Int32, _ value: Int) throws(StoreFailure) { try bind(index, Int64(value)) }

    func bind(_ index: Int32, _ value: Int64?) throws(StoreFailure) {
        try check(value.map { sqlite3_bind_int64(handle, index, $0) } ?? sqlite3_bind_null(handle, index))
    }

    func bind(_ index: Int32, _ value: Instant) throws(StoreFailure) { try bind(index, value.microseconds) }

    func bind(_ index: Int32, text value: String?) throws(StoreFailure) {
        guard var value else { return try check(sqlite3_bind_null(handle, index)) }
        try check(
            value.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    // An empty string has no address, and a null address would bind NULL.
                    guard let start = characters.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, transient) }
                    return sqlite3_bind_text(handle, index, start, Int32(clamping: characters.count), transient)
                }
            })
    }

    func bind(_ index: Int32, blob value: [UInt8]) throws(StoreFailure) {
        try check(
            value.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
                return sqlite3_bind_blob(handle, index, start, Int32(clamping: bytes.count), transient)
            })
    }

    func bind(_ index: Int32, _ id: UniqueId) throws(StoreFailure) {
        try check(
            withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) {
                sqlite3_bind_blob(handle, index, $0.baseAddress, 16, transient)
            })
    }

    /// - Returns: whether there is a row. After the last one the statement is reset.
    func step() throws(StoreFailure) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        let failure = code == SQLITE_DONE ? nil : Connection.failure(connection, code)
        sqlite3_reset(handle)
        if let failure { throw failure }
        return false
    }

    /// Executes a statement that returns no rows.
    func run() throws(StoreFailure) { _ = try step() }

    /// Rows that the last statement of the connection changed.
    var changes: Int { Int(sqlite3_changes(connection)) }

    /// Must follow whenever rows are left unread, else the read transaction stays open.
    func reset() { sqlite3_reset(handle) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        return String(decoding: UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func blob(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// How many bytes a text or blob has.
    func byteCount(_ column: Int32) -> Int { Int(sqlite3_column_bytes(handle, column)) }

    /// Whether the column's bytes are those of `text`, without making a string of them.
    func matches(_ column: Int32, _ text: [UInt8]) -> Bool {
        guard let start = sqlite3_column_text(handle, column) else { return text.isEmpty }
        return UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))).elementsEqual(text)
    }

    func id(_ column: Int32) throws(StoreFailure) -> UniqueId {
        guard let start = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 else {
            throw .unreadable("an identifier is not 16 bytes long")
        }
        let bytes = UnsafeRawBufferPointer(start: start, count: 16)
        return UniqueId(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    func instant(_ column: Int32) -> Instant { Instant(microseconds: integer(column)) }

    func optionalInstant(_ column: Int32) -> Instant? { optionalInteger(column).map(Instant.init(microseconds:)) }
}
