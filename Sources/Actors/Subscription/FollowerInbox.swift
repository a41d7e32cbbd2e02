internal import Domain
internal import Ports
internal import Synchronization

/// A message to the followers.
enum FollowerMessage: Sendable {
    case opened(PartitionId)
    case changed(PartitionId, SubscriptionChange)
    /// A tenant was followed for a while.
    case finished(TenantId, FollowerRound.Result)
}

/// How others tell the followers. Never waits: when it is full, the partition is marked, and the followers read the store instead.
final class FollowerInbox: Sendable {
    private struct State {
        /// Tenants with active subscriptions, and those of them for which something was committed.
        var followed: Set<TenantId> = []
        var touched: Set<TenantId> = []
    }

    let mailbox: Mailbox<FollowerMessage>
    private let state = Mutex(State())
    private let behind = PartitionSet()

    init(capacity: Int) { mailbox = Mailbox(capacity: capacity) }

    func open(_ partition: PartitionId) { _ = mailbox.offer(.opened(partition), reserved: true) }

    func changed(_ change: SubscriptionChange, in partition: PartitionId) {
        guard mailbox.offer(.changed(partition, change)) == .full else { return }
        behind.insert(partition)
        mailbox.wake()
    }

    /// Bounded by the number of tenants that are followed at one time.
    func finished(_ tenant: TenantId, _ result: FollowerRound.Result) {
        _ = mailbox.offer(.finished(tenant, result), reserved: true)
    }

    /// Events were committed.
    func committed(_ events: [CommittedEvent]) {
        let isNews = state.withLock { state -> Bool in
            guard !state.followed.isEmpty else { return false }
            var isNews = false
            var last: TenantId?
            for event in events where event.tenant != last {
                last = event.tenant
                if state.followed.contains(event.tenant), state.touched.insert(event.tenant).inserted { isNews = true }
            }
            return isNews
        }
        if isNews { mailbox.wake() }
    }

    func follow(_ tenant: TenantId) { state.withLock { _ = $0.followed.insert(tenant) } }

    func leave(_ tenant: TenantId) {
        state.withLock { state in
            state.followed.remove(tenant)
            state.touched.remove(tenant)
        }
    }

    /// Tenants for which something was committed, in order; forgets them.
    func takeTouched() -> [TenantId] {
        state.withLock { state in
            guard !state.touched.isEmpty else { return [] }
            defer { state.touched = [] }
            return state.touched.sorted()
        }
    }

    /// The partitions of which messages were dropped, in order; forgets them.
    func takeBehind() -> [PartitionId] { behind.takeAll() }
}
