import ArgumentParser
import Foundation
import GRDB
import RowStore

/// The same rows in the same transactions through GRDB and through the C library, in turns within one run.
struct BenchGRDB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledgerflow-bench-grdb",
        abstract: "GRDB beside SQLite's C library, writing the engine's own rows. `ledgerflow-bench run` calls it."
    )

    @Option(help: "A database that an engine has written and closed: its schema and rows are the pattern.")
    var sample: String
    @Option(help: "Directory for the two databases; on the file system to be measured.")
    var directory: String
    @Option(help: "Calls per transaction.")
    var calls: [Int] = [64, 512]
    @Option(help: "Seconds per measurement.")
    var seconds = 2.0
    @Option(help: "Turns; the median is reported.")
    var rounds = 3

    struct Result: Codable {
        var callsPerCommit: Int
        var cLibrary: [Double]
        var grdb: [Double]
    }

    func run() throws {
        let sample = try RowSample(path: sample)
        let settings = StoreSettings()
        var cLibrary = StoreRun(
            writer: try CLibraryWriter(path: directory + "/c-library.sqlite", sample: sample, settings: settings),
            sample: sample)
        var grdb = StoreRun(
            writer: try GRDBWriter(path: directory + "/grdb.sqlite", sample: sample, settings: settings), sample: sample)
        var results: [Result] = []
        for count in calls {
            var result = Result(callsPerCommit: count, cLibrary: [], grdb: [])
            for _ in 0..<rounds {
                result.cLibrary.append(try cLibrary.callsPerSecond(callsPerCommit: count, seconds: seconds))
                result.grdb.append(try grdb.callsPerSecond(callsPerCommit: count, seconds: seconds))
            }
            results.append(result)
        }
        FileHandle.standardOutput.write(try JSONEncoder().encode(results))
        print()
    }
}

/// The rows through GRDB, as its guide to performance asks: one prepared statement a table, one transaction a batch.
final class GRDBWriter: RowWriter {
    private let queue: DatabaseQueue
    private let inserts: [String]

    init(path: String, sample: RowSample, settings: StoreSettings) throws {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA page_size = \(sample.pageSize)")
            for pragma in settings.pragmas { try database.execute(sql: pragma) }
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        inserts = sample.tables.map(\.insert)
        try queue.write { database in
            for statement in sample.schema { try database.execute(sql: statement) }
        }
    }

    func write(_ rows: RowSample.Rows) throws {
        try queue.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                for (sql, tableRows) in zip(inserts, rows) {
                    let insert = try database.cachedStatement(sql: sql)
                    for row in tableRows {
                        try insert.execute(arguments: StatementArguments(row.map(\.databaseValue)))
                    }
                }
                return .commit
            }
        }
    }
}

extension Cell {
    /// GRDB's form of the value.
    fileprivate var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let value): value.databaseValue
        case .text(let bytes): String(decoding: bytes, as: UTF8.self).databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }
}

BenchGRDB.main()
