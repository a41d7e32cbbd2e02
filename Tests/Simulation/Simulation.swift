import Actors
import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// One history of the whole engine, chosen by a seed: clients, crashes, take-overs, clock jumps and faults; then calm, in which everything
/// must come to its end.
public final class Simulation: @unchecked Sendable {
    /// What came of a history.
    public struct Outcome: Sendable {
        public let seed: UInt64
        public let violations: [String]
        /// The last lines of what happened.
        public let trace: [String]
        /// Two runs with one seed give the same digest.
        public let traceDigest: UInt64
        public let steps: Int
        public let calls: Int
        public let crashes: Int
    }

    /// A deliberately broken engine, or store, that a simulation must find out.
    public enum Defect: String, Sendable, CaseIterable {
        case repliesBeforeCommit, movesCursorPastGap, readsPageBeforeHorizon, keepsRefusedNumbers, movesFollowersFirst,
            endsRunsFirst, acknowledgesAnyhow, takesDocumentsLater, forgetsMessages
    }

    let world: World
    let store: InMemoryStore
    let faults: FaultsInForce
    let published: PublishedLog
    /// Every fourth history is traced; what is not traced must behave as before, which most are.
    private let spans: SimulatedSpans?
    let settings: EngineSettings
    let variant: EngineVariant
    let seed: UInt64

    private var engines: [(engine: Engine, executor: SimulatedExecutor)] = []
    private var clients: [SimulatedClient] = []
    private var bookkeepers: [SimulatedBookkeeper] = []
    private(set) var operators: [SimulatedOperator] = []
    private var crowd: SimulatedCrowd?
    private var setups: [SimulatedSetup] = []
    private(set) var sources: [SimulatedSource] = []
    /// In every third history; what has none must behave as before.
    private(set) var receivers: [SimulatedReceiver] = []
    private let hasReceivers: Bool
    private let forgetsMessages: Bool
    private var lastLook: (events: Int, moment: Int64)?
    private var crashes = 0
    private var isCalm = false
    /// When the faults ended.
    private(set) var calmSince: Instant?

    public init(seed: UInt64, defect: Defect? = nil) {
        self.seed = seed
        world = World(seed: seed)
        let partitions = Int.random(in: 1...3, using: &world.generator)
        store = InMemoryStore(partitionCount: partitions, storeId: UniqueId(high: 7, low: seed))
        faults = FaultsInForce(Self.faults(&world.generator))
        published = PublishedLog(world: world, store: store)
        hasReceivers = seed % 3 == 1
        forgetsMessages = defect == .forgetsMessages
        spans = seed % 4 == 0 ? SimulatedSpans(world: world, store: store) : nil
        settings = Self.settings(&world.generator)
        var variant = EngineVariant()
        variant.repliesBeforeCommit = defect == .repliesBeforeCommit
        variant.movesCursorPastGap = defect == .movesCursorPastGap
        variant.readsPageBeforeHorizon = defect == .readsPageBeforeHorizon
        variant.keepsRefusedNumbers = defect == .keepsRefusedNumbers
        variant.movesFollowersFirst = defect == .movesFollowersFirst
        variant.endsRunsFirst = defect == .endsRunsFirst
        variant.acknowledgesAnyhow = defect == .acknowledgesAnyhow
        variant.takesDocumentsLater = defect == .takesDocumentsLater
        self.variant = variant
    }

    private static func faults(_ generator: inout SeededGenerator) -> Faults {
        func some(_ most: Int) -> Int { generator.chance(50) ? 0 : Int.random(in: 1...most, using: &generator) }
        var faults = Faults()
        faults.commitUnavailable = some(15)
        faults.commitRejected = some(10)
        faults.ambiguousStored = some(10)
        faults.ambiguousNotStored = some(10)
        faults.readFails = some(10)
        faults.ownershipFails = some(30)
        faults.busRefuses = some(30)
        faults.busPartial = some(20)
        faults.busLosesAnswer = some(20)
        faults.targetFails = some(60)
        faults.targetHangs = some(15)
        if generator.chance(60) {
            let from = Int64.random(in: 0...30_000_000, using: &generator)
            faults.outage = from...(from + Int64.random(in: 5_000_000...80_000_000, using: &generator))
        }
        faults.sourceFails = some(40)
        faults.sourceBreaksOff = some(30)
        faults.slowTarget = generator.chance(50) ? 0 : 1_500_000
        faults.slowness = generator.chance(20) ? 400_000 : 2_000
        return faults
    }

    private static func settings(_ generator: inout SeededGenerator) -> EngineSettings {
        var settings = EngineSettings()
        settings.mailboxCapacity = Int.random(in: 2...32, using: &generator)
        settings.turnLimit = Int.random(in: 1...8, using: &generator)
        settings.cacheBytes = Int.random(in: 0...6_000, using: &generator)
        settings.replyTimeout = .seconds(3)
        settings.resolveBudget = .milliseconds(500)
        settings.maxRunning = Int.random(in: 1...6, using: &generator)
        settings.executionQueuePerLane = Int.random(in: 1...3, using: &generator)
        settings.executionQueuePerTenant = Int.random(in: 1...6, using: &generator)
        settings.executionQueueTotal = Int.random(in: 2...12, using: &generator)
        settings.admission = admission(&generator)
        settings.windowLimit = Int.random(in: 2...12, using: &generator)
        settings.lookahead = .seconds(Int64.random(in: 2...20, using: &generator))
        settings.timerCapacity = Int.random(in: 2...40, using: &generator)
        settings.outboxCapacity = Int.random(in: 1...20, using: &generator)
        settings.publishLimit = Int.random(in: 1...10, using: &generator)
        settings.drainTimeout = .seconds(5)
        settings.watchdogGrace = .milliseconds(500)
        settings.scheduleRound = Int.random(in: 1...4, using: &generator)
        settings.misfireAfter = .seconds(Int64.random(in: 2...20, using: &generator))
        settings.followersRunning = Int.random(in: 1...3, using: &generator)
        settings.followerPage = Int.random(in: 1...20, using: &generator)
        settings.followerRefresh = .seconds(Int64.random(in: 1...30, using: &generator))
        settings.disableSubscriptionAfter = .seconds(Int64.random(in: 20...120, using: &generator))
        settings.sourcesRunning = Int.random(in: 1...3, using: &generator)
        settings.sourcesRunningPerTenant = Int.random(in: 1...2, using: &generator)
        settings.ingestBatch = Int.random(in: 1...6, using: &generator)
        settings.ingestBatchBytes = Int.random(in: 1_000...20_000, using: &generator)
        settings.fetchPolicy = FetchPolicy(
            maxAttempts: Int.random(in: 1...4, using: &generator), firstDelay: .milliseconds(200), maxDelay: .seconds(2))
        settings.itemCapacity = Int.random(in: 1...4, using: &generator)
        settings.anchors.startDelay = .milliseconds(500)
        settings.anchors.interval = .seconds(7)
        settings.anchors.look = .seconds(2)
        settings.anchors.entries = 5
        return settings
    }

    private static func admission(_ generator: inout SeededGenerator) -> AdmissionLimits {
        func sometimes(_ percent: Int, _ range: ClosedRange<Int>) -> Int? {
            generator.chance(percent) ? Int.random(in: range, using: &generator) : nil
        }
        var limits = AdmissionLimits()
        limits.tenantShare = sometimes(50, 1...3)
        limits.laneShare = sometimes(50, 1...2)
        limits.reserve = Int.random(in: 0...2, using: &generator)
        limits.mostPerTenant = sometimes(20, 1...3)
        limits.mostPerLane = sometimes(20, 1...2)
        limits.ratePerTenant = sometimes(15, 5...20).map { AdmissionLimits.Rate(perSecond: $0, burst: 2) }
        limits.ratePerLane = sometimes(15, 3...10).map { AdmissionLimits.Rate(perSecond: $0, burst: 1) }
        limits.failuresToOpen = Int.random(in: 2...6, using: &generator)
        limits.firstOpen = .milliseconds(Int64.random(in: 100...3_000, using: &generator))
        limits.longestOpen = .milliseconds(Int64.random(in: 1_000...15_000, using: &generator))
        limits.probes = Int.random(in: 1...3, using: &generator)
        limits.lanesKept = Int.random(in: 1...6, using: &generator)
        return limits
    }

    // MARK: - A history

    public func run() -> Outcome {
        startEngine()
        let count = Int.random(in: 5...25, using: &world.generator)
        for index in 0..<count {
            let client = SimulatedClient(index: index, simulation: self)
            clients.append(client)
            client.begin()
        }
        for index in 0..<Int.random(in: 0...8, using: &world.generator) {
            guard let bookkeeper = SimulatedBookkeeper(index: index, simulation: self) else { continue }
            bookkeepers.append(bookkeeper)
            bookkeeper.begin()
        }
        for index in 0..<(world.generator.chance(50) ? Int.random(in: 1...3, using: &world.generator) : 0) {
            if let added = SimulatedOperator(index: index, simulation: self) { operators.append(added) }
        }
        for added in operators { added.begin() }
        if world.generator.chance(8) {
            crowd = SimulatedCrowd(count: Int.random(in: 50...150, using: &world.generator), simulation: self)
            crowd?.step()
        }
        for index in 0..<Int.random(in: 0...3, using: &world.generator) {
            guard let setup = SimulatedSetup(index: index, simulation: self) else { continue }
            setups.append(setup)
            setup.begin()
        }
        for index in 0..<(world.generator.chance(50) ? Int.random(in: 1...3, using: &world.generator) : 0) {
            if let source = SimulatedSource(index: index, simulation: self) { sources.append(source) }
        }
        for source in sources { source.begin() }
        for index in 0..<(hasReceivers ? Int.random(in: 1...2, using: &world.generator) : 0) {
            if let receiver = SimulatedReceiver(index: index, simulation: self) { receivers.append(receiver) }
        }
        for receiver in receivers { receiver.begin() }
        planTrouble()
        world.after(.seconds(60)) { self.becomeCalm() }
        world.run(limit: 400_000, deadline: 900_000_000) {
            isCalm && clients.allSatisfy(\.isDone) && bookkeepers.allSatisfy(\.isDone) && operators.allSatisfy(\.isDone)
                && crowd?.isDone ?? true && setups.allSatisfy(\.isDone) && sources.allSatisfy(\.isDone)
                && receivers.allSatisfy(\.isDone) && isAtRest
        }
        if world.violations.isEmpty { Checks(simulation: self).run() } else { noteWhatIsLeft() }
        for (_, executor) in engines { executor.kill() }
        return Outcome(
            seed: seed, violations: world.violations, trace: world.trace, traceDigest: world.traceDigest, steps: world.steps,
            calls: count, crashes: crashes)
    }

    /// The engine that serves: the newest. An older one that was thawed may still run, and must do no harm.
    var current: (engine: Engine, executor: SimulatedExecutor)? {
        engines.last.flatMap { $0.executor.isDead || $0.executor.isFrozen ? nil : $0 }
    }

    /// An engine that another has taken over from, and that runs all the same; nil when there is none.
    var outdated: (engine: Engine, executor: SimulatedExecutor)? {
        engines.dropLast().last { !$0.executor.isDead && !$0.executor.isFrozen }
    }

    private func startEngine() {
        let executor = SimulatedExecutor()
        let clock = SimulatedClock(world: world, executor: executor)
        let ports = EnginePorts(
            journal: SimulatedJournal(world: world, clock: clock, store: store, faults: faults, forgetsMessages: forgetsMessages),
            log: SimulatedLog(clock: clock, store: store, faults: faults, world: world),
            bus: SimulatedBus(world: world, clock: clock, faults: faults, log: published),
            client: SimulatedTarget(world: world, clock: clock, faults: faults, store: store),
            sealer: InMemorySealer(), time: clock, entropy: SimulatedEntropy(world: world), diagnostics: SimulatedDiagnostics(world: world),
            calendar: UTCCalendar(),
            anchors: BookChecks.anchorKey.map { (SimulatedAnchors(world: world, clock: clock, store: store, faults: faults), $0) },
            ingestion: IngestionPorts(
                feed: SimulatedFeed(simulation: self, clock: clock), splitting: SimulatedSplitting(),
                books: hasReceivers ? SimulatedBooks(world: world, clock: clock, store: store, faults: faults) : store,
                drafting: hasReceivers ? SimulatedDrafting.making : nil),
            tracing: spans.map { Tracing(recorder: $0, ratio: .all, time: clock, entropy: SimulatedEntropy(world: world)) })
        let engine = Engine(ports: ports, settings: settings, variant: variant)
        world.executors.append(executor)
        engines.append((engine, executor))
        world.note("engine \(engines.count) starts")
        let number = engines.count
        Task(executorPreference: executor) {
            do { try await engine.run() } catch { self.world.note("engine \(number) stopped: \(error)") }
            self.world.after(.milliseconds(100)) { self.engineEnded(executor) }
        }
    }

    /// An engine that ended by itself is started again, as a supervisor would.
    private func engineEnded(_ executor: SimulatedExecutor) {
        guard !executor.isDead else { return }
        executor.kill()
        if current == nil { startEngine() }
    }

    private func planTrouble() {
        for _ in 0..<Int.random(in: 0...4, using: &world.generator) {
            let at = TimeSpan(microseconds: Int64.random(in: 0...58_000_000, using: &world.generator))
            switch Int.random(in: 0..<10, using: &world.generator) {
            case 0...4: world.after(at) { self.crash() }
            case 5, 6: world.after(at) { self.takeOver() }
            case 7:
                world.after(at) {
                    self.world.note("drain")
                    self.current?.engine.drain()
                }
            default:
                // The windows of some sources rely on the clock, as an operator who allows no overlap does.
                guard !sources.contains(where: \.needsSteadyClock) else { continue }
                let jump = Int64.random(in: -120_000_000...120_000_000, using: &world.generator)
                world.after(at) {
                    self.world.note("clock jumps by \(jump)")
                    self.world.wallOffset += jump
                }
            }
        }
    }

    private func crash() {
        guard let running = current else { return }
        crashes += 1
        world.note("crash")
        running.executor.kill()
        for client in clients { client.engineDied(running.executor) }
        for bookkeeper in bookkeepers { bookkeeper.engineDied(running.executor) }
        for held in operators { held.engineDied(running.executor) }
        crowd?.engineDied(running.executor)
        for setup in setups { setup.engineDied(running.executor) }
        for source in sources { source.engineDied(running.executor) }
        for receiver in receivers { receiver.engineDied(running.executor) }
        let delay = Int64.random(in: 0...3_000_000, using: &world.generator)
        world.after(TimeSpan(microseconds: delay)) { if self.current == nil { self.startEngine() } }
    }

    /// The engine stands still, another takes over, and then the old one goes on as if nothing had been.
    private func takeOver() {
        guard let running = current else { return }
        world.note("freeze")
        running.executor.isFrozen = true
        startEngine()
        let delay = Int64.random(in: 100_000...8_000_000, using: &world.generator)
        world.after(TimeSpan(microseconds: delay)) {
            self.world.note("thaw")
            running.executor.isFrozen = false
        }
    }

    private func noteWhatIsLeft() {
        if let missing = ItemChecks(simulation: self).missing() { world.note("left: \(missing)") }
        for (call, _) in store.allCalls where !call.status.isTerminal {
            let key = ServiceCallKey(tenant: call.tenant, id: call.id)
            world.note("left: \(call.id) of \(call.tenant) in \(key.partition(of: store.partitionCount)): \(call.state)")
        }
        world.note("published \(published.highest) of \(store.allEvents.map(\.count)); clients left: \(clients.count { !$0.isDone })")
    }

    private func becomeCalm() {
        world.note("calm")
        faults.current = .calm
        isCalm = true
        calmSince = world.now
    }

    private var isAtRest: Bool {
        guard store.allCalls.allSatisfy({ $0.call.status.isTerminal }) else { return false }
        guard zip(store.allEvents, published.highest).allSatisfy({ Int64($0.count) == $1 }) else { return false }
        // A look takes its time, and what is looked at changes seldom.
        let mark = (store.allEvents.reduce(0) { $0 + $1.count }, world.uptime / 500_000)
        if let lastLook, lastLook == mark { return false }
        lastLook = mark
        return ItemChecks(simulation: self).missing() == nil
    }
}
