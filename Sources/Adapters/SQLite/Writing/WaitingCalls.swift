internal import Domain
internal import Ports
internal import Synchronization

/// What readers must know of the index entries that are not written yet.
///
/// A call comes in after the commit that made it and before the reply, and leaves after the commit that wrote its entry. So who looks
/// here first and then reads the database, in a transaction begun after the look, misses none.
final class WaitingCalls: Sendable {
    private let keys = Mutex<[ServiceCallKey: RowKey]>([:])
    /// No call that waits to be entered by its due time is due earlier (microseconds since 1970); `Int64.max` when none waits.
    let earliestDue = Atomic<Int64>(Int64.max)
    /// Entries of both indexes.
    let count = Atomic<Int>(0)

    init(_ found: IndexBacklog.Found) { replace(found) }

    func key(of call: ServiceCallKey) -> RowKey? { keys.withLock { $0[call] } }

    /// The keys of those among `calls` that wait; nil for the others.
    func keys(of calls: [ServiceCallKey]) -> [RowKey?] {
        keys.withLock { keys in keys.isEmpty ? Array(repeating: nil, count: calls.count) : calls.map { keys[$0] } }
    }

    func change(add: [ServiceCallKey: RowKey], remove: [WaitingId]) {
        keys.withLock { keys in
            for entry in remove { keys[entry.call] = nil }
            for (call, key) in add { keys[call] = key }
        }
    }

    func replace(_ found: IndexBacklog.Found) {
        let new = Dictionary(found.ids.map { ($0.call, $0.key) }, uniquingKeysWith: { first, _ in first })
        keys.withLock { $0 = new }
        earliestDue.store(found.dues.map(\.dueAt).min() ?? .max, ordering: .releasing)
        count.store(found.ids.count + found.dues.count, ordering: .relaxed)
    }
}

/// A call that `service_call_ids` does not hold yet.
struct WaitingId: Comparable, Sendable {
    let call: ServiceCallKey
    let key: RowKey

    static func < (a: WaitingId, b: WaitingId) -> Bool {
        let (first, second) = (a.call.id.value, b.call.id.value)
        return (first.high, first.low, a.key.value) < (second.high, second.low, b.key.value)
    }
}

/// A call that `service_calls_due_later` does not hold yet.
struct WaitingDue: Comparable, Sendable {
    let tenant: TenantId
    let dueAt: Int64
    let key: RowKey

    static func < (a: WaitingDue, b: WaitingDue) -> Bool {
        if a.key.partition != b.key.partition { return a.key.partition < b.key.partition }
        if a.tenant != b.tenant { return a.tenant < b.tenant }
        return (a.dueAt, a.key.value) < (b.dueAt, b.key.value)
    }
}
