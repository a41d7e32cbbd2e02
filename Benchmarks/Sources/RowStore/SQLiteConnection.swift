import CSQLite

/// What SQLite answered when it refused.
public struct SQLiteError: Error, CustomStringConvertible {
    public let code: Int32
    public let message: String
    public var description: String { "SQLite \(code): \(message)" }
}

/// One value of a row, in SQLite's storage classes (real numbers do not occur in these tables).
public enum Cell: Sendable, Hashable {
    case null
    case integer(Int64)
    case text([UInt8])
    case blob([UInt8])
}

/// One connection of the C library. Not Sendable: it stays where it was opened.
final class SQLiteConnection {
    private let handle: OpaquePointer

    init(path: String, readOnly: Bool) throws(SQLiteError) {
        var opened: OpaquePointer?
        let flags = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw SQLiteError(code: code, message: "\(path): \(message)")
        }
        handle = opened
        sqlite3_busy_timeout(handle, 5_000)
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    /// Runs statements that give no rows worth reading.
    func execute(_ sql: String) throws(SQLiteError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error("\(sql): ") }
    }

    func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard sqlite3_prepare_v3(handle, sql, -1, flags, &prepared, nil) == SQLITE_OK, let prepared else {
            throw error("\(sql): ")
        }
        return SQLiteStatement(handle: prepared, connection: self)
    }

    /// All rows of a query.
    func rows(_ sql: String) throws(SQLiteError) -> [[Cell]] {
        let statement = try prepare(sql)
        var rows: [[Cell]] = []
        while try statement.step() { rows.append(statement.row) }
        return rows
    }

    fileprivate func error(_ context: String = "") -> SQLiteError {
        SQLiteError(code: sqlite3_extended_errcode(handle), message: context + String(cString: sqlite3_errmsg(handle)))
    }
}

/// One prepared statement, finalized when it is let go.
final class SQLiteStatement {
    private let handle: OpaquePointer
    private let connection: SQLiteConnection

    fileprivate init(handle: OpaquePointer, connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Binds the cells in order, runs the statement to its end, and makes it ready for the next row.
    func run(_ cells: [Cell] = []) throws(SQLiteError) {
        for (index, cell) in cells.enumerated() { bind(cell, at: Int32(index + 1)) }
        let code = sqlite3_step(handle)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw connection.error() }
        sqlite3_reset(handle)
    }

    /// Moves to the next row; false at the end.
    func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw connection.error()
        }
    }

    /// The row that the statement stands on.
    var row: [Cell] {
        (0..<sqlite3_column_count(handle)).map { column in
            switch sqlite3_column_type(handle, column) {
            case SQLITE_INTEGER: .integer(sqlite3_column_int64(handle, column))
            case SQLITE_TEXT: .text(bytes(column))
            case SQLITE_BLOB: .blob(bytes(column))
            default: .null
            }
        }
    }

    private func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    private func bind(_ cell: Cell, at index: Int32) {
        switch cell {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let value): sqlite3_bind_int64(handle, index, value)
        case .text(let bytes): bind(bytes, at: index, isText: true)
        case .blob(let bytes): bind(bytes, at: index, isText: false)
        }
    }

    private func bind(_ bytes: [UInt8], at index: Int32, isText: Bool) {
        // SQLITE_TRANSIENT is a cast that the importer leaves out: the library copies the bytes before it returns.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        _ = bytes.withUnsafeBytes { raw in
            guard let start = raw.baseAddress else {
                return isText ? sqlite3_bind_text(handle, index, "", 0, transient) : sqlite3_bind_zeroblob(handle, index, 0)
            }
            let count = UInt64(raw.count)
            return isText
                ? sqlite3_bind_text64(
                    handle, index, start.assumingMemoryBound(to: CChar.self), count, transient, UInt8(SQLITE_UTF8))
                : sqlite3_bind_blob64(handle, index, start, count, transient)
        }
    }
}

/// The version of the library that this process is linked with.
public func sqliteVersion() -> String {
    String(cString: sqlite3_libversion())
}
