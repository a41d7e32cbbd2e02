internal import Domain
internal import Ports
internal import Synchronization

/// What a commit means for the timer.
struct TimerChange: Sendable {
    enum Kind: Sendable {
        /// An attempt is due at the given time.
        case due(Instant)
        /// An attempt runs, and has until the deadline to report.
        case running(attempt: Int, deadline: Instant)
        /// Nothing is waited for any more.
        case ended
    }

    let key: ServiceCallKey
    let host: String
    let version: Int64
    let kind: Kind
    /// How long a retry waits, when this commit said so; nil where the due time is somebody's choice.
    let backOff: TimeSpan?

    init(key: ServiceCallKey, host: String, version: Int64, kind: Kind, backOff: TimeSpan? = nil) {
        self.key = key
        self.host = host
        self.version = version
        self.kind = kind
        self.backOff = backOff
    }

    /// - Parameter retryDecidedAt: when the commit decided that the call waits for a retry; nil when it did not.
    init(_ call: ServiceCall, retryDecidedAt: Instant? = nil) {
        let kind: Kind
        if let dueAt = call.dueAt {
            kind = .due(dueAt)
        } else if let deadline = call.attemptDeadline {
            kind = .running(attempt: call.attempts, deadline: deadline)
        } else {
            kind = .ended
        }
        self.init(
            key: ServiceCallKey(tenant: call.tenant, id: call.id), host: call.submission.request.url.host, version: call.version,
            kind: kind, backOff: retryDecidedAt.flatMap { at in call.dueAt.map { $0 - at } })
    }
}

/// A message to the timer.
enum TimerMessage: Sendable {
    /// The partition is ours; its epoch is the first under which this engine owns it.
    case opened(PartitionId, Ownership)
    case changed(PartitionId, [TimerChange])
    /// What became of calls and lanes in execution.
    case admission(Admission.News)
    /// The attempt could not be begun; try it again at the given uptime.
    case again(DueCall, at: Uptime)
    /// The call is not due before the given instant: the wall clock was set back after it seemed to be, or it was rescheduled.
    case early(DueCall, dueAt: Instant)
    /// The end of a back-off could not be stored; try it again at the given uptime.
    case stillWaiting(PartitionId, TimerPartition.BackOff, at: Uptime)
    /// The end of an attempt could not be stored; try it again at the given uptime.
    case stillOverdue(PartitionId, TimerPartition.Overdue, at: Uptime)
}

/// How others tell the timer. Never waits: when it is full, the partition is marked, and the timer reads the store instead.
struct TimerInbox: Sendable {
    let mailbox: Mailbox<TimerMessage>
    private let behind = PartitionSet()

    init(capacity: Int) { mailbox = Mailbox(capacity: capacity, weightLimit: capacity) }

    func open(_ partition: PartitionId, _ ownership: Ownership) {
        _ = mailbox.offer(.opened(partition, ownership), reserved: true)
    }

    func changed(_ partition: PartitionId, _ changes: [TimerChange]) {
        guard !changes.isEmpty else { return }
        if mailbox.offer(.changed(partition, changes), weight: changes.count) == .full { fellBehind(partition) }
    }

    /// Bounded by what execution holds.
    func admission(_ news: Admission.News) {
        if !news.isEmpty { _ = mailbox.offer(.admission(news), reserved: true) }
    }

    func again(_ call: DueCall, at moment: Uptime) {
        if mailbox.offer(.again(call, at: moment), weight: 1) == .full { fellBehind(call.partition) }
    }

    func early(_ call: DueCall, dueAt: Instant) {
        if mailbox.offer(.early(call, dueAt: dueAt), weight: 1) == .full { fellBehind(call.partition) }
    }

    /// Bounded by the calls in the windows.
    func stillWaiting(_ backOff: TimerPartition.BackOff, in partition: PartitionId, at moment: Uptime) {
        _ = mailbox.offer(.stillWaiting(partition, backOff, at: moment), reserved: true)
    }

    /// Bounded by the number of attempts that run.
    func stillOverdue(_ overdue: TimerPartition.Overdue, in partition: PartitionId, at moment: Uptime) {
        _ = mailbox.offer(.stillOverdue(partition, overdue, at: moment), reserved: true)
    }

    func fellBehind(_ partition: PartitionId) {
        behind.insert(partition)
        mailbox.wake()
    }

    /// The partitions of which messages were dropped, in order; forgets them.
    func takeBehind() -> [PartitionId] { behind.takeAll() }
}

/// A few partitions, shared.
final class PartitionSet: Sendable {
    private let members = Mutex(Set<PartitionId>())
    func insert(_ partition: PartitionId) { members.withLock { _ = $0.insert(partition) } }
    func takeAll() -> [PartitionId] {
        members.withLock { members in
            guard !members.isEmpty else { return [] }
            defer { members = [] }
            return members.sorted()
        }
    }
}

/// A call for which an attempt is due.
struct DueCall: Sendable, Hashable {
    let partition: PartitionId
    let key: ServiceCallKey
    /// In lower case.
    let host: String
    let dueAt: Instant
    let version: Int64

    var lane: LaneKey { LaneKey(tenant: key.tenant, host: host) }
    var place: DuePlace { DuePlace(dueAt: dueAt, id: key.id) }
}
