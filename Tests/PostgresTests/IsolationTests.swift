import Domain
import PortContract
import Ports
import PostgresAdapter
import PostgresKit
import Testing

@Suite("Tenants and roles are kept apart by the database", .enabled(if: PostgresServer.isAvailable))
struct IsolationTests {
    /// The tables that are read by tenant, and how many rows `filled` puts into each for every tenant.
    private static let tables = [
        ("service_calls", 3), ("service_call_requests", 3), ("attempts", 3), ("events", 20), ("series", 1), ("invoices", 2),
        ("invoice_contents", 2), ("numbers", 4), ("audit", 1), ("items", 2), ("follower_cursors", 1), ("audit_anchors", 1),
        ("ingestion_records", 2),
        ("ingestion_contents", 2),
    ]

    /// A store with calls, attempts, books and events of two tenants.
    private func filled(_ body: (PostgresHarness, [StoredServiceCall]) async throws -> Void) async throws {
        try await withStore { harness in
            var owner = try await Owner(harness.store, 0)
            var calls: [StoredServiceCall] = []
            for tenant in [Sample.acme, Sample.zenith] {
                for number in 0..<3 {
                    var call = try await owner.submit([Sample.submission(number, in: owner, tenant: tenant)])[0]
                    call = try await owner.commit(call, .dueTimeReached, at: Sample.start)
                    calls.append(
                        try await owner.commit(
                            call, .executionSucceeded(attempt: 1, .init(status: 200, bodyBytes: 1)), at: Sample.start))
                }
                let books: [BookRecord] =
                    [
                        .series(try BookSample.series(tenant: tenant)), .invoice(BookSample.invoice(1, tenant: tenant)),
                        .invoice(BookSample.invoice(2, tenant: tenant)),
                    ] + (try (1...4).map { .number(try BookSample.number($0, tenant: tenant)) })
                let item = try ItemSample.subscription(1, tenant: tenant)
                let items: [BookRecord] = [.item(item), .item(try ItemSample.schedule(1, tenant: tenant))]
                let segment = BookSample.audit(tenant, after: .start)
                try await owner.commit(books: owner.numbered(books + items), audit: [segment])
                var history = IngestionSample.History(tenant: tenant)
                let first = try history.take(IngestionSample.document("R-1", [1]))
                let run = BookRecord.ingestion(try IngestionSample.run(1, tenant: tenant))
                let made = owner.numbered(first.records + [run])
                try await owner.commit(books: made, contents: first.contents)
                let second = try history.take(IngestionSample.document("R-1", [2]))
                let change = BookChange(try #require(second.records.first), before: made[0].stored)
                try await owner.commit(books: [change], contents: second.contents)
                let key = try AuditAnchorKey(seed: Array(repeating: 1, count: 32))
                let anchor = key.anchor(
                    store: harness.store.storeId, tenant: tenant, partition: 0, head: segment.head, at: Sample.start)
                try await harness.store.keep([try #require(anchor)], in: owner.partition)
                try await harness.store.storeCursors([ItemSample.cursor(item, owner, [1, 2, 3, 4])])
            }
            try await body(harness, calls)
        }
    }

    @Test("no query of one tenant finds anything of another")
    func queries() async throws {
        try await filled { harness, calls in
            for tenant in [Sample.acme, Sample.zenith, Sample.tenant("nobody")] {
                for call in calls {
                    let detail = try await harness.calls.detail(of: call.call.id, tenant: tenant)
                    #expect((detail?.call == call.call) == (call.call.tenant == tenant))
                    // Tenants may use the same identifier, each for a call of its own.
                    #expect(detail?.call.tenant ?? tenant == tenant)
                }
                let mine = Set(calls.filter { $0.call.tenant == tenant }.map(\.call.id))
                var filter = ServiceCallFilter()
                filter.status = .succeeded
                for filter in [ServiceCallFilter(), filter] {
                    let page = try await harness.calls.list(tenant: tenant, filter: filter, after: nil, limit: 100)
                    #expect(Set(page.calls.map(\.id)) == mine && page.calls.allSatisfy { $0.tenant == tenant })
                }
                let events = try await harness.events.events(tenant: tenant, after: .beginning(partitions: 4), limit: 100)
                #expect(events.events.allSatisfy { $0.tenant == tenant } && events.events.count == (mine.isEmpty ? 0 : mine.count * 4 + 8))
            }
        }
    }

    @Test("without a tenant the query role sees no row, with one only that tenant's")
    func rawRows() async throws {
        try await filled { harness, _ in
            func expect(_ table: String, _ setting: String, _ rows: String) throws {
                let found = try harness.server.sql(
                    "SET ROLE ledgerflow_query; \(setting) SELECT count(*) FROM ledgerflow.\(table)", database: harness.database)
                #expect(found == [rows], "\(table) \(setting)")
            }
            for table in Self.tables.map(\.0) + ["partitions"] {
                try expect(table, "", "0")
                try expect(table, "SET ledgerflow.tenant = '';", "0")
            }
            for (table, rows) in Self.tables {
                try expect(table, "SET ledgerflow.tenant = 'acme';", String(rows))
            }
        }
    }

    @Test("every table but those that hold nothing of a tenant is under forced row level security")
    func forced() async throws {
        try await withStore { harness in
            let open = try harness.server.sql(
                """
                SELECT relname FROM pg_class WHERE relnamespace = 'ledgerflow'::regnamespace AND relkind IN ('r', 'p')
                  AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY relname
                """, database: harness.database)
            #expect(open == ["migrations", "store"])
            let read = try harness.server.sql(
                """
                SELECT relname FROM pg_class WHERE relnamespace = 'ledgerflow'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
                  AND has_table_privilege('ledgerflow_query', oid, 'SELECT')
                """, database: harness.database)
            #expect(Set(read) == Set(Self.tables.map(\.0)))
        }
    }

    @Test("the query role writes nothing, and the writer changes no table, policy or role")
    func rights() async throws {
        try await filled { harness, _ in
            let forbidden = [
                ("ledgerflow_query", "DELETE FROM ledgerflow.events"), ("ledgerflow_query", "SELECT * FROM ledgerflow.store"),
                ("ledgerflow_query", "UPDATE ledgerflow.service_calls SET version = 1"),
                ("ledgerflow_query", "SELECT owner FROM ledgerflow.partitions"),
                ("ledgerflow_query", "SELECT ledgerflow.refuse('XX000')"),
                ("ledgerflow_query", "SELECT ledgerflow.collide('x')"), ("ledgerflow_query", "UPDATE ledgerflow.invoices SET version = 1"),
                ("ledgerflow_query", "UPDATE ledgerflow.items SET version = 1"),
                ("ledgerflow_query", "DELETE FROM ledgerflow.follower_cursors"),
                ("ledgerflow_writer", "DELETE FROM ledgerflow.audit_anchors"),
                ("ledgerflow_writer", "UPDATE ledgerflow.audit_anchors SET signed_at = 9"),
                ("ledgerflow_query", "DELETE FROM ledgerflow.ingestion_records"),
                ("ledgerflow_writer", "UPDATE ledgerflow.ingestion_contents SET octets = ''"),
                ("ledgerflow_query", "DELETE FROM ledgerflow.ingestion_contents"),
                ("ledgerflow_query", "DELETE FROM ledgerflow.audit"), ("ledgerflow_writer", "DELETE FROM ledgerflow.audit"),
                ("ledgerflow_writer", "UPDATE ledgerflow.audit SET head_count = 9"), ("ledgerflow_writer", "DELETE FROM ledgerflow.series"),
                ("ledgerflow_writer", "CREATE TABLE ledgerflow.mine (a int)"), ("ledgerflow_writer", "DROP TABLE ledgerflow.events"),
                ("ledgerflow_writer", "TRUNCATE ledgerflow.events"),
                ("ledgerflow_writer", "ALTER TABLE ledgerflow.events DISABLE ROW LEVEL SECURITY"),
                ("ledgerflow_writer", "DROP POLICY reads ON ledgerflow.events"),
                ("ledgerflow_writer", "SELECT * FROM ledgerflow.migrations"), ("ledgerflow_writer", "CREATE ROLE mine"),
            ]
            for (role, statement) in forbidden {
                #expect(throws: PostgresKitError.self, "\(role): \(statement)") {
                    try harness.server.sql("SET ROLE \(role); \(statement)", database: harness.database)
                }
            }
            let roles = "('ledgerflow_writer', 'ledgerflow_query')"
            let strong = try harness.server.sql(
                "SELECT count(*) FROM pg_roles WHERE rolname IN \(roles) AND (rolsuper OR rolbypassrls OR rolcanlogin)")
            let owned = try harness.server.sql(
                "SELECT count(*) FROM pg_tables WHERE tableowner IN \(roles)", database: harness.database)
            #expect(strong == ["0"] && owned == ["0"])
        }
    }

    @Test("an owner who is no superuser can make, fill and read a store")
    func plainOwner() async throws {
        let (server, database) = try SharedServer.newDatabase()
        try server.sql("CREATE ROLE plain_\(database) LOGIN CREATEROLE")
        try server.sql("ALTER DATABASE \(database) OWNER TO plain_\(database)")
        let store = try await PostgresStore.open(url: server.url(database, user: "plain_\(database)"), options: .small)
        var owner = try await Owner(store, 0)
        let call = try await owner.submit([Sample.submission(1, in: owner)])[0]
        #expect(try await store.detail(of: call.call.id, tenant: Sample.acme)?.call == call.call)
        await store.close()
    }

    @Test("who may not use the roles is told what to do, and the password is never shown")
    func noRoles() async throws {
        let (server, database) = try SharedServer.newDatabase()
        try server.sql("CREATE ROLE poor_\(database) LOGIN PASSWORD 'geheim-7'")
        try server.sql("ALTER DATABASE \(database) OWNER TO poor_\(database)")
        let good = "postgres://poor_\(database):geheim-7@127.0.0.1:\(server.port)/\(database)"
        let urls = [
            good, good + "?geheim-7=1", "postgres//poor:geheim-7@127.0.0.1/x", good.replacing("\(server.port)", with: "1"),
            good.replacing(database, with: "none"), good.replacing("\(server.port)", with: "geheim-7"),
        ]
        for url in urls {
            let error = await #expect(throws: PostgresStoreError.self) { try await PostgresStore.open(url: url, options: .small) }
            let text = try #require(error).description
            #expect(!text.contains("geheim-7"), "\(text)")
            if url == good { #expect(text.contains("CREATE ROLE ledgerflow_writer")) }
        }
    }
}
