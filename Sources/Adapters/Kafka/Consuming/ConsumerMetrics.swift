internal import Ports
internal import Synchronization

/// What a consumer measures of itself.
final class ConsumerMetrics: Sendable {
    let received = MetricCounter()
    let handled = MetricCounter()
    let duplicates = MetricCounter()
    let deadLetters = MetricCounter()
    let repeats = MetricCounter()
    private let behind = Atomic<Int64>(0)

    var lag: Int64 { behind.load(ordering: .relaxed) }
    func setLag(_ records: Int64) { behind.store(records, ordering: .relaxed) }
}
