internal import Domain
internal import Ports

/// What the routes of the things that a tenant sets up share: how these are asked for, listed, sealed, and make calls.
struct ItemDesk: Sendable {
    let books: any BookIntents
    let queries: any BookQueries
    let intents: any ServiceCallIntents
    let fingerprinter: any Fingerprinter
    let sealer: any Sealer
    let policy: RedactionPolicy
    let time: any TimeSource
    let entropy: any EntropySource
    let cursors: CursorCodec

    // MARK: Commands and reads

    func send(
        _ command: ItemCommand, _ request: IncomingRequest, _ principal: Principal
    ) async throws(Problem) -> (item: TenantItem, changed: Bool) {
        let reply: BookReply
        do {
            reply = try await books.send(
                BookIntent(tenant: principal.tenant, command: .item(command), by: principal.subject, correlationId: request.id))
        } catch {
            throw Problem(error)
        }
        guard case .item(let item) = reply.record else { throw Self.wrongRecord }
        return (item, reply.changed)
    }

    static let wrongRecord = Problem(.internalError, "The books answered with something other than what was asked for.")

    /// - Returns: nil when the tenant has none under that key, also when it was deleted.
    func item(_ key: ItemKey, tenant: TenantId) async throws(Problem) -> TenantItem? {
        do {
            return try await queries.item(key, tenant: tenant).flatMap { $0.isDeleted ? nil : $0 }
        } catch {
            throw Problem(error)
        }
    }

    /// A page of a list by identifier, as the parameters `limit` and `cursor` ask for.
    func page(
        of kind: ItemKey.Kind, _ request: IncomingRequest, _ principal: Principal
    ) async throws(Problem) -> (items: [TenantItem], next: String?) {
        var query = QueryReader(request.query, declared: request.route.query)
        let limit = query.int("limit", in: 1...1_000) ?? 100
        let cursor = query.text("cursor", maxBytes: 16_384)
        try query.finish()
        var after: String?
        if let cursor { after = try cursors.itemId(cursor, of: kind.rawValue, tenant: principal.tenant) }
        let items: [TenantItem]
        do {
            items = try await queries.items(of: kind, tenant: principal.tenant, after: after, limit: limit)
        } catch {
            throw Problem(error)
        }
        let last = items.count < limit ? nil : items.last?.key.id
        return (items, last.map { cursors.encode(itemId: $0, of: kind.rawValue, tenant: principal.tenant) })
    }

    // MARK: What is sent

    func seal(_ template: SubmittedTemplate, id: UniqueId, tenant: TenantId) throws(Problem) -> CallTemplate {
        do {
            return CallTemplate(
                request: try sealer.seal(template.outgoing, CallTemplate.context(of: id, tenant: tenant)), tags: template.tags,
                timeout: template.timeout, retry: template.retry, redirects: template.redirects)
        } catch {
            throw Problem(error)
        }
    }

    /// The template in the clear.
    func open(_ template: CallTemplate, id: UniqueId, tenant: TenantId) throws(Problem) -> SubmittedTemplate {
        do {
            return SubmittedTemplate(
                outgoing: try sealer.open(template.request, CallTemplate.context(of: id, tenant: tenant)), tags: template.tags,
                timeout: template.timeout, retry: template.retry, redirects: template.redirects)
        } catch {
            throw Problem(error)
        }
    }

    /// The keyed digest of what was received, however it was written.
    func fingerprint(of value: JSONValue, _ kind: ItemKey.Kind, tenant: TenantId) -> Fingerprint {
        fingerprinter.fingerprint(Array("\(kind.rawValue)1\u{0}".utf8) + value.canonicalBytes, tenant: tenant)
    }

    /// An identifier that was never given before.
    func newId() -> UniqueId { .version7(at: time.now(), random: (entropy.next(), entropy.next())) }

    /// Makes a call of what a template says, now.
    ///
    /// - Parameters:
    ///   - item: the identity that the template is sealed under.
    ///   - id: the call's.
    func call(
        _ template: CallTemplate, of item: UniqueId, id: ServiceCallId, origin: CallOrigin, _ request: IncomingRequest,
        _ principal: Principal,
        _ change: (OutgoingRequest) -> OutgoingRequest
    ) async throws(Problem) -> Reply {
        let submission: ServiceCallSubmission
        do {
            submission = try template.call(
                tenant: principal.tenant, item: item, id: id, dueAt: nil, origin: origin, correlationId: request.id, sealer: sealer,
                changing: change)
        } catch {
            throw Problem(error)
        }
        let reply: ServiceCallReply
        do {
            reply = try await intents.send(.submit(submission, by: principal.subject))
        } catch {
            throw Problem(error)
        }
        let shown = ShownCall(ServiceCallDetail(call: reply.call, attempts: []), sealer: sealer, policy: policy)
        return Reply.json(reply.changed ? 201 : 200, headers: [("Location", ServiceCallHandlers.path + "/" + id.description)]) {
            ServiceCallWriter.detail(shown, to: &$0)
        }
    }
}

extension IncomingRequest {
    /// Why something is paused, when the body says so: `{"reason":"…"}` or nothing.
    func pauseReason() throws(Problem) -> String? {
        guard let value = try optionalJSON(limits: .standard) else { return nil }
        var problems = JSONProblems()
        guard
            let reason = problems.object(
                value, { fields -> String?? in .some(fields.optionalReason("reason", maxBytes: Hold.maxReasonBytes)) })
        else { throw Problem(problems) }
        return reason
    }
}

extension Problem {
    static let noSuchSecret = Problem(.notFound, "This tenant has no webhook secret with that identifier.")
}

extension JSONFields {
    /// What an item is called.
    mutating func itemName() -> ItemName? {
        guard let text = string("name", minBytes: 1, maxBytes: ItemName.maxBytes) else { return nil }
        guard let name = ItemName(text) else {
            report("name", "must not hold control characters")
            return nil
        }
        return name
    }
}
