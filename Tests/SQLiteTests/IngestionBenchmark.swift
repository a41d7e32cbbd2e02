import Domain
import Foundation
import PortContract
import Ports
import SQLiteAdapter
import Testing

/// Prints documents per second of the store alone, and how much it takes on disk; runs when `LEDGERFLOW_STORE_BENCH` says how many. Nothing
/// is asserted on time.
@Suite("Ingestion benchmark", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH"] != nil), .serialized)
struct IngestionBenchmark {
    @Test("documents per second", arguments: [32, 256], [2_000, 10_000])
    func documents(group: Int, bytes: Int) async throws {
        let count = max(1_000, (Int(ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH"] ?? "") ?? 100_000) * 500 / bytes)
        try await withScratch { directory in
            var options = SQLiteStoreOptions()
            options.partitionCount = 16
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var owner = try await Owner.books(of: Sample.acme, store)
            let batches = try IngestionLoad.batches(&owner, count: count, bytes: bytes, group: group, tenant: Sample.acme)
            let octets = batches.reduce(0) { $0 + $1.contents.reduce(0) { $0 + $1.octets.count } }
            let start = ContinuousClock.now
            for batch in batches { try await store.commit(batch) }
            let elapsed = ContinuousClock.now - start
            let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
            await store.close()
            let path = directory + "/" + SQLiteStore.databaseName
            let size = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
            print(
                "sqlite: \(count) documents of \(bytes) octets by \(group): \(Int(Double(count) / seconds))/s, "
                    + "\(Int(Double(octets) / seconds / 1e6)) MB/s, on disk \(size * 100 / max(1, octets)) % of their octets")
        }
    }
}
