import PortContract
import Testing

@Suite("The SQLite store keeps the contracts of its ports")
struct SQLiteContractTests {
    @Test("journal", arguments: JournalContract.cases)
    func journal(_ contract: ContractCase<any StoreHarness>) async throws { try await run(contract) }

    @Test("housekeeping", arguments: HousekeepingContract.cases)
    func housekeeping(_ contract: ContractCase<any StoreHarness>) async throws { try await run(contract) }

    @Test("queries", arguments: QueriesContract.cases)
    func queries(_ contract: ContractCase<any StoreHarness>) async throws { try await run(contract) }

    @Test("books", arguments: BookContract.cases)
    func books(_ contract: ContractCase<any StoreHarness>) async throws { try await run(contract) }

    @Test("ingestion", arguments: IngestionContract.cases)
    func ingestion(_ contract: ContractCase<any StoreHarness>) async throws { try await run(contract) }

    @Test("items", arguments: ItemContract.cases)
    func items(_ contract: ContractCase<any StoreHarness>) async throws { try await run(contract) }

    @Test("anchors", arguments: AnchorContract.cases)
    func anchors(_ contract: ContractCase<any StoreHarness>) async throws { try await run(contract) }

    private func run(_ contract: ContractCase<any StoreHarness>) async throws {
        try await withScratch { directory in
            let harness = try await SQLiteHarness(directory)
            do { try await contract.run(harness) } catch {
                await harness.close()
                throw error
            }
            await harness.close()
        }
    }
}
