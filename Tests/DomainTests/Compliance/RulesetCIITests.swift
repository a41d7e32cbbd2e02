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
        let lineTax = Self.lineTax
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

    private static let settlementPath: [XMLName] = [.rsmSupplyChainTradeTransaction, .ramApplicableHeaderTradeSettlement]
    private static let agreementPath: [XMLName] = [.rsmSupplyChainTradeTransaction, .ramApplicableHeaderTradeAgreement]

    private static func transfer(_ account: [Part]) -> Part {
        Part(.ramSpecifiedTradeSettlementPaymentMeans, [Part(.ramTypeCode, "58")] + account)
    }

    @Test("A credit transfer names the account that is paid, and is not judged by the payer's")
    func creditTransfer() throws {
        func broken(_ account: [Part]) throws -> [String] {
            try self.broken(Self.settlementPath) { $0.parts.append(Self.transfer(account)) }
        }
        #expect(try broken([Part(.ramPayeePartyCreditorFinancialAccount, [Part(.ramIBANID, "DE00")])]) == [])
        #expect(try broken([Part(.ramPayeePartyCreditorFinancialAccount, [Part(.ramProprietaryID, "1")])]) == [])
        #expect(try broken([]) == ["CII-SR-470"])
        #expect(try broken([Part(.ramPayeePartyCreditorFinancialAccount, [])]) == ["BR-50", "BR-61", "CII-SR-470"])
        #expect(try broken([Part(.ramPayeePartyCreditorFinancialAccount, [Part(.ramIBANID, " ")])]) == ["BR-50"])
        let payer = Part(.ramPayerPartyDebtorFinancialAccount, [])
        #expect(try broken([payer, Part(.ramPayeePartyCreditorFinancialAccount, [Part(.ramIBANID, "DE00")])]) == [])
    }

    @Test("Every total stands there once")
    func totalsOnce() throws {
        let totals: [(XMLName, String)] = [
            (.ramRoundingAmount, "CII-SR-481"), (.ramInformationAmount, "CII-SR-483"), (.ramTotalPrepaidAmount, "CII-SR-484"),
            (.ramNetIncludingTaxesLineTotalAmount, "CII-SR-494"),
        ]
        for (name, rule) in totals {
            #expect(try !broken(Self.totals) { $0.parts.append(.init(name, "0")) }.contains(rule), "\(rule)")
            #expect(try broken(Self.totals) { $0.parts += [.init(name, "0"), .init(name, "0")] }.contains(rule), "\(rule)")
        }
        #expect(try broken(Self.totals) { $0.parts.append(.init(.ramGrandTotalAmount, "119.00")) }.contains("CII-SR-482"))
    }

    @Test("An allowance or charge has an indicator, one amount and one category")
    func allowances() throws {
        func broken(_ more: [Part], indicator: Bool = true) throws -> [String] {
            let own = indicator ? [Part(.ramChargeIndicator, [Part(.udtIndicator, "false")])] : []
            let all = own + [Part(.ramActualAmount, "0.00"), Part(.ramReason, "x"), Self.tax(.ramCategoryTradeTax)]
            return try self.broken(Self.settlementPath) { $0.parts.append(Part(.ramSpecifiedTradeAllowanceCharge, all + more)) }
        }
        #expect(try broken([], indicator: false) == ["CII-SR-463"])
        #expect(try broken([Part(.ramActualAmount, "0.00")]).contains("CII-SR-473"))
        #expect(try broken([Self.tax(.ramCategoryTradeTax)]).contains("CII-SR-472"))
    }

    @Test("Over all supporting documents there is one description and one attachment, else a warning; a line refers to one object")
    func references() throws {
        func document(_ type: String, _ more: [Part]) -> Part {
            Part(.ramAdditionalReferencedDocument, [Part(.ramIssuerAssignedID, "1"), Part(.ramTypeCode, type)] + more)
        }
        let named = document("916", [Part(.ramName, "x")])
        let attached = document("916", [Part(.ramAttachmentBinaryObject, "AA==", (.mimeCode, "application/pdf"), (.filename, "a.pdf"))])
        #expect(try broken(Self.agreementPath) { $0.parts += [named, attached] } == [])
        #expect(try broken(Self.agreementPath) { $0.parts += [named, named] } == ["CII-SR-475"])
        #expect(try broken(Self.agreementPath) { $0.parts += [attached, attached] } == ["CII-SR-476"])
        let line: [XMLName] = [.rsmSupplyChainTradeTransaction, .ramIncludedSupplyChainTradeLineItem, .ramSpecifiedLineTradeSettlement]
        #expect(try broken(line) { $0.parts.append(document("130", [])) } == [])
        #expect(try broken(line) { $0.parts += [document("130", []), document("130", [])] } == ["CII-SR-474"])
    }

    @Test("A contact names a person or a department")
    func contacts() throws {
        for (party, rule) in [(XMLName.ramSellerTradeParty, "CII-SR-465"), (.ramBuyerTradeParty, "CII-SR-466")] {
            let person = Part(.ramPersonName, "x")
            let contact = Part(.ramDefinedTradeContact, [person, Part(.ramDepartmentName, "y")])
            #expect(try broken(Self.agreementPath + [party]) { $0.parts.append(contact) } == [rule])
            #expect(try broken(Self.agreementPath + [party]) { $0.parts.append(Part(.ramDefinedTradeContact, [person])) } == [])
        }
    }

    private static let lineTax: [XMLName] = [
        .rsmSupplyChainTradeTransaction, .ramIncludedSupplyChainTradeLineItem, .ramSpecifiedLineTradeSettlement, .ramApplicableTradeTax,
    ]

    /// The valid invoice with all of it in one category, its tax in hundredths.
    private static func invoice(of category: String, rate: String?, tax: Int, isExempt: Bool) -> Sample {
        var sample = valid
        func change(_ path: [XMLName], _ change: (inout Part) -> Void) { sample.root.change(path[...], change) }
        let breakdown = settlementPath + [.ramApplicableTradeTax]
        for path in [lineTax, breakdown] {
            change(path + [.ramCategoryCode]) { $0.text = category }
            change(path + [.ramRateApplicablePercent]) { $0.text = rate ?? "" }
            if rate == nil { change(path) { $0.parts.removeAll { $0.name == .ramRateApplicablePercent } } }
        }
        if isExempt { change(breakdown) { $0.parts.append(Part(.ramExemptionReason, "x")) } }
        for path in [breakdown + [.ramCalculatedAmount], totals + [.ramTaxTotalAmount]] { change(path) { $0.text = Sample.money(tax) } }
        for name in [XMLName.ramGrandTotalAmount, .ramDuePayableAmount] {
            change(totals + [name]) { $0.text = Sample.money(10_000 + tax) }
        }
        change([.rsmSupplyChainTradeTransaction, .ramApplicableHeaderTradeDelivery]) { delivery in
            let address = Part(.ramPostalTradeAddress, [Part(.ramCountryID, "FR")])
            let date = Part(.ramOccurrenceDateTime, [Part(.udtDateTimeString, "20261119", (.format, "102"))])
            delivery.parts = [Part(.ramShipToTradeParty, [address]), Part(.ramActualDeliverySupplyChainEvent, [date])]
        }
        return sample
    }

    @Test(
        "An invoice in any one VAT category keeps every rule",
        arguments: [
            ("S", "7", 700, false), ("Z", "0", 0, false), ("E", "0", 0, true), ("AE", "0", 0, true), ("K", "0", 0, true),
            ("G", "0", 0, true), ("L", "7", 700, false), ("M", "4", 400, false),
        ])
    func categories(_ category: String, _ rate: String, _ tax: Int, _ isExempt: Bool) throws {
        let sample = Self.invoice(of: category, rate: rate, tax: tax, isExempt: isExempt)
        #expect(try sample.findings().map { "\($0.rule) \($0.location)" } == [])
    }

    @Test("What is not subject to VAT names no VAT identifier, the buyer's neither")
    func outside() throws {
        var sample = Self.invoice(of: "O", rate: nil, tax: 0, isExempt: true)
        sample.root.change((Self.agreementPath + [.ramSellerTradeParty])[...]) { seller in
            seller.parts.removeAll { $0.name == .ramSpecifiedTaxRegistration }
            seller.parts.append(Part(.ramID, "1"))
        }
        #expect(try sample.broken() == ["BR-O-02"])
        sample.root.change((Self.agreementPath + [.ramBuyerTradeParty])[...]) { buyer in
            buyer.parts.removeAll { $0.name == .ramSpecifiedTaxRegistration }
        }
        #expect(try sample.broken() == [])
    }

    @Test("The total tax in accounting currency has at most two decimals, whatever the other total has")
    func accountingCurrency() throws {
        func broken(_ amount: String) throws -> [String] {
            try self.broken(Self.settlementPath) { settlement in
                settlement.parts.append(Part(.ramTaxCurrencyCode, "SEK"))
                settlement.change([.ramSpecifiedTradeSettlementHeaderMonetarySummation][...]) { totals in
                    totals.parts.append(Part(.ramTaxTotalAmount, amount, (.currencyID, "SEK")))
                }
            }
        }
        #expect(try broken("210.00") == [])
        #expect(try broken("210.001") == ["BR-DEC-15"])
    }

    @Test("A whole card number is a fatal finding in CII")
    func cardNumber() throws {
        var sample = Self.valid
        let card = Part(.ramApplicableTradeSettlementFinancialCard, [Part(.ramID, "4111 1111 1111 1111")])
        sample.root.change(Self.settlementPath[...]) {
            $0.parts.append(Part(.ramSpecifiedTradeSettlementPaymentMeans, [Part(.ramTypeCode, "48"), card]))
        }
        #expect(try sample.findings().map { "\($0.rule) \($0.severity)" } == ["BR-51 fatal"])
    }

    @Test("A VAT category is compared as it is written, its code alone without the white space around it")
    func blankAroundCategory() throws {
        let category = Self.settlementPath + [.ramApplicableTradeTax, .ramCategoryCode]
        #expect(try broken(category) { $0.text = " S " } == ["BR-S-01"])
    }

    @Test("Without document totals it is not asked which currency their tax is in")
    func noTotals() throws {
        let broken = try broken(Self.settlementPath) { settlement in
            settlement.parts.removeAll { $0.name == .ramSpecifiedTradeSettlementHeaderMonetarySummation }
            settlement.parts.append(Part(.ramTaxCurrencyCode, "SEK"))
        }
        #expect(!broken.contains("BR-53") && !broken.isEmpty)
    }
}
