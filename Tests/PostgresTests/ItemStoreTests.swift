import Domain
import Foundation
import PortContract
import Ports
import PostgresKit
import Testing

@testable import PostgresAdapter

@Suite("The items in PostgreSQL", .enabled(if: PostgresServer.isAvailable))
struct ItemStoreTests {
    /// The plan of a statement as a connection of the store has it.
    private func plan(
        _ statement: Statement, _ types: String, _ values: String, role: String, _ harness: PostgresHarness, options: String = ""
    ) throws -> String {
        try harness.server.sql(
            """
            \(SessionSetup.sql(role: role, options: .small)); SET ledgerflow.tenant = 't3';
            PREPARE asked (\(types)) AS \(statement.sql); EXPLAIN (COSTS OFF\(options)) EXECUTE asked (\(values))
            """, database: harness.database
        ).joined(separator: "\n")
    }

    /// Makes rows of schedules as copies of the one that is there: number n belongs to the tenant n mod 7, and every tenth is deleted.
    private func multiply(_ rows: Int, _ harness: PostgresHarness) throws {
        try harness.server.sql(
            """
            INSERT INTO ledgerflow.items (key, version, partition, deleted, tenant, kind, id, state)
            SELECT s.key + n.i, 1, s.partition, (n.i % 10 = 0)::int, 't' || (n.i::bigint * 31 % 7), s.kind,
              '00000000-0000-0000-' || lpad(to_hex(n.i::bigint * 37 % 4096), 4, '0') || '-' || lpad(to_hex(n.i), 12, '0'), s.state
            FROM generate_series(2, \(rows + 1)) AS n (i) CROSS JOIN ledgerflow.items AS s
            WHERE s.id = '\(ItemSample.scheduleKey(1).id)'
            """, database: harness.database)
    }

    @Test("a hundred thousand items are read page by page, each page a range of one index in its order")
    func manyItems() async throws {
        try await withStore { harness in
            let store = harness.store
            var owner = try await Owner(store, 0)
            try await owner.record([.item(try ItemSample.schedule(1))])
            try multiply(100_000, harness)
            var seen = 0
            var last: (TenantId, String)?
            while true {
                let page = try await store.items(of: .schedule, in: owner.partition, after: last, limit: 500)
                for item in page {
                    let place = (item.tenant, item.key.id)
                    #expect(last.map { $0 < place } ?? true)
                    last = place
                }
                seen += page.count
                if page.count < 500 { break }
            }
            #expect(seen == 90_001)
            for place in ["'', ''", "'t6', '00000000-0000-0000-0800'"] {
                let plan = try plan(
                    ItemReadStatements.inUse, "int, text, text, text, bigint", "0, 'schedule', \(place), 500", role: Roles.writer, harness,
                    options: ", ANALYZE, TIMING OFF, SUMMARY OFF")
                #expect(plan.contains("Index Scan using items_in_use on items i (actual rows=500 loops=1)"), "\(plan)")
                #expect(plan.contains("(ROW(tenant, id) > ROW($3, $4))") && !plan.contains("Sort") && !plan.contains("Removed"), "\(plan)")
            }
            let mine = try plan(
                ItemReadStatements.ofTenant, "text, int, text, text, bigint", "'t3', 0, 'schedule', '', 500", role: Roles.query, harness,
                options: ", ANALYZE, TIMING OFF, SUMMARY OFF")
            #expect(mine.contains("Index Scan using items_in_use on items i (actual rows=500 loops=1)"), "\(mine)")
            #expect(!mine.contains("Sort") && !mine.contains("Removed"), "\(mine)")
            let elsewhere = try plan(
                ItemReadStatements.ofTenant, "text, int, text, text, bigint", "'t4', 0, 'schedule', '', 500", role: Roles.query, harness,
                options: ", ANALYZE, TIMING OFF, SUMMARY OFF")
            #expect(elsewhere.contains("rows=0 loops=1"), "\(elsewhere)")
        }
    }

    @Test("cursors are read and stored, and the place at a time is found, by the indexes that are meant")
    func plans() async throws {
        try await withStore { harness in
            let read = try plan(
                ItemReadStatements.cursors, "int, text, text, text, bigint", "0, 'schedule', '', '', 500", role: Roles.writer, harness)
            #expect(read.contains("Index Scan using follower_cursors_pkey on follower_cursors f") && !read.contains("Sort"), "\(read)")
            let arrays = "int[], bigint[], bigint[], text[], text[], text[], text[], bytea[]"
            let stored = try plan(
                ItemStatements.storeCursors, arrays, "'{0}', '{1}', '{0}', '{schedule}', '{a}', '{b}', '{\"{1}\"}', '{x}'",
                role: Roles.writer, harness)
            #expect(stored.contains("Index Scan using items_by_id on items i") && !stored.contains("Seq Scan"), "\(stored)")
            let loaded = try plan(
                ItemReadStatements.load, "text[], text[], text[]", "'{a}', '{schedule}', '{b}'", role: Roles.writer, harness)
            #expect(loaded.contains("Index Scan using items_by_id on items i"), "\(loaded)")
            let found = try plan(ReadStatements.cursorAt, "bigint", "0", role: Roles.writer, harness)
            #expect(found.contains("Index Scan using events_pkey on events") && !found.contains("Seq Scan on events"), "\(found)")
        }
    }

    @Test("what is refused in a group is refused alone: the items and cursors that waited with it are stored")
    func poisoned() async throws {
        var options = PostgresStoreOptions.small
        options.writers = 1
        options.lockTimeout = .seconds(60)
        try await withStore(options) { harness in
            let store = harness.store
            var owners: [Owner] = []
            var items: [TenantItem] = []
            for partition in 0..<4 {
                var owner = try await Owner(store, partition)
                items.append(try ItemSample.subscription(partition, tenant: owner.neighbour(of: Sample.tenant("nobody"))))
                try await owner.record([.item(items[partition])])
                owners.append(owner)
            }
            let batches = try (0..<4).map { number in
                let write = BookWrite(
                    stored: StoredBookRecord(record: .item(try ItemSample.changed(items[number])), ordinal: 1),
                    expectedVersion: number == 1 ? 4 : 1)
                return owners[number].batch(books: [BookChange(write, type: .subscription(.paused))])
            }
            async let holding: [String] = Task.detached {
                try harness.server.sql(
                    "BEGIN; LOCK TABLE ledgerflow.partitions IN EXCLUSIVE MODE; SELECT pg_sleep(2); COMMIT", database: harness.database)
            }.value
            try await eventually("the lock is held") {
                try harness.server.sql(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = '\(harness.database)' AND wait_event = 'PgSleep'"
                ).count == 1
            }
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
                }
                for (number, item) in items.enumerated() {
                    let cursor = ItemSample.cursor(item, held[number], [7], epoch: number == 2 ? 99 : nil)
                    add(10 + number) { () async throws(JournalError) in try await store.storeCursors([cursor]) }
                }
                return try await group.reduce(into: [Int: JournalError]()) { $0[$1.0] = $1.1 }
            }
            _ = try await holding
            #expect(results.keys.sorted() == [1, 12] && results[1]?.isRejected == true && results[12] == .ownershipLost, "\(results)")
            for (number, owner) in owners.enumerated() {
                let found = try await store.item(items[number].key, tenant: items[number].tenant)
                #expect(found?.version == (number == 1 ? 1 : 2))
                let cursors = try await store.cursors(of: .subscription, in: owner.partition, after: nil, limit: 9)
                #expect(cursors.map(\.place) == (number == 2 ? [] : [[7]]))
            }
        }
    }

    @Test("cursors whose answer was lost are ambiguous, and can be stored again", arguments: [true, false])
    func ambiguous(isStored: Bool) async throws {
        let (server, database) = try SharedServer.newDatabase()
        let proxy = try CuttingProxy(to: server.port, commitName: "lf_commit")
        defer { proxy.close() }
        let store = try await PostgresStore.open(url: server.url(database, port: proxy.port), options: .small)
        var owner = try await Owner(store, 1)
        let items = try (0..<3).map { try ItemSample.subscription($0) }
        try await owner.record(items.map(BookRecord.item))
        for round in 1...3 {
            let cursors = items.map { ItemSample.cursor($0, owner, [Int64(round)]) }.sorted { $0.id < $1.id }
            proxy.arm(isStored ? .beforeAnswer : .beforeCommit)
            await #expect { try await store.storeCursors(cursors) } throws: { error in
                if case .ambiguous = error as? JournalError { true } else { false }
            }
            let found = try await store.cursors(of: .subscription, in: owner.partition, after: nil, limit: 9)
            #expect(found.map(\.place) == (isStored || round > 1 ? items.map { _ in [Int64(isStored ? round : round - 1)] } : []))
            try await store.storeCursors(cursors)
            #expect(try await store.cursors(of: .subscription, in: owner.partition, after: nil, limit: 9) == cursors)
        }
        await store.close()
    }
}

/// Prints what it costs to store followers' cursors; runs when `LEDGERFLOW_CURSOR_BENCH` says how many. Nothing is asserted on time.
@Suite(
    "Benchmark of cursors on PostgreSQL", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_CURSOR_BENCH"] != nil), .serialized)
struct PostgresCursorBenchmark {
    @Test("cursors a second", arguments: [100, 1_000, 10_000])
    func cursors(group: Int) async throws {
        let count = Int(ProcessInfo.processInfo.environment["LEDGERFLOW_CURSOR_BENCH"] ?? "") ?? 10_000
        try await withStore { harness in
            var owner = try await Owner(harness.store, 0)
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
                    try await harness.store.storeCursors(Array(cursors[first..<min(count, first + group)]))
                }
                print("postgres cursors: \(count) in requests of \(group), round \(round): \(clock.now - start)")
            }
        }
    }
}
