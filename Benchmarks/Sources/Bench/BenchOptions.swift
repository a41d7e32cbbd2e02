import ArgumentParser
import Foundation

/// What a run can be told.
struct BenchOptions: ParsableArguments {
    @Option(help: "Seconds of one measurement, after its warm-up.")
    var seconds = 5.0
    @Option(help: "Turns of limit and measurement; medians are reported.")
    var rounds = 3
    @Flag(help: "One turn of one second each: tries the benchmark, measures nothing.")
    var quick = false
    @Option(help: "Event-loop threads of the generator.")
    var threads = 1
    @Option(help: "Connections of P2.")
    var batchConnections = 4
    @Option(help: "Connections (P3) and concurrent requests (client alone) of the execution part.")
    var executionConnections = 64
    @Option(help: "Connections of the open-loop generator (P4, P5).")
    var openLoopConnections = 256
    @Option(help: "Pending calls of P6, and overdue calls of P15.")
    var pending = 1_000_000
    @Option(help: "Parts to leave out: p1, p2, p3, p4, p5, p6, p10, p15, books, grdb; of `ingest`: split, documents.")
    var skip: [String] = []
    @Option(help: "Further arguments for `ledgerflow serve`, as one word.")
    var serveArguments = ""
    @Option(help: "Directory under which the data directory is made (default: the current one).")
    var directory = "."
    @Option(help: "Write the report as JSON to this file.")
    var json: String?
    @Flag(help: "Keep the data directory and the logs.")
    var keep = false

    /// The binary that is measured.
    var binary: String {
        ProcessInfo.processInfo.environment["LEDGERFLOW_BINARY"] ?? "../.build/release/ledgerflow"
    }

    var effectiveSeconds: Double { quick ? 1 : seconds }
    var effectiveRounds: Int { quick ? 1 : rounds }
    var warmUpSeconds: Double { quick ? 0.3 : 1 }

    func skips(_ part: String) -> Bool { skip.contains(part) }
}
