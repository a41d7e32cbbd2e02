/// What CII allows and EN 16931 does not, beyond the elements it has no use for: CII-SR (how often) and CII-DT (data types). For CII alone.
extension EN16931 {
    static let syntaxRulesCII: [Rule] =
        countsCII + choices + allowanceCountsCII + totalCountsCII + referenceRules + taxRules + periodRulesCII + addressRules
        + attributeRules

    private static let countsCII: [Rule] = [
        .atMostOne(
            "CII-SR-003", .warning, in: .documentContext, "ram:BusinessProcessSpecifiedDocumentContextParameter", "business process (BT-23)"
        ),
        Rule("CII-SR-004", .warning, in: .anyContextParameter, .unusedElement("ram:Value")) { !$0.has(parameterValue) },
        Rule("CII-SR-005", .warning, in: .anyContextParameter, .unusedElement("ram:SpecifiedDocumentVersion")) {
            !$0.has(parameterVersion)
        },
        .exactlyOne("CII-SR-009", in: .documentContext, "ram:GuidelineSpecifiedDocumentContextParameter", "specification (BT-24)"),
        .exactlyOne(
            "CII-SR-010", in: .documentContext, "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", "specification identifier (BT-24)"),
        .exactlyOne("CII-SR-014", in: .exchangedDocument, "ram:TypeCode", "type code (BT-3)"),
        .atMostOne("CII-SR-030", .warning, in: .includedNote, "ram:Content", "text of a note (BT-22)"),
        .atMostOne("CII-SR-039", .warning, in: .lineDocument, "ram:IncludedNote", "note of a line (BT-127)"),
        .atMostOne("CII-SR-040", .warning, in: .lineDocument, "ram:IncludedNote/ram:Content", "text of a line's note (BT-127)"),
        Rule("CII-SR-046", in: .tradeProduct, "The item's standard identifier (BT-157) has a scheme.") {
            !$0.has(globalIdentifier) || $0.has(globalIdentifier, .schemeID)
        },
        .exactlyOne("CII-SR-069", in: .itemAttribute, "ram:Description", "name of an item attribute (BT-160)"),
        .exactlyOne("CII-SR-072", in: .itemAttribute, "ram:Value", "value of an item attribute (BT-161)"),
        Rule("CII-SR-090", in: .tradeProduct, "A country of origin has exactly one code (BT-159).") {
            !$0.has(originCountry) || $0.count(originCountryCode) == 1
        },
        .exactlyOne("CII-SR-439", in: .lineAgreement, "ram:NetPriceProductTradePrice/ram:ChargeAmount", "item net price (BT-146)"),
        .atMostOne("CII-SR-440", in: .grossPriceDiscount, "ram:ActualAmount", "item price discount (BT-147)"),
        .atMostOne("CII-SR-441", in: .lineAgreement, "ram:NetPriceProductTradePrice/ram:ChargeAmount", "item net price (BT-146)"),
        .atMostOne("CII-SR-452", .warning, in: .headerSettlement, "ram:SpecifiedTradePaymentTerms", "group of payment terms"),
        .atMostOne(
            "CII-SR-453", .warning, in: .headerSettlement, "ram:SpecifiedTradePaymentTerms/ram:Description", "text of payment terms (BT-20)"
        ),
        .exactlyOne("CII-SR-454", .warning, in: .lineSettlement, "ram:ApplicableTradeTax", "VAT category of a line (BT-151)"),
        .atMostOne("CII-SR-455", in: .headerAgreement, "ram:SellerTradeParty/ram:DefinedTradeContact", "seller contact (BG-6)"),
        .atMostOne("CII-SR-456", in: .headerAgreement, "ram:BuyerTradeParty/ram:DefinedTradeContact", "buyer contact (BG-9)"),
        .atMostOne(
            "CII-SR-459", in: .headerAgreement, "ram:SellerTradeParty/ram:URIUniversalCommunication", "seller electronic address (BT-34)"),
        .atMostOne(
            "CII-SR-460", in: .headerAgreement, "ram:BuyerTradeParty/ram:URIUniversalCommunication", "buyer electronic address (BT-49)"),
        .atMostOne("CII-SR-461", in: .headerSettlement, "ram:ApplicableTradeTax/ram:TaxPointDate", "VAT point date (BT-7)"),
        .atMostOne("CII-SR-469", in: .headerSettlement, "ram:PaymentReference", "remittance information (BT-83)"),
    ]

    private static let choices: [Rule] = [
        Rule("CII-SR-119", .warning, in: .lineAgreement, "On a price there are allowances alone, with an amount (BT-147).") { scope in
            scope.any(grossPriceIndicator) { $0.boolean == false } && scope.has(grossPriceDiscount)
                || !scope.has(grossPriceCharge) && !scope.has(grossPriceDiscount)
        },
        .notBoth("CII-SR-449", in: .headerDelivery, "ram:ShipToTradeParty", "deliver-to location identifier (BT-71)"),
        .notBoth("CII-SR-450", in: .headerAgreement, "ram:BuyerTradeParty", "buyer identifier (BT-46)"),
        .notBoth("CII-SR-451", in: .headerSettlement, "ram:PayeeTradeParty", "payee identifier (BT-60)"),
        Rule("CII-SR-457", .warning, in: .headerAgreement, .atMostOne("tender or lot reference (BT-17)")) {
            $0.countReferences("50") <= 1
        },
        Rule("CII-SR-458", .warning, in: .headerAgreement, .atMostOne("invoiced object identifier (BT-18)")) {
            $0.countReferences("130") <= 1
        },
        Rule("CII-SR-462", in: .headerSettlement, .allTheSame("VAT point date code (BT-8)")) { $0.areTextsSame(dueDateType) },
        Rule("CII-SR-465", .warning, in: .headerAgreement, "A seller contact names a person or a department (BT-41), not both.") {
            !($0.has(sellerPerson) && $0.has(sellerDepartment))
        },
        Rule("CII-SR-466", .warning, in: .headerAgreement, "A buyer contact names a person or a department (BT-56), not both.") {
            !($0.has(buyerPerson) && $0.has(buyerDepartment))
        },
        Rule("CII-SR-467", in: .headerSettlement, .allTheSame("payment means code (BT-81)")) { $0.areTextsSame(paymentMeansType) },
        Rule("CII-SR-468", in: .headerSettlement, .allTheSame("payment means text (BT-82)")) { $0.areTextsSame(paymentMeansText) },
        Rule(
            "CII-SR-470", in: .headerSettlement,
            "A payment by credit transfer (BT-81: 30, 58) has the account (BT-84) as an IBAN or a proprietary identifier."
        ) { settlement in
            !settlement.any(paymentMeans) { means in
                means.any(typeCode) { $0.trimmed.equals("30") || $0.trimmed.equals("58") }
                    && !means.has(creditorIBAN) && !means.has(creditorAccount)
            }
        },
        Rule("CII-SR-474", .warning, in: .lineSettlement, .atMostOne("object reference of a line (BT-128)")) {
            $0.countReferences("130") <= 1
        },
        // These two count over all supporting documents of the invoice, as the official rules do: two documents with a description each are
        // a warning.
        Rule("CII-SR-475", .warning, in: .headerAgreement, .atMostOne("description over all supporting documents (BT-123)")) {
            $0.countInReferences("916", referenceName) <= 1
        },
        Rule("CII-SR-476", .warning, in: .headerAgreement, .atMostOne("attached file over all supporting documents (BT-125)")) {
            $0.countInReferences("916", referenceAttachment) <= 1
        },
    ]

    private static let allowanceCountsCII: [Rule] = [
        Rule("CII-SR-463", in: .anyAllowanceOrCharge, "An allowance or charge says by its indicator which it is.") { $0.has(indicator) },
        .atMostOne("CII-SR-471", in: .anyAllowanceOrCharge, "ram:RateApplicablePercent", "rate of an allowance or charge"),
        .atMostOne(
            "CII-SR-472", in: .anyAllowanceOrCharge, "ram:CategoryTradeTax", "VAT category of an allowance or charge (BT-95, BT-102)"),
        .atMostOne(
            "CII-SR-473", in: .anyAllowanceOrCharge, "ram:ActualAmount",
            "amount of an allowance or charge (BT-92, BT-99, BT-136, BT-141)"),
    ]

    /// CII repeats every total where EN 16931 knows one. Those without a business term are named by their element.
    private static let totalCountsCII: [Rule] = [
        ("477", "ram:LineTotalAmount", "sum of line net amounts (BT-106)"), ("478", "ram:ChargeTotalAmount", "sum of charges (BT-108)"),
        ("479", "ram:AllowanceTotalAmount", "sum of allowances (BT-107)"), ("480", "ram:TaxBasisTotalAmount", "total without VAT (BT-109)"),
        ("481", "ram:RoundingAmount", "rounding amount (BT-114)"), ("482", "ram:GrandTotalAmount", "total with VAT (BT-112)"),
        ("483", "ram:InformationAmount", nil), ("484", "ram:TotalPrepaidAmount", "paid amount (BT-113)"),
        ("485", "ram:TotalDiscountAmount", nil), ("486", "ram:TotalAllowanceChargeAmount", nil),
        ("487", "ram:DuePayableAmount", "amount due (BT-115)"), ("488", "ram:RetailValueExcludingTaxInformationAmount", nil),
        ("489", "ram:TotalDepositFeeInformationAmount", nil), ("490", "ram:ProductValueExcludingTobaccoTaxInformationAmount", nil),
        ("491", "ram:TotalRetailValueInformationAmount", nil), ("492", "ram:GrossLineTotalAmount", nil),
        ("493", "ram:NetLineTotalAmount", nil), ("494", "ram:NetIncludingTaxesLineTotalAmount", nil),
    ].map { (number: String, element: String, term: String?) in
        .atMostOne("CII-SR-\(number)", in: .documentTotals, NodePath(element), term ?? element)
    }

    // MARK: Data types

    private static let referenceRules: [Rule] =
        absences(
            .anyReferencedDocument, .fatal,
            [
                ("016", "StatusCode"), ("017", "CopyIndicator"), ("019", "GlobalID"), ("020", "RevisionID"), ("023", "Information"),
                ("025", "SectionName"), ("026", "PreviousRevisionID"), ("028", "EffectiveSpecifiedPeriod"), ("029", "IssuerTradeParty"),
                ("030", "AttachedSpecifiedBinaryFile"),
            ])
        + [
            referenceOnly("015", "ram:URIID", types: ["916"]), referenceOnly("018", "ram:TypeCode", types: ["50", "130", "916"]),
            referenceOnly("021", "ram:Name", types: ["916"]), referenceOnly("022", "ram:AttachmentBinaryObject", types: ["916"]),
            referenceOnly("024", "ram:ReferenceTypeCode", types: ["130"]),
            Rule("CII-DT-027", in: .anyReferencedDocument, .onlyFor(element: "ram:FormattedIssueDateTime", "a preceding invoice (BT-26)")) {
                $0.name == .ramInvoiceReferencedDocument || !$0.has(formattedDate)
            },
        ]

    private static let taxRules: [Rule] =
        absences(
            .anyTradeTax, .warning,
            [
                ("038", "CalculatedRate"), ("039", "CalculationSequenceNumeric"), ("040", "BasisQuantity"), ("042", "UnitBasisAmount"),
                ("043", "LineTotalBasisAmount"), ("044", "AllowanceChargeBasisAmount"), ("049", "CurrencyCode"), ("050", "Jurisdiction"),
                ("051", "CustomsDutyIndicator"), ("053", "TaxBasisAllowanceRate"), ("055", "Type"), ("056", "InformationAmount"),
                ("057", "CategoryName"), ("060", "SpecifiedTradeAccountingAccount"), ("061", "ServiceSupplyTradeCountry"),
                ("062", "BuyerRepayableTaxSpecifiedTradeAccountingAccount"), ("063", "SellerPayableTaxSpecifiedTradeAccountingAccount"),
                ("064", "SellerRefundableTaxSpecifiedTradeAccountingAccount"), ("065", "BuyerDeductibleTaxSpecifiedTradeAccountingAccount"),
                ("066", "BuyerNonDeductibleTaxSpecifiedTradeAccountingAccount"), ("067", "PlaceApplicableTradeLocation"),
            ])
        + [
            Rule("CII-DT-037", in: .anyTradeTax, "A tax has the type VAT.") {
                !$0.has(typeCode) || $0.any(typeCode) { $0.text.equals("VAT") }
            },
            headerOnly("041", "ram:BasisAmount"), headerOnly("054", "ram:TaxPointDate"), headerOnly("058", "ram:DueDateTypeCode"),
            breakdownOnly("052", "ram:ExemptionReasonCode"), breakdownOnly("098", "ram:ExemptionReason"),
            Rule("CII-DT-059", .warning, in: .anyTradeTax, "A VAT rate has no format.") { !$0.has(rate, .format) },
        ]

    private static let periodRulesCII: [Rule] = absences(
        .anyPeriod, .fatal,
        [
            ("068", "StartDateTime/udt:DateTime"), ("069", "DurationMeasure"), ("070", "InclusiveIndicator"), ("071", "Description"),
            ("072", "EndDateTime/udt:DateTime"), ("073", "CompleteDateTime"), ("074", "OpenIndicator"), ("075", "SeasonCode"),
            ("076", "ID"),
            ("077", "Name"), ("078", "SequenceNumeric"), ("079", "StartDateFlexibilityCode"), ("080", "ContinuousIndicator"),
            ("081", "PurposeCode"),
        ])

    private static let addressRules: [Rule] =
        absences(
            .anyTradeAddress, .fatal,
            [
                ("082", "ID"), ("083", "PostOfficeBox"), ("084", "BuildingName"), ("086", "LineFour"), ("087", "LineFive"),
                ("088", "StreetName"),
                ("089", "CitySubDivisionName"), ("090", "CountryName"), ("091", "CountrySubDivisionID"), ("092", "AttentionOf"),
                ("093", "CareOf"),
                ("094", "BuildingNumber"), ("095", "DepartmentName"), ("096", "AdditionalStreetName"),
            ]) + [Rule("CII-DT-097", in: .anyDateText, "A date of the format 102 is written YYYYMMDD.") { $0.isBasicDate }]

    private static let attributeRules: [Rule] =
        attributes(
            .plainIdentifier, .fatal,
            [
                ("001", .schemeName), ("002", .schemeAgencyName), ("003", .schemeDataURI), ("004", .schemeURI), ("005", .schemeID),
                ("006", .schemeAgencyID), ("007", .schemeVersionID),
            ])
        + attributes(
            .anyOtherIdentifier, .fatal,
            [
                ("101", .schemeName), ("102", .schemeAgencyName), ("103", .schemeDataURI), ("104", .schemeURI),
            ]) + attributes(.anyTypeCode, .fatal, [("008", .name), ("009", .listURI)])
        + attributes(.invoice, .fatal, [("013", .languageID), ("014", .languageLocaleID)])
        + attributes(.lineTradeCategory, .warning, [("045", .listID), ("046", .listAgencyID), ("047", .listVersionID), ("048", .listURI)])
        + attributes(.anyTradeAmount, .fatal, [("031", .currencyID), ("032", .currencyCodeListVersionID)])
        + attributes(
            .anyTradeQuantity, .fatal, [("034", .unitCodeListID), ("035", .unitCodeListAgencyID), ("036", .unitCodeListAgencyName)])
        + [
            Rule("CII-DT-033", in: .anyTradeQuantity, "A unit of measure is given, where it is, with the invoiced quantities too (BT-130).")
            {
                !$0.has(.unitCode) || $0.root.has(billedQuantity, .unitCode)
            }
        ]

    // MARK: Parts

    private static func absences(_ context: RuleContext, _ severity: Finding.Severity, _ list: [(String, String)]) -> [Rule] {
        list.map { number, name in
            let path = NodePath("ram:\(name)")
            return Rule("CII-DT-\(number)", severity, in: context, .unusedElement("ram:\(name)")) { !$0.has(path) }
        }
    }

    private static func attributes(_ context: RuleContext, _ severity: Finding.Severity, _ list: [(String, XMLAttribute)]) -> [Rule] {
        list.map { number, attribute in
            Rule("CII-DT-\(number)", severity, in: context, .unusedAttribute(attribute.rawName)) { !$0.has(attribute) }
        }
    }

    private static func referenceOnly(_ number: String, _ element: String, types: [StaticString]) -> Rule {
        let list = types.map { "\($0)" }.joined(separator: ", ")
        let path = NodePath(element)
        return Rule(
            "CII-DT-\(number)", in: .anyReferencedDocument, .onlyFor(element: element, "additional references of the type \(list)")
        ) { scope in
            guard scope.has(path) else { return true }
            return scope.name == .ramAdditionalReferencedDocument && scope.any(typeCode) { code in types.contains { code.text.equals($0) } }
        }
    }

    private static func headerOnly(_ number: String, _ element: String) -> Rule {
        let path = NodePath(element)
        return Rule("CII-DT-\(number)", .warning, in: .anyTradeTax, .onlyFor(element: element, "the document's taxes")) {
            !$0.has(path) || $0.hasAncestor(.ramApplicableHeaderTradeSettlement)
        }
    }

    private static func breakdownOnly(_ number: String, _ element: String) -> Rule {
        let path = NodePath(element)
        return Rule("CII-DT-\(number)", .warning, in: .anyTradeTax, .onlyFor(element: element, "the VAT breakdown (BG-23)")) {
            $0.name == .ramApplicableTradeTax || !$0.has(path)
        }
    }

    private static let indicator: NodePath = "ram:ChargeIndicator"
    private static let globalIdentifier: NodePath = "ram:GlobalID"
    private static let originCountry: NodePath = "ram:OriginTradeCountry"
    private static let originCountryCode: NodePath = "ram:OriginTradeCountry/ram:ID"
    private static let grossPriceCharge: NodePath = "ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge/ram:ChargeIndicator"
    private static let grossPriceIndicator: NodePath = grossPriceCharge.then("udt:Indicator")
    private static let grossPriceDiscount: NodePath = "ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge/ram:ActualAmount"
    private static let dueDateType: NodePath = "ram:ApplicableTradeTax/ram:DueDateTypeCode"
    private static let paymentMeans: NodePath = "ram:SpecifiedTradeSettlementPaymentMeans"
    private static let paymentMeansType: NodePath = paymentMeans.then("ram:TypeCode")
    private static let paymentMeansText: NodePath = paymentMeans.then("ram:Information")
    private static let creditorIBAN: NodePath = "ram:PayeePartyCreditorFinancialAccount/ram:IBANID"
    private static let creditorAccount: NodePath = "ram:PayeePartyCreditorFinancialAccount/ram:ProprietaryID"
    private static let sellerPerson: NodePath = "ram:SellerTradeParty/ram:DefinedTradeContact/ram:PersonName"
    private static let sellerDepartment: NodePath = "ram:SellerTradeParty/ram:DefinedTradeContact/ram:DepartmentName"
    private static let buyerPerson: NodePath = "ram:BuyerTradeParty/ram:DefinedTradeContact/ram:PersonName"
    private static let buyerDepartment: NodePath = "ram:BuyerTradeParty/ram:DefinedTradeContact/ram:DepartmentName"
    private static let referenceName: NodePath = "ram:Name"
    private static let referenceAttachment: NodePath = "ram:AttachmentBinaryObject"
    private static let parameterValue: NodePath = "ram:Value"
    private static let parameterVersion: NodePath = "ram:SpecifiedDocumentVersion"
    private static let formattedDate: NodePath = "ram:FormattedIssueDateTime"
    private static let typeCode: NodePath = "ram:TypeCode"
    private static let rate: NodePath = "ram:RateApplicablePercent"
    private static let billedQuantity: NodePath =
        "rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem/ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
}

extension Rule {
    /// A party has an identifier without scheme, or one with a scheme, but not both.
    fileprivate static func notBoth(_ id: String, in context: RuleContext, _ party: NodePath, _ name: String) -> Rule {
        let plain = party.then("ram:ID")
        let global = party.then("ram:GlobalID")
        return Rule(id, .warning, in: context, .withOrWithoutScheme(name)) { !($0.has(plain) && $0.has(global)) }
    }
}

extension Scope {
    private static let reference: NodePath = "ram:AdditionalReferencedDocument"
    private static let type: NodePath = "ram:TypeCode"

    fileprivate func countReferences(_ type: StaticString) -> Int { countInReferences(type, .here) }

    /// How many of the elements that `path` leads to are in the additional references of that type, taken together.
    fileprivate func countInReferences(_ type: StaticString, _ path: NodePath) -> Int {
        var count = 0
        visit(Self.reference) { reference in
            if reference.any(Self.type, { $0.trimmed.equals(type) }) { count += reference.count(path) }
            return true
        }
        return count
    }

    fileprivate func areTextsSame(_ path: NodePath) -> Bool {
        guard let first = first(path)?.trimmed else { return true }
        return !any(path) { !$0.trimmed.equals(first) }
    }

    /// YYYYMMDD with a month of 01 to 12 and a day of 01 to 31.
    fileprivate var isBasicDate: Bool {
        let text = trimmed
        guard text.count == 8, text.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return false }
        let month = Int(text[4] - 0x30) * 10 + Int(text[5] - 0x30)
        let day = Int(text[6] - 0x30) * 10 + Int(text[7] - 0x30)
        return (1...12).contains(month) && (1...31).contains(day)
    }
}
