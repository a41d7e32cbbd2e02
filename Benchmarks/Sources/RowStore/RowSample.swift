/// The engine's own schema and the shape of the rows that it wrote for submitted calls, read from its database.
///
/// The store alone then writes the same rows into the same tables under the same indexes, whatever the schema is: nothing
/// here names a column.
public struct RowSample: Sendable {
    /// One table that gets one row per call.
    public struct Table: Sendable {
        public let name: String
        public let insert: String
        /// Bytes of text and blobs in an average row.
        public let averageBytes: Int
        let columns: [ColumnShape]
    }

    /// The rows of some calls: for each table of the sample, in its order, one row per call.
    public typealias Rows = [[[Cell]]]

    /// Every `CREATE` statement of the database.
    public let schema: [String]
    public let pageSize: Int64
    public let tables: [Table]
    /// Other tables that hold about as many rows as `tables`: written for each call too, but not by the store alone.
    public let otherTables: [String]

    /// Where each table's shape comes from, when there is nothing more to say.
    public static let tablesPerCall = [
        "service_calls", "service_call_requests", "events", "service_call_ids", "service_calls_due_later",
    ]

    /// The same of a received document; further tables are found by their number of rows.
    public static let tablesPerDocument = ["ingestion_contents", "ingestion_records", "events"]

    private static let sampledRows = 256

    /// Reads a database that no engine has open, after submissions of far-future calls only.
    ///
    /// - Throws: `SQLiteError` when a table is missing or empty.
    public init(path: String, tables names: [String] = RowSample.tablesPerCall) throws(SQLiteError) {
        let connection = try SQLiteConnection(path: path, readOnly: false)
        schema = try connection.rows(
            """
            SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
            ORDER BY CASE type WHEN 'table' THEN 0 ELSE 1 END, rowid
            """
        ).compactMap { $0.first.flatMap(Self.string) }
        pageSize = try connection.rows("PRAGMA page_size").first?.first.flatMap(Self.integer) ?? 4_096
        var shapes: [Table] = []
        for name in names { shapes.append(try Self.table(name, connection)) }
        tables = shapes
        let all = try connection.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
        ).compactMap { $0.first.flatMap(Self.string) }
        let expected = try Self.count(names.first ?? "", connection)
        var others: [String] = []
        for name in all where !names.contains(name) {
            if try Self.count(name, connection) * 2 > expected { others.append(name) }
        }
        otherTables = others
    }

    /// The rows of the calls with these numbers.
    public func rows(of calls: Range<Int64>) -> Rows {
        tables.map { table in
            calls.map { number in table.columns.map { $0.value(number) } }
        }
    }

    /// How many calls a database that no engine has open holds; nil when it is not the engine's main database.
    public static func storedCalls(path: String) -> Int? {
        guard let table = tablesPerCall.first, let connection = try? SQLiteConnection(path: path, readOnly: false) else {
            return nil
        }
        return (try? count(table, connection)).map(Int.init)
    }

    private static func table(_ name: String, _ connection: SQLiteConnection) throws(SQLiteError) -> Table {
        let info = try connection.rows("SELECT name, pk FROM pragma_table_xinfo('\(name)') WHERE hidden = 0 ORDER BY cid")
        guard !info.isEmpty else { throw SQLiteError(code: 1, message: "no table \(name) in the engine's database") }
        let keyed = try connection.rows(
            """
            SELECT i.name FROM pragma_index_list('\(name)') l, pragma_index_info(l.name) i
            WHERE l."unique" = 1 AND i.name IS NOT NULL
            """
        ).compactMap { $0.first.flatMap(string) }
        let names = info.compactMap { $0.first.flatMap(string) }
        let primary = Set(info.filter { $0[1] != .integer(0) }.compactMap { $0.first.flatMap(string) })
        let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
        let rows = try connection.rows("SELECT \(list) FROM \"\(name)\" ORDER BY random() LIMIT \(sampledRows)")
        guard rows.count > 1 else {
            throw SQLiteError(code: 1, message: "table \(name) of the engine's database has no rows to learn from")
        }
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        let bytes = rows.reduce(0) { $0 + $1.reduce(0) { $0 + size($1) } }
        return Table(
            name: name,
            insert: "INSERT INTO \"\(name)\" (\(list)) VALUES (\(marks))",
            averageBytes: bytes / rows.count,
            columns: names.enumerated().map { index, column in
                ColumnShape(
                    name: column, values: rows.map { $0[index] }, isKey: primary.contains(column) || keyed.contains(column))
            }
        )
    }

    private static func count(_ table: String, _ connection: SQLiteConnection) throws(SQLiteError) -> Int64 {
        try connection.rows("SELECT count(*) FROM \"\(table)\"").first?.first.flatMap(integer) ?? 0
    }

    private static func string(_ cell: Cell) -> String? {
        if case .text(let bytes) = cell { String(decoding: bytes, as: UTF8.self) } else { nil }
    }

    private static func integer(_ cell: Cell) -> Int64? {
        if case .integer(let value) = cell { value } else { nil }
    }

    private static func size(_ cell: Cell) -> Int {
        switch cell {
        case .text(let bytes), .blob(let bytes): bytes.count
        case .null, .integer: 0
        }
    }
}
