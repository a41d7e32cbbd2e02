import Domain
import InMemoryAdapter
import Ports
import Testing

@testable import Actors
@testable import Simulation

/// One lane on virtual time, over a bus that takes its time.
@Suite struct OutboxLaneTests {
    /// Takes ten milliseconds for a block, however long, and notes what it was given.
    private final class SlowBus: EventBus, @unchecked Sendable {
        let clock: SimulatedClock
        private(set) var blocks: [[Int64]] = []
        /// Of the next blocks, how many of their events are acknowledged before the bus fails.
        var failures: [Int] = []

        init(_ clock: SimulatedClock) { self.clock = clock }

        func publish(_ events: [CommittedEvent]) async throws(EventBusError) {
            blocks.append(events.map(\.position))
            let acknowledged = failures.isEmpty ? nil : failures.removeFirst()
            await clock.sleep(for: .milliseconds(10))
            if let acknowledged { throw EventBusError(acknowledged: acknowledged, reason: "tried") }
        }
    }

    /// Unchecked: everything happens on the one thread that drives the world.
    private final class Bench: @unchecked Sendable {
        let world = World(seed: 1)
        let bus: SlowBus
        let lane: OutboxLane
        private var head: Int64 = 0
        private let tenant: TenantId

        /// The log is empty and every read of it fails, so that what is published has come from memory.
        init(_ settings: EngineSettings = EngineSettings()) throws {
            let executor = SimulatedExecutor()
            let clock = SimulatedClock(world: world, executor: executor)
            let store = InMemoryStore(partitionCount: 1, storeId: UniqueId(high: 1, low: 1))
            var faults = Faults.calm
            faults.readFails = 100
            let inForce = FaultsInForce(faults)
            bus = SlowBus(clock)
            tenant = try #require(TenantId("acme"))
            lane = OutboxLane(
                partition: PartitionId(0),
                ports: EnginePorts(
                    journal: SimulatedJournal(world: world, clock: clock, store: store, faults: inForce),
                    log: SimulatedLog(clock: clock, store: store, faults: inForce, world: world), bus: bus,
                    client: SimulatedTarget(world: world, clock: clock, faults: inForce, store: store), sealer: InMemorySealer(),
                    time: clock, entropy: SimulatedEntropy(world: world), diagnostics: SimulatedDiagnostics(world: world),
                    calendar: UTCCalendar()),
                settings: settings, metrics: EngineMetrics(), variant: .sound)
            world.executors = [executor]
            lane.open(Ownership(epoch: 1, head: 0, headEpoch: 0, lastOrdinal: 0, published: 0))
            Task(executorPreference: executor) { await self.lane.run() }
        }

        func commit(_ count: Int64) {
            let events = (1...count).map { number in
                CommittedEvent(
                    partition: PartitionId(0), position: head + number, tenant: tenant, subject: UniqueId(high: 1, low: 1), ordinal: 1,
                    version: head + number, type: .serviceCall(.submitted), time: world.now, correlationId: "c", data: [])
            }
            head += count
            lane.committed(events, head: head, epoch: 1)
        }

        /// Until all that is committed by then is acknowledged.
        func run(until isDone: () -> Bool) {
            world.run(limit: 100_000, deadline: world.uptime + 60_000_000) { isDone() && lane.unpublished == 0 }
        }

        var readsOfTheLog: Int { world.trace.count { $0.contains("outbox.read-failed") } }
    }

    @Test func whatIsCommittedWhileABlockIsOnItsWayFollowsFromMemory() throws {
        let bench = try Bench()
        var commits = 0
        for turn in 0..<100 {
            bench.world.after(.milliseconds(Int64(3 * turn))) {
                bench.commit(5)
                commits += 1
            }
        }
        bench.run { commits == 100 }
        #expect(bench.world.violations.isEmpty)
        #expect(bench.bus.blocks.flatMap(\.self) == Array(1...500))
        #expect(bench.readsOfTheLog == 0)
        // Each takes with it what came meanwhile: three or four commits, none of which waits for more than one block before its own.
        #expect(bench.bus.blocks.count < 50 && bench.bus.blocks.allSatisfy { $0.count <= 20 })
    }

    @Test func aBlockIsNoLongerThanTheLimitAndTheRestStaysInMemory() throws {
        var settings = EngineSettings()
        settings.publishLimit = 8
        let bench = try Bench(settings)
        bench.commit(3)
        bench.world.after(.milliseconds(5)) { bench.commit(30) }
        bench.run { bench.bus.blocks.count > 1 }
        #expect(bench.bus.blocks.map(\.count) == [3, 8, 8, 8, 6])
        #expect(bench.bus.blocks.flatMap(\.self) == Array(1...33))
        #expect(bench.readsOfTheLog == 0)
    }

    @Test func whatWasNotAcknowledgedGoesAgainInFrontOfWhatCameMeanwhile() throws {
        let bench = try Bench()
        bench.bus.failures = [2, 0]
        bench.commit(4)
        bench.world.after(.milliseconds(5)) { bench.commit(2) }
        bench.run { bench.bus.blocks.count > 2 }
        #expect(bench.bus.blocks == [[1, 2, 3, 4], [3, 4, 5, 6], [3, 4, 5, 6]])
        #expect(bench.readsOfTheLog == 0)
    }

    @Test func whatMemoryCannotHoldIsReadFromTheLog() throws {
        var settings = EngineSettings()
        settings.outboxCapacity = 4
        let bench = try Bench(settings)
        bench.commit(4)
        bench.world.after(.milliseconds(5)) { bench.commit(6) }
        bench.world.run(limit: 100_000, deadline: bench.world.uptime + 60_000_000) { bench.readsOfTheLog > 0 }
        // The log gives nothing here, so the lane stays at what it had.
        #expect(bench.bus.blocks.flatMap(\.self) == Array(1...8))
        #expect(bench.lane.unpublished == 2)
    }
}
