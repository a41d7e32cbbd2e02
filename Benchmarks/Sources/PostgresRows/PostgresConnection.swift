internal import CLibpq

/// What the server or the library answered when it refused.
public struct PostgresError: Error, CustomStringConvertible {
    public let description: String
}

/// One blocking connection of the C library. Not Sendable: it stays where it was opened.
public final class PostgresConnection {
    private let handle: OpaquePointer

    public init(url: String) throws(PostgresError) {
        guard let opened = PQconnectdb(url) else { throw PostgresError(description: "out of memory") }
        handle = opened
        PQsetNoticeProcessor(opened, { _, _ in }, nil)
        guard PQstatus(opened) == CONNECTION_OK else {
            defer { PQfinish(opened) }
            throw PostgresError(description: Self.message(opened))
        }
    }

    deinit { PQfinish(handle) }

    /// Whether the server takes connections now.
    public static func accepts(url: String) -> Bool { PQping(url) == PQPING_OK }

    public var serverVersion: String { PQparameterStatus(handle, "server_version").map { String(cString: $0) } ?? "unknown" }

    /// Runs statements that give no rows worth reading.
    public func execute(_ sql: String) throws(PostgresError) {
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else { throw error(sql) }
    }

    /// All rows of a query, each value in the binary form of its type; nil is NULL.
    public func rows(_ sql: String) throws(PostgresError) -> [[[UInt8]?]] {
        let result = PQexecParams(handle, sql, 0, nil, nil, nil, nil, 1)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_TUPLES_OK else { throw error(sql) }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return nil }
                return Array(UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column))))
            }
        }
    }

    /// The single number of a query that gives a `bigint`.
    public func number(_ sql: String) throws(PostgresError) -> Int64? {
        try rows(sql).first?.first.flatMap { $0 }.map(Binary.integer)
    }

    /// The first column of a query that gives texts.
    public func texts(_ sql: String) throws(PostgresError) -> [String] {
        try rows(sql).compactMap { $0.first.flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) } }
    }

    func prepare(_ name: String, _ sql: String) throws(PostgresError) {
        let result = PQprepare(handle, name, sql, 0, nil)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw error(sql) }
    }

    // MARK: Pipeline

    func enterPipeline() throws(PostgresError) {
        guard PQenterPipelineMode(handle) == 1 else { throw error("pipeline mode") }
    }

    /// Queues a prepared statement with binary parameters.
    func send(_ name: String, _ values: [[UInt8]?]) throws(PostgresError) {
        var lengths: [Int32] = []
        var joined: [UInt8] = []
        for value in values {
            lengths.append(Int32(value?.count ?? 0))
            joined.append(contentsOf: value ?? [])
        }
        let formats = [Int32](repeating: 1, count: values.count)
        let sent = joined.withUnsafeBytes { bytes in
            var offset = 0
            // An empty value is not NULL: it points at something.
            let base = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 8)
            let pointers: [UnsafePointer<CChar>?] = zip(values, lengths).map { value, length in
                defer { offset += Int(length) }
                return value == nil ? nil : base?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
            }
            return PQsendQueryPrepared(handle, name, Int32(values.count), pointers, lengths, formats, 1)
        }
        guard sent == 1 else { throw error(name) }
    }

    /// Ends a transaction: what was sent since the last sync is committed as one.
    func sync() throws(PostgresError) {
        guard PQpipelineSync(handle) == 1 else { throw error("sync") }
    }

    /// Reads the results of so many statements and of the sync after them.
    func receive(statements: Int) throws(PostgresError) {
        for _ in 0..<statements {
            let result = PQgetResult(handle)
            let status = PQresultStatus(result)
            PQclear(result)
            guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else { throw error("pipeline") }
            PQclear(PQgetResult(handle))
        }
        let result = PQgetResult(handle)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw error("pipeline") }
    }

    private func error(_ context: String) -> PostgresError {
        PostgresError(description: "\(context.prefix(200)): \(Self.message(handle))")
    }

    private static func message(_ handle: OpaquePointer) -> String {
        PQerrorMessage(handle).map { String(cString: $0) } ?? "unknown error"
    }
}

/// Values in the binary form of PostgreSQL's protocol.
enum Binary {
    static func integer(_ bytes: [UInt8]) -> Int64 {
        guard let first = bytes.first else { return 0 }
        return bytes.dropFirst().reduce(Int64(Int8(bitPattern: first))) { $0 << 8 | Int64($1) }
    }

    static func bytes(_ number: Int64, width: Int) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0.suffix(width)) }
    }

    /// A one-dimensional array of values in binary form.
    static func array(of type: UInt32, _ values: [[UInt8]?]) -> [UInt8] {
        let size = values.reduce(20) { $0 + 4 + ($1?.count ?? 0) }
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            func put(_ word: UInt32) {
                withUnsafeBytes(of: word.bigEndian) {
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]).copyMemory(from: $0)
                }
                count += 4
            }
            for word in [1, values.contains { $0 == nil } ? 1 : 0, type, UInt32(values.count), 1] { put(word) }
            for value in values {
                put(value.map { UInt32($0.count) } ?? .max)
                guard let value, !value.isEmpty else { continue }
                value.withUnsafeBytes {
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...]).copyMemory(from: $0)
                }
                count += value.count
            }
        }
    }
}
