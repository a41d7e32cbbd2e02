/// The shape of the rows that the engine wrote for submitted calls, read from its database.
///
/// Another database with the same schema is then filled with the same rows, whatever the schema is.
public struct PostgresRowSample: Sendable {
    /// One table that gets one row per call.
    public struct Table: Sendable {
        public let name: String
        /// Bytes of an average row's values.
        public let averageBytes: Int
        let columns: [ColumnValues]

        var list: String { columns.map { "\"\($0.name)\"" }.joined(separator: ", ") }
    }

    /// Values of some calls: for each table, for each column, one value a call.
    typealias Rows = [[[[UInt8]?]]]

    public let tables: [Table]
    /// Other tables that hold about as many rows: written for each call too, but not by the bare connection.
    public let otherTables: [String]

    public static let schema = "ledgerflow"
    public static let tablesPerCall = ["service_calls", "service_call_requests", "events"]

    private static let sampledRows = 512

    /// Reads a database after submissions of far-future calls only.
    public init(url: String) throws(PostgresError) {
        let connection = try PostgresConnection(url: url)
        var found: [Table] = []
        for name in Self.tablesPerCall { found.append(try Self.table(name, connection)) }
        tables = found
        let expected = try Self.count(Self.tablesPerCall[0], connection)
        var others: [String] = []
        let all = try connection.texts("SELECT tablename::text FROM pg_tables WHERE schemaname = '\(Self.schema)' ORDER BY 1")
        for name in all where !Self.tablesPerCall.contains(name) {
            if try Self.count(name, connection) * 2 > expected { others.append(name) }
        }
        otherTables = others
    }

    /// How many calls a database holds.
    public static func storedCalls(url: String) throws(PostgresError) -> Int {
        Int(try count(tablesPerCall[0], try PostgresConnection(url: url)))
    }

    func rows(of calls: Range<Int64>) -> Rows {
        tables.map { table in table.columns.map { column in calls.map { column.value($0) } } }
    }

    private static func count(_ table: String, _ connection: PostgresConnection) throws(PostgresError) -> Int64 {
        try connection.number("SELECT count(*) FROM \(schema).\"\(table)\"") ?? 0
    }

    private static func table(_ name: String, _ connection: PostgresConnection) throws(PostgresError) -> Table {
        let columns = try connection.rows(
            """
            SELECT a.attname::text, a.atttypid::int8, (EXISTS (
              SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND a.attnum = ANY (i.indkey)))::int
            FROM pg_attribute a WHERE a.attrelid = '\(schema).\(name)'::regclass AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """)
        let names = columns.map { String(decoding: $0[0] ?? [], as: UTF8.self) }
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        let rows = try connection.rows("SELECT \(list) FROM \(schema).\"\(name)\" ORDER BY random() LIMIT \(sampledRows)")
        guard rows.count > 1 else { throw PostgresError(description: "the engine's table \(name) has no rows to learn from") }
        let bytes = rows.reduce(0) { $0 + $1.reduce(0) { $0 + ($1?.count ?? 0) } }
        return Table(
            name: name, averageBytes: bytes / rows.count,
            columns: names.enumerated().map { index, column in
                ColumnValues(
                    name: column, type: UInt32(Binary.integer(columns[index][1] ?? [])), values: rows.map { $0[index] },
                    isIndexed: Binary.integer(columns[index][2] ?? []) == 1)
            })
    }
}
