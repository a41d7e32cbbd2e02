internal import Domain
internal import Ports

/// Schedules, as the API takes and shows them.
struct ScheduleResource: ItemResource {
    typealias Item = Schedule

    /// A schedule as it was received.
    struct Draft: Equatable, Sendable {
        let name: ItemName
        let timing: ScheduleTiming
        let template: SubmittedTemplate
    }

    static let path = "/v1/schedules"

    let desk: ItemDesk
    let calendar: any LocalCalendar

    static func id(_ text: String) -> ScheduleId? { ScheduleId(text) }

    func id(of draft: Draft, key: IdempotencyKey?, tenant: TenantId) -> ScheduleId {
        key.map { ScheduleId(tenant: tenant, idempotencyKey: $0) } ?? ScheduleId(desk.newId())
    }

    // MARK: What is received

    func read(_ value: JSONValue, changing old: Schedule?) throws(Problem) -> Draft {
        let (now, calendar) = (desk.time.now(), calendar)
        var problems = JSONProblems()
        let draft = problems.object(value) { fields -> Draft? in
            let name = fields.itemName()
            let template = SubmittedTemplate.readRequest(&fields)
            let timing = ScheduleTiming.read(&fields, changing: old?.timing, now: now) { calendar.zone($0) }
            guard let name, let template, let timing else { return nil }
            return Draft(name: name, timing: timing, template: template)
        }
        guard let draft else { throw Problem(problems) }
        return draft
    }

    func document(of draft: Draft, changedBy patch: JSONValue) -> JSONValue {
        TemplateMerge.document(patch, member: "request", alternatives: ["cron", "every"]) { json in
            json.field("name", draft.name.value)
            draft.timing.write(into: &json)
            TemplateWriter.clear(draft.template, to: &json)
        }
    }

    func plan(_ draft: Draft, of id: ScheduleId, tenant: TenantId, fingerprint: Fingerprint) throws(Problem) -> Schedule.Plan {
        Schedule.Plan(
            name: draft.name, timing: draft.timing, template: try desk.seal(draft.template, id: id.value, tenant: tenant),
            fingerprint: fingerprint)
    }

    func creation(_ plan: Schedule.Plan) -> ScheduleCommand { .create(plan) }

    // MARK: What is shown

    func open(_ schedule: Schedule) throws(Problem) -> Draft {
        Draft(
            name: schedule.name, timing: schedule.timing,
            template: try desk.open(schedule.template, id: schedule.id.value, tenant: schedule.tenant))
    }

    func write(_ schedule: Schedule, opened: Draft?, to json: inout JSONWriter) {
        let next = upcoming(schedule, opened == nil ? 1 : 10)
        json.field("id", schedule.id.description)
        json.field("name", schedule.name.value)
        json.field("status", schedule.status.rawValue)
        schedule.timing.write(into: &json)
        json.field("nextAt", next.first)
        json.object("request") {
            TemplateWriter.request(schedule.template, opened: opened?.template.outgoing, policy: desk.policy, to: &$0)
        }
        TemplateWriter.policy(schedule.template, to: &json)
        json.field("version", schedule.version)
        json.field("createdAt", schedule.createdAt)
        json.field("updatedAt", schedule.updatedAt)
        if opened != nil { json.field("next", next) }
    }

    /// The occurrences to come, as a clock of the schedule's zone shows them; none of one that is paused.
    private func upcoming(_ schedule: Schedule, _ count: Int) -> [String] {
        guard schedule.status == .active, let zone = calendar.zone(schedule.timing.timeZone) else { return [] }
        return schedule.timing.upcoming(after: max(desk.time.now(), schedule.activeSince), count: count, zone: zone).map {
            $0.rfc3339(offset: zone.offset(at: $0))
        }
    }
}

extension ItemHandlers where Resource == ScheduleResource {
    /// Makes the call out of turn. Nothing of the schedule changes.
    func run(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try id(request)
        let key = try request.idempotencyKey()
        try request.expectNoBody()
        let schedule = try await find(id, principal.tenant)
        // A key is the schedule's own: elsewhere it names something else.
        let call = key.map { UniqueId.version5(namespace: id.value, name: Array("run\u{0}\($0.value)".utf8)) } ?? desk.newId()
        return try await desk.call(
            schedule.template, of: id.value, id: ServiceCallId(call), origin: .schedule(id, nominal: desk.time.now()), request, principal
        ) { $0 }
    }
}
