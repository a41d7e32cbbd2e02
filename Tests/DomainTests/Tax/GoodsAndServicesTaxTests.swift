import Testing

@testable import Domain

@Suite struct GoodsAndServicesTaxTests {
    @Test func withinAStateTheTaxIsHalfCentralAndHalfState() throws {
        let document = Draft.india([Draft.line("2", "499.50", Draft.tax("S", "18"))])
        #expect(try Draft.breakdown(GoodsAndServicesTax().assess(document)) == ["S 18: 999.00 179.82 CGST 9=89.91 SGST 9=89.91"])
    }

    @Test func betweenStatesTheTaxIsIntegrated() throws {
        let document = Draft.india([Draft.line("2", "499.50", Draft.tax("S", "18"))], place: "29")
        #expect(try Draft.breakdown(GoodsAndServicesTax().assess(document)) == ["S 18: 999.00 179.82 IGST 18=179.82"])
    }

    /// 5 % of 100.50 is 5.025; either half is 2.5125. 18 % of 0.25 is 0.045, rounded 0.05; either half is 0.0225, rounded 0.02.
    @Test(arguments: [
        ("100.50", "5", "S 5: 100.50 5.02 CGST 2.5=2.51 SGST 2.5=2.51"), ("0.25", "18", "S 18: 0.25 0.04 CGST 9=0.02 SGST 9=0.02"),
        ("-100.50", "5", "S 5: -100.50 -5.02 CGST 2.5=-2.51 SGST 2.5=-2.51"),
        ("1000", "0.25", "S 0.25: 1000.00 2.50 CGST 0.125=1.25 SGST 0.125=1.25"),
    ])
    func anOddPaisaNeverSeparatesTheHalves(price: String, rate: String, expected: String) throws {
        let quantity = price.hasPrefix("-") ? "-1" : "1"
        let line = Draft.line(quantity, price.hasPrefix("-") ? String(price.dropFirst()) : price, Draft.tax("S", rate))
        #expect(try Draft.breakdown(GoodsAndServicesTax().assess(Draft.india([line]))) == [expected])
    }

    @Test func cessIsAThirdTaxOnTheSameBase() throws {
        let lines = [Draft.line("1", "1000", Draft.tax("S", "28", cess: "12")), Draft.line("1", "1000", Draft.tax("S", "28"))]
        #expect(
            try Draft.breakdown(GoodsAndServicesTax().assess(Draft.india(lines))) == [
                "S 28: 1000.00 400.00 CGST 14=140.00 SGST 14=140.00 CESS 12=120.00", "S 28: 1000.00 280.00 CGST 14=140.00 SGST 14=140.00",
            ])
        #expect(
            try Draft.breakdown(GoodsAndServicesTax().assess(Draft.india([lines[0]], place: "07"))) == [
                "S 28: 1000.00 400.00 IGST 28=280.00 CESS 12=120.00"
            ])
        let exempt = Draft.india([Draft.line("1", "1", Draft.tax("E", cess: "1"))])
        #expect(Draft.problems(GoodsAndServicesTax(), exempt) == [TaxProblem("/lines/0/tax/cessRate", .cessNotLevied)])
    }

    @Test func theOverrideLeviesIntegratedTaxWithinAState() throws {
        let document = Draft.india([Draft.line("1", "100", Draft.tax("S", "18"))])
        let strategy = try #require(TaxRegistry.standard.strategy("gst-in-igst"))
        #expect(try Draft.breakdown(strategy.assess(document)) == ["S 18: 100.00 18.00 IGST 18=18.00"])
    }

    @Test func thePlaceOfSupplyIsInTheBuyersNumberWhereTheDocumentDoesNotSay() throws {
        let lines = [Draft.line("1", "100", Draft.tax("S", "18"))]
        let near = Draft.india(lines, place: nil, buyer: "27AAACR5055K1Z7")
        let far = Draft.india(lines, place: nil, buyer: "29AAACR5055K1Z7")
        #expect(try GoodsAndServicesTax().assess(near).taxBreakdown[0].components.count == 2)
        #expect(try GoodsAndServicesTax().assess(far).taxBreakdown[0].components.map(\.name) == ["IGST"])
        #expect(
            Draft.problems(GoodsAndServicesTax(), Draft.india(lines, place: nil)) == [TaxProblem("/placeOfSupply", .placeOfSupplyRequired)])
    }

    @Test func anExportLeavesTheStates() throws {
        let taxed = Draft.india([Draft.line("1", "100", Draft.tax("S", "18"))], place: "96")
        #expect(try Draft.breakdown(GoodsAndServicesTax().assess(taxed)) == ["S 18: 100.00 18.00 IGST 18=18.00"])
        let free = Draft.india([Draft.line("1", "100", Draft.tax("G"))], place: "96")
        #expect(try Draft.breakdown(GoodsAndServicesTax().assess(free)) == ["G 0: 100.00 0.00"])
    }

    @Test(arguments: ["", "7", "00", "39", "MH", "027", "٢٧"])
    func anUnknownStateIsToldOnce(place: String) {
        let document = Draft.india([Draft.line("1", "1", Draft.tax("S", "18")), Draft.line("1", "1", Draft.tax("S", "5"))], place: place)
        #expect(Draft.problems(GoodsAndServicesTax(), document) == [TaxProblem("/placeOfSupply", .unknownState)])
    }

    @Test func aSellerWithoutANumberIsRefused() {
        var document = Draft.india([Draft.line("1", "1", Draft.tax("S", "18"))])
        document.seller?.vatId = "27"
        #expect(Draft.problems(GoodsAndServicesTax(), document) == [TaxProblem("/seller/vatId", .gstinRequired)])
    }

    @Test func theTaxOfTheLinesMakesUpTheBreakdown() throws {
        let document = Draft.india((1...7).map { Draft.line("\($0)", "33.33", Draft.tax("S", "5")) })
        let assessed = try GoodsAndServicesTax().assess(document)
        let lines = try GoodsAndServicesTax().lineTaxes(of: document)
        var sum = ExactDecimal.zero
        for line in lines { sum = try sum + line.amount }
        #expect(sum == assessed.taxBreakdown[0].taxAmount)
        #expect(lines[0].components.map(\.amount.description) == ["0.83", "0.83"])
    }
}
