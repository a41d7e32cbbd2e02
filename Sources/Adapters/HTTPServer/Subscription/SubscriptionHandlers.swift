internal import Domain
internal import Ports

/// What the routes of subscriptions do.
struct SubscriptionHandlers: Sendable {
    let desk: ItemDesk
    let events: any EventQueries
    /// Of a body.
    let maxBytes: Int

    static let path = "/v1/subscriptions"
    /// How often a change is tried again when another one came between reading and changing.
    private static let mostTries = 4

    // MARK: Making and changing

    func create(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let key = try request.idempotencyKey()
        let value = try request.json(limits: JSONLimits(maxBytes: maxBytes))
        let id = key.map { SubscriptionId(tenant: principal.tenant, idempotencyKey: $0) } ?? SubscriptionId(desk.newId())
        let read = try Self.read(value)
        let plan = try plan(read, of: id, value, principal.tenant)
        let end: LogCursor
        do {
            end = try await events.end()
        } catch {
            throw Problem(error)
        }
        let (item, changed) = try await desk.send(.subscription(id, .create(plan, from: end.positions)), request, principal)
        let subscription = try Self.subscription(item)
        guard subscription.status != .deleted else {
            throw Problem(.idempotencyConflict, "This Idempotency-Key made a subscription that was deleted since; use another key.")
        }
        return try detail(
            subscription, opened: changed ? read.template : nil, status: changed ? 201 : 200,
            headers: [("Location", Self.path + "/" + id.description)])
    }

    func change(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.subscriptionId()
        let ifVersion = try request.ifMatch()
        let patch = try request.mergePatch(limits: JSONLimits(maxBytes: maxBytes))
        for _ in 0..<Self.mostTries {
            let subscription = try await find(id, principal.tenant)
            if let ifVersion, ifVersion != subscription.version { throw Problem(BookError.versionConflict(actual: subscription.version)) }
            let old = try desk.open(subscription.template, id: id.value, tenant: principal.tenant)
            let document = TemplateMerge.document(patch, member: "target") { json in
                json.field("name", subscription.name.value)
                json.field("types", subscription.types.map(\.text))
                if let filter = subscription.filter { json.object("filter") { filter.write(into: &$0) } }
                TemplateWriter.clear(old, isTarget: true, to: &json)
            }
            let read = try Self.read(document)
            if read == Draft(name: subscription.name, types: subscription.types, filter: subscription.filter, template: old) {
                return try detail(subscription, opened: old, status: 200)
            }
            let plan = try plan(read, of: id, document, principal.tenant)
            do {
                let (item, _) = try await desk.send(.subscription(id, .change(plan, ifVersion: subscription.version)), request, principal)
                return try detail(try Self.subscription(item), opened: read.template, status: 200)
            } catch {
                guard error.kind == .versionConflict, ifVersion == nil else { throw error }
            }
        }
        throw Problem(.busy, "The subscription is being changed by others again and again; nothing was changed.", retryAfter: 1)
    }

    /// A subscription as it was received.
    private struct Draft: Equatable {
        let name: ItemName
        let types: [EventTypePattern]
        let filter: EventFilter?
        let template: SubmittedTemplate
    }

    private static func read(_ value: JSONValue) throws(Problem) -> Draft {
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

    private func plan(
        _ draft: Draft, of id: SubscriptionId, _ received: JSONValue, _ tenant: TenantId
    ) throws(Problem) -> Subscription.Plan {
        Subscription.Plan(
            name: draft.name, types: draft.types, filter: draft.filter,
            template: try desk.seal(draft.template, id: id.value, tenant: tenant),
            fingerprint: desk.fingerprint(of: received, .subscription, tenant: tenant))
    }

    // MARK: Commands

    func pause(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try request.expectNoBody()
        return try await command(.pause, request, principal)
    }

    func resume(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try request.expectNoBody()
        return try await command(.resume, request, principal)
    }

    func replay(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let value = try request.json(limits: .standard)
        var problems = JSONProblems()
        guard let from = problems.object(value, { $0.instant("from") }) else { throw Problem(problems) }
        let start: LogCursor
        do {
            start = try await events.cursor(at: from)
        } catch {
            throw Problem(error)
        }
        return try await command(.replay(from: start.positions), request, principal)
    }

    private func command(
        _ command: SubscriptionCommand, _ request: IncomingRequest, _ principal: Principal
    ) async throws(Problem) -> Reply {
        let id = try request.subscriptionId()
        return try detail(try Self.subscription(try await desk.send(.subscription(id, command), request, principal).item), status: 200)
    }

    func delete(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.subscriptionId()
        try request.expectNoBody()
        _ = try await desk.send(.subscription(id, .delete), request, principal)
        return Reply(status: 204)
    }

    /// Delivers a sample event as any other: as a call, signed, tried again, on record.
    func test(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.subscriptionId()
        try request.expectNoBody()
        let subscription = try await find(id, principal.tenant)
        let template = try desk.open(subscription.template, id: id.value, tenant: principal.tenant)
        let event = desk.newId()
        let sample = SampleEvent(id: event, subscription: id, tenant: principal.tenant, at: desk.time.now(), correlationId: request.id)
        guard let delivery = sample.delivery(template) else {
            throw Problem(.internalError, "The sample event could not be put into a request.")
        }
        return try await desk.call(
            delivery, id: ServiceCallId(desk.newId()), origin: .subscription(id, event: event), request, principal)
    }

    // MARK: Reads

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let (items, next) = try await desk.page(of: .subscription, request, principal)
        return Reply.json(capacity: 64 + items.count * 768) { json in
            json.object { json in
                json.array("items") { list in
                    for case .subscription(let subscription) in items {
                        SubscriptionWriter.subscription(subscription, opened: nil, policy: desk.policy, to: &list)
                    }
                }
                json.field("nextCursor", next)
            }
        }
    }

    func show(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try detail(try await find(try request.subscriptionId(), principal.tenant), status: 200)
    }

    private func find(_ id: SubscriptionId, _ tenant: TenantId) async throws(Problem) -> Subscription {
        guard case .subscription(let subscription)? = try await desk.item(.subscription(id), tenant: tenant) else {
            throw .noSuchSubscription
        }
        return subscription
    }

    private static func subscription(_ item: TenantItem) throws(Problem) -> Subscription {
        guard case .subscription(let subscription) = item else { throw ItemDesk.wrongRecord }
        return subscription
    }

    /// - Parameter opened: what the caller has at hand, so that it need not be opened.
    private func detail(
        _ subscription: Subscription, opened: SubmittedTemplate? = nil, status: Int, headers: [(String, String)] = []
    ) throws(Problem) -> Reply {
        let template: SubmittedTemplate
        if let opened {
            template = opened
        } else {
            template = try desk.open(subscription.template, id: subscription.id.value, tenant: subscription.tenant)
        }
        return Reply.json(status, headers: headers + [("ETag", "\"\(subscription.version)\"")]) {
            SubscriptionWriter.subscription(subscription, opened: template.outgoing, policy: desk.policy, to: &$0)
        }
    }
}
