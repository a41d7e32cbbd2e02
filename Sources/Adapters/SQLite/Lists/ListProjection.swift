internal import Domain
internal import Synchronization

/// What the rest of the store sees of the projection.
final class ListProjection: Sendable {
    struct Waiter: Sendable {
        /// The heads that the caller wants to see.
        let target: [Int64]
        let deadline: Int64
        let done: CheckedContinuation<Void, Never>
    }

    struct Requests: Sendable {
        /// The tick of the first commit that is not in the lists; nil when there is none.
        var newsSince: Int64?
        var waiters: [Waiter] = []
        /// A reader found the lists damaged.
        var mustRebuild = false
        var isClosing = false
    }

    let requests = Monitor(Requests())
    /// Rises when the lists are made anew; 0 while there are none to read.
    let generation = Atomic<Int>(0)
    /// Events that are committed and not in the lists, as last known.
    let lag = Atomic<Int>(0)
    private let patience: Int64

    static let maxWaiters = 1_024

    init(patience: TimeSpan) { self.patience = max(0, patience.microseconds) }

    /// Takes note of a commit.
    func committed() {
        let isFirst = requests.withLock { requests in
            guard requests.newsSince == nil else { return false }
            requests.newsSince = monotonicMicroseconds()
            return true
        }
        if isFirst { requests.signal { _ in } }
    }

    /// Returns when the lists hold everything up to `heads`, or when the patience is at its end.
    func wait(for heads: [Int64]) async {
        await withCheckedContinuation { continuation in
            let waiter = Waiter(target: heads, deadline: monotonicMicroseconds() + patience, done: continuation)
            let isRefused = requests.signal { requests in
                guard !requests.isClosing, requests.waiters.count < Self.maxWaiters else { return true }
                requests.waiters.append(waiter)
                return false
            }
            if isRefused { continuation.resume() }
        }
    }

    /// Lets go whoever is served or has waited long enough.
    ///
    /// - Parameter positions: how far the lists are; nil when they cannot be read yet.
    func release(_ positions: [Int64]?, all: Bool = false) {
        let now = monotonicMicroseconds()
        let released = requests.withLock { requests in
            var released: [Waiter] = []
            requests.waiters.removeAll { waiter in
                let isServed = positions.map { zip(waiter.target, $0).allSatisfy { $0 <= $1 } } ?? false
                guard all || isServed || waiter.deadline <= now else { return false }
                released.append(waiter)
                return true
            }
            return released
        }
        for waiter in released { waiter.done.resume() }
    }

    func beginClosing() { requests.signal { $0.isClosing = true } }
}
