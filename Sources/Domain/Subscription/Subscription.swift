/// Delivers a tenant's events to a target, each as a call (EV-4).
public struct Subscription: ManagedItem {
    /// What a subscription is asked to do; it may be changed.
    public struct Plan: ItemPlan {
        public let name: ItemName
        /// An event is delivered when one of them matches; 1 to 32.
        public let types: [EventTypePattern]
        /// And when this lets it pass.
        public let filter: EventFilter?
        /// Its body, if it has one, is replaced by the event.
        public internal(set) var template: CallTemplate
        public let fingerprint: Fingerprint

        public static let maxTypes = 32

        /// Types beyond the limit are left out; the API refuses them before.
        public init(
            name: ItemName, types: [EventTypePattern], filter: EventFilter? = nil, template: CallTemplate, fingerprint: Fingerprint
        ) {
            self.name = name
            self.types = Array(types.prefix(Self.maxTypes))
            self.filter = filter
            self.template = template
            self.fingerprint = fingerprint
        }
    }

    public enum Status: String, Sendable, CaseIterable {
        case active, paused
        /// Its deliveries failed for days; `resume` makes it active again.
        case disabled
        /// For ever.
        case deleted
    }

    public static let kind = ItemKey.Kind.subscription
    public static let limit = 100
    public static let maxReasonBytes = 512

    public let tenant: TenantId
    public let id: SubscriptionId
    /// Counts its events from 1.
    public internal(set) var version: Int64
    public internal(set) var plan: Plan
    public internal(set) var status: Status
    /// Positions of the log after which the generation begins, one for each partition.
    public internal(set) var from: [Int64]
    /// Rises with each replay.
    public internal(set) var generation: Int
    /// Why it was disabled; nil unless it is.
    public internal(set) var disabledReason: String?
    public let fingerprint: Fingerprint
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant
    /// When it was made, or last resumed: failures from before do not count.
    public internal(set) var activeSince: Instant

    public var name: ItemName { plan.name }
    public var types: [EventTypePattern] { plan.types }
    public var filter: EventFilter? { plan.filter }
    public var template: CallTemplate { plan.template }
    public var isDeleted: Bool { status == .deleted }
}

extension Subscription {
    public init?(_ item: TenantItem) {
        guard case .subscription(let subscription) = item else { return nil }
        self = subscription
    }

    public static func command(_ id: SubscriptionId, _ command: SubscriptionCommand) -> ItemCommand { .subscription(id, command) }
}

public enum SubscriptionCommand: ManagedItemCommand {
    /// - Parameter from: positions of the log, one for each partition, after which events are delivered.
    case create(Subscription.Plan, from: [Int64])
    /// - Parameter ifVersion: refused when the subscription has another version; nil: whatever it is.
    case change(Subscription.Plan, ifVersion: Int64?)
    case pause
    /// Also makes a disabled one active again. What came meanwhile is delivered.
    case resume
    case disable(reason: String)
    /// Delivers again what comes after these positions of the log: as other calls, with the same `webhook-id`.
    ///
    /// - Parameter generation: the one that it begins, one above the present; a repetition then does not replay twice. nil: the next.
    case replay(from: [Int64], generation: Int? = nil)
    case delete

    var name: String {
        switch self {
        case .create: "create"
        case .change: "change"
        case .pause: "pause"
        case .resume: "resume"
        case .disable: "disable"
        case .replay: "replay"
        case .delete: "delete"
        }
    }
}

public enum SubscriptionEvent: Hashable, Sendable {
    case created(Subscription.Plan, from: [Int64])
    case changed(Subscription.Plan)
    case paused
    case resumed
    case disabled(reason: String)
    case replayed(from: [Int64], generation: Int)
    case deleted

    /// The raw value is the `<what>` of the event type `ledgerflow.subscription.<what>.v1`.
    public enum Kind: String, Sendable, CaseIterable { case created, changed, paused, resumed, disabled, replayed, deleted }

    public var kind: Kind {
        switch self {
        case .created: .created
        case .changed: .changed
        case .paused: .paused
        case .resumed: .resumed
        case .disabled: .disabled
        case .replayed: .replayed
        case .deleted: .deleted
        }
    }
}

extension Subscription {
    static func decide(
        _ state: Subscription?, _ command: SubscriptionCommand, counts: ItemCounts
    ) throws(BookError) -> [SubscriptionEvent] {
        switch command {
        case .create(let plan, let from):
            return try isMade(state, by: plan, count: counts.subscriptions) ? [.created(plan, from: from)] : []
        case .change(let plan, let version): return try standing(state).isChanged(by: plan, ifVersion: version) ? [.changed(plan)] : []
        case .pause: return try standing(state).status == .paused ? [] : [.paused]
        case .resume: return try standing(state).status == .active ? [] : [.resumed]
        // One that was paused meanwhile fails no more.
        case .disable(let reason): return try standing(state).status == .active ? [.disabled(reason: reason)] : []
        case .replay(let from, let generation):
            let next = try standing(state).generation + 1
            if let generation, generation < next { return [] }
            return [.replayed(from: from, generation: generation ?? next)]
        case .delete: return try isEnded(state) ? [.deleted] : []
        }
    }

    static func evolve(
        _ state: Subscription?, _ event: SubscriptionEvent, id: SubscriptionId, tenant: TenantId, at now: Instant
    ) -> Subscription? {
        if case .created(let plan, let from) = event {
            return Subscription(
                tenant: tenant, id: id, version: 1, plan: plan, status: .active, from: from, generation: 0, disabledReason: nil,
                fingerprint: plan.fingerprint, createdAt: now, updatedAt: now, activeSince: now)
        }
        guard var subscription = state else { return nil }
        subscription.version += 1
        subscription.updatedAt = max(now, subscription.updatedAt)
        switch event {
        case .created: break
        case .changed(let plan): subscription.plan = plan
        case .paused:
            subscription.status = .paused
            subscription.disabledReason = nil
        case .resumed:
            subscription.status = .active
            subscription.disabledReason = nil
            subscription.activeSince = now
        case .disabled(let reason):
            subscription.status = .disabled
            subscription.disabledReason = reason
        case .replayed(let from, let generation):
            subscription.from = from
            subscription.generation = generation
        case .deleted:
            subscription.status = .deleted
            subscription.disabledReason = nil
            subscription.plan.template = subscription.plan.template.erased
        }
        return subscription
    }
}

extension Subscription {
    var storedState: [UInt8] {
        var json = JSONWriter(capacity: 768)
        json.object { json in
            json.field("name", plan.name.value)
            json.field("status", status.rawValue)
            json.field("types", types.map(\.text))
            if let filter { json.object("filter") { filter.write(into: &$0) } }
            json.object("template") { template.write(into: &$0) }
            json.array("from") { json in for position in from { json.int(position) } }
            json.field("generation", generation)
            json.field("disabledReason", ifPresent: disabledReason)
            json.field("planFingerprint", Base64.encodeURL(plan.fingerprint.bytes))
            json.field("fingerprint", Base64.encodeURL(fingerprint.bytes))
            json.field("createdAt", createdAt.microseconds)
            json.field("updatedAt", updatedAt.microseconds)
            json.field("activeSince", activeSince.microseconds)
        }
        return json.bytes
    }

    init?(tenant: TenantId, id: SubscriptionId, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let name = members.text("name").flatMap(ItemName.init(_:)),
            let status = members.text("status").flatMap(Status.init(rawValue:)), let types = members.texts("types"),
            let template = CallTemplate(StoredMembers(members.object("template"))), let from = members.integers("from"),
            let generation = members.integer("generation"), let planFingerprint = members.fingerprint("planFingerprint"),
            let fingerprint = members.fingerprint("fingerprint"), let createdAt = members.instant("createdAt"),
            let updatedAt = members.instant("updatedAt"), let activeSince = members.instant("activeSince")
        else { return nil }
        var filter: EventFilter?
        if let object = members.object("filter") {
            guard let stored = EventFilter(stored: object) else { return nil }
            filter = stored
        }
        self.init(
            tenant: tenant, id: id, version: version,
            plan: Plan(
                name: name, types: types.map(EventTypePattern.init(stored:)), filter: filter, template: template,
                fingerprint: planFingerprint),
            status: status, from: from, generation: Int(clamping: generation), disabledReason: members.text("disabledReason"),
            fingerprint: fingerprint, createdAt: createdAt, updatedAt: updatedAt, activeSince: activeSince)
    }
}
