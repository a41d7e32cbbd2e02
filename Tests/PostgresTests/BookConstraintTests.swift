import Domain
import PortContract
import Ports
import PostgresAdapter
import PostgresKit
import Testing

@Suite("The database itself keeps the books", .enabled(if: PostgresServer.isAvailable))
struct BookConstraintTests {
    @Test("no statement gives a number, a printed number or a document's number twice, or takes one back")
    func numbers() async throws {
        try await withStore { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let series = try BookSample.series(last: ["2026": 2], allocated: ["2026": 1])
            try await owner.record([.series(series), .number(try BookSample.number(1))])
            func insert(_ sequence: Int, _ printed: String, _ document: String, tenant: String = "acme") throws {
                try harness.server.sql(
                    """
                    SET ROLE ledgerflow_writer;
                    INSERT INTO ledgerflow.numbers (sequence, allocated_at, tenant, series, period, printed, printed_key, document)
                    VALUES (\(sequence), 0, '\(tenant)', 'INV', '2026', '\(printed)', '\(NumberFormat.key(of: printed))', '\(document)')
                    """, database: harness.database)
            }
            func expect(_ constraint: String, _ body: () throws -> Void) {
                #expect { try body() } throws: { "\($0)".contains(constraint) }
            }
            expect("numbers_pkey") { try insert(1, "X-1", "d") }
            expect("numbers_printed") { try insert(2, "INV/2026.000001", "d") }
            expect("numbers_document") { try insert(2, "INV-2026-000002", "doc-INV-2026-1") }
            func write(_ statement: String) throws {
                try harness.server.sql("SET ROLE ledgerflow_writer; \(statement)", database: harness.database)
            }
            expect("permission denied") { try write("UPDATE ledgerflow.numbers SET sequence = 9") }
            expect("permission denied") { try write("TRUNCATE ledgerflow.numbers") }
            try insert(2, "INV-2026-000002", "d")
            try insert(1, "INV-2026-000001", "doc-INV-2026-1", tenant: "zenith")
            // The second was taken over from another system; of the other tenant's no series says so.
            for condition in ["true", "sequence = 1", "tenant = 'zenith'"] {
                expect("cannot be taken back") { try write("DELETE FROM ledgerflow.numbers WHERE \(condition)") }
            }
            try write("DELETE FROM ledgerflow.numbers WHERE tenant = 'acme' AND sequence = 2")
            try insert(2, "INV-2026-000002", "d")
        }
    }

    @Test("a change of status does not write the document again")
    func contents() async throws {
        try await withStore { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let draft = BookSample.invoice(1)
            var stored = try await owner.record([.invoice(draft)])[0]
            func place() throws -> [String] {
                try harness.server.sql("SELECT ctid, xmin FROM ledgerflow.invoice_contents", database: harness.database)
            }
            let first = try place()
            for (index, status) in [Invoice.Status.validated, .issued, .signed, .accepted].enumerated() {
                let change = BookChange(
                    .invoice(BookSample.changed(draft, version: Int64(index + 2), status: status)), before: stored)
                try await owner.commit(books: [change])
                stored = change.stored
                #expect(try place() == first)
            }
        }
    }

    @Test("a draft that is replaced has its new document, whether the event says so or not", arguments: [true, false])
    func replaced(isTold: Bool) async throws {
        try await withStore { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let stored = try await owner.record([.invoice(BookSample.invoice(1)), .invoice(BookSample.invoice(2))])
            guard case .invoice(let draft) = stored[0].record, case .invoice(let other) = stored[1].record else { return }
            let next = BookSample.changed(draft, version: 2, status: .draft, content: BookSample.content(1, encoded: [1, 2, 3]))
            let changes = [
                BookChange(.invoice(next), before: stored[0], type: isTold ? .invoice(.replaced) : nil),
                BookChange(.invoice(BookSample.changed(other, version: 2, status: .validated)), before: stored[1]),
            ]
            try await owner.commit(books: changes)
            let found = try await harness.journal.load(stored.map(\.record.key), in: owner.partition)
            #expect(byKey(found) == byKey(changes.map(\.stored)))
        }
    }

    @Test("what an issued invoice says cannot be changed, whatever the commit claims", arguments: [true, false])
    func issued(isTold: Bool) async throws {
        try await withStore { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let issued = BookSample.invoice(1, status: .issued, assigned: try BookSample.number(1).number)
            let stored = try await owner.record([.invoice(issued)])[0]
            for status in [Invoice.Status.draft, .issued, .signed] {
                let next = BookSample.changed(issued, version: 2, status: status, content: BookSample.content(1, encoded: [1, 2, 3]))
                let change = BookChange(.invoice(next), before: stored, type: isTold ? .invoice(.replaced) : nil)
                try await requireError("another content", \.isRejected) {
                    try await harness.journal.commit(owner.batch(books: [change]))
                }
            }
            #expect(try await harness.journal.load([stored.record.key], in: owner.partition) == [stored])
        }
    }

    @Test("of many numbers in a commit the one that is taken is named")
    func named() async throws {
        try await withStore { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            try await owner.record([.number(try BookSample.number(700))])
            let many = try (1...900).map { BookChange(.number(try BookSample.number($0, document: "again-\($0)"))) }
            try await requireError("a taken number", { $0 == .numberCollision("INV-2026-000700") }) {
                try await harness.journal.commit(owner.batch(books: many))
            }
        }
    }
}
