internal import Ports

/// What the store measures of itself.
final class StoreMetrics: Sendable {
    let commitMicroseconds = MetricHistogram.latency()
    let groupSize = MetricHistogram.size()
    let callsWritten = MetricCounter()
    let eventsWritten = MetricCounter()
    let splitGroups = MetricCounter()
    let checkpoints = MetricCounter()
    let writerCheckpoints = MetricCounter()

    func observe(_ group: WriteGroup, microseconds: Int64) {
        commitMicroseconds.observe(microseconds)
        groupSize.observe(Int64(group.count))
        callsWritten.add(group.commits.reduce(0) { $0 + $1.batch.serviceCalls.count })
        eventsWritten.add(group.commits.reduce(0) { $0 + $1.batch.events.count })
    }
}
