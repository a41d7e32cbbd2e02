internal import Domain
internal import Ports

/// What the routes of the sources of documents do. A source is known by its name; its password is taken, and never shown.
struct SourceHandlers: Sendable {
    let desk: ItemDesk
    /// Of a body.
    let maxBytes: Int
    /// Those that a source may name.
    let topics: [TopicName]

    static let path = "/v1/ingestion/sources"

    // MARK: Making and replacing

    func create(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let source = try read(request, principal, named: nil)
        let plan = try plan(source, known: nil, principal.tenant)
        let (made, changed) = try await send(.create(plan), to: source.name, request, principal)
        return try await detail(
            made, status: changed ? 201 : 200, headers: [("Location", Self.path + "/" + source.name.value)])
    }

    /// Makes it, or gives it another plan. Without a password it keeps the one that it has.
    func put(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let name = try request.nameToPut()
        let source = try read(request, principal, named: name)
        let (item, isMade) = try await desk.put(.source(name), request, principal) { item, ifVersion throws(Problem) in
            let known: IngestionSource? = if case .source(let known)? = item { known } else { nil }
            let plan = try plan(source, known: known, principal.tenant)
            return .source(name, .put(plan, ifVersion: ifVersion(known.map(source.keepsPassword(of:)) ?? false)))
        }
        guard case .source(let put) = item else { throw ItemDesk.wrongRecord }
        return try await detail(put, status: isMade ? 201 : 200, headers: isMade ? [("Location", Self.path + "/\(name)")] : [])
    }

    private func read(
        _ request: IncomingRequest, _ principal: Principal, named name: SourceName?
    ) throws(Problem) -> SubmittedSource {
        let value = try request.json(limits: JSONLimits(maxBytes: maxBytes))
        var problems = JSONProblems()
        let topics = topics
        let source = problems.object(value) { SubmittedSource.read(&$0, named: name, topics: topics) }
        guard let source else { throw Problem(problems) }
        // By its mapping invoices are drafted, again and again, which is not given with the right to have a source asked.
        if source.isMapped { try principal.require(.draft) }
        return source
    }

    private func plan(_ source: SubmittedSource, known: IngestionSource?, _ tenant: TenantId) throws(Problem) -> IngestionSource.Plan {
        let fingerprint = source.fingerprint(of: tenant, desk.fingerprinter)
        let plan: IngestionSource.Plan?
        do {
            plan = try source.plan(of: tenant, known: known, fingerprint: fingerprint, sealer: desk.sealer)
        } catch {
            throw Problem(error)
        }
        guard let plan else {
            let detail =
                known == nil
                ? "is required together with username" : "is required, since the source has none, or goes to another server or user now"
            throw Problem(faults: [.init(place: .pointer("/password"), detail: detail)], .invalidRequest)
        }
        return plan
    }

    // MARK: Commands

    func pause(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await command(.pause, status: 200, request, principal)
    }

    func resume(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await command(.resume, status: 200, request, principal)
    }

    func run(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        try await command(.run, status: 202, request, principal)
    }

    private func command(
        _ command: SourceCommand, status: Int, _ request: IncomingRequest, _ principal: Principal
    ) async throws(Problem) -> Reply {
        let name = try name(request)
        try request.expectNoBody()
        return try await detail(try await send(command, to: name, request, principal).source, status: status)
    }

    func delete(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let name = try name(request)
        try request.expectNoBody()
        _ = try await send(.delete, to: name, request, principal)
        return Reply(status: 204)
    }

    private func send(
        _ command: SourceCommand, to name: SourceName, _ request: IncomingRequest, _ principal: Principal
    ) async throws(Problem) -> (source: IngestionSource, changed: Bool) {
        let (item, changed) = try await desk.send(.source(name, command), request, principal)
        guard case .source(let source) = item else { throw ItemDesk.wrongRecord }
        return (source, changed)
    }

    // MARK: Reads

    func list(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        let (items, next) = try await desk.page(of: .source, request, principal)
        var shown: [(source: IngestionSource, progress: SourceProgress?)] = []
        for case .source(let source) in items { shown.append((source, try await progress(source))) }
        return Reply.json(capacity: 64 + items.count * 1_024) { json in
            json.object { json in
                json.array("items") { list in
                    for (source, progress) in shown { list.object { write(source, progress, to: &$0) } }
                }
                json.field("nextCursor", next)
            }
        }
    }

    func show(_ request: IncomingRequest, _ principal: Principal) async throws(Problem) -> Reply {
        guard let source = try await known(try name(request), principal.tenant) else { throw Problem(BookError.noSuchItem(.source)) }
        return try await detail(source)
    }

    /// - Throws: 404 when the path does not hold a name.
    private func name(_ request: IncomingRequest) throws(Problem) -> SourceName {
        guard let text = request.decodedParameter(0), let name = SourceName(text) else { throw Problem(BookError.noSuchItem(.source)) }
        return name
    }

    private func known(_ name: SourceName, _ tenant: TenantId) async throws(Problem) -> IngestionSource? {
        guard case .source(let source)? = try await desk.item(.source(name), tenant: tenant) else { return nil }
        return source
    }

    /// nil before the first run.
    private func progress(_ source: IngestionSource) async throws(Problem) -> SourceProgress? {
        guard case .progress(let progress)? = try await desk.item(.progress(source.name), tenant: source.tenant) else { return nil }
        return progress
    }

    // MARK: Answers

    private func detail(
        _ source: IngestionSource, status: Int = 200, headers: [(String, String)] = []
    ) async throws(Problem) -> Reply {
        let progress = try await progress(source)
        return Reply.json(status, headers: headers + [("ETag", "\"\(source.version)\"")]) { json in
            json.object { write(source, progress, to: &$0) }
        }
    }

    private func write(_ source: IngestionSource, _ progress: SourceProgress?, to json: inout JSONWriter) {
        let (plan, policy) = (source.plan, desk.policy)
        json.field("name", source.name.value)
        json.field("status", source.status.rawValue)
        plan.writeSettings(
            url: policy.shown(plan.request.url), value: { $0.shown(under: policy) }, into: &json)
        json.field("username", ifPresent: plan.request.user)
        if plan.request.password != nil { json.field("password", RedactionPolicy.mark) }
        json.object("progress") { write(progress, to: &$0) }
        json.field("version", source.version)
        json.field("createdAt", source.createdAt)
        json.field("updatedAt", source.updatedAt)
    }

    private func write(_ progress: SourceProgress?, to json: inout JSONWriter) {
        let breaker = progress?.breaker(at: desk.time.now()) ?? .closed
        json.field("breaker", breaker.word)
        if case .open(let until) = breaker { json.field("openUntil", until) }
        json.field("failuresInRow", progress?.failuresInRow ?? 0)
        json.field("runningRun", ifPresent: progress?.running?.description)
        json.field("lastRun", ifPresent: progress?.lastRun?.description)
        json.field("lastStatus", ifPresent: progress?.lastStatus?.rawValue)
        json.field("lastStartedAt", ifPresent: progress?.lastStartedAt)
        json.field("lastEndedAt", ifPresent: progress?.lastEndedAt)
        json.field("completeTo", ifPresent: progress?.completeTo)
    }
}

extension SourceProgress.Breaker {
    static let words = ["closed", "open", "half-open"]

    var word: String {
        switch self {
        case .closed: "closed"
        case .open: "open"
        case .halfOpen: "half-open"
        }
    }
}
