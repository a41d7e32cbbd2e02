import Domain
import Ports
import Synchronization
import SystemAdapter
import Testing

/// Requests leave spans when their callers, or the ratio, want it.
@Suite struct SpanTests {
    private final class Spans: SpanRecorder {
        private let state = Mutex<[Span]>([])
        var all: [Span] { state.withLock { $0 } }
        func record(_ span: Span) { state.withLock { $0.append(span) } }
    }

    private static func tracing(_ spans: Spans, _ ratio: TraceRatio) -> Tracing {
        Tracing(recorder: spans, ratio: ratio, time: SystemTimeSource(), entropy: SystemEntropy())
    }

    private static let caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"

    @Test func aSampledCallersTraceGoesOn() async throws {
        let spans = Spans()
        try await withServer(tracing: Self.tracing(spans, .none)) { server in
            let answer = try await server.get(
                "/v1/service-calls?limit=1", headers: [("traceparent", Self.caller + "1"), ("X-Request-Id", "r-1")])
            #expect(answer.status == 200)
        }
        #expect(spans.all.count == 1)
        let span = try #require(spans.all.first)
        #expect(span.trace.description == "0af7651916cd43dd8448eb211c80319c" && span.parent?.description == "b7ad6b7169203331")
        #expect(span.name == "GET /v1/service-calls" && span.kind == .server && span.failure == nil)
        func value(_ name: String) -> Span.Value? { span.attributes.first { $0.name == name }?.value }
        #expect(value("http.route") == .text("/v1/service-calls") && value("http.response.status_code") == .count(200))
        #expect(value("ledgerflow.request.id") == .text("r-1"))
        #expect(!"\(span)".contains("limit"), "a query may hold what is not for every eye")
    }

    @Test func aCallerThatIsNotSampledIsNotRecordedWhateverTheRatio() async throws {
        let spans = Spans()
        try await withServer(tracing: Self.tracing(spans, .all)) { server in
            _ = try await server.get("/v1/service-calls", headers: [("traceparent", Self.caller + "0")])
        }
        #expect(spans.all.isEmpty)
    }

    @Test func withoutACallersWordTheRatioDecides() async throws {
        let (none, all) = (Spans(), Spans())
        try await withServer(tracing: Self.tracing(none, .none)) { server in _ = try await server.get("/v1/service-calls") }
        try await withServer(tracing: Self.tracing(all, .all)) { server in
            _ = try await server.get("/v1/service-calls")
            _ = try await server.get("/v1/service-calls", headers: [("traceparent", "garbage")])
        }
        #expect(none.all.isEmpty)
        #expect(all.all.count == 2 && all.all.allSatisfy { $0.parent == nil } && Set(all.all.map(\.trace)).count == 2)
    }

    /// What needs no token, and who has none, cannot crowd out the rest.
    @Test func probesAndStrangersLeaveNoSpans() async throws {
        let spans = Spans()
        try await withServer(tracing: Self.tracing(spans, .all)) { server in
            for path in ["/livez", "/readyz", "/metrics"] {
                _ = try await server.get(path, headers: [("traceparent", Self.caller + "1")])
            }
            let refused = try await server.get("/v1/service-calls", headers: [("traceparent", Self.caller + "1")], token: .some(nil))
            #expect(refused.status == 401)
        }
        #expect(spans.all.isEmpty)
    }

    @Test func aRefusalIsTheCallersFailureAndNotTheServers() async throws {
        let spans = Spans()
        try await withServer(tracing: Self.tracing(spans, .none)) { server in
            let answer = try await server.post("/v1/service-calls", "{", headers: [("traceparent", Self.caller + "1")])
            #expect(answer.status == 400)
        }
        let span = try #require(spans.all.first)
        #expect(span.failure == nil && span.attributes.contains { $0 == ("http.response.status_code", .count(400)) })
    }
}
