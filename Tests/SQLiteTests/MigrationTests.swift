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
}
