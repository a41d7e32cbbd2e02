/// One pipelined connection that writes the engine's rows: what the server allows when nobody thinks about them.
///
/// A transaction is what lies between two syncs. The next one is sent while the server works on the last.
public final class PipelinedWriter {
    /// How the rows of a transaction travel.
    public enum Shape: String, Sendable, CaseIterable {
        /// One prepared INSERT a row.
        case rows
        /// One prepared INSERT a table, with an array for each column.
        case arrays
    }

    private let connection: PostgresConnection
    private let sample: PostgresRowSample
    private let shape: Shape
    private let calls: Int
    private var nextCall: Int64

    private static let transactionsAhead = 4

    /// - Parameters:
    ///   - url: a database with the engine's schema.
    ///   - calls: calls in one transaction.
    ///   - firstCall: the number of the first call; every number is written once only.
    public init(url: String, sample: PostgresRowSample, shape: Shape, calls: Int, firstCall: Int64) throws(PostgresError) {
        connection = try PostgresConnection(url: url)
        (self.sample, self.shape, self.calls, nextCall) = (sample, shape, calls, firstCall)
        for table in sample.tables {
            let source: String
            switch shape {
            case .rows: source = "VALUES (" + (1...table.columns.count).map { "$\($0)" }.joined(separator: ", ") + ")"
            case .arrays:
                let arrays = try table.columns.enumerated().map { index, column throws(PostgresError) in
                    let type = try connection.rows("SELECT format_type(\(column.type), NULL)").first?.first.flatMap { $0 } ?? []
                    return "$\(index + 1)::\(String(decoding: type, as: UTF8.self))[]"
                }
                source = "SELECT * FROM unnest(\(arrays.joined(separator: ", ")))"
            }
            try connection.prepare(
                table.name, "INSERT INTO \(PostgresRowSample.schema).\"\(table.name)\" (\(table.list)) \(source)")
        }
        try connection.enterPipeline()
    }

    /// Writes for some time; the number of the next call afterwards is `next`. Making the rows is not counted, sending them is.
    public func callsPerSecond(seconds: Double) throws(PostgresError) -> (rate: Double, next: Int64) {
        let limit = Duration.seconds(seconds)
        var spent = Duration.zero
        var written = 0
        let clock = ContinuousClock()
        while spent < limit {
            let transactions = (0..<Self.transactionsAhead).map { _ in
                defer { nextCall += Int64(calls) }
                return sample.rows(of: nextCall..<nextCall + Int64(calls))
            }
            let start = clock.now
            var sent: [Int] = []
            for rows in transactions {
                sent.append(try send(rows))
                if sent.count > 1 { try connection.receive(statements: sent.removeFirst()) }
            }
            for statements in sent { try connection.receive(statements: statements) }
            spent += clock.now - start
            written += calls * Self.transactionsAhead
        }
        return (Double(written) / (spent / .seconds(1)), nextCall)
    }

    /// Returns how many statements were sent.
    private func send(_ rows: PostgresRowSample.Rows) throws(PostgresError) -> Int {
        var statements = 0
        for (table, columns) in zip(sample.tables, rows) {
            switch shape {
            case .rows:
                for row in 0..<calls { try connection.send(table.name, columns.map { $0[row] }) }
                statements += calls
            case .arrays:
                try connection.send(table.name, zip(table.columns, columns).map { Binary.array(of: $0.type, $1) })
                statements += 1
            }
        }
        try connection.sync()
        return statements
    }
}
