internal import Domain
internal import Ports

extension WriteQueue {
    /// Housekeeping that goes behind everything else, in a transaction of its own.
    struct Chore: Sendable {
        /// Works within the open transaction, a few milliseconds at most.
        ///
        /// - Returns: what tells the caller, once it is committed.
        let work: @Sendable (WriteSession) throws(StoreFailure) -> @Sendable () -> Void
        let fail: @Sendable (JournalError) -> Void
    }

    /// The one that has waited longest.
    mutating func takeChore() -> Chore? { chores.isEmpty ? nil : chores.removeFirst() }
}

/// When the writer may do a chore: at moments at which nothing waits for it, and so seldom that commits which come meanwhile hardly notice.
/// Where there are no such moments, it is done all the same, as seldom.
struct ChorePace {
    /// The tick before which no chore is begun.
    private(set) var notBefore: Int64 = 0

    /// How long after a group of commits the writer is taken to be in use.
    private static let quiet: Int64 = 20_000
    /// How long a chore waits for a moment at which nothing else does.
    private static let patience: Int64 = 50_000
    /// How many times as long as a chore took the writer is left to the commits: when it is in use, and when it is not.
    private static let restInUse: Int64 = 20
    private static let restWhenQuiet: Int64 = 1

    /// - Parameter isBusy: whether anything else waits.
    func allows(_ now: Int64, isBusy: Bool) -> Bool { now >= notBefore + (isBusy ? Self.patience : 0) }

    /// - Parameter lastGroup: the tick at which the last group of commits was done.
    mutating func ended(at now: Int64, began: Int64, lastGroup: Int64) {
        let isQuiet = began - lastGroup >= Self.quiet
        notBefore = now + max(0, now - began) * (isQuiet ? Self.restWhenQuiet : Self.restInUse)
    }
}

/// How long a chore may go on.
struct ChoreBudget {
    private let end: Int64

    init(microseconds: Int64 = 2_000) { end = monotonicMicroseconds() + microseconds }

    var isSpent: Bool { monotonicMicroseconds() >= end }
}
