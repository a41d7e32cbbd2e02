import Testing

@testable import Domain

@Suite struct RulesetCIITests {
    private typealias Part = Sample.Part

    private static func tax(_ name: XMLName, _ more: [Part] = []) -> Part {
        Part(name, [Part(.ramTypeCode, "VAT"), Part(.ramCategoryCode, "S"), Part(.ramRateApplicablePercent, "19")] + more)
    }

    private static func party(_ name: XMLName, _ title: String, _ vat: String) -> Part {
        Part(
            name,
            [
                Part(.ramName, title), Part(.ramPostalTradeAddress, [Part(.ramCountryID, "DE")]),
                Part(.ramSpecifiedTaxRegistration, [Part(.ramID, vat, (.schemeID, "VA"))]),
            ])
    }

    private static let line = Part(
        .ramIncludedSupplyChainTradeLineItem,
        [
            Part(.ramAssociatedDocumentLineDocument, [Part(.ramLineID, "1")]), Part(.ramSpecifiedTradeProduct, [Part(.ramName, "Item")]),
            Part(.ramSpecifiedLineTradeAgreement, [Part(.ramNetPriceProductTradePrice, [Part(.ramChargeAmount, "10.00")])]),
            Part(.ramSpecifiedLineTradeDelivery, [Part(.ramBilledQuantity, "10", (.unitCode, "C62"))]),
            Part(
                .ramSpecifiedLineTradeSettlement,
                [
                    tax(.ramApplicableTradeTax),
                    Part(.ramSpecifiedTradeSettlementLineMonetarySummation, [Part(.ramLineTotalAmount, "100.00")]),
                ]),
        ])

    private static let settlement = Part(
        .ramApplicableHeaderTradeSettlement,
        [
            Part(.ramInvoiceCurrencyCode, "EUR"),
            tax(.ramApplicableTradeTax, [Part(.ramCalculatedAmount, "19.00"), Part(.ramBasisAmount, "100.00")]),
            Part(
                .ramSpecifiedTradeSettlementHeaderMonetarySummation,
                [
                    Part(.ramLineTotalAmount, "100.00"), Part(.ramTaxBasisTotalAmount, "100.00"),
                    Part(.ramTaxTotalAmount, "19.00", (.currencyID, "EUR")), Part(.ramGrandTotalAmount, "119.00"),
                    Part(.ramDuePayableAmount, "119.00"),
                ]),
        ])

    private static let valid = Sample(
        root: Part(
            .rsmCrossIndustryInvoice,
            [
                Part(
                    .rsmExchangedDocumentContext,
                    [Part(.ramGuidelineSpecifiedDocumentContextParameter, [Part(.ramID, "urn:cen.eu:en16931:2017")])]),
                Part(
                    .rsmExchangedDocument,
                    [
                        Part(.ramID, "1"), Part(.ramTypeCode, "380"),
                        Part(.ramIssueDateTime, [Part(.udtDateTimeString, "20261120", (.format, "102"))]),
                    ]),
                Part(
                    .rsmSupplyChainTradeTransaction,
                    [
                        line,
                        Part(
                            .ramApplicableHeaderTradeAgreement,
                            [party(.ramSellerTradeParty, "Seller", "DE1"), party(.ramBuyerTradeParty, "Buyer", "FR1")]),
                        Part(.ramApplicableHeaderTradeDelivery, []), settlement,
                    ]),
            ]))

    private static let totals: [XMLName] = [
        .rsmSupplyChainTradeTransaction, .ramApplicableHeaderTradeSettlement, .ramSpecifiedTradeSettlementHeaderMonetarySummation,
    ]

    private func broken(_ path: [XMLName], _ change: (inout Sample.Part) -> Void) throws -> [String] {
        var sample = Self.valid
        sample.root.change(path[...], change)
        return try sample.broken().sorted()
    }

    @Test("A valid CrossIndustryInvoice raises nothing")
    func valid() throws {
        #expect(try Self.valid.findings() == [])
    }

    @Test("Business rules hold in CII as in UBL")
    func businessRules() throws {
        let lineTax: [XMLName] = [
            .rsmSupplyChainTradeTransaction, .ramIncludedSupplyChainTradeLineItem, .ramSpecifiedLineTradeSettlement, .ramApplicableTradeTax,
        ]
        #expect(try broken([.rsmExchangedDocument, .ramID]) { $0.text = "" } == ["BR-02"])
        #expect(try broken([.rsmExchangedDocument, .ramTypeCode]) { $0.text = "999" } == ["BR-CL-01"])
        #expect(try broken(Self.totals + [.ramDuePayableAmount]) { $0.text = "1.00" } == ["BR-CO-16"])
        #expect(try broken(Self.totals + [.ramTaxTotalAmount]) { $0.text = "18.00" } == ["BR-CO-14", "BR-CO-15"])
        #expect(try broken(Self.totals + [.ramLineTotalAmount]) { $0.text = "99.00" } == ["BR-CO-10", "BR-CO-13"])
        #expect(try broken(lineTax + [.ramRateApplicablePercent]) { $0.text = "0" } == ["BR-S-05", "BR-S-08"])
        #expect(try broken(lineTax + [.ramCategoryCode]) { $0.text = "X" }.contains("BR-CL-18"))
    }

    @Test("What CII allows and EN 16931 does not is found")
    func syntax() throws {
        #expect(try broken([.rsmExchangedDocument]) { $0.parts.append(.init(.ramName, "x")) } == ["CII-SR-013"])
        #expect(try broken([.rsmExchangedDocument, .ramIssueDateTime, .udtDateTimeString]) { $0.text = "20261399" } == ["CII-DT-097"])
        #expect(try broken([.rsmExchangedDocumentContext]) { $0.parts = [] } == ["BR-01", "CII-SR-009", "CII-SR-010"])
        #expect(try broken([.rsmExchangedDocument, .ramID]) { $0.attributes = [(.schemeID, "x")] } == ["BR-CL-11", "CII-DT-005"])
    }
}
