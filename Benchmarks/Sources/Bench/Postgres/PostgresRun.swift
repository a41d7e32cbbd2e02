import Foundation
import LoadGenerator
import PostgresRows

/// One run on a private PostgreSQL server. Each part starts an engine on a database of its own.
struct PostgresRun {
    var bench: BenchRun
    let server: PostgresProcess
    let peers: [Peer]
    /// The engine's rows and the database that holds them, once P1 has written some.
    var sample: (database: String, rows: PostgresRowSample)?
    /// The peers' figures by row.
    var peerSamples: [String: Samples] = [:]
    private var peerVersions: [String: String] = [:]

    var options: BenchOptions { bench.options }

    static func start(options: BenchOptions, peers peerOptions: PeerOptions) async throws -> PostgresRun {
        let bench = try await BenchRun(options: options)
        bench.progress("making a PostgreSQL server")
        let server = try await PostgresProcess.start(in: bench.directory)
        let fdatasync = try await server.fdatasyncPerSecond()
        var run = PostgresRun(bench: bench, server: server, peers: options.skips("peers") ? [] : peerOptions.all)
        try run.describe(fdatasync: fdatasync)
        return run
    }

    private init(bench: BenchRun, server: PostgresProcess, peers: [Peer]) {
        (self.bench, self.server, self.peers) = (bench, server, peers)
    }

    private mutating func describe(fdatasync: Double?) throws {
        if peers.isEmpty { bench.report.notes.append("The peers were not measured: skipped, or no --python names their environment.") }
        let version = try PostgresConnection(url: server.url("postgres")).serverVersion
        let settings = PostgresProcess.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        bench.report.settings["PostgreSQL"] =
            "\(version), default configuration and \(settings), data checksums, data beside the probe's file"
        if let fdatasync { bench.report.settings["pg_test_fsync fdatasync"] = "\(Report.grouped(fdatasync))/s" }
    }

    mutating func measureAll() async throws {
        if !options.skips("p1") { try await measureSubmission() }
        if !options.skips("p2") { try await measureBatches() }
        if !options.skips("p3") { try await measureExecution() }
        if !options.skips("books") { try await measureBooks() }
        if !options.skips("p8") { try await measureEvents() }
        if !options.skips("recovery") { try await measureRecovery() }
        bench.report.probeAfter = try FdatasyncProbe(directory: bench.directory)
        for (name, version) in peerVersions { bench.report.settings[name] = version }
        reportPeers()
        judge()
        try await server.stop()
        try await bench.sink.stop()
        try await bench.load.shutDown()
        try await bench.control.shutDown()
    }

    // MARK: What the parts share

    /// An engine on a new database of the part's name.
    mutating func startEngine(_ name: String, further: [String] = []) async throws -> EngineProcess {
        try server.createDatabase(name)
        return try await bench.startEngine(name, further: ["--database-url", server.url(name, scheme: "postgres")] + further)
    }

    mutating func checkStored(_ database: String, _ what: String, acknowledged: Int) throws {
        let stored = try PostgresRowSample.storedCalls(url: server.url(database))
        bench.report.verdicts.append(
            Verdict(
                requirement: "every acknowledged \(what) is stored",
                measured: "\(Report.grouped(Double(stored))) stored, \(Report.grouped(Double(acknowledged))) acknowledged",
                passed: stored >= acknowledged))
    }

    /// One turn of every peer.
    mutating func measurePeers(_ work: Peer.Work, round: Int) async throws {
        for peer in peers {
            bench.progress("round \(round): \(peer.name), \(work.rawValue)")
            try await bench.sink.reset()
            try await server.settle()
            let (result, version) = try await peer.measure(
                work, on: server, sinkPort: bench.sink.port, seconds: options.effectiveSeconds, warmUp: options.warmUpSeconds,
                in: bench.directory)
            peerVersions[peer.name] = version
            var samples = peerSamples["\(peer.name)-\(work.rawValue)", default: Samples()]
            samples.rates.append(result.rate)
            samples.complaints.append(String(format: "%d jobs in %.1f s", result.jobs, result.seconds))
            if let missing = result.missing, missing > 0 { samples.complaints.append("\(missing) never finished") }
            peerSamples["\(peer.name)-\(work.rawValue)"] = samples
        }
    }

    private mutating func reportPeers() {
        let works: [(Peer.Work, String)] = [
            (.enqueue, "enqueue one by one, committed"), (.execute, "enqueue, POST, final state stored"),
            (.drain, "POST, final state stored; enqueued before"),
        ]
        for (work, what) in works {
            for peer in peers {
                guard let samples = peerSamples["\(peer.name)-\(work.rawValue)"] else { continue }
                bench.report.measurements.append(
                    samples.measurement(
                        "\(peer.name)-\(work.rawValue)", "peer: \(what), \(peer.concurrency) at a time", unit: "jobs/s"))
            }
        }
    }
}
