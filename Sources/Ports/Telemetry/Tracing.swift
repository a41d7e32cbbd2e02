public import Domain

/// Begins spans, and says which are recorded. Whoever has none, since nobody collects spans, does nothing for them but look. A class, so that
/// what is carried along everywhere is one reference.
public final class Tracing: Sendable {
    fileprivate let recorder: any SpanRecorder
    private let ratio: TraceRatio
    fileprivate let time: any TimeSource
    fileprivate let entropy: any EntropySource

    /// - Parameter ratio: the part that is recorded of what brings no decision of its own, HTTP requests without `traceparent` and attempts.
    public init(recorder: any SpanRecorder, ratio: TraceRatio, time: any TimeSource, entropy: any EntropySource) {
        self.recorder = recorder
        self.ratio = ratio
        self.time = time
        self.entropy = entropy
    }

    /// Begins a request that came in. It goes on with the trace that its `traceparent` names, if that is sampled; with none it begins a trace,
    /// if the ratio takes it.
    ///
    /// - Returns: nil when it is not recorded.
    public func request(traceparent: String?) -> OpenSpan? {
        if let caller = traceparent.flatMap({ TraceContext(traceparent: $0) }) {
            return caller.isSampled ? OpenSpan(self, in: caller.trace, under: caller.span) : nil
        }
        guard ratio != .none else { return nil }
        let trace = TraceId(random: (entropy.next(), entropy.next()))
        return ratio.takes(trace) ? OpenSpan(self, in: trace, under: nil) : nil
    }

    /// Begins an attempt of a call, whose trace is the call's. One that is not recorded has a context all the same, which says so.
    public func attempt(in trace: TraceId) -> OpenSpan { OpenSpan(self, in: trace, under: nil, isSampled: ratio.takes(trace)) }

    /// Begins the root of a trace that is always recorded.
    ///
    /// - Parameter start: when it began, if that was before; nil: now.
    public func root(of trace: TraceId, since start: Instant? = nil) -> OpenSpan {
        OpenSpan(self, in: trace, as: trace.root, under: nil, since: start)
    }

    /// Begins what belongs right under the root of such a trace, also after a restart.
    public func step(of trace: TraceId, since start: Instant? = nil) -> OpenSpan {
        OpenSpan(self, in: trace, under: trace.root, since: start)
    }
}

/// A step that has begun. It is recorded when it is ended; one that is dropped leaves nothing.
public struct OpenSpan: Sendable {
    /// What requests sent in the span say of it.
    public let context: TraceContext
    private let tracing: Tracing
    private let parent: SpanId?
    private let start: Instant
    private let began: Uptime

    fileprivate init(
        _ tracing: Tracing, in trace: TraceId, as id: SpanId? = nil, under parent: SpanId?, isSampled: Bool = true,
        since start: Instant? = nil
    ) {
        let now = tracing.time.now()
        let uptime = tracing.time.uptime()
        context = TraceContext(trace: trace, span: id ?? SpanId(random: tracing.entropy.next()), isSampled: isSampled)
        self.tracing = tracing
        self.parent = parent
        self.start = start ?? now
        // Lengths are of the clock that never jumps; what began before is as long as the wall clock has it.
        began = Uptime(microseconds: uptime.microseconds - max(0, (now - self.start).microseconds))
    }

    /// A step within this one.
    public func child() -> OpenSpan { OpenSpan(tracing, in: context.trace, under: context.span, isSampled: context.isSampled) }

    /// - Parameter failure: a short word for what went wrong; nil: nothing did.
    public func end(
        _ name: String, _ kind: Span.Kind = .internal, failure: String? = nil, with attributes: @autoclosure () -> [Span.Attribute] = []
    ) {
        guard context.isSampled else { return }
        tracing.recorder.record(
            Span(
                name: name, kind: kind, trace: context.trace, id: context.span, parent: parent, start: start,
                duration: max(.zero, tracing.time.uptime() - began), failure: failure, attributes: attributes()))
    }
}
