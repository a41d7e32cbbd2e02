internal import CLibpq

/// A connection that blocks, for migrations and for opening; used on a thread of its own.
struct AdminConnection: ~Copyable {
    private let raw: OpaquePointer
    let settings: ConnectionSettings

    init(_ settings: ConnectionSettings) throws(PostgresStoreError) {
        guard let raw = settings.withParameters({ PQconnectdbParams($0, $1, 1) }) ?? nil else {
            throw .unavailable(server: settings.server, reason: "out of memory")
        }
        PQsetNoticeProcessor(raw, { _, _ in }, nil)
        guard PQstatus(raw) == CONNECTION_OK else {
            let reason = PQerrorMessage(raw).map { String(cString: $0) } ?? ""
            PQfinish(raw)
            throw .unavailable(server: settings.server, reason: settings.redacted(oneLine(reason)))
        }
        self.raw = raw
        self.settings = settings
    }

    deinit { PQfinish(raw) }

    /// Runs one or more statements without values.
    func execute(_ sql: String) throws(StoreFailure) {
        guard let result = PQexec(raw, sql) else { throw lost() }
        let rows = Rows(ResultSet(result))
        guard rows.status == .done else { throw failure(rows) }
    }

    /// Runs one statement; values go and come as text, nil for NULL.
    func rows(_ sql: String, _ values: [String] = []) throws(StoreFailure) -> [[String?]] {
        let texts = values.map { Array($0.utf8CString) }
        let flat = texts.flatMap { $0 }
        let result = flat.withUnsafeBufferPointer { buffer in
            var pointers: [UnsafePointer<CChar>?] = []
            var offset = 0
            for text in texts {
                pointers.append(buffer.baseAddress.map { $0 + offset })
                offset += text.count
            }
            return PQexecParams(raw, sql, Int32(pointers.count), nil, pointers, nil, nil, 0)
        }
        guard let result else { throw lost() }
        let rows = Rows(ResultSet(result))
        guard rows.status == .done else { throw failure(rows) }
        return (0..<rows.count).map { row in (0..<rows.width).map { rows.optionalText(row, $0) } }
    }

    func value(_ sql: String, _ values: [String] = []) throws(StoreFailure) -> String? {
        try rows(sql, values).first?.first ?? nil
    }

    func rollBack() { PQclear(PQexec(raw, "ROLLBACK")) }

    private func failure(_ rows: Rows) -> StoreFailure {
        if PQstatus(raw) == CONNECTION_BAD { return lost() }
        return rows.failure
    }

    private func lost() -> StoreFailure {
        .lost(reason: settings.redacted(oneLine(PQerrorMessage(raw).map { String(cString: $0) } ?? "")), isAmbiguous: true)
    }
}
