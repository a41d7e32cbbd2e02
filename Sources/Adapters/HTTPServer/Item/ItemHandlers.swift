internal import Domain
internal import Ports

/// What the routes of one kind of item do.
struct ItemHandlers<Resource: ItemResource>: Sendable {
    typealias Item = Resource.Item
    typealias Draft = Resource.Draft

    let resource: Resource
    /// Of a body.
    let maxBytes: Int

    /// How often a change is tried again when another one came between reading and changing.
    private var mostTries: Int { 4 }
    var desk: ItemDesk { resource.desk }

    // MARK: Making and changing

    func create(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let key = try request.idempotencyKey()
        let value = try request.json(limits: JSONLimits(maxBytes: maxBytes))
        let draft = try resource.read(value, changing: nil)
        let id = resource.id(of: draft, key: key, tenant: principal.tenant)
        let creation = try await resource.creation(try plan(draft, of: id, received: value, principal.tenant))
        let (item, changed) = try await send(creation, to: id, request, principal)
        guard !item.isDeleted else {
            throw Problem(
                .idempotencyConflict, "This Idempotency-Key made a \(Problem.word(for: Item.kind)) that was deleted since; use another key."
            )
        }
        return try detail(
            item, opened: changed ? draft : nil, status: changed ? 201 : 200,
            headers: [("Location", Resource.path + "/" + id.description)])
    }

    func change(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try id(request)
        let ifVersion = try request.ifMatch()
        let mustBeNew = try request.mustBeNew()
        let patch = try request.mergePatch(limits: JSONLimits(maxBytes: maxBytes))
        for _ in 0..<mostTries {
            let item = try await find(id, principal.tenant)
            if mustBeNew || ifVersion.map({ $0 != item.version }) ?? false {
                throw Problem(BookError.versionConflict(actual: item.version))
            }
            let old = try resource.open(item)
            let document = resource.document(of: old, changedBy: patch)
            let draft = try resource.read(document, changing: item)
            if draft == old { return try detail(item, opened: old) }
            let plan = try plan(draft, of: id, received: document, principal.tenant)
            do {
                let changed = try await send(.change(plan, ifVersion: item.version), to: id, request, principal).item
                return try detail(changed, opened: draft)
            } catch {
                guard error.kind == .versionConflict, ifVersion == nil else { throw error }
            }
        }
        throw Problem(
            .busy, "The \(Problem.word(for: Item.kind)) is being changed by others again and again; nothing was changed.", retryAfter: 1)
    }

    func plan(_ draft: Draft, of id: Item.ID, received: JSONValue, _ tenant: TenantId) throws(Problem) -> Item.Plan {
        try resource.plan(draft, of: id, tenant: tenant, fingerprint: desk.fingerprint(of: received, Item.kind, tenant: tenant))
    }

    // MARK: Commands

    func pause(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await command(.pause, request, principal)
    }

    func resume(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await command(.resume, request, principal)
    }

    private func command(_ command: Item.Command, _ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try id(request)
        try request.expectNoBody()
        return try detail(try await send(command, to: id, request, principal).item)
    }

    func delete(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let id = try id(request)
        try request.expectNoBody()
        _ = try await send(.delete, to: id, request, principal)
        return Reply(status: 204)
    }

    func send(
        _ command: Item.Command, to id: Item.ID, _ request: IncomingRequest, _ principal: Principal
    ) async throws(Problem) -> (item: Item, changed: Bool) {
        let (item, changed) = try await desk.send(Item.command(id, command), request, principal)
        guard let item = Item(item) else { throw ItemDesk.wrongRecord }
        return (item, changed)
    }

    // MARK: Reads

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let (items, next) = try await desk.page(of: Item.kind, request, principal)
        return Reply.json(capacity: 64 + items.count * 768) { json in
            json.object { json in
                json.array("items") { list in
                    for item in items {
                        guard let item = Item(item) else { continue }
                        list.object { resource.write(item, opened: nil, to: &$0) }
                    }
                }
                json.field("nextCursor", next)
            }
        }
    }

    func show(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try detail(try await find(try id(request), principal.tenant))
    }

    /// - Throws: 404 when the path does not hold an identity.
    func id(_ request: IncomingRequest) throws(Problem) -> Item.ID {
        guard let text = request.decodedParameter(0), let id = Resource.id(text) else { throw Problem(BookError.noSuchItem(Item.kind)) }
        return id
    }

    func find(_ id: Item.ID, _ tenant: TenantId) async throws(Problem) -> Item {
        guard let item = try await desk.item(Item.key(id), tenant: tenant).flatMap(Item.init) else {
            throw Problem(BookError.noSuchItem(Item.kind))
        }
        return item
    }

    // MARK: Answers

    /// - Parameter opened: what the caller has at hand, so that it need not be opened.
    func detail(
        _ item: Item, opened: Draft? = nil, status: Int = 200, headers: [(String, String)] = []
    ) throws(Problem) -> Reply {
        let draft: Draft
        if let opened { draft = opened } else { draft = try resource.open(item) }
        return Reply.json(status, headers: headers + [("ETag", "\"\(item.version)\"")]) { json in
            json.object { resource.write(item, opened: draft, to: &$0) }
        }
    }
}
