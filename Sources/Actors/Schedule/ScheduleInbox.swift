internal import Ports
internal import Synchronization

/// A message to the scheduler.
enum ScheduleMessage: Sendable {
    case opened(PartitionId)
    case changed(PartitionId, ScheduleChange)
}

/// How partitions tell the scheduler. Never waits: when it is full, the partition is marked, and the scheduler reads the store instead.
struct ScheduleInbox: Sendable {
    let mailbox: Mailbox<ScheduleMessage>
    private let behind = PartitionSet()

    init(capacity: Int) { mailbox = Mailbox(capacity: capacity) }

    func open(_ partition: PartitionId) { _ = mailbox.offer(.opened(partition), reserved: true) }

    func changed(_ change: ScheduleChange, in partition: PartitionId) {
        guard mailbox.offer(.changed(partition, change)) == .full else { return }
        behind.insert(partition)
        mailbox.wake()
    }

    /// The partitions of which messages were dropped, in order; forgets them.
    func takeBehind() -> [PartitionId] { behind.takeAll() }
}
