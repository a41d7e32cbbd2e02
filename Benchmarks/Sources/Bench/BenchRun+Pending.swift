import Foundation
import LoadGenerator

/// P6: what a great many pending calls cost. Two engines, one empty and one filled, take turns.
extension BenchRun {
    mutating func measurePending() async throws {
        let empty = try await startEngine("empty")
        let name = "pending"
        var filled = try await startEngine(name)
        let count = try await fill(filled, tenant: filled.token, with: options.pending, due: EngineInterface.farFuture)
        noteMemory("filled with \(Report.grouped(Double(count)))")
        try await filled.stop()
        let start = ContinuousClock.now
        filled = try await startEngine(name)
        let startSeconds = (ContinuousClock.now - start).seconds
        try await Task.sleep(for: .seconds(1))
        noteMemory("started with \(Report.grouped(Double(count))) pending")
        report.measurements.append(
            Measurement(
                id: "P6-start", what: "start with \(Report.grouped(Double(count))) pending, until ready", unit: "ms",
                value: startSeconds * 1_000, samples: [startSeconds * 1_000]))
        var samples = ["empty": Samples(), name: Samples()]
        for round in 1...options.effectiveRounds {
            for (name, engine) in [("empty", empty), (name, filled)] {
                progress("round \(round): P1 at 64 connections, \(name)")
                let submit = EngineInterface.submit(engine, sinkPort: sink.port, carriesDueTime: false)
                let (tally, cpu) = try await timed(engine, plan(engine, submit, connections: 64, due: EngineInterface.farFuture))
                samples[name]?.add(tally, cpuSeconds: cpu)
            }
        }
        noteMemory("P1 with \(Report.grouped(Double(count))) pending")
        report.measurements.append(
            contentsOf: [
                samples["empty"]?.measurement("P6-empty", "durable submit, empty store, 64 conn.", unit: "calls/s"),
                samples[name]?.measurement("P6-pending", "durable submit, \(Report.grouped(Double(count))) pending", unit: "calls/s"),
            ].compactMap { $0 })
        for (label, engine) in [("empty", empty), (name, filled)] {
            let row = try await lateness(
                of: engine, token: engine.token, sink: sink, perSecond: Self.quietRate, id: "P6-lateness-\(label)", "\(label) store")
            report.measurements.append(row)
        }
        let memory = filled.memory()
        report.measurements.append(
            Measurement(id: "P6-memory", what: "highest resident, pending", unit: "MiB", value: memory.highest, samples: [memory.highest]))
        try await empty.stop()
        try await stopEngine()
    }

    /// Submits at least `count` calls in batches.
    ///
    /// - Returns: how many were taken.
    func fill(_ engine: EngineProcess, tenant token: String, with count: Int, due: DueOffset, sinkPort: Int? = nil) async throws -> Int {
        let template = EngineInterface.batch(engine, token: token, items: 1_000, sinkPort: sinkPort ?? sink.port)
        var taken = 0
        while taken < count {
            progress("filling: \(Report.grouped(Double(taken))) of \(Report.grouped(Double(count)))")
            var plan = plan(engine, template, connections: options.batchConnections, due: due)
            plan.warmUpSeconds = 0
            plan.seconds = min(5, max(0.5, Double(count - taken) / 50_000))
            let tally = try await load.run(plan)
            guard tally.accepted > 0 else { throw ChildProcess.Failure(description: "no batch is taken: \(tally.complaint ?? "")") }
            taken += tally.accepted * 1_000
        }
        return taken
    }

    /// Calls a second of the tenant whose lateness is looked at.
    static let quietRate = 100.0

    /// Open loop, calls due one to three seconds after their submission.
    func lateness(
        of engine: EngineProcess, token: String, sink: SinkProcess, perSecond rate: Double, id: String, _ what: String
    ) async throws -> Measurement {
        let template = EngineInterface.submit(engine, token: token, sinkPort: sink.port, carriesDueTime: true)
        var samples = Samples()
        var lateness: [Percentiles] = []
        for round in 1...options.effectiveRounds {
            progress("round \(round): lateness, \(what)")
            try await sink.reset()
            var load = plan(
                engine, template, connections: 16, pace: .openLoop(perSecond: rate, poisson: true),
                due: .spread(from: 1_000_000, to: 3_000_000))
            load.seconds = max(load.seconds, 5)
            let tally = try await self.load.run(load)
            if let complaint = tally.complaint { samples.complaints.append(complaint) }
            let patience = ContinuousClock.now + .seconds(30)
            var stats = try await sink.stats()
            while stats.received < tally.accepted, ContinuousClock.now < patience {
                try await Task.sleep(for: .milliseconds(100))
                stats = try await sink.stats()
            }
            if stats.received < tally.accepted { samples.complaints.append("\(tally.accepted - stats.received) never came") }
            if stats.early > 0 { samples.complaints.append("\(stats.early) early") }
            samples.rates.append(tally.perSecond)
            lateness.append(Self.percentiles(stats))
        }
        var row = samples.measurement(id, "lateness, \(what)", unit: "calls/s")
        row.latency = Percentiles(medianOf: lateness)
        return row
    }

    mutating func judgePending() {
        if let empty = report.rate("P6-empty"), let pending = report.rate("P6-pending"), empty > 0 {
            report.verdicts.append(
                Verdict(
                    requirement: "P6: P1 with pending calls ≥ 90 % of empty",
                    measured: String(format: "%.2f (%@ of %@)", pending / empty, Report.grouped(pending), Report.grouped(empty)),
                    passed: pending >= 0.9 * empty))
        }
        if let milliseconds = report.rate("P6-start") {
            report.verdicts.append(
                Verdict(
                    requirement: "P6: start ≤ 3 s", measured: String(format: "%.2f s", milliseconds / 1_000), passed: milliseconds <= 3_000)
            )
        }
        if let memory = report.rate("P6-memory") {
            report.verdicts.append(
                Verdict(requirement: "P6: resident ≤ 300 MiB", measured: String(format: "%.0f MiB", memory), passed: memory <= 300))
        }
        judgeShare("P6: lateness p99 ≤ 2 × that of the empty store", "P6-lateness-pending", of: "P6-lateness-empty")
        judgeShare("P15: a quiet tenant's p99 lateness ≤ 2 × idle", "P15-noisy", of: "P15-idle")
    }

    private mutating func judgeShare(_ requirement: String, _ id: String, of base: String) {
        func p99(_ id: String) -> Double? { report.measurements.first { $0.id == id }?.latency?.p99 }
        guard let value = p99(id), let base = p99(base), base > 0 else { return }
        report.verdicts.append(
            Verdict(
                requirement: requirement, measured: String(format: "%.2f (%.2f ms of %.2f ms)", value / base, value, base),
                passed: value <= 2 * base))
    }
}
