internal import Domain
internal import Ports

/// What the routes of the receivers of webhooks do. A receiver is known by its name; its secrets are taken, and never shown.
struct ReceiverHandlers: Sendable {
    let desk: ItemDesk
    /// Of a body.
    let maxBytes: Int
    /// Those that a receiver may name.
    let topics: [TopicName]

    static let path = "/v1/ingestion/receivers"

    // MARK: Making and replacing

    /// Makes it, or gives it another plan. Without a secret it keeps those that it has.
    func put(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let name = try request.nameToPut()
        let receiver = try read(request, principal, named: name)
        let plan = receiver.plan(fingerprint: receiver.fingerprint(of: principal.tenant, desk.fingerprinter))
        let (item, isMade) = try await desk.put(.receiver(name), request, principal) { item, ifVersion throws(Problem) in
            let known: Receiver? = if case .receiver(let known)? = item { known } else { nil }
            let secret = try secret(receiver, known: known, principal.tenant)
            let door = ReceiverAddress.door(random: (desk.entropy.next(), desk.entropy.next()))
            return .receiver(name, .put(plan, secret: secret, door: door, ifVersion: ifVersion(secret == nil)))
        }
        guard case .receiver(let put) = item else { throw ItemDesk.wrongRecord }
        return detail(put, status: isMade ? 201 : 200, headers: isMade ? [("Location", Self.path + "/\(name)")] : [])
    }

    private func read(
        _ request: IncomingRequest, _ principal: Principal, named name: SourceName
    ) throws(Problem) -> SubmittedReceiver {
        let value = try request.json(limits: JSONLimits(maxBytes: maxBytes))
        var problems = JSONProblems()
        let topics = topics
        let receiver = problems.object(value) { SubmittedReceiver.read(&$0, named: name, topics: topics) }
        guard let receiver else { throw Problem(problems) }
        // By its mapping invoices are drafted, again and again, which is not given with the right to receive.
        if receiver.isMapped { try principal.require(.draft) }
        return receiver
    }

    /// nil when the receiver keeps those that it has.
    private func secret(_ receiver: SubmittedReceiver, known: Receiver?, _ tenant: TenantId) throws(Problem) -> Receiver.Secret? {
        guard let text = receiver.secret else {
            if let known, receiver.keepsSecrets(of: known) { return nil }
            let detail = known == nil ? "is required" : "is required, since the scheme is another one now"
            throw Problem(faults: [.init(place: .pointer("/secret"), detail: detail)], .invalidRequest)
        }
        return try sealed(text, tenant)
    }

    private func sealed(_ text: String, _ tenant: TenantId) throws(Problem) -> Receiver.Secret {
        do {
            return try .sealed(text, id: desk.newId(), tenant: tenant, at: desk.time.now(), by: desk.sealer)
        } catch {
            throw Problem(error)
        }
    }

    // MARK: Commands

    /// From now on believes a further secret; the others expire.
    func addSecret(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let name = try name(request)
        let value = try request.json(limits: .standard)
        guard let known = try await known(name, principal.tenant) else { throw Problem(BookError.noSuchItem(.receiver)) }
        let scheme = known.plan.scheme.name
        var problems = JSONProblems()
        let read = problems.object(value) { SubmittedReceiver.readRotation(&$0, of: scheme) }
        guard let (text, overlap) = read else { throw Problem(problems) }
        let command = ReceiverCommand.addSecret(try sealed(text, principal.tenant), overlap: overlap)
        return detail(try await send(command, to: name, request, principal).receiver)
    }

    func pause(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await command(.pause, request, principal)
    }

    func resume(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await command(.resume, request, principal)
    }

    private func command(
        _ command: ReceiverCommand, _ request: IncomingRequest, _ principal: Principal
    ) async throws(Problem) -> Reply {
        let name = try name(request)
        try request.expectNoBody()
        return detail(try await send(command, to: name, request, principal).receiver)
    }

    func delete(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let name = try name(request)
        try request.expectNoBody()
        _ = try await send(.delete, to: name, request, principal)
        return Reply(status: 204)
    }

    private func send(
        _ command: ReceiverCommand, to name: SourceName, _ request: IncomingRequest, _ principal: Principal
    ) async throws(Problem) -> (receiver: Receiver, changed: Bool) {
        let (item, changed) = try await desk.send(.receiver(name, command), request, principal)
        guard case .receiver(let receiver) = item else { throw ItemDesk.wrongRecord }
        return (receiver, changed)
    }

    // MARK: Reads

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let (items, next) = try await desk.page(of: .receiver, request, principal)
        return Reply.json(capacity: 64 + items.count * 1_024) { json in
            json.object { json in
                json.array("items") { list in
                    for case .receiver(let receiver) in items { list.object { write(receiver, to: &$0) } }
                }
                json.field("nextCursor", next)
            }
        }
    }

    func show(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        guard let receiver = try await known(try name(request), principal.tenant) else {
            throw Problem(BookError.noSuchItem(.receiver))
        }
        return detail(receiver)
    }

    /// - Throws: 404 when the path does not hold a name.
    private func name(_ request: IncomingRequest) throws(Problem) -> SourceName {
        guard let text = request.decodedParameter(0), let name = SourceName(text) else { throw Problem(BookError.noSuchItem(.receiver)) }
        return name
    }

    private func known(_ name: SourceName, _ tenant: TenantId) async throws(Problem) -> Receiver? {
        guard case .receiver(let receiver)? = try await desk.item(.receiver(name), tenant: tenant) else { return nil }
        return receiver
    }

    // MARK: Answers

    private func detail(_ receiver: Receiver, status: Int = 200, headers: [(String, String)] = []) -> Reply {
        Reply.json(status, headers: headers + [("ETag", "\"\(receiver.version)\"")]) { json in
            json.object { write(receiver, to: &$0) }
        }
    }

    private func write(_ receiver: Receiver, to json: inout JSONWriter) {
        json.field("name", receiver.name.value)
        json.field("status", receiver.status.rawValue)
        json.field("address", ifPresent: receiver.address.map { WebhookHandlers.path + "/" + $0.description })
        receiver.plan.writeSettings(into: &json)
        json.array("secrets") { list in
            for secret in receiver.valid(at: desk.time.now()) {
                list.object { json in
                    json.field("id", secret.id.description)
                    json.field("createdAt", secret.createdAt)
                    json.field("expiresAt", secret.expiresAt)
                }
            }
        }
        json.field("version", receiver.version)
        json.field("createdAt", receiver.createdAt)
        json.field("updatedAt", receiver.updatedAt)
    }
}
