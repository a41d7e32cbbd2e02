internal import Domain
internal import Ports

/// A message to the poller.
enum PollerMessage: Sendable {
    case opened(PartitionId)
    case changed(SourceChange)
    /// A source was run.
    case finished(SourceAgenda.Key, SourceAgenda.Result)
}

/// How others tell the poller. Never waits: when it is full, the partition is marked, and the poller reads the store instead.
struct PollerInbox: Sendable {
    let mailbox: Mailbox<PollerMessage>
    private let behind = PartitionSet()

    init(capacity: Int) { mailbox = Mailbox(capacity: capacity) }

    func open(_ partition: PartitionId) { _ = mailbox.offer(.opened(partition), reserved: true) }

    func changed(_ change: SourceChange, in partition: PartitionId) {
        guard mailbox.offer(.changed(change)) == .full else { return }
        behind.insert(partition)
        mailbox.wake()
    }

    /// Bounded by the number of sources that run at one time.
    func finished(_ key: SourceAgenda.Key, _ result: SourceAgenda.Result) {
        _ = mailbox.offer(.finished(key, result), reserved: true)
    }

    /// The partitions of which messages were dropped, in order; forgets them.
    func takeBehind() -> [PartitionId] { behind.takeAll() }
}
