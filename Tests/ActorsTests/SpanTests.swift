import Domain
import InMemoryAdapter
import Ports
import Testing

@testable import Actors
@testable import Simulation

/// What the engine does shows as trees of spans, when somebody collects them.
@Suite struct SpanTests {
    private func traced(_ ratio: TraceRatio? = TraceRatio.none, _ steps: ScriptedFeed.Step...) throws -> IngestionBench {
        let bench = try IngestionBench()
        bench.feed.steps = steps
        bench.ratio = ratio
        return bench
    }

    // MARK: - Runs of sources

    @Test func theSpansOfARunAreOneTreeUnderTheTraceOfItsLogAndEvents() throws {
        let bench = try traced(TraceRatio.none, .fails(.connection("reset")), .batch("IR-1=A\nIR-2=B\nXbad\nE\n"))
        bench.settings.ingestBatch = 2
        bench.start()
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.pass(.minutes(5))
        let run = try #require(bench.runs.first)
        #expect(bench.runs.count == 1)
        let spans = bench.spans.all.filter { $0.trace == run.trace }
        #expect(spans.count == bench.spans.all.count, "nothing else is traced")
        #expect(Set(spans.map(\.id)).count == spans.count, "each span has a name of its own")
        let root = try #require(spans.first { $0.parent == nil })
        #expect(root.name == "ingestion run" && root.id == run.trace.root && root.failure == nil)
        #expect(spans.count { $0.parent == nil } == 1)
        let ids = Set(spans.map(\.id))
        #expect(spans.allSatisfy { span in span.parent.map { ids.contains($0) } ?? true }, "no span hangs in the air")
        func children(_ parent: SpanId, _ name: String) -> [Span] { spans.filter { $0.parent == parent && $0.name == name } }
        let fetches = children(root.id, "fetch")
        #expect(fetches.map(\.failure) == ["connection", nil])
        #expect(bench.feed.requests.map(\.request.traceparent) == fetches.map { "00-\(run.trace)-\($0.id)-01" })
        let whole = try #require(fetches.last)
        #expect(children(whole.id, "split").count == 2 && children(whole.id, "commit").count == 2)
        #expect(!children(root.id, "publish").isEmpty)
        // The log and the events name the same trace.
        #expect(bench.log.all.contains { $0.fields.contains { $0.name == "trace_id" && $0.value == root.trace.description } })
        #expect(bench.events(.invoiceReceived).map(\.correlationId) == [root.trace.description, root.trace.description])
    }

    @Test func eachStepLiesWithinTheOneItBelongsToAndSaysWhatItDid() throws {
        let bench = try traced(TraceRatio.none, .batch("IR-1=A\nIR-2=B\nE\n"))
        bench.start()
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.pass(.minutes(5))
        let spans = bench.spans.all
        for span in spans where span.name != "publish" {
            guard let parent = spans.first(where: { $0.id == span.parent }) else { continue }
            #expect(span.start >= parent.start && span.start + span.duration <= parent.start + parent.duration, "\(span.name)")
        }
        let root = try #require(spans.first { $0.parent == nil })
        #expect(root.duration >= .milliseconds(10))
        func value(_ span: Span, _ name: String) -> Span.Value? { span.attributes.first { $0.name == name }?.value }
        #expect(value(root, "ledgerflow.tenant.id") == .text("acme") && value(root, "ledgerflow.source") == .text("erp"))
        #expect(value(root, "ledgerflow.documents.new") == .count(2))
        let fetch = try #require(spans.first { $0.name == "fetch" })
        #expect(fetch.kind == .client && value(fetch, "server.address") == .text("erp.example.com"))
        let commits = spans.filter { $0.name == "commit" }
        #expect(commits.map { value($0, "ledgerflow.documents") } == [.count(2)])
    }

    /// The password, the query and what the source sent are nobody's who reads traces.
    @Test func spansTellNoSecretAndNoContent() throws {
        let bench = try traced(TraceRatio.none, .batch("IR-1=CONTENT\nXCONTENT\nE\n"), .fails(.connection("reset")))
        bench.start()
        try bench.send(.create(bench.plan(interval: .minutes(1))))
        bench.pass(.minutes(5))
        #expect(bench.spans.all.count > 6)
        for span in bench.spans.all {
            let text = "\(span)"
            #expect(!text.contains("canary") && !text.contains("CONTENT") && !text.contains("/soap"), "\(text)")
        }
    }

    @Test func aRunThatAnotherEngineEndsHasItsRootAllTheSame() throws {
        let bench = try traced(TraceRatio.none, .hangs(after: "IR-1=A\n"), .batch("E\n"))
        bench.start()
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.pass(.minutes(2))
        bench.kill()
        bench.start()
        bench.pass(.minutes(5))
        let run = try #require(bench.runs.first { $0.status == .abandoned })
        let root = try #require(bench.spans.all.first { $0.id == run.trace.root && $0.trace == run.trace })
        #expect(root.parent == nil && root.failure == "abandoned" && root.start == run.createdAt)
        #expect(root.duration >= .seconds(60))
    }

    @Test func oneSeedGivesTheSameSpansEachTime() throws {
        let twice = try (0..<2).map { _ in
            let bench = try traced(TraceRatio.none, .fails(.connection("reset")), .batch("IR-1=A\nXbad\nE\n"))
            bench.start()
            try bench.send(.create(bench.plan(interval: .minutes(1))))
            bench.pass(.minutes(5))
            return bench.spans.all.map { "\($0)" }
        }
        #expect(twice[0] == twice[1] && twice[0].count > 12)
    }

    @Test func whoCollectsNothingGetsNothing() throws {
        let bench = try traced(nil, .batch("IR-1=A\nE\n"))
        bench.start()
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.pass(.minutes(5))
        #expect(bench.spans.all.isEmpty && bench.documents.count == 1)
        #expect(bench.feed.requests.allSatisfy { $0.request.traceparent.hasSuffix("-01") })
    }

    // MARK: - Attempts

    /// Notes what it is sent, and answers what it is told to.
    private final class NotingClient: TargetClient, @unchecked Sendable {
        var sent: [String] = []
        var status = 200

        func send(_ request: AttemptRequest) async throws(AttemptFailed) -> TargetAnswer {
            sent.append(request.headers.first { $0.name == "traceparent" }?.value ?? "")
            guard status == 200 else { throw AttemptFailed(ExecutionFailure(kind: .status, status: status, detail: "as told")) }
            return TargetAnswer(summary: ResponseSummary(status: 200, bodyBytes: 0))
        }
    }

    private func send(_ number: UInt64, to bench: IngestionBench) throws {
        let engine = try #require(bench.engine)
        bench.run { engine.isReady }
        let submission = ServiceCallSubmission(
            tenant: bench.tenant, id: ServiceCallId(UniqueId(high: 9, low: number)),
            request: SealedRequest(method: .POST, url: try TargetURL("https://example.com/hook"), payload: .empty, bodyBytes: 0),
            retry: .standard, fingerprint: Fingerprint(bytes: [1]), correlationId: "order-\(number)")
        Task(executorPreference: bench.executor) { _ = try? await engine.router.send(.submit(submission)) }
    }

    @Test func anAttemptTellsItsTargetTheVerySpanThatIsRecorded() throws {
        let bench = try traced(.all)
        let client = NotingClient()
        client.status = 503
        bench.client = client
        bench.start()
        try send(7, to: bench)
        bench.run { client.sent.count == 1 }
        client.status = 200
        bench.run { bench.store.allCalls.first?.call.status == .succeeded }
        let attempts = bench.spans.all.filter { $0.name == "attempt" }
        #expect(attempts.map(\.failure) == ["503", nil])
        #expect(client.sent == attempts.map { "00-\($0.trace)-\($0.id)-01" })
        #expect(Set(attempts.map(\.trace.description)) == ["00000000000000090000000000000007"], "the trace is the call")
        for attempt in attempts {
            #expect(attempt.kind == .client && attempt.parent == nil)
            #expect(attempt.attributes.contains { $0 == ("ledgerflow.correlation_id", .text("order-7")) })
            #expect(!"\(attempt)".contains("/hook"))
        }
    }

    @Test func anAttemptThatIsNotRecordedSaysSoToItsTarget() throws {
        let bench = try traced(TraceRatio.none)
        let client = NotingClient()
        bench.client = client
        bench.start()
        try send(7, to: bench)
        bench.run { client.sent.count == 1 }
        #expect(bench.spans.all.isEmpty)
        #expect(client.sent.first?.hasPrefix("00-00000000000000090000000000000007-") == true)
        #expect(client.sent.first?.hasSuffix("-00") == true)
    }
}
