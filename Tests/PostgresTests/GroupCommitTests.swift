import Domain
import PortContract
import Ports
import PostgresKit
import Testing

@testable import PostgresAdapter

@Suite("Group commit to PostgreSQL", .enabled(if: PostgresServer.isAvailable))
struct PostgresGroupCommitTests {
    private var options: PostgresStoreOptions {
        var options = PostgresHarness.patient
        options.partitionCount = 16
        return options
    }

    /// Commits `batches` together: the first is held up by a lock until the others wait.
    private func commitTogether(_ batches: [CommitBatch], _ harness: PostgresHarness) async throws -> [JournalError?] {
        let store = harness.store
        return try await harness.holdingUpCommits { release in
            try await withThrowingTaskGroup(of: (Int, JournalError?).self) { group in
                for (index, batch) in batches.enumerated() {
                    group.addTask {
                        do throws(JournalError) { try await store.commit(batch) } catch { return (index, error) }
                        return (index, nil)
                    }
                    if index == 0 { try await harness.oneCommitIsHeldUp() }
                }
                try await harness.waiting(batches.count - 1)
                try release()
                return try await group.reduce(into: [JournalError?](repeating: nil, count: batches.count)) { $0[$1.0] = $1.1 }
            }
        }
    }

    private func batches(_ store: PostgresStore) async throws -> [CommitBatch] {
        var batches: [CommitBatch] = []
        for partition in 0..<16 {
            let owner = try await Owner(store, partition)
            batches.append(owner.batch([try owner.change(nil, .submit(Sample.submission(1, in: owner)), at: Sample.start)]))
        }
        return batches
    }

    @Test("batches that wait together share transactions")
    func shared() async throws {
        try await withStore(options) { harness in
            let results = try await commitTogether(try await batches(harness.store), harness)
            #expect(results.allSatisfy { $0 == nil })
            #expect(harness.store.pump.metrics.groupSize.read().counts.reduce(0, +) <= 4)
        }
    }

    @Test("a poisoned batch fails alone, with its own error")
    func poisoned() async throws {
        try await withStore(options) { harness in
            var batches = try await batches(harness.store)
            let good = batches[3]
            let wrong = ServiceCallWrite(stored: good.serviceCalls[0].stored, expectedVersion: 9, endedAttempts: [])
            batches[3] = CommitBatch(
                partition: good.partition, epoch: good.epoch, expectedHead: good.expectedHead, serviceCalls: [wrong], events: good.events)
            let stale = batches[5]
            batches[5] = CommitBatch(
                partition: stale.partition, epoch: stale.epoch - 1, expectedHead: 0, serviceCalls: stale.serviceCalls, events: stale.events)
            let results = try await commitTogether(batches, harness)
            for (index, error) in results.enumerated() {
                switch index {
                case 3: #expect(error?.isRejected == true)
                case 5: #expect(error == .ownershipLost)
                default: #expect(error == nil)
                }
                #expect(try await harness.store.takeOwnership(of: PartitionId(index)).head == (error == nil ? 1 : 0))
            }
            #expect(harness.store.pump.metrics.splitGroups.value >= 1)
        }
    }

    @Test("a number that is taken fails its own batch alone, and the other books and calls of the group are stored")
    func collided() async throws {
        try await withStore(options) { harness in
            var batches = try await batches(harness.store)
            var owners: [Owner] = []
            for partition in 0..<4 {
                var owner = try await Owner(harness.store, partition)
                let tenant = owner.neighbour(of: Sample.acme)
                let number = try BookSample.number(1, tenant: tenant)
                try await owner.record([.number(number)])
                let record = BookRecord.number(
                    try BookSample.number(partition == 2 ? 1 : 2, tenant: tenant, document: "second"))
                batches[partition] = owner.batch(
                    books: owner.numbered([record, .invoice(BookSample.invoice(1, tenant: tenant))]),
                    audit: [BookSample.audit(tenant, after: .start)])
                owners.append(owner)
            }
            let results = try await commitTogether(batches, harness)
            for (index, error) in results.enumerated() {
                #expect(error == (index == 2 ? .numberCollision("INV-2026-000001") : nil))
                guard owners.indices.contains(index) else { continue }
                let keys = batches[index].books.map(\.stored.record.key)
                let found = try await harness.store.load(keys, in: owners[index].partition)
                #expect(found.count == (index == 2 ? 0 : 2))
            }
            #expect(harness.store.pump.metrics.splitGroups.value >= 1)
        }
    }

    @Test("a published cursor without commits is stored within its delay")
    func cursorAlone() async throws {
        try await withStore { harness in
            var owner = try await Owner(harness.store, 0)
            _ = try await owner.submit([Sample.submission(1, in: owner)])
            try await harness.store.storePublished([PublishedCursor(partition: owner.partition, epoch: owner.epoch, position: 1)])
            #expect(try await harness.store.takeOwnership(of: owner.partition).published == 1)
        }
    }

    @Test("a closed store refuses, and whoever waited got an answer")
    func closing() async throws {
        try await withStore { harness in
            let store = harness.store
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask { _ = try? await store.takeOwnership(of: PartitionId(0)) }
                    group.addTask { _ = try? await store.events(in: PartitionId(0), after: 0, limit: 1) }
                    group.addTask { _ = try? await store.list(tenant: Sample.acme, filter: .init(), after: nil, limit: 1) }
                }
                group.addTask { await store.close() }
            }
            await #expect(throws: JournalError.self) { try await store.takeOwnership(of: PartitionId(0)) }
            await #expect(throws: QueryError.self) { try await store.end() }
            await store.close()
        }
    }
}
