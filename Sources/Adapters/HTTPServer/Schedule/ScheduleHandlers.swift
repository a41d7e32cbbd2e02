internal import Domain
internal import Ports

/// What the routes of schedules do.
struct ScheduleHandlers: Sendable {
    let desk: ItemDesk
    let calendar: any LocalCalendar
    /// Of a body.
    let maxBytes: Int

    static let path = "/v1/schedules"
    /// How often a change is tried again when another one came between reading and changing.
    private static let mostTries = 4

    // MARK: Making and changing

    func create(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let key = try request.idempotencyKey()
        let value = try request.json(limits: JSONLimits(maxBytes: maxBytes))
        let id = key.map { ScheduleId(tenant: principal.tenant, idempotencyKey: $0) } ?? ScheduleId(desk.newId())
        let read = try read(value)
        let plan = try plan(read, of: id, value, principal.tenant)
        let (item, changed) = try await desk.send(.schedule(id, .create(plan)), request, principal)
        let schedule = try Self.schedule(item)
        guard schedule.status != .deleted else {
            throw Problem(.idempotencyConflict, "This Idempotency-Key made a schedule that was deleted since; use another key.")
        }
        return try detail(schedule, opened: changed ? read.template : nil, status: changed ? 201 : 200, headers: [Self.location(id)])
    }

    func change(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.scheduleId()
        let ifVersion = try request.ifMatch()
        let patch = try request.mergePatch(limits: JSONLimits(maxBytes: maxBytes))
        for _ in 0..<Self.mostTries {
            let schedule = try await find(id, principal.tenant)
            if let ifVersion, ifVersion != schedule.version { throw Problem(BookError.versionConflict(actual: schedule.version)) }
            let old = try desk.open(schedule.template, id: id.value, tenant: principal.tenant)
            let document = TemplateMerge.document(patch, member: "request", alternatives: ["cron", "every"]) { json in
                json.field("name", schedule.name.value)
                schedule.timing.write(into: &json)
                TemplateWriter.clear(old, to: &json)
            }
            let read = try read(document, changing: schedule.timing)
            if read == Draft(name: schedule.name, timing: schedule.timing, template: old) {
                return try detail(schedule, opened: old, status: 200)
            }
            let plan = try plan(read, of: id, document, principal.tenant)
            do {
                let (item, _) = try await desk.send(.schedule(id, .change(plan, ifVersion: schedule.version)), request, principal)
                return try detail(try Self.schedule(item), opened: read.template, status: 200)
            } catch {
                guard error.kind == .versionConflict, ifVersion == nil else { throw error }
            }
        }
        throw Problem(.busy, "The schedule is being changed by others again and again; nothing was changed.", retryAfter: 1)
    }

    /// A schedule as it was received.
    private struct Draft: Equatable {
        let name: ItemName
        let timing: ScheduleTiming
        let template: SubmittedTemplate
    }

    private func read(_ value: JSONValue, changing old: ScheduleTiming? = nil) throws(Problem) -> Draft {
        let (now, calendar) = (desk.time.now(), calendar)
        var problems = JSONProblems()
        let draft = problems.object(value) { fields -> Draft? in
            let name = fields.itemName()
            let template = SubmittedTemplate.readRequest(&fields)
            let timing = ScheduleTiming.read(&fields, changing: old, now: now) { calendar.zone($0) }
            guard let name, let template, let timing else { return nil }
            return Draft(name: name, timing: timing, template: template)
        }
        guard let draft else { throw Problem(problems) }
        return draft
    }

    private func plan(_ draft: Draft, of id: ScheduleId, _ received: JSONValue, _ tenant: TenantId) throws(Problem) -> Schedule.Plan {
        Schedule.Plan(
            name: draft.name, timing: draft.timing, template: try desk.seal(draft.template, id: id.value, tenant: tenant),
            fingerprint: desk.fingerprint(of: received, .schedule, tenant: tenant))
    }

    // MARK: Commands

    func pause(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await command(.pause, request, principal)
    }

    func resume(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await command(.resume, request, principal)
    }

    private func command(_ command: ScheduleCommand, _ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.scheduleId()
        try request.expectNoBody()
        return try detail(try Self.schedule(try await desk.send(.schedule(id, command), request, principal).item), status: 200)
    }

    func delete(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.scheduleId()
        try request.expectNoBody()
        _ = try await desk.send(.schedule(id, .delete), request, principal)
        return Reply(status: 204)
    }

    /// Makes the call out of turn. Nothing of the schedule changes.
    func run(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.scheduleId()
        let key = try request.idempotencyKey()
        try request.expectNoBody()
        let schedule = try await find(id, principal.tenant)
        let template = try desk.open(schedule.template, id: id.value, tenant: principal.tenant)
        let call = key.map { ServiceCallId(tenant: principal.tenant, idempotencyKey: $0) } ?? ServiceCallId(desk.newId())
        return try await desk.call(template, id: call, origin: .schedule(id, nominal: desk.time.now()), request, principal)
    }

    // MARK: Reads

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let (items, next) = try await desk.page(of: .schedule, request, principal)
        let now = desk.time.now()
        return Reply.json(capacity: 64 + items.count * 768) { json in
            json.object { json in
                json.array("items") { list in
                    for case .schedule(let schedule) in items {
                        ScheduleWriter.item(schedule, nextAt: upcoming(schedule, 1, now).first, policy: desk.policy, to: &list)
                    }
                }
                json.field("nextCursor", next)
            }
        }
    }

    func show(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try detail(try await find(try request.scheduleId(), principal.tenant), status: 200)
    }

    private func find(_ id: ScheduleId, _ tenant: TenantId) async throws(Problem) -> Schedule {
        guard case .schedule(let schedule)? = try await desk.item(.schedule(id), tenant: tenant) else { throw .noSuchSchedule }
        return schedule
    }

    private static func schedule(_ item: TenantItem) throws(Problem) -> Schedule {
        guard case .schedule(let schedule) = item else { throw ItemDesk.wrongRecord }
        return schedule
    }

    // MARK: Answers

    /// - Parameter opened: what the caller has at hand, so that it need not be opened.
    private func detail(
        _ schedule: Schedule, opened: SubmittedTemplate? = nil, status: Int, headers: [(String, String)] = []
    ) throws(Problem) -> Reply {
        let template: SubmittedTemplate
        if let opened {
            template = opened
        } else {
            template = try desk.open(schedule.template, id: schedule.id.value, tenant: schedule.tenant)
        }
        let next = upcoming(schedule, 10, desk.time.now())
        return Reply.json(status, headers: headers + [("ETag", "\"\(schedule.version)\"")]) {
            ScheduleWriter.detail(schedule, opened: template.outgoing, next: next, policy: desk.policy, to: &$0)
        }
    }

    /// The occurrences to come, as a clock of the schedule's zone shows them; none of one that is paused.
    private func upcoming(_ schedule: Schedule, _ count: Int, _ now: Instant) -> [String] {
        guard schedule.status == .active, let zone = calendar.zone(schedule.timing.timeZone) else { return [] }
        return schedule.timing.upcoming(after: max(now, schedule.activeSince), count: count, zone: zone).map {
            $0.rfc3339(offset: zone.offset(at: $0))
        }
    }

    private static func location(_ id: ScheduleId) -> (String, String) { ("Location", path + "/" + id.description) }
}

extension JSONFields {
    /// What a schedule or a subscription is called.
    mutating func itemName() -> ItemName? {
        guard let text = string("name", minBytes: 1, maxBytes: ItemName.maxBytes) else { return nil }
        guard let name = ItemName(text) else {
            report("name", "must not hold control characters")
            return nil
        }
        return name
    }
}
