import PortContract
import Testing

@Suite("The Kafka bus keeps the contract of its port", .serialized)
struct KafkaContractTests {
    @Test("against the mock in this process", arguments: BusContract.cases)
    func inProcess(_ contract: ContractCase<any BusHarness>) async throws {
        try await withKafka { harness in try await contract.run(harness) }
    }

    @Test("against a broker process", arguments: BusContract.cases)
    func ownProcess(_ contract: ContractCase<any BusHarness>) async throws {
        try await withKafka(.ownProcess) { harness in try await contract.run(harness) }
    }
}
