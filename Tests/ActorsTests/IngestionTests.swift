import Domain
import InMemoryAdapter
import Ports
import Testing

@testable import Actors
@testable import Simulation

@Suite("Sources are asked, and what they send gets into the books once")
struct IngestionTests {
    private func bench(_ steps: ScriptedFeed.Step..., settings: EngineSettings = EngineSettings()) throws -> IngestionBench {
        let bench = try IngestionBench()
        bench.feed.steps = steps
        bench.settings = settings
        bench.start()
        return bench
    }

    // MARK: - When

    @Test func aSourceIsAskedAtItsIntervalWithJitterAndNeverTwiceAtOneTime() throws {
        let bench = try bench(.batch("E\n"))
        bench.feed.takes = .seconds(90)
        try bench.send(.create(bench.plan()))
        bench.pass(.minutes(60))
        #expect(bench.feed.mostUnderWay == 1)
        let times = bench.feed.requests.map(\.at)
        #expect(times.count > 25)
        for (a, b) in zip(times, times.dropFirst()) { #expect(b - a >= .seconds(90) && b - a < .seconds(98)) }
        bench.feed.takes = .milliseconds(10)
        bench.pass(.minutes(2))
        let before = bench.feed.requests.count
        bench.pass(.minutes(60))
        #expect((54...60).contains(bench.feed.requests.count - before))
        let gaps = Set(zip(bench.feed.requests.map(\.at), bench.feed.requests.map(\.at).dropFirst()).map { $1 - $0 })
        #expect(gaps.count > 20, "the intervals are not all alike")
    }

    @Test func sourcesRunBesideEachOtherUpToTheLimits() throws {
        var settings = EngineSettings()
        settings.sourcesRunning = 3
        settings.sourcesRunningPerTenant = 2
        let bench = try bench(.batch("E\n"), settings: settings)
        bench.feed.takes = .seconds(30)
        for number in 1...6 {
            let name = try #require(SourceName("s\(number)"))
            // The password is sealed for another source; those that have none need none.
            let plan = try bench.plan()
            let open = IngestionSource.Plan(
                request: SourceRequest(url: plan.request.url, operation: plan.request.operation), interval: plan.interval,
                split: plan.split, fingerprint: plan.fingerprint)
            try bench.send(.item(.source(name, .create(open))))
        }
        bench.pass(.minutes(4))
        #expect(bench.feed.mostUnderWay == 2)
        let asked = Dictionary(grouping: bench.runs, by: \.source).mapValues(\.count)
        #expect(asked.count == 6, "none is passed over: \(asked)")
    }

    @Test func aPausedSourceRunsOnlyWhenItIsAskedTo() throws {
        let bench = try bench(.batch("IR-1=A\nE\n"))
        try bench.send(.create(bench.plan()))
        bench.pass(.seconds(10))
        try bench.send(.pause)
        let before = bench.feed.requests.count
        bench.pass(.minutes(10))
        #expect(bench.feed.requests.count == before)
        try bench.send(.run)
        bench.pass(.seconds(5))
        #expect(bench.feed.requests.count == before + 1)
        #expect(bench.runs.last?.trigger == .request)
        try bench.send(.resume)
        bench.pass(.minutes(10))
        #expect(bench.feed.requests.count > before + 8)
        try bench.send(.delete)
        bench.pass(.seconds(5))
        let last = bench.feed.requests.count
        bench.pass(.minutes(10))
        #expect(bench.feed.requests.count == last)
    }

    @Test func aChangeHoldsFromTheNextRunOn() throws {
        let bench = try bench(.batch("E\n"))
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.pass(.minutes(10))
        #expect(bench.feed.requests.count == 1)
        try bench.send(.put(bench.plan(2, interval: .seconds(10)), ifVersion: nil))
        bench.pass(.minutes(10))
        #expect(bench.feed.requests.count > 45)
    }

    @Test func octetsGoAfterTheirAgeAndWhatComesAgainIsStillKnown() throws {
        let bench = try IngestionBench()
        bench.feed.steps = [.batch("IR-1=A\nIR-2=B\nXbad\nE\n")]
        bench.settings.retention.policy = .keepAll
        bench.settings.retention.policy.documents = .after(.hours(1))
        bench.settings.retention.policy.quarantine = .after(.hours(2))
        bench.settings.retention.startDelay = .seconds(1)
        bench.retains = true
        bench.start()
        try bench.send(.create(bench.plan(interval: .minutes(10))))
        bench.pass(.minutes(30))
        let document = try #require(bench.document("R-1"))
        let slice = try #require(bench.slices.first)
        func has(_ key: IngestionKey) -> Bool { bench.store.content(key, version: 1, tenant: bench.tenant) != nil }
        #expect(has(document.key) && has(slice.key))
        bench.pass(.hours(1))
        #expect(!has(document.key) && has(slice.key))
        bench.pass(.hours(1))
        #expect(!has(slice.key))
        // The source has sent all of it again and again meanwhile, and nothing came of that.
        #expect(bench.runs.count > 10)
        #expect(bench.document("R-1") == document && bench.slices == [slice])
        #expect(bench.events(.invoiceReceived).count == 2)
        #expect(bench.events(.invoiceQuarantined).count == 1)
    }

    // MARK: - What

    @Test func theRequestHasTheWindowThePasswordAndTheTrace() throws {
        let bench = try bench(.batch("E\n"))
        try bench.send(.create(bench.plan()))
        bench.pass(.seconds(90))
        let run = try #require(bench.runs.first)
        let request = try #require(bench.feed.requests.first).request
        #expect(request.parameters.map(\.value) == [run.window.from.rfc3339, "<\(run.window.to.rfc3339)|\(run.window.from.rfc3339)>"])
        #expect(request.credentials?.password == "canary")
        #expect(request.traceparent.hasPrefix("00-\(run.trace)-"))
        // The second one goes on where the first ended.
        #expect(bench.runs.count == 2)
        #expect(bench.runs.last?.window.from == run.window.to)
    }

    @Test func whatIsSealedBesideThePasswordIsInTheRequestAndNowhereElse() throws {
        let bench = try bench(.batch("E\n"))
        let plan = try bench.plan()
        func source(_ secrets: SourceRequest.Secret, _ fingerprint: UInt8) throws -> SourceCommand {
            .put(
                IngestionSource.Plan(
                    request: SourceRequest(
                        url: try TargetURL("https://erp.example.com/soap?[redacted]"), secrets: secrets,
                        operation: plan.request.operation, parameters: [try SOAPParameter(name: "apiKey", value: "[redacted]")]),
                    interval: .hours(1), split: plan.split, fingerprint: Fingerprint(bytes: [fingerprint])), ifVersion: nil)
        }
        let context = SealContext.secrets(of: bench.source, tenant: bench.tenant)
        let sealed = InMemorySealer().seal(Array(#"{"secrets":["q=canary","canary {from}"]}"#.utf8), context)
        try bench.send(source(.sealed(sealed), 2))
        bench.pass(.seconds(90))
        let (request, run) = (try #require(bench.feed.requests.first).request, try #require(bench.runs.first))
        #expect(request.url.description == "https://erp.example.com/soap?q=canary")
        #expect(request.parameters.map(\.value) == ["canary \(run.window.from.rfc3339)"])
        #expect(!bench.log.all.contains { $0.fields.contains { $0.value.contains("canary") } })
        // Sealed for something else: the source is not asked.
        let strange = InMemorySealer().seal(Array("{}".utf8), .password(of: bench.source, tenant: bench.tenant))
        try bench.send(source(.sealed(strange), 3))
        try bench.send(.run)
        bench.pass(.minutes(2))
        #expect(bench.feed.requests.count == 1)
        #expect(bench.runs.last?.failure?.code == "password")
    }

    @Test func oneTraceTiesLogsRequestsAndEventsOfARunTogether() throws {
        let bench = try bench(.fails(.connection("reset")), .batch("IR-1=A\nXbad\nE\n"))
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.pass(.minutes(5))
        let run = try #require(bench.runs.first)
        let trace = run.trace.description
        #expect(bench.feed.requests.count == 2)
        #expect(Set(bench.feed.requests.map { String($0.request.traceparent.dropFirst(3).prefix(32)) }) == [trace])
        #expect(Set(bench.feed.requests.map(\.request.traceparent)).count == 2, "each request is a span of its own")
        let reported = bench.log.all.filter { $0.event.hasPrefix("ingestion.") }
        #expect(reported.map(\.event) == ["ingestion.run-started", "ingestion.fetch-failed", "ingestion.run-ended"])
        for diagnostic in reported { #expect(diagnostic.fields.contains { $0.name == "trace_id" && $0.value == trace }) }
        for kind in [IngestionEventKind.runStarted, .invoiceReceived, .invoiceQuarantined, .runEnded] {
            #expect(bench.events(kind).map(\.correlationId) == [trace], "\(kind)")
        }
    }

    /// Finds a fault in whatever a source answers, one that repeats the password.
    private struct FaultySplitting: BatchSplitting, BatchSplitter {
        func splitter(for plan: SplitPlan) -> any BatchSplitter { self }

        func judge(_ octets: [UInt8], encoding: String, namespaces: [InheritedNamespace], by plan: SplitPlan) -> BatchPart {
            .refused(SplitRefusal(reason: .noNumber, octets: octets, encoding: encoding, index: 0))
        }

        mutating func push(_ octets: ArraySlice<UInt8>) throws(BatchError) -> [BatchPart] { [] }

        func finish() -> BatchEnd {
            BatchEnd(parts: [], error: .fault(SOAPFault(version: .v11, code: .server, reason: "no user with the password canary")))
        }
    }

    @Test func aFaultInAnAnswerThatRepeatsThePasswordDoesNotGetItOnRecord() throws {
        let bench = try IngestionBench()
        bench.feed.steps = [.batch("E\n")]
        bench.splitting = FaultySplitting()
        bench.start()
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.pass(.minutes(10))
        let failure = try #require(bench.runs.first?.failure)
        #expect(failure.code == "fault" && failure.text.contains("no user with the password"))
        #expect(!failure.text.contains("canary"))
        #expect(bench.feed.requests.count == 5, "the service is to blame, and is asked again")
        #expect(!bench.log.all.contains { $0.fields.contains { $0.value.contains("canary") } })
        #expect(bench.events(.runEnded).allSatisfy { !String(decoding: $0.data, as: UTF8.self).contains("canary") })
    }

    @Test func whatIsUnchangedIsNotTold() throws {
        let bench = try bench(.batch("IR-1=A\nIR-2=A\nE\n"), .batch("IR-1=A\nIR-2=B\nIR-3=C\nE\n"), .batch("IR-2=A\nE\n"))
        try bench.send(.create(bench.plan()))
        bench.pass(.minutes(10))
        #expect(bench.events(.invoiceReceived).count == 5)
        #expect(bench.document("R-1")?.latest.number == 1)
        #expect(bench.document("R-2")?.latest.number == 3)
        let counts = bench.runs.prefix(3).map(\.counts)
        #expect(counts.map(\.received) == [2, 3, 1])
        #expect(counts.map(\.new) == [2, 1, 0])
        #expect(counts.map(\.changed) == [0, 1, 1])
        #expect(counts.map(\.unchanged) == [0, 1, 0])
        #expect(bench.runs.prefix(3).allSatisfy { $0.status == .succeeded })
        #expect(bench.runs.first?.counts.bytes == 16)
    }

    @Test func oneBadPartDoesNotLoseTheOthers() throws {
        let good = (0..<999).map { "IR-\($0)=\($0)\n" }
        let bench = try bench(.batch((good.prefix(500) + ["X<broken\n"] + good.dropFirst(500) + ["E\n"]).joined()))
        bench.feed.pieceBytes = 1_000
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.pass(.minutes(5))
        let run = try #require(bench.runs.first)
        #expect(run.status == .partial)
        #expect(run.counts.received == 1_000)
        #expect(run.counts.new == 999)
        #expect(run.counts.quarantined == 1)
        #expect(bench.slices.map(\.finding.code) == ["malformed"])
        #expect(bench.slices.first?.finding.index == 500)
        #expect(bench.progress?.completeTo == run.window.to)
    }

    @Test func whatCameWholeIsTakenThoughTheBatchBreaksOff() throws {
        for step in [
            ScriptedFeed.Step.breaksOff("IR-1=A\nIR-2=B\nIR-3", .connection("reset")), .batch("IR-1=A\nIR-2=B\n"),
        ] {
            var settings = EngineSettings()
            settings.fetchPolicy = FetchPolicy(maxAttempts: 1)
            let bench = try bench(step, settings: settings)
            try bench.send(.create(bench.plan(interval: .hours(1))))
            bench.pass(.minutes(5))
            #expect(bench.documents.count == 2)
            #expect(bench.runs.map(\.status) == [.failed])
            #expect(bench.progress?.completeTo == nil)
            #expect(bench.runs.first?.counts.new == 2)
        }
    }

    // MARK: - Failures

    @Test func whatMayPassIsAskedAgainAndTheRunSaysHowOften() throws {
        let bench = try bench(
            .fails(.status(503, retryAfter: .seconds(20))), .fails(.timedOut(.firstByte)), .batch("IR-1=A\n"), .batch("IR-1=A\nE\n"))
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.pass(.minutes(10))
        let run = try #require(bench.runs.first)
        #expect(bench.runs.count == 1)
        #expect(run.status == .succeeded)
        #expect(run.attempts == 4)
        #expect(run.counts.new == 1, "it came in the attempt before and is new all the same")
        let times = bench.feed.requests.map(\.at)
        #expect(times[1] - times[0] >= .seconds(20))
    }

    @Test func whatIsWrongWithTheRequestIsNotAskedAgainInTheRun() throws {
        let client = FetchFailure.fault(SOAPFault(version: .v11, code: .client, reason: "no such period"), status: 500)
        for (failure, code) in [
            (client, "fault"), (.status(401, retryAfter: nil), "status"), (.notXML(contentType: "text/html"), "not-xml"),
        ] {
            let bench = try bench(.fails(failure))
            try bench.send(.create(bench.plan(interval: .hours(1))))
            bench.pass(.minutes(10))
            #expect(bench.feed.requests.count == 1)
            #expect(bench.runs.first?.failure?.code == code)
            #expect(bench.runs.first?.attempts == 1)
        }
    }

    @Test func aSourceThatKeepsFailingIsLeftAloneAndThenTriedOnce() throws {
        var settings = EngineSettings()
        settings.fetchPolicy = FetchPolicy(maxAttempts: 2, firstDelay: .milliseconds(100))
        let bench = try bench(.fails(.connection("refused")), settings: settings)
        try bench.send(.create(bench.plan(interval: .seconds(10))))
        bench.pass(.minutes(5))
        #expect(bench.runs.count == SourceProgress.failuresToOpen)
        #expect(bench.feed.requests.count == 2 * SourceProgress.failuresToOpen)
        if case .open? = bench.progress?.breaker(at: bench.world.now) {} else { Issue.record("the breaker is not open") }
        bench.pass(SourceProgress.coolDown)
        #expect(bench.runs.count == SourceProgress.failuresToOpen + 1)
        #expect(bench.runs.last?.attempts == 1, "a probe is one request")
        bench.feed.steps = [.batch("E\n")]
        bench.pass(SourceProgress.coolDown + .minutes(5))
        #expect(bench.progress?.breaker(at: bench.world.now) == .closed)
        #expect(bench.runs.count > SourceProgress.failuresToOpen + 10)
    }

    @Test func aPasswordThatCannotBeOpenedFailsTheRunAndSaysSo() throws {
        let bench = try bench(.batch("E\n"))
        let plan = try bench.plan()
        let wrong = SourceRequest(
            url: plan.request.url, user: "ana", password: .sealed(SealedBytes(bytes: [1])), operation: plan.request.operation)
        try bench.send(
            .create(IngestionSource.Plan(request: wrong, interval: .hours(1), split: plan.split, fingerprint: plan.fingerprint)))
        bench.pass(.minutes(1))
        #expect(bench.feed.requests.isEmpty)
        #expect(bench.runs.first?.failure?.code == "password")
    }

    // MARK: - Crashes

    @Test(arguments: [0, 1, 2, 5, 9, 14, 20, 27, 35, 44, 54, 65, 77, 90, 105])
    func afterACrashAtAnyPointOfARunEverythingIsThereOnce(_ point: Int) throws {
        // A debug build takes half a minute for ten thousand; fewer are cut into as many pieces and batches.
        #if DEBUG
            let count = 2_000
        #else
            let count = 10_000
        #endif
        var settings = EngineSettings()
        settings.ingestBatch = count / 100
        let batch = (0..<count).map { "IR-\($0)=document \($0)\n" }.joined() + "E\n"
        let bench = try bench(.batch(batch), settings: settings)
        bench.feed.pieceBytes = batch.utf8.count / 109
        bench.faults.current.slowness = 1_500
        try bench.send(.create(bench.plan(interval: .hours(1))))
        bench.run { bench.feed.requests.count == 1 }
        bench.run { bench.feed.pieces >= point }
        bench.kill()
        bench.start()
        bench.run { bench.log.all.contains { one in one.fields.contains { $0.name == "status" && $0.value == "succeeded" } } }
        #expect(bench.documents.count == count)
        #expect(bench.documents.allSatisfy { $0.latest.number == 1 && $0.version == 1 })
        #expect(bench.events(.invoiceReceived).count == count)
        #expect(Set(bench.events(.invoiceReceived).map(\.subject)).count == count)
        #expect(bench.runs.map(\.status) == [.abandoned, .succeeded])
        #expect(bench.progress?.completeTo == bench.runs.last?.window.to)
        let runs = bench.runs
        try #require(runs.count == 2)
        #expect(runs[1].window.from - runs[0].window.from == runs[1].createdAt - runs[0].createdAt, "the window has not moved")
    }

    @Test func anAbandonedRunIsMadeUpForAtOnceButNotForEver() throws {
        let bench = try bench(.hangs(after: "IR-1=A\n"))
        try bench.send(.create(bench.plan(interval: .hours(10))))
        bench.run { bench.feed.requests.count == 1 }
        for number in 2...SourceAgenda.patience {
            bench.kill()
            bench.start()
            bench.pass(.seconds(10))
            #expect(bench.feed.requests.count == number)
        }
        bench.kill()
        bench.start()
        bench.pass(.minutes(10))
        #expect(bench.feed.requests.count == SourceAgenda.patience)
        try bench.send(.run)
        bench.pass(.seconds(10))
        #expect(bench.feed.requests.count == SourceAgenda.patience + 1)
    }

    @Test func aRunOfADeletedSourceThatACrashLeftIsEnded() throws {
        let bench = try bench(.hangs(after: "IR-1=A\n"))
        try bench.send(.create(bench.plan()))
        bench.run { bench.feed.requests.count == 1 }
        try bench.send(.delete)
        bench.kill()
        bench.start()
        bench.pass(.seconds(10))
        #expect(bench.runs.map(\.status) == [.abandoned])
        #expect(bench.feed.requests.count == 1)
        #expect(bench.store.current(.item(bench.tenant, .progress(bench.source))).map { $0.isDeletedItem } == true)
    }

    @Test func anEngineThatStopsCutsItsRunsOffAndTheNextOneGoesOn() throws {
        let bench = try bench(.hangs(after: "IR-1=A\nIR-2=B\n"))
        try bench.send(.create(bench.plan()))
        bench.run { bench.feed.requests.count == 1 }
        bench.pass(.seconds(1))
        let begin = bench.world.uptime
        bench.engine?.drain()
        bench.run { bench.hasEnded }
        #expect(bench.world.uptime - begin < 5_000_000)
        #expect(bench.runs.map(\.status) == [.abandoned])
        #expect(bench.documents.count == 2, "what had come is kept")
        bench.feed.steps = [.batch("IR-1=A\nIR-2=B\nIR-3=C\nE\n")]
        bench.start()
        bench.pass(.seconds(5))
        #expect(bench.runs.map(\.status) == [.abandoned, .succeeded])
        #expect(bench.events(.invoiceReceived).count == 3)
    }

    @Test func aStoreThatIsAwayFailsNothingButTime() throws {
        var settings = EngineSettings()
        settings.ingestBatch = 5
        let bench = try bench(.batch((0..<50).map { "IR-\($0)=\($0)\n" }.joined() + "E\n"), settings: settings)
        try bench.send(.create(bench.plan(interval: .minutes(1))))
        bench.faults.current.commitUnavailable = 30
        bench.faults.current.ambiguousStored = 10
        bench.faults.current.ambiguousNotStored = 10
        bench.pass(.minutes(10))
        bench.faults.current = .calm
        bench.pass(.minutes(5))
        #expect(bench.events(.invoiceReceived).count == 50)
        #expect(bench.runs.last?.status == .succeeded)
        #expect(bench.progress?.running == nil)
    }
}

extension BookRecord {
    fileprivate var isDeletedItem: Bool { if case .item(let item) = self { item.isDeleted } else { false } }
}
