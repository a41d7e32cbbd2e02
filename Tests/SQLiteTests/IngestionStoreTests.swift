import CSQLite
import Domain
import Foundation
import PortContract
import Ports
import Testing

@testable import SQLiteAdapter

@Suite("What ingestion puts on record, in the database")
struct IngestionStoreTests {
    @Test("every list is a range of one index, in its order, and so is what keeps the runs few")
    func plans() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            let place = "(created_at,id)<(?,?)"
            let expected = [
                (IngestionReader.newestQuery, "INDEX ingestion_records_by_creation (tenant=? AND kind=? AND \(place))"),
                (IngestionReader.newestOfSourceQuery, "INDEX ingestion_records_by_source (tenant=? AND kind=? AND source=? AND \(place))"),
                (IngestionReader.newestOfNumberQuery, "INDEX ingestion_records_by_number (tenant=? AND number=? AND \(place))"),
                (IngestionReader.octetsQuery, "INDEX ingestion_contents_by_version (key=? AND version=?)"),
                (IngestionStatements.dropRunsQuery, "INDEX ingestion_records_by_source (tenant=? AND kind=? AND source=?)"),
            ]
            for (query, search) in expected {
                let plan = side.plan(query)
                #expect(plan.contains { $0.contains(search) } && !plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
            }
            await store.close()
        }
    }

    /// Makes rows of documents as copies of the one that is there: number n belongs to the source n mod 5.
    private func multiply(_ rows: Int, _ side: SideConnection) throws {
        try #require(
            side.execute(
                """
                WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= \(rows))
                INSERT INTO ingestion_records (key, tenant, kind, id, version, source, status, number, created_at, state)
                SELECT s.key + n.i, s.tenant, s.kind, randomblob(16), 1, 's' || (n.i % 5), CASE n.i % 1000 WHEN 7 THEN 'mapped' ELSE s.status END,
                  'N-' || (n.i % 1000), s.created_at + n.i / 3, s.state
                FROM n CROSS JOIN ingestion_records AS s WHERE s.number = 'R-1'
                """))
    }

    @Test("of fifty thousand documents a page is read with work that does not grow with their number, by whatever it is narrowed")
    func manyDocuments() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner.books(of: Sample.acme, store)
            var history = IngestionSample.History()
            let taken = try history.take(IngestionSample.document("R-1", [1]))
            try await owner.commit(books: owner.numbered(taken.records), contents: taken.contents)
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            try multiply(50_000, side)
            let start = Sample.start.microseconds
            let narrow = [
                (IngestionReader.newestQuery, "0"), (IngestionReader.newestOfSourceQuery, "'s3'"),
                (IngestionReader.newestOfNumberQuery, "'N-3'"),
            ]
            for (query, value) in narrow {
                func work(_ before: Int64, _ count: Int) -> Int32 {
                    var text = query + " LIMIT \(count)"
                    for (name, value) in [
                        ("?1", "'acme'"), ("?2", "'invoice'"), ("?3", "\(before)"), ("?4", "zeroblob(0)"), ("?5", value),
                    ] { text = text.replacing(name, with: value) }
                    return side.steps(text)
                }
                let (first, deep) = (work(.max, 10), work(start + 5_000, 10))
                #expect(first > 0 && first < 1_000 && abs(first - deep) * 4 < first, "\(query): \(first), \(deep)")
            }
            await store.close()
        }
    }

    @Test("records are listed in short pages that go on when few of many match")
    func scanLimit() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.scanLimit = 7
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var owner = try await Owner.books(of: Sample.acme, store)
            let runs = try (0..<100).map { number in
                try IngestionSample.run(number, number % 30 == 5 ? .failed : .succeeded, at: Sample.start + .seconds(Int64(number)))
            }
            try await owner.record(runs.map(BookRecord.ingestion))
            var filter = IngestionFilter(.run)
            filter.status = "failed"
            var (seen, pages): ([IngestionRecord], Int) = ([], 0)
            var place: IngestionPlace?
            repeat {
                let page = try await store.ingestionRecords(tenant: Sample.acme, filter: filter, after: place, limit: 3)
                seen += page.records
                place = page.next
                pages += 1
            } while place != nil && pages < 1_000
            #expect(seen == [95, 65, 35, 5].map { runs[$0] })
            #expect(pages == 15)
            await store.close()
        }
    }

    @Test("a change of a record does not write its octets again")
    func quietChange() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner.books(of: Sample.acme, store)
            var history = IngestionSample.History()
            let taken = try history.take(IngestionSample.document("R-1", Array(repeating: 65, count: 9_000)))
            let made = owner.numbered(taken.records)
            try await owner.commit(books: made, contents: taken.contents)
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            let rows = "SELECT group_concat(rowid || ':' || key || ':' || version || ':' || length(octets)) FROM ingestion_contents"
            let before = side.text(rows)
            let mapping = IngestedInvoice.Mapping(revision: 1, invoice: nil, problems: ["no buyer"])
            let mapped = try history.take(.mapped(number: "R-1", of: IngestionSample.source("erp"), mapping))
            try await owner.commit(books: [BookChange(try #require(mapped.records.first), before: made[0].stored)])
            #expect(before == side.text(rows) && before?.hasSuffix(":1:9000") == true)
            var filter = IngestionFilter(.invoice)
            filter.status = "not-mapped"
            let page = try await store.ingestionRecords(tenant: Sample.acme, filter: filter, after: nil, limit: 9)
            #expect(page.records.map(BookRecord.ingestion) == mapped.records)
            // A commit that says nothing of ingestion never meets its statements: only these columns change.
            await store.close()
        }
    }
}
