import Domain
import Foundation
import PortContract
import Ports
import Synchronization
import Testing

@testable import SQLiteAdapter

@Suite("Group commit")
struct GroupCommitTests {
    /// Commits `batches` together: the writer is held up by another connection until all of them wait.
    private func commitTogether(_ batches: [CommitBatch], _ store: SQLiteStore, _ directory: String) async throws -> [JournalError?] {
        let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
        try #require(side.execute("BEGIN IMMEDIATE"))
        // Answers are given before the writer is done with a group: wait until it is.
        while store.writer.inHand.load(ordering: .relaxed) != 0 { try await Task.sleep(for: .milliseconds(1)) }
        return try await withThrowingTaskGroup(of: (Int, JournalError?).self) { group in
            for (index, batch) in batches.enumerated() {
                group.addTask {
                    do throws(JournalError) { try await store.commit(batch) } catch { return (index, error) }
                    return (index, nil)
                }
                // The writer takes the first one and is held up with it; then the others gather.
                while index == 0, store.writer.inHand.load(ordering: .relaxed) != 1 { try await Task.sleep(for: .milliseconds(1)) }
            }
            while store.writer.queue.withLock({ $0.commits.count }) != batches.count - 1 { try await Task.sleep(for: .milliseconds(1)) }
            try #require(side.execute("COMMIT"))
            var results = [JournalError?](repeating: nil, count: batches.count)
            for try await (index, error) in group { results[index] = error }
            return results
        }
    }

    private func batch(_ number: Int, partition: Int, _ store: SQLiteStore) async throws -> CommitBatch {
        let owner = try await Owner(store, partition)
        return owner.batch([try owner.change(nil, .submit(Sample.submission(number, in: owner)), at: Sample.start)])
    }

    @Test("batches that wait together share transactions")
    func shared() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.partitionCount = 16
            options.busyMilliseconds = 60_000
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var batches: [CommitBatch] = []
            for partition in 4..<16 { batches.append(try await batch(1, partition: partition, store)) }
            let before = store.writer.metrics.groupSize.read().counts.reduce(0, +)
            let results = try await commitTogether(batches, store, directory)
            #expect(results.allSatisfy { $0 == nil })
            let transactions = store.writer.metrics.groupSize.read().counts.reduce(0, +) - before
            #expect(transactions <= 4)
            await store.close()
        }
    }

    @Test("a poisoned batch fails alone, with its own error")
    func poisoned() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.partitionCount = 16
            options.busyMilliseconds = 60_000
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var batches: [CommitBatch] = []
            for partition in 4..<12 { batches.append(try await batch(1, partition: partition, store)) }
            let good = batches[3]
            let wrong = ServiceCallWrite(stored: good.serviceCalls[0].stored, expectedVersion: 9, endedAttempts: [])
            batches[3] = CommitBatch(
                partition: good.partition, epoch: good.epoch, expectedHead: good.expectedHead, serviceCalls: [wrong], events: good.events)
            let stale = batches[5]
            batches[5] = CommitBatch(
                partition: stale.partition, epoch: stale.epoch - 1, expectedHead: 0, serviceCalls: stale.serviceCalls, events: stale.events)
            let results = try await commitTogether(batches, store, directory)
            for (index, error) in results.enumerated() {
                switch index {
                case 3: #expect(error?.isRejected == true)
                case 5: #expect(error == .ownershipLost)
                default: #expect(error == nil)
                }
                let head = try await store.takeOwnership(of: batches[index].partition).head
                #expect(head == (error == nil ? 1 : 0))
            }
            #expect(store.writer.metrics.splitGroups.value >= 1)
            await store.close()
        }
    }

    @Test("a published cursor without commits is stored within its delay")
    func cursorAlone() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner(store, 0)
            _ = try await owner.submit([Sample.submission(1, in: owner)])
            try await store.storePublished([PublishedCursor(partition: owner.partition, epoch: owner.epoch, position: 1)])
            #expect(try await store.takeOwnership(of: owner.partition).published == 1)
            await store.close()
        }
    }

    @Test("a closed store refuses, and whoever waited got an answer")
    func closing() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
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
