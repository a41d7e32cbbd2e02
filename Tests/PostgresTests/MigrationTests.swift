import Domain
import PortContract
import Ports
import PostgresAdapter
import PostgresKit
import Testing

@Suite("Migrations", .enabled(if: PostgresServer.isAvailable))
struct PostgresMigrationTests {
    @Test("a store that stands at any earlier migration, with data in it, opens with its data", arguments: [1, 2, 3, 4, 5, 6, 7, 8])
    func fromEarlier(number: Int) async throws {
        let (server, database) = try SharedServer.newDatabase()
        let url = server.url(database)
        #expect(try PostgresMigrations.status(url: url).allSatisfy { $0.appliedAt == nil })
        var store = try await PostgresStore.open(url: url, options: .small)
        var owner = try await Owner(store, 1)
        // Every version can hold a call that says nothing but where it goes.
        let call = try await owner.submit([Sample.submission(1, in: owner, url: "https://example.com/hook", headers: [], body: [])])[0]
        let sealed = try await owner.submit([Sample.submission(2, in: owner)])[0]
        let books = try await owner.record([
            .series(try BookSample.series()), .invoice(BookSample.invoice(1)), .number(try BookSample.number(1)),
        ])
        let item = try ItemSample.subscription(1)
        let items = try await owner.record([.item(item)])
        try await store.storeCursors([ItemSample.cursor(item, owner, [1, 2, 3, 4])])
        let source = try ItemSample.source("erp")
        let counts = ItemCounts(tenant: Sample.acme, version: 1, schedules: 2, subscriptions: 3, sources: 4)
        var history = IngestionSample.History()
        let document = try history.take(IngestionSample.document("R-1", [1, 2, 3]))
        let content = try #require(document.contents.first)
        let ingested = owner.numbered([.item(.counts(counts)), .item(source)] + document.records)
        try await owner.commit(books: ingested, contents: document.contents)
        let id = store.storeId
        await store.close()
        let taken = try PostgresMigrations.down(url: url, to: number)
        let newest = try PostgresMigrations.status(url: url).count
        #expect(taken == (number..<newest).map { $0 + 1 }.reversed())
        #expect(try PostgresMigrations.status(url: url).map { $0.appliedAt != nil } == (1...newest).map { $0 <= number })
        store = try await PostgresStore.open(url: url, options: .small)
        #expect(store.storeId == id)
        #expect(try await store.detail(of: call.call.id, tenant: Sample.acme)?.call == call.call)
        // The versions before have no room for what a sealed call says, and would send it without.
        let cancelled = try await store.detail(of: sealed.call.id, tenant: Sample.acme)?.call
        #expect(
            number < 5 ? cancelled?.status == .cancelled && cancelled?.submission.request.payload == .empty : cancelled == sealed.call)
        owner = try await Owner(store, 1)
        #expect(owner.head == 7 && owner.lastOrdinal == 8)
        // A schema that knows no books has lost them.
        let kept = try await store.load(books.map(\.record.key), in: owner.partition)
        #expect(byKey(kept) == (number < 4 ? [] : byKey(books)))
        if number < 4 { try await owner.record(books.map(\.record)) }
        let cursors = try await store.cursors(of: .subscription, in: owner.partition, after: nil, limit: 9)
        #expect(try await store.load(items.map(\.record.key), in: owner.partition) == (number < 5 ? [] : items))
        #expect(cursors == (number < 5 ? [] : [ItemSample.cursor(item, owner, [1, 2, 3, 4])]))
        let positions = try await store.events(in: owner.partition, after: 0, limit: 5).map(\.position)
        #expect(positions.prefix(5) == (number < 5 ? [1, 2, 3, 4] : [1, 2, 3, 4, 5]) || number < 4)
        // One that knows no ingestion has lost its sources, what came of them and their events.
        let left = try await store.load(ingested.map(\.stored.record.key), in: owner.partition).map(\.record)
        let fewer = BookRecord.item(.counts(ItemCounts(tenant: Sample.acme, version: 1, schedules: 2, subscriptions: 3)))
        let expected = number < 5 ? [] : number < 7 ? [fewer] : ingested.map(\.stored.record)
        #expect(Set(left) == Set(expected))
        let octets = try await store.ingestionContent(content.key, version: 1, tenant: Sample.acme)
        #expect(octets == (number < 7 ? nil : [1, 2, 3]))
        let told = try await store.events(in: owner.partition, after: 0, limit: 20).filter { $0.type.context == "ingestion" }
        #expect(told.map(\.position) == (number < 7 ? [] : [6, 7]))
        if number < 7 { try await owner.commit(books: owner.numbered(document.records), contents: document.contents) }
        // A hole in the log is passed over.
        #expect(try await store.cursor(at: .latest).positions[1] >= 4)
        if number < 5 { try await owner.record([.item(item)]) }
        _ = try await owner.submit([Sample.submission(3, in: owner)])
        await store.close()
        #expect(try PostgresMigrations.up(url: url, at: Sample.start) == [])
    }

    @Test("a call from before payloads were sealed is read with all that it says", arguments: [1, 2, 3, 4])
    func clearPayload(number: Int) async throws {
        let (server, database) = try SharedServer.newDatabase()
        let url = server.url(database)
        var store = try await PostgresStore.open(url: url, options: .small)
        var owner = try await Owner(store, 1)
        let submission = try Sample.submission(1, in: owner, url: "https://example.com/hook", headers: [], body: [])
        _ = try await owner.submit([submission])
        await store.close()
        try PostgresMigrations.down(url: url, to: number)
        let request = OutgoingRequest(
            method: .POST, url: try TargetURL("https://example.com/hook?x=1&t=geheim"),
            headers: [try .init(name: "Content-Type", value: "application/json")], body: Array(#"{"n":1}"#.utf8))
        try server.sql(
            """
            UPDATE ledgerflow.service_call_requests SET url = '\(request.url)', body = '{"n":1}'::bytea,
              headers = '12:Content-Type,16:application/json,'::bytea
            """, database: database)
        store = try await PostgresStore.open(url: url, options: .small)
        owner = try await Owner(store, 1)
        let found = try #require(try await store.load(submission, in: owner.partition))
        let bytes = try #require(request.payloadBytes)
        #expect(found.call.submission.request == SealedRequest(method: .POST, url: request.url, payload: .clear(bytes), bodyBytes: 7))
        #expect(found.call.submission.redirects == 0 && found.call.submission.origin == nil)
        _ = try await owner.commit(found, .dueTimeReached, at: Sample.start)
        await store.close()
    }

    @Test("migrations go up one by one and down to nothing")
    func stepwise() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let url = server.url(database)
        let all = try (1...PostgresMigrations.status(url: url).count).map { $0 }
        for number in all { #expect(try PostgresMigrations.up(url: url, to: number, at: Sample.start) == [number]) }
        #expect(try PostgresMigrations.status(url: url).allSatisfy { $0.appliedAt == Sample.start })
        #expect(try PostgresMigrations.down(url: url, to: 0) == all.reversed())
        let left = try server.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'ledgerflow'", database: database)
        #expect(left == ["migrations"])
        #expect(try PostgresMigrations.up(url: url, at: Sample.start) == all)
    }

    @Test("a migration of another content is refused, and so is a newer schema; nothing is changed then")
    func refused() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let url = server.url(database)
        let known = try PostgresMigrations.status(url: url).count
        try PostgresMigrations.up(url: url, to: 2, at: Sample.start)
        try server.sql("UPDATE ledgerflow.migrations SET checksum = 'x' WHERE number = 2", database: database)
        var error = await #expect(throws: PostgresStoreError.self) { try await PostgresStore.open(url: url, options: .small) }
        #expect(error == .migrationChanged(server: "127.0.0.1:\(server.port)/\(database)", number: 2))
        try server.sql("INSERT INTO ledgerflow.migrations VALUES (99, 'later', 'x', 0)", database: database)
        error = await #expect(throws: PostgresStoreError.self) { try await PostgresStore.open(url: url, options: .small) }
        #expect(error == .newerThanProgram(server: "127.0.0.1:\(server.port)/\(database)", stored: 99, known: known))
        let rows = try server.sql("SELECT count(*) FROM ledgerflow.migrations", database: database)
        #expect(rows == ["3"])
    }

    @Test("many that open at once make one store")
    func together() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let url = server.url(database)
        let stores = try await withThrowingTaskGroup(of: PostgresStore.self) { group in
            for _ in 0..<6 { group.addTask { try await PostgresStore.open(url: url, options: .small) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(stores.map(\.storeId)).count == 1)
        for store in stores { await store.close() }
    }

    @Test("a migration that waits for a table lets others through meanwhile, and is done in the end")
    func behindABackup() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let url = server.url(database)
        try PostgresMigrations.up(url: url, to: 7, at: Sample.start)
        // As pg_dump holds every table.
        async let holding: [String]? = Task.detached {
            try? server.sql(
                "BEGIN; LOCK TABLE ledgerflow.ingestion_contents IN ACCESS SHARE MODE; SELECT pg_sleep(170)", database: database)
        }.value
        let sessions = "FROM pg_stat_activity WHERE datname = '\(database)'"
        try await eventually("the table is held") { try server.sql("SELECT 1 \(sessions) AND wait_event = 'PgSleep'").count == 1 }
        async let opened = PostgresStore.open(url: url, options: .small)
        try await eventually("the migration waits") { try server.sql("SELECT 1 \(sessions) AND wait_event_type = 'Lock'").count == 1 }
        try server.sql("SET lock_timeout = '30s'; SELECT count(*) FROM ledgerflow.ingestion_contents", database: database)
        try server.sql("SELECT pg_terminate_backend(pid) \(sessions) AND wait_event = 'PgSleep'")
        _ = await holding
        await (try opened).close()
        #expect(try PostgresMigrations.status(url: url).allSatisfy { $0.appliedAt != nil })
    }

    @Test("the migrations of one release only add")
    func expandOnly() {
        #expect(PostgresMigrations.contractions == [])
    }

    @Test(
        "what would break the program before is found",
        arguments: [
            "DROP TABLE events", "alter table events\n  drop column data", "ALTER TABLE events RENAME TO log;",
            "ALTER TABLE events RENAME COLUMN data TO bytes", "ALTER TABLE events ALTER COLUMN data TYPE text",
            "ALTER TABLE events ALTER data SET DATA TYPE text", "ALTER TABLE events ADD COLUMN x int NOT NULL",
            "ALTER TABLE events ALTER COLUMN x SET NOT NULL", "ALTER TABLE events ADD CONSTRAINT c CHECK (x > 0)", "TRUNCATE events",
            "CREATE TABLE a (b int); -- a comment\n DROP INDEX c",
        ])
    func contraction(sql: String) {
        #expect(Migration(number: 1, name: "x", up: sql, down: "").contractions.count == 1)
    }

    @Test(
        "what only adds is let through",
        arguments: [
            "CREATE TABLE a (b int NOT NULL)", "ALTER TABLE a ADD COLUMN c int", "ALTER TABLE a ADD COLUMN c int NOT NULL DEFAULT 0",
            "CREATE INDEX i ON a (b) -- not DROP TABLE", "INSERT INTO a VALUES ('DROP TABLE b; DROP TABLE c')",
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DROP TABLE x; END $$",
        ])
    func expansion(sql: String) {
        #expect(Migration(number: 1, name: "x", up: sql, down: "").contractions == [])
    }
}
