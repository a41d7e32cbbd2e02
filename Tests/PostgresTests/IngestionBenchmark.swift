import Domain
import Foundation
import PortContract
import Ports
import PostgresAdapter
import PostgresKit
import Testing

/// Prints documents per second of the store alone, and how much it takes on disk; runs when `LEDGERFLOW_STORE_BENCH` says how many.
/// `LEDGERFLOW_STORE_BENCH_SQL` is done before. Nothing is asserted on time.
@Suite(
    "PostgreSQL ingestion benchmark", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH"] != nil), .serialized)
struct PostgresIngestionBenchmark {
    @Test("documents per second", arguments: [32, 256], [2_000, 10_000])
    func documents(group: Int, bytes: Int) async throws {
        let environment = ProcessInfo.processInfo.environment
        let count = max(1_000, (Int(environment["LEDGERFLOW_STORE_BENCH"] ?? "") ?? 100_000) * 500 / bytes)
        try await withStore { harness in
            if let sql = environment["LEDGERFLOW_STORE_BENCH_SQL"] { try harness.server.sql(sql, database: harness.database) }
            var owner = try await Owner.books(of: Sample.acme, harness.store)
            let batches = try IngestionLoad.batches(&owner, count: count, bytes: bytes, group: group, tenant: Sample.acme)
            let octets = batches.reduce(0) { $0 + $1.contents.reduce(0) { $0 + $1.octets.count } }
            let start = ContinuousClock.now
            for batch in batches { try await harness.store.commit(batch) }
            let seconds = PostgresStoreBenchmark.seconds(since: start)
            let size = try harness.server.sql("SELECT pg_database_size(current_database())", database: harness.database).first ?? "0"
            print(
                "postgres: \(count) documents of \(bytes) octets by \(group): \(Int(Double(count) / seconds))/s, "
                    + "\(Int(Double(octets) / seconds / 1e6)) MB/s, on disk \((Int(size) ?? 0) * 100 / max(1, octets)) % of their octets")
        }
    }
}
