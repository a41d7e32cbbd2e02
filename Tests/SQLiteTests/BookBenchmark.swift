import Domain
import Foundation
import PortContract
import Ports
import PropertyKit
import SQLiteAdapter
import Testing

/// Prints numbers and issues per second of the store alone; runs when `LEDGERFLOW_STORE_BENCH` is set. Nothing is asserted on time.
@Suite("Book benchmark", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH"] != nil), .serialized)
struct BookBenchmark {
    private var total: Int { Int(ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH"] ?? "") ?? 100_000 }

    @Test("numbers per second of one series", arguments: [64, 512], [false, true])
    func numbers(group: Int, documentsAreRandom: Bool) async throws {
        try await measure("numbers in groups of \(group), \(documentsAreRandom ? "random" : "ordered") documents", total) { owner in
            var random = SeededGenerator(seed: 1)
            let numbers = try (1...total).map { sequence in
                let high = documentsAreRandom ? random.next() : UInt64(sequence) << 16 | 0x7000
                return try BookSample.number(Int64(sequence), document: UniqueId(high: high, low: random.next()).description)
            }
            var (version, batches): (Int64, [CommitBatch]) = (0, [])
            var chain = AuditHead.start
            for start in stride(from: 0, to: total, by: group) {
                let part = numbers[start..<min(start + group, total)]
                let series = try BookSample.series(version: version + Int64(part.count), last: ["2026": part.last?.number.sequence ?? 0])
                let write = BookWrite(stored: StoredBookRecord(record: .series(series), ordinal: 1), expectedVersion: version)
                let audit = BookSample.audit(after: chain, part.count)
                batches.append(
                    owner.batch(
                        books: [BookChange(write, type: .series(.numberAllocated))] + part.map { BookChange(.number($0)) }, audit: [audit]))
                owner.head += Int64(part.count)
                version = series.version
                chain = audit.head
            }
            return batches
        }
    }

    @Test("issues per second: a new invoice of 4 kB drafted, validated and numbered in one commit", arguments: [64, 512])
    func issues(group: Int) async throws {
        let total = total / 10
        try await measure("issues in groups of \(group)", total) { owner in
            var random = SeededGenerator(seed: 1)
            var (version, batches): (Int64, [CommitBatch]) = (0, [])
            var chain = AuditHead.start
            owner.lastOrdinal = 1
            for start in stride(from: 0, to: total, by: group) {
                let numbers = (start + 1)...min(start + group, total)
                let series = try BookSample.series(version: version + Int64(numbers.count), last: ["2026": Int64(numbers.upperBound)])
                let write = BookWrite(stored: StoredBookRecord(record: .series(series), ordinal: 1), expectedVersion: version)
                var changes = [BookChange(write, type: .series(.numberAllocated))]
                for number in numbers {
                    let content = BookSample.content(number, encoded: (0..<4_096).map { _ in UInt8(truncatingIfNeeded: random.next()) })
                    let document = DocumentReference(BookSample.invoiceId(number)).value
                    let record = try BookSample.number(Int64(number), document: document)
                    let invoice = BookSample.invoice(
                        number, version: 3, status: .issued, content: content, assigned: record.number,
                        issueDate: try BookSample.day("2026-11-20"))
                    owner.lastOrdinal += 1
                    changes += [BookChange(.invoice(invoice), ordinal: owner.lastOrdinal), BookChange(.number(record))]
                }
                let audit = BookSample.audit(after: chain, 2 * numbers.count)
                batches.append(owner.batch(books: changes, audit: [audit]))
                owner.head = batches.last?.head ?? 0
                version = series.version
                chain = audit.head
            }
            return batches
        }
    }

    /// Commits the batches one after the other, as one partition does.
    private func measure(_ name: String, _ count: Int, _ batches: (inout Owner) throws -> [CommitBatch]) async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions()
            options.partitionCount = 16
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var owner = try await Owner.books(of: Sample.acme, store)
            let batches = try batches(&owner)
            let start = ContinuousClock.now
            for batch in batches { try await store.commit(batch) }
            let elapsed = ContinuousClock.now - start
            let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
            print("\(name): \(Int(Double(count) / seconds))/s (\(count))")
            await store.close()
        }
    }
}
