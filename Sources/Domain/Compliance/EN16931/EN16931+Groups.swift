/// The rules that ask for a group's terms: BR-01 to BR-65.
extension EN16931 {
    static let documentRules: [Rule] = [
        Rule("BR-01", in: .invoice, "An invoice has a specification identifier (BT-24).") { scope throws(DecimalError) in
            try scope.isFilled(.specification)
        },
        Rule("BR-02", in: .invoice, "An invoice has a number (BT-1).") { scope throws(DecimalError) in try scope.isFilled(.number) },
        Rule("BR-03", in: .invoice, "An invoice has an issue date (BT-2).") { scope throws(DecimalError) in
            try scope.isFilled(.issueDate)
        },
        Rule("BR-04", in: .invoice, "An invoice has a type code (BT-3).") { scope throws(DecimalError) in
            if try scope.isFilled(.invoiceType) { return true }
            return try scope.isFilled(.creditNoteType)
        },
        Rule("BR-05", in: .invoice, "An invoice has a currency code (BT-5).") { scope throws(DecimalError) in
            try scope.isFilled(.currency)
        },
        Rule("BR-06", in: .invoice, "An invoice names the seller (BT-27).") { scope throws(DecimalError) in
            try scope.isFilled(.sellerName)
        },
        Rule("BR-07", in: .invoice, "An invoice names the buyer (BT-44).") { scope throws(DecimalError) in
            try scope.isFilled(.buyerName)
        },
        Rule("BR-08", in: .invoice, "An invoice has the seller's postal address (BG-5).") { $0.has(.sellerAddress) },
        Rule("BR-09", in: .sellerAddress, "The seller's address has a country code (BT-40).") { scope throws(DecimalError) in
            try scope.isFilled(.sellerCountry)
        },
        Rule("BR-10", in: .invoice, "An invoice has the buyer's postal address (BG-8).") { $0.has(.buyerAddress) },
        Rule("BR-11", in: .buyerAddress, "The buyer's address has a country code (BT-55).") { scope throws(DecimalError) in
            try scope.isFilled(.buyerCountry)
        },
        Rule("BR-12", in: .documentTotals, "The totals have the sum of the line net amounts (BT-106).") { $0.has(.lineTotal) },
        Rule("BR-13", in: .documentTotals, "The totals have the amount without VAT (BT-109).") { $0.has(.totalWithoutVAT) },
        Rule("BR-14", in: .documentTotals, "The totals have the amount with VAT (BT-112).") { $0.has(.totalWithVAT) },
        Rule("BR-15", in: .documentTotals, "The totals have the amount due for payment (BT-115).") { $0.has(.due) },
        Rule("BR-16", in: .invoice, "An invoice has at least one line (BG-25).") { $0.hasLine },
        Rule("BR-52", in: .supportingDocument, "A supporting document (BG-24) has a reference (BT-122).") { scope throws(DecimalError) in
            try scope.isFilled(.reference)
        },
        Rule("BR-53", in: .invoice, "Where there is a VAT accounting currency (BT-6), the total VAT is given in it too (BT-111).") {
            scope in
            guard scope.has(.taxCurrency) else { return true }
            let currencies = scope.taxTotalCurrencies
            return !scope.any(.taxCurrency) { !currencies.contains(Array($0.text)) }
        },
        Rule("BR-55", in: .precedingInvoice, "A preceding invoice (BG-3) has a reference (BT-25).") { $0.has(.precedingInvoice) },
    ]

    static let partyRules: [Rule] = [
        Rule("BR-17", in: .payee, "A payee (BG-10) has a name (BT-59), and is another than the seller.") { scope in
            scope.has(.partyName) && !scope.shares(.partyName, with: sellerPartyName)
                && !scope.shares(.partyIdentifier, with: sellerIdentifier)
        },
        Rule("BR-18", in: .taxRepresentative, "A tax representative (BG-11) has a name (BT-62).") { scope throws(DecimalError) in
            try scope.isFilled(.partyName)
        },
        Rule("BR-19", in: .taxRepresentative, "A tax representative has a postal address (BG-12).") { $0.has(.representativeAddress) },
        Rule("BR-20", in: .taxRepresentativeAddress, "The tax representative's address has a country code (BT-69).") {
            scope throws(DecimalError) in try scope.isFilled(.representativeCountry)
        },
        Rule("BR-56", in: .taxRepresentative, "A tax representative has a VAT identifier (BT-63).") { $0.has(.representativeVATId) },
        Rule("BR-57", in: .deliverToAddress, "A deliver-to address (BG-15) has a country code (BT-80).") { $0.has(.country) },
        Rule("BR-62", in: .sellerEndpoint, "The seller's electronic address (BT-34) has a scheme identifier.") { $0.has(.schemeID) },
        Rule("BR-63", in: .buyerEndpoint, "The buyer's electronic address (BT-49) has a scheme identifier.") { $0.has(.schemeID) },
        Rule(
            "BR-CO-26", in: .seller,
            "The seller has an identifier (BT-29), a legal registration identifier (BT-30) or a VAT identifier (BT-31)."
        ) { scope in
            scope.has(.sellerVATId) || scope.has(.sellerLegalId)
                || scope.any(.sellerIdentifier) { $0.attribute(.schemeID)?.equals("SEPA") != true }
        },
        Rule("BR-CO-09", in: .vatRegistration, "A VAT identifier (BT-31, BT-48, BT-63) starts with a country code; Greece may use EL.") {
            scope throws(DecimalError) in
            CodeList.vatPrefixes.textContains(utf8: try scope.single(registrationNumber)?.text.firstCharacters(2) ?? emptyText)
        },
    ]

    private static let sellerPartyName: NodePath = "cac:AccountingSupplierParty/cac:Party/cac:PartyName/cbc:Name"
    private static let sellerIdentifier: NodePath = "cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification/cbc:ID"
    private static let registrationNumber: NodePath = "cbc:CompanyID"
    private static var emptyText: Scope.Text { Scope.Text(start: nil, count: 0) }

    static let lineRules: [Rule] = [
        Rule("BR-21", in: .line, "A line has an identifier (BT-126).") { scope throws(DecimalError) in try scope.isFilled(.lineIdentifier)
        },
        Rule("BR-22", in: .line, "A line has an invoiced quantity (BT-129).") { $0.has(.invoicedQuantity) || $0.has(.creditedQuantity) },
        Rule("BR-23", in: .line, "A line's quantity has a unit of measure (BT-130).") { scope in
            scope.any(.invoicedQuantity) { $0.has(.unitCode) } || scope.any(.creditedQuantity) { $0.has(.unitCode) }
        },
        Rule("BR-24", in: .line, "A line has a net amount (BT-131).") { $0.has(.lineAmount) },
        Rule("BR-25", in: .line, "A line names the item (BT-153).") { scope throws(DecimalError) in try scope.isFilled(.itemName) },
        Rule("BR-26", in: .line, "A line has the item's net price (BT-146).") { $0.has(.netPrice) },
        Rule("BR-27", in: .line, "The item's net price (BT-146) is not negative.") { scope throws(DecimalError) in
            try scope.any(.netPrice) { price throws(DecimalError) in try price.sign() >= 0 }
        },
        Rule("BR-28", in: .line, "The item's gross price (BT-148) is not negative.") { scope throws(DecimalError) in
            guard scope.has(.grossPrice) else { return true }
            return try scope.any(.grossPrice) { price throws(DecimalError) in try price.sign() >= 0 }
        },
        Rule("BR-CO-04", in: .line, "A line has a VAT category (BT-151).") { $0.has(.lineCategory) },
        Rule.decimals("BR-DEC-23", in: .line, .lineAmount, "line net amount (BT-131)"),
        Rule("BR-54", in: .itemAttribute, "An item attribute (BG-32) has a name (BT-160) and a value (BT-161).") {
            $0.has(.attributeName) && $0.has(.attributeValue)
        },
        Rule("BR-64", in: .itemStandardIdentifier, "The item's standard identifier (BT-157) has a scheme identifier.") {
            $0.has(.schemeID)
        },
        Rule("BR-65", in: .itemClassification, "An item classification (BT-158) has a scheme identifier.") { $0.has(.listID) },
    ]

    static let periodRules: [Rule] = [
        Rule("BR-29", in: .invoicingPeriod, "The invoicing period does not end (BT-74) before it starts (BT-73).") {
            scope throws(DecimalError) in try scope.endsNotBeforeStart()
        },
        Rule("BR-30", in: .linePeriod, "A line's period does not end (BT-135) before it starts (BT-134).") { scope throws(DecimalError) in
            try scope.endsNotBeforeStart()
        },
        Rule("BR-CO-03", in: .invoice, "A VAT point date (BT-7) and a code for it (BT-8) are not given together.") {
            !($0.has(.taxPointDate) && $0.has(.taxPointDateCode))
        },
        Rule("BR-CO-19", in: .invoicingPeriod, "An invoicing period (BG-14) has a start (BT-73) or an end (BT-74), or both.") {
            $0.has(.periodStart) || $0.has(.periodEnd) || $0.has(.periodCode)
        },
        Rule("BR-CO-20", in: .linePeriod, "A line's period (BG-26) has a start (BT-134) or an end (BT-135), or both.") {
            $0.has(.periodStart) || $0.has(.periodEnd)
        },
    ]

    static let paymentRules: [Rule] = [
        Rule("BR-49", in: .paymentInstruction, "A payment instruction (BG-16) has a payment means code (BT-81).") { $0.has(.paymentMeans) },
        Rule("BR-50", in: .creditTransferAccount, "A credit transfer (BG-17) has an account identifier (BT-84).") {
            scope throws(DecimalError) in try scope.isFilled(.accountIdentifier)
        },
        Rule("BR-51", .warning, in: .cardNumber, "A card's number (BT-87) is not given in full: at most ten digits.") {
            $0.text.normalizedCharacterCount <= 10
        },
        Rule("BR-61", in: .paymentInstruction, "A payment by credit transfer (BT-81: 30, 58) has an account identifier (BT-84).") {
            scope throws(DecimalError) in
            guard let code = try scope.single(scope.path(.paymentMeans))?.trimmed, code.equals("30") || code.equals("58") else {
                return true
            }
            return scope.has(.paymentAccount)
        },
    ]
}

extension Scope {
    private static let invoiceLine: NodePath = "cac:InvoiceLine"
    private static let creditNoteLine: NodePath = "cac:CreditNoteLine"
    private static let dateCII: NodePath = "udt:DateTimeString"

    var hasLine: Bool {
        switch document.pointee.syntax {
        case .ubl: has(Self.invoiceLine) || has(Self.creditNoteLine)
        case .cii: document.pointee.vat.hasInvoiceLine
        }
    }

    /// The currencies of the total VAT amounts, wherever they stand.
    var taxTotalCurrencies: Set<[UInt8]> {
        let nodes = document.pointee.nodes
        var currencies: Set<[UInt8]> = []
        for index in nodes.indices where nodes[index].name == .cbcTaxAmount && at(index).parent?.name == .cacTaxTotal {
            if let currency = at(index).attribute(.currencyID) { currencies.insert(Array(currency)) }
        }
        return currencies
    }

    /// Whether one of the texts that the term gives is one of those that `path` gives from the element around this.
    func shares(_ term: BusinessTerm, with path: NodePath) -> Bool {
        guard let parent else { return false }
        return any(term) { own in parent.any(path) { $0.text.equals(own.text) } }
    }

    func endsNotBeforeStart() throws(DecimalError) -> Bool {
        guard has(.periodStart), has(.periodEnd) else { return true }
        return try date(path(.periodEnd)) >= date(path(.periodStart))
    }
}

extension UnsafeBufferPointer where Element == UInt8 {
    /// The first characters (code points).
    func firstCharacters(_ wanted: Int) -> UnsafeBufferPointer<UInt8> {
        var seen = 0
        for index in indices where self[index] & 0xC0 != 0x80 {
            if seen == wanted { return UnsafeBufferPointer(rebasing: self[..<index]) }
            seen += 1
        }
        return self
    }
}
