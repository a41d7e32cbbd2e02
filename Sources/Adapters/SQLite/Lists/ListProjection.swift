internal import Domain
internal import Ports
internal import Synchronization

/// What the rest of the store sees of the projection.
final class ListProjection: Sendable {
    struct Waiter: Sendable {
        /// The heads that the caller wants to see.
        let target: [Int64]
        let deadline: Int64
        let done: CheckedContinuation<Void, Never>
    }

    /// Calls that are to leave the lists before they leave the database.
    struct Removal: Sendable {
        let keys: [(key: RowKey, version: Int64)]
        /// The heads that the lists must have reached before.
        let target: [Int64]
        let deadline: Int64
        /// Told whether they have left.
        let done: CheckedContinuation<Bool, Never>
    }

    struct Requests: Sendable {
        /// The tick of the first commit that is not in the lists; nil when there is none.
        var newsSince: Int64?
        var waiters: [Waiter] = []
        var removals: [Removal] = []
        /// A reader found the lists damaged.
        var mustRebuild = false
        var isClosing = false
    }

    let requests = Monitor(Requests())
    /// Rises when the lists are made anew; 0 while there are none to read.
    let generation = Atomic<Int>(0)
    /// Events that are committed and not in the lists, as last known.
    let lag = Atomic<Int>(0)
    /// How far each partition's events are in the lists; empty while that is not known.
    let positions = Mutex<[Int64]>([])
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

    /// Takes calls out of the lists, once these hold everything up to `heads`, so that nothing brings them back.
    ///
    /// - Returns: false when that does not come about in time.
    func remove(_ calls: [EndedCall], from partition: PartitionId, asOf heads: [Int64]) async -> Bool {
        let keys = calls.map { (RowKey(partition: partition.index, ordinal: $0.ordinal), $0.version) }
        return await withCheckedContinuation { continuation in
            let removal = Removal(
                keys: keys, target: heads, deadline: monotonicMicroseconds() + Self.patienceOfRemovals, done: continuation)
            let isRefused = requests.signal { requests in
                guard !requests.isClosing, requests.removals.count < Self.maxRemovals else { return true }
                requests.removals.append(removal)
                return false
            }
            if isRefused { continuation.resume(returning: false) }
        }
    }

    private static let patienceOfRemovals: Int64 = 5_000_000
    private static let maxRemovals = 64

    /// The removals that may be made, the lists being at `positions`. Those that have waited too long are refused.
    ///
    /// - Parameter positions: nil when the lists are not whole.
    func takeRemovals(_ positions: [Int64]?) -> [Removal] {
        let now = monotonicMicroseconds()
        var (ready, late): ([Removal], [Removal]) = ([], [])
        requests.withLock { requests in
            var left: [Removal] = []
            for removal in requests.removals {
                if let positions, zip(removal.target, positions).allSatisfy({ $0 <= $1 }) {
                    ready.append(removal)
                } else if removal.deadline <= now || requests.isClosing {
                    late.append(removal)
                } else {
                    left.append(removal)
                }
            }
            requests.removals = left
        }
        for removal in late { removal.done.resume(returning: false) }
        return ready
    }

    func beginClosing() { requests.signal { $0.isClosing = true } }
}
