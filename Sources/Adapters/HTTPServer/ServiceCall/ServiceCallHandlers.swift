internal import Domain
internal import NIOHTTP1
internal import Ports

/// What the routes of service calls do.
struct ServiceCallHandlers: Sendable {
    let intents: any ServiceCallIntents
    let calls: any ServiceCallQueries
    let fingerprinter: any Fingerprinter
    let sealer: any Sealer
    let policy: RedactionPolicy
    let time: any TimeSource
    let entropy: any EntropySource
    let cursors: CursorCodec
    let settings: HTTPServerSettings

    static let path = "/v1/service-calls"

    // MARK: Commands

    func submit(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let key = try request.idempotencyKey()
        let value = try request.json(limits: JSONLimits(maxBytes: settings.maxBodyBytes))
        let now = time.now()
        var problems = JSONProblems()
        guard let submitted = problems.object(value, { SubmittedCall.read(&$0, now: now) }) else { throw Problem(problems) }
        let submission = try submission(submitted, key: key, principal, now: now, requestId: request.id)
        let reply = try await send(.submit(submission, by: principal.subject))
        return try await detail(
            reply, outgoing: submitted.outgoing, status: reply.changed ? 201 : 200,
            headers: [("Location", Self.path + "/" + submission.id.description)])
    }

    func cancel(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.callId()
        try request.expectNoBody()
        return try await command(.cancel, id, principal)
    }

    func retry(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.callId()
        try request.expectNoBody()
        return try await command(.retry, id, principal)
    }

    func reschedule(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try request.callId()
        let value = try request.json(limits: .standard)
        let now = time.now()
        var problems = JSONProblems()
        guard let dueAt = problems.object(value, { SubmittedCall.readDueAt(&$0, required: true, now: now) }) else {
            throw Problem(problems)
        }
        return try await command(.reschedule(dueAt: dueAt), id, principal)
    }

    private func command(_ command: ServiceCallCommand, _ id: ServiceCallId, _ principal: Principal) async throws(Problem)
        -> Reply
    {
        let key = ServiceCallKey(tenant: principal.tenant, id: id)
        return try await detail(try await send(ServiceCallIntent(key: key, command: command, by: principal.subject)), status: 200)
    }

    private func send(_ intent: ServiceCallIntent) async throws(Problem) -> ServiceCallReply {
        do {
            return try await intents.send(intent)
        } catch {
            throw Problem(error)
        }
    }

    /// The detail that follows a command. Only a call that was tried before has attempts to be read.
    private func detail(
        _ reply: ServiceCallReply, outgoing: OutgoingRequest? = nil, status: Int, headers: [(String, String)] = []
    ) async throws(Problem) -> Reply {
        var detail = ServiceCallDetail(call: reply.call, attempts: [])
        if reply.call.attempts > 0 {
            detail = try await read(reply.call.id, reply.call.tenant) ?? detail
        }
        return self.reply(detail, outgoing: outgoing, status: status, headers: headers)
    }

    private func reply(
        _ detail: ServiceCallDetail, outgoing: OutgoingRequest? = nil, status: Int, headers: [(String, String)] = []
    ) -> Reply {
        let shown = ShownCall(detail, outgoing: outgoing, sealer: sealer, policy: policy)
        return Reply.json(status, headers: headers) { ServiceCallWriter.detail(shown, to: &$0) }
    }

    // MARK: Reads

    func show(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        guard let detail = try await read(try request.callId(), principal.tenant) else { throw .noSuchCall }
        return reply(detail, status: 200)
    }

    private func read(_ id: ServiceCallId, _ tenant: TenantId) async throws(Problem) -> ServiceCallDetail? {
        do {
            return try await calls.detail(of: id, tenant: tenant)
        } catch {
            throw Problem(error)
        }
    }

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        var query = QueryReader(request.query, declared: request.route.query)
        var filter = ServiceCallFilter()
        filter.status = query.choice("status", of: ServiceCall.Status.self)
        filter.tag = query.text("tag", maxBytes: ServiceCallSubmission.maxTagBytes)
        filter.host = query.text("host", maxBytes: 253)?.lowercased()
        filter.dueFrom = query.instant("dueFrom")
        filter.dueTo = query.instant("dueTo")
        filter.createdFrom = query.instant("createdFrom")
        filter.createdTo = query.instant("createdTo")
        let limit = query.int("limit", in: 1...1_000) ?? 100
        let cursor = query.text("cursor", maxBytes: 16_384)
        try query.finish()
        var place: ServiceCallPlace?
        if let cursor { place = try cursors.place(cursor, tenant: principal.tenant) }
        let page: ServiceCallPage
        do {
            page = try await calls.list(tenant: principal.tenant, filter: filter, after: place, limit: limit)
        } catch {
            throw Problem(error)
        }
        return Reply.json(capacity: 64 + page.calls.count * 640) { json in
            json.object { json in
                json.array("items") { items in
                    for call in page.calls { ServiceCallWriter.item(call, to: &items) }
                }
                json.field("nextCursor", page.next.map { cursors.encode($0, tenant: principal.tenant) })
            }
        }
    }

    // MARK: Submissions

    /// - Parameter key: nil when none was given; the call then has an identifier of its own.
    func submission(
        _ submitted: SubmittedCall, key: IdempotencyKey?, _ principal: Principal, now: Instant, requestId: String
    ) throws(Problem) -> ServiceCallSubmission {
        let id =
            if let key {
                ServiceCallId(tenant: principal.tenant, idempotencyKey: key)
            } else {
                ServiceCallId(.version7(at: now, random: (entropy.next(), entropy.next())))
            }
        do throws(SealError) {
            return try submitted.submission(
                tenant: principal.tenant, id: id, sealer: sealer,
                fingerprint: fingerprinter.fingerprint(submitted.canonicalBytes, tenant: principal.tenant), requestId: requestId)
        } catch {
            throw Problem(error)
        }
    }
}
