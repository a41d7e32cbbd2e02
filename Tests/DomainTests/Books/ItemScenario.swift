import Testing

@testable import Domain

/// Given / when / then on a tenant's items.
extension BookScenario {
    static let sealed = SealedBytes(bytes: [1, 2, 3])

    static func template() throws -> CallTemplate {
        CallTemplate(
            request: SealedRequest(method: .POST, url: try TargetURL("https://example.com/hook"), payload: .sealed(sealed), bodyBytes: 2),
            tags: ["nightly"], retry: RetryPolicy(maxAttempts: 3, statuses: [404, 503]), redirects: 2)
    }

    static func timing(_ cron: String = "0 9 * * 1-5", zone: String = "UTC") throws -> ScheduleTiming {
        ScheduleTiming(recurrence: .cron(try CronExpression(cron)), timeZone: zone, misfire: .latest)
    }

    static func schedule(_ number: UInt64) -> ScheduleId { ScheduleId(UniqueId(high: 4, low: number)) }
    static func subscription(_ number: UInt64) -> SubscriptionId { SubscriptionId(UniqueId(high: 5, low: number)) }

    static func plan(_ fingerprint: UInt8 = 1, timing: ScheduleTiming? = nil) throws -> Schedule.Plan {
        Schedule.Plan(
            name: try #require(ItemName("Nightly report")), timing: try timing ?? Self.timing(), template: try template(),
            fingerprint: Fingerprint(bytes: [fingerprint]))
    }

    static func plan(types: [String], filter: EventFilter? = nil, _ fingerprint: UInt8 = 1) throws -> Subscription.Plan {
        Subscription.Plan(
            name: try #require(ItemName("Bookkeeping")), types: try types.map { try EventTypePattern($0) }, filter: filter,
            template: try template(), fingerprint: Fingerprint(bytes: [fingerprint]))
    }

    static func key(_ number: UInt64, _ scheme: WebhookScheme = .hmacSHA256, at createdAt: Instant) -> WebhookKey {
        WebhookKey(
            id: UniqueId(high: 6, low: number), scheme: scheme, sealed: sealed, publicKey: scheme == .ed25519 ? "whpk_AAAA" : nil,
            createdAt: createdAt)
    }

    func item(_ key: ItemKey) -> TenantItem? {
        if case .item(let item)? = records[.item(tenant, key)] { item } else { nil }
    }

    func schedule(_ number: UInt64) -> Schedule? {
        if case .schedule(let schedule)? = item(.schedule(Self.schedule(number))) { schedule } else { nil }
    }

    func subscription(_ number: UInt64) -> Subscription? {
        if case .subscription(let subscription)? = item(.subscription(Self.subscription(number))) { subscription } else { nil }
    }

    var webhookKeys: WebhookKeys? { if case .webhookKeys(let keys)? = item(.webhookKeys) { keys } else { nil } }
    var holds: Holds? { if case .holds(let holds)? = item(.holds) { holds } else { nil } }
    var counts: ItemCounts? { if case .counts(let counts)? = item(.counts) { counts } else { nil } }
}
