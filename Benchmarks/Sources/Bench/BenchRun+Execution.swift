import Foundation
import LoadGenerator

/// P3 beside the client alone, and P4.
extension BenchRun {
    /// Longest time without any progress before a drain is given up.
    private static let patienceSeconds = 20.0

    mutating func measureExecution() async throws {
        let engine = try await startEngine("execution")
        let template = EngineInterface.submit(engine, sinkPort: sink.port, carriesDueTime: true)
        let connections = options.executionConnections
        var clientAlone = Samples()
        var executed = Samples()
        var lateness: [Percentiles] = []
        for round in 1...options.effectiveRounds {
            progress("round \(round): the client alone, and P3")
            let client = ClientAlone(port: sink.port, concurrency: connections)
            clientAlone.rates.append(try await client.requestsPerSecond(seconds: options.effectiveSeconds))
            lateness.append(try await execute(engine, template, into: &executed))
        }
        noteMemory("P3")
        report.measurements.append(
            clientAlone.measurement("client", "limit: client alone, \(connections) concurrent", unit: "requests/s"))
        var row = executed.measurement("P3", "submit, call, terminal event, \(connections) conn.", unit: "calls/s")
        row.latency = nil
        let late = "lateness under full load \(Percentiles(medianOf: lateness).text)"
        row.note = [row.note, late].compactMap { $0 }.joined(separator: "; ")
        report.measurements.append(row)
        if !options.skips("p4") { try await measureLateness(engine, template) }
        try await stopEngine()
    }

    /// One sample of P3: from the first submission to the last terminal state. Returns the lateness that the sink saw.
    func execute(
        _ engine: EngineProcess, _ template: RequestTemplate, into samples: inout Samples
    ) async throws -> Percentiles {
        try await sink.reset()
        let before = try await completed(engine)
        let cpuBefore = engine.cpuSeconds()
        var submission = plan(engine, template, connections: options.executionConnections)
        submission.warmUpSeconds = 0
        let start = ContinuousClock.now
        let tally = try await load.run(submission)
        let submitted = (ContinuousClock.now - start).seconds
        let missing = try await drain(engine, until: before + Double(tally.accepted))
        let spent = (ContinuousClock.now - start).seconds
        samples.rates.append(Double(tally.accepted) / spent)
        samples.cpuPerUnit.append((engine.cpuSeconds() - cpuBefore) * 1e6 / Double(max(1, tally.accepted)))
        samples.complaints.append(
            String(format: "%d calls, submitted in %.1f s, all done in %.1f s", tally.accepted, submitted, spent))
        if let complaint = tally.complaint { samples.complaints.append(complaint) }
        if missing > 0 { samples.complaints.append("\(Int(missing)) without terminal state") }
        let stats = try await sink.stats()
        if stats.received > tally.accepted { samples.complaints.append("\(stats.received - tally.accepted) sent twice") }
        return Self.percentiles(stats)
    }

    /// P4: calls due one to three seconds after their submission, at half load.
    private mutating func measureLateness(_ engine: EngineProcess, _ template: RequestTemplate) async throws {
        let halfOfP1 = max(report.rate("P1-64") ?? 0, report.rate("P1-256") ?? 0) / 2
        let halfOfP3 = (report.rate("P3") ?? 0) / 2
        let rate = min(halfOfP1, halfOfP3)
        guard rate >= 1 else { return }
        var samples = Samples()
        var lateness: [Percentiles] = []
        var early = 0
        var worst = 0.0
        for round in 1...options.effectiveRounds {
            progress("round \(round): P4 at \(Report.grouped(rate))/s")
            try await sink.reset()
            let before = try await completed(engine)
            let (tally, _) = try await timed(
                engine,
                plan(
                    engine, template, connections: options.openLoopConnections,
                    pace: .openLoop(perSecond: rate, poisson: true), due: .spread(from: 1_000_000, to: 3_000_000)))
            let missing = try await drain(engine, until: before + Double(tally.accepted))
            if missing > 0 { samples.complaints.append("\(Int(missing)) without terminal state") }
            if let complaint = tally.complaint { samples.complaints.append(complaint) }
            let stats = try await sink.stats()
            samples.rates.append(tally.perSecond)
            lateness.append(Self.percentiles(stats))
            early += stats.early
            worst = max(worst, stats.max / 1_000)
        }
        noteMemory("P4")
        var row = samples.measurement(
            "P4", "lateness, open loop at \(halfOfP1 <= halfOfP3 ? "P1/2" : "P3/2")", unit: "calls/s")
        row.latency = Percentiles(medianOf: lateness)
        let extremes = String(format: "early %d, latest %.1f ms", early, worst)
        row.note = [row.note, extremes].compactMap { $0 }.joined(separator: "; ")
        report.measurements.append(row)
        report.verdicts.append(
            Verdict(requirement: "P4: no call before its due time", measured: "\(early) early", passed: early == 0))
        if halfOfP1 > halfOfP3 {
            report.notes.append(
                "P4 runs at half of P3, not of P1: half of P1 (\(Report.grouped(halfOfP1))/s) is more than half of what the "
                    + "engine executes (\(Report.grouped(halfOfP3))/s).")
        }
    }

    /// Waits until the counter of completed calls reaches `goal`; returns how many are missing when it stands still.
    func drain(_ engine: EngineProcess, until goal: Double) async throws -> Double {
        var last = 0.0
        var lastProgress = ContinuousClock.now
        while true {
            let now = try await completed(engine)
            if now >= goal { return 0 }
            if now > last {
                last = now
                lastProgress = .now
            } else if (ContinuousClock.now - lastProgress).seconds > Self.patienceSeconds {
                return goal - now
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    func completed(_ engine: EngineProcess) async throws -> Double {
        try await control.metric(EngineInterface.completedMetrics, of: engine) ?? 0
    }

    static func percentiles(_ stats: SinkProcess.Stats) -> Percentiles {
        Percentiles(p50: stats.p50 / 1_000, p99: stats.p99 / 1_000, p999: stats.p999 / 1_000)
    }
}
