import CSQLite
import Domain
import Foundation
import PortContract
import Ports
import Synchronization
import Testing

@testable import SQLiteAdapter

@Suite("The items in the database")
struct ItemStoreTests {
    @Test("every list of items and cursors is a range of one index, in its order")
    func plans() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            let expected = [
                (ItemReader.inUseQuery, "INDEX items_in_use (partition=? AND kind=? AND (tenant,id)>(?,?))"),
                (ItemReader.ofTenantQuery, "INDEX items_in_use (partition=? AND kind=? AND tenant=? AND id>?)"),
                (ItemReader.cursorQuery, "PRIMARY KEY (partition=? AND kind=? AND (tenant,id)>(?,?))"),
            ]
            for (query, search) in expected {
                let plan = side.plan(query)
                #expect(plan.contains { $0.contains(search) } && !plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
            }
            await store.close()
        }
    }

    /// Makes rows of schedules as copies of the one that is there: number n belongs to the tenant n mod 7, and every tenth is deleted.
    private func multiply(_ rows: Int, _ side: SideConnection) throws {
        try #require(
            side.execute(
                """
                WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= \(rows))
                INSERT INTO items (key, partition, tenant, kind, id, version, deleted, state)
                SELECT s.key + n.i, s.partition, 't' || (n.i * 31 % 7), s.kind, printf('00000000-0000-0000-%04x-%012x', n.i * 37 % 4096, n.i),
                  1, n.i % 10 = 0, s.state
                FROM n CROSS JOIN items AS s WHERE s.id = '\(ItemSample.scheduleKey(1).id)'
                """))
    }

    @Test("a hundred thousand items are read page by page, and the last page is as much work as the first")
    func manyItems() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner(store, 0)
            try await owner.record([.item(try ItemSample.schedule(1))])
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            try multiply(100_000, side)
            #expect(try await ItemLoad.count(.schedule, in: owner.partition, of: store) == 90_001)
            let tenant = Sample.tenant("t3")
            let home = PartitionHash.partition(tenant: tenant, count: 4)
            #expect(side.execute("UPDATE items SET partition = \(home) WHERE tenant = 't3'"))
            var mine = 0
            var after: String?
            while true {
                let page = try await store.items(of: .schedule, tenant: tenant, after: after, limit: 500)
                #expect(page.allSatisfy { $0.tenant == tenant })
                mine += page.count
                after = page.last?.key.id
                if page.count < 500 { break }
            }
            #expect(mine == Int(side.text("SELECT count(*) FROM items WHERE tenant = 't3' AND deleted = 0") ?? ""))
            let work = [("", ""), ("t3", ""), ("t6", "00000000-0000-0000-0800")].map { place in
                side.work(ItemReader.inUseQuery, ["0", "'schedule'", "'\(place.0)'", "'\(place.1)'", "500"])
            }
            #expect(work[0] > 0 && work.allSatisfy { abs($0 - work[0]) * 4 < work[0] }, "\(work)")
            await store.close()
        }
    }

    @Test("what is refused in a group is refused alone: the items and cursors that waited with it are stored")
    func poisoned() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.busyMilliseconds = 60_000
            let store = try await SQLiteStore.open(directory: directory, options: options)
            let group = try await PoisonedGroup(store)
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            try #require(side.execute("BEGIN IMMEDIATE"))
            func until(_ isSo: () -> Bool) async throws { while !isSo() { try await Task.sleep(for: .milliseconds(1)) } }
            try await until { store.writer.inHand.load(ordering: .relaxed) == 0 }
            try await group.run(
                store, first: { try await until { store.writer.inHand.load(ordering: .relaxed) == 1 } },
                all: {
                    try await until { store.writer.queue.withLock { $0.count } == 7 }
                    try #require(side.execute("COMMIT"))
                })
            #expect(store.writer.metrics.splitGroups.value >= 1)
            await store.close()
        }
    }
}

extension SideConnection {
    /// How many steps the library's machine takes for a query. - values: the parameters, as SQL writes them.
    func work(_ sql: String, _ values: [String]) -> Int32 {
        let parts = sql.split(separator: "?", omittingEmptySubsequences: false)
        var text = ""
        for (number, part) in parts.enumerated() { text += part + (values.indices.contains(number) ? values[number] : "") }
        return steps(text)
    }
}

/// Prints what it costs to store followers' cursors; runs when `LEDGERFLOW_CURSOR_BENCH` says how many. Nothing is asserted on time.
@Suite(
    "Benchmark of cursors", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_CURSOR_BENCH"] != nil), .serialized)
struct CursorBenchmark {
    @Test("cursors a second", arguments: [100, 1_000, 10_000])
    func cursors(group: Int) async throws {
        let count = Int(ProcessInfo.processInfo.environment["LEDGERFLOW_CURSOR_BENCH"] ?? "") ?? 10_000
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            for (round, took) in try await ItemLoad.storeCursors(count, inGroupsOf: group, of: store).enumerated() {
                print("sqlite cursors: \(count) in requests of \(group), round \(round + 1): \(took)")
            }
            await store.close()
        }
    }
}
