/// How a database of the benchmark is opened; the same for the C library and for GRDB, and as the engine opens its own.
public struct StoreSettings: Sendable, Codable {
    public var synchronous = "FULL"
    /// Pages in the write-ahead log at which it is copied back: 32 MiB, as in the engine, but on the writer's own thread.
    public var walAutocheckpoint = 8_192
    /// Page cache in KiB.
    public var cacheKiB = 65_536

    public init() {}

    /// The statements to run on each new connection, `journal_mode` apart.
    public var pragmas: [String] {
        [
            "PRAGMA synchronous = \(synchronous)", "PRAGMA wal_autocheckpoint = \(walAutocheckpoint)",
            "PRAGMA cache_size = -\(cacheKiB)",
        ]
    }
}

/// Writes the rows of some calls in one durable transaction.
public protocol RowWriter {
    func write(_ rows: RowSample.Rows) throws
}

/// The C library with prepared statements: what the machine's disk and SQLite allow for these rows.
public final class CLibraryWriter: RowWriter {
    private let connection: SQLiteConnection
    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let inserts: [SQLiteStatement]

    /// Creates the database at `path` with the sample's schema, empty.
    public init(path: String, sample: RowSample, settings: StoreSettings) throws(SQLiteError) {
        connection = try SQLiteConnection(path: path, readOnly: false)
        try connection.execute("PRAGMA page_size = \(sample.pageSize)")
        try connection.execute("PRAGMA journal_mode = WAL")
        for pragma in settings.pragmas { try connection.execute(pragma) }
        for statement in sample.schema { try connection.execute(statement) }
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        var prepared: [SQLiteStatement] = []
        for table in sample.tables { prepared.append(try connection.prepare(table.insert)) }
        inserts = prepared
    }

    public func write(_ rows: RowSample.Rows) throws {
        try begin.run()
        for (insert, tableRows) in zip(inserts, rows) {
            for row in tableRows { try insert.run(row) }
        }
        try commit.run()
    }
}

/// Writes transactions of `callsPerCommit` calls for some time and tells the rate. Making the rows is not counted.
public struct StoreRun {
    private let writer: any RowWriter
    private let sample: RowSample
    private var nextCall: Int64 = 0

    public init(writer: any RowWriter, sample: RowSample) {
        self.writer = writer
        self.sample = sample
    }

    /// Calls a second over the time spent in transactions.
    public mutating func callsPerSecond(callsPerCommit: Int, seconds: Double) throws -> Double {
        let limit = Duration.seconds(seconds)
        var spent = Duration.zero
        var written = 0
        let clock = ContinuousClock()
        while spent < limit {
            let rows = sample.rows(of: nextCall..<nextCall + Int64(callsPerCommit))
            nextCall += Int64(callsPerCommit)
            spent += try clock.measure { try writer.write(rows) }
            written += callsPerCommit
        }
        return Double(written) / (Double(spent.components.seconds) + Double(spent.components.attoseconds) * 1e-18)
    }
}
