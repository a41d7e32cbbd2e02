internal import Domain
internal import Ports

extension IngestionRun {
    /// What is told of the run's own span.
    func spanAttributes(_ end: RunEnd) -> [Span.Attribute] {
        let counts = end.counts
        return [
            ("ledgerflow.tenant.id", .text(tenant.value)), ("ledgerflow.source", .text(source.value)),
            ("ledgerflow.run.id", .text(id.description)), ("ledgerflow.run.trigger", .text(trigger.rawValue)),
            ("ledgerflow.run.status", .text(end.status.rawValue)), ("ledgerflow.run.attempts", .count(end.attempts)),
            ("ledgerflow.documents.received", .count(counts.received)), ("ledgerflow.documents.new", .count(counts.new)),
            ("ledgerflow.documents.changed", .count(counts.changed)), ("ledgerflow.documents.unchanged", .count(counts.unchanged)),
            ("ledgerflow.documents.quarantined", .count(counts.quarantined)), ("ledgerflow.bytes", .count(counts.bytes)),
        ]
    }
}

extension BatchRequest {
    /// What is told of the span in which it was sent: where to, never what it said.
    func spanAttributes(attempt: Int, _ counts: IngestionRun.Counts) -> [Span.Attribute] {
        var attributes: [Span.Attribute] = [
            ("http.request.method", .text("POST")), ("url.scheme", .text(url.scheme.rawValue)), ("server.address", .text(url.host)),
            ("server.port", .count(url.port)), ("ledgerflow.documents.received", .count(counts.received)),
            ("ledgerflow.bytes", .count(counts.bytes)),
        ]
        if attempt > 1 { attributes.append(("http.request.resend_count", .count(attempt - 1))) }
        return attributes
    }
}
