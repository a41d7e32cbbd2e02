internal import Domain
internal import Ports
internal import Synchronization

/// The due calls that wait for a place in execution.
final class ExecutionQueue: Sendable {
    private struct State {
        var queue: FairQueue<DueCall>
        /// Tenants that were refused and are to be told of room.
        var refused: Set<TenantId> = []
        var isClosed = false
    }

    private let state: Mutex<State>
    /// Wakes execution; its elements are the attempts that have ended.
    let finished: Mailbox<Void>

    init(limitPerTenant: Int, limit: Int, running: Int) {
        state = Mutex(State(queue: FairQueue(limitPerTenant: limitPerTenant, limit: limit)))
        finished = Mailbox(capacity: running)
    }

    var count: Int { state.withLock { $0.queue.count } }

    /// The earliest due time of a call that waits.
    var oldest: Instant? { state.withLock { $0.queue.firsts.map(\.dueAt).min() } }

    /// - Returns: false when there is no room; the tenant is then named by `takeRelieved` once there is.
    func offer(_ call: DueCall) -> Bool {
        let (accepted, wasEmpty) = state.withLock { state -> (Bool, Bool) in
            let wasEmpty = state.queue.count == 0
            if !state.isClosed, state.queue.push(call, of: call.key.tenant) { return (true, wasEmpty) }
            state.refused.insert(call.key.tenant)
            return (false, false)
        }
        if wasEmpty { finished.wake() }
        return accepted
    }

    func pop() -> DueCall? { state.withLock { $0.queue.pop()?.element } }

    /// Refused tenants that have room again, in order; forgets them.
    func takeRelieved() -> [TenantId] {
        state.withLock { state in
            guard !state.refused.isEmpty, !state.isClosed, state.queue.count <= state.queue.limit / 2 else { return [] }
            let relieved = state.refused.filter { state.queue.count(of: $0) <= state.queue.limitPerTenant / 2 }.sorted()
            state.refused.subtract(relieved)
            return relieved
        }
    }

    /// Takes no more calls; those that wait stay in the store.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.queue = FairQueue(limitPerTenant: state.queue.limitPerTenant, limit: state.queue.limit)
        }
        finished.close()
    }
}
