internal import Domain
internal import NIOHTTP1
internal import Ports
internal import Synchronization

/// Turns a request into its answer: who asks, whether there is room, what the route says.
final class RequestProcessor: Sendable {
    let settings: HTTPServerSettings
    let table: RouteTable
    let metrics: HTTPServerMetrics
    let date: HTTPDate
    private let authenticator: any Authenticator
    private let time: any TimeSource
    private let entropy: any EntropySource
    private let diagnostics: any Diagnostics
    private let tracing: Tracing?
    private let refusals: RefusalLog
    private let room: LargeRoom

    init(
        _ dependencies: HTTPServerDependencies, _ settings: HTTPServerSettings, _ table: RouteTable, _ metrics: HTTPServerMetrics,
        _ room: LargeRoom
    ) {
        self.settings = settings
        self.table = table
        self.metrics = metrics
        authenticator = dependencies.authenticator
        time = dependencies.time
        entropy = dependencies.entropy
        diagnostics = dependencies.diagnostics
        tracing = dependencies.tracing
        refusals = RefusalLog(dependencies.diagnostics, dependencies.time)
        self.room = room
        date = HTTPDate(dependencies.time)
    }

    /// A new identifier for a request.
    func newId() -> String {
        UniqueId.version7(at: time.now(), random: (entropy.next(), entropy.next())).description
    }

    func answer(_ request: IncomingRequest) async -> Reply {
        let inFlight = metrics.inFlight.wrappingAdd(1, ordering: .relaxed).newValue
        defer { metrics.inFlight.wrappingSubtract(1, ordering: .relaxed) }
        let span = tracing.flatMap { begin(request, $0) }
        do throws(Problem) {
            // Probes are answered under any load, or an orchestrator would kill a busy engine.
            guard inFlight <= Int64(settings.maxConcurrentRequests) || !(request.route.needsToken || request.route.isSigned)
            else {
                throw Problem(.busy, "Too many requests are being answered already; nothing was done.", retryAfter: 1)
            }
            let caller = try await admit(request)
            let reply = try withRoom(try await route(request, caller), request.method, of: caller)
            span?.end(
                request.spanName, .server, failure: reply.isOurFailure ? String(reply.status) : nil, with: request.spanAttributes(reply))
            return reply
        } catch {
            noteRefusal(error, of: request)
            if error.kind == .internalError {
                diagnostics.report(
                    Diagnostic(
                        .error, "http.internal-error", error.detail,
                        fields: [("request", request.id), ("operation", request.route.operation)]))
            }
            let reply = error.reply(instance: request.id)
            // Nor does who has no token fill the queue.
            if error.kind != .unauthorized {
                span?.end(
                    request.spanName, .server, failure: reply.isOurFailure ? error.kind.rawValue : nil, with: request.spanAttributes(reply))
            }
            return reply
        }
    }

    /// Probes leave no spans.
    private func begin(_ request: IncomingRequest, _ tracing: Tracing) -> OpenSpan? {
        request.route.needsToken ? tracing.request(traceparent: request.header("traceparent")) : nil
    }

    private func route(_ request: IncomingRequest, _ caller: Caller?) async throws(Problem) -> Reply {
        let route = request.route
        let accept = request.header("accept")
        if !route.produces.isEmpty, !route.produces.contains(where: { MediaType.accepts($0, accept) }) {
            throw Problem(.notAcceptable, "This path answers with \(route.produces.joined(separator: " or ")).")
        }
        if route.query.isEmpty, request.query != nil { try QueryReader(request.query, declared: []).finish() }
        switch (route.handler, caller) {
        case (.open(let handle), _), (.signed(let handle), _): return try await handle(request)
        case (.tenant(_, let handle), .tenant(let principal)): return try await handle(request, principal)
        case (.operator(_, let handle), .operator(let person)): return try await handle(request, person)
        case (.tenant(let permission, _), let caller?), (.operator(let permission, _), let caller?):
            throw Problem(forbidden: permission, caller)
        case (_, nil): throw Self.unauthorized("No token was checked.", error: nil)
        }
    }

    /// Clients that ask for much and do not read it must not fill the memory.
    ///
    /// - Throws: 503 when too much waits already, and nothing but reading was asked for: what was done must be told.
    private func withRoom(_ reply: Reply, _ method: HTTPMethod, of caller: Caller?) throws(Problem) -> Reply {
        guard case .bytes(_, let bytes) = reply.body, reply.room == nil, method != .HEAD else { return reply }
        let tenant: TenantId? = if case .tenant(let principal) = caller { principal.tenant } else { nil }
        var reply = reply
        reply.room = method == .GET ? try room.take(bytes.count, of: tenant) : try? room.take(bytes.count, of: tenant)
        return reply
    }

    /// The refusal of a request that would be answered with 401 or 403, asked before its body is read.
    func refusalOfToken(_ request: IncomingRequest?) async -> Reply? {
        guard let request else { return nil }
        do throws(Problem) {
            _ = try await admit(request)
            return nil
        } catch {
            noteRefusal(error, of: request)
            return error.reply(instance: request.id)
        }
    }

    // MARK: Who may

    /// The one place where it is decided who may do what: the route says what is needed, the token's roles what is given.
    ///
    /// - Returns: nil for a route that is open to everyone.
    private func admit(_ request: IncomingRequest) async throws(Problem) -> Caller? {
        guard let permission = request.route.permission else { return nil }
        let caller = try await authenticate(request)
        guard caller.may(permission) else { throw Problem(forbidden: permission, caller) }
        return caller
    }

    private func noteRefusal(_ problem: Problem, of request: IncomingRequest) {
        switch problem.kind {
        case .unauthorized, .signatureRefused: metrics.unauthorized.add()
        case .forbidden:
            metrics.forbidden.add()
            if let refusal = problem.refusal { refusals.forbidden(refusal, request) }
        default: break
        }
    }

    private func authenticate(_ request: IncomingRequest) async throws(Problem) -> Caller {
        guard let authorization = request.header("authorization") else {
            throw Self.unauthorized("The request has no Authorization header.", error: nil)
        }
        guard authorization.utf8.count > 7, zip(authorization.utf8, "bearer ".utf8).allSatisfy({ $0 == $1 || $0 | 0x20 == $1 }) else {
            throw Self.unauthorized(
                "The Authorization header must have the form: Bearer, a space, and a token.", error: "invalid_request")
        }
        let token = String(Substring(authorization.utf8.dropFirst(7)))
        do {
            return try await authenticator.authenticate(bearer: token)
        } catch {
            let detail =
                switch error {
                case .malformed: "The token is not of the expected form."
                case .signature: "The token was not made by this engine."
                case .expired: "The token has expired, or is not valid yet."
                case .tenant: "The token names no valid tenant; an operator's names none."
                case .role: "The token names a role that this engine does not know, or operator beside others."
                }
            throw Self.unauthorized(detail, error: "invalid_token")
        }
    }

    /// With the challenge of RFC 6750 §3.
    private static func unauthorized(_ detail: String, error: String?) -> Problem {
        let challenge = "Bearer realm=\"ledgerflow\"" + (error.map { ", error=\"\($0)\"" } ?? "")
        return Problem(.unauthorized, detail, headers: [("WWW-Authenticate", challenge)])
    }

    // MARK: What is not HTTP

    func problem(of error: HTTPParserError) -> Problem {
        switch error {
        case .headerOverflow:
            Problem(.headersTooLarge, "The header section may have at most \(settings.maxHeaderBytes) bytes and 100 fields.")
        default: Problem(.malformedRequest, "The request could not be read as HTTP/1.1.")
        }
    }
}
