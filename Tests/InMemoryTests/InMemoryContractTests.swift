import Domain
import InMemoryAdapter
import PortContract
import Ports
import Testing

@Suite("The in-memory adapters keep the contracts of their ports")
struct InMemoryContractTests {
    @Test("journal", arguments: JournalContract.cases)
    func journal(_ contract: ContractCase<any StoreHarness>) async throws { try await contract.run(InMemoryHarness()) }

    @Test("housekeeping", arguments: HousekeepingContract.cases)
    func housekeeping(_ contract: ContractCase<any StoreHarness>) async throws { try await contract.run(InMemoryHarness()) }

    @Test("queries", arguments: QueriesContract.cases)
    func queries(_ contract: ContractCase<any StoreHarness>) async throws { try await contract.run(InMemoryHarness()) }

    @Test("books", arguments: BookContract.cases)
    func books(_ contract: ContractCase<any StoreHarness>) async throws { try await contract.run(InMemoryHarness()) }

    @Test("anchors", arguments: AnchorContract.cases)
    func anchors(_ contract: ContractCase<any StoreHarness>) async throws { try await contract.run(InMemoryHarness()) }

    @Test("sealer", arguments: SealerContract.cases)
    func sealer(_ contract: ContractCase<any Sealer>) async throws { try await contract.run(InMemorySealer()) }

    @Test("items", arguments: ItemContract.cases)
    func items(_ contract: ContractCase<any StoreHarness>) async throws { try await contract.run(InMemoryHarness()) }

    @Test("ingestion", arguments: IngestionContract.cases)
    func ingestion(_ contract: ContractCase<any StoreHarness>) async throws { try await contract.run(InMemoryHarness()) }

    @Test("bus", arguments: BusContract.cases)
    func bus(_ contract: ContractCase<any BusHarness>) async throws { try await contract.run(InMemoryBusHarness()) }
}

/// Memory does not outlive its store, so opening again is the same store.
struct InMemoryHarness: StoreHarness {
    private let store = InMemoryStore(partitionCount: 4, storeId: UniqueId(high: 1, low: 2))

    var journal: any Journal { store }
    var calls: any ServiceCallQueries { store }
    var books: any BookQueries { store }
    var events: any EventQueries { store }
    var housekeeping: any Housekeeping { store }
    var anchors: any AnchorStore & AuditQueries { store }

    func reopen() async throws {}
    func close() async {}
}

struct InMemoryBusHarness: BusHarness {
    private let memory = InMemoryBus()

    var bus: any EventBus { memory }

    func received(atLeast count: Int) async throws -> [ReceivedEvent] { memory.published.map(ReceivedEvent.init) }
    func close() async {}
}
