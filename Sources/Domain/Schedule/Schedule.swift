/// Makes a call at times that recur, one for each (SC-13).
public struct Schedule: ManagedItem {
    /// What a schedule is asked to do; it may be changed.
    public struct Plan: ItemPlan {
        public let name: ItemName
        public let timing: ScheduleTiming
        public internal(set) var template: CallTemplate
        public let fingerprint: Fingerprint

        public init(name: ItemName, timing: ScheduleTiming, template: CallTemplate, fingerprint: Fingerprint) {
            self.name = name
            self.timing = timing
            self.template = template
            self.fingerprint = fingerprint
        }
    }

    public enum Status: String, Sendable, CaseIterable {
        case active, paused
        /// For ever.
        case deleted
    }

    public static let kind = ItemKey.Kind.schedule
    public static let limit = 10_000

    public let tenant: TenantId
    public let id: ScheduleId
    /// Counts its events from 1.
    public internal(set) var version: Int64
    public internal(set) var plan: Plan
    public internal(set) var status: Status
    public let fingerprint: Fingerprint
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant
    /// Occurrences up to then are none of its: they came before it was made, or resumed, or got its present timing.
    public internal(set) var activeSince: Instant
    /// Rises with each new `activeSince`: what was followed before then says nothing of what follows.
    public internal(set) var generation: Int

    public var name: ItemName { plan.name }
    public var timing: ScheduleTiming { plan.timing }
    public var template: CallTemplate { plan.template }
    public var isDeleted: Bool { status == .deleted }
}

extension Schedule {
    public init?(_ item: TenantItem) {
        guard case .schedule(let schedule) = item else { return nil }
        self = schedule
    }

    public static func command(_ id: ScheduleId, _ command: ScheduleCommand) -> ItemCommand { .schedule(id, command) }
}

public enum ScheduleCommand: ManagedItemCommand {
    case create(Schedule.Plan)
    /// - Parameter ifVersion: refused when the schedule has another version; nil: whatever it is.
    case change(Schedule.Plan, ifVersion: Int64?)
    case pause
    case resume
    case delete

    var name: String {
        switch self {
        case .create: "create"
        case .change: "change"
        case .pause: "pause"
        case .resume: "resume"
        case .delete: "delete"
        }
    }
}

public enum ScheduleEvent: Hashable, Sendable {
    case created(Schedule.Plan)
    case changed(Schedule.Plan)
    case paused
    case resumed
    case deleted

    /// The raw value is the `<what>` of the event type `ledgerflow.schedule.<what>.v1`.
    public enum Kind: String, Sendable, CaseIterable { case created, changed, paused, resumed, deleted }

    public var kind: Kind {
        switch self {
        case .created: .created
        case .changed: .changed
        case .paused: .paused
        case .resumed: .resumed
        case .deleted: .deleted
        }
    }
}

extension Schedule {
    static func decide(_ state: Schedule?, _ command: ScheduleCommand, counts: ItemCounts) throws(BookError) -> [ScheduleEvent] {
        switch command {
        case .create(let plan): try isMade(state, by: plan, count: counts.schedules) ? [.created(plan)] : []
        case .change(let plan, let version): try standing(state).isChanged(by: plan, ifVersion: version) ? [.changed(plan)] : []
        case .pause: try standing(state).status == .paused ? [] : [.paused]
        case .resume: try standing(state).status == .active ? [] : [.resumed]
        case .delete: try isEnded(state) ? [.deleted] : []
        }
    }

    static func evolve(_ state: Schedule?, _ event: ScheduleEvent, id: ScheduleId, tenant: TenantId, at now: Instant) -> Schedule? {
        if case .created(let plan) = event {
            return Schedule(
                tenant: tenant, id: id, version: 1, plan: plan, status: .active, fingerprint: plan.fingerprint, createdAt: now,
                updatedAt: now, activeSince: now, generation: 0)
        }
        guard var schedule = state else { return nil }
        schedule.version += 1
        schedule.updatedAt = max(now, schedule.updatedAt)
        switch event {
        case .created: break
        case .changed(let plan):
            if plan.timing != schedule.timing { schedule.begin(at: now) }
            schedule.plan = plan
        case .paused: schedule.status = .paused
        case .resumed:
            schedule.status = .active
            schedule.begin(at: now)
        case .deleted:
            schedule.status = .deleted
            schedule.plan.template = schedule.plan.template.erased
        }
        return schedule
    }

    private mutating func begin(at now: Instant) {
        activeSince = now
        generation += 1
    }
}

extension Schedule {
    var storedState: [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.object { json in
            json.field("name", plan.name.value)
            json.field("status", status.rawValue)
            json.object("timing") { timing.write(into: &$0) }
            json.object("template") { template.write(into: &$0) }
            json.field("planFingerprint", Base64.encodeURL(plan.fingerprint.bytes))
            json.field("fingerprint", Base64.encodeURL(fingerprint.bytes))
            json.field("createdAt", createdAt.microseconds)
            json.field("updatedAt", updatedAt.microseconds)
            json.field("activeSince", activeSince.microseconds)
            json.field("generation", generation)
        }
        return json.bytes
    }

    init?(tenant: TenantId, id: ScheduleId, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let name = members.text("name").flatMap(ItemName.init(_:)),
            let status = members.text("status").flatMap(Status.init(rawValue:)),
            let timing = members.object("timing").flatMap(ScheduleTiming.init(stored:)),
            let template = CallTemplate(StoredMembers(members.object("template"))),
            let planFingerprint = members.fingerprint("planFingerprint"), let fingerprint = members.fingerprint("fingerprint"),
            let createdAt = members.instant("createdAt"), let updatedAt = members.instant("updatedAt"),
            let activeSince = members.instant("activeSince"), let generation = members.integer("generation")
        else { return nil }
        self.init(
            tenant: tenant, id: id, version: version,
            plan: Plan(name: name, timing: timing, template: template, fingerprint: planFingerprint), status: status,
            fingerprint: fingerprint, createdAt: createdAt, updatedAt: updatedAt, activeSince: activeSince,
            generation: Int(clamping: generation))
    }
}
