internal import Domain
internal import Ports
internal import Synchronization

/// What retention has done.
final class RetentionMetrics: Sendable {
    let purged = MetricCounter()
    let erased = MetricCounter()
    let contentsErased = MetricCounter()
    let trimmed = MetricCounter()
    let failures = MetricCounter()
    let stepDuration = MetricHistogram.latency()
    private let state: Mutex<State>

    private struct State {
        /// When all ended calls of a partition were last looked through, or the engine began.
        var looked: [Uptime]
        /// The time of the first event that is left in each partition.
        var oldest: [Instant?]
    }

    init(partitions: Int, now: Uptime) {
        state = Mutex(
            State(looked: Array(repeating: now, count: partitions), oldest: Array(repeating: nil, count: partitions)))
    }

    func looked(_ partition: PartitionId, at now: Uptime) {
        state.withLock { if $0.looked.indices.contains(partition.index) { $0.looked[partition.index] = now } }
    }

    func oldest(_ time: Instant?, in partition: PartitionId) {
        state.withLock { if $0.oldest.indices.contains(partition.index) { $0.oldest[partition.index] = time } }
    }

    /// - Parameter looks: whether ended calls are looked through at all; when none is ever taken away no look is late.
    func families(_ time: any TimeSource, looks: Bool) -> [MetricFamily] {
        [
            MetricFamily("ledgerflow_retention_calls_purged", "Ended calls whose records were taken away.", .counter(purged)),
            MetricFamily("ledgerflow_retention_payloads_erased", "Ended calls of which the payload was erased.", .counter(erased)),
            MetricFamily(
                "ledgerflow_retention_contents_erased", "Received documents and parts in quarantine of which the octets were erased.",
                .counter(contentsErased)),
            MetricFamily("ledgerflow_retention_events_trimmed", "Events taken out of the log.", .counter(trimmed)),
            MetricFamily("ledgerflow_retention_failures", "Steps of retention that failed and are tried again.", .counter(failures)),
            MetricFamily(
                "ledgerflow_retention_step_duration_seconds", "Time of one step: to look through part of a partition, or to trim the log.",
                .histogram(stepDuration, exponent: -6)),
            MetricFamily(
                "ledgerflow_retention_look_age_seconds", "How long ago all ended calls of the last partition were looked through.",
                .gauge {
                    guard looks, let since = self.state.withLock({ $0.looked.min() }) else { return 0 }
                    return (time.uptime() - since).milliseconds / 1_000
                }),
            MetricFamily(
                "ledgerflow_events_oldest_seconds", "Age of the oldest event in the log.",
                .gauge {
                    self.state.withLock { $0.oldest.compactMap { $0 }.min() }.map { max(0, (time.now() - $0).milliseconds / 1_000) } ?? 0
                }),
        ]
    }
}
