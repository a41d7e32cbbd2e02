import Foundation

/// The figures beside what is required of them and beside the goals.
extension BenchRun {
    mutating func judge() {
        judgeRates()
        judgeLatencies()
        judgeBooks()
        judgePending()
        measureDistances()
    }

    private mutating func judgeRates() {
        for connections in [64, 256] {
            judge(
                "P1 at \(connections) connections ≥ 1/3 of the empty POST", "P1-\(connections)", of: "ping-\(connections)",
                share: 1.0 / 3)
            judge(
                "P1 at \(connections) connections ≥ 1/3 of its own request to the empty route", "P1-\(connections)",
                of: "posted-\(connections)", share: 1.0 / 3)
            judge(
                "P1 at \(connections) connections ≥ 1/3 of hummingbird's empty POST", "P1-\(connections)",
                of: "hummingbird-\(connections)", share: 1.0 / 3)
        }
        if let rate = best("P1-64", "P1-256") {
            report.verdicts.append(
                Verdict(requirement: "P1 ≥ 1,000/s", measured: "\(Report.grouped(rate))/s", passed: rate >= 1_000))
        }
        let store = best("store-64", "store-512") == report.rate("store-64") ? "store-64" : "store-512"
        let batch = best("P2-1000", "P2-10000") == report.rate("P2-1000") ? "P2-1000" : "P2-10000"
        judge("P2 ≥ 1/2 of the store alone", batch, of: store, share: 0.5)
        judge("P3 ≥ 1/3 of the client alone", "P3", of: "client", share: 1.0 / 3)
        if let rate = report.rate("P3") {
            report.verdicts.append(
                Verdict(requirement: "P3 ≥ 1,000/s", measured: "\(Report.grouped(rate))/s", passed: rate >= 1_000))
        }
    }

    private mutating func judgeLatencies() {
        let disk = max(report.probeBefore.p99, report.probeAfter?.p99 ?? 0)
        let note =
            disk <= 1
            ? nil : String(format: "does not count: fdatasync p99 was %.2f ms, more than 1 ms", disk)
        for (id, limit) in [("P4", 10.0), ("P5", 20.0)] {
            guard let latency = report.measurements.first(where: { $0.id == id })?.latency else { continue }
            report.verdicts.append(
                Verdict(
                    requirement: "\(id) p99 ≤ \(Int(limit)) ms", measured: String(format: "%.2f ms", latency.p99),
                    passed: latency.p99 <= limit, note: note))
        }
        report.notes.append(
            String(format: "Absolute latencies count only where the fdatasync p99 is ≤ 1 ms; here it was %.2f ms.", disk))
    }

    private mutating func measureDistances() {
        let rates: [(String, Double?, Double)] = [
            ("P1", best("P1-64", "P1-256"), 20_000), ("P2", best("P2-1000", "P2-10000"), 60_000),
            ("P3", report.rate("P3"), 8_000), ("P7 by HTTP", best("P7-64", "P7-256"), 15_000),
            ("P7 in batches", report.rate("P7-500"), 50_000), ("P11", report.rate("P11"), 5_000),
        ]
        for (name, rate, goal) in rates {
            guard let rate else { continue }
            report.goals.append(
                GoalDistance(
                    goal: "\(name) \(Report.grouped(goal))/s", measured: "\(Report.grouped(rate))/s", reached: rate / goal))
        }
        let latencies: [(String, String, KeyPath<Percentiles, Double>, Double)] = [
            ("P4", "p50", \.p50, 1), ("P4", "p99", \.p99, 10), ("P5", "p99", \.p99, 10),
        ]
        for (id, percentile, path, goal) in latencies {
            guard let value = report.measurements.first(where: { $0.id == id })?.latency?[keyPath: path], value > 0 else {
                continue
            }
            report.goals.append(
                GoalDistance(
                    goal: "\(id) \(percentile) ≤ \(Int(goal)) ms", measured: String(format: "%.2f ms", value),
                    reached: goal / value))
        }
    }

    private mutating func judge(_ requirement: String, _ id: String, of limit: String, share: Double) {
        guard let rate = report.rate(id), let bound = report.rate(limit), bound > 0 else { return }
        report.verdicts.append(
            Verdict(
                requirement: requirement,
                measured: String(format: "%.2f (%@ of %@)", rate / bound, Report.grouped(rate), Report.grouped(bound)),
                passed: rate / bound >= share, note: "\(id) beside \(limit)"))
    }

    func best(_ ids: String...) -> Double? {
        ids.compactMap { report.rate($0) }.max()
    }
}
