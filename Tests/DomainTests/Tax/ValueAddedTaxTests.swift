import Testing

@testable import Domain

@Suite struct ValueAddedTaxTests {
    @Test func anInvoiceWithTwoRatesAnAllowanceAndAChargeAddsUp() throws {
        // given
        var document = Draft.document([
            Draft.line("3", "19.99", Draft.tax("S", "19")), Draft.line("0.5", "8.33", Draft.tax("S", "7")),
            Draft.line("1000", "4.56", Draft.tax("S", "19"), base: "100"),
        ])
        document.lines[0].allowances = [.init(percentage: Draft.decimal("10"), reason: "Loyalty")]
        document.lines[1].charges = [.init(amount: Draft.decimal("0.5"), reason: "Wrapping")]
        document.allowances = [.init(amount: Draft.decimal("5"), tax: Draft.tax("S", "19"), reason: "Voucher")]
        document.charges = [.init(amount: Draft.decimal("3.90"), tax: Draft.tax("S", "7"), reason: "Freight")]
        document.prepaidAmount = Draft.decimal("20")
        document.roundingAmount = Draft.decimal("0.02")
        // when
        let assessed = try ValueAddedTax().assess(document)
        // then: 59.97 - 6.00, 4.17 + 0.50, 45.60
        #expect(assessed.lines.map { $0.netAmount?.description } == ["53.97", "4.67", "45.60"])
        #expect(assessed.lines[0].allowances[0].amount?.description == "6.00")
        #expect(assessed.lines[0].allowances[0].baseAmount?.description == "59.97")
        #expect(Draft.breakdown(assessed) == ["S 19: 94.57 17.97", "S 7: 8.57 0.60"])
        let totals = try #require(assessed.totals)
        #expect(totals.lineNet.description == "104.24")
        #expect(totals.allowances?.description == "5.00")
        #expect(totals.charges?.description == "3.90")
        #expect(totals.taxExclusive.description == "103.14")
        #expect(totals.tax?.description == "18.57")
        #expect(totals.taxInclusive.description == "121.71")
        #expect(totals.payable.description == "101.73")
        #expect(try assessed.derivedTotals() == totals)
    }

    /// 19 % of 0.02 is 0.0038: nothing on one line, 0.04 on ten.
    @Test func roundingPerLineAndPerDocumentDiffer() throws {
        let document = Draft.document((0..<10).map { _ in Draft.line("1", "0.02", Draft.tax("S", "19")) })
        #expect(try Draft.breakdown(ValueAddedTax().assess(document)) == ["S 19: 0.20 0.04"])
        let perLine = ValueAddedTax(RegimeSettings(level: .line))
        #expect(try Draft.breakdown(perLine.assess(document)) == ["S 19: 0.20 0.00"])
        #expect(try perLine.lineTaxes(of: document).map(\.amount.description) == [String](repeating: "0.00", count: 10))
    }

    /// Halves go away from zero, so that a credit by negative amounts takes back exactly what was invoiced.
    @Test(arguments: [("1", "2.50 0.13"), ("-1", "-2.50 -0.13")])
    func aNegativeDocumentMirrorsThePositiveOne(quantity: String, expected: String) throws {
        let document = Draft.document([Draft.line(quantity, "2.50", Draft.tax("S", "5"))])
        #expect(try Draft.breakdown(ValueAddedTax().assess(document)) == ["S 5: \(expected)"])
        let price = Draft.document([Draft.line(quantity, "1.005", Draft.tax("Z"))])
        #expect(try ValueAddedTax().assess(price).lines[0].netAmount == Draft.decimal(quantity == "1" ? "1.01" : "-1.01"))
    }

    @Test func categoriesWithoutTaxBearNoneAndSayWhy() throws {
        var document = Draft.document(["Z", "E", "AE", "K", "G"].map { Draft.line("1", "100", Draft.tax($0)) })
        document.taxBreakdown = [.init(taxableAmount: .zero, taxAmount: .zero, category: "E")]
        document.taxBreakdown[0].exemptionReason = "Training"
        let assessed = try ValueAddedTax().assess(document)
        #expect(Draft.breakdown(assessed) == ["Z", "E", "AE", "K", "G"].map { "\($0) 0: 100.00 0.00" })
        #expect(assessed.taxBreakdown.map(\.exemptionReasonCode) == [nil, nil, "VATEX-EU-AE", "VATEX-EU-IC", "VATEX-EU-G"])
        #expect(
            assessed.taxBreakdown.map(\.exemptionReason) == [
                nil, "Training", "Reverse charge", "Intra-Community supply", "Export outside the EU",
            ])
        #expect(assessed.lines.allSatisfy { $0.tax.rate == .zero })
    }

    @Test func outsideTheUnionNoCodeOfTheUnionIsGiven() throws {
        var document = Draft.document([Draft.line("1", "100", Draft.tax("G"))], currency: "SAR")
        document.seller = InvoiceDocument.Party(name: "Seller")
        document.seller?.address = InvoiceDocument.Address(country: "SA")
        let assessed = try ValueAddedTax().assess(document)
        #expect(assessed.taxBreakdown[0].exemptionReason == "Export")
        #expect(assessed.taxBreakdown[0].exemptionReasonCode == nil)
    }

    @Test func outOfScopeHasNoRateAndStandsAlone() throws {
        let alone = try ValueAddedTax().assess(Draft.document([Draft.line("2", "5", Draft.tax("O", "0"))]))
        #expect(Draft.breakdown(alone) == ["O -: 10.00 0.00"])
        #expect(alone.lines[0].tax.rate == nil)
        let mixed = Draft.document([Draft.line("1", "1", Draft.tax("S", "19")), Draft.line("1", "1", Draft.tax("O"))])
        #expect(Draft.problems(ValueAddedTax(), mixed) == [TaxProblem("/lines/1/tax/category", .excludesOthers)])
    }

    @Test func ratesThatAreEqualByValueAreOneEntry() throws {
        let document = Draft.document([Draft.line("1", "1", Draft.tax("S", "19")), Draft.line("1", "1", Draft.tax("S", "19.00"))])
        let assessed = try ValueAddedTax().assess(document)
        #expect(Draft.breakdown(assessed) == ["S 19: 2.00 0.38"])
        #expect(assessed.lines[1].tax.rate?.description == "19.00")
    }

    @Test func everyProblemIsNamedByItsPlace() {
        var document = Draft.document(
            [
                Draft.line("1", "1", Draft.tax("S")), Draft.line("1", "1", Draft.tax("X", "1")), Draft.line("1", "1", Draft.tax("E", "5")),
                Draft.line("1", "1", Draft.tax("S", "-1")), Draft.line("1", "1", Draft.tax("S", "19", cess: "1")),
                Draft.line("1", "1", Draft.tax("S", "19"), base: "0"), Draft.line("12345678901", "1", Draft.tax("S", "19")),
                Draft.line("1", "0.123456789", Draft.tax("S", "19")), Draft.line("9999999999", "999999999999", Draft.tax("S", "19")),
            ])
        document.lines[4].tax.cessRate = Draft.decimal("1")
        document.allowances = [.init(amount: Draft.decimal("1")), .init(amount: Draft.decimal("1.005"), tax: Draft.tax("S", "19"))]
        document.charges = [.init(tax: Draft.tax("S", "19"))]
        document.prepaidAmount = Draft.decimal("0.001")
        let allowed = ["S", "Z", "E", "AE", "K", "G", "O", "L", "M", "B"]
        let found = Draft.problems(ValueAddedTax(), document)
        #expect(
            found == [
                TaxProblem("/lines/0/tax/rate", .rateRequired), TaxProblem("/lines/1/tax/category", .unknownCategory(allowed: allowed)),
                TaxProblem("/lines/2/tax/rate", .rateMustBeZero), TaxProblem("/lines/3/tax/rate", .rateOutOfRange),
                TaxProblem("/lines/4/tax/cessRate", .cessNotLevied), TaxProblem("/lines/5/priceBaseQuantity", .notPositive),
                TaxProblem("/lines/6/quantity", .outOfRange(whole: 10, decimals: 8)),
                TaxProblem("/lines/7/unitPrice", .outOfRange(whole: 12, decimals: 8)), TaxProblem("/lines/8/quantity", .tooLarge),
                TaxProblem("/allowances/0/tax", .taxRequired), TaxProblem("/allowances/1/amount", .outOfRange(whole: 18, decimals: 2)),
                TaxProblem("/charges/0/amount", .amountRequired), TaxProblem("/prepaidAmount", .outOfRange(whole: 18, decimals: 2)),
            ])
    }

    @Test func zerosAtTheEndDoNotCountAsDigits() throws {
        let line = Draft.line("1.0000000000000000", "2.50000000000000", Draft.tax("S", "19.000000000"))
        #expect(try Draft.breakdown(ValueAddedTax().assess(Draft.document([line]))) == ["S 19.000000000: 2.50 0.48"])
    }

    @Test func moreLinesThanTheLimitAreRefusedAtOnce() {
        let line = Draft.line("1", "1", Draft.tax("S", "19"))
        let document = Draft.document([InvoiceDocument.Line](repeating: line, count: 10_001))
        #expect(Draft.problems(ValueAddedTax(), document) == [TaxProblem("/lines", .tooMany(limit: 10_000))])
    }

    @Test func manyProblemsAreListedUpToALimitAndCounted() throws {
        let line = Draft.line("1", "1", Draft.tax("S"))
        do throws(TaxError) {
            _ = try ValueAddedTax().assess(Draft.document([InvoiceDocument.Line](repeating: line, count: 250)))
            Issue.record("assessed without rates")
        } catch {
            #expect(error.problems.count == 100)
            #expect(error.unlistedCount == 150)
        }
    }

    @Test(arguments: ["", "eur", "XAU", "ZZZ"])
    func aCurrencyWithoutMinorUnitsIsRefused(code: String) {
        #expect(Draft.problems(ValueAddedTax(), Draft.document([], currency: code)) == [TaxProblem("/currency", .unknownCurrency)])
    }

    @Test func decimalsCanBeSetForACurrencyWithThree() throws {
        let document = Draft.document([Draft.line("1", "1.2345", Draft.tax("S", "10"))], currency: "BHD")
        #expect(try Draft.breakdown(ValueAddedTax().assess(document)) == ["S 10: 1.235 0.124"])
        #expect(try Draft.breakdown(ValueAddedTax(RegimeSettings(decimals: 2)).assess(document)) == ["S 10: 1.23 0.12"])
    }

    @Test func theTaxInAnotherCurrencyIsKeptAsGiven() throws {
        var document = Draft.document([Draft.line("1", "100", Draft.tax("S", "25"))])
        document.taxCurrency = "SEK"
        document.totals = .init(lineNet: .zero, taxExclusive: .zero, taxInclusive: .zero, payable: .zero)
        document.totals?.taxInTaxCurrency = Draft.decimal("280.13")
        #expect(try ValueAddedTax().assess(document).totals?.taxInTaxCurrency == Draft.decimal("280.13"))
        document.taxCurrency = "EUR"
        #expect(try ValueAddedTax().assess(document).totals?.taxInTaxCurrency == Draft.decimal("25.00"))
    }

    @Test func aDocumentWithoutLinesHasTotalsOfZero() throws {
        let assessed = try ValueAddedTax().assess(Draft.document([]))
        #expect(assessed.totals?.payable.description == "0.00")
        #expect(assessed.totals?.tax == nil)
    }
}
