/// What a tenant has set up, by kind and name. Items are further records of the tenant's books: the same partition, commits and audit.
public struct ItemKey: Hashable, Comparable, Sendable {
    /// The raw value is what stores keep; it never changes.
    public enum Kind: String, Sendable, CaseIterable {
        case schedule
        case subscription
        case webhookKeys = "webhook-keys"
        case holds
        case counts
        case source = "ingestion-source"
        /// How far a source is followed; kept beside it.
        case progress = "ingestion-progress"
        case receiver = "ingestion-receiver"
    }

    public let kind: Kind
    /// The identifier of a schedule or subscription, the name of a source or receiver; of the others, of which a tenant has one, the kind itself.
    public let id: String

    public init(kind: Kind, id: String) {
        self.kind = kind
        self.id = id
    }

    public static func schedule(_ id: ScheduleId) -> ItemKey { ItemKey(kind: .schedule, id: id.description) }
    public static func subscription(_ id: SubscriptionId) -> ItemKey { ItemKey(kind: .subscription, id: id.description) }
    public static let webhookKeys = ItemKey(kind: .webhookKeys, id: "keys")
    public static let holds = ItemKey(kind: .holds, id: "holds")
    public static let counts = ItemKey(kind: .counts, id: "counts")
    public static func source(_ name: SourceName) -> ItemKey { ItemKey(kind: .source, id: name.value) }
    public static func receiver(_ name: SourceName) -> ItemKey { ItemKey(kind: .receiver, id: name.value) }
    public static func progress(_ source: SourceName) -> ItemKey { ItemKey(kind: .progress, id: source.value) }

    public static func < (a: ItemKey, b: ItemKey) -> Bool { (a.kind.rawValue, a.id) < (b.kind.rawValue, b.id) }

    private static let namespace = UniqueId(high: 0x6c65_6467_6572_5f6c, low: 0x8f6f_775f_6974_0001)

    /// The identity under which the item's events are known.
    public func subject(in tenant: TenantId) -> UniqueId {
        if kind == .schedule || kind == .subscription, let id = UniqueId(id) { return id }
        var name = Array(tenant.value.utf8) + [0] + Array(kind.rawValue.utf8)
        if kind == .source || kind == .progress || kind == .receiver { name += [0] + Array(id.utf8) }
        return UniqueId.version5(namespace: Self.namespace, name: name)
    }
}

/// One item, as it is committed.
public enum TenantItem: Hashable, Sendable {
    case schedule(Schedule)
    case subscription(Subscription)
    case webhookKeys(WebhookKeys)
    case holds(Holds)
    case counts(ItemCounts)
    case source(IngestionSource)
    case progress(SourceProgress)
    case receiver(Receiver)

    public var key: ItemKey {
        switch self {
        case .schedule(let schedule): .schedule(schedule.id)
        case .subscription(let subscription): .subscription(subscription.id)
        case .webhookKeys: .webhookKeys
        case .holds: .holds
        case .counts: .counts
        case .source(let source): .source(source.name)
        case .progress(let progress): .progress(progress.source)
        case .receiver(let receiver): .receiver(receiver.name)
        }
    }

    public var tenant: TenantId {
        switch self {
        case .schedule(let schedule): schedule.tenant
        case .subscription(let subscription): subscription.tenant
        case .webhookKeys(let keys): keys.tenant
        case .holds(let holds): holds.tenant
        case .counts(let counts): counts.tenant
        case .source(let source): source.tenant
        case .progress(let progress): progress.tenant
        case .receiver(let receiver): receiver.tenant
        }
    }

    /// Counts its changes from 1.
    public var version: Int64 {
        switch self {
        case .schedule(let schedule): schedule.version
        case .subscription(let subscription): subscription.version
        case .webhookKeys(let keys): keys.version
        case .holds(let holds): holds.version
        case .counts(let counts): counts.version
        case .source(let source): source.version
        case .progress(let progress): progress.version
        case .receiver(let receiver): receiver.version
        }
    }

    /// When the first of its changes was made; of counts and progress, which are not told of, the beginning of time.
    public var createdAt: Instant {
        switch self {
        case .schedule(let schedule): schedule.createdAt
        case .subscription(let subscription): subscription.createdAt
        case .webhookKeys(let keys): keys.createdAt
        case .holds(let holds): holds.createdAt
        case .source(let source): source.createdAt
        case .receiver(let receiver): receiver.createdAt
        case .counts, .progress: .earliest
        }
    }

    /// A deleted one stays on record, so that its identity is not given again; lists leave it out.
    public var isDeleted: Bool {
        switch self {
        case .schedule(let schedule): schedule.status == .deleted
        case .subscription(let subscription): subscription.status == .deleted
        case .source(let source): source.status == .deleted
        case .progress(let progress): progress.isDeleted && progress.running == nil
        case .receiver(let receiver): receiver.status == .deleted
        case .webhookKeys, .holds, .counts: false
        }
    }

    /// About how many bytes it takes in memory.
    public var approximateBytes: Int {
        switch self {
        case .schedule(let schedule): schedule.plan.template.approximateBytes + 512
        case .subscription(let subscription):
            subscription.plan.template.approximateBytes + 32 * subscription.from.count + 64 * subscription.plan.types.count + 1_024
        case .webhookKeys(let keys): 256 + 512 * keys.keys.count
        case .holds(let holds): 256 + 512 * holds.targets.count
        case .counts: 128
        case .source(let source): source.approximateBytes
        case .progress: 256
        case .receiver(let receiver): receiver.approximateBytes
        }
    }
}

extension TenantItem {
    /// How an item is kept by a store: JSON that only ever gains members. Tenant, key and version are not in it.
    public var storedState: [UInt8] {
        switch self {
        case .schedule(let schedule): schedule.storedState
        case .subscription(let subscription): subscription.storedState
        case .webhookKeys(let keys): keys.storedState
        case .holds(let holds): holds.storedState
        case .counts(let counts): counts.storedState
        case .source(let source): source.storedState
        case .progress(let progress): progress.storedState
        case .receiver(let receiver): receiver.storedState
        }
    }

    /// - Returns: nil when `state` is not what `storedState` wrote.
    public init?(kind: ItemKey.Kind, tenant: TenantId, id: String, version: Int64, storedState state: [UInt8]) {
        switch kind {
        case .schedule:
            guard let id = ScheduleId(id), let schedule = Schedule(tenant: tenant, id: id, version: version, storedState: state)
            else { return nil }
            self = .schedule(schedule)
        case .subscription:
            guard let id = SubscriptionId(id),
                let subscription = Subscription(tenant: tenant, id: id, version: version, storedState: state)
            else { return nil }
            self = .subscription(subscription)
        case .webhookKeys:
            guard let keys = WebhookKeys(tenant: tenant, version: version, storedState: state) else { return nil }
            self = .webhookKeys(keys)
        case .holds:
            guard let holds = Holds(tenant: tenant, version: version, storedState: state) else { return nil }
            self = .holds(holds)
        case .counts:
            guard let counts = ItemCounts(tenant: tenant, version: version, storedState: state) else { return nil }
            self = .counts(counts)
        case .source:
            guard let name = SourceName(id), let source = IngestionSource(tenant: tenant, name: name, version: version, storedState: state)
            else { return nil }
            self = .source(source)
        case .progress:
            guard let name = SourceName(id),
                let progress = SourceProgress(tenant: tenant, source: name, version: version, storedState: state)
            else { return nil }
            self = .progress(progress)
        case .receiver:
            guard let name = SourceName(id), let receiver = Receiver(tenant: tenant, name: name, version: version, storedState: state)
            else { return nil }
            self = .receiver(receiver)
        }
    }
}

/// What a schedule or a subscription is called by its tenant: 1 to 128 bytes without control characters.
public struct ItemName: Hashable, Sendable, CustomStringConvertible {
    public let value: String
    public static let maxBytes = 128

    /// - Returns: nil when `value` is not of the form above.
    public init?(_ value: String) {
        guard (1...Self.maxBytes).contains(value.utf8.count), !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        self.value = value
    }

    public var description: String { value }
}

/// How many schedules, subscriptions, sources and receivers a tenant has, deleted ones left out: what its limits are held against. It changes
/// with them in one commit, so it is exact.
public struct ItemCounts: Hashable, Sendable {
    public let tenant: TenantId
    public internal(set) var version: Int64
    public internal(set) var schedules: Int
    public internal(set) var subscriptions: Int
    public internal(set) var sources: Int
    public internal(set) var receivers: Int

    public init(
        tenant: TenantId, version: Int64 = 0, schedules: Int = 0, subscriptions: Int = 0, sources: Int = 0, receivers: Int = 0
    ) {
        self.tenant = tenant
        self.version = version
        self.schedules = schedules
        self.subscriptions = subscriptions
        self.sources = sources
        self.receivers = receivers
    }

    var storedState: [UInt8] {
        var json = JSONWriter(capacity: 64)
        json.object { json in
            json.field("schedules", schedules)
            json.field("subscriptions", subscriptions)
            json.field("sources", sources)
            json.field("receivers", receivers)
        }
        return json.bytes
    }

    init?(tenant: TenantId, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let schedules = members.integer("schedules"),
            let subscriptions = members.integer("subscriptions")
        else { return nil }
        // Counts of before there were sources or receivers have none.
        self.init(
            tenant: tenant, version: version, schedules: Int(clamping: schedules), subscriptions: Int(clamping: subscriptions),
            sources: Int(clamping: members.integer("sources") ?? 0), receivers: Int(clamping: members.integer("receivers") ?? 0))
    }
}
