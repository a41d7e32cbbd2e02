import Domain
import Testing
import XMLAdapter

/// What is drafted is assessed, looked at by the rules, and kept so that it can be issued.
@Suite struct InvoiceDeskTests {
    private let desk = InvoiceDesk { bytes throws(XMLError) in try XMLReader.read(bytes) }

    private func draft(
        _ more: String = #","dueDate":"2026-12-20""#, tax: String = #"{"category":"S","rate":"19"}"#
    ) throws -> InvoiceDocument {
        try InvoiceDocument(
            json: Array(
                """
                {"currency":"EUR"\(more),
                "seller":{"name":"Seller GmbH","vatId":"DE123456789","address":{"city":"Berlin","country":"DE"}},
                "buyer":{"name":"Buyer SA","address":{"city":"Paris","country":"FR"}},
                "lines":[{"id":"1","name":"Thing","quantity":"3","unit":"C62","unitPrice":"19.99","tax":\(tax)},
                {"id":"2","name":"Other","quantity":"1","unit":"C62","unitPrice":"10.00","tax":\(tax)}]}
                """.utf8), as: .draft)
    }

    private func today() throws -> CalendarDate { try #require(CalendarDate("2026-11-20")) }

    @Test func aDraftIsAssessedAndItsVerdictKept() throws {
        let prepared = try desk.prepare(draft(), today: today())
        #expect(prepared.findings.isEmpty)
        #expect(prepared.content.verdict == .init(ruleset: "en16931", fatal: 0, warnings: 0))
        #expect(prepared.content.summary.taxInclusive.description == "83.26")
        #expect(prepared.content.summary.sellerName == "Seller GmbH" && !prepared.content.summary.isCreditNote)
        let kept = try InvoiceDocument(json: prepared.content.encoded, as: .complete)
        #expect(kept == prepared.document && kept.number == nil && kept.issueDate == nil)
        #expect(kept.specification == InvoiceDesk.standardSpecification)
    }

    @Test func whatTheRulesForbidIsFoundBeforeItIsIssued() throws {
        let prepared = try desk.prepare(draft(tax: #"{"category":"E"}"#), today: today())
        #expect(prepared.findings.map(\.rule) == ["BR-E-10"])
        #expect(!prepared.content.verdict.isValid)
        #expect(desk.findings(on: prepared.document, today: try today(), language: .arabic).map(\.rule) == ["BR-E-10"])
    }

    @Test func theSameDraftGivesTheSameContent() throws {
        let first = try desk.prepare(draft(), today: today())
        let later = try desk.prepare(draft(), today: try #require(CalendarDate("2027-01-01")))
        #expect(first.content == later.content)
    }

    @Test func whatCannotBeTaxedIsNamedByItsPlace() throws {
        let error = #expect(throws: TaxError.self) { try desk.prepare(draft(tax: #"{"category":"X"}"#), today: today()) }
        #expect(error?.problems.first?.pointer == "/lines/0/tax/category")
    }

    @Test func anotherRegimeIsHeldToItsArithmetic() throws {
        let prepared = try desk.prepare(
            draft(#","taxRegime":"vat-ng","issueDate":"2026-11-20""#, tax: #"{"category":"S"}"#), today: today())
        #expect(prepared.content.verdict.ruleset == "assessment" && prepared.findings.isEmpty)
    }

    @Test func aCreditNoteTakesBackWhatIsAskedFor() throws {
        var original = try desk.prepare(draft(), today: today()).document
        original.number = "INV-2026-000001"
        original.issueDate = try today()
        let part = try original.creditNote(
            CreditRequest(lines: [.init(id: "1", quantity: ExactDecimal("2"))], reason: "broken"))
        let prepared = try desk.prepare(part, today: today())
        #expect(prepared.findings.isEmpty, "\(prepared.findings)")
        #expect(prepared.content.summary.isCreditNote && prepared.content.summary.taxInclusive.description == "47.58")
        #expect(prepared.document.precedingInvoices == [.init(number: "INV-2026-000001", issueDate: try today())])
        let whole = try desk.prepare(original.creditNote(CreditRequest()), today: today())
        #expect(whole.content.summary.taxInclusive.description == "83.26")
        #expect(throws: CreditProblem.noSuchLine("9")) { try original.creditNote(CreditRequest(lines: [.init(id: "9")])) }
        // A line named twice is credited twice, but never for more than was invoiced.
        let halves = CreditRequest.Line(id: "1", quantity: ExactDecimal(2))
        #expect(try original.creditNote(CreditRequest(lines: [halves])).lines.map(\.quantity) == [ExactDecimal(2)])
        #expect(throws: CreditProblem.quantity("1")) { try original.creditNote(CreditRequest(lines: [halves, .init(id: "1")])) }
        for quantity in ["0", "-1", "4"] {
            let line = CreditRequest.Line(id: "1", quantity: ExactDecimal(quantity))
            #expect(throws: CreditProblem.quantity("1")) { try original.creditNote(CreditRequest(lines: [line])) }
        }
    }

    /// BR-53: without its share the credit note of an invoice with an accounting currency could never be issued.
    @Test func aCreditNoteStatesItsShareOfTheTaxInTheTaxCurrency() throws {
        let dollars = try draft(#","dueDate":"2026-12-20","taxCurrency":"USD","totals":{"taxInTaxCurrency":"14.62"}"#)
        var original = try desk.prepare(dollars, today: today()).document
        original.number = "INV-2026-000001"
        original.issueDate = try today()
        #expect(original.totals?.tax?.description == "13.29")

        let whole = try desk.prepare(original.creditNote(CreditRequest()), crediting: original, today: today())
        #expect(whole.findings.isEmpty, "\(whole.findings)")
        #expect(whole.document.totals?.taxInTaxCurrency?.description == "14.62")

        let request = CreditRequest(lines: [.init(id: "2")])
        let part = try desk.prepare(original.creditNote(request), crediting: original, today: today())
        #expect(part.findings.isEmpty, "\(part.findings)")
        #expect(part.document.totals?.tax?.description == "1.90")
        #expect(part.document.totals?.taxInTaxCurrency?.description == "2.09")
    }
}
