import Domain
import Foundation
import PortContract
import Ports
import Testing

@testable import SQLiteAdapter

@Suite("Migrations")
struct MigrationTests {
    private func refusal(_ path: String) -> SQLiteStoreError? {
        do throws(SQLiteStoreError) {
            try SQLiteMigrations.apply(path: path, at: Sample.start)
            return nil
        } catch { return error }
    }

    @Test("are applied once, in order, and listed with their time")
    func applied() async throws {
        try await withScratch { directory in
            let path = directory + "/a.sqlite"
            let before = try SQLiteMigrations.status(path: path)
            #expect(before.allSatisfy { $0.appliedAt == nil })
            #expect(!FileManager.default.fileExists(atPath: path))
            let numbers = SchemaStatements.all.map(\.number)
            #expect(numbers == Array(1...numbers.count))
            let (first, second) = (
                try SQLiteMigrations.apply(path: path, at: Sample.start),
                try SQLiteMigrations.apply(path: path, at: Sample.start + .hours(1))
            )
            #expect(first == numbers)
            #expect(second == [])
            let after = try SQLiteMigrations.status(path: path)
            #expect(after.allSatisfy { $0.appliedAt == Sample.start })
        }
    }

    @Test("a database of a newer program is refused, by migrations and by the store")
    func newer() async throws {
        try await withScratch { directory in
            let path = directory + "/" + SQLiteStore.databaseName
            try SQLiteMigrations.apply(path: path, at: Sample.start)
            #expect(SideConnection(path).execute("INSERT INTO migrations VALUES (99, 'later', 'x', 0)"))
            let expected = SQLiteStoreError.newerThanProgram(path: path, stored: 99, known: SchemaStatements.all.count)
            #expect(refusal(path) == expected)
            #expect(throws: expected) { try SQLiteMigrations.status(path: path) }
            await #expect(throws: expected) { try await SQLiteStore.open(directory: directory, options: .small) }
        }
    }

    @Test("a migration of another content under the same number is refused")
    func changed() async throws {
        try await withScratch { directory in
            let path = directory + "/a.sqlite"
            try SQLiteMigrations.apply(path: path, at: Sample.start)
            #expect(SideConnection(path).execute("UPDATE migrations SET checksum = 'other' WHERE number = 1"))
            #expect(refusal(path) == .migrationChanged(path: path, number: 1))
        }
    }

    @Test("they are taken back to any number, with the calls kept as far as that version can hold them, and applied again")
    func down() async throws {
        try await withScratch { directory in
            let path = directory + "/" + SQLiteStore.databaseName
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner(store, 0)
            let stored = try await owner.submit([try plain(1, in: owner)])
            let sealed = try await owner.submit([try Sample.submission(2, in: owner, dueAt: Sample.start + .hours(9))])[0]
            await store.close()
            let all = SchemaStatements.all.map(\.number)
            #expect(try SQLiteMigrations.down(path: path, to: 1) == all.dropFirst().reversed())
            #expect(try SQLiteMigrations.status(path: path).map { $0.appliedAt == nil } == all.map { $0 > 1 })
            let again = try await SQLiteStore.open(directory: directory, options: .small)
            let found = try await again.load([ServiceCallKey(tenant: stored[0].call.tenant, id: stored[0].call.id)], in: PartitionId(0))
            #expect(found == stored)
            // The version before has no room for what it says, and would send it without.
            let left = try await again.load(sealed.call.submission, in: PartitionId(0))
            #expect(left?.call.status == .cancelled && left?.call.submission.request.payload == .empty)
            let due = try await again.due(in: PartitionId(0), tenant: Sample.acme, after: nil, upTo: .latest, limit: 9)
            #expect(due.map(\.id) == stored.map(\.call.id))
            await again.close()
            #expect(try SQLiteMigrations.down(path: path, to: 0) == all.reversed())
            #expect(try SQLiteMigrations.status(path: path).allSatisfy { $0.appliedAt == nil })
            #expect(try SQLiteMigrations.down(path: path, to: 0) == [])
            #expect(try SQLiteMigrations.apply(path: path, at: Instant(microseconds: 1)) == all)
        }
    }

    @Test("they only add, but for indexes: no program of the version before runs beside this one on an embedded store")
    func expandOnly() {
        #expect(SQLiteMigrations.contractions.allSatisfy { $0.contains("DROP INDEX") }, "\(SQLiteMigrations.contractions)")
    }

    @Test("two programs that migrate at the same time do it once")
    func concurrent() async throws {
        try await withScratch { directory in
            let path = directory + "/a.sqlite"
            let done = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<4 { group.addTask { try SQLiteMigrations.apply(path: path, at: Sample.start) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(done.sorted() == SchemaStatements.all.map(\.number))
        }
    }

    @Test("the printed schema is the one that is applied")
    func schemaText() async throws {
        try await withScratch { directory in
            let (printed, migrated) = (directory + "/printed.sqlite", directory + "/migrated.sqlite")
            try SQLiteMigrations.apply(path: migrated, at: Sample.start)
            #expect(FileManager.default.createFile(atPath: printed, contents: nil))
            #expect(SideConnection(printed).execute(SQLiteMigrations.schemaText))
            let schema = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY name)"
            let expected = try #require(SideConnection(migrated).text(schema))
            #expect(
                SideConnection(printed).text(schema)?.replacing("IF NOT EXISTS ", with: "")
                    == expected.replacing("IF NOT EXISTS ", with: ""))
        }
    }

    /// A call that says nothing but where it goes: every version can hold it.
    private func plain(
        _ number: Int, in owner: Owner, tenant: TenantId = Sample.acme, dueAt: Instant? = nil
    ) throws -> ServiceCallSubmission {
        try Sample.submission(
            number, in: owner, tenant: tenant, url: "https://example.com/hook", headers: [], body: [], dueAt: dueAt)
    }

    /// The same rows as in a store of today, in a database that has the migrations up to `last` only.
    private func makeVersion(_ last: Int, of new: String, at path: String) throws {
        let checksums = try SQLiteMigrations.status(path: new).map(\.checksum)
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let side = SideConnection(path)
        try #require(side.execute("PRAGMA application_id=\(SchemaStatements.applicationId); \(SchemaStatements.bookkeeping)"))
        for (migration, checksum) in zip(SchemaStatements.all, checksums) where migration.number <= last {
            try #require(side.execute(migration.up))
            try #require(side.execute("INSERT INTO migrations VALUES (\(migration.number), '\(migration.name)', '\(checksum)', 0)"))
        }
        try #require(side.execute("ATTACH '\(new)' AS new"))
        let tables = try #require(
            side.text(
                "SELECT group_concat(name) FROM main.sqlite_schema WHERE type = 'table' AND name NOT IN ('migrations', 'sqlite_sequence')"))
        for table in tables.split(separator: ",") {
            let columns = try #require(side.text("SELECT group_concat(name) FROM pragma_table_info('\(table)', 'main')"))
            try #require(side.execute("INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM new.\(table)"))
        }
    }

    @Test(
        "a store of an earlier version has its calls found by id, refused again and due as before, and takes books and items",
        arguments: [1, 2, 3])
    func fromEarlierVersion(_ version: Int) async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory + "/new", options: .small)
            var model = IndexModel()
            for partition in 0..<2 {
                var owner = try await Owner(store, partition)
                let submissions = try (0..<60).map {
                    try plain(
                        $0, in: owner, tenant: $0 % 3 == 0 ? Sample.zenith : Sample.acme, dueAt: Sample.start + .minutes(Int64($0 * 7)))
                }
                var calls = try await owner.submit(submissions)
                for stored in calls { model.note(stored, partition: partition) }
                calls[1] = try await owner.commit(calls[1], .cancel, at: Sample.start)
                calls[2] = try await owner.commit(calls[2], .reschedule(dueAt: Sample.start + .hours(30)), at: Sample.start)
                for index in [3, 40] { calls[index] = try await owner.commit(calls[index], .dueTimeReached, at: Sample.start + .hours(9)) }
                for stored in calls { model.note(stored, partition: partition) }
            }
            await store.close()
            let old = directory + "/old"
            try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: true)
            try makeVersion(
                version, of: directory + "/new/" + SQLiteStore.databaseName, at: old + "/" + SQLiteStore.databaseName)
            for _ in 0..<2 {
                let migrated = try await SQLiteStore.open(directory: old, options: .small)
                try await model.checkLoads(migrated)
                try await model.checkDue(migrated, upTo: Sample.start + .hours(2), page: 4)
                try await model.checkDue(migrated, upTo: .latest, page: 7)
                try await model.checkDuplicatesAreRefused(migrated)
                await migrated.close()
                expectWholeIndexes(old)
            }
            let harness = try await SQLiteHarness(old)
            let contracts = [BookContract.cases, ItemContract.cases, AnchorContract.cases, IngestionContract.cases]
            for contract in contracts.flatMap({ $0.prefix(1) }) { try await contract.run(harness) }
            try await model.checkLoads(harness.store)
            await harness.close()
            expectWholeIndexes(old)
        }
    }

    @Test("a call from before payloads were sealed is read with all that it says, and can be made")
    func clearPayload() async throws {
        try await withScratch { directory in
            let (new, old) = (directory + "/new", directory + "/old")
            let store = try await SQLiteStore.open(directory: new, options: .small)
            var owner = try await Owner(store, 0)
            let submission = try plain(1, in: owner)
            _ = try await owner.submit([submission])
            await store.close()
            try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: true)
            let path = old + "/" + SQLiteStore.databaseName
            try makeVersion(3, of: new + "/" + SQLiteStore.databaseName, at: path)
            let request = OutgoingRequest(
                method: .POST, url: try TargetURL("https://example.com/hook?x=1&t=geheim"),
                headers: [try .init(name: "Content-Type", value: "application/json")], body: Array(#"{"n":1}"#.utf8))
            try #require(
                SideConnection(path).execute(
                    """
                    UPDATE service_call_requests SET url = '\(request.url)', body = CAST('{"n":1}' AS BLOB),
                      headers = CAST('12:Content-Type,16:application/json,' AS BLOB)
                    """))
            let migrated = try await SQLiteStore.open(directory: old, options: .small)
            owner = try await Owner(migrated, 0)
            let found = try #require(try await migrated.load(submission, in: owner.partition))
            let bytes = try #require(request.payloadBytes)
            #expect(
                found.call.submission.request == SealedRequest(method: .POST, url: request.url, payload: .clear(bytes), bodyBytes: 7))
            let kept = found.call.submission.request
            #expect(try OutgoingRequest(method: kept.method, url: kept.url, payloadBytes: bytes) == request)
            #expect(found.call.submission.redirects == 0 && found.call.submission.origin == nil)
            _ = try await owner.commit(found, .dueTimeReached, at: Sample.start)
            await migrated.close()
        }
    }

    @Test(
        "taken back to the version before ingestion, a store keeps its books and items, and loses sources, what came of them and its events"
    )
    func withoutIngestion() async throws {
        try await withScratch { directory in
            let path = directory + "/" + SQLiteStore.databaseName
            let harness = try await SQLiteHarness(directory)
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let (item, source) = (try ItemSample.subscription(1), try ItemSample.source("erp"))
            let counts = ItemCounts(tenant: Sample.acme, version: 1, schedules: 2, subscriptions: 3, sources: 4)
            var history = IngestionSample.History()
            let taken = try history.take(IngestionSample.document("R-1", [1, 2, 3]))
            let content = try #require(taken.contents.first)
            let books: [BookRecord] = [.invoice(BookSample.invoice(1)), .item(item), .item(source), .item(.counts(counts))] + taken.records
            try await owner.commit(books: owner.numbered(books), contents: taken.contents)
            await harness.close()
            #expect(try SQLiteMigrations.down(path: path, to: 5).last == 6)
            #expect(try SQLiteMigrations.apply(path: path, at: Sample.start).first == 6)
            let again = try await SQLiteHarness(directory)
            owner = try await Owner.books(of: Sample.acme, again.journal)
            #expect(owner.head == 4 && owner.lastOrdinal == 5)
            let kept = try await again.journal.load(books.map(\.key), in: owner.partition).map(\.record)
            let without = ItemCounts(tenant: Sample.acme, version: 1, schedules: 2, subscriptions: 3)
            #expect(Set(kept) == [books[0], .item(item), .item(.counts(without))])
            #expect(try await again.books.ingestionContent(content.key, version: 1, tenant: Sample.acme) == nil)
            #expect(try await again.journal.events(in: owner.partition, after: 0, limit: 9).map(\.position) == [1, 2])
            try await owner.commit(books: owner.numbered([.item(source)] + taken.records), contents: taken.contents)
            #expect(try await again.books.ingestionContent(content.key, version: 1, tenant: Sample.acme) == [1, 2, 3])
            await again.close()
        }
    }

    @Test("taken back to the version before items, a store keeps its books and loses items, cursors and their events")
    func withoutItems() async throws {
        try await withScratch { directory in
            let path = directory + "/" + SQLiteStore.databaseName
            let harness = try await SQLiteHarness(directory)
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let item = try ItemSample.subscription(1)
            try await owner.record([.series(try BookSample.series()), .item(item), .invoice(BookSample.invoice(1))])
            try await harness.journal.storeCursors([ItemSample.cursor(item, owner, [1, 0, 0, 0])])
            await harness.close()
            #expect(try SQLiteMigrations.down(path: path, to: 3).last == 4)
            #expect(try SQLiteMigrations.apply(path: path, at: Sample.start).first == 4)
            let again = try await SQLiteHarness(directory)
            owner = try await Owner.books(of: Sample.acme, again.journal)
            #expect(owner.head == 3 && owner.lastOrdinal == 3)
            #expect(try await again.books.item(item.key, tenant: Sample.acme) == nil)
            #expect(try await again.books.invoice(BookSample.invoiceId(1), tenant: Sample.acme) != nil)
            #expect(try await again.journal.cursors(of: .subscription, in: owner.partition, after: nil, limit: 9).isEmpty)
            #expect(try await again.journal.events(in: owner.partition, after: 0, limit: 9).map(\.position) == [1, 3])
            // The hole in the log is passed over.
            let end = try await again.events.cursor(at: .latest)
            #expect(end.positions[owner.partition.index] == 3)
            #expect(try await again.events.cursor(at: .earliest) == .beginning(partitions: 4))
            try await owner.record([.item(item)])
            #expect(try await again.books.item(item.key, tenant: Sample.acme) == item)
            await again.close()
        }
    }

    @Test("taken back to the version before the books, a store keeps its calls and loses its books; applied again, there is room for them")
    func withoutBooks() async throws {
        try await withScratch { directory in
            let path = directory + "/" + SQLiteStore.databaseName
            let harness = try await SQLiteHarness(directory)
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let call = try await owner.submit([try plain(1, in: owner)])[0]
            let records: [BookRecord] = [
                .series(try BookSample.series()), .invoice(BookSample.invoice(1)), .number(try BookSample.number(1)),
            ]
            try await owner.commit(books: owner.numbered(records), audit: [BookSample.audit(after: .start)])
            await harness.close()
            #expect(try SQLiteMigrations.down(path: path, to: 2).suffix(2) == [4, 3])
            #expect(try SQLiteMigrations.apply(path: path, at: Sample.start).prefix(2) == [3, 4])
            let again = try await SQLiteHarness(directory)
            owner = try await Owner.books(of: Sample.acme, again.journal)
            #expect(try await again.journal.load(call.call.submission, in: owner.partition) == call)
            #expect(try await again.journal.load(records.map(\.key), in: owner.partition).isEmpty)
            #expect(try await again.journal.auditHeads(of: [Sample.acme], in: owner.partition).isEmpty)
            #expect(try await again.journal.events(in: owner.partition, after: 0, limit: 9).map(\.type) == [.serviceCall(.submitted)])
            try await owner.commit(books: owner.numbered(records), audit: [BookSample.audit(after: .start)])
            #expect(try await again.journal.load(records.map(\.key), in: owner.partition).count == 3)
            await again.close()
        }
    }
}
