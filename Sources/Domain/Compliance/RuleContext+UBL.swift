extension RuleContext {
    /// The elements of UBL Invoice and CreditNote that the context stands for.
    var patternsUBL: [ContextPattern] {
        switch self {
        case .invoice: [ContextPattern("Invoice", .root), ContextPattern("CreditNote", .root)]
        case .note: [ContextPattern("/cbc:Note")]
        case .supportingDocument: [ContextPattern("cac:AdditionalDocumentReference")]
        case .objectIdentifier:
            [
                ContextPattern("cac:AdditionalDocumentReference/cbc:ID", .isObjectReferenceWithScheme),
                ContextPattern("cac:DocumentReference/cbc:ID", .isObjectReferenceWithScheme),
            ]
        case .attachment: [ContextPattern("cbc:EmbeddedDocumentBinaryObject", .hasMimeCode)]
        case .precedingInvoice: [ContextPattern("cac:BillingReference")]
        case .seller: [ContextPattern("cac:AccountingSupplierParty")]
        case .sellerParty: [ContextPattern("cac:AccountingSupplierParty/cac:Party")]
        case .sellerAddress: [ContextPattern("cac:AccountingSupplierParty/cac:Party/cac:PostalAddress")]
        case .sellerEndpoint: [ContextPattern("cac:AccountingSupplierParty/cac:Party/cbc:EndpointID")]
        case .buyerAddress: [ContextPattern("cac:AccountingCustomerParty/cac:Party/cac:PostalAddress")]
        case .buyerEndpoint: [ContextPattern("cac:AccountingCustomerParty/cac:Party/cbc:EndpointID")]
        case .payee: [ContextPattern("cac:PayeeParty")]
        case .taxRepresentative: [ContextPattern("cac:TaxRepresentativeParty")]
        case .taxRepresentativeAddress: [ContextPattern("cac:TaxRepresentativeParty/cac:PostalAddress")]
        case .anyAddress: [ContextPattern("cac:PostalAddress"), ContextPattern("cac:Address")]
        case .anyEndpoint: [ContextPattern("cbc:EndpointID", .hasSchemeID)]
        case .anyPartyIdentifier: [ContextPattern("cac:PartyIdentification/cbc:ID", .hasSchemeID)]
        case .anyLegalIdentifier: [ContextPattern("cac:PartyLegalEntity/cbc:CompanyID", .hasSchemeID)]
        case .anyTaxRegistration: [ContextPattern("cac:PartyTaxScheme")]
        case .vatRegistration: [ContextPattern("cac:PartyTaxScheme", .vat)]
        case .delivery: [ContextPattern("cac:Delivery")]
        case .deliverToAddress: [ContextPattern("cac:Delivery/cac:DeliveryLocation/cac:Address")]
        case .deliverToLocation: [ContextPattern("cac:DeliveryLocation/cbc:ID", .hasSchemeID)]
        case .invoicingPeriod: [ContextPattern("cac:InvoicePeriod", .notInLine)]
        case .linePeriod: Self.inLines("cac:InvoicePeriod")
        case .taxPointDateCode: [ContextPattern("cac:InvoicePeriod/cbc:DescriptionCode")]
        case .paymentInstruction: [ContextPattern("cac:PaymentMeans")]
        case .creditTransferAccount: [ContextPattern("cac:PaymentMeans/cac:PayeeFinancialAccount", .ofCreditTransfer)]
        case .cardNumber: [ContextPattern("cac:PaymentMeans/cac:CardAccount/cbc:PrimaryAccountNumberID")]
        case .paymentMeansCode: [ContextPattern("cac:PaymentMeans/cbc:PaymentMeansCode")]
        case .documentAllowance: [ContextPattern("/cac:AllowanceCharge", .allowance)]
        case .documentCharge: [ContextPattern("/cac:AllowanceCharge", .charge)]
        case .lineAllowance: Self.inLines("cac:AllowanceCharge", .allowance)
        case .lineCharge: Self.inLines("cac:AllowanceCharge", .charge)
        case .anyAllowance: [ContextPattern("cac:AllowanceCharge", .allowance)]
        case .anyCharge: [ContextPattern("cac:AllowanceCharge", .charge)]
        case .anyAllowanceOrCharge: [ContextPattern("cac:AllowanceCharge")]
        case .anyTaxScheme: [ContextPattern("cac:TaxScheme")]
        case .allowanceReasonCode: [ContextPattern("cac:AllowanceCharge/cbc:AllowanceChargeReasonCode", .allowance)]
        case .chargeReasonCode: [ContextPattern("cac:AllowanceCharge/cbc:AllowanceChargeReasonCode", .charge)]
        case .documentTotals: [ContextPattern("cac:LegalMonetaryTotal")]
        case .taxTotal: [ContextPattern("/cac:TaxTotal")]
        case .vatBreakdown: [ContextPattern("cac:TaxTotal/cac:TaxSubtotal")]
        case .anyTaxSubtotal: [ContextPattern("cac:TaxSubtotal")]
        case .breakdownCategory: [ContextPattern("/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory", .vat)]
        case .lineCategory: Self.inLines("cac:Item/cac:ClassifiedTaxCategory", .vat)
        case .allowanceCategory: [ContextPattern("cac:AllowanceCharge/cac:TaxCategory", .allowanceVAT)]
        case .chargeCategory: [ContextPattern("cac:AllowanceCharge/cac:TaxCategory", .chargeVAT)]
        case .categoryCode: [ContextPattern("cac:TaxCategory/cbc:ID")]
        case .lineCategoryCode: [ContextPattern("cac:ClassifiedTaxCategory/cbc:ID")]
        case .exemptionReasonCode: [ContextPattern("cbc:TaxExemptionReasonCode")]
        case .line: [ContextPattern("cac:InvoiceLine"), ContextPattern("cac:CreditNoteLine")]
        case .itemAttribute: [ContextPattern("cac:AdditionalItemProperty")]
        case .itemClassification: Self.inLines("cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode")
        case .itemClassificationScheme: [ContextPattern("cac:CommodityClassification/cbc:ItemClassificationCode", .hasListID)]
        case .itemStandardIdentifier: Self.inLines("cac:Item/cac:StandardItemIdentification/cbc:ID")
        case .itemStandardIdentifierScheme: [ContextPattern("cac:StandardItemIdentification/cbc:ID", .hasSchemeID)]
        case .typeCode: [ContextPattern("cbc:InvoiceTypeCode"), ContextPattern("cbc:CreditNoteTypeCode")]
        case .documentCurrency: [ContextPattern("cbc:DocumentCurrencyCode")]
        case .taxCurrency: [ContextPattern("cbc:TaxCurrencyCode")]
        case .country: [ContextPattern("cac:Country/cbc:IdentificationCode")]
        case .originCountry: [ContextPattern("cac:OriginCountry/cbc:IdentificationCode")]
        case .amountCurrency: Self.amountsWithCurrency
        case .anyAmount:
            XMLName.allCases.filter { $0.text.hasSuffix("Amount") && !$0.text.hasSuffix("PriceAmount") }
                .map { ContextPattern($0.text, .notInPriceAllowance) }
        case .anyBinaryObject: XMLName.allCases.filter { $0.text.hasSuffix("BinaryObject") }.map { ContextPattern($0.text) }
        case .quantityUnit:
            [
                ContextPattern("cbc:InvoicedQuantity", .hasUnitCode), ContextPattern("cbc:CreditedQuantity", .hasUnitCode),
                ContextPattern("cbc:BaseQuantity", .hasUnitCode),
            ]
        // CII alone has rules on the others.
        default: []
        }
    }

    private static func inLines(_ path: String, _ condition: ContextPattern.Condition = .always) -> [ContextPattern] {
        [ContextPattern("cac:InvoiceLine/\(path)", condition), ContextPattern("cac:CreditNoteLine/\(path)", condition)]
    }

    private static let amountsWithCurrency: [ContextPattern] = [
        "Amount", "BaseAmount", "PriceAmount", "TaxAmount", "TaxableAmount", "LineExtensionAmount", "TaxExclusiveAmount",
        "TaxInclusiveAmount", "AllowanceTotalAmount", "ChargeTotalAmount", "PrepaidAmount", "PayableRoundingAmount", "PayableAmount",
    ].map { ContextPattern("cbc:\($0)") }
}
