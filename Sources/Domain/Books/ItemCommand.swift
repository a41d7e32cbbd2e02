/// What a tenant may ask of its items.
public enum ItemCommand: Sendable {
    case schedule(ScheduleId, ScheduleCommand)
    case subscription(SubscriptionId, SubscriptionCommand)
    case webhookKeys(WebhookKeyCommand)
    case holds(HoldCommand)
    case source(SourceName, SourceCommand)
    case receiver(SourceName, ReceiverCommand)

    public var key: ItemKey {
        switch self {
        case .schedule(let id, _): .schedule(id)
        case .subscription(let id, _): .subscription(id)
        case .webhookKeys: .webhookKeys
        case .holds: .holds
        case .source(let name, _): .source(name)
        case .receiver(let name, _): .receiver(name)
        }
    }

    /// The name under which the audit knows it.
    var name: String {
        switch self {
        case .schedule(_, let command): "schedule." + command.name
        case .subscription(_, let command): "subscription." + command.name
        case .webhookKeys(let command): "webhook-key." + command.name
        case .holds(let command): command.name
        case .source(_, let command): "ingestion-source." + command.name
        case .receiver(_, let command): "ingestion-receiver." + command.name
        }
    }

    /// Whether it makes the item that it names, or ends it: then the tenant's counts change with it.
    var changesCounts: Bool {
        switch self {
        case .schedule(_, .create), .schedule(_, .delete), .subscription(_, .create), .subscription(_, .delete): true
        case .source(_, .create), .source(_, .put), .source(_, .delete): true
        case .receiver(_, .put), .receiver(_, .delete): true
        default: false
        }
    }

    /// Whether it is mostly the first to name its item.
    var expectsAbsence: Bool {
        switch self {
        case .schedule(_, .create), .subscription(_, .create): true
        default: false
        }
    }

    /// What there is before the first change, of items that every tenant has; nil for others.
    func blank(in tenant: TenantId, at now: Instant) -> TenantItem? {
        switch self {
        case .schedule, .subscription, .source, .receiver: nil
        case .webhookKeys: .webhookKeys(WebhookKeys(tenant: tenant, createdAt: now, updatedAt: now))
        case .holds: .holds(Holds(tenant: tenant, createdAt: now, updatedAt: now))
        }
    }

    /// About how many bytes it takes.
    public var approximateBytes: Int {
        switch self {
        case .schedule(_, .create(let plan)), .schedule(_, .change(let plan, _)): plan.template.approximateBytes + 512
        case .subscription(_, .create(let plan, _)), .subscription(_, .change(let plan, _)): plan.template.approximateBytes + 2_048
        case .source(_, .create(let plan)), .source(_, .put(let plan, _)): plan.approximateBytes
        case .source(_, .seal(let request, _)): request.approximateBytes
        case .receiver(_, .put(let plan, _, _, _)): plan.approximateBytes
        default: 512
        }
    }
}

/// What happened to an item.
public enum ItemEvent: Hashable, Sendable {
    case schedule(ScheduleEvent)
    case subscription(SubscriptionEvent)
    case webhookKeys(WebhookKeyEvent)
    case holds(HoldEvent)
    case source(SourceEvent)
    case receiver(ReceiverEvent)

    public var type: EventType {
        switch self {
        case .schedule(let event): .schedule(event.kind)
        case .subscription(let event): .subscription(event.kind)
        case .webhookKeys(let event): .webhookKey(event.kind)
        case .holds(.targetPaused): .target(.paused)
        case .holds(.targetResumed): .target(.resumed)
        case .holds(.tenantPaused): .tenant(.paused)
        case .holds(.tenantResumed): .tenant(.resumed)
        case .source(let event): .ingestion(event.kind)
        case .receiver(let event): .ingestion(event.kind)
        }
    }
}
