internal import DequeModule
internal import Domain
internal import Ports
internal import Synchronization

/// What waits for the pump. It takes from here only what a connection is free for, so nothing else waits anywhere.
struct Inbox: Sendable {
    struct Commit: Sendable {
        let batch: EncodedBatch
        let since: Int64
        let done: CheckedContinuation<Result<Void, JournalError>, Never>
    }

    struct Takeover: Sendable {
        let partition: PartitionId
        let since: Int64
        let done: CheckedContinuation<Result<Ownership, JournalError>, Never>
    }

    struct Cursors: Sendable {
        var published: [PublishedCursor] = []
        var followers: [FollowerCursor] = []
        let since: Int64
        let done: CheckedContinuation<Result<Void, JournalError>, Never>
    }

    struct Read: Sendable {
        let commands: [Command]
        let since: Int64
        let deadline: Int64
        /// How often it may still be sent again over a new connection.
        var retries = 3
        let done: CheckedContinuation<Result<[Rows], StoreFailure>, Never>

        /// The tick at which it is refused when it has not been sent. - patience: how long it waits for a connection; nil while one is up.
        func end(_ patience: Int64?) -> Int64 { patience.map { min(deadline, since + $0) } ?? deadline }
    }

    /// Housekeeping; goes behind everything else.
    struct Chore: Sendable {
        let commands: [Command]
        let since: Int64
        let done: CheckedContinuation<Result<[Rows], StoreFailure>, Never>
    }

    var commits: Deque<Commit> = []
    var takeovers: Deque<Takeover> = []
    var cursors: Deque<Cursors> = []
    var chores: Deque<Chore> = []
    var journalReads: Deque<Read> = []
    var clientReads: Deque<Read> = []
    /// Nothing more is taken in.
    var isClosing = false
    /// The pump's thread has ended.
    var isOver = false
    /// The pump sleeps, or is about to.
    var mustWake = false

    var writes: Int { commits.count + takeovers.count + cursors.count }
    var reads: Int { journalReads.count + clientReads.count }
}

/// Whether the store is this engine's, as far as is known.
enum Hold: Equatable {
    /// It was not taken yet.
    case none
    /// Until a tick nobody else can have taken it.
    case until(Int64)
    /// Another engine has taken it.
    case lost
}

/// What the rest of the store shares with the pump.
final class PumpShared: Sendable {
    private let inbox = Mutex(Inbox())
    let wakeUp: WakeUp
    let metrics = StoreMetrics()
    let connections = Atomic<Int>(0)
    /// Why commits fail at present, although a connection is up.
    let trouble = Mutex<WriteTrouble?>(nil)
    let hold = Mutex(Hold.none)

    init?() {
        guard let wakeUp = WakeUp() else { return nil }
        self.wakeUp = wakeUp
    }

    /// Changes what waits; wakes the pump when `body` says so.
    func add(_ body: (inout Inbox) -> Bool) -> Bool {
        let (isAdded, mustWake) = inbox.withLock { inbox in
            let isAdded = body(&inbox)
            let mustWake = isAdded && inbox.mustWake
            if mustWake { inbox.mustWake = false }
            return (isAdded, mustWake)
        }
        if mustWake { wakeUp.wake() }
        return isAdded
    }

    func withInbox<Value>(_ body: (inout Inbox) -> Value) -> Value where Value: Sendable { inbox.withLock { body(&$0) } }
}

/// What the store measures of itself.
final class StoreMetrics: Sendable {
    let commitMicroseconds = MetricHistogram.latency()
    let groupSize = MetricHistogram.size()
    let callsWritten = MetricCounter()
    let eventsWritten = MetricCounter()
    let splitGroups = MetricCounter()
    let connectionsLost = MetricCounter()
    let ambiguousCommits = MetricCounter()
    let leaseFailures = MetricCounter()
}
