/// The elements of CII that EN 16931 has no use for: the CII-SR that are warnings. Each is raised once in a document.
extension EN16931 {
    static let unusedCII = UnusedTerms(
        prefix: "CII-SR-",
        table: unusedElementsCII.replacing("TX/", with: "rsm:SupplyChainTradeTransaction/")
            .replacing("LINE/", with: "rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem/"), lineNames: [],
        patterns: unusedPatternsCII, attributes: [])

    private static let unusedPatternsCII: [UnusedTerms.Pattern] = [
        .init("CII-SR-186", "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge/ram:CalculationPercent", .format),
        .init("CII-SR-193", "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge/ram:ID"),
        .init("CII-SR-464", "ram:SpecifiedTradeSettlementPaymentMeans/ram:PayerSpecifiedDebtorFinancialInstitution"),
    ]

    /// Number of the first rule, the element around ("." for the document; "TX" for the transaction, "LINE" for a line), and the elements
    /// of that and the following rules.
    private static let unusedElementsCII = """
        001 rsm:ExchangedDocumentContext > ram:SpecifiedTransactionID ram:TestIndicator
        006 rsm:ExchangedDocumentContext > ram:BIMSpecifiedDocumentContextParameter ram:ScenarioSpecifiedDocumentContextParameter
            ram:ApplicationSpecifiedDocumentContextParameter
        011 rsm:ExchangedDocumentContext > ram:SubsetSpecifiedDocumentContextParameter
            ram:MessageStandardSpecifiedDocumentContextParameter
        013 rsm:ExchangedDocument > ram:Name
        015 rsm:ExchangedDocument/ram:IssueDateTime > udt:DateTime
        016 rsm:ExchangedDocument > ram:CopyIndicator ram:Purpose ram:ControlRequirementIndicator ram:LanguageID ram:PurposeCode
            ram:RevisionDateTime ram:VersionID ram:GlobalID ram:RevisionID ram:PreviousRevisionID ram:CategoryCode
        027 rsm:ExchangedDocument/ram:IncludedNote > ram:Subject ram:ContentCode
        032 rsm:ExchangedDocument/ram:IncludedNote > ram:ID
        033 rsm:ExchangedDocument > ram:EffectiveSpecifiedPeriod ram:IssuerTradeParty
        035 TX/ram:IncludedSupplyChainTradeLineItem > ram:DescriptionCode ram:ParentLineID ram:LineStatusCode ram:LineStatusReasonCode
        041 LINE/ram:AssociatedDocumentLineDocument/ram:IncludedNote > ram:SubjectCode ram:ID
            ram:Subject ram:ContentCode
        045 LINE/ram:SpecifiedTradeProduct > ram:ID
        048 LINE/ram:SpecifiedTradeProduct > ram:ManufacturerAssignedID ram:TradeName ram:TypeCode
            ram:NetWeightMeasure ram:GrossWeightMeasure ram:ProductGroupID ram:EndItemTypeCode ram:EndItemName ram:AreaDensityMeasure
            ram:UseDescription ram:BrandName ram:SubBrandName ram:DrainedNetWeightMeasure ram:VariableMeasureIndicator ram:ColourCode
            ram:ColourDescription ram:Designation ram:FormattedCancellationAnnouncedLaunchDateTime
            ram:FormattedLatestProductDataChangeDateTime
        067 LINE/ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic > ram:ID ram:TypeCode
        070 LINE/ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic > ram:ValueMeasure
            ram:MeasurementMethodCode
        073 LINE/ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic > ram:ValueCode
            ram:ValueDateTime ram:ValueIndicator ram:ContentTypeCode ram:ValueSpecifiedBinaryFile
            ram:ApplicableProductCharacteristicCondition ram:ApplicableReferencedStandard
        080 LINE/ram:SpecifiedTradeProduct > ram:ApplicableMaterialGoodsCharacteristic
        081 LINE/ram:SpecifiedTradeProduct/ram:DesignatedProductClassification > ram:SystemID
            ram:SystemName ram:ClassName ram:SubClassCode ram:ClassProductCharacteristic ram:ApplicableReferencedStandard
        087 LINE/ram:SpecifiedTradeProduct > ram:IndividualTradeProductInstance
            ram:CertificationEvidenceReferenceReferencedDocument ram:InspectionReferenceReferencedDocument
        091 LINE/ram:SpecifiedTradeProduct/ram:OriginTradeCountry > ram:Name
            ram:SubordinateTradeCountrySubDivision
        093 LINE/ram:SpecifiedTradeProduct > ram:LinearSpatialDimension
            ram:MinimumLinearSpatialDimension ram:MaximumLinearSpatialDimension ram:ManufacturerTradeParty
            ram:PresentationSpecifiedBinaryFile ram:MSDSReferenceReferencedDocument ram:AdditionalReferenceReferencedDocument
            ram:LegalRightsOwnerTradeParty ram:BrandOwnerTradeParty ram:IncludedReferencedProduct ram:InformationNote
        104 LINE/ram:SpecifiedLineTradeAgreement > ram:BuyerReference
            ram:BuyerRequisitionerTradeParty ram:ApplicableTradeDeliveryTerms ram:SellerOrderReferencedDocument
        108 LINE/ram:SpecifiedLineTradeAgreement/ram:BuyerOrderReferencedDocument >
            ram:IssuerAssignedID
        109 LINE/ram:SpecifiedLineTradeAgreement > ram:QuotationReferencedDocument
            ram:ContractReferencedDocument ram:DemandForecastReferencedDocument ram:PromotionalDealReferencedDocument
            ram:AdditionalReferencedDocument
        114 LINE/ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice > ram:TypeCode
            ram:MinimumQuantity ram:MaximumQuantity ram:ChangeReason ram:OrderUnitConversionFactorNumeric
        120 LINE/ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge >
            ram:ID ram:SequenceNumeric ram:CalculationPercent ram:BasisAmount ram:BasisQuantity ram:PrepaidIndicator ram:UnitBasisAmount
            ram:ReasonCode ram:Reason ram:TypeCode ram:CategoryTradeTax ram:ActualTradeCurrencyExchange
        132 LINE/ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice >
            ram:ValiditySpecifiedPeriod ram:DeliveryTradeLocation ram:TradeComparisonReferencePrice ram:AssociatedReferencedDocument
        136 LINE/ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice > ram:TypeCode
        138 LINE/ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice > ram:MinimumQuantity
            ram:MaximumQuantity ram:ChangeReason ram:OrderUnitConversionFactorNumeric ram:AppliedTradeAllowanceCharge
            ram:ValiditySpecifiedPeriod ram:DeliveryTradeLocation ram:TradeComparisonReferencePrice ram:AssociatedReferencedDocument
        147 LINE/ram:SpecifiedLineTradeAgreement > ram:RequisitionerReferencedDocument
            ram:ItemSellerTradeParty ram:ItemBuyerTradeParty ram:IncludedSpecifiedMarketplace
        151 LINE/ram:SpecifiedLineTradeDelivery > ram:RequestedQuantity ram:ReceivedQuantity
            ram:ChargeFreeQuantity ram:PackageQuantity ram:ProductUnitQuantity ram:PerPackageUnitQuantity ram:NetWeightMeasure
            ram:GrossWeightMeasure ram:TheoreticalWeightMeasure ram:DespatchedQuantity ram:SpecifiedDeliveryAdjustment
            ram:IncludedSupplyChainPackaging ram:RelatedSupplyChainConsignment ram:ShipToTradeParty ram:UltimateShipToTradeParty
            ram:ShipFromTradeParty ram:ActualDespatchSupplyChainEvent ram:ActualPickUpSupplyChainEvent
            ram:RequestedDeliverySupplyChainEvent ram:ActualDeliverySupplyChainEvent ram:ActualReceiptSupplyChainEvent
            ram:AdditionalReferencedDocument ram:DespatchAdviceReferencedDocument ram:ReceivingAdviceReferencedDocument
            ram:DeliveryNoteReferencedDocument ram:ConsumptionReportReferencedDocument ram:PackingListReferencedDocument
        178 LINE/ram:SpecifiedLineTradeSettlement > ram:PaymentReference ram:InvoiceIssuerReference
            ram:TotalAdjustmentAmount ram:DiscountIndicator
        182 LINE/ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax > ram:CalculatedAmount
        183 LINE/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge/ram:ChargeIndicator >
            udt:IndicatorString
        184 LINE/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge > ram:ID
            ram:SequenceNumeric
        187 LINE/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge >
            ram:BasisQuantity ram:PrepaidIndicator ram:UnitBasisAmount ram:TypeCode ram:CategoryTradeTax ram:ActualTradeCurrencyExchange
        194 LINE/ram:SpecifiedLineTradeSettlement > ram:SubtotalCalculatedTradeTax
            ram:SpecifiedLogisticsServiceCharge ram:SpecifiedTradePaymentTerms
        197 LINE/ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation >
            ram:ChargeTotalAmount ram:AllowanceTotalAmount ram:TaxBasisTotalAmount ram:TaxTotalAmount ram:GrandTotalAmount
            ram:InformationAmount ram:TotalAllowanceChargeAmount ram:TotalRetailValueInformationAmount ram:GrossLineTotalAmount
            ram:NetLineTotalAmount ram:NetIncludingTaxesLineTotalAmount ram:ProductWeightLossInformationAmount
        209 LINE/ram:SpecifiedLineTradeSettlement > ram:SpecifiedFinancialAdjustment
            ram:InvoiceReferencedDocument
        212 LINE/ram:SpecifiedLineTradeSettlement > ram:PayableSpecifiedTradeAccountingAccount
        213 LINE/ram:SpecifiedLineTradeSettlement/ram:ReceivableSpecifiedTradeAccountingAccount >
            ram:SetTriggerCode ram:TypeCode ram:AmountTypeCode ram:Name ram:CostReferenceDimensionPattern
        218 LINE/ram:SpecifiedLineTradeSettlement > ram:PurchaseSpecifiedTradeAccountingAccount
            ram:SalesSpecifiedTradeAccountingAccount ram:SpecifiedTradeSettlementFinancialCard
        221 TX/ram:IncludedSupplyChainTradeLineItem > ram:IncludedSubordinateTradeLineItem
        222 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty > ram:RoleCode
        223 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:SpecifiedLegalOrganization > ram:LegalClassificationCode
            ram:Name ram:PostalTradeAddress ram:AuthorizedLegalRegistration
        227 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:DefinedTradeContact > ram:ID ram:TypeCode ram:JobTitle
            ram:Responsibility ram:PersonID
        232 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:DefinedTradeContact/ram:TelephoneUniversalCommunication >
            ram:URIID ram:ChannelCode
        234 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:DefinedTradeContact >
            ram:DirectTelephoneUniversalCommunication ram:MobileTelephoneUniversalCommunication ram:FaxUniversalCommunication
        237 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:DefinedTradeContact/ram:EmailURIUniversalCommunication >
            ram:ChannelCode ram:CompleteNumber
        239 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:DefinedTradeContact > ram:TelexUniversalCommunication
            ram:VOIPUniversalCommunication ram:InstantMessagingUniversalCommunication ram:SpecifiedNote ram:SpecifiedContactPerson
        244 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:URIUniversalCommunication > ram:ChannelCode
            ram:CompleteNumber
        246 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:SpecifiedTaxRegistration > ram:AssociatedRegisteredTax
        247 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty > ram:EndPointURIUniversalCommunication
            ram:LogoAssociatedSpecifiedBinaryFile
        249 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty > ram:RoleCode ram:Description
        251 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:SpecifiedLegalOrganization > ram:LegalClassificationCode
            ram:Name
        254 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:SpecifiedLegalOrganization > ram:PostalTradeAddress
            ram:AuthorizedLegalRegistration
        256 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:DefinedTradeContact > ram:ID ram:TypeCode ram:JobTitle
            ram:Responsibility ram:PersonID
        261 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:DefinedTradeContact/ram:TelephoneUniversalCommunication >
            ram:URIID ram:ChannelCode
        263 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:DefinedTradeContact >
            ram:DirectTelephoneUniversalCommunication ram:MobileTelephoneUniversalCommunication ram:FaxUniversalCommunication
        266 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:DefinedTradeContact/ram:EmailURIUniversalCommunication >
            ram:ChannelCode ram:CompleteNumber
        268 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:DefinedTradeContact > ram:TelexUniversalCommunication
            ram:VOIPUniversalCommunication ram:InstantMessagingUniversalCommunication ram:SpecifiedNote ram:SpecifiedContactPerson
        273 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:URIUniversalCommunication > ram:ChannelCode ram:CompleteNumber
        275 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:SpecifiedTaxRegistration > ram:AssociatedRegisteredTax
        276 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty > ram:EndPointURIUniversalCommunication
            ram:LogoAssociatedSpecifiedBinaryFile
        278 TX/ram:ApplicableHeaderTradeAgreement > ram:SalesAgentTradeParty ram:BuyerRequisitionerTradeParty
            ram:BuyerAssignedAccountantTradeParty ram:SellerAssignedAccountantTradeParty
        282 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTaxRepresentativeTradeParty > ram:ID ram:GlobalID ram:RoleCode
            ram:Description ram:SpecifiedLegalOrganization ram:DefinedTradeContact ram:URIUniversalCommunication
        289 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTaxRepresentativeTradeParty/ram:SpecifiedTaxRegistration >
            ram:AssociatedRegisteredTax
        290 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerTaxRepresentativeTradeParty > ram:EndPointURIUniversalCommunication
            ram:LogoAssociatedSpecifiedBinaryFile
        292 TX/ram:ApplicableHeaderTradeAgreement > ram:ProductEndUserTradeParty ram:ApplicableTradeDeliveryTerms
        294 TX/ram:ApplicableHeaderTradeAgreement/ram:SellerOrderReferencedDocument > ram:LineID
        295 TX/ram:ApplicableHeaderTradeAgreement/ram:BuyerOrderReferencedDocument > ram:LineID
        296 TX/ram:ApplicableHeaderTradeAgreement > ram:QuotationReferencedDocument ram:OrderResponseReferencedDocument
        298 TX/ram:ApplicableHeaderTradeAgreement/ram:ContractReferencedDocument > ram:LineID
        299 TX/ram:ApplicableHeaderTradeAgreement > ram:DemandForecastReferencedDocument ram:SupplyInstructionReferencedDocument
            ram:PromotionalDealReferencedDocument ram:PriceListReferencedDocument
        303 TX/ram:ApplicableHeaderTradeAgreement/ram:AdditionalReferencedDocument > ram:LineID
        304 TX/ram:ApplicableHeaderTradeAgreement > ram:RequisitionerReferencedDocument ram:BuyerAgentTradeParty
            ram:PurchaseConditionsReferencedDocument
        307 TX/ram:ApplicableHeaderTradeAgreement/ram:SpecifiedProcuringProject > ram:Description
        308 TX/ram:ApplicableHeaderTradeDelivery > ram:RelatedSupplyChainConsignment
        309 TX/ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty > ram:RoleCode ram:Description ram:SpecifiedLegalOrganization
            ram:DefinedTradeContact ram:URIUniversalCommunication ram:SpecifiedTaxRegistration ram:EndPointURIUniversalCommunication
            ram:LogoAssociatedSpecifiedBinaryFile
        317 TX/ram:ApplicableHeaderTradeDelivery > ram:UltimateShipToTradeParty ram:ShipFromTradeParty
            ram:ActualDespatchSupplyChainEvent ram:ActualPickUpSupplyChainEvent
        321 TX/ram:ApplicableHeaderTradeDelivery/ram:ActualDeliverySupplyChainEvent > ram:ID
        322 TX/ram:ApplicableHeaderTradeDelivery/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime > udt:DateTime
        323 TX/ram:ApplicableHeaderTradeDelivery/ram:ActualDeliverySupplyChainEvent > ram:TypeCode ram:Description
            ram:DescriptionBinaryObject ram:UnitQuantity ram:LatestOccurrenceDateTime ram:EarliestOccurrenceDateTime
            ram:OccurrenceSpecifiedPeriod ram:OccurrenceLogisticsLocation
        331 TX/ram:ApplicableHeaderTradeDelivery > ram:ActualReceiptSupplyChainEvent ram:AdditionalReferencedDocument
        335 TX/ram:ApplicableHeaderTradeDelivery > ram:DeliveryNoteReferencedDocument ram:ConsumptionReportReferencedDocument
            ram:PreviousDeliverySupplyChainEvent ram:PackingListReferencedDocument
        339 TX/ram:ApplicableHeaderTradeSettlement > ram:DuePayableAmount ram:CreditorReferenceTypeCode ram:CreditorReferenceType
            ram:CreditorReferenceIssuerID
        344 TX/ram:ApplicableHeaderTradeSettlement > ram:PaymentCurrencyCode ram:InvoiceIssuerReference ram:InvoiceDateTime
            ram:NextInvoiceDateTime ram:CreditReasonCode ram:CreditReason ram:InvoicerTradeParty ram:InvoiceeTradeParty
        352 TX/ram:ApplicableHeaderTradeSettlement/ram:PayeeTradeParty > ram:RoleCode ram:Description
        354 TX/ram:ApplicableHeaderTradeSettlement/ram:PayeeTradeParty/ram:SpecifiedLegalOrganization > ram:LegalClassificationCode
            ram:Name ram:TradingBusinessName ram:PostalTradeAddress ram:AuthorizedLegalRegistration
        359 TX/ram:ApplicableHeaderTradeSettlement/ram:PayeeTradeParty > ram:DefinedTradeContact ram:PostalTradeAddress
            ram:URIUniversalCommunication ram:SpecifiedTaxRegistration ram:EndPointURIUniversalCommunication
            ram:LogoAssociatedSpecifiedBinaryFile
        365 TX/ram:ApplicableHeaderTradeSettlement > ram:PayerTradeParty ram:TaxApplicableTradeCurrencyExchange
            ram:InvoiceApplicableTradeCurrencyExchange ram:PaymentApplicableTradeCurrencyExchange
        369 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementPaymentMeans > ram:PaymentChannelCode
            ram:GuaranteeMethodCode ram:PaymentMethodCode
        372 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementPaymentMeans/ram:ApplicableTradeSettlementFinancialCard >
            ram:MicrochipIndicator ram:TypeCode
        375 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementPaymentMeans/ram:ApplicableTradeSettlementFinancialCard >
            ram:ExpiryDate ram:VerificationNumeric ram:ValidFromDateTime ram:CreditLimitAmount ram:CreditAvailableAmount
            ram:InterestRatePercent ram:Description
        382 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementPaymentMeans/ram:PayerPartyDebtorFinancialAccount >
            ram:AccountName
        384 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementPaymentMeans/ram:PayerSpecifiedDebtorFinancialInstitution >
            ram:ClearingSystemName ram:Name ram:LocationFinancialInstitutionAddress
        388 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge > ram:ID ram:SequenceNumeric ram:BasisQuantity
            ram:PrepaidIndicator ram:UnitBasisAmount ram:TypeCode ram:ActualTradeCurrencyExchange
        395 TX/ram:ApplicableHeaderTradeSettlement > ram:SubtotalCalculatedTradeTax ram:SpecifiedLogisticsServiceCharge
        397 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradePaymentTerms > ram:ID ram:FromEventCode ram:SettlementPeriodMeasure
        400 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime > udt:DateTime
        401 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradePaymentTerms > ram:TypeCode ram:InstructionTypeCode
        404 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradePaymentTerms > ram:PartialPaymentPercent ram:PaymentMeansID
            ram:PartialPaymentAmount ram:ApplicableTradePaymentPenaltyTerms ram:ApplicableTradePaymentDiscountTerms ram:PayeeTradeParty
        411 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementHeaderMonetarySummation > ram:InformationAmount
            ram:TotalDiscountAmount ram:TotalAllowanceChargeAmount ram:RetailValueExcludingTaxInformationAmount
            ram:TotalDepositFeeInformationAmount ram:ProductValueExcludingTobaccoTaxInformationAmount
            ram:TotalRetailValueInformationAmount ram:GrossLineTotalAmount ram:NetLineTotalAmount ram:NetIncludingTaxesLineTotalAmount
        421 TX/ram:ApplicableHeaderTradeSettlement > ram:SpecifiedFinancialAdjustment
        422 TX/ram:ApplicableHeaderTradeSettlement/ram:InvoiceReferencedDocument > ram:LineID
        423 TX/ram:ApplicableHeaderTradeSettlement > ram:ProFormaInvoiceReferencedDocument ram:LetterOfCreditReferencedDocument
            ram:FactoringAgreementReferencedDocument ram:FactoringListReferencedDocument ram:PayableSpecifiedTradeAccountingAccount
        428 TX/ram:ApplicableHeaderTradeSettlement/ram:ReceivableSpecifiedTradeAccountingAccount > ram:SetTriggerCode ram:TypeCode
            ram:AmountTypeCode ram:Name ram:CostReferenceDimensionPattern
        433 TX/ram:ApplicableHeaderTradeSettlement > ram:PurchaseSpecifiedTradeAccountingAccount
            ram:SalesSpecifiedTradeAccountingAccount ram:SpecifiedTradeSettlementFinancialCard ram:SpecifiedAdvancePayment
            ram:UltimatePayeeTradeParty
        438 . > ram:ValuationBreakdownStatement
        442 TX/ram:ApplicableHeaderTradeAgreement > ram:Reference
        443 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementPaymentMeans > ram:ID
        444 TX/ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeSettlementPaymentMeans/ram:PayerPartyDebtorFinancialAccount >
            ram:ProprietaryID
        445 LINE/ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice >
            ram:IncludedTradeTax
        446 LINE/ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice > ram:IncludedTradeTax
        447 LINE/ram:SpecifiedLineTradeAgreement > ram:UltimateCustomerOrderReferencedDocument
        448 TX/ram:ApplicableHeaderTradeAgreement > ram:UltimateCustomerOrderReferencedDocument
        """
}
