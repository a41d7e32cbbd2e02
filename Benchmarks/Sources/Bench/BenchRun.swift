import Foundation
import LoadGenerator
import RowStore

/// One run of the benchmark: what it needs, and the report that it fills.
struct BenchRun {
    let options: BenchOptions
    let directory: String
    let control = ControlClient()
    let load: LoadRun
    let sink: SinkProcess
    var report: Report
    /// The engine that runs at the moment.
    var engine: EngineProcess?
    /// The engine's rows, once P1 has written some.
    var sample: (path: String, rows: RowSample)?

    init(options: BenchOptions) async throws {
        self.options = options
        let base = URL(fileURLWithPath: options.directory).path
        directory = "\(base)/.bench-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        if !options.keep { ChildProcess.removeOnExit(directory) }
        load = LoadRun(threads: options.threads)
        report = Report(
            machine: try await Machine.describe(directory: directory),
            probeBefore: try FdatasyncProbe(directory: directory))
        sink = try await SinkProcess.start(in: directory, control: control)
        report.settings = [
            "binary": options.binary, "seconds": "\(options.effectiveSeconds)", "rounds": "\(options.effectiveRounds)",
            "warm-up": "\(options.warmUpSeconds) s", "generator threads": "\(options.threads)",
            "further serve arguments": options.serveArguments.isEmpty ? "none" : options.serveArguments,
        ]
        if report.machine.isInMemory {
            report.notes.append("The data lies in memory: durable figures say nothing here.")
        }
    }

    /// Every part in order; each starts an engine on an empty data directory.
    mutating func measureAll() async throws {
        if !options.skips("p1") { try await measureSubmission() }
        if !options.skips("p2") { try await measureBatches() }
        if !options.skips("p3") { try await measureExecution() }
        if !options.skips("books") { try await measureBooks() }
        if !options.skips("p6") { try await measurePending() }
        if !options.skips("p15") { try await measureNeighbour() }
        if !options.skips("p10") { try await measureValidation() }
        if !options.skips("grdb") { try await compareGRDB() }
        report.probeAfter = try FdatasyncProbe(directory: directory)
        judge()
        try await sink.stop()
        try await load.shutDown()
        try await control.shutDown()
    }

    /// Prints the end of the engine's log after a failure.
    func explainFailure() {
        guard let engine else { return }
        print("The engine's last lines:\n\(engine.lastLines)")
    }

    // MARK: What the parts share

    mutating func startEngine(_ name: String, further: [String] = []) async throws -> EngineProcess {
        progress("starting an engine for \(name)")
        let started = try await EngineProcess.start(
            binary: options.binary, name: name, in: directory,
            further: options.serveArguments.split(separator: " ").map(String.init) + further, control: control)
        engine = started
        noteMemory("\(name): start")
        return started
    }

    mutating func stopEngine() async throws {
        try await engine?.stop()
        engine = nil
    }

    mutating func noteMemory(_ step: String) {
        guard let memory = engine?.memory() else { return }
        report.memory.append(MemoryReading(after: step, resident: memory.resident, highest: memory.highest))
    }

    /// Compares what a stopped engine acknowledged with what its database holds.
    mutating func checkStored(_ engine: EngineProcess, _ what: String, acknowledged: Int) throws {
        guard let stored = try engine.databases().lazy.compactMap({ RowSample.storedCalls(path: $0) }).first else { return }
        report.verdicts.append(
            Verdict(
                requirement: "every acknowledged \(what) is stored",
                measured: "\(Report.grouped(Double(stored))) stored, \(Report.grouped(Double(acknowledged))) acknowledged",
                passed: stored >= acknowledged))
    }

    func plan(
        _ engine: EngineProcess, _ template: RequestTemplate, connections: Int, pace: Pace = .closedLoop,
        due: DueOffset = .now
    ) -> LoadPlan {
        LoadPlan(
            host: "127.0.0.1", port: engine.port, template: template, connections: connections, pace: pace,
            warmUpSeconds: options.warmUpSeconds, seconds: options.effectiveSeconds, due: due, threads: options.threads)
    }

    func progress(_ text: String) {
        FileHandle.standardError.write(Data("· \(text)\n".utf8))
    }
}

/// The samples of one row of the table while its rounds go on.
struct Samples {
    var rates: [Double] = []
    var latencies: [Percentiles] = []
    var cpuPerUnit: [Double] = []
    var complaints: [String] = []
    var accepted = 0

    /// - Parameter units: what one request counts for (items of a batch).
    mutating func add(_ tally: LoadTally, units: Int = 1, cpuSeconds: Double) {
        rates.append(tally.perSecond * Double(units))
        latencies.append(Percentiles(nanoseconds: tally.latency))
        if tally.accepted > 0 { cpuPerUnit.append(cpuSeconds * 1e6 / Double(tally.accepted * units)) }
        if let complaint = tally.complaint { complaints.append(complaint) }
        accepted += tally.accepted * units
    }

    func measurement(_ id: String, _ what: String, unit: String) -> Measurement {
        Measurement(
            id: id, what: what, unit: unit, value: median(rates), samples: rates,
            latency: latencies.isEmpty ? nil : Percentiles(medianOf: latencies),
            engineCPUMicroseconds: cpuPerUnit.isEmpty ? nil : median(cpuPerUnit),
            note: complaints.isEmpty ? nil : complaints.joined(separator: "; "))
    }
}
