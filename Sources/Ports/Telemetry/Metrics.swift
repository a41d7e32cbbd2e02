internal import Synchronization

/// A number that only rises.
public final class MetricCounter: Sendable {
    private let total = Atomic<Int64>(0)
    public init() {}
    public func add(_ count: Int = 1) { total.wrappingAdd(Int64(count), ordering: .relaxed) }
    public var value: Int64 { total.load(ordering: .relaxed) }
}

/// Counts observations in buckets with fixed upper bounds.
public final class MetricHistogram: Sendable {
    /// Upper bounds in ascending order; the last bucket, without bound, is not among them.
    public let bounds: [Int64]
    private struct Cells { var counts: [Int64]; var sum: Int64 = 0 }
    private let cells: Mutex<Cells>

    public init(bounds: [Int64]) {
        self.bounds = bounds.sorted()
        cells = Mutex(Cells(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    /// Times in microseconds: 100 µs to 60 s.
    public static func latency() -> MetricHistogram {
        MetricHistogram(bounds: [
            100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
            10_000_000, 60_000_000,
        ])
    }

    public static func size() -> MetricHistogram {
        MetricHistogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096])
    }

    public func observe(_ value: Int64) {
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        cells.withLock {
            $0.counts[index] += 1
            $0.sum &+= value
        }
    }

    /// Counts per bucket (not cumulative), one more than there are bounds, and the sum of all values.
    public func read() -> (counts: [Int64], sum: Int64) { cells.withLock { ($0.counts, $0.sum) } }
}

/// What can be exported, with what it is called. Units are in the name, as OpenMetrics has it.
public struct MetricFamily: Sendable {
    public enum Source: Sendable {
        case counter(MetricCounter)
        case gauge(@Sendable () -> Int64)
        /// The values are multiplied by 10^`exponent` when written, so that microseconds are shown as seconds (−6).
        case histogram(MetricHistogram, exponent: Int)
    }

    public let name: String
    public let help: String
    public let labels: [(name: String, value: String)]
    public let source: Source

    public init(_ name: String, _ help: String, labels: [(name: String, value: String)] = [], _ source: Source) {
        self.name = name
        self.help = help
        self.labels = labels
        self.source = source
    }
}
