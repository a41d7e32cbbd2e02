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
            let stored = try await owner.submit([try Sample.submission(1, in: owner)])
            await store.close()
            #expect(try SQLiteMigrations.down(path: path, to: 1) == [2])
            #expect(try SQLiteMigrations.status(path: path).map { $0.appliedAt == nil } == [false, true])
            let again = try await SQLiteStore.open(directory: directory, options: .small)
            let found = try await again.load([ServiceCallKey(tenant: stored[0].call.tenant, id: stored[0].call.id)], in: PartitionId(0))
            #expect(found == stored)
            await again.close()
            #expect(try SQLiteMigrations.down(path: path, to: 0) == [2, 1])
            #expect(try SQLiteMigrations.status(path: path).allSatisfy { $0.appliedAt == nil })
            #expect(try SQLiteMigrations.down(path: path, to: 0) == [])
            #expect(try SQLiteMigrations.apply(path: path, at: Instant(microseconds: 1)) == [1, 2])
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

    /// The same rows as in a store of today, in a database that has the first migration only.
    private func makeFirstVersion(of new: String, at path: String) throws {
        let first = try #require(SchemaStatements.all.first)
        let checksum = try #require(SQLiteMigrations.status(path: new).first?.checksum)
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let side = SideConnection(path)
        try #require(side.execute("PRAGMA application_id=\(SchemaStatements.applicationId); \(SchemaStatements.bookkeeping); \(first.up)"))
        try #require(side.execute("INSERT INTO migrations VALUES (1, '\(first.name)', '\(checksum)', 0); ATTACH '\(new)' AS new"))
        for table in ["store", "partitions", "service_calls", "service_call_requests", "attempts", "events"] {
            let columns = try #require(side.text("SELECT group_concat(name) FROM pragma_table_info('\(table)', 'main')"))
            try #require(side.execute("INSERT INTO main.\(table) (\(columns)) SELECT \(columns) FROM new.\(table)"))
        }
    }

    @Test("a store of the version before has its calls found by id, refused again and due as before, whatever state they are in")
    func fromFirstVersion() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory + "/new", options: .small)
            var model = IndexModel()
            for partition in 0..<2 {
                var owner = try await Owner(store, partition)
                let submissions = try (0..<60).map {
                    try Sample.submission(
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
            try makeFirstVersion(
                of: directory + "/new/" + SQLiteStore.databaseName, at: old + "/" + SQLiteStore.databaseName)
            for _ in 0..<2 {
                let migrated = try await SQLiteStore.open(directory: old, options: .small)
                try await model.checkLoads(migrated)
                try await model.checkDue(migrated, upTo: Sample.start + .hours(2), page: 4)
                try await model.checkDue(migrated, upTo: .latest, page: 7)
                try await model.checkDuplicatesAreRefused(migrated)
                await migrated.close()
                expectWholeIndexes(old)
            }
        }
    }
}
