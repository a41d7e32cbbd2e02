import Domain
import InMemoryAdapter
import Ports
import PropertyKit
import Testing

@testable import Actors
@testable import Simulation

/// An engine that anchors its audit, on virtual time, with crashes and a store that fails now and then.
@Suite struct AnchoringTests {
    private static let interval = TimeSpan.minutes(5)
    private static let look = TimeSpan.seconds(30)

    /// The store's anchors, which are slow and sometimes away.
    private struct Troubled: AnchorStore {
        let world: World
        let clock: SimulatedClock
        let store: InMemoryStore
        let failures: Int

        private func trouble() async throws(JournalError) {
            await clock.delay(2_000)
            if world.generator.chance(failures) { throw .unavailable("simulated") }
        }

        func grownChains(
            in partition: PartitionId, after tenant: TenantId?, least: Int64
        ) async throws(JournalError) -> GrownChainPage {
            try await trouble()
            let page = try await store.grownChains(in: partition, after: tenant, least: least)
            await clock.delay(200_000)
            return page
        }

        func keep(_ anchors: [AuditAnchor], in partition: PartitionId) async throws(JournalError) {
            try await trouble()
            try await store.keep(anchors, in: partition)
            world.note("anchors \(anchors.count)")
            await clock.delay(2_000)
            if world.generator.chance(failures) { throw .ambiguous("simulated") }
        }
    }

    private final class History: @unchecked Sendable {
        let world: World
        let store: InMemoryStore
        let tenants: [TenantId]
        let key: AuditAnchorKey
        let failures: Int
        private let published: PublishedLog
        private var current: (engine: Engine, executor: SimulatedExecutor)?

        init(seed: UInt64) throws {
            world = World(seed: seed)
            tenants = try (0..<9).map { try #require(TenantId("t\($0)")) }
            key = try AuditAnchorKey(seed: Array(repeating: 4, count: 32))
            store = InMemoryStore(partitionCount: 2, storeId: UniqueId(high: 1, low: seed))
            published = PublishedLog(world: world, store: store)
            failures = seed.isMultiple(of: 3) ? 20 : 0
            start()
        }

        private func start() {
            current?.executor.kill()
            let executor = SimulatedExecutor()
            let clock = SimulatedClock(world: world, executor: executor)
            let calm = FaultsInForce(.calm)
            var settings = EngineSettings()
            settings.anchors.startDelay = .seconds(5)
            settings.anchors.interval = AnchoringTests.interval
            settings.anchors.look = AnchoringTests.look
            settings.anchors.entries = 20
            let engine = Engine(
                ports: EnginePorts(
                    journal: SimulatedJournal(world: world, clock: clock, store: store, faults: calm), log: store,
                    bus: SimulatedBus(world: world, clock: clock, faults: calm, log: published),
                    client: SimulatedTarget(world: world, clock: clock, faults: calm, store: store), sealer: InMemorySealer(), time: clock,
                    entropy: SimulatedEntropy(world: world), diagnostics: SimulatedDiagnostics(world: world), calendar: UTCCalendar(),
                    anchors: (Troubled(world: world, clock: clock, store: store, failures: failures), key)),
                settings: settings)
            world.executors.append(executor)
            world.note("engine starts")
            Task(executorPreference: executor) { try? await engine.run() }
            current = (engine, executor)
        }

        private func allocate(_ number: Int, _ tenant: TenantId) {
            guard let series = SeriesId("INV"), let document = DocumentReference("order-\(number)"), let (engine, executor) = current else {
                return
            }
            let command = BookCommand.allocate(series, document, issueDate: CalendarDate("2026-11-20"))
            let intent = BookIntent(tenant: tenant, command: command, by: "test", correlationId: "c")
            Task(executorPreference: executor) { _ = try? await engine.router.send(intent) }
        }

        /// Numbers over forty minutes, one tenant far ahead of the others, with crashes.
        func plan() {
            for number in 0..<300 {
                let tenant = world.generator.chance(60) ? tenants[0] : tenants[Int.random(in: 1..<9, using: &world.generator)]
                world.after(.seconds(Int64.random(in: 2...2_400, using: &world.generator))) { self.allocate(number, tenant) }
            }
            for _ in 0..<Int.random(in: 0...4, using: &world.generator) {
                world.after(.seconds(Int64.random(in: 1...2_400, using: &world.generator))) { self.start() }
            }
        }

        func run() {
            // As long again as an entry may wait, with what crashes and failures take.
            let end = world.uptime + 4_200_000_000
            world.run(limit: 4_000_000, deadline: .max) { world.uptime > end }
            current?.executor.kill()
        }
    }

    @Test("after any history every chain is anchored to its end, and no anchor says what is not so", arguments: 1...12)
    func histories(_ seed: UInt64) throws {
        let history = try History(seed: seed)
        history.plan()
        history.run()
        #expect(history.world.violations == [])
        var (chains, most) = (0, 0)
        for (partition, segments) in history.store.allAudit.enumerated() {
            for (tenant, segments) in Dictionary(grouping: segments, by: \.tenant) {
                chains += 1
                let anchors = history.store.allAnchors[partition].filter { $0.tenant == tenant }
                var check = AnchorCheck(
                    store: history.store.storeId, tenant: tenant, partition: partition, anchors: anchors, trusted: [history.key.publicKey])
                var head = AuditHead.start
                for segment in segments {
                    for entry in try #require(segment.entries()) {
                        head = head.adding(entry)
                        check.reached(head)
                    }
                }
                check.ended(at: head)
                #expect(check.faults == [] && check.holding == anchors.count)
                #expect(check.newest?.head == head, "\(tenant): \(head.count) entries, \(check.newest?.head.count ?? 0) covered")
                most = max(most, anchors.count)
                // An entry waits no longer than the interval, with the time that a look, a crash or a failing store takes.
                let slack = Self.interval + Self.look + Self.look + .minutes(history.failures > 0 ? 10 : 2)
                for entry in segments.compactMap({ $0.entries() }).joined() {
                    let covered = anchors.first { $0.at >= entry.at }
                    #expect(covered.map { $0.at <= entry.at + slack } == true, "an entry of \(tenant) waited too long")
                }
            }
        }
        #expect(chains > 5 && most >= 4)
    }

    @Test func aLongChainIsNotLeftToWaitForTheInterval() throws {
        let history = try History(seed: 1)
        history.plan()
        history.run()
        let busy = history.tenants[0]
        let anchors = history.store.allAnchors.joined().filter { $0.tenant == busy }.sorted { $0.head.count < $1.head.count }
        let gaps = zip(anchors, anchors.dropFirst()).map { $1.at.microseconds - $0.at.microseconds }
        #expect(gaps.contains { $0 < Self.interval.microseconds - Self.look.microseconds })
    }
}
