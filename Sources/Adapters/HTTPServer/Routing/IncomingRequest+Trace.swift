internal import NIOHTTP1
internal import Ports

extension IncomingRequest {
    /// As OpenTelemetry's conventions for servers have it; the route's pattern, so that there are few.
    var spanName: String { "\(method.rawValue) \(route.path)" }

    /// What is told of the request's span: neither its path nor its query, which are the tenant's.
    func spanAttributes(_ reply: Reply) -> [Span.Attribute] {
        [
            ("http.request.method", .text(method.rawValue)), ("http.route", .text(route.path)),
            ("http.response.status_code", .count(reply.status)), ("ledgerflow.request.id", .text(id)),
        ]
    }
}

extension Reply {
    /// By the conventions a server fails with 5xx alone: 4xx is the client's.
    var isOurFailure: Bool { status >= 500 }
}
