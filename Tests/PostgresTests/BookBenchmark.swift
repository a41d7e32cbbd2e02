import Domain
import Foundation
import PortContract
import Ports
import PostgresAdapter
import PostgresKit
import Testing

/// Prints numbers and issues per second of the store alone, in commits as a partition makes them; runs when
/// `LEDGERFLOW_STORE_BENCH` is set. Nothing is asserted on time.
@Suite("PostgreSQL books benchmark", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH"] != nil), .serialized)
struct PostgresBookBenchmark {
    private static let data = Array(
        #"{"series":"INV","period":"2026","sequence":123456,"number":"INV-2026-123456","document":"0190a5f0-0000-7000-8000-000000000000"}"#
            .utf8)

    private func opened() async throws -> PostgresStore {
        let (server, database) = try SharedServer.newDatabase()
        let store = try await PostgresStore.open(url: server.url(database), options: .small)
        if let sql = ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH_SQL"] { try server.sql(sql, database: database) }
        return store
    }

    /// Commits the lists side by side, each in its order, and tells the seconds.
    private func time(_ store: PostgresStore, _ work: [[CommitBatch]]) async throws -> Double {
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for batches in work { group.addTask { for batch in batches { try await store.commit(batch) } } }
            try await group.waitForAll()
        }
        return PostgresStoreBenchmark.seconds(since: start)
    }

    @Test("numbers for documents of other systems", arguments: [1, 4], [1, 16, 64, 256, 1_024])
    func numbers(partitions: Int, size: Int) async throws {
        let store = try await opened()
        let rounds = max(4, min(400, 100_000 / size / partitions))
        var work: [[CommitBatch]] = []
        for partition in 0..<partitions { work.append(try await numberBatches(store, partition, size: size, rounds: rounds)) }
        let seconds = try await time(store, work)
        let count = Double(rounds * partitions * size)
        print(
            "\(partitions) partitions × \(size) numbers: \(Int(count / seconds)) numbers/s, \(rounds) rounds, "
                + "\(seconds / Double(rounds) * 1e3) ms a round")
        let asked = ContinuousClock.now
        let tenant = try #require(work.first?.first?.books.first).stored.record.key.tenant
        let report = try #require(try await store.gapReport(of: .invoices, tenant: tenant))
        print(
            "gap report over \(report.periods.map(\.count)) numbers: \(PostgresStoreBenchmark.seconds(since: asked) * 1e3) ms, "
                + "\(report.periods.flatMap(\.gaps).count) gaps")
        await store.close()
    }

    private func numberBatches(_ store: PostgresStore, _ partition: Int, size: Int, rounds: Int) async throws -> [CommitBatch] {
        var owner = try await Owner(store, partition)
        let tenant = owner.neighbour(of: Sample.acme)
        let first = try await owner.record([.series(try BookSample.series(tenant: tenant))])[0]
        var head = AuditHead.start
        var sequence: Int64 = 0
        var batches: [CommitBatch] = []
        for round in 0..<rounds {
            var books: [BookWrite] = []
            var events: [CommittedEvent] = []
            var audit = AuditSegment(tenant: tenant, after: head)
            let version = Int64(1 + round * size)
            for offset in 0..<size {
                sequence += 1
                let id = UniqueId.version7(
                    at: Sample.start + .milliseconds(sequence),
                    random: (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max)))
                let number = try BookSample.number(sequence, tenant: tenant, document: id.description)
                books.append(BookWrite(stored: StoredBookRecord(record: .number(number), ordinal: 0), expectedVersion: 0))
                events.append(
                    event(
                        owner, offset, tenant, SeriesId.invoices.subject(in: tenant), first.ordinal, version + Int64(offset) + 1,
                        .series(.numberAllocated)))
                audit.append(entry("series.allocate", "series/INV"))
            }
            let series = try BookSample.series(tenant: tenant, version: version + Int64(size), last: ["2026": sequence])
            books.insert(
                BookWrite(stored: StoredBookRecord(record: .series(series), ordinal: first.ordinal), expectedVersion: version), at: 0)
            batches.append(
                CommitBatch(
                    partition: owner.partition, epoch: owner.epoch, expectedHead: owner.head, serviceCalls: [], books: books,
                    events: events,
                    audit: [audit]))
            head = audit.head
            owner.head += Int64(size)
        }
        return batches
    }

    private func event(
        _ owner: Owner, _ offset: Int, _ tenant: TenantId, _ subject: UniqueId, _ ordinal: Int64, _ version: Int64, _ type: EventType
    ) -> CommittedEvent {
        CommittedEvent(
            partition: owner.partition, position: owner.head + Int64(offset) + 1, tenant: tenant, subject: subject, ordinal: ordinal,
            version: version, type: type, time: Sample.start, correlationId: "4bf92f3577b34da6a3ce929d0e0e4736", data: Self.data)
    }

    private func entry(_ command: String, _ subject: String) -> AuditEntry {
        AuditEntry(
            at: Sample.start, by: "user-1", command: command, subject: subject, before: Array(repeating: 1, count: 32),
            after: Array(repeating: 2, count: 32))
    }

    @Test("invoices: drafted, then issued; then read", arguments: [(64, 2_000), (256, 2_000), (1_024, 2_000), (256, 12_000)])
    func invoices(size: Int, bytes: Int) async throws {
        let store = try await opened()
        let rounds = max(2, 16_000 / size)
        var drafts: [[CommitBatch]] = []
        var issues: [[CommitBatch]] = []
        for partition in 0..<2 {
            let (drafted, issued) = try await invoiceBatches(store, partition, size: size, rounds: rounds / 2, bytes: bytes)
            drafts.append(drafted)
            issues.append(issued)
        }
        let count = Double(rounds / 2 * 2 * size)
        let drafted = try await time(store, drafts)
        let issued = try await time(store, issues)
        print("\(size) invoices of \(bytes) bytes: \(Int(count / drafted)) drafts/s, \(Int(count / issued)) issues/s")
        let tenant = try #require(drafts.first?.first?.books.first).stored.record.key.tenant
        var (status, number, creditOf) = (InvoiceFilter(), InvoiceFilter(), InvoiceFilter())
        status.status = .void
        number.number = "INV-2026-000100"
        creditOf.creditOf = BookSample.invoiceId(1)
        let filters = [("all", InvoiceFilter()), ("by a status that none has", status), ("by number", number), ("by original", creditOf)]
        for (name, filter) in filters {
            let asked = ContinuousClock.now
            var found = 0
            for _ in 0..<20 { found = try await store.invoices(tenant: tenant, filter: filter, after: nil, limit: 50).invoices.count }
            print("list \(name): \(found) in \(PostgresStoreBenchmark.seconds(since: asked) / 20 * 1e3) ms")
        }
        let keys = drafts[0].flatMap(\.books).prefix(64).map(\.stored.record.key)
        let asked = ContinuousClock.now
        for _ in 0..<50 { _ = try await store.load(keys, in: PartitionId(0)) }
        print("load of \(keys.count): \(PostgresStoreBenchmark.seconds(since: asked) / 50 * 1e3) ms")
        await store.close()
    }

    private func invoiceBatches(
        _ store: PostgresStore, _ partition: Int, size: Int, rounds: Int, bytes: Int
    ) async throws -> (drafts: [CommitBatch], issues: [CommitBatch]) {
        var owner = try await Owner(store, partition)
        let tenant = owner.neighbour(of: Sample.acme)
        let line = #"{"id":"1","name":"Consulting services, November","quantity":"3","unit":"C62","unitPrice":"19.99","category":"S"},"#
        var (drafts, issues): ([CommitBatch], [CommitBatch]) = ([], [])
        var made: [[StoredBookRecord]] = []
        var head = AuditHead.start
        for round in 0..<rounds {
            var audit = AuditSegment(tenant: tenant, after: head)
            let changes = owner.numbered(
                (0..<size).map { offset in
                    let number = round * size + offset
                    let text = Array("\(number),\(String(repeating: line, count: bytes / line.utf8.count + 1))".utf8.prefix(bytes))
                    audit.append(entry("invoice.draft", "invoice/\(BookSample.invoiceId(number))"))
                    return .invoice(BookSample.invoice(number, tenant: tenant, content: BookSample.content(number, encoded: text)))
                })
            drafts.append(owner.batch(books: changes, audit: [audit]))
            owner.lastOrdinal += Int64(size)
            owner.head += Int64(size)
            head = audit.head
            made.append(changes.map(\.stored))
        }
        for (round, stored) in made.enumerated() {
            var audit = AuditSegment(tenant: tenant, after: head)
            var changes: [BookChange] = []
            for (offset, record) in stored.enumerated() {
                guard case .invoice(let invoice) = record.record else { continue }
                let number = try BookSample.number(
                    Int64(round * size + offset + 1), tenant: tenant, document: DocumentReference(invoice.id).value)
                let issued = BookSample.changed(invoice, version: 2, status: .issued, assigned: number.number)
                changes += [BookChange(.invoice(issued), before: record, type: .invoice(.issued)), BookChange(.number(number))]
                audit.append(entry("invoice.issue", "invoice/\(invoice.id)"))
            }
            issues.append(owner.batch(books: changes, audit: [audit]))
            owner.head += Int64(size)
            head = audit.head
        }
        return (drafts, issues)
    }
}
