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
            #expect(try await ItemLoad.count(.schedule, in: owner.partition, of: store) == 90_001)
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
        try await withStore(PostgresHarness.patient) { harness in
            let group = try await PoisonedGroup(harness.store)
            try await harness.holdingUpCommits { release in
                try await group.run(
                    harness.store, first: { try await harness.oneCommitIsHeldUp() },
                    all: {
                        try await harness.waiting(7)
                        try release()
                    })
            }
            #expect(harness.store.pump.metrics.splitGroups.value >= 1)
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
            for (round, took) in try await ItemLoad.storeCursors(count, inGroupsOf: group, of: harness.store).enumerated() {
                print("postgres cursors: \(count) in requests of \(group), round \(round + 1): \(took)")
            }
        }
    }
}
