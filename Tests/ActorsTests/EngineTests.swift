import Domain
import InMemoryAdapter
import Ports
import Testing

@testable import Actors
@testable import Simulation

/// The engine on virtual time, in situations that a random history seldom meets.
@Suite struct EngineTests {
    /// A full store whose commits never answer, and a client that notes what it sends.
    private struct SilentJournal: Journal {
        let store: InMemoryStore
        var storeId: UniqueId { store.storeId }
        var partitionCount: Int { store.partitionCount }
        var writeTrouble: WriteTrouble? { .full }
        func takeOwnership(of partition: PartitionId) async throws(JournalError) -> Ownership {
            try await store.takeOwnership(of: partition)
        }
        func load(_ ids: [ServiceCallKey], in partition: PartitionId) async throws(JournalError) -> [StoredServiceCall] { [] }
        func load(_ keys: [BookKey], in partition: PartitionId) async throws(JournalError) -> [StoredBookRecord] { [] }
        func auditHeads(of tenants: [TenantId], in partition: PartitionId) async throws(JournalError) -> [TenantId: AuditHead] { [:] }
        func commit(_ batch: CommitBatch) async throws(JournalError) { await Gate().wait() }
        func dueTenants(
            in partition: PartitionId, upTo latest: Instant, after: TenantId?, limit: Int
        ) async throws(JournalError) -> [TenantId] { [] }
        func due(
            in partition: PartitionId, tenant: TenantId, after: DuePlace?, upTo latest: Instant, limit: Int
        ) async throws(JournalError) -> [DueEntry] { [] }
        func events(
            in partition: PartitionId, after position: Int64, limit: Int, bytes: Int
        ) async throws(JournalError) -> [CommittedEvent] { [] }
        func storePublished(_ cursors: [PublishedCursor]) async throws(JournalError) {}
        func items(
            of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
        ) async throws(JournalError) -> [TenantItem] { [] }
        func cursors(
            of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
        ) async throws(JournalError) -> [FollowerCursor] { [] }
        func storeCursors(_ cursors: [FollowerCursor]) async throws(JournalError) {}
    }

    /// A store that another engine serves until a given time.
    private struct HeldJournal: Journal {
        let journal: any Journal
        let clock: SimulatedClock
        let heldUntil: Uptime
        var storeId: UniqueId { journal.storeId }
        var partitionCount: Int { journal.partitionCount }
        func takeOwnership(of partition: PartitionId) async throws(JournalError) -> Ownership {
            if clock.uptime() < heldUntil { throw .heldElsewhere("first") }
            return try await journal.takeOwnership(of: partition)
        }
        func load(_ ids: [ServiceCallKey], in partition: PartitionId) async throws(JournalError) -> [StoredServiceCall] {
            try await journal.load(ids, in: partition)
        }
        func load(_ keys: [BookKey], in partition: PartitionId) async throws(JournalError) -> [StoredBookRecord] {
            try await journal.load(keys, in: partition)
        }
        func auditHeads(of tenants: [TenantId], in partition: PartitionId) async throws(JournalError) -> [TenantId: AuditHead] {
            try await journal.auditHeads(of: tenants, in: partition)
        }
        func commit(_ batch: CommitBatch) async throws(JournalError) { try await journal.commit(batch) }
        func dueTenants(
            in partition: PartitionId, upTo latest: Instant, after: TenantId?, limit: Int
        ) async throws(JournalError) -> [TenantId] {
            try await journal.dueTenants(in: partition, upTo: latest, after: after, limit: limit)
        }
        func due(
            in partition: PartitionId, tenant: TenantId, after: DuePlace?, upTo latest: Instant, limit: Int
        ) async throws(JournalError) -> [DueEntry] {
            try await journal.due(in: partition, tenant: tenant, after: after, upTo: latest, limit: limit)
        }
        func events(
            in partition: PartitionId, after position: Int64, limit: Int, bytes: Int
        ) async throws(JournalError) -> [CommittedEvent] {
            try await journal.events(in: partition, after: position, limit: limit, bytes: bytes)
        }
        func storePublished(_ cursors: [PublishedCursor]) async throws(JournalError) { try await journal.storePublished(cursors) }
        func items(
            of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
        ) async throws(JournalError) -> [TenantItem] {
            try await journal.items(of: kind, in: partition, after: after, limit: limit)
        }
        func cursors(
            of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
        ) async throws(JournalError) -> [FollowerCursor] {
            try await journal.cursors(of: kind, in: partition, after: after, limit: limit)
        }
        func storeCursors(_ cursors: [FollowerCursor]) async throws(JournalError) { try await journal.storeCursors(cursors) }
    }

    private final class Bench: @unchecked Sendable {
        let world = World(seed: 1)
        let executor = SimulatedExecutor()
        let store: InMemoryStore
        let engine: Engine
        var finished = false
        var woken: [String] = []
        var results: [Result<ServiceCallReply, IntentError>] = []
        var bookResults: [Result<BookReply, IntentError>] = []

        init(silent: Bool = false, heldUntil: Uptime? = nil, settings: EngineSettings = EngineSettings(), faults: Faults = .calm) {
            let store = InMemoryStore(partitionCount: 1, storeId: UniqueId(high: 1, low: 1))
            let clock = SimulatedClock(world: world, executor: executor)
            let faultsInForce = FaultsInForce(faults)
            var journal: any Journal =
                silent
                ? SilentJournal(store: store) : SimulatedJournal(world: world, clock: clock, store: store, faults: faultsInForce)
            if let heldUntil { journal = HeldJournal(journal: journal, clock: clock, heldUntil: heldUntil) }
            self.store = store
            engine = Engine(
                ports: EnginePorts(
                    journal: journal, log: SimulatedLog(clock: clock, store: store, faults: faultsInForce, world: world),
                    bus: SimulatedBus(world: world, clock: clock, faults: faultsInForce, log: PublishedLog(world: world, store: store)),
                    client: SimulatedTarget(world: world, clock: clock, faults: faultsInForce, store: store), sealer: InMemorySealer(),
                    time: clock, entropy: SimulatedEntropy(world: world), diagnostics: SimulatedDiagnostics(world: world),
                    calendar: UTCCalendar()),
                settings: settings)
            world.executors = [executor]
            Task(executorPreference: executor) {
                try? await self.engine.run()
                self.finished = true
            }
        }

        func send(_ intent: ServiceCallIntent) {
            Task(executorPreference: executor) {
                do throws(IntentError) {
                    self.results.append(.success(try await self.engine.router.send(intent)))
                } catch {
                    self.results.append(.failure(error))
                }
            }
        }

        func send(_ command: BookCommand) throws {
            let intent = BookIntent(tenant: try #require(TenantId("acme")), command: command, by: "ana", correlationId: "c")
            Task(executorPreference: executor) {
                do throws(IntentError) {
                    self.bookResults.append(.success(try await self.engine.router.send(intent)))
                } catch {
                    self.bookResults.append(.failure(error))
                }
            }
        }

        /// The gauges of a name by their only label, those that are 0 left out.
        func gauges(_ name: String) -> [String: Int64] {
            var values: [String: Int64] = [:]
            for family in engine.metricFamilies where family.name == name {
                if case .gauge(let read) = family.source, read() != 0 { values[family.labels.first?.value ?? ""] = read() }
            }
            return values
        }

        func run(for seconds: Int64 = 600, until isDone: () -> Bool) {
            world.run(limit: 200_000, deadline: world.uptime + seconds * 1_000_000, until: isDone)
        }
    }

    private func submission(
        _ number: Int, dueIn: TimeSpan = .hours(1), to url: String = "https://example.com"
    ) throws -> ServiceCallIntent {
        .submit(
            ServiceCallSubmission(
                tenant: try #require(TenantId("acme")), id: ServiceCallId(UniqueId(high: 9, low: UInt64(number))),
                request: SealedRequest(method: .POST, url: try TargetURL(url), payload: .empty, bodyBytes: 0),
                dueAt: Instant(microseconds: 1_790_000_001_000_000) + dueIn, fingerprint: Fingerprint(bytes: [1]), correlationId: "c"))
    }

    @Test func aStoreThatNeverAnswersDoesNotKeepCallersForEver() throws {
        let bench = Bench(silent: true)
        bench.run { bench.engine.isReady }
        for number in 1...3 { bench.send(try submission(number)) }
        bench.run { bench.results.count == 3 }
        for result in bench.results {
            switch result {
            case .failure(.unknownOutcome), .failure(.unavailable): break
            default: Issue.record("\(result)")
            }
        }
        #expect(bench.gauges("ledgerflow_partitions_stuck") == ["": 1])
        #expect(bench.gauges("ledgerflow_store_trouble") == ["full": 1])
        #expect(bench.world.violations.isEmpty)
    }

    @Test func aStoreThatTakesNoCommitsIsToldOfOnceAndNotByEachCommand() throws {
        var faults = Faults.calm
        faults.commitUnavailable = 100
        let bench = Bench(faults: faults)
        bench.run { bench.engine.isReady }
        for number in 1...5 {
            bench.send(try submission(number))
            bench.run { bench.results.count == number }
        }
        for result in bench.results {
            guard case .failure(.unavailable) = result else {
                Issue.record("\(result)")
                continue
            }
        }
        #expect(bench.world.trace.count { $0.contains("diagnostic commit.unavailable") } == 1)
    }

    /// CT-3: tried three times in all, then raised, counted, and told; those who wait beside it get their numbers.
    @Test func aNumberThatPrintsLikeAnotherIsRaisedAsACollisionAndHindersNobodyElse() throws {
        let bench = Bench()
        bench.run { bench.engine.isReady }
        for (name, format) in [("A", "X{seq}"), ("B", "X-{seq}")] {
            let id = try #require(SeriesId(name))
            try bench.send(.openSeries(Series.Plan(id: id, format: NumberFormat(format), reset: .never)))
        }
        let (first, second) = (try #require(SeriesId("A")), try #require(SeriesId("B")))
        try bench.send(.allocate(first, try #require(DocumentReference("one")), issueDate: nil))
        bench.run { bench.bookResults.count == 3 }
        try bench.send(.allocate(second, try #require(DocumentReference("two")), issueDate: nil))
        try bench.send(.allocate(first, try #require(DocumentReference("three")), issueDate: nil))
        bench.run { bench.bookResults.count == 5 }
        let printed = bench.bookResults.compactMap { result -> String? in
            if case .success(let reply) = result, case .number(let record) = reply.record { record.number.printed } else { nil }
        }
        #expect(printed == ["X1", "X2"])
        let refused = bench.bookResults.compactMap { if case .failure(let error) = $0 { error } else { nil } }
        #expect(refused == [.refusedByBooks(.numberCollision(printed: "X-1"))])
        #expect(bench.engine.metrics.numberCollisions.value == 1)
        #expect(bench.engine.metrics.numbersAllocated.value == 2)
    }

    /// Nothing is at hand any more, and there is nothing left to credit: the same credit note again is still the one that stands.
    @Test func aCreditNoteThatIsSentAgainIsTheOneThatStands() throws {
        var settings = EngineSettings()
        settings.cacheBytes = 0
        let bench = Bench(settings: settings)
        bench.run { bench.engine.isReady }
        func draft(_ number: UInt64, creditOf: InvoiceId?) -> BookCommand {
            let total = ExactDecimal(100)
            let content = InvoiceContent(
                encoded: Array("{}".utf8),
                summary: .init(
                    typeCode: creditOf == nil ? "380" : "381", currency: "EUR", issueDate: nil, dueDate: nil, sellerName: nil,
                    buyerName: nil, taxExclusive: total, taxInclusive: total, payable: total, isCreditNote: creditOf != nil),
                verdict: .init(ruleset: "en16931", fatal: 0, warnings: 0))
            return .draft(
                InvoiceDraft(
                    id: InvoiceId(UniqueId(high: 1, low: number)), content: content, creditOf: creditOf,
                    origin: .init(source: .api, fingerprint: Fingerprint(bytes: [1]), correlationId: "c"), issue: IssueOrder()))
        }
        let original = InvoiceId(UniqueId(high: 1, low: 1))
        for (count, command) in [draft(1, creditOf: nil), draft(2, creditOf: original), draft(2, creditOf: original)].enumerated() {
            try bench.send(command)
            bench.run { bench.bookResults.count == count + 1 }
        }
        guard case .success(let again) = try #require(bench.bookResults.last) else { throw Unexpected() }
        #expect(!again.changed && again.record.version == 2)
    }

    @Test func aFullMailboxTellsTheCallerToComeAgain() throws {
        var settings = EngineSettings()
        settings.mailboxCapacity = 2
        settings.turnLimit = 1
        let bench = Bench(silent: true, settings: settings)
        bench.run { bench.engine.isReady }
        for number in 1...10 { bench.send(try submission(number)) }
        bench.run { bench.results.count == 10 }
        let busy = bench.results.count { if case .failure(.busy) = $0 { true } else { false } }
        // Two wait; a third is taken if the partition comes first.
        #expect((7...8).contains(busy), "\(bench.results)")
        #expect(bench.engine.metrics.commandsRefused.value == Int64(busy))
    }

    @Test func drainingCompletesWhatIsAcceptedAndThenRefuses() throws {
        let bench = Bench()
        bench.run { bench.engine.isReady }
        bench.send(try submission(1, dueIn: .zero))
        bench.run { bench.results.count == 1 }
        bench.engine.drain()
        bench.run { bench.finished }
        bench.send(try submission(2))
        bench.run { bench.results.count == 2 }
        guard case .failure(.stopping) = try #require(bench.results.last) else { throw Unexpected() }
        #expect(!bench.engine.isReady)
        let call = try #require(bench.store.allCalls.first)
        #expect(call.call.status == .scheduled || call.call.status.isTerminal)
    }

    @Test func anEngineStandsByWhileAnotherServesTheStoreAndTakesOverWhenItEnds() throws {
        let bench = Bench(heldUntil: Uptime(microseconds: 60_000_000))
        bench.run { bench.world.uptime > 30_000_000 }
        #expect(bench.engine.standsBehind == "first" && !bench.engine.isReady)
        #expect(bench.gauges("ledgerflow_engine_state") == ["standby": 1])
        bench.send(try submission(1))
        bench.run { bench.results.count == 1 }
        guard case .failure(.unavailable) = try #require(bench.results.first) else { throw Unexpected() }
        bench.run { bench.engine.isReady }
        #expect(bench.engine.isReady && bench.engine.standsBehind == nil)
        #expect(bench.gauges("ledgerflow_engine_state") == ["ready": 1])
        #expect(bench.gauges("ledgerflow_partitions_stuck") == [:] && bench.gauges("ledgerflow_store_trouble") == [:])
        bench.send(try submission(2))
        bench.run { bench.results.count == 2 }
        guard case .success = try #require(bench.results.last) else { throw Unexpected() }
    }

    @Test func stoppingIsBoundedAlsoWhenTheStoreIsAway() throws {
        var faults = Faults.calm
        faults.ownershipFails = 100
        let bench = Bench(faults: faults)
        bench.world.after(.seconds(30)) { bench.engine.drain() }
        bench.run(for: 100) { bench.finished }
        #expect(bench.finished && bench.world.violations.isEmpty)
    }

    /// However many of them do not end: none is waited for beyond the time.
    @Test(arguments: 0...3)
    func worksThatDoNotEndAreCutOffWhenTheTimeForItHasPassed(stuck: Int) {
        let bench = Bench()
        let (stopping, over) = (Gate(), Gate())
        let shift = WorkShift(
            stopping: stopping, patience: .seconds(7), time: SimulatedClock(world: bench.world, executor: bench.executor))
        Task(executorPreference: bench.executor) {
            let works = (0..<3).map { number -> @Sendable () async -> Void in
                { if number < stuck { await Gate().wait() } else { await over.wait() } }
            }
            await shift.run(works) { over.open() }
            bench.woken.append("ended")
        }
        let begun = bench.world.uptime
        bench.world.after(.seconds(20)) { stopping.open() }
        bench.run { bench.world.uptime > begun + 19_000_000 }
        #expect(bench.woken.isEmpty)
        bench.run { !bench.woken.isEmpty }
        #expect((bench.world.uptime - begun) / 1_000_000 == (stuck == 0 ? 20 : 27))
    }

    @Test func aCallIsMadeWhenItIsDueAndNeverBefore() throws {
        let bench = Bench()
        bench.run { bench.engine.isReady }
        bench.send(try submission(1, dueIn: .seconds(2_000)))
        bench.run(for: 4_000) { bench.store.allCalls.first?.call.status == .succeeded }
        let attempt = try #require(bench.store.allCalls.first?.attempts.first)
        let late = attempt.startedAt - (Instant(microseconds: 1_790_000_001_000_000) + .seconds(2_000))
        #expect(late >= .zero && late < .milliseconds(100))
    }

    @Test func aForwardJumpOfTheWallClockIsNoticedSoon() throws {
        let bench = Bench()
        bench.run { bench.engine.isReady }
        bench.send(try submission(1, dueIn: .hours(5)))
        bench.run { bench.results.count == 1 }
        bench.world.wallOffset += 6 * 3_600_000_000
        let before = bench.world.uptime
        bench.run { bench.store.allCalls.first?.call.status == .succeeded }
        #expect(bench.world.uptime - before < 1_000_000)
    }

    /// How long a retry waits was decided as a length of time.
    @Test func aWallClockThatIsSetBackDoesNotDelayRetries() throws {
        var faults = Faults.calm
        faults.outage = 0...20_000_000
        let bench = Bench(faults: faults)
        bench.run { bench.engine.isReady }
        bench.send(try submission(1, dueIn: .zero, to: "https://\(SimulatedHost.dead.rawValue)/"))
        bench.run { bench.store.allCalls.first?.call.status == .waitingRetry }
        bench.world.wallOffset -= 24 * 3_600_000_000
        bench.run(for: 300) { bench.store.allCalls.first?.call.status == .succeeded }
        #expect(bench.world.violations.isEmpty)
        var dueAt = Instant.earliest
        for event in bench.store.allEvents.joined() {
            if case .serviceCall(.retryScheduled) = event.type, case .object(let fields) = try JSONReader.read(event.data),
                case .string(let text)? = fields["dueAt"]
            {
                dueAt = try #require(try? Instant(rfc3339: text))
            }
            if case .serviceCall(.executionStarted) = event.type { #expect(event.time >= dueAt, "no attempt before it is due") }
        }
        #expect(dueAt > .earliest)
    }

    /// What somebody chose stays due when it was said to be; the operator is told once why nothing happens.
    @Test func aWallClockThatIsSetBackDelaysWhatWasDueInBetweenAndIsTold() throws {
        let bench = Bench()
        bench.run { bench.engine.isReady }
        bench.send(try submission(1, dueIn: .minutes(1)))
        bench.run { bench.results.count == 1 }
        bench.world.wallOffset -= 600_000_000
        let begun = bench.world.uptime
        bench.run { bench.world.uptime > begun + 5_000_000 }
        let told = bench.world.trace.filter { $0.contains("timer.clock-set-back") }
        #expect(told.count == 1 && told.allSatisfy { $0.contains("600") })
        bench.run(for: 1_000) { bench.store.allCalls.first?.call.status == .succeeded }
        #expect((600_000_000..<720_000_000).contains(bench.world.uptime - begun))
    }

    @Test func followersAreWokenByTheirTenantsCommits() throws {
        let bench = Bench()
        bench.run { bench.engine.isReady }
        let acme = try #require(TenantId("acme"))
        let generation = bench.engine.signal.generation(of: acme)
        Task(executorPreference: bench.executor) {
            await bench.engine.signal.wait(for: acme, past: generation, atMost: .seconds(60))
            bench.woken.append("commit")
            await bench.engine.signal.wait(for: acme, past: .max, atMost: .seconds(5))
            bench.woken.append("time")
        }
        bench.world.after(.seconds(1)) { if let intent = try? self.submission(1) { bench.send(intent) } }
        bench.run { bench.woken.count == 1 }
        #expect(bench.world.uptime < 10_000_000)
        bench.run { bench.woken.count == 2 }
        #expect(bench.engine.signal.generation(of: acme) > generation)
    }

    /// What begins above 0 has no first step that an alert could see.
    @Test func everyCounterIsExportedFromTheStartWithZero() throws {
        let bench = Bench()
        #expect(bench.gauges("ledgerflow_engine_state") == ["starting": 1])
        func names() -> [String] { bench.engine.metricFamilies.map { "\($0.name) \($0.labels)" } }
        let atTheStart = names()
        for family in bench.engine.metricFamilies {
            if case .counter(let counter) = family.source { #expect(counter.value == 0, "\(family.name)") }
        }
        bench.run { bench.engine.isReady }
        bench.send(try submission(1, dueIn: .zero))
        bench.run { bench.engine.metrics.callsSucceeded.value == 1 }
        #expect(names() == atTheStart)
        bench.engine.drain()
        #expect(bench.gauges("ledgerflow_engine_state") == ["stopping": 1])
    }

    @Test func everyMetricCanBeRead() throws {
        let bench = Bench()
        bench.run { bench.engine.isReady }
        bench.send(try submission(1, dueIn: .zero))
        bench.run { bench.engine.metrics.callsSucceeded.value == 1 }
        let families = bench.engine.metricFamilies
        #expect(families.count > 20)
        for family in families {
            switch family.source {
            case .counter(let counter): #expect(counter.value >= 0)
            case .gauge(let read): #expect(read() >= 0, "\(family.name)")
            case .histogram(let histogram, _): #expect(histogram.read().counts.count == histogram.bounds.count + 1)
            }
        }
        #expect(bench.engine.metrics.callsSucceeded.value == 1)
        #expect(bench.engine.metrics.attemptsStarted.value == 1)
    }

    private struct Unexpected: Error {}
}
