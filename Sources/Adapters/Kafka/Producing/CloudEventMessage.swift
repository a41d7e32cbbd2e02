internal import Domain
internal import Ports

/// Events as messages by the Kafka protocol binding of CloudEvents 1.0 (cloudevents.io) in binary content mode: the attributes as headers
/// `ce_…`, the data as it is. They are the attributes that the HTTP API shows. Of a received document the message is the document itself
/// (`ReceivedDocument`).
struct CloudEventMessages {
    let store: UniqueId
    let prefix: String
    /// The topics that a source of documents may have its own sent to, by their whole names.
    var sourceTopics: Set<String> = []

    /// What stands in front of the data of an event, in bytes; an estimate.
    private static let overhead = 640

    func block(of events: some RandomAccessCollection<CommittedEvent>) -> MessageBlock {
        let data = events.reduce(0) { $0 + $1.data.count }
        var block = MessageBlock(capacity: events.count, bytesEach: Self.overhead + data / max(1, events.count))
        for event in events { append(event, to: &block) }
        return block
    }

    func append(_ event: CommittedEvent, to block: inout MessageBlock) {
        let id = event.id(in: store)
        let subject = event.subject.description
        let tenant = event.tenant.value
        let context = Self.context(of: event, id: id)
        let trace = context.trace.description
        let document = ReceivedDocument(event)
        var topic = topic(of: event.type)
        if let own = document?.topic, sourceTopics.contains(own) { topic = own }
        let key = Array(tenant.utf8) + [UInt8(ascii: ".")] + Array(subject.utf8)
        block.begin(topic: topic, key: key, value: document?.octets ?? event.data)
        block.header("ce_specversion", "1.0")
        block.header("ce_id", id.description)
        block.header("ce_source", event.source)
        block.header("ce_type", event.type.name)
        block.header("ce_subject", subject)
        block.header("ce_time", event.time.rfc3339)
        block.header("ce_tenantid", tenant)
        block.header("ce_version", String(event.version))
        block.header("ce_correlationid", event.correlationId)
        for (name, value) in document?.attributes ?? [] { block.header("ce_" + name, Array(value.utf8)) }
        block.header("content-type", document?.contentType ?? "application/json")
        block.header("traceparent", context.traceparent)
        block.header("trace_id", trace)
        block.header("correlation_id", event.correlationId)
    }

    /// The run which it belongs to, if it does; else the trace is the aggregate, as in the requests that the engine sends for it, and the span
    /// is the event.
    private static func context(of event: CommittedEvent, id: UniqueId) -> TraceContext {
        switch event.type {
        case .ingestion, .invoice:
            if let run = TraceId(event.correlationId) { return TraceContext(trace: run, span: run.root, isSampled: true) }
        default: break
        }
        let trace = TraceId(random: (event.subject.high, event.subject.low))
        return TraceContext(trace: trace, span: SpanId(random: id.low), isSampled: true)
    }

    func topic(of type: EventType) -> String { prefix + type.context }

    /// One topic per context.
    static let contexts: [String] = EventType.all.map(\.context).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
}
