/// A histogram of the engine's `/metrics`, as it stood at one moment.
struct HistogramReading: Sendable {
    /// Counts up to each bound, in the order of the bounds; the last bound is infinite.
    private let buckets: [(bound: Double, count: Double)]

    /// - Parameter metrics: the page's text.
    init(_ name: String, in metrics: String) {
        let prefix = "\(name)_bucket{le=\""
        buckets = metrics.split(separator: "\n").compactMap { line in
            guard line.hasPrefix(prefix) else { return nil }
            let rest = line.dropFirst(prefix.count)
            guard let end = rest.firstIndex(of: "\""), let count = rest.split(separator: " ").last.flatMap({ Double($0) }) else {
                return nil
            }
            return (Double(rest[..<end]) ?? .infinity, count)
        }
    }

    /// The percentiles, in milliseconds, of what was observed since `earlier`: each is the upper bound of the bucket that it falls into.
    func since(_ earlier: HistogramReading) -> Percentiles? {
        guard buckets.count == earlier.buckets.count, let all = buckets.last, let before = earlier.buckets.last, all.count > before.count
        else { return nil }
        let counts = zip(buckets, earlier.buckets).map { (bound: $0.bound, count: $0.count - $1.count) }
        func at(_ share: Double) -> Double {
            let wanted = share * (all.count - before.count)
            return (counts.first { $0.count >= wanted }?.bound ?? .infinity) * 1_000
        }
        return Percentiles(p50: at(0.5), p99: at(0.99), p999: at(0.999))
    }
}
