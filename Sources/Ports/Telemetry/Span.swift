public import Domain

/// One step of a trace that has ended. Never carries a secret, nor anything of a tenant's content: no header fields, no queries, no bodies.
public struct Span: Sendable {
    /// Who waited for whom, as OpenTelemetry distinguishes it.
    public enum Kind: Sendable { case `internal`, server, client, producer }

    public enum Value: Hashable, Sendable {
        case text(String)
        case count(Int)
    }

    /// A name by OpenTelemetry's semantic conventions where they have one, else one that begins with `ledgerflow.`
    public typealias Attribute = (name: String, value: Value)

    /// Of few different values: what is particular stands in attributes.
    public let name: String
    public let kind: Kind
    public let trace: TraceId
    public let id: SpanId
    /// nil: the trace begins with it.
    public let parent: SpanId?
    public let start: Instant
    public let duration: TimeSpan
    /// A short word for what went wrong; nil: nothing did.
    public let failure: String?
    public let attributes: [Attribute]

    public init(
        name: String, kind: Kind, trace: TraceId, id: SpanId, parent: SpanId?, start: Instant, duration: TimeSpan, failure: String?,
        attributes: [Attribute]
    ) {
        self.name = name
        self.kind = kind
        self.trace = trace
        self.id = id
        self.parent = parent
        self.start = start
        self.duration = duration
        self.failure = failure
        self.attributes = attributes
    }
}

/// Where ended spans go.
public protocol SpanRecorder: Sendable {
    /// Never waits and never fails: what cannot be taken is dropped and counted.
    func record(_ span: Span)
}
