import Domain
import Foundation
import PortContract
import Ports
import Synchronization
import Testing

@testable import SQLiteAdapter

@Suite("Lists and pages of the log")
struct ListAndLogTests {
    private func lists(_ directory: String) -> String { directory + "/" + SQLiteStore.listsName }

    private func all(_ store: SQLiteStore, _ filter: ServiceCallFilter = .init()) async throws -> [ServiceCallId] {
        var ids: [ServiceCallId] = []
        var next: ServiceCallPlace?
        repeat {
            let page = try await store.list(tenant: Sample.acme, filter: filter, after: next, limit: 70)
            ids += page.calls.map(\.id)
            next = page.next
        } while next != nil
        return ids
    }

    /// Three hundred calls with tags, a third of them cancelled.
    private func fill(_ store: SQLiteStore) async throws {
        for partition in 0..<3 {
            var owner = try await Owner(store, partition)
            let calls = try await owner.submit((0..<100).map { try Sample.submission($0, in: owner, tags: ["t\($0 % 4)"]) })
            for call in calls where call.ordinal % 3 == 0 { _ = try await owner.commit(call, .cancel, at: Sample.start) }
        }
    }

    private static let cancelled: ServiceCallFilter = {
        var filter = ServiceCallFilter()
        filter.status = .cancelled
        return filter
    }()

    private static let tagged: ServiceCallFilter = {
        var filter = ServiceCallFilter()
        filter.tag = "t1"
        return filter
    }()

    @Test(
        "are made anew when their file is missing, damaged, of another store, or ahead of the database",
        arguments: [
            "missing", "damaged", "foreign", "ahead", "other form", "empty",
        ])
    func rebuilt(_ harm: String) async throws {
        try await withScratch { directory in
            var store = try await SQLiteStore.open(directory: directory, options: .small)
            try await fill(store)
            let expected = [try await all(store), try await all(store, Self.cancelled), try await all(store, Self.tagged)]
            #expect(expected.map(\.count) == [300, 99, 75])
            await store.close()
            switch harm {
            case "missing": try FileManager.default.removeItem(atPath: lists(directory))
            case "damaged":
                try Data((0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: URL(fileURLWithPath: lists(directory)))
            case "foreign":
                #expect(SideConnection(lists(directory)).execute("UPDATE facts SET value = 'x' WHERE key = 'store_id'; DELETE FROM calls"))
            case "ahead": #expect(SideConnection(lists(directory)).execute("UPDATE progress SET position = 999999; DELETE FROM tags"))
            case "other form":
                #expect(SideConnection(lists(directory)).execute("UPDATE facts SET value = '0' WHERE key = 'form'; DROP TABLE tags"))
            default: try Data().write(to: URL(fileURLWithPath: lists(directory)))
            }
            store = try await SQLiteStore.open(directory: directory, options: .small)
            #expect([try await all(store), try await all(store, Self.cancelled), try await all(store, Self.tagged)] == expected)
            await store.close()
        }
    }

    @Test("are made anew while the store runs, when a reader finds them damaged")
    func rebuiltInUse() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            try await fill(store)
            #expect(try await all(store).count == 300)
            let generation = store.lists.generation.load(ordering: .acquiring)
            store.lists.requests.signal { $0.mustRebuild = true }
            while store.lists.generation.load(ordering: .acquiring) <= generation { try await Task.sleep(for: .milliseconds(1)) }
            #expect(try await all(store).count == 300)
            await store.close()
        }
    }

    @Test("go on where they stopped when the process is killed between a commit and its entry")
    func behind() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.listDelay = .hours(1)
            var store = try await SQLiteStore.open(directory: directory, options: options)
            try await fill(store)
            await store.close()
            store = try await SQLiteStore.open(directory: directory, options: options)
            #expect(try await all(store).count == 300)
            #expect(try await all(store, Self.cancelled).count == 99)
            await store.close()
        }
    }

    @Test("a list that must look at too many calls returns a short page with a place to go on")
    func shortListPage() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.scanLimit = 10
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var owner = try await Owner(store, 0)
            _ = try await owner.submit(
                (0..<50).map { try Sample.submission($0, in: owner, dueAt: Sample.start + .seconds(Int64($0 == 7 ? 1 : 100))) })
            var filter = ServiceCallFilter()
            filter.dueTo = Sample.start + .seconds(2)
            var pages = 0
            var found = 0
            var next: ServiceCallPlace?
            repeat {
                let page = try await store.list(tenant: Sample.acme, filter: filter, after: next, limit: 100)
                pages += 1
                found += page.calls.count
                next = page.next
            } while next != nil && pages < 100
            #expect(found == 1)
            #expect(pages == 5)
            await store.close()
        }
    }

    @Test("a page of the log that passes over too many foreign events is short, and its cursor stands behind them")
    func shortLogPage() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.scanLimit = 64
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var owner = try await Owner(store, 0)
            _ = try await owner.submit((0..<200).map { try Sample.submission($0, in: owner, tenant: Sample.zenith) })
            let mine = try await owner.submit([Sample.submission(0, in: owner)])[0]
            var cursor = LogCursor.beginning(partitions: 4)
            var pages: [EventPage] = []
            repeat {
                pages.append(try await store.events(tenant: Sample.acme, after: cursor, limit: 10))
                cursor = pages[pages.count - 1].next
            } while !pages[pages.count - 1].isAtEnd && pages.count < 50
            #expect(pages[0].events.isEmpty && pages[0].next.positions[0] == 64 && !pages[0].isAtEnd)
            #expect(pages.flatMap(\.events).map(\.subject) == [mine.call.id.value])
            #expect(pages.count == 4)
            await store.close()
        }
    }

    @Test("a cursor of another number of partitions is refused", arguments: [[], [0], [0, 0, 0, -1], [0, 0, 0, 0, 0]] as [[Int64]])
    func foreignCursor(_ positions: [Int64]) async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            await #expect(throws: QueryError.self) {
                try await store.events(tenant: Sample.acme, after: LogCursor(positions: positions), limit: 10)
            }
            await store.close()
        }
    }

    @Test("the due pages and the loads are answered from their indexes")
    func plans() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            let plan = side.plan(ReadSession.dueQuery)
            let range = "(partition=? AND tenant=? AND (due_at,id)>(?,?) AND due_at<?)"
            #expect(
                plan.contains { $0.contains("INDEX service_calls_due \(range)") }
                    && plan.contains { $0.contains("l USING PRIMARY KEY \(range)") })
            #expect(plan.contains { $0.contains("MERGE") } && !plan.contains { $0.contains("TEMP B-TREE") })
            let tenants = side.plan(ReadSession.dueTenantQuery)
            #expect(tenants.contains { $0.contains("INDEX service_calls_due (partition=? AND tenant>?)") })
            #expect(tenants.contains { $0.contains("service_calls_due_later USING PRIMARY KEY (partition=? AND tenant>?)") })
            #expect(!tenants.contains { $0.contains("SCAN service_calls") })
            let load = side.plan(ReadSession.loadQuery)
            #expect(load.first?.contains("i USING PRIMARY KEY (id=? AND tenant=?)") == true && !load.contains { $0.contains("SCAN") })
            await store.close()
        }
    }
}
