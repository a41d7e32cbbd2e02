import Domain
import Testing

/// A collector of traces by OTLP, as JSON.
final class TraceCollector: Sendable {
    private let server: RecordingTarget

    init() throws { server = try RecordingTarget(keepsContent: true) }

    var arguments: [String] { ["--otlp-endpoint", server.url("")] }
    func stop() { server.stop() }

    /// All bodies that came, as text.
    var text: String { server.all.map { String(decoding: $0.body, as: UTF8.self) }.joined(separator: "\n") }

    /// The spans that came, in the order of their coming.
    func spans() throws -> [JSONValue] {
        try server.all.filter { $0.path == "/v1/traces" }.flatMap { arrival in
            try JSONReader.read(arrival.body, limits: JSONLimits(maxBytes: 64 << 20, maxDepth: 64, maxValues: 4_000_000))["resourceSpans"]
                .list.flatMap { $0["scopeSpans"].list }.flatMap { $0["spans"].list }
        }
    }
}

extension BlackBox {
    /// What a collector of traces sees of the engine.
    @Suite struct TracingTests {
        private static let caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

        /// IG-6: the trace of the run's record, log and events is that of its spans, which are one tree.
        @Test func theSpansOfARunAreOneTreeUnderTheTraceOfItsLogAndEvents() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let collector = try TraceCollector()
                let service = try SOAPService(SOAPService.invoices(20))
                defer { service.stop() }
                let engine = try scene.engine(collector.arguments)
                let client = engine.client(scene.token)
                findings.check(try client.put("/v1/ingestion/sources/erp", service.source()).status == 201, "no source")
                try eventually(within: 30, "the run is complete") { try client.runs("?status=succeeded").count == 1 }
                let trace = try client.runs().first?["traceId"].text ?? ""
                for event in ["ingestion.run-started", "ingestion.run-ended"] {
                    findings.check(
                        engine.errors.split(separator: "\n").contains { $0.contains(event) && $0.contains(trace) },
                        "no \(event) of the trace")
                }
                let received = try client.events().filter { $0["type"].text == "ledgerflow.ingestion.invoice-received.v1" }
                findings.check(
                    received.count == 20 && received.allSatisfy { $0["correlationid"].text == trace }, "the events have another trace")
                findings.check(try engine.stop() == .code(0), "it does not stop in order")
                collector.stop()
                let spans = try collector.spans()
                findings.check(
                    !spans.isEmpty && spans.allSatisfy { $0["traceId"].text == trace }, "other traces came: \(spans.count) spans")
                let ids = Set(spans.map { $0["spanId"].text })
                findings.check(ids.count == spans.count, "two spans have one name")
                let roots = spans.filter { $0["parentSpanId"].text.isEmpty }
                findings.check(roots.map { $0["name"].text } == ["ingestion run"], "the roots are \(roots)")
                findings.check(roots.first?["spanId"].text == String(trace.suffix(16)), "the root has another name")
                findings.check(
                    spans.allSatisfy { $0["parentSpanId"].text.isEmpty || ids.contains($0["parentSpanId"].text) }, "a span hangs in the air"
                )
                let names = Set(spans.map { $0["name"].text })
                findings.check(names == ["ingestion run", "fetch", "split", "commit", "publish"], "the steps are \(names.sorted())")
                let fetch = spans.first { $0["name"].text == "fetch" }
                findings.check(
                    service.asked.first?.header("traceparent") == "00-\(trace)-\(fetch?["spanId"].text ?? "")-01",
                    "the request names another span")
                for secret in [SOAPService.password, scene.token, "№"] {
                    findings.check(!collector.text.contains(secret), "the spans tell “\(secret)”")
                }
            }
        }

        @Test func aCallersTraceGoesOnAndAnAttemptTellsItsTargetTheVerySpan() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let collector = try TraceCollector()
                let target = try RecordingTarget(keepsContent: true)
                defer { target.stop() }
                let engine = try scene.engine(collector.arguments + ["--trace-ratio", "1"])
                let client = engine.client(scene.token)
                let answer = try client.post(
                    "/v1/service-calls", submission(target.url("/fail/1?key=CANARY"), #""retry":{"initialDelayMs":100}"#),
                    headers: [("traceparent", Self.caller)])
                let id = try answer.json()["id"].text
                findings.check(try client.ended(id)["status"].text == "succeeded", "the call did not succeed: \(answer.text)")
                findings.check(try engine.stop() == .code(0), "it does not stop in order")
                collector.stop()
                let spans = try collector.spans()
                let request = spans.first { $0["parentSpanId"].text == "b7ad6b7169203331" }
                findings.check(
                    request?["traceId"].text == "0af7651916cd43dd8448eb211c80319c" && request?["name"].text == "POST /v1/service-calls",
                    "the caller's trace does not go on: \(spans)")
                let attempts = spans.filter { $0["name"].text == "attempt" }
                let sent = target.all.compactMap { arrival in arrival.headers.first { $0.name == "traceparent" }?.value }
                findings.check(
                    attempts.count == 2 && sent == attempts.map { "00-\($0["traceId"].text)-\($0["spanId"].text)-01" },
                    "the target was told \(sent), recorded is \(attempts)")
                findings.check(
                    attempts.allSatisfy { $0["traceId"].text == id.filter { $0 != "-" } }, "the attempts have not the call's trace")
                findings.check(attempts.map { $0["status"]["code"].int } == [2, -1], "the outcomes are \(attempts)")
                for secret in ["CANARY", scene.token] { findings.check(!collector.text.contains(secret), "the spans tell “\(secret)”") }
            }
        }

        @Test func aCollectorThatIsAwayHarmsNothingAndIsToldOfOnce() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let (listener, port) = try Socket.listen()
                listener.shutDown()
                let target = try RecordingTarget()
                defer { target.stop() }
                let engine = try scene.engine(["--otlp-endpoint", "http://127.0.0.1:\(port)", "--trace-ratio", "1"])
                let client = engine.client(scene.token)
                for _ in 0..<50 {
                    let id = try client.submit(submission(target.url("/ok"))).json()["id"].text
                    findings.check(try client.ended(id)["status"].text == "succeeded", "\(id) did not succeed")
                }
                try eventually(within: 30, "a second request with spans has failed") {
                    let lines = try client.get("/metrics").text.split(separator: "\n")
                    let failures = lines.first { $0.hasPrefix("ledgerflow_span_export_failures_total ") }
                    return (failures?.split(separator: " ").last.flatMap { Int($0) } ?? 0) >= 2
                }
                findings.check(
                    try client.get("/metrics").text.contains(#"ledgerflow_spans_dropped_total{reason="queue-full"} 0"#), "no metric")
                findings.check(
                    engine.errors.split(separator: "\n").count { $0.contains("tracing.export-failed") } == 1, "told: \(engine.errors)")
                findings.check(try engine.stop() == .code(0), "it does not stop in order")
            }
        }

        @Test func whatIsWrongWithTheSettingsIsSaidBeforeAnythingIsMade() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let data = scene.logs.file("none")
                for (arguments, words) in [
                    (["--otlp-endpoint", "localhost:4318"], ["--otlp-endpoint", "http://localhost:4318"]),
                    (["--otlp-endpoint", "http://user:CANARY@localhost:4318"], ["--otlp-endpoint"]),
                    (["--trace-ratio", "1.5"], ["--trace-ratio", "0.05"]),
                ] {
                    let wrong = try CommandRun(["serve", "--data-dir", data, "--port", "0"] + arguments, in: scene.logs)
                    wrong.expect(64, errors: words, findings)
                    findings.check(!wrong.errors.contains("CANARY"), "the error shows a secret: \(wrong.errors)")
                }
                findings.check(!scene.logs.exists("none"), "a start that was refused made the data directory")
            }
        }
    }
}
