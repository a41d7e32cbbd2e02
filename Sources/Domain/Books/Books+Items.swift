/// The items' part of the decider.
extension Books {
    func item(_ key: ItemKey) -> TenantItem? {
        if case .item(let item)? = record(.item(tenant, key)) { item } else { nil }
    }

    func decideItem(_ command: ItemCommand, _ context: BookContext) throws(BookError) -> [BookEvent] {
        let key = command.key
        let counts: ItemCounts =
            if case .counts(let counts)? = item(.counts) { counts } else { ItemCounts(tenant: tenant) }
        let current = item(key)
        let events: [ItemEvent]
        switch command {
        case .schedule(_, let command):
            try checkZone(of: command, context)
            let state: Schedule? = if case .schedule(let schedule)? = current { schedule } else { nil }
            events = try Schedule.decide(state, command, counts: counts).map(ItemEvent.schedule)
        case .subscription(_, let command):
            let state: Subscription? = if case .subscription(let subscription)? = current { subscription } else { nil }
            events = try Subscription.decide(state, command, counts: counts).map(ItemEvent.subscription)
        case .webhookKeys(let command):
            let state: WebhookKeys? = if case .webhookKeys(let keys)? = current { keys } else { nil }
            events = try WebhookKeys.decide(state, command, at: context.now).map(ItemEvent.webhookKeys)
        case .holds(let command):
            let state: Holds? = if case .holds(let holds)? = current { holds } else { nil }
            events = try Holds.decide(state, command, at: context.now).map(ItemEvent.holds)
        case .source(_, let command):
            let state: IngestionSource? = if case .source(let source)? = current { source } else { nil }
            events = try IngestionSource.decide(state, command, counts: counts).map(ItemEvent.source)
        case .receiver(_, let command):
            let state: Receiver? = if case .receiver(let receiver)? = current { receiver } else { nil }
            events = try Receiver.decide(state, command, counts: counts, at: context.now).map(ItemEvent.receiver)
        }
        return events.map { .item($0, key) }
    }

    private func checkZone(of command: ScheduleCommand, _ context: BookContext) throws(BookError) {
        let zone: String
        switch command {
        case .create(let plan), .change(let plan, _): zone = plan.timing.timeZone
        case .pause, .resume, .delete: return
        }
        guard context.today(zone) != nil else { throw .unknownTimeZone(zone) }
    }

    static func evolve(
        item current: BookRecord?, _ event: ItemEvent, _ key: ItemKey, tenant: TenantId, at now: Instant
    ) -> TenantItem? {
        let item: TenantItem? = if case .item(let item)? = current { item } else { nil }
        switch event {
        case .schedule(let event):
            guard let id = ScheduleId(key.id) else { return nil }
            let state: Schedule? = if case .schedule(let schedule)? = item { schedule } else { nil }
            return Schedule.evolve(state, event, id: id, tenant: tenant, at: now).map(TenantItem.schedule)
        case .subscription(let event):
            guard let id = SubscriptionId(key.id) else { return nil }
            let state: Subscription? = if case .subscription(let subscription)? = item { subscription } else { nil }
            return Subscription.evolve(state, event, id: id, tenant: tenant, at: now).map(TenantItem.subscription)
        case .webhookKeys(let event):
            let state: WebhookKeys? = if case .webhookKeys(let keys)? = item { keys } else { nil }
            return WebhookKeys.evolve(state, event, tenant: tenant, at: now).map(TenantItem.webhookKeys)
        case .holds(let event):
            let state: Holds? = if case .holds(let holds)? = item { holds } else { nil }
            return Holds.evolve(state, event, tenant: tenant, at: now).map(TenantItem.holds)
        case .source(let event):
            guard let name = SourceName(key.id) else { return nil }
            let state: IngestionSource? = if case .source(let source)? = item { source } else { nil }
            return IngestionSource.evolve(state, event, name: name, tenant: tenant, at: now).map(TenantItem.source)
        case .receiver(let event):
            guard let name = SourceName(key.id) else { return nil }
            let state: Receiver? = if case .receiver(let receiver)? = item { receiver } else { nil }
            return Receiver.evolve(state, event, name: name, tenant: tenant, at: now).map(TenantItem.receiver)
        }
    }

    /// The items that change with `event` and are not told of: the tenant's counts, and how far a source is followed.
    ///
    /// - Parameters:
    ///   - record: the aggregate after the event.
    ///   - find: what is there besides.
    public static func itemsAlong(
        with event: BookEvent, _ record: BookRecord, tenant: TenantId, at now: Instant, find: (BookKey) -> BookRecord?
    ) -> [TenantItem] {
        var items: [TenantItem] = []
        if let counts = counts(after: event, tenant: tenant, find: find) { items.append(.counts(counts)) }
        if let progress = progress(after: event, record, tenant: tenant, at: now, find: find) { items.append(.progress(progress)) }
        return items
    }

    private static func counts(after event: BookEvent, tenant: TenantId, find: (BookKey) -> BookRecord?) -> ItemCounts? {
        guard case .item(let event, _) = event else { return nil }
        var counts: ItemCounts =
            if case .item(.counts(let counts))? = find(.item(tenant, .counts)) { counts } else { ItemCounts(tenant: tenant) }
        switch event {
        case .schedule(.created): counts.schedules += 1
        case .schedule(.deleted): counts.schedules -= 1
        case .subscription(.created): counts.subscriptions += 1
        case .subscription(.deleted): counts.subscriptions -= 1
        case .source(.created): counts.sources += 1
        case .source(.deleted): counts.sources -= 1
        case .receiver(.created): counts.receivers += 1
        case .receiver(.deleted): counts.receivers -= 1
        default: return nil
        }
        counts.version += 1
        return counts
    }
}
