extension RuleContext {
    private static let transaction = "rsm:SupplyChainTradeTransaction/"
    private static let party = "/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/"
    private static let header = "ram:ApplicableHeaderTradeSettlement/"
    private static let ofLine = "ram:SpecifiedLineTradeSettlement/"

    /// The elements of CrossIndustryInvoice that the context stands for.
    var patternsCII: [ContextPattern] {
        switch self {
        case .invoice, .sellerAddress, .buyerAddress: [ContextPattern("rsm:CrossIndustryInvoice", .root)]
        case .note: [ContextPattern("ram:SubjectCode")]
        case .supportingDocument: [ContextPattern("ram:AdditionalReferencedDocument")]
        case .objectIdentifier: [ContextPattern("ram:ReferenceTypeCode")]
        case .attachment: [ContextPattern("ram:AttachmentBinaryObject", .hasMimeCode)]
        case .precedingInvoice: [ContextPattern("/\(Self.transaction)\(Self.header)ram:InvoiceReferencedDocument")]
        case .seller: [ContextPattern("ram:SellerTradeParty")]
        case .sellerEndpoint: [ContextPattern("\(Self.party)ram:SellerTradeParty", .hasElectronicAddress)]
        case .buyerEndpoint: [ContextPattern("\(Self.party)ram:BuyerTradeParty", .hasElectronicAddress)]
        case .payee: [ContextPattern("ram:PayeeTradeParty")]
        case .taxRepresentative, .taxRepresentativeAddress: [ContextPattern("ram:SellerTaxRepresentativeTradeParty")]
        case .anyEndpoint: [ContextPattern("ram:URIUniversalCommunication/ram:URIID", .hasSchemeID)]
        case .anyPartyIdentifier: [ContextPattern("ram:GlobalID", .isPartyIdentifier)]
        case .anyLegalIdentifier: [ContextPattern("ram:ID", .isLegalIdentifier)]
        case .vatRegistration: [ContextPattern("ram:SpecifiedTaxRegistration/ram:ID", .isVATNumber)]
        case .deliverToAddress:
            [ContextPattern("/\(Self.transaction)ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty/ram:PostalTradeAddress")]
        case .deliverToLocation: [ContextPattern("ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty/ram:GlobalID", .hasSchemeID)]
        case .invoicingPeriod: [ContextPattern("\(Self.header)ram:BillingSpecifiedPeriod")]
        case .linePeriod: [ContextPattern("\(Self.ofLine)ram:BillingSpecifiedPeriod")]
        case .taxPointDateCode: [ContextPattern("ram:DueDateTypeCode")]
        case .paymentInstruction: [ContextPattern("ram:SpecifiedTradeSettlementPaymentMeans")]
        case .creditTransferAccount:
            [ContextPattern("ram:SpecifiedTradeSettlementPaymentMeans/ram:PayeePartyCreditorFinancialAccount", .ofCreditTransfer)]
        case .cardNumber: [ContextPattern("ram:ApplicableTradeSettlementFinancialCard/ram:ID")]
        case .paymentMeansCode: [ContextPattern("ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode")]
        case .documentAllowance: [ContextPattern("\(Self.header)ram:SpecifiedTradeAllowanceCharge", .allowance)]
        case .documentCharge: [ContextPattern("\(Self.header)ram:SpecifiedTradeAllowanceCharge", .charge)]
        case .lineAllowance: [ContextPattern("\(Self.ofLine)ram:SpecifiedTradeAllowanceCharge", .allowance)]
        case .lineCharge: [ContextPattern("\(Self.ofLine)ram:SpecifiedTradeAllowanceCharge", .charge)]
        case .allowanceReasonCode: [ContextPattern("ram:SpecifiedTradeAllowanceCharge/ram:ReasonCode", .allowance)]
        case .chargeReasonCode: [ContextPattern("ram:SpecifiedTradeAllowanceCharge/ram:ReasonCode", .charge)]
        case .documentTotals: [ContextPattern("ram:SpecifiedTradeSettlementHeaderMonetarySummation")]
        case .taxTotal: [ContextPattern("ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TaxTotalAmount")]
        case .vatBreakdown: [ContextPattern("\(Self.header)ram:ApplicableTradeTax")]
        case .breakdownCategory: [ContextPattern("\(Self.transaction)\(Self.header)ram:ApplicableTradeTax", .vat)]
        case .lineCategory:
            [ContextPattern("\(Self.transaction)ram:IncludedSupplyChainTradeLineItem/\(Self.ofLine)ram:ApplicableTradeTax", .vat)]
        case .allowanceCategory: [ContextPattern("ram:SpecifiedTradeAllowanceCharge/ram:CategoryTradeTax", .allowanceVAT)]
        case .chargeCategory: [ContextPattern("ram:SpecifiedTradeAllowanceCharge/ram:CategoryTradeTax", .chargeVAT)]
        case .categoryCode: [ContextPattern("ram:CategoryTradeTax/ram:CategoryCode")]
        case .lineCategoryCode: [ContextPattern("ram:ApplicableTradeTax/ram:CategoryCode")]
        case .exemptionReasonCode: [ContextPattern("ram:ExemptionReasonCode")]
        case .line: [ContextPattern("ram:IncludedSupplyChainTradeLineItem")]
        case .itemAttribute: [ContextPattern("ram:ApplicableProductCharacteristic")]
        case .itemClassification: [ContextPattern("ram:DesignatedProductClassification/ram:ClassCode")]
        case .itemClassificationScheme: [ContextPattern("ram:ClassCode", .hasListID)]
        case .itemStandardIdentifier:
            [ContextPattern("ram:IncludedSupplyChainTradeLineItem/ram:SpecifiedTradeProduct/ram:GlobalID")]
        case .itemStandardIdentifierScheme: [ContextPattern("ram:SpecifiedTradeProduct/ram:GlobalID", .hasSchemeID)]
        case .typeCode: [ContextPattern("rsm:ExchangedDocument/ram:TypeCode")]
        case .documentCurrency: [ContextPattern("ram:InvoiceCurrencyCode")]
        case .taxCurrency: [ContextPattern("ram:TaxCurrencyCode")]
        case .country: [ContextPattern("ram:CountryID")]
        case .originCountry: [ContextPattern("ram:OriginTradeCountry/ram:ID")]
        case .amountCurrency: [ContextPattern("ram:TaxTotalAmount", .hasCurrency)]
        case .quantityUnit: [ContextPattern("ram:BasisQuantity", .hasUnitCode), ContextPattern("ram:BilledQuantity", .hasUnitCode)]
        case .anyAllowanceOrCharge: [ContextPattern("ram:SpecifiedTradeAllowanceCharge")]
        // UBL alone has rules on these.
        case .sellerParty, .anyAddress, .anyTaxRegistration, .delivery, .anyAllowance, .anyCharge, .anyTaxSubtotal, .anyAmount,
            .anyBinaryObject, .anyTaxScheme:
            []
        default: structureCII
        }
    }

    private var structureCII: [ContextPattern] {
        let line = "/\(Self.transaction)ram:IncludedSupplyChainTradeLineItem/"
        return switch self {
        case .documentContext: [ContextPattern("/rsm:ExchangedDocumentContext")]
        case .anyContextParameter: Self.names(endingIn: "DocumentContextParameter")
        case .exchangedDocument: [ContextPattern("/rsm:ExchangedDocument")]
        case .includedNote: [ContextPattern("/rsm:ExchangedDocument/ram:IncludedNote")]
        case .lineDocument: [ContextPattern("\(line)ram:AssociatedDocumentLineDocument")]
        case .tradeProduct: [ContextPattern("\(line)ram:SpecifiedTradeProduct")]
        case .lineAgreement: [ContextPattern("\(line)ram:SpecifiedLineTradeAgreement")]
        case .lineSettlement: [ContextPattern("\(line)ram:SpecifiedLineTradeSettlement")]
        case .grossPriceDiscount: [ContextPattern("ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge")]
        case .headerAgreement: [ContextPattern("/\(Self.transaction)ram:ApplicableHeaderTradeAgreement")]
        case .headerDelivery: [ContextPattern("/\(Self.transaction)ram:ApplicableHeaderTradeDelivery")]
        case .headerSettlement: [ContextPattern("/\(Self.transaction)ram:ApplicableHeaderTradeSettlement")]
        case .anyReferencedDocument: Self.names(endingIn: "ReferencedDocument")
        case .anyTradeTax: Self.names(endingIn: "TradeTax")
        case .anyPeriod: [ContextPattern("ram:BillingSpecifiedPeriod")]
        case .anyTradeAddress: [ContextPattern("ram:PostalTradeAddress")]
        case .anyDateText: [ContextPattern("udt:DateTimeString", .hasFormat102)]
        case .plainIdentifier:
            [
                ContextPattern("/rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"),
                ContextPattern("/rsm:ExchangedDocument/ram:ID"),
                ContextPattern("\(line)ram:AssociatedDocumentLineDocument/ram:LineID"),
                ContextPattern("\(line)ram:SpecifiedTradeProduct/ram:SellerAssignedID"),
            ]
        case .anyOtherIdentifier: Self.names(endingIn: "ID", .isNotPlainIdentifier)
        case .anyTypeCode: [ContextPattern("ram:TypeCode")]
        case .lineTradeCategory: [ContextPattern("\(line)\(Self.ofLine)ram:ApplicableTradeTax/ram:CategoryCode")]
        case .anyTradeAmount: Self.names(endingIn: "Amount").filter { $0.lastName != XMLName.ramTaxTotalAmount.rawValue }
        case .anyTradeQuantity: Self.names(endingIn: "Quantity")
        default: []
        }
    }

    private static func names(endingIn ending: String, _ condition: ContextPattern.Condition = .always) -> [ContextPattern] {
        XMLName.allCases.filter { $0.text.hasPrefix("ram:") && $0.text.hasSuffix(ending) }.map { ContextPattern($0.text, condition) }
    }
}
