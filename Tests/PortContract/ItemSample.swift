public import Domain
public import Ports

/// Items of tenants for the contracts; the same arguments give the same one.
public enum ItemSample {
    public static func id(_ number: Int) -> UniqueId {
        let mixed = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
        return UniqueId(high: mixed, low: mixed ^ 0xBF58_476D_1CE4_E5B9)
    }

    public static func scheduleKey(_ number: Int) -> ItemKey { .schedule(ScheduleId(id(number))) }
    public static func subscriptionKey(_ number: Int) -> ItemKey { .subscription(SubscriptionId(id(number))) }

    /// Any bytes may be sealed.
    private static func template(_ number: Int, bytes: Int = 40) throws -> CallTemplate {
        let sealed = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
        return CallTemplate(
            request: SealedRequest(
                method: .POST, url: try TargetURL("https://example.com/hook/\(number)"), payload: .sealed(SealedBytes(bytes: sealed)),
                bodyBytes: bytes), tags: ["a", "jörg 😀"], timeout: .seconds(7), retry: RetryPolicy(maxAttempts: 5, statuses: [429, 503]),
            redirects: 3)
    }

    private static func fingerprint(_ number: Int) -> Fingerprint {
        Fingerprint(bytes: (0..<32).map { UInt8(truncatingIfNeeded: number &+ $0) })
    }

    /// A schedule as it is made. - bytes: how long its sealed payload is.
    public static func schedule(_ number: Int, tenant: TenantId = Sample.acme, bytes: Int = 40) throws -> TenantItem {
        let timing = ScheduleTiming(
            recurrence: .cron(try CronExpression("*/5 3-6 * * 1")), timeZone: "Europe/Berlin", misfire: .latest,
            notBefore: Sample.start, notAfter: number % 2 == 0 ? nil : .latest)
        let plan = Schedule.Plan(
            name: try requireSome(ItemName("schedule \(number)"), "a name"), timing: timing, template: try template(number, bytes: bytes),
            fingerprint: fingerprint(number))
        return try evolved(nil, .schedule(.created(plan)), scheduleKey(number), tenant)
    }

    /// A subscription as it is made.
    public static func subscription(_ number: Int, tenant: TenantId = Sample.acme) throws -> TenantItem {
        let filter = EventFilter(all: [
            .init(place: .data(["a", "b/c~0"]), test: .equals(.text("jörg"))), .init(place: .subject, test: .exists(true), isNegated: true),
        ])
        let plan = Subscription.Plan(
            name: try requireSome(ItemName("Abonnement «\(number)»"), "a name"),
            types: [try EventTypePattern("*"), try EventTypePattern("ledgerflow.invoice.*")], filter: filter,
            template: try template(number),
            fingerprint: fingerprint(number))
        return try evolved(
            nil, .subscription(.created(plan, from: [0, 7, 1 << 39, 3])), subscriptionKey(number), tenant)
    }

    /// A source as it is made.
    public static func source(_ name: String, tenant: TenantId = Sample.acme) throws -> TenantItem {
        let source = try IngestionSample.source(name)
        return try evolved(nil, .source(.created(try IngestionSample.plan())), .source(source), tenant)
    }

    /// A receiver as it is made.
    public static func receiver(_ name: String, tenant: TenantId = Sample.acme) throws -> TenantItem {
        let source = try IngestionSample.source(name)
        let field = try SignatureField(
            header: requireSome(FieldName("X-Signature"), "a name"), algorithm: .sha512, encoding: .base64, prefix: "v1=",
            timestamp: FieldName("x-time"), content: SignedContent("{id}|{timestamp}|{body}"))
        let plan = Receiver.Plan(
            scheme: .hmac(field), messageId: .header(try requireSome(FieldName("x-id"), "a name")), tolerance: .seconds(90),
            topic: TopicName("erp.in"), split: try IngestionSample.plan().split, fingerprint: Fingerprint(bytes: [0, 255]))
        let secret = Receiver.Secret(id: id(1), sealed: SealedBytes(bytes: [0, 255, 1]), createdAt: Sample.start)
        let event = ReceiverEvent.created(plan, secret, door: ReceiverAddress.door(random: (1, 2)))
        return try evolved(nil, .receiver(event), .receiver(source), tenant)
    }

    /// How far a source is followed of which a run is under way.
    public static func progress(_ name: String, tenant: TenantId = Sample.acme) throws -> TenantItem {
        let source = try IngestionSample.source(name)
        let start = RunStart(id: id(1), source: source, trigger: .schedule, trace: IngestionSample.trace)
        let event = IngestionEvent.started(start, .init(from: Sample.start - .hours(1), to: Sample.start), requests: 3)
        let key = IngestionKey.run(start.id)
        let run = try requireSome(
            Books.evolve(nil, .ingestion(event, key), tenant: tenant, at: Sample.start), "a run")
        let along = Books.itemsAlong(with: .ingestion(event, key), run, tenant: tenant, at: Sample.start) { _ in nil }
        return try requireSome(along.first, "progress")
    }

    public static func webhookKeys(tenant: TenantId = Sample.acme) throws -> TenantItem {
        let key = WebhookKey(
            id: id(1), scheme: try requireSome(WebhookScheme.allCases.first, "a scheme"), sealed: SealedBytes(bytes: [0, 255, 1]),
            publicKey: "abc", createdAt: Sample.start)
        let event = WebhookKeyEvent.added(key, othersExpireAt: Sample.start + .hours(1))
        return try evolved(nil, .webhookKeys(event), .webhookKeys, tenant)
    }

    public static func holds(tenant: TenantId = Sample.acme) throws -> TenantItem {
        let hold = Hold(since: Sample.start, by: "jörg", reason: "maintenance 😀")
        let one = try evolved(nil, .holds(.targetPaused(host: "example.com", hold)), .holds, tenant)
        return try evolved(one, .holds(.tenantPaused(hold)), .holds, tenant)
    }

    /// One of each kind, some changed before they are stored.
    public static func everyItem(tenant: TenantId = Sample.acme) throws -> [TenantItem] {
        let subscription = try subscription(1, tenant: tenant)
        let replayed = try evolved(
            subscription, .subscription(.replayed(from: [1, 2, 3, 4], generation: 1)), subscription.key, tenant)
        return [
            try schedule(1, tenant: tenant), try changed(try schedule(2, tenant: tenant)), try deleted(try schedule(3, tenant: tenant)),
            try schedule(4, tenant: tenant, bytes: 100_000), try self.subscription(2, tenant: tenant), replayed,
            try evolved(
                try self.subscription(5, tenant: tenant), .subscription(.disabled(reason: "no\u{0}answer")), subscriptionKey(5), tenant),
            try deleted(try self.subscription(3, tenant: tenant)), try webhookKeys(tenant: tenant), try holds(tenant: tenant),
            .counts(ItemCounts(tenant: tenant, version: 3, schedules: 2, subscriptions: 1, sources: 4, receivers: 5)),
            try source("erp", tenant: tenant), try deleted(try source("gone.erp", tenant: tenant)), try progress("erp", tenant: tenant),
            try receiver("erp", tenant: tenant), try deleted(try receiver("gone.erp", tenant: tenant)),
        ]
    }

    /// The item one version on: a schedule or subscription paused.
    public static func changed(_ item: TenantItem) throws -> TenantItem {
        let event: ItemEvent = item.key.kind == .schedule ? .schedule(.paused) : .subscription(.paused)
        return try evolved(item, event, item.key, item.tenant)
    }

    public static func deleted(_ item: TenantItem) throws -> TenantItem {
        let event: ItemEvent =
            switch item.key.kind {
            case .schedule: .schedule(.deleted)
            case .source: .source(.deleted)
            case .receiver: .receiver(.deleted)
            default: .subscription(.deleted)
            }
        return try evolved(item, event, item.key, item.tenant)
    }

    private static func evolved(_ item: TenantItem?, _ event: ItemEvent, _ key: ItemKey, _ tenant: TenantId) throws -> TenantItem {
        let before = item.map(BookRecord.item)
        guard case .item(let after)? = Books.evolve(before, .item(event, key), tenant: tenant, at: Sample.start + .seconds(1)) else {
            throw ContractFailure("an item does not change as it should")
        }
        return after
    }

    static func type(of item: TenantItem, isNew: Bool) -> EventType {
        switch item {
        case .schedule: .schedule(isNew ? .created : .changed)
        case .subscription: .subscription(isNew ? .created : .changed)
        case .webhookKeys: .webhookKey(.added)
        case .source: .ingestion(isNew ? .sourceCreated : .sourceChanged)
        case .receiver: .ingestion(isNew ? .receiverCreated : .receiverChanged)
        case .holds, .counts, .progress: .target(.paused)
        }
    }

    /// A cursor of `item` under the owner's epoch.
    public static func cursor(
        _ item: TenantItem, _ owner: Owner, _ place: [Int64], generation: Int = 0, state: String = "{}", epoch: Int64? = nil
    ) -> FollowerCursor {
        FollowerCursor(
            partition: owner.partition, epoch: epoch ?? owner.epoch, tenant: item.tenant, kind: item.key.kind, id: item.key.id,
            generation: generation, place: place, state: Array(state.utf8))
    }
}
