import Foundation
import LoadGenerator

/// The server restarts under load.
extension PostgresRun {
    private static let connections = 64
    private static let calmSeconds = 8.0
    private static let recoveredSeconds = 10.0

    mutating func measureRecovery() async throws {
        let engine = try await startEngine("recovery")
        var acknowledged = 0
        for mode in [PostgresProcess.Stop.fast, .immediate] {
            acknowledged += try await measureRestart(engine, mode)
        }
        bench.noteMemory("recovery")
        try await bench.stopEngine()
        try checkStored("recovery", "call around a restart", acknowledged: acknowledged)
    }

    /// One restart in the middle of a load. Returns how many calls were acknowledged in all.
    private mutating func measureRestart(_ engine: EngineProcess, _ mode: PostgresProcess.Stop) async throws -> Int {
        bench.progress("restart of the server, \(mode.rawValue)")
        let submit = EngineInterface.submit(engine, sinkPort: bench.sink.port, carriesDueTime: false)
        var plan = bench.plan(engine, submit, connections: Self.connections, due: EngineInterface.farFuture)
        // Long enough for the calm before, a slow restart, and the time after.
        plan.warmUpSeconds = 1
        plan.seconds = Self.calmSeconds + Self.recoveredSeconds + 8
        plan.restAfterRefusalSeconds = 0.005
        let (load, whole) = (bench.load, plan)
        let startedAt = MachineClock.monotonicNanoseconds()
        async let running = load.run(whole)
        try await Task.sleep(for: .seconds(plan.warmUpSeconds + Self.calmSeconds))
        let downAt = MachineClock.monotonicNanoseconds()
        let (stoppedAt, acceptingAt) = try await server.restart(mode)
        let tally = try await running
        let calm = Self.perSecond(tally, from: startedAt + 1_500_000_000, to: downAt)
        let slot = LoadTally.slotNanoseconds
        // Whatever was still committed lies before the stop: the first slot that lies wholly behind it counts.
        let first = tally.acceptedInSlot.keys.filter { $0 * slot >= stoppedAt }.min()
        guard let first else {
            bench.report.verdicts.append(
                Verdict(requirement: "commits resume after a restart (\(mode.rawValue))", measured: "none did", passed: false))
            return tally.accepted
        }
        let firstAt = first * slot
        let delay = max(0, Double(firstAt - acceptingAt) / 1e9)
        let after = Self.perSecond(tally, from: firstAt, to: firstAt + Int64(Self.recoveredSeconds * 1e9))
        let id = "recovery-\(mode.rawValue)"
        let downFor = Double(acceptingAt - downAt) / 1e9
        var row = Measurement(
            id: id, what: "restart (\(mode.rawValue)): the ten seconds from the first acknowledgement on", unit: "calls/s",
            value: median(after), samples: after)
        row.note = [
            String(format: "down for %.2f s, first acknowledgement %.2f s after the server accepted", downFor, delay),
            "before: " + calm.map { Report.grouped($0) }.joined(separator: " "), tally.complaint,
        ].compactMap { $0 }.joined(separator: "; ")
        bench.report.measurements.append(row)
        let (mean, before) = (after.reduce(0, +) / Double(max(1, after.count)), median(calm))
        bench.report.verdicts.append(
            Verdict(
                requirement: "first acknowledgement ≤ 2 s after the server accepts again (\(mode.rawValue))",
                measured: String(format: "%.2f s", delay), passed: delay <= 2))
        bench.report.verdicts.append(
            Verdict(
                requirement: "then ten seconds at ≥ 80 % of the median before (\(mode.rawValue))",
                measured: String(format: "%.0f %% (%@ of %@)", mean / before * 100, Report.grouped(mean), Report.grouped(before)),
                passed: mean >= before * 0.8, note: "mean of the ten seconds"))
        return tally.accepted
    }

    /// Acknowledgements in each whole second between two instants.
    private static func perSecond(_ tally: LoadTally, from: Int64, to: Int64) -> [Double] {
        let seconds = Int((to - from) / 1_000_000_000)
        return (0..<max(0, seconds)).map { second in
            let first = (from + Int64(second) * 1_000_000_000) / LoadTally.slotNanoseconds
            let slots = first..<first + 1_000_000_000 / LoadTally.slotNanoseconds
            return Double(slots.reduce(0) { $0 + (tally.acceptedInSlot[$1] ?? 0) })
        }
    }
}
