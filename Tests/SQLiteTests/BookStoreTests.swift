import Domain
import PortContract
import Ports
import SQLiteAdapter
import Testing

@Suite("The books in the database")
struct BookStoreTests {
    @Test("hold the constraints of numbers whoever writes")
    func constraints() async throws {
        try await withScratch { directory in
            let harness = try await SQLiteHarness(directory)
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            try await owner.record([.number(try BookSample.number(1, document: "d-1"))])
            await harness.close()
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            func insert(_ tenant: String, _ series: String, _ sequence: Int, _ key: String, _ document: String) -> Bool {
                side.execute(
                    """
                    INSERT INTO numbers (tenant, series, period, sequence, printed, printed_key, document, allocated_at)
                    VALUES ('\(tenant)', '\(series)', '2026', \(sequence), 'x', '\(key)', '\(document)', 0)
                    """)
            }
            #expect(!insert("acme", "INV", 1, "X", "d-2"))
            #expect(!insert("acme", "CN", 1, "INV2026000001", "d-2"))
            #expect(!insert("acme", "INV", 2, "X", "d-1"))
            #expect(insert("zenith", "INV", 1, "INV2026000001", "d-1"))
        }
    }

    @Test("write a document only when it is another one")
    func contents() async throws {
        try await withScratch { directory in
            let harness = try await SQLiteHarness(directory)
            let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
            func stored() -> String? { side.text("SELECT CAST(content AS TEXT) FROM invoice_contents") }
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let draft = BookSample.invoice(1)
            var last = try await owner.record([.invoice(draft)])[0]
            #expect(stored() == #"{"id":1,"lines":[]}"#)
            #expect(side.execute("UPDATE invoice_contents SET content = CAST('marked' AS BLOB)"))
            let steps: [(InvoiceContent?, String)] = [(nil, "marked"), (BookSample.content(1, encoded: Array("new".utf8)), "new")]
            for (content, expected) in steps {
                guard case .invoice(let invoice) = last.record else { return }
                let next = BookSample.changed(invoice, version: invoice.version + 1, status: .validated, content: content)
                let change = BookChange(.invoice(next), before: last)
                try await owner.commit(books: [change])
                last = change.stored
                #expect(stored() == expected)
            }
            await harness.close()
        }
    }

    @Test("are listed in short pages that go on when few of many match")
    func scanLimit() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.scanLimit = 7
            let harness = try await SQLiteHarness(directory, options: options)
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            try await owner.record(
                (0..<100).map { .invoice(BookSample.invoice($0, content: BookSample.content($0, typeCode: $0 % 30 == 5 ? "381" : "380"))) })
            var filter = InvoiceFilter()
            filter.typeCode = "381"
            var (seen, pages): ([InvoiceId], Int) = ([], 0)
            var place: InvoicePlace?
            repeat {
                let page = try await harness.books.invoices(tenant: Sample.acme, filter: filter, after: place, limit: 3)
                seen += page.invoices.map(\.id)
                place = page.next
                pages += 1
            } while place != nil && pages < 1_000
            #expect(seen == [95, 65, 35, 5].map(BookSample.invoiceId))
            #expect(pages == 15)
            await harness.close()
        }
    }

    @Test("keep the indexes of calls whole, and what is owed to them finite, when books take ordinals between")
    func backlog() async throws {
        try await withScratch { directory in
            let harness = try await SQLiteHarness(directory)
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var model = IndexModel()
            for round in 0..<20 {
                let call = try await owner.submit([
                    Sample.submission(round, in: owner, dueAt: Sample.start + .hours(Int64(2 + round)))
                ])[0]
                model.note(call, partition: owner.partition.index)
                try await owner.record((0..<5).map { .invoice(BookSample.invoice(round * 5 + $0)) })
                if round % 7 == 3 {
                    try await harness.reopen()
                    owner = try await Owner.books(of: Sample.acme, harness.journal)
                    #expect(owner.lastOrdinal == Int64(6 * (round + 1)))
                }
            }
            for _ in 0..<2 {
                try await model.checkLoads(harness.store)
                try await model.checkDue(harness.store, upTo: .latest, page: 7)
                try await harness.reopen()
            }
            await harness.close()
            expectWholeIndexes(directory)
        }
    }
}
