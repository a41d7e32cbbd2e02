internal import Domain
internal import Ports

/// Who is told of a tenant's items once a change is durable. None of it waits.
struct ItemOutlets: Sendable {
    let schedules: ScheduleInbox
    let subscriptions: FollowerInbox
    let sources: PollerInbox
    let signingKeys: SigningKeys
    let cursors: CursorBook
    /// What is paused of a tenant must be known before its calls are made.
    let holds: HoldsOutlet

    func open(_ ownership: Ownership, in partition: PartitionId) {
        cursors.open(ownership, in: partition)
        schedules.open(partition)
        subscriptions.open(partition)
        sources.open(partition)
    }

    func committed(_ turn: Turn, in partition: PartitionId) {
        for key in turn.bookKeys {
            guard case .item = key, case .item(let item)? = turn.books[key]?.stored.record else { continue }
            switch item {
            case .schedule(let schedule): schedules.changed(ScheduleChange(schedule), in: partition)
            case .subscription(let subscription): subscriptions.changed(SubscriptionChange(subscription), in: partition)
            case .webhookKeys(let keys): signingKeys.changed(keys)
            case .holds(let holds): self.holds.changed(holds)
            case .source(let source): sources.changed(SourceChange(source), in: partition)
            case .counts, .progress, .receiver: break
            }
        }
        subscriptions.committed(turn.events)
    }
}
