/// What UBL allows and EN 16931 does not, beyond the elements it has no use for: UBL-SR (how often), UBL-DT (data types), and the two
/// UBL-CR that look at a value. For UBL alone.
extension EN16931 {
    static let syntaxRulesUBL: [Rule] = documentCounts + partyCounts + groupCounts + lineCounts + dataTypes + values + unjudged

    private static let documentCounts: [Rule] = [
        .atMostOne("UBL-SR-01", in: .invoice, "cac:ContractDocumentReference/cbc:ID", "contract reference (BT-12)"),
        .atMostOne("UBL-SR-02", in: .invoice, "cac:ReceiptDocumentReference/cbc:ID", "receiving advice reference (BT-15)"),
        .atMostOne("UBL-SR-03", in: .invoice, "cac:DespatchDocumentReference/cbc:ID", "despatch advice reference (BT-16)"),
        Rule("UBL-SR-04", in: .invoice, .atMostOne("invoiced object identifier (BT-18)")) { scope in
            var count = 0
            scope.visit(documentReference) { reference in
                if reference.any(documentType, { $0.text.equals("130") }) { count += reference.count(identifier) }
                return true
            }
            return count <= 1
        },
        .atMostOne("UBL-SR-05", in: .invoice, "cac:PaymentTerms/cbc:Note", "text of payment terms (BT-20)"),
        .atMostOne("UBL-SR-08", in: .invoice, "cac:InvoicePeriod", "invoicing period (BG-14)"),
        .atMostOne("UBL-SR-24", in: .invoice, "cac:Delivery", "delivery (BG-13)"),
        .atMostOne("UBL-SR-39", in: .invoice, "cac:ProjectReference/cbc:ID", "project reference (BT-11)"),
        Rule("UBL-SR-44", in: .invoice, .allTheSame("remittance information (BT-83)")) { $0.areSame(.cbcPaymentID) },
        .atMostOne("UBL-SR-45", in: .invoice, "cac:PaymentMeans/cbc:PaymentDueDate", "due date (BT-9)"),
        Rule("UBL-SR-46", in: .invoice, .atMostOne("payment means text (BT-82)")) { scope in
            var count = 0
            scope.visit(paymentMeansCode) {
                if $0.has(.name) { count += 1 }
                return true
            }
            return count <= 1
        },
        Rule("UBL-SR-47", in: .invoice, .allTheSame("payment means code (BT-81)")) { $0.areSame(.cbcPaymentMeansCode) },
        .atMostOne("UBL-SR-49", in: .invoice, "cac:InvoicePeriod/cbc:DescriptionCode", "VAT point date code (BT-8)"),
        .atMostOne("UBL-SR-54", in: .invoice, "cac:PaymentMeans/cac:CardAccount", "payment card (BG-18)"),
        .atMostOne("UBL-SR-55", in: .invoice, "cac:PaymentMeans/cac:PaymentMandate", "direct debit (BG-19)"),
        .atMostOne("UBL-SR-56", in: .invoice, "cac:OriginatorDocumentReference/cbc:ID", "tender or lot reference (BT-17)"),
    ]

    private static let partyCounts: [Rule] = [
        .atMostOne(
            "UBL-SR-09", in: .invoice, "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
            "seller name (BT-27)"),
        .atMostOne(
            "UBL-SR-10", in: .invoice, "cac:AccountingSupplierParty/cac:Party/cac:PartyName/cbc:Name", "seller trading name (BT-28)"),
        .atMostOne(
            "UBL-SR-11", in: .invoice, "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID",
            "seller legal registration identifier (BT-30)"),
        Rule("UBL-SR-12", in: .invoice, .atMostOne("seller VAT identifier (BT-31)")) { scope in
            scope.countRegistrations(sellerRegistration, ofVAT: true) <= 1
        },
        Rule("UBL-SR-13", in: .invoice, .atMostOne("seller tax registration identifier (BT-32)")) { scope in
            scope.countRegistrations(sellerRegistration, ofVAT: false) <= 1
        },
        .atMostOne(
            "UBL-SR-14", in: .invoice, "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyLegalForm",
            "seller additional legal information (BT-33)"),
        .atMostOne(
            "UBL-SR-15", in: .invoice, "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
            "buyer name (BT-44)"),
        .atMostOne(
            "UBL-SR-16", in: .invoice, "cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID", "buyer identifier (BT-46)"),
        .atMostOne(
            "UBL-SR-17", in: .invoice, "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID",
            "buyer legal registration identifier (BT-47)"),
        Rule("UBL-SR-18", in: .invoice, .atMostOne("buyer VAT identifier (BT-48)")) { scope in
            scope.countRegistrations(buyerRegistration, ofVAT: true) <= 1
        },
        Rule("UBL-SR-19", in: .payee, "There is at most one payee name (BT-59), and it is not the seller's.") { scope in
            scope.count(partyName) <= 1 && scope.isNamedOtherThanSeller
        },
        Rule("UBL-SR-20", in: .payee, "There is at most one payee identifier (BT-60), and the payee is not the seller.") { scope in
            var count = 0
            scope.visit(partyIdentifier) {
                if $0.attribute(.schemeID)?.equals("SEPA", ignoringCase: true) != true { count += 1 }
                return true
            }
            return count <= 1 && scope.isNamedOtherThanSeller
        },
        Rule("UBL-SR-21", in: .payee, "There is at most one payee legal registration identifier (BT-61), and the payee is not the seller.")
        {
            scope in
            scope.count(legalIdentifier) <= 1 && scope.isNamedOtherThanSeller
        },
        .atMostOne("UBL-SR-22", in: .taxRepresentative, "cac:PartyName/cbc:Name", "tax representative name (BT-62)"),
        .atMostOne("UBL-SR-23", in: .taxRepresentative, "cac:PartyTaxScheme/cbc:CompanyID", "tax representative VAT identifier (BT-63)"),
        .atMostOne("UBL-SR-25", in: .delivery, "cac:DeliveryParty/cac:PartyName/cbc:Name", "deliver-to party name (BT-70)"),
        Rule("UBL-SR-29", in: .invoice, .atMostOne("bank assigned creditor identifier (BT-90)")) { scope in
            scope.countBankCreditorIdentifiers <= 1
        },
        .atMostOne("UBL-SR-40", in: .invoice, "cac:AccountingCustomerParty/cac:Party/cac:PartyName/cbc:Name", "buyer trading name (BT-45)"),
        Rule("UBL-SR-42", in: .sellerParty, "A seller has at most two tax registrations (BT-31, BT-32).") { $0.count(registration) <= 2 },
        .atMostOne("UBL-SR-51", in: .anyAddress, "cac:AddressLine", "third address line"),
        Rule("UBL-SR-53", in: .anyTaxRegistration, "A party's tax registration has a tax scheme and an identifier.") {
            $0.has(schemeIdentifier) && $0.has(registrationNumber)
        },
    ]

    private static let groupCounts: [Rule] = [
        .atMostOne("UBL-SR-06", in: .precedingInvoice, "cac:InvoiceDocumentReference", "preceding invoice in a reference (BG-3)"),
        Rule("UBL-SR-07", in: .precedingInvoice, "A preceding invoice (BG-3) has a reference (BT-25).") { $0.has(.precedingInvoice) },
        .atMostOne("UBL-SR-26", in: .paymentInstruction, "cbc:PaymentID", "remittance information (BT-83)"),
        .atMostOne("UBL-SR-27", in: .paymentInstruction, "cbc:PaymentMeansCode", "payment means code (BT-81)"),
        .atMostOne("UBL-SR-28", in: .paymentInstruction, "cac:PaymentMandate/cbc:ID", "mandate reference (BT-89)"),
        .atMostOne("UBL-SR-30", in: .anyAllowance, "cbc:AllowanceChargeReason", "reason of an allowance"),
        .atMostOne("UBL-SR-31", in: .anyCharge, "cbc:AllowanceChargeReason", "reason of a charge"),
        .atMostOne("UBL-SR-32", in: .anyTaxSubtotal, "cac:TaxCategory/cbc:TaxExemptionReason", "VAT exemption reason (BT-120)"),
        .atMostOne("UBL-SR-33", in: .supportingDocument, "cbc:DocumentDescription", "supporting document description (BT-123)"),
        Rule(
            "UBL-SR-43", in: .supportingDocument,
            "An identifier with a scheme, or a document type, is for the invoiced object (130) or a credit note's project (50) alone."
        ) { scope in
            if scope.any(documentType, { $0.text.equals("130") }) { return true }
            if scope.root.name == .cnCreditNote, scope.any(documentType, { $0.text.equals("50") }) { return true }
            return !scope.has(identifier, .schemeID) && !scope.has(documentType)
        },
    ]

    private static let lineCounts: [Rule] = [
        .atMostOne("UBL-SR-34", in: .line, "cbc:Note", "note of a line (BT-127)"),
        .atMostOne("UBL-SR-35", in: .line, "cac:OrderLineReference/cbc:LineID", "order line reference (BT-132)"),
        .atMostOne("UBL-SR-36", in: .line, "cac:InvoicePeriod", "period of a line (BG-26)"),
        .atMostOne("UBL-SR-37", in: .line, "cac:Price/cac:AllowanceCharge/cbc:Amount", "item price discount (BT-147)"),
        Rule("UBL-SR-48", in: .line, .exactlyOne("VAT category of a line (BG-30)")) { $0.count(lineCategory) == 1 },
        .atMostOne("UBL-SR-50", in: .line, "cac:Item/cbc:Description", "item description (BT-154)"),
        .atMostOne("UBL-SR-52", in: .line, "cac:DocumentReference", "object reference of a line (BT-128)"),
    ]

    private static let dataTypes: [Rule] = [
        Rule("UBL-DT-01", in: .anyAmount, "An amount has at most two decimals.") { $0.hasAtMostTwoDecimals },
        Rule("UBL-DT-06", in: .anyBinaryObject, "An attached document has a media type (BT-125-1).") { $0.has(.mimeCode) },
        Rule("UBL-DT-07", in: .anyBinaryObject, "An attached document has a file name (BT-125-2).") { $0.has(.filename) },
    ]

    private static let values: [Rule] = [
        Rule("UBL-CR-002", .warning, in: .invoice, "The UBL version, where it is given, is 2.1.") { scope in
            !scope.has(version) || scope.any(version) { $0.text.equals("2.1") }
        },
        Rule("UBL-CR-412", .warning, in: .invoice, "An invoice's due date (BT-9) is not given with the payment means.") { scope in
            scope.name == .cnCreditNote || !scope.has(paymentDueDate)
        },
    ]

    /// Documents that break the schema of UBL where the official stylesheet stops with an error and judges nothing. Their identifiers
    /// are our own.
    private static let unjudged: [Rule] = [
        Rule("LF-UBL-01", in: .anyAllowanceOrCharge, "An allowance or charge has an indicator of true or false.") { scope in
            !scope.any(chargeIndicator) { $0.boolean == nil }
        },
        .atMostOne("LF-UBL-02", in: .anyTaxScheme, "cbc:ID", "identifier of a tax scheme"),
        Rule("LF-UBL-03", in: .line, "A VAT category of a line has one tax scheme.") { scope in
            !scope.any(lineCategory) { $0.count(taxScheme) > 1 }
        },
    ]

    private static let chargeIndicator: NodePath = "cbc:ChargeIndicator"
    private static let taxScheme: NodePath = "cac:TaxScheme"
    private static let documentReference: NodePath = "cac:AdditionalDocumentReference"
    private static let documentType: NodePath = "cbc:DocumentTypeCode"
    private static let identifier: NodePath = "cbc:ID"
    private static let paymentMeansCode: NodePath = "cac:PaymentMeans/cbc:PaymentMeansCode"
    private static let sellerRegistration: NodePath = "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme"
    private static let buyerRegistration: NodePath = "cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme"
    private static let partyName: NodePath = "cac:PartyName/cbc:Name"
    private static let partyIdentifier: NodePath = "cac:PartyIdentification/cbc:ID"
    private static let legalIdentifier: NodePath = "cac:PartyLegalEntity/cbc:CompanyID"
    private static let registration: NodePath = "cac:PartyTaxScheme"
    private static let schemeIdentifier: NodePath = "cac:TaxScheme/cbc:ID"
    private static let registrationNumber: NodePath = "cbc:CompanyID"
    private static let lineCategory: NodePath = "cac:Item/cac:ClassifiedTaxCategory"
    private static let version: NodePath = "cbc:UBLVersionID"
    private static let paymentDueDate: NodePath = "cac:PaymentMeans/cbc:PaymentDueDate"
}

extension Scope {
    private static let registrationNumber: NodePath = "cbc:CompanyID"
    private static let taxScheme: NodePath = "cac:TaxScheme/cbc:ID"
    private static let scheme: NodePath = "cac:TaxScheme"
    private static let schemeId: NodePath = "cbc:ID"
    private static let partyName: NodePath = "cac:PartyName/cbc:Name"
    private static let sellerName: NodePath = "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName"

    /// Whether all elements of that name in the document have the same text.
    fileprivate func areSame(_ name: XMLName) -> Bool {
        let nodes = document.pointee.nodes
        var first: Text?
        for index in nodes.indices where nodes[index].name == name {
            let text = at(index).text
            guard let known = first else {
                first = text
                continue
            }
            if !known.equals(text) { return false }
        }
        return true
    }

    /// The identifiers of the tax registrations there whose scheme is VAT, or is another.
    fileprivate func countRegistrations(_ path: NodePath, ofVAT wanted: Bool) -> Int {
        var count = 0
        visit(path) { registration in
            let isWanted = registration.any(Self.scheme) { scheme in
                (scheme.first(Self.schemeId)?.text.equals("VAT", ignoringCase: true) ?? false) == wanted
            }
            if isWanted { count += registration.count(Self.registrationNumber) }
            return true
        }
        return count
    }

    fileprivate var countBankCreditorIdentifiers: Int {
        let nodes = document.pointee.nodes
        var count = 0
        for index in nodes.indices where nodes[index].name == .cacPartyIdentification {
            at(index).visit(Self.schemeId) {
                if $0.attribute(.schemeID)?.equals("SEPA", ignoringCase: true) == true { count += 1 }
                return true
            }
        }
        return count
    }

    /// Whether a name of the payee differs from a name of the seller; false also where one has none.
    fileprivate var isNamedOtherThanSeller: Bool {
        guard let parent else { return false }
        return any(Self.partyName) { own in parent.any(Self.sellerName) { !$0.text.equals(own.text) } }
    }
}
