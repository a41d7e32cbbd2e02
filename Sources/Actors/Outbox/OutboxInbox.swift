internal import Ports

/// How partitions tell the outbox of committed events. Never waits: what does not fit is read from the log later.
struct OutboxInbox: Sendable {
    let lanes: [OutboxLane]

    func open(_ ownership: Ownership, in partition: PartitionId) {
        lane(partition)?.open(ownership)
    }

    func committed(_ events: [CommittedEvent], head: Int64, epoch: Int64, in partition: PartitionId) {
        lane(partition)?.committed(events, head: head, epoch: epoch)
    }

    private func lane(_ partition: PartitionId) -> OutboxLane? {
        lanes.indices.contains(partition.index) ? lanes[partition.index] : nil
    }
}
