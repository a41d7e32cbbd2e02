internal import Domain
internal import Ports

/// Subscriptions, as the API takes and shows them.
struct SubscriptionResource: ItemResource {
    typealias Item = Subscription

    /// A subscription as it was received.
    struct Draft: Equatable, Sendable {
        let name: ItemName
        let types: [EventTypePattern]
        let filter: EventFilter?
        let template: SubmittedTemplate
    }

    static let path = "/v1/subscriptions"

    let desk: ItemDesk
    let events: any EventQueries

    static func id(_ text: String) -> SubscriptionId? { SubscriptionId(text) }

    func id(of draft: Draft, key: IdempotencyKey?, tenant: TenantId) -> SubscriptionId {
        key.map { SubscriptionId(tenant: tenant, idempotencyKey: $0) } ?? SubscriptionId(desk.newId())
    }

    // MARK: What is received

    func read(_ value: JSONValue, changing old: Subscription?) throws(Problem) -> Draft {
        var problems = JSONProblems()
        let draft = problems.object(value) { fields -> Draft? in
            let name = fields.itemName()
            let texts = fields.strings(
                "types", count: 1...Subscription.Plan.maxTypes, minBytes: 1, maxBytes: EventTypePattern.maxBytes)
            var types: [EventTypePattern] = []
            for (index, text) in (texts ?? []).enumerated() {
                do throws(EventTypePatternError) {
                    types.append(try EventTypePattern(text))
                } catch {
                    fields.report("types", element: index, error.description)
                }
            }
            let filter = fields.optionalObject("filter") { EventFilter.read(&$0) }
            let template = SubmittedTemplate.readTarget(&fields)
            guard let name, texts != nil, let template else { return nil }
            return Draft(name: name, types: types, filter: filter, template: template)
        }
        guard let draft else { throw Problem(problems) }
        return draft
    }

    func document(of draft: Draft, changedBy patch: JSONValue) -> JSONValue {
        TemplateMerge.document(patch, member: "target") { json in
            json.field("name", draft.name.value)
            json.field("types", draft.types.map(\.text))
            if let filter = draft.filter { json.object("filter") { filter.write(into: &$0) } }
            TemplateWriter.clear(draft.template, isTarget: true, to: &json)
        }
    }

    func plan(
        _ draft: Draft, of id: SubscriptionId, tenant: TenantId, fingerprint: Fingerprint
    ) throws(Problem) -> Subscription.Plan {
        Subscription.Plan(
            name: draft.name, types: draft.types, filter: draft.filter,
            template: try desk.seal(draft.template, id: id.value, tenant: tenant), fingerprint: fingerprint)
    }

    func creation(_ plan: Subscription.Plan) async throws(Problem) -> SubscriptionCommand {
        do {
            return .create(plan, from: try await events.end().positions)
        } catch {
            throw Problem(error)
        }
    }

    // MARK: What is shown

    func open(_ subscription: Subscription) throws(Problem) -> Draft {
        Draft(
            name: subscription.name, types: subscription.types, filter: subscription.filter,
            template: try desk.open(subscription.template, id: subscription.id.value, tenant: subscription.tenant))
    }

    func write(_ subscription: Subscription, opened: Draft?, to json: inout JSONWriter) {
        json.field("id", subscription.id.description)
        json.field("name", subscription.name.value)
        json.field("status", subscription.status.rawValue)
        json.field("disabledReason", ifPresent: subscription.disabledReason)
        json.field("types", subscription.types.map(\.text))
        if let filter = subscription.filter { json.object("filter") { filter.write(into: &$0) } }
        json.object("target") {
            TemplateWriter.request(
                subscription.template, opened: opened?.template.outgoing, policy: desk.policy, isTarget: true, to: &$0)
        }
        TemplateWriter.policy(subscription.template, to: &json)
        json.field("generation", subscription.generation)
        json.field("version", subscription.version)
        json.field("createdAt", subscription.createdAt)
        json.field("updatedAt", subscription.updatedAt)
    }
}

extension ItemHandlers where Resource == SubscriptionResource {
    func replay(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try id(request)
        let value = try request.json(limits: .standard)
        var problems = JSONProblems()
        guard let from = problems.object(value, { $0.instant("from") }) else { throw Problem(problems) }
        let start: LogCursor
        do {
            start = try await resource.events.cursor(at: from)
        } catch {
            throw Problem(error)
        }
        return try detail(try await send(.replay(from: start.positions), to: id, request, principal).item)
    }

    /// Delivers a sample event as any other: as a call, signed, tried again, on record.
    func test(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try id(request)
        try request.expectNoBody()
        let subscription = try await find(id, principal.tenant)
        let event = desk.newId()
        let sample = SampleEvent(id: event, subscription: id, tenant: principal.tenant, at: desk.time.now(), correlationId: request.id)
        return try await desk.call(
            subscription.template, of: id.value, id: ServiceCallId(desk.newId()), origin: .subscription(id, event: event), request,
            principal
        ) { $0.delivering(sample.body, webhookId: id.webhookId(of: event).description) }
    }
}
