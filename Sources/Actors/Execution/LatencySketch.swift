internal import Domain

/// How long a lane's last attempts took, and how many failed. The past fades: all counts are halved once there are enough.
struct LatencySketch {
    private static let bounds: [Int64] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
    ]
    private static let most = 512

    private var counts: [UInt16] = []
    private var total = 0
    private var failed = 0

    mutating func observe(_ time: TimeSpan, failed hasFailed: Bool) {
        if counts.isEmpty { counts = Array(repeating: 0, count: Self.bounds.count + 1) }
        if total >= Self.most { fade() }
        let index = Self.bounds.firstIndex { time.milliseconds <= $0 } ?? Self.bounds.count
        counts[index] += 1
        total += 1
        if hasFailed { failed += 1 }
    }

    private mutating func fade() {
        for index in counts.indices { counts[index] /= 2 }
        total = counts.reduce(0) { $0 + Int($1) }
        failed = min(total, failed / 2)
    }

    var errorRate: Double { total == 0 ? 0 : Double(failed) / Double(total) }

    /// The bound, in milliseconds, within which `percent` of the attempts ended; nil when there were none.
    func quantile(_ percent: Int) -> Int64? {
        guard total > 0 else { return nil }
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += Int(count)
            if seen * 100 >= total * percent { return Self.bounds.indices.contains(index) ? Self.bounds[index] : Self.bounds.last }
        }
        return Self.bounds.last
    }
}
