import InMemoryAdapter
import Ports
import PropertyKit
import Testing

@testable import Actors
@testable import Domain
@testable import Simulation

/// What retention asks of a store whose log is followed.
@Suite struct TrimmingTests {
    /// A store with one partition of which subscriptions have read so far.
    private struct FollowedJournal: Journal {
        let store = InMemoryStore(partitionCount: 2, storeId: UniqueId(high: 1, low: 1))
        let places: [[Int64]]
        /// How many of them have not stored how far they are: they begin where they were told to.
        var fresh = 0
        /// How many were told to begin anew since.
        var replayed = 0
        var storeId: UniqueId { store.storeId }
        var partitionCount: Int { store.partitionCount }
        func takeOwnership(of partition: PartitionId) async throws(JournalError) -> Ownership {
            try await store.takeOwnership(of: partition)
        }
        func load(_ ids: [ServiceCallKey], in partition: PartitionId) async throws(JournalError) -> [StoredServiceCall] { [] }
        func load(_ keys: [BookKey], in partition: PartitionId) async throws(JournalError) -> [StoredBookRecord] { [] }
        func auditHeads(of tenants: [TenantId], in partition: PartitionId) async throws(JournalError) -> [TenantId: AuditHead] { [:] }
        func commit(_ batch: CommitBatch) async throws(JournalError) { throw .unavailable("not used") }
        func dueTenants(
            in partition: PartitionId, upTo latest: Instant, after: TenantId?, limit: Int
        ) async throws(JournalError) -> [TenantId] { [] }
        func due(
            in partition: PartitionId, tenant: TenantId, after: DuePlace?, upTo latest: Instant, limit: Int
        ) async throws(JournalError) -> [DueEntry] { [] }
        func events(in partition: PartitionId, after position: Int64, limit: Int, bytes: Int) async throws(JournalError) -> [CommittedEvent]
        { [] }
        func storePublished(_ cursors: [PublishedCursor]) async throws(JournalError) {}
        func items(
            of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
        ) async throws(JournalError) -> [TenantItem] {
            guard kind == .subscription, partition.index == 1 else { return [] }
            let all = places.indices.compactMap {
                TrimmingTests.subscription($0, from: places[$0], isReplayed: $0 >= fresh && $0 < fresh + replayed)
            }
            return Array(all.filter { item in after.map { item.key.id > $0.1 } ?? true }.prefix(limit))
        }
        func storeCursors(_ cursors: [FollowerCursor]) async throws(JournalError) {}

        func cursors(
            of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
        ) async throws(JournalError) -> [FollowerCursor] {
            guard kind == .subscription, partition.index == 1, let tenant = TenantId("acme") else { return [] }
            let all = places.indices.dropFirst(fresh).map { index in
                FollowerCursor(
                    partition: partition, epoch: 1, tenant: tenant, kind: kind, id: TrimmingTests.id(index).description, generation: 0,
                    place: index < fresh + replayed ? [999_999, 999_999] : places[index], state: [])
            }
            return Array(all.filter { cursor in after.map { cursor.id > $0.1 } ?? true }.prefix(limit))
        }
    }

    /// Notes what it is asked to trim, and has nothing to trim.
    private final class Asked: Housekeeping, @unchecked Sendable {
        struct Trim: Equatable { let partition: Int; let through: Int64; let age: TimeSpan }
        let world: World
        let isOld: Bool
        var trims: [Trim] = []
        /// How long ago the calls ended at least that it was asked for.
        var ages: [TimeSpan] = []

        init(world: World, isOld: Bool) {
            self.world = world
            self.isOld = isOld
        }

        func endedCalls(in partition: PartitionId, after ordinal: Int64, upTo latest: Instant) async throws(JournalError) -> EndedCallPage {
            ages.append(world.now - latest)
            return EndedCallPage(calls: [], next: nil)
        }
        func clean(
            _ calls: [EndedCall], _ cleaning: CallCleaning, in partition: PartitionId, epoch: Int64
        ) async throws(JournalError) -> CleaningStep { CleaningStep(looked: calls.count, done: 0) }
        func trimEvents(
            in partition: PartitionId, through position: Int64, before cutoff: Instant, epoch: Int64
        ) async throws(JournalError) -> TrimStep {
            // What looks how old the log is trims nothing.
            if position > 0 { trims.append(Trim(partition: partition.index, through: position, age: world.now - cutoff)) }
            return TrimStep(trimmed: 0, removed: 0, oldest: isOld ? .earliest : nil)
        }
        func giveBackSpace() async throws(JournalError) -> StoreSpace? { nil }
    }

    private static func id(_ number: Int) -> SubscriptionId { SubscriptionId(UniqueId(high: 1, low: UInt64(number + 1) << 16)) }

    private static func subscription(_ number: Int, from place: [Int64], isReplayed: Bool) -> TenantItem? {
        guard let tenant = TenantId("acme"), let name = ItemName("n"), let url = try? TargetURL("https://example.com/") else { return nil }
        let request = SealedRequest(method: .POST, url: url, payload: .empty, bodyBytes: 0)
        let plan = Subscription.Plan(
            name: name, types: [], template: CallTemplate(request: request),
            fingerprint: Fingerprint(bytes: [UInt8](repeating: 1, count: 32)))
        let made = Subscription.evolve(
            nil, .created(plan, from: isReplayed ? [7, 7] : place), id: id(number), tenant: tenant, at: .earliest)
        guard isReplayed else { return made.map { .subscription($0) } }
        return Subscription.evolve(made, .replayed(from: place, generation: 1), id: id(number), tenant: tenant, at: .earliest)
            .map { .subscription($0) }
    }

    private static func trims(
        _ places: [[Int64]], _ policy: RetentionPolicy, fresh: Int = 0, replayed: Int = 0, isOld: Bool = true, jump: TimeSpan? = nil
    ) -> [Asked.Trim] { asked(places, policy, fresh: fresh, replayed: replayed, isOld: isOld, jump: jump).trims }

    private static func asked(
        _ places: [[Int64]], _ policy: RetentionPolicy, fresh: Int = 0, replayed: Int = 0, isOld: Bool = true, jump: TimeSpan? = nil
    ) -> Asked {
        let world = World(seed: 1)
        let executor = SimulatedExecutor()
        let clock = SimulatedClock(world: world, executor: executor)
        let journal = FollowedJournal(places: places, fresh: fresh, replayed: replayed)
        let asked = Asked(world: world, isOld: isOld)
        let faults = FaultsInForce(.calm)
        var settings = EngineSettings()
        settings.retention.policy = policy
        let engine = Engine(
            ports: EnginePorts(
                journal: journal, log: journal.store,
                bus: SimulatedBus(world: world, clock: clock, faults: faults, log: PublishedLog(world: world, store: journal.store)),
                client: SimulatedTarget(world: world, clock: clock, faults: faults, store: journal.store), sealer: InMemorySealer(),
                time: clock, entropy: SimulatedEntropy(world: world), diagnostics: SimulatedDiagnostics(world: world),
                calendar: UTCCalendar(), housekeeping: asked),
            settings: settings)
        world.executors = [executor]
        Task(executorPreference: executor) { try? await engine.run() }
        if let jump { world.after(.seconds(5)) { world.wallOffset += jump.microseconds } }
        let end = world.uptime + 30_000_000
        world.run(limit: 1_000_000, deadline: .max) { world.uptime > end }
        executor.kill()
        return asked
    }

    private static let month = TimeSpan.hours(24 * 30)

    @Test func withoutFollowersTheLogIsTrimmedByAgeAlone() {
        #expect(
            Self.trims([], RetentionPolicy()) == [
                .init(partition: 0, through: .max, age: Self.month), .init(partition: 1, through: .max, age: Self.month),
            ])
    }

    @Test func theSlowestFollowerHoldsTheLogUntilItsOwnAgeHasPassed() {
        let many = (0..<600).map { [Int64(1_000 - $0), Int64(500 + $0)] }
        let twoMonths = TimeSpan.hours(24 * 60)
        #expect(
            Self.trims(many, RetentionPolicy()) == [
                .init(partition: 0, through: 401, age: Self.month), .init(partition: 0, through: .max, age: twoMonths),
                .init(partition: 1, through: 500, age: Self.month), .init(partition: 1, through: .max, age: twoMonths),
            ])
        // Whether they have stored it or not.
        #expect(Self.trims(many, RetentionPolicy(), fresh: 300, replayed: 100).map(\.through) == [401, .max, 500, .max])
        let endless = RetentionPolicy(unreadEvents: .forever)
        #expect(Self.trims(many, endless).map(\.through) == [401, 500])
    }

    @Test func aLogThatIsYoungIsLeftAlone() { #expect(Self.trims([[1, 1]], RetentionPolicy(), isOld: false) == []) }

    @Test func whoKeepsEventsForEverTrimsNothing() {
        #expect(Self.trims([[1, 1]], RetentionPolicy(events: .forever)) == [])
    }

    /// Its identity tells whoever made it that it was made, until that is stored.
    @Test func whatHasJustEndedIsLeftAloneAtAnyAge() {
        let atOnce = RetentionRules(succeeded: .after(.zero), failed: .after(.zero), cancelled: .after(.zero), payload: .after(.zero))
        #expect(Set(Self.asked([], RetentionPolicy(standard: atOnce)).ages) == [.seconds(10)])
        #expect(Set(Self.asked([], RetentionPolicy()).ages) == [.hours(24 * 7)])
    }

    @Test func nothingIsTakenAwayWhileAClockThatLeaptForwardIsDoubted() {
        #expect(Self.trims([], RetentionPolicy(), jump: .hours(24 * 365)) == [])
        #expect(Self.trims([], RetentionPolicy(), jump: .minutes(5)).count == 2)
        #expect(Self.trims([], RetentionPolicy(), jump: .hours(-24)).count == 2)
    }
}
