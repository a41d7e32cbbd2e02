import Domain
import InMemoryAdapter
import Ports
import Synchronization
import Testing

@testable import Actors
@testable import Simulation

/// How far items are followed, while partitions come and go.
@Suite struct CursorBookTests {
    /// Takes cursors of the epoch that it is told for each partition, and notes who asks.
    private final class FencedJournal: Journal {
        struct State {
            var epochs: [Int64]
            var stored: [FollowerCursor] = []
            var asked = 0
            var isAway = false
        }

        private let store: InMemoryStore
        let state: Mutex<State>
        var storeId: UniqueId { store.storeId }
        var partitionCount: Int { store.partitionCount }

        init(epochs: [Int64]) {
            store = InMemoryStore(partitionCount: epochs.count, storeId: UniqueId(high: 1, low: 1))
            state = Mutex(State(epochs: epochs))
        }

        func storeCursors(_ cursors: [FollowerCursor]) async throws(JournalError) {
            try state.withLock { state throws(JournalError) in
                state.asked += 1
                if state.isAway { throw .unavailable("away") }
                for cursor in cursors where state.epochs[cursor.partition.index] != cursor.epoch { throw .ownershipLost }
                state.stored += cursors
            }
        }

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
        ) async throws(JournalError) -> [TenantItem] { [] }
        func cursors(
            of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
        ) async throws(JournalError) -> [FollowerCursor] { [] }
    }

    private struct NoClient: TargetClient {
        func send(_ request: AttemptRequest) async throws(AttemptFailed) -> TargetAnswer {
            throw AttemptFailed(ExecutionFailure(kind: .connection, detail: "none"))
        }
    }

    private let item = ItemKey.schedule(ScheduleId(UniqueId(high: 9, low: 1)))

    private func book(_ journal: FencedJournal) -> CursorBook {
        let world = World(seed: 1)
        let store = InMemoryStore(partitionCount: journal.partitionCount, storeId: journal.storeId)
        let ports = EnginePorts(
            journal: journal, log: store, bus: EmbeddedBus(), client: NoClient(), sealer: InMemorySealer(),
            time: SimulatedClock(world: world, executor: SimulatedExecutor()), entropy: SimulatedEntropy(world: world),
            diagnostics: SimulatedDiagnostics(world: world),
            calendar: UTCCalendar())
        return CursorBook(ports: ports, interval: .seconds(1))
    }

    private func ownership(_ epoch: Int64) -> Ownership { Ownership(epoch: epoch, head: 0, headEpoch: epoch, lastOrdinal: 0, published: 0) }

    /// A tenant of each of two partitions.
    private func tenants() throws -> [TenantId] {
        try (0..<2).map { index in
            try #require(
                (0..<64).lazy.compactMap { TenantId("tenant-\($0)") }.first { PartitionHash.partition(tenant: $0, count: 2) == index })
        }
    }

    @Test func ofAPartitionThatIsLostNothingIsTriedAgainAndTheOthersAreStored() async throws {
        let journal = FencedJournal(epochs: [7, 3])
        let book = book(journal)
        let tenants = try tenants()
        for index in 0..<2 { book.open(ownership(3), in: PartitionId(index)) }
        for tenant in tenants { book.moved(item, of: tenant, to: [1]) }
        await book.store()
        #expect(journal.state.withLock { $0.stored.map(\.tenant) } == [tenants[1]])
        let asked = journal.state.withLock { $0.asked }
        book.moved(item, of: tenants[0], to: [2])
        for _ in 0..<5 { await book.store() }
        #expect(journal.state.withLock { $0.asked } == asked)
    }

    @Test func whatWaitedIsStoredOnceThePartitionIsOursAgain() async throws {
        let journal = FencedJournal(epochs: [7, 3])
        let book = book(journal)
        let tenant = try tenants()[0]
        book.open(ownership(3), in: PartitionId(0))
        book.moved(item, of: tenant, to: [1])
        await book.store()
        #expect(journal.state.withLock { $0.stored.isEmpty })
        book.open(ownership(7), in: PartitionId(0))
        await book.store()
        #expect(journal.state.withLock { $0.stored.map(\.place) } == [[1]])
        #expect(journal.state.withLock { $0.stored.map(\.epoch) } == [7])
    }

    @Test func whatCameBeforeThePartitionWasOursIsNotForgotten() async throws {
        let journal = FencedJournal(epochs: [3, 3])
        let book = book(journal)
        let tenant = try tenants()[1]
        book.moved(item, of: tenant, to: [1])
        await book.store()
        #expect(journal.state.withLock { $0.asked } == 0)
        book.open(ownership(3), in: PartitionId(1))
        await book.store()
        #expect(journal.state.withLock { $0.stored.map(\.place) } == [[1]])
    }

    @Test func whatAStoreThatIsAwayDidNotTakeIsTriedAgainUnlessThereIsNewer() async throws {
        let journal = FencedJournal(epochs: [3, 3])
        let book = book(journal)
        let tenants = try tenants()
        for index in 0..<2 { book.open(ownership(3), in: PartitionId(index)) }
        for tenant in tenants { book.moved(item, of: tenant, to: [1]) }
        journal.state.withLock { $0.isAway = true }
        await book.store()
        book.moved(item, of: tenants[0], to: [2])
        journal.state.withLock { $0.isAway = false }
        await book.store()
        #expect(Set(journal.state.withLock { $0.stored.map(\.place) }) == [[1], [2]])
    }
}
