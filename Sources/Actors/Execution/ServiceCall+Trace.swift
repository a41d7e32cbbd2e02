internal import Domain
internal import Ports

extension ServiceCall {
    /// That of all its attempts: the call's own identifier.
    var trace: TraceId { TraceId(random: (id.value.high, id.value.low)) }

    /// What is told of an attempt's span: where it went, never what it said.
    func spanAttributes(status: Int?) -> [Span.Attribute] {
        let request = submission.request
        var attributes: [Span.Attribute] = [
            ("http.request.method", .text(request.method.rawValue)), ("url.scheme", .text(request.url.scheme.rawValue)),
            ("server.address", .text(request.url.host)), ("server.port", .count(request.url.port)),
            ("ledgerflow.tenant.id", .text(tenant.value)), ("ledgerflow.service_call.id", .text(id.description)),
            ("ledgerflow.correlation_id", .text(submission.correlationId)),
        ]
        if attempts > 1 { attributes.append(("http.request.resend_count", .count(attempts - 1))) }
        if let status { attributes.append(("http.response.status_code", .count(status))) }
        return attributes
    }
}

extension ExecutionFailure {
    /// What a span is told of it: the status of an answer, or the kind.
    var word: String { status.map(String.init) ?? kind.rawValue }
}
