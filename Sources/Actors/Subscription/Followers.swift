internal import DequeModule
internal import Domain
internal import Ports

/// Delivers events to subscriptions (EV-4): follows the log for each, and submits a call for every event that it wants.
///
/// A call's identity follows from subscription and event, and a cursor moves once the calls are committed: a crash in between submits some
/// again, which changes nothing. Tenants take turns; a bounded number is followed at one time.
actor Followers {
    private struct Tenant {
        var follows: [SubscriptionId: Follow] = [:]
        /// Waits for its turn.
        var isQueued = false
        var isRunning = false
        /// Something was committed while it ran.
        var isTouched = false
        /// Set while it is held up.
        var retryAt: Uptime?
        var wait = BackOff(first: .milliseconds(200), most: .seconds(30))
    }

    nonisolated let inbox: FollowerInbox
    private let ports: EnginePorts
    private let router: Router
    private let cursors: CursorBook
    private let settings: EngineSettings
    private let metrics: EngineMetrics
    private let variant: EngineVariant

    private var tenants: [TenantId: Tenant] = [:]
    private var turns = Deque<TenantId>()
    private var heldUp: Set<TenantId> = []
    private var running = 0
    private var unread: [PartitionId: Uptime] = [:]
    private var wait = BackOff(first: .milliseconds(100), most: .seconds(5))
    private var refreshAt: Uptime?

    init(
        inbox: FollowerInbox, ports: EnginePorts, router: Router, cursors: CursorBook, settings: EngineSettings, metrics: EngineMetrics,
        variant: EngineVariant
    ) {
        self.inbox = inbox
        self.ports = ports
        self.router = router
        self.cursors = cursors
        self.settings = settings
        self.metrics = metrics
        self.variant = variant
    }

    /// Works until the inbox is closed or the task is cancelled.
    func run() async {
        let inbox = self.inbox
        let alarm = ports.time.makeAlarm { inbox.mailbox.wake() }
        await withDiscardingTaskGroup { group in
            while let batch = await inbox.mailbox.takeBatch(limit: 1_024), !Task.isCancelled {
                for message in batch { await handle(message) }
                for partition in inbox.takeBehind() { unread[partition] = ports.time.uptime() }
                await readUnread()
                for tenant in inbox.takeTouched() { touch(tenant) }
                takeUpAgain()
                while running < settings.followersRunning, let (tenant, follows) = next() {
                    running += 1
                    let round = FollowerRound(
                        tenant: tenant, ports: ports, router: router, cursors: cursors, settings: settings, metrics: metrics,
                        variant: variant)
                    group.addTask { inbox.finished(tenant, await round.run(follows)) }
                }
                alarm.set(nextWake())
            }
        }
        alarm.set(nil)
    }

    // MARK: - Told by others

    private func handle(_ message: FollowerMessage) async {
        switch message {
        case .opened(let partition): unread[partition] = ports.time.uptime()
        case .changed(_, let change): take(change)
        case .finished(let tenant, let result): await finish(tenant, result)
        }
    }

    private func take(_ change: SubscriptionChange) {
        let known = tenants[change.tenant]?.follows[change.id]
        if let known, known.subscription.version >= change.version { return }
        guard change.isActive else { return leave(change.id, of: change.tenant) }
        guard let known else {
            // A new one was not followed yet; of others the cursor is in the store alone.
            if change.version == 1 { return put(Follow(change, partitions: ports.journal.partitionCount, cursor: nil)) }
            unread[PartitionId(PartitionHash.partition(tenant: change.tenant, count: ports.journal.partitionCount))] = ports.time.uptime()
            return
        }
        put(known.changed(change))
    }

    private func put(_ follow: Follow) {
        let tenant = follow.subscription.tenant
        inbox.follow(tenant)
        tenants[tenant, default: Tenant()].follows[follow.subscription.id] = follow
        touch(tenant)
    }

    private func leave(_ id: SubscriptionId, of tenant: TenantId) {
        tenants[tenant]?.follows[id] = nil
        dropIfEmpty(tenant)
    }

    private func dropIfEmpty(_ tenant: TenantId) {
        guard let known = tenants[tenant], known.follows.isEmpty, !known.isRunning else { return }
        tenants[tenant] = nil
        inbox.leave(tenant)
    }

    private func finish(_ tenant: TenantId, _ result: FollowerRound.Result) async {
        running -= 1
        tenants[tenant]?.isRunning = false
        var isHeldUp = result.isHeldUp
        for step in result.steps {
            // One that has changed since goes on from where the change put it; what it delivers twice is known by its identity.
            guard tenants[tenant]?.follows[step.id]?.subscription.version == step.version else { continue }
            tenants[tenant]?.follows[step.id]?.place = step.place
            tenants[tenant]?.follows[step.id]?.health = step.health
            if step.hasFailed, await !disable(step, of: tenant) { isHeldUp = true }
        }
        for id in result.unreadable { tenants[tenant]?.follows[id]?.waitsUntil = ports.time.uptime() + Self.patience }
        if isHeldUp {
            let wait = tenants[tenant]?.wait.next() ?? .zero
            tenants[tenant]?.retryAt = ports.time.uptime() + wait
            heldUp.insert(tenant)
        } else {
            tenants[tenant]?.wait.reset()
            if !result.isAtEnd || tenants[tenant]?.isTouched == true { queue(tenant) }
        }
        dropIfEmpty(tenant)
    }

    /// How long a subscription waits at least whose request cannot be opened.
    private static let patience = TimeSpan.minutes(1)

    /// The command may fail; then the next round, which sees the same health, gives it again.
    ///
    /// - Returns: whether it was taken.
    private func disable(_ step: FollowerRound.Step, of tenant: TenantId) async -> Bool {
        let since = step.health.failingSince?.rfc3339 ?? ""
        let command = SubscriptionCommand.disable(reason: "Every delivery since \(since) has failed.")
        let intent = BookIntent(
            tenant: tenant, command: .item(.subscription(step.id, command)), by: "engine", correlationId: step.id.description)
        do throws(IntentError) {
            let reply = try await router.send(intent)
            if reply.changed { metrics.subscriptionsDisabled.add() }
            return true
        } catch {
            return false
        }
    }

    // MARK: - Turns

    private func touch(_ tenant: TenantId) {
        guard let known = tenants[tenant] else { return }
        if known.isRunning || known.retryAt != nil { tenants[tenant]?.isTouched = true } else { queue(tenant) }
    }

    private func queue(_ tenant: TenantId) {
        guard let known = tenants[tenant], !known.isQueued, !known.isRunning else { return }
        tenants[tenant]?.isQueued = true
        turns.append(tenant)
    }

    private func next() -> (TenantId, [Follow])? {
        while let tenant = turns.popFirst() {
            guard let known = tenants[tenant] else { continue }
            tenants[tenant]?.isQueued = false
            tenants[tenant]?.isTouched = false
            let uptime = ports.time.uptime()
            let follows = known.follows.values.filter { $0.waitsUntil.map { $0 <= uptime } ?? true }
            guard !follows.isEmpty, !known.isRunning else { continue }
            tenants[tenant]?.isRunning = true
            return (tenant, follows)
        }
        return nil
    }

    /// Those that were held up, and from time to time all.
    private func takeUpAgain() {
        let uptime = ports.time.uptime()
        for tenant in heldUp.sorted() {
            if let retryAt = tenants[tenant]?.retryAt {
                guard retryAt <= uptime else { continue }
                tenants[tenant]?.retryAt = nil
                queue(tenant)
            }
            heldUp.remove(tenant)
        }
        let isRefresh = refreshAt.map { $0 <= uptime } ?? false
        if isRefresh { for tenant in tenants.keys.sorted() { touch(tenant) } }
        if isRefresh || refreshAt == nil { refreshAt = uptime + settings.followerRefresh }
    }

    private func nextWake() -> Uptime? {
        var wake = unread.values.min()
        guard !tenants.isEmpty else { return wake }
        for moment in heldUp.compactMap({ tenants[$0]?.retryAt }) + [refreshAt].compactMap({ $0 }) { wake = min(wake ?? moment, moment) }
        return wake
    }

    // MARK: - Reading

    private func readUnread() async {
        for partition in unread.keys.sorted() where unread[partition].map({ $0 <= ports.time.uptime() }) ?? false {
            do throws(JournalError) {
                try await read(partition)
                unread[partition] = nil
                wait.reset()
            } catch {
                unread[partition] = ports.time.uptime() + wait.next()
                metrics.subscriptionReadFailures.add()
                ports.diagnostics.report(
                    Diagnostic(
                        .warning, "subscription.read-failed", "Subscriptions could not be read; trying again.",
                        fields: [("partition", partition.description), ("reason", String(describing: error))]))
            }
        }
    }

    private func read(_ partition: PartitionId) async throws(JournalError) {
        var stored: [ItemKey: [TenantId: FollowerCursor]] = [:]
        try await ports.journal.readCursors(of: .subscription, in: partition) { cursor in
            stored[ItemKey(kind: cursor.kind, id: cursor.id), default: [:]][cursor.tenant] = cursor
        }
        var found: Set<SubscriptionId> = []
        try await ports.journal.readItems(of: .subscription, in: partition) { item in
            guard case .subscription(let subscription) = item, subscription.status == .active else { return }
            found.insert(subscription.id)
            let change = SubscriptionChange(subscription)
            guard let known = tenants[change.tenant]?.follows[change.id] else {
                let cursor = stored[.subscription(change.id)]?[change.tenant]
                return put(Follow(change, partitions: ports.journal.partitionCount, cursor: cursor))
            }
            if known.subscription.version < change.version { put(known.changed(change)) }
        }
        // What was paused, disabled or deleted while messages were dropped.
        for (tenant, known) in tenants.sorted(by: { $0.key < $1.key })
        where PartitionHash.partition(tenant: tenant, count: ports.journal.partitionCount) == partition.index {
            for id in known.follows.keys.sorted() where !found.contains(id) { leave(id, of: tenant) }
        }
    }
}
