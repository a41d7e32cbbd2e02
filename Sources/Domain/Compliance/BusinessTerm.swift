/// A business term (BT) or group (BG) of EN 16931 as rules look for it: the way from the element on which a rule is tested, in each syntax.
///
/// The bindings are those of CEN/TS 16931-3-2 (UBL) and -3-3 (CII).
struct BusinessTerm: Sendable {
    let ubl: NodePath
    let cii: NodePath

    init(ubl: NodePath, cii: NodePath) {
        self.ubl = ubl
        self.cii = cii
    }
}

extension Scope {
    func path(_ term: BusinessTerm) -> NodePath { document.pointee.syntax == .ubl ? term.ubl : term.cii }

    func has(_ term: BusinessTerm) -> Bool { has(path(term)) }

    func isFilled(_ term: BusinessTerm) throws(DecimalError) -> Bool { try isFilled(path(term)) }

    func number(_ term: BusinessTerm) throws(DecimalError) -> ExactDecimal { try number(path(term)) }

    func any<Failure: Error>(_ term: BusinessTerm, _ holds: (Scope) throws(Failure) -> Bool) throws(Failure) -> Bool {
        try any(path(term), holds)
    }

    func first(_ term: BusinessTerm) -> Scope? { first(path(term)) }
}

// MARK: - Of the document

extension BusinessTerm {
    private static let agreement = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/"
    private static let deliveryCII = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeDelivery/"
    private static let settlement = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement/"

    static let settlementCII = NodePath(settlement)

    /// BT-24.
    static let specification = BusinessTerm(
        ubl: "cbc:CustomizationID", cii: "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID")
    /// BT-1.
    static let number = BusinessTerm(ubl: "cbc:ID", cii: "rsm:ExchangedDocument/ram:ID")
    /// BT-2.
    static let issueDate = BusinessTerm(ubl: "cbc:IssueDate", cii: "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString")
    /// BT-3 of an invoice, and of a credit note.
    static let invoiceType = BusinessTerm(ubl: "cbc:InvoiceTypeCode", cii: "rsm:ExchangedDocument/ram:TypeCode")
    static let creditNoteType = BusinessTerm(ubl: "cbc:CreditNoteTypeCode", cii: "rsm:ExchangedDocument/ram:TypeCode")
    /// BT-5.
    static let currency = BusinessTerm(ubl: "cbc:DocumentCurrencyCode", cii: NodePath(settlement + "ram:InvoiceCurrencyCode"))
    /// BT-6.
    static let taxCurrency = BusinessTerm(ubl: "cbc:TaxCurrencyCode", cii: NodePath(settlement + "ram:TaxCurrencyCode"))
    /// BT-7 and BT-8.
    static let taxPointDate = BusinessTerm(
        ubl: "cbc:TaxPointDate", cii: NodePath(settlement + "ram:ApplicableTradeTax/ram:TaxPointDate"))
    static let taxPointDateCode = BusinessTerm(
        ubl: "cac:InvoicePeriod/cbc:DescriptionCode", cii: NodePath(settlement + "ram:ApplicableTradeTax/ram:DueDateTypeCode"))
    /// BT-27.
    static let sellerName = BusinessTerm(
        ubl: "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
        cii: NodePath(agreement + "ram:SellerTradeParty/ram:Name"))
    /// BT-44.
    static let buyerName = BusinessTerm(
        ubl: "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
        cii: NodePath(agreement + "ram:BuyerTradeParty/ram:Name"))
    /// BG-5 and BG-8.
    static let sellerAddress = BusinessTerm(
        ubl: "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress",
        cii: NodePath(agreement + "ram:SellerTradeParty/ram:PostalTradeAddress"))
    static let buyerAddress = BusinessTerm(
        ubl: "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress",
        cii: NodePath(agreement + "ram:BuyerTradeParty/ram:PostalTradeAddress"))
    /// BG-23.
    static let vatBreakdown = BusinessTerm(ubl: "cac:TaxTotal/cac:TaxSubtotal", cii: NodePath(settlement + "ram:ApplicableTradeTax"))
    /// BT-72.
    static let deliveryDate = BusinessTerm(
        ubl: "cac:Delivery/cbc:ActualDeliveryDate",
        cii: NodePath(deliveryCII + "ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString"))
    /// BG-14.
    static let invoicingPeriod = BusinessTerm(ubl: "cac:InvoicePeriod", cii: NodePath(settlement + "ram:BillingSpecifiedPeriod"))
    /// BT-80.
    static let deliverToCountry = BusinessTerm(
        ubl: "cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode",
        cii: NodePath(deliveryCII + "ram:ShipToTradeParty/ram:PostalTradeAddress/ram:CountryID"))
    /// The total VAT amounts (BT-110, BT-111), the group that holds them, and the document totals (BG-22).
    static let taxTotal = BusinessTerm(
        ubl: "cac:TaxTotal", cii: NodePath(settlement + "ram:SpecifiedTradeSettlementHeaderMonetarySummation"))
    static let taxTotalAmount = BusinessTerm(ubl: "cbc:TaxAmount", cii: "ram:TaxTotalAmount")
    static let totalWithoutVATOfDocument = BusinessTerm(
        ubl: "cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount",
        cii: NodePath(settlement + "ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TaxBasisTotalAmount"))
    static let totalWithVATOfDocument = BusinessTerm(
        ubl: "cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount",
        cii: NodePath(settlement + "ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:GrandTotalAmount"))
}

// MARK: - Of a group

extension BusinessTerm {
    /// BT-40 and BT-55: from the address in UBL, from the document in CII, where the rules on them ask for an address as well.
    static let sellerCountry = BusinessTerm(
        ubl: "cac:Country/cbc:IdentificationCode", cii: NodePath(agreement + "ram:SellerTradeParty/ram:PostalTradeAddress/ram:CountryID"))
    static let buyerCountry = BusinessTerm(
        ubl: "cac:Country/cbc:IdentificationCode", cii: NodePath(agreement + "ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CountryID"))
    /// BT-69, likewise from the tax representative.
    static let representativeCountry = BusinessTerm(ubl: "cac:Country/cbc:IdentificationCode", cii: "ram:PostalTradeAddress/ram:CountryID")
    /// BT-80, from the address.
    static let country = BusinessTerm(ubl: "cac:Country/cbc:IdentificationCode", cii: "ram:CountryID")
    /// The reference of a supporting document (BT-122).
    static let reference = BusinessTerm(ubl: "cbc:ID", cii: "ram:IssuerAssignedID")
    /// BT-25.
    static let precedingInvoice = BusinessTerm(ubl: "cac:InvoiceDocumentReference/cbc:ID", cii: "ram:IssuerAssignedID")
    /// Name of the payee (BT-59) and of the tax representative (BT-62).
    static let partyName = BusinessTerm(ubl: "cac:PartyName/cbc:Name", cii: "ram:Name")
    static let partyIdentifier = BusinessTerm(ubl: "cac:PartyIdentification/cbc:ID", cii: "ram:ID")
    /// BG-12 and BT-63.
    static let representativeAddress = BusinessTerm(ubl: "cac:PostalAddress", cii: "ram:PostalTradeAddress")
    static let representativeVATId = BusinessTerm(ubl: "cac:PartyTaxScheme[VAT]/cbc:CompanyID", cii: "ram:SpecifiedTaxRegistration/ram:ID")
    /// From the seller: BT-29, BT-30, BT-31.
    static let sellerIdentifier = BusinessTerm(ubl: "cac:Party/cac:PartyIdentification/cbc:ID", cii: "ram:ID")
    static let sellerLegalId = BusinessTerm(
        ubl: "cac:Party/cac:PartyLegalEntity/cbc:CompanyID", cii: "ram:SpecifiedLegalOrganization/ram:ID")
    static let sellerVATId = BusinessTerm(
        ubl: "cac:Party/cac:PartyTaxScheme[VAT]/cbc:CompanyID", cii: "ram:SpecifiedTaxRegistration/ram:ID")
    /// Period: BT-73 and BT-134, BT-74 and BT-135.
    static let periodStart = BusinessTerm(ubl: "cbc:StartDate", cii: "ram:StartDateTime")
    static let periodEnd = BusinessTerm(ubl: "cbc:EndDate", cii: "ram:EndDateTime")
    static let periodCode = BusinessTerm(ubl: "cbc:DescriptionCode", cii: "ram:DueDateTypeCode")
    /// Payment: BT-81, BT-84.
    static let paymentMeans = BusinessTerm(ubl: "cbc:PaymentMeansCode", cii: "ram:TypeCode")
    static let paymentAccount = BusinessTerm(
        ubl: "cac:PayeeFinancialAccount/cbc:ID", cii: "ram:PayeePartyCreditorFinancialAccount/ram:IBANID")
    static let accountIdentifier = BusinessTerm(ubl: "cbc:ID", cii: "ram:IBANID")

    /// Allowances and charges: BT-92, 99, 136, 141; BT-93, 100, 137, 142; BT-97, 104, 139, 144; BT-98, 105, 140, 145; BT-95, 102.
    static let allowanceAmount = BusinessTerm(ubl: "cbc:Amount", cii: "ram:ActualAmount")
    static let allowanceBase = BusinessTerm(ubl: "cbc:BaseAmount", cii: "ram:BasisAmount")
    static let allowanceReason = BusinessTerm(ubl: "cbc:AllowanceChargeReason", cii: "ram:Reason")
    static let allowanceReasonCode = BusinessTerm(ubl: "cbc:AllowanceChargeReasonCode", cii: "ram:ReasonCode")
    static let allowanceCategory = BusinessTerm(ubl: "cac:TaxCategory[VAT]/cbc:ID", cii: "ram:CategoryTradeTax[VAT]/ram:CategoryCode")

    /// Document totals: BT-106 to BT-109, BT-112 to BT-115.
    static let lineTotal = BusinessTerm(ubl: "cbc:LineExtensionAmount", cii: "ram:LineTotalAmount")
    static let allowanceTotal = BusinessTerm(ubl: "cbc:AllowanceTotalAmount", cii: "ram:AllowanceTotalAmount")
    static let chargeTotal = BusinessTerm(ubl: "cbc:ChargeTotalAmount", cii: "ram:ChargeTotalAmount")
    static let totalWithoutVAT = BusinessTerm(ubl: "cbc:TaxExclusiveAmount", cii: "ram:TaxBasisTotalAmount")
    static let totalWithVAT = BusinessTerm(ubl: "cbc:TaxInclusiveAmount", cii: "ram:GrandTotalAmount")
    static let paid = BusinessTerm(ubl: "cbc:PrepaidAmount", cii: "ram:TotalPrepaidAmount")
    static let rounding = BusinessTerm(ubl: "cbc:PayableRoundingAmount", cii: "ram:RoundingAmount")
    static let due = BusinessTerm(ubl: "cbc:PayableAmount", cii: "ram:DuePayableAmount")
    /// The document's allowances and charges (BG-20, BG-21) as seen from its totals' parent.
    static let allowancesAndCharges = BusinessTerm(ubl: "cac:AllowanceCharge", cii: "ram:SpecifiedTradeAllowanceCharge")

    /// VAT breakdown: BT-116 to BT-119, seen from the breakdown.
    static let taxable = BusinessTerm(ubl: "cbc:TaxableAmount", cii: "ram:BasisAmount")
    static let tax = BusinessTerm(ubl: "cbc:TaxAmount", cii: "ram:CalculatedAmount")
    static let breakdownCategory = BusinessTerm(ubl: "cac:TaxCategory[VAT]/cbc:ID", cii: "ram:CategoryCode")
    static let breakdownRate = BusinessTerm(ubl: "cac:TaxCategory[VAT]/cbc:Percent", cii: "ram:RateApplicablePercent")
    /// BT-120, BT-121, seen from the category.
    static let exemptionReason = BusinessTerm(ubl: "cbc:TaxExemptionReason", cii: "ram:ExemptionReason")
    static let exemptionReasonCode = BusinessTerm(ubl: "cbc:TaxExemptionReasonCode", cii: "ram:ExemptionReasonCode")
    /// The code and the rate of a category, seen from it: BT-151, 95, 102, 118; BT-152, 96, 103, 119.
    static let categoryCode = BusinessTerm(ubl: "cbc:ID", cii: "ram:CategoryCode")
    static let rate = BusinessTerm(ubl: "cbc:Percent", cii: "ram:RateApplicablePercent")

    /// Of an invoice line: BT-126, 129 (of an invoice, of a credit note), 131, 153, 146, 148, 151.
    static let lineIdentifier = BusinessTerm(ubl: "cbc:ID", cii: "ram:AssociatedDocumentLineDocument/ram:LineID")
    static let invoicedQuantity = BusinessTerm(ubl: "cbc:InvoicedQuantity", cii: "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    static let creditedQuantity = BusinessTerm(ubl: "cbc:CreditedQuantity", cii: "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    static let lineAmount = BusinessTerm(
        ubl: "cbc:LineExtensionAmount",
        cii: "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount")
    static let itemName = BusinessTerm(ubl: "cac:Item/cbc:Name", cii: "ram:SpecifiedTradeProduct/ram:Name")
    static let netPrice = BusinessTerm(
        ubl: "cac:Price/cbc:PriceAmount", cii: "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount")
    static let grossPrice = BusinessTerm(
        ubl: "cac:Price/cac:AllowanceCharge/cbc:BaseAmount",
        cii: "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:ChargeAmount")
    static let lineCategory = BusinessTerm(
        ubl: "cac:Item/cac:ClassifiedTaxCategory[VAT]/cbc:ID",
        cii: "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax[VAT]/ram:CategoryCode")
    /// BT-160 and BT-161.
    static let attributeName = BusinessTerm(ubl: "cbc:Name", cii: "ram:Description")
    static let attributeValue = BusinessTerm(ubl: "cbc:Value", cii: "ram:Value")
}
