internal import DequeModule
internal import Synchronization

/// A bounded queue from many producers to one consumer, which takes what waits in batches.
///
/// Why not `AsyncStream`: it either grows without bound or drops, and hands out one element at a time; docs/adr/0003 has
/// the reasons and the measurement.
final class Mailbox<Element: Sendable>: Sendable {
    /// What became of an offer.
    enum Offer: Sendable { case accepted, full, closed }

    private struct State {
        var items = Deque<Item>()
        var weight = 0
        var consumer: UnsafeContinuation<Void, Never>?
        var woken = false
        var closed = false
    }

    private struct Item {
        let element: Element
        let weight: Int
    }

    private let state = Mutex(State())
    /// The most elements that wait.
    let capacity: Int
    /// The most weight (bytes, mostly) that waits.
    let weightLimit: Int

    init(capacity: Int, weightLimit: Int = .max) {
        self.capacity = capacity
        self.weightLimit = weightLimit
    }

    /// How many elements wait.
    var count: Int { state.withLock { $0.items.count } }

    /// Appends `element`, unless the mailbox is full or closed.
    ///
    /// - Parameter reserved: whether the producer holds a place of its own (it has at most a known number of elements under way),
    ///   so that the limit does not concern it. This keeps the circle partition → execution → partition from locking.
    func offer(_ element: Element, weight: Int = 0, reserved: Bool = false) -> Offer {
        let (result, consumer) = state.withLock { state -> (Offer, UnsafeContinuation<Void, Never>?) in
            if state.closed { return (.closed, nil) }
            if !reserved, state.items.count >= capacity || state.weight + weight > weightLimit { return (.full, nil) }
            state.items.append(Item(element: element, weight: weight))
            state.weight += weight
            return (.accepted, state.consumer.take())
        }
        consumer?.resume()
        return result
    }

    /// Lets `takeBatch` return even if nothing waits.
    func wake() {
        let consumer = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            state.woken = true
            return state.consumer.take()
        }
        consumer?.resume()
    }

    /// Refuses what comes from now on; what waits is still handed out.
    func close() {
        let consumer = state.withLock { state -> UnsafeContinuation<Void, Never>? in
            state.closed = true
            return state.consumer.take()
        }
        consumer?.resume()
    }

    /// All that waits, at once, and nothing when nothing does: for what `takeBatch` is not to hand out any more, and for a consumer that
    /// does not want to wait.
    func removeAll() -> [Element] {
        state.withLock { state in
            let elements = state.items.map(\.element)
            state.items.removeAll()
            state.weight = 0
            return elements
        }
    }

    /// All that waits, at most `limit`; waits for the first when there is none.
    ///
    /// - Returns: an empty batch after `wake`; nil once the mailbox is closed and empty, or the task is cancelled and it is empty.
    func takeBatch(limit: Int) async -> [Element]? {
        while true {
            let (batch, isOver) = state.withLock { state in Self.take(&state, limit) }
            if let batch { return batch }
            if isOver || Task.isCancelled { return nil }
            await withTaskCancellationHandler {
                await withUnsafeContinuation { continuation in
                    let resumeNow = state.withLock { state -> Bool in
                        if !state.items.isEmpty || state.woken || state.closed || Task.isCancelled { return true }
                        state.consumer = continuation
                        return false
                    }
                    if resumeNow { continuation.resume() }
                }
            } onCancel: {
                state.withLock { $0.consumer.take() }?.resume()
            }
        }
    }

    private static func take(_ state: inout State, _ limit: Int) -> ([Element]?, isOver: Bool) {
        let count = min(limit, state.items.count)
        guard count > 0 else {
            if state.woken {
                state.woken = false
                return ([], false)
            }
            return (nil, state.closed)
        }
        state.woken = false
        var batch: [Element] = []
        batch.reserveCapacity(count)
        for _ in 0..<count {
            guard let item = state.items.popFirst() else { break }
            state.weight -= item.weight
            batch.append(item.element)
        }
        return (batch, false)
    }
}

extension Optional {
    /// The value, leaving nil behind.
    mutating func take() -> Wrapped? {
        defer { self = nil }
        return self
    }
}
