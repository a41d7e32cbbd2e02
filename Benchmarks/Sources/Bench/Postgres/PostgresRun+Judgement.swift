import Foundation

/// The figures beside what is required of them and beside the goals.
extension PostgresRun {
    mutating func judge() {
        if let rate = best("P1-64", "P1-256") {
            require("P1 ≥ 1,000/s", measured: "\(Report.grouped(rate))/s", rate >= 1_000)
        }
        judgeBeside(
            "P2 ≥ 1/2 of the bare connection", best(of: ["P2-1000", "P2-10000"]),
            best(of: bench.report.measurements.map(\.id).filter { $0.hasPrefix("bare-") }), share: 0.5)
        // At the peers' own concurrency.
        judgePeers("P1 ahead of every peer", "P1-64", .enqueue)
        judgePeers("P3 ahead of every peer", "P3", .execute)
        judgePeers("P3 without the submission ahead of every peer", "P3-drain", .drain)
        if let rate = bench.report.rate("P3") {
            require("P3 ≥ 1,000/s", measured: "\(Report.grouped(rate))/s", rate >= 1_000)
        }
        if let rate = bench.report.rate("P8") {
            require("P8 ≥ 10,000 events/s", measured: "\(Report.grouped(rate))/s", rate >= 10_000)
        }
        if let row = bench.report.measurements.first(where: { $0.id == "P8-ack" }), let p99 = row.latency?.p99 {
            let disk = max(bench.report.probeBefore.p99, bench.report.probeAfter?.p99 ?? 0)
            let note = disk <= 1 ? nil : String(format: "the disk was busy: fdatasync p99 %.2f ms", disk)
            require("P8 p99 ≤ 50 ms", measured: String(format: "%.1f ms", p99), p99 <= 50, note: note)
        }
        bench.judgeBooks()
        measureDistances()
    }

    private mutating func measureDistances() {
        let goals: [(String, Double?, Double)] = [
            ("P1", best("P1-64", "P1-256"), 12_000), ("P2", best("P2-1000", "P2-10000"), 60_000),
            ("P3", bench.report.rate("P3"), 5_000), ("P8", bench.report.rate("P8"), 30_000),
        ]
        for (name, rate, goal) in goals {
            guard let rate else { continue }
            bench.report.goals.append(
                GoalDistance(
                    goal: "\(name) \(Report.grouped(goal))/s", measured: "\(Report.grouped(rate))/s", reached: rate / goal))
        }
        if let p99 = bench.report.measurements.first(where: { $0.id == "P8-ack" })?.latency?.p99, p99 > 0 {
            bench.report.goals.append(
                GoalDistance(goal: "P8 p99 ≤ 20 ms", measured: String(format: "%.1f ms", p99), reached: 20 / p99))
        }
    }

    private mutating func judgePeers(_ requirement: String, _ id: String, _ work: Peer.Work) {
        judgeBeside(requirement, id, best(of: peers.map { "\($0.name)-\(work.rawValue)" }), share: 1)
    }

    private mutating func judgeBeside(_ requirement: String, _ id: String?, _ other: String?, share: Double) {
        guard let id, let other, let rate = bench.report.rate(id), let bound = bench.report.rate(other), bound > 0 else { return }
        require(
            requirement, measured: String(format: "%.2f (%@ of %@)", rate / bound, Report.grouped(rate), Report.grouped(bound)),
            rate / bound >= share, note: "\(id) beside \(other)")
    }

    private mutating func require(_ requirement: String, measured: String, _ passed: Bool, note: String? = nil) {
        bench.report.verdicts.append(Verdict(requirement: requirement, measured: measured, passed: passed, note: note))
    }

    private func best(_ ids: String...) -> Double? { ids.compactMap { bench.report.rate($0) }.max() }

    private func best(of ids: [String]) -> String? {
        ids.filter { bench.report.rate($0) != nil }.max { (bench.report.rate($0) ?? 0) < (bench.report.rate($1) ?? 0) }
    }
}
