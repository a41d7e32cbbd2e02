import Domain
import InMemoryAdapter
import Ports
import Testing

@testable import Actors
@testable import Simulation

/// Answers as a script says, one step a request; the last step again and again.
final class ScriptedFeed: BatchFeed, @unchecked Sendable {
    enum Step {
        case batch(String)
        case fails(FetchFailure)
        /// Breaks off after what came.
        case breaksOff(String, FetchFailure)
        /// Sends this and then nothing more, for an hour.
        case hangs(after: String)
    }

    var steps: [Step] = [.batch("E\n")]
    private(set) var requests: [(request: BatchRequest, at: Instant)] = []
    private(set) var pieces = 0
    private(set) var underWay = 0
    private(set) var mostUnderWay = 0
    private let world: World
    /// How long each answer takes.
    var takes = TimeSpan.milliseconds(10)
    var pieceBytes = 7

    init(world: World) { self.world = world }

    func clocked(_ clock: SimulatedClock) -> Clocked { Clocked(feed: self, clock: clock) }

    /// As one incarnation of the engine sees it.
    struct Clocked: BatchFeed, @unchecked Sendable {
        let feed: ScriptedFeed
        let clock: SimulatedClock

        func fetch<Stop: Error>(
            _ request: BatchRequest, _ take: (BatchAnswer) async throws(Stop) -> Void
        ) async throws(FetchEnd<Stop>) {
            let step = feed.begin(request)
            defer { feed.underWay -= 1 }
            await clock.sleep(for: feed.takes)
            switch step {
            case .batch(let text): try await give(text, take)
            case .fails(let failure): throw .failed(failure)
            case .breaksOff(let text, let failure):
                try await give(text, take)
                throw .failed(failure)
            case .hangs(let text):
                try await give(text, take)
                await clock.sleep(for: .hours(1))
                throw .failed(Task.isCancelled ? .cancelled : .timedOut(.idle))
            }
        }

        private func give<Stop: Error>(
            _ text: String, _ take: (BatchAnswer) async throws(Stop) -> Void
        ) async throws(FetchEnd<Stop>) {
            do throws(Stop) {
                try await take(.head(BatchAnswerHead()))
                var rest = Array(text.utf8)[...]
                while !rest.isEmpty {
                    try await take(.octets(rest.prefix(feed.pieceBytes)))
                    rest = rest.dropFirst(feed.pieceBytes)
                    feed.pieces += 1
                }
            } catch {
                throw .stopped(error)
            }
        }
    }

    private func begin(_ request: BatchRequest) -> Step {
        requests.append((request, world.now))
        underWay += 1
        mostUnderWay = max(mostUnderWay, underWay)
        return steps[min(requests.count, steps.count) - 1]
    }

    func fetch<Stop: Error>(
        _ request: BatchRequest, _ take: (BatchAnswer) async throws(Stop) -> Void
    ) async throws(FetchEnd<Stop>) { throw .failed(.stopped) }
}

/// A whole engine on virtual time that asks a scripted source.
final class IngestionBench: @unchecked Sendable {
    /// Everything that was reported.
    final class Log: Diagnostics, @unchecked Sendable {
        var all: [Diagnostic] = []
        func report(_ diagnostic: Diagnostic) { all.append(diagnostic) }
    }

    /// Everything that was traced.
    final class Spans: SpanRecorder, @unchecked Sendable {
        var all: [Span] = []
        func record(_ span: Span) { all.append(span) }
    }

    let world = World(seed: 1)
    let store = InMemoryStore(partitionCount: 2, storeId: UniqueId(high: 1, low: 1))
    let faults = FaultsInForce(.calm)
    let log = Log()
    let spans = Spans()
    /// nil: nothing is traced.
    var ratio: TraceRatio?
    let feed: ScriptedFeed
    let tenant: TenantId
    let source: SourceName
    var settings = EngineSettings()
    var drafting: DraftMaking?
    var splitting: any BatchSplitting = SimulatedSplitting()
    /// nil: one that answers as it likes.
    var client: (any TargetClient)?
    private(set) var executor = SimulatedExecutor()
    private(set) var engine: Engine?
    private(set) var hasEnded = false
    private let published: PublishedLog

    init() throws {
        tenant = try #require(TenantId("acme"))
        source = try #require(SourceName("erp"))
        published = PublishedLog(world: world, store: store)
        feed = ScriptedFeed(world: world)
    }

    func start() {
        executor = SimulatedExecutor()
        hasEnded = false
        let clock = SimulatedClock(world: world, executor: executor)
        let entropy = SimulatedEntropy(world: world)
        let tracing = ratio.map { Tracing(recorder: spans, ratio: $0, time: clock, entropy: entropy) }
        let engine = Engine(
            ports: EnginePorts(
                journal: SimulatedJournal(world: world, clock: clock, store: store, faults: faults),
                log: SimulatedLog(clock: clock, store: store, faults: faults, world: world),
                bus: SimulatedBus(world: world, clock: clock, faults: faults, log: published),
                client: client ?? SimulatedTarget(world: world, clock: clock, faults: faults, store: store), sealer: InMemorySealer(),
                time: clock, entropy: entropy, diagnostics: log, calendar: UTCCalendar(),
                ingestion: IngestionPorts(feed: feed.clocked(clock), splitting: splitting, books: store, drafting: drafting),
                tracing: tracing),
            settings: settings)
        self.engine = engine
        world.executors = [executor]
        Task(executorPreference: executor) {
            try? await engine.run()
            self.hasEnded = true
        }
    }

    func kill() { executor.kill() }

    /// What stops the world, as too many steps do, would else leave a test where it stands and prove nothing.
    func run(until isDone: () -> Bool) {
        world.run(limit: world.steps + 3_000_000, deadline: world.uptime + 40_000_000_000, until: isDone)
        #expect(world.violations.isEmpty)
    }

    func pass(_ span: TimeSpan) {
        let end = world.uptime + span.microseconds
        var isReached = false
        world.after(span) { isReached = true }
        run { isReached || self.world.uptime > end }
    }

    @discardableResult
    func send(_ command: BookCommand) throws -> BookReply {
        let engine = try #require(engine)
        nonisolated(unsafe) var outcome: Result<BookReply, IntentError>?
        let intent = BookIntent(tenant: tenant, command: command, by: "ana", correlationId: "c")
        Task(executorPreference: executor) {
            do throws(IntentError) { outcome = .success(try await engine.router.send(intent)) } catch { outcome = .failure(error) }
        }
        run { outcome != nil }
        return try #require(outcome).get()
    }

    @discardableResult
    func send(_ command: SourceCommand) throws -> BookReply { try send(.item(.source(source, command))) }

    func plan(_ fingerprint: UInt8 = 1, interval: TimeSpan = .minutes(1), mapping: IngestionMapping? = nil) throws -> IngestionSource.Plan {
        IngestionSource.Plan(
            request: SourceRequest(
                url: try TargetURL("https://erp.example.com/soap"), user: "ana",
                password: .sealed(InMemorySealer().seal(Array("canary".utf8), .password(of: source, tenant: tenant))),
                operation: try SOAPOperation(namespace: nil, localName: "List"),
                parameters: [try SOAPParameter(name: "from", value: "{from}"), try SOAPParameter(name: "to", value: "<{to}|{from}>")]),
            interval: interval, overlap: .zero, lookback: .hours(1),
            split: SplitPlan(invoiceElement: try #require(SplitName("I")), numberPath: try #require(SplitPath("N"))), mapping: mapping,
            fingerprint: Fingerprint(bytes: [fingerprint]))
    }

    // MARK: - What is in the books

    var runs: [IngestionRun] {
        store.allBooks.compactMap { if case .ingestion(.run(let run)) = $0 { run } else { nil } }
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    var slices: [QuarantinedSlice] {
        store.allBooks.compactMap { if case .ingestion(.quarantine(let slice)) = $0 { slice } else { nil } }
    }

    func document(_ number: String) -> IngestedInvoice? {
        let key = IngestionKey.invoice(number, of: source, tenant: tenant)
        if case .ingestion(.invoice(let invoice))? = store.current(.ingestion(tenant, key)) { return invoice } else { return nil }
    }

    var documents: [IngestedInvoice] {
        store.allBooks.compactMap { if case .ingestion(.invoice(let invoice)) = $0 { invoice } else { nil } }
    }

    var progress: SourceProgress? {
        if case .item(.progress(let progress))? = store.current(.item(tenant, .progress(source))) { progress } else { nil }
    }

    func events(_ kind: IngestionEventKind) -> [CommittedEvent] {
        store.allEvents.joined().filter { $0.type == .ingestion(kind) }
    }
}
