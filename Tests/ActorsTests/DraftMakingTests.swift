import Domain
import InMemoryAdapter
import Ports
import Testing
import XMLAdapter

@testable import Actors
@testable import Simulation

/// A SOAP batch on its whole way: split, kept octet for octet, told, and made into a draft (IG-3, IG-7).
@Suite struct DraftMakingTests {
    private static func invoice(_ number: String, price: String = "10.00", currency: String = "EUR") -> String {
        "<p:Invoice><Number> \(number) </Number><p:Currency>\(currency)</p:Currency><Buyer>Bänder &amp; Söhne</Buyer>"
            + "<Line><Price>\(price)</Price></Line></p:Invoice>"
    }

    private static func envelope(_ invoices: String...) -> String {
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body><R><![CDATA["
            + "<Batch xmlns:p=\"urn:erp\">\(invoices.joined(separator: "\n"))</Batch>]]></R></soap:Body></soap:Envelope>"
    }

    private static let mapping = #"""
        {"fields":{"currency":"Currency","taxRegime":{"constant":"none"},"issueDate":{"constant":"2026-11-20"},
        "seller.name":{"constant":"Seller GmbH"},"seller.address.country":{"constant":"DE"},
        "buyer.name":"Buyer","buyer.address.country":{"constant":"FR"}},
        "lists":{"lines":{"each":"Line","fields":{"id":{"constant":"1"},"name":{"constant":"Thing"},"quantity":{"constant":"2"},
        "unit":{"constant":"C62"},"unitPrice":"Price"}}}}
        """#

    private func bench(_ batch: String) throws -> IngestionBench {
        let bench = try IngestionBench()
        bench.feed.steps = [.batch(batch)]
        bench.feed.pieceBytes = 100
        bench.splitting = XMLBatchSplitting()
        bench.drafting = DraftMaking(
            parse: { octets, encoding, namespaces throws(XMLError) in
                try XMLReader.read(slice: octets, encoding: encoding, namespaces: namespaces)
            },
            desk: InvoiceDesk { bytes throws(XMLError) in try XMLReader.read(bytes) })
        bench.start()
        try bench.send(.create(try plan(bench)))
        return bench
    }

    private func plan(_ bench: IngestionBench) throws -> IngestionSource.Plan {
        let plan = try bench.plan(mapping: try IngestionMapping(json: Array(Self.mapping.utf8)))
        return IngestionSource.Plan(
            request: plan.request, interval: plan.interval, overlap: plan.overlap, lookback: plan.lookback,
            split: SplitPlan(invoiceElement: try #require(SplitName("Invoice")), numberPath: try #require(SplitPath("Number"))),
            mapping: plan.mapping, fingerprint: plan.fingerprint)
    }

    private func draft(of document: IngestedInvoice, _ bench: IngestionBench) -> Invoice? {
        if case .invoice(let invoice)? = bench.store.current(.invoice(bench.tenant, document.draft)) { return invoice } else { return nil }
    }

    @Test func aDocumentIsKeptOctetForOctetAndBecomesADraft() throws {
        let bench = try bench(Self.envelope(Self.invoice("R-1"), Self.invoice("R-2", price: "ten")))
        bench.pass(.seconds(10))
        let document = try #require(bench.document("R-1"))
        let octets = bench.store.content(document.key, version: 1, tenant: bench.tenant)
        #expect(octets.map { String(decoding: $0, as: UTF8.self) } == Self.invoice("R-1"))
        #expect(document.latest.namespaces == [InheritedNamespace(prefix: "p", uri: "urn:erp")])
        #expect(document.mapping?.problems == [])
        let made = try #require(draft(of: document, bench))
        #expect(made.status == .draft)
        #expect(made.origin.source == .ingestion)
        #expect(made.content.summary.payable.description == "20.00")
        #expect(made.content.summary.buyerName == "Bänder & Söhne")
        // One that cannot be mapped is in the books all the same, and says why.
        let other = try #require(bench.document("R-2"))
        #expect(other.mapping?.invoice == nil)
        #expect(other.mapping?.problems.first?.contains("unitPrice") == true)
        #expect(self.draft(of: other, bench) == nil)
        #expect(bench.runs.first?.status == .succeeded)
    }

    @Test func aLaterVersionReplacesTheDraftUntilItIsIssued() throws {
        let bench = try bench(Self.envelope(Self.invoice("R-1")))
        bench.pass(.seconds(10))
        bench.feed.steps = [.batch(Self.envelope(Self.invoice("R-1", price: "12.50")))]
        bench.pass(.minutes(2))
        let document = try #require(bench.document("R-1"))
        #expect(document.latest.number == 2)
        #expect(document.mapping == .init(revision: 2, invoice: document.draft, problems: []))
        #expect(draft(of: document, bench)?.content.summary.payable.description == "25.00")
        let before = bench.events(.invoiceMapped).count
        bench.pass(.minutes(5))
        #expect(bench.events(.invoiceMapped).count == before, "what is mapped is not mapped again")
        try bench.send(.issue(document.draft, IssueOrder()))
        bench.feed.steps = [.batch(Self.envelope(Self.invoice("R-1", price: "99.00")))]
        bench.pass(.minutes(2))
        let third = try #require(bench.document("R-1"))
        #expect(third.latest.number == 3)
        #expect(third.mapping?.invoice == nil)
        #expect(third.mapping?.problems.first?.contains("issued") == true)
        #expect(draft(of: third, bench)?.content.summary.payable.description == "25.00")
    }

    // MARK: Judged again

    private func retry(_ slice: QuarantinedSlice, _ bench: IngestionBench) throws -> Result<QuarantineOutcome, QuarantineError> {
        let engine = try #require(bench.engine)
        nonisolated(unsafe) var outcome: Result<QuarantineOutcome, QuarantineError>?
        Task(executorPreference: bench.executor) {
            do throws(QuarantineError) {
                outcome = .success(try await engine.retry(slice.id, tenant: bench.tenant, by: "ana"))
            } catch {
                outcome = .failure(error)
            }
        }
        bench.run { outcome != nil }
        return try #require(outcome)
    }

    /// The source with other settings of how its documents are found.
    private func put(_ split: SplitPlan, _ mark: UInt8, interval: TimeSpan = .minutes(1), _ bench: IngestionBench) throws {
        let plan = try plan(bench)
        try bench.send(
            .put(
                IngestionSource.Plan(
                    request: plan.request, interval: interval, split: split, fingerprint: Fingerprint(bytes: [mark])),
                ifVersion: nil))
    }

    @Test func aSliceIsTakenOnceTheSourcesSettingsAreMended() throws {
        let bench = try bench(Self.envelope(Self.invoice("R-1"), "<p:Invoice><Nr>R-9</Nr></p:Invoice>"))
        bench.pass(.seconds(10))
        let slice = try #require(bench.slices.first)
        #expect(slice.finding.code == "no-number")
        let first = try retry(slice, bench)
        guard case .success(.refused(let still)) = first else {
            Issue.record("it is not refused: \(first)")
            return
        }
        #expect(still.version == slice.version, "the same finding is not told again")
        try put(
            SplitPlan(invoiceElement: try #require(SplitName("Invoice")), numberPath: try #require(SplitPath("Nr"))), 9,
            interval: .hours(1), bench)
        let second = try retry(slice, bench)
        guard case .success(.ingested(let document)) = second else {
            Issue.record("it is not taken: \(second)")
            return
        }
        #expect(document.number == "R-9")
        #expect(document.latest.run == nil)
        #expect(bench.slices.first?.status == .resolved)
        #expect(bench.slices.first?.resolvedAs == document.id)
        let third = try retry(slice, bench)
        guard case .failure(.resolved) = third else {
            Issue.record("it is judged again: \(third)")
            return
        }
    }

    @Test func whatWasTooLargeStaysSoForOnlyItsBeginningIsKept() throws {
        let bench = try bench(Self.envelope(Self.invoice("R-1")))
        bench.pass(.seconds(10))
        let split = try plan(bench).split
        var narrow = split
        narrow.limits.invoiceBytes = 60
        try put(narrow, 9, bench)
        bench.feed.steps = [.batch(Self.envelope(Self.invoice("R-2")))]
        bench.pass(.minutes(2))
        let slice = try #require(bench.slices.first)
        #expect(slice.finding.code == "too-large")
        #expect(slice.size <= 60)
        bench.feed.steps = [.batch(Self.envelope(Self.invoice("R-1")))]
        try put(split, 10, bench)
        let outcome = try retry(slice, bench)
        guard case .success(.refused(let still)) = outcome else {
            Issue.record("half a document is taken: \(outcome)")
            return
        }
        #expect(still.finding == slice.finding, "it is not called malformed")
        #expect(bench.document("R-2") == nil)
        // It is taken when it comes again.
        bench.feed.steps = [.batch(Self.envelope(Self.invoice("R-2")))]
        bench.pass(.minutes(2))
        #expect(bench.document("R-2") != nil)
    }
}
