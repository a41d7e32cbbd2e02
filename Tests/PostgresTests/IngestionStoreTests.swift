import Domain
import PortContract
import Ports
import PostgresKit
import Testing

@testable import PostgresAdapter

@Suite("What ingestion puts on record, in PostgreSQL", .enabled(if: PostgresServer.isAvailable))
struct IngestionStoreTests {
    /// The plan of a statement as a connection of the store has it.
    private func plan(
        _ statement: Statement, _ types: String, _ values: String, role: String, _ harness: PostgresHarness, options: String = ""
    ) throws -> String {
        try harness.server.sql(
            """
            \(SessionSetup.sql(role: role, options: .small)); SET ledgerflow.tenant = 'acme';
            PREPARE asked (\(types)) AS \(statement.sql); EXPLAIN (COSTS OFF\(options)) EXECUTE asked (\(values))
            """, database: harness.database
        ).joined(separator: "\n")
    }

    /// A store with one document, and `rows` copies of it: number n belongs to the source n mod 5, and one of a thousand is mapped.
    private func many(_ rows: Int, _ harness: PostgresHarness) async throws {
        var owner = try await Owner.books(of: Sample.acme, harness.journal)
        var history = IngestionSample.History()
        let taken = try history.take(IngestionSample.document("R-1", [1]))
        try await owner.commit(books: owner.numbered(taken.records), contents: taken.contents)
        try harness.server.sql(
            """
            INSERT INTO ledgerflow.ingestion_records (key, version, created_at, id, tenant, kind, source, status, number, state)
            SELECT s.key + n.i, 1, s.created_at + n.i / 3, gen_random_uuid(), s.tenant, s.kind, 's' || n.i % 5,
              CASE n.i % 1000 WHEN 7 THEN 'mapped' ELSE s.status END, 'N-' || n.i % 1000, s.state
            FROM generate_series(2, \(rows + 1)) AS n (i) CROSS JOIN ledgerflow.ingestion_records AS s WHERE s.number = 'R-1'
            """, database: harness.database)
    }

    @Test("of fifty thousand documents a page is a range of one index in its order, by whatever it is narrowed")
    func manyDocuments() async throws {
        try await withStore { harness in
            try await many(50_000, harness)
            let analyze = ", ANALYZE, TIMING OFF, SUMMARY OFF"
            let lists = [
                (IngestionReadStatements.ofKind, "ingestion_records_listed", "", ""),
                (IngestionReadStatements.ofSource, "ingestion_records_of_source", ", text", ", 's3'"),
                (IngestionReadStatements.ofNumber, "ingestion_records_numbered", ", text", ", 'N-3'"),
            ]
            for (list, index, type, value) in lists {
                for place in [Int64.max, Sample.start.microseconds + 5_000] {
                    let range = "'acme', 'invoice', \(place), '00000000-0000-0000-0000-000000000000'"
                    let search = try plan(
                        list.search, "text, text, bigint, uuid, bigint, bigint, text\(type)", "\(range), 11, 11, NULL\(value)",
                        role: Roles.query, harness, options: analyze)
                    let row = "Index Scan Backward using \(index) on ingestion_records (actual rows=11 loops=1)"
                    #expect(search.contains(row) && !search.contains("Sort"), "\(search)")
                    let bound = try plan(
                        list.bound, "text, text, bigint, uuid, bigint\(type)", "\(range), 7\(value)", role: Roles.query, harness)
                    #expect(bound.contains("using \(index)") && !bound.contains("Sort"), "\(bound)")
                }
            }
            let octets = try plan(
                IngestionReadStatements.octets, "text, text, uuid, bigint",
                "'acme', 'invoice', '00000000-0000-0000-0000-000000000000', 1", role: Roles.query, harness)
            #expect(octets.contains("ingestion_records_by_id") && octets.contains("ingestion_contents_pkey"), "\(octets)")
            #expect(!octets.contains("Seq Scan"), "\(octets)")
            let loaded = try plan(
                IngestionReadStatements.load, "text[], text[], uuid[]", "'{a}', '{run}', '{00000000-0000-0000-0000-000000000000}'",
                role: Roles.writer, harness)
            #expect(loaded.contains("Index Scan using ingestion_records_by_id on ingestion_records r"), "\(loaded)")
            let dropped = try plan(IngestionStatements.dropRuns, "text[], text[]", "'{acme}', '{s3}'", role: Roles.writer, harness)
            #expect(dropped.contains("ingestion_records_of_source") && !dropped.contains("Seq Scan"), "\(dropped)")
        }
    }

    @Test("records are listed in short pages that go on when few of many match")
    func scanLimit() async throws {
        var options = PostgresStoreOptions.small
        options.scanLimit = 7
        try await withStore(options) { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let runs = try (0..<100).map { number in
                try IngestionSample.run(number, number % 30 == 5 ? .failed : .succeeded, at: Sample.start + .seconds(Int64(number)))
            }
            try await owner.record(runs.map(BookRecord.ingestion))
            var filter = IngestionFilter(.run)
            filter.status = "failed"
            var (seen, pages): ([IngestionRecord], Int) = ([], 0)
            var place: IngestionPlace?
            repeat {
                let page = try await harness.books.ingestionRecords(tenant: Sample.acme, filter: filter, after: place, limit: 3)
                seen += page.records
                place = page.next
                pages += 1
            } while place != nil && pages < 1_000
            #expect(seen == [95, 65, 35, 5].map { runs[$0] })
            #expect(pages == 15)
        }
    }

    @Test("whatever the writer says, nothing that was received goes, and no run that is under way")
    func kept() async throws {
        try await withStore { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var history = IngestionSample.History()
            let taken = try history.take(IngestionSample.document("R-1", [1]))
            let slice = try history.take(IngestionSample.slice([2]))
            let runs = [try IngestionSample.run(1), try IngestionSample.run(2, .failed)].map(BookRecord.ingestion)
            try await owner.commit(
                books: owner.numbered(taken.records + slice.records + runs), contents: taken.contents + slice.contents)
            for table in ["ingestion_records", "ingestion_contents"] {
                try harness.server.sql("SET ROLE ledgerflow_writer; DELETE FROM ledgerflow.\(table)", database: harness.database)
            }
            let octets = try harness.server.sql("SELECT version FROM ledgerflow.ingestion_contents", database: harness.database)
            #expect(octets == ["1", "1"])
            let left = try harness.server.sql(
                "SELECT kind || ' ' || status FROM ledgerflow.ingestion_records ORDER BY kind", database: harness.database)
            #expect(left == ["invoice received", "quarantine open", "run running"])
        }
    }

    @Test("a change of a record writes no index and no octets again")
    func quietChange() async throws {
        try await withStore { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var history = IngestionSample.History()
            let taken = try history.take(IngestionSample.document("R-1", Array(repeating: 65, count: 9_000)))
            let made = owner.numbered(taken.records)
            try await owner.commit(books: made, contents: taken.contents)
            func place() throws -> [String] {
                try harness.server.sql("SELECT ctid, xmin FROM ledgerflow.ingestion_contents", database: harness.database)
            }
            let before = try place()
            let mapping = IngestedInvoice.Mapping(revision: 1, invoice: nil, problems: ["no buyer"])
            let mapped = try history.take(.mapped(number: "R-1", of: IngestionSample.source("erp"), mapping))
            try await owner.commit(books: [BookChange(try #require(mapped.records.first), before: made[0].stored)])
            #expect(try place() == before)
            let indexed = try harness.server.sql(
                """
                SELECT DISTINCT a.attname FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
                WHERE i.indrelid = 'ledgerflow.ingestion_records'::regclass AND a.attname IN ('version', 'status', 'state')
                """, database: harness.database)
            #expect(indexed == [])
        }
    }
}
