import Testing

@testable import Domain

@Suite struct OtherStrategiesTests {
    @Test(arguments: [("2020-01-31", "5"), ("2020-02-01", "7.5"), ("2026-11-20", "7.5")])
    func nigeriasStandardRateIsThatOfTheDay(day: String, rate: String) throws {
        let assessed = try NigerianVAT().assess(Draft.document([Draft.line("1", "1000", Draft.tax("S"))], currency: "NGN", on: day))
        #expect(assessed.lines[0].tax.rate?.description == rate)
        #expect(assessed.totals?.tax == Draft.decimal(rate == "5" ? "50" : "75"))
    }

    @Test func nigeriaKnowsNoOtherRates() {
        let document = Draft.document(
            [Draft.line("1", "1", Draft.tax("S", "10")), Draft.line("1", "1", Draft.tax("S", "5"))], currency: "NGN")
        #expect(Draft.problems(NigerianVAT(), document) == [TaxProblem("/lines/0/tax/rate", .rateNotListed(listed: ["5", "7.5"]))])
    }

    @Test func theDayOfTheTaxPointComesBeforeThatOfIssue() throws {
        var document = Draft.document([Draft.line("1", "1000", Draft.tax("S"))], currency: "NGN")
        document.delivery = InvoiceDocument.Delivery()
        document.delivery?.date = CalendarDate("2020-01-15")
        #expect(try NigerianVAT().assess(document).totals?.tax == Draft.decimal("50"))
        document.taxPointDate = CalendarDate("2020-02-15")
        #expect(try NigerianVAT().assess(document).totals?.tax == Draft.decimal("75"))
    }

    @Test func withoutADayARateThatChangedIsAskedFor() {
        let document = Draft.document([Draft.line("1", "1", Draft.tax("S"))], currency: "NGN", on: nil)
        #expect(Draft.problems(NigerianVAT(), document) == [TaxProblem("/issueDate", .dateRequired)])
    }

    @Test func aCashBillBearsNoTax() throws {
        var document = Draft.document([Draft.line("2", "1.25", Draft.tax("O")), Draft.line("1", "0.50", Draft.tax(""))])
        document.charges = [.init(amount: Draft.decimal("1"), reason: "Bag")]
        let assessed = try NoTax().assess(document)
        #expect(Draft.breakdown(assessed) == ["O -: 4.00 0.00"])
        #expect(assessed.taxBreakdown[0].exemptionReason == "Not subject to tax")
        #expect(assessed.lines[1].tax.category == "O")
        #expect(assessed.charges[0].tax?.category == "O")
        #expect(assessed.totals?.payable == Draft.decimal("4"))
        #expect(try NoTax().assess(assessed) == assessed)
        let taxed = Draft.document([Draft.line("1", "1", Draft.tax("S", "19"))])
        #expect(Draft.problems(NoTax(), taxed) == [TaxProblem("/lines/0/tax/category", .unknownCategory(allowed: ["O"]))])
    }

    @Test func theRegistryTakesTheRegimeOfTheDocument() throws {
        var document = Draft.document([Draft.line("1", "100", Draft.tax("S", "19"))])
        #expect(try TaxRegistry.standard.assess(document).totals?.tax == Draft.decimal("19"))
        document.taxRegime = "none"
        document.lines[0].tax = Draft.tax("O")
        #expect(try TaxRegistry.standard.assess(document).totals?.tax == .zero)
        document.taxRegime = "gone"
        let known = ["vat", "gst-in", "gst-in-igst", "vat-ng", "none"]
        #expect(throws: TaxError([TaxProblem("/taxRegime", .unknownRegime(known: known))])) { try TaxRegistry.standard.assess(document) }
    }
}
