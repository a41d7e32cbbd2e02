import Domain
import Ports
import Synchronization
import Testing

@testable import Actors
@testable import InMemoryAdapter
@testable import Simulation

@Suite("What earlier versions and accidents left of a source is put right")
struct IngestionRepairTests {
    private func bench(_ steps: ScriptedFeed.Step...) throws -> IngestionBench {
        let bench = try IngestionBench()
        bench.feed.steps = steps
        bench.start()
        return bench
    }

    private func source(_ bench: IngestionBench) -> IngestionSource? {
        if case .item(.source(let source))? = bench.store.current(.item(bench.tenant, .source(bench.source))) { source } else { nil }
    }

    /// As a version stored it that sealed a query, but neither this one nor parameters with harmless names.
    private func openPlan(_ bench: IngestionBench, fingerprint: UInt8 = 1) throws -> IngestionSource.Plan {
        let plan = try bench.plan(fingerprint)
        return IngestionSource.Plan(
            request: SourceRequest(
                url: try TargetURL("https://erp.example.com/soap?company=q-canary"), user: plan.request.user,
                password: plan.request.password, operation: plan.request.operation,
                parameters: [try SOAPParameter(name: "from", value: "{from}"), try SOAPParameter(name: "companyId", value: "p-canary")]),
            interval: .hours(1), split: plan.split, fingerprint: plan.fingerprint)
    }

    @Test func whatLiesOpenInASourceIsSealedAtTheNextStart() throws {
        let bench = try bench(.batch("E\n"))
        try bench.send(.create(openPlan(bench)))
        try bench.send(.pause)
        bench.pass(.seconds(10))
        let before = try #require(source(bench))
        #expect(before.plan.request.hasOpenSecrets)
        bench.kill()
        bench.start()
        bench.pass(.seconds(10))
        let sealed = try #require(source(bench))
        #expect(sealed.plan.request.url.description == "https://erp.example.com/soap?[redacted]")
        #expect(sealed.plan.request.parameters.map(\.value) == ["{from}", "[redacted]"])
        #expect(sealed.version == before.version + 1 && sealed.status == .paused)
        // Nothing else is other than before, also not for who gives the same settings again.
        #expect(sealed.plan.fingerprint == before.plan.fingerprint && sealed.plan.request.password == before.plan.request.password)
        #expect(bench.log.all.filter { $0.event == "ingestion.source-sealed" }.count == 1)
        #expect(!bench.log.all.contains { $0.fields.contains { $0.value.contains("canary") } })
        let asked = bench.feed.requests.count
        try bench.send(.run)
        bench.pass(.seconds(10))
        #expect(bench.feed.requests.count == asked + 1)
        let request = try #require(bench.feed.requests.last).request
        #expect(request.url.description == "https://erp.example.com/soap?company=q-canary")
        #expect(request.parameters.last?.value == "p-canary")
        // It is done once.
        bench.kill()
        bench.start()
        bench.pass(.seconds(10))
        #expect(source(bench)?.plan == sealed.plan)
        #expect(bench.log.all.filter { $0.event == "ingestion.source-sealed" }.count == 1)
    }

    @Test func whatCannotBeSealedIsToldAndStaysAsItIs() throws {
        let bench = try bench(.batch("E\n"))
        let plan = try openPlan(bench)
        let strange = SourceRequest(
            url: plan.request.url, secrets: .sealed(SealedBytes(bytes: [1])), operation: plan.request.operation)
        let stored = IngestionSource.Plan(request: strange, interval: .hours(1), split: plan.split, fingerprint: plan.fingerprint)
        try bench.send(.create(stored))
        try bench.send(.pause)
        bench.kill()
        bench.start()
        bench.pass(.seconds(10))
        #expect(source(bench)?.plan == stored)
        #expect(bench.log.all.filter { $0.event == "ingestion.source-not-sealed" }.count == 1)
        #expect(!bench.log.all.contains { $0.fields.contains { $0.value.contains("canary") } })
    }

    @Test func aRunThatIsNotOnRecordHoldsItsSourceUpNoLonger() throws {
        let bench = try bench(.hangs(after: "IR-1=A\n"))
        try bench.send(.create(bench.plan()))
        bench.run { bench.feed.requests.count == 1 }
        bench.kill()
        let lost = try #require(bench.progress?.running)
        bench.store.state.withLock { $0.books[.ingestion(bench.tenant, .run(lost))] = nil }
        bench.feed.steps = [.batch("IR-1=A\nE\n")]
        bench.start()
        bench.pass(.seconds(30))
        #expect(bench.log.all.filter { $0.event == "ingestion.run-lost" }.count == 1)
        #expect(bench.runs.map(\.status) == [.succeeded])
        #expect(bench.progress?.running == nil)
        #expect(bench.document("R-1") != nil)
    }

    @Test func aSourceWhoseSettingsAreMendedIsAskedAtOnceThoughItsBreakerWasOpen() throws {
        let bench = try IngestionBench()
        bench.settings.fetchPolicy = FetchPolicy(maxAttempts: 1)
        bench.feed.steps = [.fails(.connection("refused"))]
        bench.start()
        try bench.send(.create(bench.plan(interval: .seconds(10))))
        bench.pass(.minutes(3))
        #expect(bench.runs.count == SourceProgress.failuresToOpen)
        bench.feed.steps = [.batch("IR-1=A\nE\n")]
        try bench.send(.put(bench.plan(2, interval: .seconds(10)), ifVersion: nil))
        #expect(bench.progress?.breaker(at: bench.world.now) == .closed)
        bench.pass(.seconds(15))
        #expect(bench.runs.last?.status == .succeeded)
    }
}
