internal import Domain
internal import Ports

/// What the followers need to know of a subscription, which is all but what it sends.
struct SubscriptionChange: Sendable {
    let tenant: TenantId
    let id: SubscriptionId
    let version: Int64
    let isActive: Bool
    let types: [EventTypePattern]
    let filter: EventFilter?
    let from: [Int64]
    let generation: Int
    let activeSince: Instant

    init(_ subscription: Subscription) {
        tenant = subscription.tenant
        id = subscription.id
        version = subscription.version
        isActive = subscription.status == .active
        types = subscription.types
        filter = subscription.filter
        from = subscription.from
        generation = subscription.generation
        activeSince = subscription.activeSince
    }
}

/// How deliveries to a subscription fare. It is stored with the cursor, so that days are counted through restarts.
struct DeliveryHealth: Hashable, Sendable {
    /// The first failure since the last success, and the newest.
    private(set) var failingSince: Instant?
    private(set) var failedAt: Instant?
    /// How long nothing but failures has been seen.
    private(set) var failingFor = TimeSpan.zero

    /// A century, which no sum of gaps comes near.
    private static let longest: Int64 = 100 * 366 * 86_400_000_000

    init() {}

    /// - Parameter longestGap: what the time since the failure before counts at most. The clock may have leapt meanwhile, and two
    ///   failures with years between them are no years of failing.
    mutating func failed(at moment: Instant, longestGap: TimeSpan) {
        failingSince = failingSince ?? moment
        if let failedAt, failedAt < moment { failingFor = failingFor + min(moment - failedAt, longestGap) }
        failedAt = max(failedAt ?? moment, moment)
    }

    mutating func succeeded() { self = DeliveryHealth() }

    /// What came before `moment` does not count.
    func since(_ moment: Instant) -> DeliveryHealth { failingSince.map { $0 < moment } ?? false ? DeliveryHealth() : self }

    var stored: [UInt8] {
        guard let failingSince, let failedAt else { return Array("{}".utf8) }
        var json = JSONWriter(capacity: 64)
        json.object { json in
            json.field("failingSince", failingSince.microseconds)
            json.field("failedAt", failedAt.microseconds)
            json.field("failingFor", failingFor.microseconds)
        }
        return json.bytes
    }

    init(stored bytes: [UInt8]) {
        guard case .object(let object)? = try? JSONReader.read(bytes), case .number(let since)? = object["failingSince"],
            case .number(let at)? = object["failedAt"], let since = since.int64, let at = at.int64
        else { return }
        failingSince = Instant(microseconds: since)
        failedAt = Instant(microseconds: at)
        // Earlier versions went by the two moments alone.
        let span =
            if case .number(let span)? = object["failingFor"], let span = span.int64 { span } else {
                at.subtractingReportingOverflow(since).partialValue
            }
        failingFor = TimeSpan(microseconds: min(max(0, span), Self.longest))
    }
}

/// One active subscription, and how far it has been followed.
struct Follow: Sendable {
    let subscription: SubscriptionChange
    /// One position of each partition: everything up to them is delivered, or was not wanted.
    var place: [Int64]
    var health: DeliveryHealth
    /// Set while what it sends cannot be opened.
    var waitsUntil: Uptime?

    /// - Parameter cursor: as it was stored, if it was; that of an earlier generation does not count.
    init(_ subscription: SubscriptionChange, partitions: Int, cursor: FollowerCursor?) {
        self.subscription = subscription
        let isCurrent = cursor?.generation == subscription.generation && cursor?.place.count == partitions
        if let cursor, isCurrent { place = cursor.place } else { place = Self.place(subscription.from, partitions) }
        health = (cursor.map { DeliveryHealth(stored: $0.state) } ?? DeliveryHealth()).since(subscription.activeSince)
    }

    /// The same followed on as `subscription` is now.
    func changed(_ subscription: SubscriptionChange) -> Follow {
        var follow = Follow(subscription, partitions: place.count, cursor: nil)
        if subscription.generation == self.subscription.generation { follow.place = place }
        follow.health = health.since(subscription.activeSince)
        return follow
    }

    private static func place(_ from: [Int64], _ partitions: Int) -> [Int64] {
        (0..<partitions).map { from.indices.contains($0) ? from[$0] : 0 }
    }

    /// Whether `event` is still to be looked at.
    func isBefore(_ event: CommittedEvent) -> Bool {
        place.indices.contains(event.partition.index) && place[event.partition.index] < event.position
    }

    /// Whether a page that was read after `start`, and ends at `end`, holds everything after this place up to `end`.
    func isCovered(from start: [Int64], to end: [Int64]) -> Bool {
        zip(start, place).allSatisfy { $0 <= $1 } && zip(place, end).allSatisfy { $0 <= $1 }
    }
}
