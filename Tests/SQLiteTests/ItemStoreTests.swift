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
            var seen = 0
            var last: (TenantId, String)?
            var middle: (TenantId, String)?
            while true {
                let page = try await store.items(of: .schedule, in: owner.partition, after: last, limit: 500)
                for item in page {
                    let place = (item.tenant, item.key.id)
                    #expect(last.map { $0 < place } ?? true)
                    last = place
                }
                seen += page.count
                if seen > 50_000, middle == nil { middle = last }
                if page.count < 500 { break }
            }
            #expect(seen == 90_001)
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
            #expect(work[0] > 0 && work.allSatisfy { abs($0 - work[0]) * 20 < work[0] }, "\(work)")
            await store.close()
        }
    }

    @Test("what is refused in a group is refused alone: the items and cursors that waited with it are stored")
    func poisoned() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.busyMilliseconds = 60_000
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var owners: [Owner] = []
            var items: [TenantItem] = []
            for partition in 0..<4 {
                var owner = try await Owner(store, partition)
                items.append(try ItemSample.subscription(partition, tenant: owner.neighbour(of: Sample.tenant("nobody"))))
                try await owner.record([.item(items[partition])])
                owners.append(owner)
            }
            let changes = try (0..<4).map { number in
                BookWrite(
                    stored: StoredBookRecord(record: .item(try ItemSample.changed(items[number])), ordinal: 1),
                    expectedVersion: number == 1 ? 4 : 1)
            }
            let batches = (0..<4).map { owners[$0].batch(books: [BookChange(changes[$0], type: .subscription(.paused))]) }
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            try #require(side.execute("BEGIN IMMEDIATE"))
            while store.writer.inHand.load(ordering: .relaxed) != 0 { try await Task.sleep(for: .milliseconds(1)) }
            let held = owners
            let results = try await withThrowingTaskGroup(of: (Int, JournalError?).self) { group in
                func add(_ number: Int, _ body: @escaping @Sendable () async throws(JournalError) -> Void) {
                    group.addTask {
                        do throws(JournalError) { try await body() } catch { return (number, error) }
                        return (number, nil)
                    }
                }
                for (number, batch) in batches.enumerated() {
                    add(number) { () async throws(JournalError) in try await store.commit(batch) }
                    while number == 0, store.writer.inHand.load(ordering: .relaxed) != 1 { try await Task.sleep(for: .milliseconds(1)) }
                }
                for (number, item) in items.enumerated() {
                    let cursor = ItemSample.cursor(item, held[number], [7], epoch: number == 2 ? 99 : nil)
                    add(10 + number) { () async throws(JournalError) in try await store.storeCursors([cursor]) }
                }
                while store.writer.queue.withLock({ $0.count }) != 7 { try await Task.sleep(for: .milliseconds(1)) }
                try #require(side.execute("COMMIT"))
                return try await group.reduce(into: [Int: JournalError]()) { $0[$1.0] = $1.1 }
            }
            #expect(results.keys.sorted() == [1, 12] && results[1]?.isRejected == true && results[12] == .ownershipLost, "\(results)")
            for (number, owner) in owners.enumerated() {
                let found = try await store.item(items[number].key, tenant: items[number].tenant)
                #expect(found?.version == (number == 1 ? 1 : 2))
                let cursors = try await store.cursors(of: .subscription, in: owner.partition, after: nil, limit: 9)
                #expect(cursors.map(\.place) == (number == 2 ? [] : [[7]]))
            }
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
            var owner = try await Owner(store, 0)
            var items: [TenantItem] = []
            for first in stride(from: 0, to: count, by: 1_000) {
                let some = try (first..<(first + 1_000)).map { try ItemSample.schedule($0) }
                try await owner.record(some.map(BookRecord.item))
                items += some
            }
            let clock = ContinuousClock()
            for round in 1...5 {
                let cursors = items.map { ItemSample.cursor($0, owner, [Int64(round) << 40, 1, 2, 3]) }
                let start = clock.now
                for first in stride(from: 0, to: count, by: group) {
                    try await store.storeCursors(Array(cursors[first..<min(count, first + group)]))
                }
                print("sqlite cursors: \(count) in requests of \(group), round \(round): \(clock.now - start)")
            }
            await store.close()
        }
    }
}
