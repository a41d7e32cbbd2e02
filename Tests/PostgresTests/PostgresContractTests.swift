import PortContract
import PostgresKit
import Testing

@Suite("The PostgreSQL store keeps the contracts of its ports", .enabled(if: PostgresServer.isAvailable))
struct PostgresContractTests {
    @Test("journal", arguments: JournalContract.cases)
    func journal(_ contract: ContractCase<any StoreHarness>) async throws {
        try await withStore { try await contract.run($0) }
    }

    @Test("books", arguments: BookContract.cases)
    func books(_ contract: ContractCase<any StoreHarness>) async throws {
        try await withStore { try await contract.run($0) }
    }

    @Test("items", arguments: ItemContract.cases)
    func items(_ contract: ContractCase<any StoreHarness>) async throws {
        try await withStore { try await contract.run($0) }
    }

    @Test("ingestion", arguments: IngestionContract.cases)
    func ingestion(_ contract: ContractCase<any StoreHarness>) async throws {
        try await withStore { try await contract.run($0) }
    }

    @Test("anchors", arguments: AnchorContract.cases)
    func anchors(_ contract: ContractCase<any StoreHarness>) async throws {
        try await withStore { try await contract.run($0) }
    }

    @Test("housekeeping", arguments: HousekeepingContract.cases)
    func housekeeping(_ contract: ContractCase<any StoreHarness>) async throws {
        try await withStore { try await contract.run($0) }
    }

    @Test("queries", arguments: QueriesContract.cases)
    func queries(_ contract: ContractCase<any StoreHarness>) async throws {
        try await withStore { try await contract.run($0) }
    }
}
