/// The elements and attributes of UBL that EN 16931 has no use for: UBL-CR and UBL-DT-08 to -28. Each is raised once in a document.
extension EN16931 {
    static let unusedUBL = UnusedTerms(
        prefix: "UBL-CR-", table: unusedElementsUBL, lineNames: [.cacInvoiceLine, .cacCreditNoteLine], patterns: unusedPatternsUBL,
        attributes: unusedAttributesUBL)

    private static let unusedPatternsUBL: [UnusedTerms.Pattern] = [
        .init("UBL-CR-648", "/cbc:CustomizationID", .schemeID),
        .init("UBL-CR-649", "/cbc:ProfileID", .schemeID),
        .init("UBL-CR-650", "/cbc:ID", .schemeID),
        .init("UBL-CR-651", "/cbc:SalesOrderID", .schemeID),
        .init("UBL-CR-652", "cac:PartyTaxScheme/cbc:CompanyID", .schemeID),
        .init("UBL-CR-653", "/cac:PaymentMeans/cbc:PaymentID", .schemeID),
        .init("UBL-CR-654", "/cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID", .schemeID),
        .init("UBL-CR-655", "/cac:PaymentMeans/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID", .schemeID),
        .init("UBL-CR-656", "/cbc:InvoiceTypeCode", .listID),
        .init("UBL-CR-657", "/cbc:DocumentCurrencyCode", .listID),
        .init("UBL-CR-658", "/cbc:TaxCurrencyCode", .listID),
        .init("UBL-CR-659", "/cac:AdditionalDocumentReference/cbc:DocumentTypeCode", .listID),
        .init("UBL-CR-660", "cac:Country/cbc:IdentificationCode", .listID),
        .init("UBL-CR-661", "/cac:PaymentMeans/cbc:PaymentMeansCode", .listID),
        .init("UBL-CR-662", "cbc:AllowanceChargeReasonCode", .listID),
        .init("UBL-CR-664", "cac:FinancialInstitution"),
        .init(
            "UBL-CR-665", "cac:AdditionalDocumentReference/cbc:ID", .schemeID, .isNotObjectReference, .warning,
            "A supporting document's reference (BT-122) has no scheme."),
        .init(
            "UBL-CR-666", "cac:AdditionalDocumentReference/cac:Attachment", nil, .isObjectReference, .fatal,
            "An invoiced object identifier (BT-18) has no attachment."),
        .init("UBL-CR-667", "cac:BuyersItemIdentification/cbc:ID", .schemeID),
        .init("UBL-CR-668", "cac:SellersItemIdentification/cbc:ID", .schemeID),
        .init("UBL-CR-669", "cac:Price/cac:AllowanceCharge/cbc:AllowanceChargeReasonCode"),
        .init("UBL-CR-670", "cac:Price/cac:AllowanceCharge/cbc:AllowanceChargeReason"),
        .init("UBL-CR-671", "cac:Price/cac:AllowanceCharge/cbc:MultiplierFactorNumeric"),
        .init("UBL-CR-672", "/cbc:CreditNoteTypeCode", .listID),
        .init(
            "UBL-CR-673", "cac:AdditionalDocumentReference/cbc:DocumentDescription", nil, .isObjectReference, .fatal,
            "An invoiced object identifier (BT-18) has no description."),
        .init("UBL-CR-674", "cbc:PrimaryAccountNumberID", .schemeID),
        .init("UBL-CR-675", "cac:CardAccount/cbc:NetworkID", .schemeID),
        .init("UBL-CR-676", "cac:PaymentMandate/cbc:ID", .schemeID),
        .init("UBL-CR-677", "cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID", .schemeID),
        .init("UBL-CR-678", "cac:TaxCategory/cbc:ID", .schemeID),
        .init("UBL-CR-679", "cac:ClassifiedTaxCategory/cbc:ID", .schemeID),
        .init("UBL-CR-680", "cac:PaymentMeans/cac:PayerFinancialAccount"),
    ]

    /// Attributes that are of no use anywhere, but for `name`, which a payment means code has.
    private static let unusedAttributesUBL: [UnusedTerms.AnyAttribute] = [
        .init("UBL-DT-08", .schemeName), .init("UBL-DT-09", .schemeAgencyName), .init("UBL-DT-10", .schemeDataURI),
        .init("UBL-DT-11", .schemeURI), .init("UBL-DT-12", .format), .init("UBL-DT-13", .unitCodeListIdentifier),
        .init("UBL-DT-14", .unitCodeListAgencyIdentifier), .init("UBL-DT-15", .unitCodeListAgencyName),
        .init("UBL-DT-16", .listAgencyName), .init("UBL-DT-17", .listName), .init("UBL-DT-18", .name, but: .cbcPaymentMeansCode),
        .init("UBL-DT-19", .languageID), .init("UBL-DT-20", .listURI), .init("UBL-DT-21", .listSchemeURI),
        .init("UBL-DT-22", .languageLocaleID), .init("UBL-DT-23", .uri), .init("UBL-DT-24", .currencyCodeListVersionID),
        .init("UBL-DT-25", .characterSetCode), .init("UBL-DT-26", .encodingCode), .init("UBL-DT-27", .schemeAgencyID),
        .init("UBL-DT-28", .listAgencyID), .init("UBL-CR-663", .unitCodeListID),
    ]

    /// Number of the first rule, the element around ("." for the document), and the elements of that and the following rules.
    private static let unusedElementsUBL = """
        001 . > ext:UBLExtensions
        003 . > cbc:ProfileExecutionID cbc:CopyIndicator cbc:UUID cbc:IssueTime cbc:PricingCurrencyCode cbc:PaymentCurrencyCode
            cbc:PaymentAlternativeCurrencyCode cbc:AccountingCostCode cbc:LineCountNumeric
        012 cac:InvoicePeriod > cbc:StartTime cbc:EndTime cbc:DurationMeasure cbc:Description
        016 cac:OrderReference > cbc:CopyIndicator cbc:UUID cbc:IssueDate cbc:IssueTime cbc:CustomerReference cbc:OrderTypeCode
            cac:DocumentReference
        023 cac:BillingReference/cac:InvoiceDocumentReference > cbc:CopyIndicator cbc:UUID cbc:IssueTime cbc:DocumentTypeCode
            cbc:DocumentType cbc:XPath cbc:LanguageID cbc:LocaleCode cbc:VersionID cbc:DocumentStatusCode cbc:DocumentDescription
            cac:Attachment cac:ValidityPeriod cac:IssuerParty cac:ResultOfVerification
        038 cac:BillingReference > cac:SelfBilledInvoiceDocumentReference cac:CreditNoteDocumentReference
            cac:SelfBilledCreditNoteDocumentReference cac:DebitNoteDocumentReference cac:ReminderDocumentReference
            cac:AdditionalDocumentReference cac:BillingReferenceLine
        045 cac:DespatchDocumentReference > cbc:CopyIndicator cbc:UUID cbc:IssueDate cbc:IssueTime cbc:DocumentTypeCode cbc:DocumentType
            cbc:XPath cbc:LanguageID cbc:LocaleCode cbc:VersionID cbc:DocumentStatusCode cbc:DocumentDescription cac:Attachment
            cac:ValidityPeriod cac:IssuerParty cac:ResultOfVerification
        061 cac:ReceiptDocumentReference > cbc:CopyIndicator cbc:UUID cbc:IssueDate cbc:IssueTime cbc:DocumentTypeCode cbc:DocumentType
            cbc:XPath cbc:LanguageID cbc:LocaleCode cbc:VersionID cbc:DocumentStatusCode cbc:DocumentDescription cac:Attachment
            cac:ValidityPeriod cac:IssuerParty cac:ResultOfVerification
        077 . > cac:StatementDocumentReference
        078 cac:OriginatorDocumentReference > cbc:CopyIndicator cbc:UUID cbc:IssueDate cbc:IssueTime cbc:DocumentTypeCode cbc:DocumentType
            cbc:XPath cbc:LanguageID cbc:LocaleCode cbc:VersionID cbc:DocumentStatusCode cbc:DocumentDescription cac:Attachment
            cac:ValidityPeriod cac:IssuerParty cac:ResultOfVerification
        094 cac:ContractDocumentReference > cbc:CopyIndicator cbc:UUID cbc:IssueDate cbc:IssueTime cbc:DocumentTypeCode cbc:DocumentType
            cbc:XPath cbc:LanguageID cbc:LocaleCode cbc:VersionID cbc:DocumentStatusCode cbc:DocumentDescription cac:Attachment
            cac:ValidityPeriod cac:IssuerParty cac:ResultOfVerification
        110 cac:AdditionalDocumentReference > cbc:CopyIndicator cbc:UUID cbc:IssueDate cbc:IssueTime cbc:DocumentType cbc:XPath
            cbc:LanguageID cbc:LocaleCode cbc:VersionID cbc:DocumentStatusCode
        121 cac:AdditionalDocumentReference/cac:Attachment/cac:ExternalReference > cbc:DocumentHash cbc:HashAlgorithmMethod cbc:ExpiryDate
            cbc:ExpiryTime cbc:MimeCode cbc:FormatCode cbc:EncodingCode cbc:CharacterSetCode cbc:FileName cbc:Description
        131 cac:AdditionalDocumentReference > cac:ValidityPeriod cac:IssuerParty cac:ResultOfVerification
        134 cac:ProjectReference > cbc:UUID cbc:IssueDate cac:WorkPhaseReference
        137 . > cac:Signature
        138 cac:AccountingSupplierParty > cbc:CustomerAssignedAccountID cbc:AdditionalAccountID cbc:DataSendingCapability
        141 cac:AccountingSupplierParty/cac:Party > cbc:MarkCareIndicator cbc:MarkAttentionIndicator cbc:WebsiteURI cbc:LogoReferenceID
            cbc:IndustryClassificationCode cac:Language
        147 cac:AccountingSupplierParty/cac:Party/cac:PostalAddress > cbc:ID cbc:AddressTypeCode cbc:AddressFormatCode cbc:Postbox
            cbc:Floor cbc:Room cbc:BlockName cbc:BuildingName cbc:BuildingNumber cbc:InhouseMail cbc:Department cbc:MarkAttention
            cbc:MarkCare cbc:PlotIdentification cbc:CitySubdivisionName cbc:CountrySubentityCode cbc:Region cbc:District
            cbc:TimezoneOffset
        166 cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country > cbc:Name
        167 cac:AccountingSupplierParty/cac:Party/cac:PostalAddress > cac:LocationCoordinate
        168 cac:AccountingSupplierParty/cac:Party > cac:PhysicalLocation
        169 cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme > cbc:RegistrationName cbc:TaxLevelCode cbc:ExemptionReasonCode
            cbc:ExemptionReason cac:RegistrationAddress
        174 cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme > cbc:Name cbc:TaxTypeCode cbc:CurrencyCode
            cac:JurisdictionRegionAddress
        178 cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity > cbc:RegistrationDate cbc:RegistrationExpirationDate
            cbc:CompanyLegalFormCode cbc:SoleProprietorshipIndicator cbc:CompanyLiquidationStatusCode cbc:CorporateStockAmount
            cbc:FullyPaidSharesIndicator cac:RegistrationAddress cac:CorporateRegistrationScheme cac:HeadOfficeParty cac:ShareholderParty
        189 cac:AccountingSupplierParty/cac:Party/cac:Contact > cbc:ID cbc:Telefax cbc:Note cac:OtherCommunication
        193 cac:AccountingSupplierParty/cac:Party > cac:Person cac:AgentParty cac:ServiceProviderParty cac:PowerOfAttorney
            cac:FinancialAccount
        198 cac:AccountingSupplierParty > cac:DespatchContact cac:AccountingContact cac:SellerContact
        201 cac:AccountingCustomerParty > cbc:CustomerAssignedAccountID cbc:SupplierAssignedAccountID cbc:AdditionalAccountID
        204 cac:AccountingCustomerParty/cac:Party > cbc:MarkCareIndicator cbc:MarkAttentionIndicator cbc:WebsiteURI cbc:LogoReferenceID
            cbc:IndustryClassificationCode cac:Language
        210 cac:AccountingCustomerParty/cac:Party/cac:PostalAddress > cbc:ID cbc:AddressTypeCode cbc:AddressFormatCode cbc:Postbox
            cbc:Floor cbc:Room cbc:BlockName cbc:BuildingName cbc:BuildingNumber cbc:InhouseMail cbc:Department cbc:MarkAttention
            cbc:MarkCare cbc:PlotIdentification cbc:CitySubdivisionName cbc:CountrySubentityCode cbc:Region cbc:District
            cbc:TimezoneOffset
        229 cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country > cbc:Name
        230 cac:AccountingCustomerParty/cac:Party/cac:PostalAddress > cac:LocationCoordinate
        231 cac:AccountingCustomerParty/cac:Party > cac:PhysicalLocation
        232 cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme > cbc:RegistrationName cbc:TaxLevelCode cbc:ExemptionReasonCode
            cbc:ExemptionReason cac:RegistrationAddress
        237 cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme/cac:TaxScheme > cbc:Name cbc:TaxTypeCode cbc:CurrencyCode
            cac:JurisdictionRegionAddress
        241 cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity > cbc:RegistrationDate cbc:RegistrationExpirationDate
            cbc:CompanyLegalFormCode cbc:CompanyLegalForm cbc:SoleProprietorshipIndicator cbc:CompanyLiquidationStatusCode
            cbc:CorporateStockAmount cbc:FullyPaidSharesIndicator cac:RegistrationAddress cac:CorporateRegistrationScheme
            cac:HeadOfficeParty cac:ShareholderParty
        253 cac:AccountingCustomerParty/cac:Party/cac:Contact > cbc:ID cbc:Telefax cbc:Note cac:OtherCommunication
        257 cac:AccountingCustomerParty/cac:Party > cac:Person cac:AgentParty cac:ServiceProviderParty cac:PowerOfAttorney
            cac:FinancialAccount
        262 cac:AccountingCustomerParty > cac:DeliveryContact cac:AccountingContact cac:BuyerContact
        265 cac:PayeeParty > cbc:MarkCareIndicator cbc:MarkAttentionIndicator cbc:WebsiteURI cbc:LogoReferenceID cbc:EndpointID
            cbc:IndustryClassificationCode cac:Language cac:PostalAddress cac:PhysicalLocation cac:PartyTaxScheme
        275 cac:PayeeParty/cac:PartyLegalEntity > cbc:RegistrationName cbc:RegistrationDate cbc:RegistrationExpirationDate
            cbc:CompanyLegalFormCode cbc:CompanyLegalForm cbc:SoleProprietorshipIndicator cbc:CompanyLiquidationStatusCode
            cbc:CorporateStockAmount cbc:FullyPaidSharesIndicator cac:RegistrationAddress cac:CorporateRegistrationScheme
            cac:HeadOfficeParty cac:ShareholderParty
        288 cac:PayeeParty > cac:Contact cac:Person cac:AgentParty cac:ServiceProviderParty cac:PowerOfAttorney cac:FinancialAccount
        294 . > cac:BuyerCustomerParty cac:SellerSupplierParty
        296 cac:TaxRepresentativeParty > cbc:MarkCareIndicator cbc:MarkAttentionIndicator cbc:WebsiteURI cbc:LogoReferenceID
            cbc:EndpointID cbc:IndustryClassificationCode cac:PartyIdentification cac:Language
        304 cac:TaxRepresentativeParty/cac:PostalAddress > cbc:ID cbc:AddressTypeCode cbc:AddressFormatCode cbc:Postbox cbc:Floor cbc:Room
            cbc:BlockName cbc:BuildingName cbc:BuildingNumber cbc:InhouseMail cbc:Department cbc:MarkAttention cbc:MarkCare
            cbc:PlotIdentification cbc:CitySubdivisionName cbc:CountrySubentityCode cbc:Region cbc:District cbc:TimezoneOffset
        323 cac:TaxRepresentativeParty/cac:PostalAddress/cac:Country > cbc:Name
        324 cac:TaxRepresentativeParty/cac:PostalAddress > cac:LocationCoordinate
        325 cac:TaxRepresentativeParty > cac:PhysicalLocation
        326 cac:TaxRepresentativeParty/cac:PartyTaxScheme > cbc:RegistrationName cbc:TaxLevelCode cbc:ExemptionReasonCode
            cbc:ExemptionReason cac:RegistrationAddress
        331 cac:TaxRepresentativeParty/cac:PartyTaxScheme/cac:TaxScheme > cbc:Name cbc:TaxTypeCode cbc:CurrencyCode
            cac:JurisdictionRegionAddress
        335 cac:TaxRepresentativeParty > cac:PartyLegalEntity cac:Contact cac:Person cac:AgentParty cac:ServiceProviderParty
            cac:PowerOfAttorney cac:FinancialAccount
        342 cac:Delivery > cbc:ID cbc:Quantity cbc:MinimumQuantity cbc:MaximumQuantity cbc:ActualDeliveryTime cbc:LatestDeliveryDate
            cbc:LatestDeliveryTime cbc:ReleaseID cbc:TrackingID
        351 cac:Delivery/cac:DeliveryLocation > cbc:Description cbc:Conditions cbc:CountrySubentity cbc:CountrySubentityCode
            cbc:LocationTypeCode cbc:InformationURI cbc:Name cac:ValidityPeriod
        359 cac:Delivery/cac:DeliveryLocation/cac:Address > cbc:ID cbc:AddressTypeCode cbc:AddressFormatCode cbc:Postbox cbc:Floor
            cbc:Room cbc:BlockName cbc:BuildingName cbc:BuildingNumber cbc:InhouseMail cbc:Department cbc:MarkAttention cbc:MarkCare
            cbc:PlotIdentification cbc:CitySubdivisionName cbc:CountrySubentityCode cbc:Region cbc:District cbc:TimezoneOffset
        378 cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country > cbc:Name
        379 cac:Delivery/cac:DeliveryLocation/cac:Address > cac:LocationCoordinate
        380 cac:Delivery/cac:DeliveryLocation > cac:SubsidiaryLocation cac:LocationCoordinate
        382 cac:Delivery > cac:AlternativeDeliveryLocation cac:RequestedDeliveryPeriod cac:EstimatedDeliveryPeriod cac:CarrierParty
        386 cac:Delivery/cac:DeliveryParty > cbc:MarkCareIndicator cbc:MarkAttentionIndicator cbc:WebsiteURI cbc:LogoReferenceID
            cbc:EndpointID cbc:IndustryClassificationCode cac:PartyIdentification cac:Language cac:PostalAddress cac:PhysicalLocation
            cac:PartyTaxScheme cac:PartyLegalEntity cac:Contact cac:Person cac:AgentParty cac:ServiceProviderParty cac:PowerOfAttorney
            cac:FinancialAccount
        404 cac:Delivery > cac:NotifyParty cac:Despatch cac:DeliveryTerms cac:MinimumDeliveryUnit cac:MaximumDeliveryUnit cac:Shipment
        410 . > cac:DeliveryTerms
        411 cac:PaymentMeans > cbc:ID
        413 cac:PaymentMeans > cbc:PaymentChannelCode cbc:InstructionID
        415 cac:PaymentMeans/cac:CardAccount > cbc:CardTypeCode cbc:ValidityStartDate cbc:ExpiryDate cbc:IssuerID cbc:IssueNumberID
            cbc:CV2ID cbc:CardChipCode cbc:ChipApplicationID
        424 cac:PaymentMeans/cac:PayeeFinancialAccount > cbc:AliasName cbc:AccountTypeCode cbc:AccountFormatCode cbc:CurrencyCode
            cbc:PaymentNote
        429 cac:PaymentMeans/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch > cbc:Name
        430 cac:PaymentMeans/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cac:FinancialInstitution > cbc:Name cac:Address
        432 cac:PaymentMeans/cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch > cac:Address
        433 cac:PaymentMeans/cac:PayeeFinancialAccount > cac:Country
        434 cac:PaymentMeans > cac:CreditAccount
        435 cac:PaymentMeans/cac:PaymentMandate > cbc:MandateTypeCode cbc:MaximumPaymentInstructionsNumeric cbc:MaximumPaidAmount
            cbc:SignatureID cac:PayerParty
        440 cac:PaymentMeans/cac:PaymentMandate/cac:PayerFinancialAccount > cbc:Name cbc:AliasName cbc:AccountTypeCode
            cbc:AccountFormatCode cbc:CurrencyCode cbc:PaymentNote cac:FinancialInstitutionBranch cac:Country
        448 cac:PaymentMeans/cac:PaymentMandate > cac:ValidityPeriod cac:PaymentReversalPeriod cac:Clause
        451 cac:PaymentMeans > cac:TradeFinancing
        452 cac:PaymentTerms > cbc:ID cbc:PaymentMeansID cbc:PrepaidPaymentReferenceID cbc:ReferenceEventCode
            cbc:SettlementDiscountPercent cbc:PenaltySurchargePercent cbc:PaymentPercent cbc:Amount cbc:SettlementDiscountAmount
            cbc:PenaltyAmount cbc:PaymentTermsDetailsURI cbc:PaymentDueDate cbc:InstallmentDueDate cbc:InvoicingPartyReference
            cac:SettlementPeriod cac:PenaltyPeriod cac:ExchangeRate cac:ValidityPeriod
        470 . > cac:PrepaidPayment
        471 cac:AllowanceCharge > cbc:ID cbc:PrepaidIndicator cbc:SequenceNumeric cbc:AccountingCostCode cbc:AccountingCost
            cbc:PerUnitAmount
        477 cac:AllowanceCharge/cac:TaxCategory > cbc:Name cbc:BaseUnitMeasure cbc:PerUnitAmount cbc:TaxExemptionReasonCode
            cbc:TaxExemptionReason cbc:TierRange cbc:TierRatePercent
        484 cac:AllowanceCharge/cac:TaxCategory/cac:TaxScheme > cbc:Name cbc:TaxTypeCode cbc:CurrencyCode cac:JurisdictionRegionAddress
        488 cac:AllowanceCharge > cac:TaxTotal cac:PaymentMeans
        490 . > cac:TaxExchangeRate cac:PricingExchangeRate cac:PaymentExchangeRate cac:PaymentAlternativeExchangeRate
        494 cac:TaxTotal > cbc:RoundingAmount cbc:TaxEvidenceIndicator cbc:TaxIncludedIndicator
        497 cac:TaxTotal/cac:TaxSubtotal > cbc:CalculationSequenceNumeric cbc:TransactionCurrencyTaxAmount cbc:Percent cbc:BaseUnitMeasure
            cbc:PerUnitAmount cbc:TierRange cbc:TierRatePercent
        504 cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory > cbc:Name cbc:BaseUnitMeasure cbc:PerUnitAmount cbc:TierRange
            cbc:TierRatePercent
        509 cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cac:TaxScheme > cbc:Name cbc:TaxTypeCode cbc:CurrencyCode
            cac:JurisdictionRegionAddress
        513 . > cac:WithholdingTaxTotal
        514 cac:LegalMonetaryTotal > cbc:PayableAlternativeAmount
        515 LINE > cbc:UUID cbc:TaxPointDate cbc:AccountingCostCode cbc:PaymentPurposeCode cbc:FreeOfChargeIndicator
        520 LINE/cac:InvoicePeriod > cbc:StartTime cbc:EndTime cbc:DurationMeasure cbc:DescriptionCode cbc:Description
        525 LINE/cac:OrderLineReference > cbc:SalesOrderLineID cbc:UUID cbc:LineStatusCode cac:OrderReference
        529 LINE > cac:DespatchLineReference cac:ReceiptLineReference cac:BillingReference
        532 LINE/cac:DocumentReference > cbc:CopyIndicator cbc:UUID cbc:IssueDate cbc:IssueTime
        537 LINE/cac:DocumentReference > cbc:DocumentType cbc:XPath cbc:LanguageID cbc:LocaleCode cbc:VersionID cbc:DocumentStatusCode
            cbc:DocumentDescription cac:Attachment cac:ValidityPeriod cac:IssuerParty cac:ResultOfVerification
        548 LINE > cac:PricingReference cac:OriginatorParty cac:Delivery cac:PaymentTerms
        552 LINE/cac:AllowanceCharge > cbc:ID cbc:PrepaidIndicator cbc:SequenceNumeric cbc:AccountingCostCode cbc:AccountingCost
            cbc:PerUnitAmount cac:TaxCategory cac:TaxTotal cac:PaymentMeans
        561 LINE > cac:TaxTotal cac:WithholdingTaxTotal
        563 LINE/cac:Item > cbc:PackQuantity cbc:PackSizeNumeric cbc:CatalogueIndicator cbc:HazardousRiskIndicator
            cbc:AdditionalInformation cbc:Keyword cbc:BrandName cbc:ModelName
        571 LINE/cac:Item/cac:BuyersItemIdentification > cbc:ExtendedID cbc:BarcodeSymbologyID cac:PhysicalAttribute
            cac:MeasurementDimension cac:IssuerParty
        576 LINE/cac:Item/cac:SellersItemIdentification > cbc:ExtendedID cbc:BarcodeSymbologyID cac:PhysicalAttribute
            cac:MeasurementDimension cac:IssuerParty
        581 LINE/cac:Item > cac:ManufacturersItemIdentification
        582 LINE/cac:Item/cac:StandardItemIdentification > cbc:ExtendedID cbc:BarcodeSymbologyID cac:PhysicalAttribute
            cac:MeasurementDimension cac:IssuerParty
        587 LINE/cac:Item > cac:CatalogueItemIdentification cac:AdditionalItemIdentification cac:CatalogueDocumentReference
            cac:ItemSpecificationDocumentReference
        591 LINE/cac:Item/cac:OriginCountry > cbc:Name
        592 LINE/cac:Item/cac:CommodityClassification > cbc:NatureCode cbc:CargoTypeCode cbc:CommodityCode
        595 LINE/cac:Item > cac:TransactionConditions cac:HazardousItem
        597 LINE/cac:Item/cac:ClassifiedTaxCategory > cbc:Name cbc:BaseUnitMeasure cbc:PerUnitAmount cbc:TaxExemptionReasonCode
            cbc:TaxExemptionReason cbc:TierRange cbc:TierRatePercent
        604 LINE/cac:Item/cac:ClassifiedTaxCategory/cac:TaxScheme > cbc:Name cbc:TaxTypeCode cbc:CurrencyCode
            cac:JurisdictionRegionAddress
        608 LINE/cac:Item/cac:AdditionalItemProperty > cbc:ID cbc:NameCode cbc:TestMethod cbc:ValueQuantity cbc:ValueQualifier
            cbc:ImportanceCode cbc:ListValue cac:UsabilityPeriod cac:ItemPropertyGroup cac:RangeDimension cac:ItemPropertyRange
        619 LINE/cac:Item > cac:ManufacturerParty cac:InformationContentProviderParty cac:OriginAddress cac:ItemInstance cac:Certificate
            cac:Dimension
        625 LINE/cac:Price > cbc:PriceChangeReason cbc:PriceTypeCode cbc:PriceType cbc:OrderableUnitFactorRate cbc:ValidityPeriod
            cbc:PriceList
        632 LINE/cac:Price/cac:AllowanceCharge > cbc:ID cbc:AllowanceChargeReasonCode cbc:AllowanceChargeReason
            cbc:MultiplierFactorNumeric cbc:PrepaidIndicator cbc:SequenceNumeric cbc:AccountingCostCode cbc:AccountingCost
            cbc:PerUnitAmount cac:TaxCategory cac:TaxTotal cac:PaymentMeans
        644 LINE/cac:Price > cac:PricingExchangeRate
        645 LINE > cac:DeliveryTerms cac:SubInvoiceLine cac:ItemPriceExtension
        681 cac:PaymentMeans > cbc:InstructionNote
        682 cac:Delivery > cac:DeliveryAddress
        """
}
