internal import Domain
internal import NIOHTTP1
internal import Ports

/// A parameter of a path, a query or the header section, as it is documented; a query takes those declared and no others.
struct Parameter: Sendable {
    let name: String
    let description: String
    /// A JSON schema.
    let schema: String
    var required = false
}

/// The body that a route takes.
struct RequestBody: Sendable {
    /// The schema's name among the components.
    let schema: String
    /// JSON that is valid by the schema.
    let example: String
    /// Whether it must be there.
    var isRequired = true
    /// Whether it may be XML in place of JSON.
    var takesXML = false
    /// Whether it is a merge patch (RFC 7396).
    var isPatch = false
    /// Whether it may be of any type; it is taken as it comes.
    var isAnything = false
}

/// One of the answers of a route, as it is documented.
struct RouteAnswer: Sendable {
    /// What an answer holds.
    struct Content: Sendable {
        let type: String
        /// The schema's name among the components; nil for text.
        let schema: String?
    }

    let status: Int
    let description: String
    var contents: [Content] = []
    var headers: [Parameter] = []

    static func json(_ status: Int, _ description: String, _ schema: String, headers: [Parameter] = []) -> RouteAnswer {
        RouteAnswer(
            status: status, description: description, contents: [Content(type: Reply.json, schema: schema)], headers: headers)
    }

    static func problem(_ kind: ProblemKind, _ description: String? = nil) -> RouteAnswer {
        RouteAnswer(
            status: kind.status, description: description ?? kind.title,
            contents: [Content(type: Problem.contentType, schema: "Problem")])
    }
}

/// One method of one path: what serves it and what documents it. A class, since every request carries it along.
final class Route: Sendable {
    enum Handler: Sendable {
        /// For everyone.
        case open(@Sendable (IncomingRequest) async throws(Problem) -> Reply)
        /// For whoever signs the request, which the handler judges.
        case signed(@Sendable (IncomingRequest) async throws(Problem) -> Reply)
        /// For holders of a tenant's token whose roles have the permission (`Domain/Access`, docs/permissions.md); what it reads and writes is
        /// of the principal's tenant.
        case tenant(Permission, @Sendable (IncomingRequest, Principal) async throws(Problem) -> Reply)
        /// For holders of an operator's token.
        case `operator`(Permission, @Sendable (IncomingRequest, EngineOperator) async throws(Problem) -> Reply)
    }

    let method: HTTPMethod
    /// With parameters as `{id}`, each a whole segment.
    let path: String
    /// The operation's name in the document.
    let operation: String
    let summary: String
    let tag: String
    let query: [Parameter]
    let headers: [Parameter]
    let body: RequestBody?
    let answers: [RouteAnswer]
    /// The most bytes that a body may have.
    let maxBodyBytes: Int
    /// What the answer's type may be; an `Accept` header must admit one of them. Empty: whatever is asked for.
    let produces: [String]
    /// Whether an answer may be long in coming: it is ended when the client leaves or the server stops.
    let isOpenEnded: Bool
    /// Whether much may have to be computed, however small the request is: it is handled where it holds up no other connection.
    let isCostly: Bool
    let handler: Handler
    /// What the caller needs; nil: nothing, not even a token.
    let permission: Permission?
    var needsToken: Bool { permission != nil }
    /// Whether it is signed in place of that: who sends it is not known before the whole of its body is.
    var isSigned: Bool { if case .signed = handler { true } else { false } }

    init(
        method: HTTPMethod, path: String, operation: String, summary: String, tag: String, query: [Parameter] = [],
        headers: [Parameter] = [], body: RequestBody? = nil, answers: [RouteAnswer], maxBodyBytes: Int, produces: [String] = [Reply.json],
        isOpenEnded: Bool = false, isCostly: Bool = false, handler: Handler
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.summary = summary
        self.tag = tag
        self.query = query
        self.headers = headers
        self.body = body
        self.answers = answers
        self.maxBodyBytes = maxBodyBytes
        self.produces = produces
        self.isOpenEnded = isOpenEnded
        self.isCostly = isCostly
        let judgesIfMatch = method == .GET || headers.contains { $0.name == "If-Match" }
        self.handler = judgesIfMatch ? handler : handler.withoutIfMatch
        permission =
            switch handler {
            case .open, .signed: nil
            case .tenant(let permission, _), .operator(let permission, _): permission
            }
    }
}

extension Route.Handler {
    /// The same for a tenant's requests without `If-Match`: who sends it relies on it (RFC 9110 §13.1.1), and it would guard nothing.
    fileprivate var withoutIfMatch: Route.Handler {
        guard case .tenant(let permission, let handle) = self else { return self }
        return .tenant(permission) { request, principal throws(Problem) in
            guard request.header("if-match") == nil else {
                throw Problem(
                    faults: [.init(place: .header("If-Match"), detail: "is not judged by this path and would guard nothing; leave it out")],
                    .invalidRequest)
            }
            return try await handle(request, principal)
        }
    }
}
