/// The element names that invoices use: those of UBL 2.1 Invoice and CreditNote and of UN/CEFACT CrossIndustryInvoice D16B that EN 16931
/// binds or its rules name.
///
/// A case is spelled as the namespace's conventional prefix and the local name: `.cbcID` is "cbc:ID". The two roots of UBL have the prefixes
/// `ubl` and `cn`.
public enum XMLName: UInt16, CaseIterable, Sendable {
    /// A name outside this vocabulary.
    case other

    case ublInvoice, cnCreditNote

    case extExtensionContent, extUBLExtension, extUBLExtensions

    case cacAccountingContact, cacAccountingCustomerParty, cacAccountingSupplierParty, cacAdditionalDocumentReference
    case cacAdditionalItemIdentification, cacAdditionalItemProperty, cacAddress, cacAddressLine, cacAgentParty, cacAllowanceCharge
    case cacAlternativeDeliveryLocation, cacAttachment, cacBillingReference, cacBillingReferenceLine, cacBuyerContact
    case cacBuyerCustomerParty, cacBuyersItemIdentification, cacCardAccount, cacCarrierParty, cacCatalogueDocumentReference
    case cacCatalogueItemIdentification, cacCertificate, cacClassifiedTaxCategory, cacClause, cacCommodityClassification, cacContact
    case cacContractDocumentReference, cacCorporateRegistrationScheme, cacCountry, cacCreditAccount, cacCreditNoteDocumentReference
    case cacCreditNoteLine, cacDebitNoteDocumentReference, cacDelivery, cacDeliveryAddress, cacDeliveryContact, cacDeliveryLocation
    case cacDeliveryParty, cacDeliveryTerms, cacDespatch, cacDespatchContact, cacDespatchDocumentReference, cacDespatchLineReference
    case cacDimension, cacDocumentReference, cacEstimatedDeliveryPeriod, cacExchangeRate, cacExternalReference, cacFinancialAccount
    case cacFinancialInstitution, cacFinancialInstitutionBranch, cacHazardousItem, cacHeadOfficeParty
    case cacInformationContentProviderParty, cacInvoiceDocumentReference, cacInvoiceLine, cacInvoicePeriod, cacIssuerParty, cacItem
    case cacItemInstance, cacItemPriceExtension, cacItemPropertyGroup, cacItemPropertyRange, cacItemSpecificationDocumentReference
    case cacJurisdictionRegionAddress, cacLanguage, cacLegalMonetaryTotal, cacLocationCoordinate, cacManufacturerParty
    case cacManufacturersItemIdentification, cacMaximumDeliveryUnit, cacMeasurementDimension, cacMinimumDeliveryUnit, cacNotifyParty
    case cacOrderLineReference, cacOrderReference, cacOriginAddress, cacOriginCountry, cacOriginatorDocumentReference
    case cacOriginatorParty, cacOtherCommunication, cacParty, cacPartyIdentification, cacPartyLegalEntity, cacPartyName
    case cacPartyTaxScheme, cacPayeeFinancialAccount, cacPayeeParty, cacPayerFinancialAccount, cacPayerParty
    case cacPaymentAlternativeExchangeRate, cacPaymentExchangeRate, cacPaymentMandate, cacPaymentMeans, cacPaymentReversalPeriod
    case cacPaymentTerms, cacPenaltyPeriod, cacPerson, cacPhysicalAttribute, cacPhysicalLocation, cacPostalAddress, cacPowerOfAttorney
    case cacPrepaidPayment, cacPrice, cacPricingExchangeRate, cacPricingReference, cacProjectReference, cacRangeDimension
    case cacReceiptDocumentReference, cacReceiptLineReference, cacRegistrationAddress, cacReminderDocumentReference
    case cacRequestedDeliveryPeriod, cacResultOfVerification, cacSelfBilledCreditNoteDocumentReference
    case cacSelfBilledInvoiceDocumentReference, cacSellerContact, cacSellerSupplierParty, cacSellersItemIdentification
    case cacServiceProviderParty, cacSettlementPeriod, cacShareholderParty, cacShipment, cacSignature, cacStandardItemIdentification
    case cacStatementDocumentReference, cacSubInvoiceLine, cacSubsidiaryLocation, cacTaxCategory, cacTaxExchangeRate
    case cacTaxRepresentativeParty, cacTaxScheme, cacTaxSubtotal, cacTaxTotal, cacTradeFinancing, cacTransactionConditions
    case cacUsabilityPeriod, cacValidityPeriod, cacWithholdingTaxTotal, cacWorkPhaseReference

    case cbcAccountFormatCode, cbcAccountTypeCode, cbcAccountingCost, cbcAccountingCostCode, cbcActualDeliveryDate
    case cbcActualDeliveryTime, cbcAdditionalAccountID, cbcAdditionalInformation, cbcAdditionalStreetName, cbcAddressFormatCode
    case cbcAddressTypeCode, cbcAliasName, cbcAllowanceChargeReason, cbcAllowanceChargeReasonCode, cbcAllowanceTotalAmount, cbcAmount
    case cbcBarcodeSymbologyID, cbcBaseAmount, cbcBaseQuantity, cbcBaseUnitMeasure, cbcBlockName, cbcBrandName, cbcBuildingName
    case cbcBuildingNumber, cbcBuyerReference, cbcCV2ID, cbcCalculationRate, cbcCalculationSequenceNumeric, cbcCardChipCode
    case cbcCardTypeCode, cbcCargoTypeCode, cbcCatalogueIndicator, cbcCharacterSetCode, cbcChargeIndicator, cbcChargeTotalAmount
    case cbcChipApplicationID, cbcCityName, cbcCitySubdivisionName, cbcCommodityCode, cbcCompanyID, cbcCompanyLegalForm
    case cbcCompanyLegalFormCode, cbcCompanyLiquidationStatusCode, cbcConditions, cbcCopyIndicator, cbcCorporateStockAmount
    case cbcCountrySubentity, cbcCountrySubentityCode, cbcCreditNoteTypeCode, cbcCreditedQuantity, cbcCurrencyCode
    case cbcCustomerAssignedAccountID, cbcCustomerReference, cbcCustomizationID, cbcDataSendingCapability, cbcDepartment, cbcDescription
    case cbcDescriptionCode, cbcDistrict, cbcDocumentCurrencyCode, cbcDocumentDescription, cbcDocumentHash, cbcDocumentStatusCode
    case cbcDocumentType, cbcDocumentTypeCode, cbcDueDate, cbcDurationMeasure, cbcElectronicMail, cbcEmbeddedDocumentBinaryObject
    case cbcEncodingCode, cbcEndDate, cbcEndTime, cbcEndpointID, cbcExemptionReason, cbcExemptionReasonCode, cbcExpiryDate
    case cbcExpiryTime, cbcExtendedID, cbcFileName, cbcFloor, cbcFormatCode, cbcFreeOfChargeIndicator, cbcFullyPaidSharesIndicator
    case cbcHashAlgorithmMethod, cbcHazardousRiskIndicator, cbcHolderName, cbcID, cbcIdentificationCode, cbcImportanceCode
    case cbcIndustryClassificationCode, cbcInformationURI, cbcInhouseMail, cbcInstallmentDueDate, cbcInstructionID, cbcInstructionNote
    case cbcInvoiceTypeCode, cbcInvoicedQuantity, cbcInvoicingPartyReference, cbcIssueDate, cbcIssueNumberID, cbcIssueTime, cbcIssuerID
    case cbcItemClassificationCode, cbcKeyword, cbcLanguageID, cbcLatestDeliveryDate, cbcLatestDeliveryTime, cbcLine
    case cbcLineCountNumeric, cbcLineExtensionAmount, cbcLineID, cbcLineStatusCode, cbcListValue, cbcLocaleCode, cbcLocationTypeCode
    case cbcLogoReferenceID, cbcMandateTypeCode, cbcMarkAttention, cbcMarkAttentionIndicator, cbcMarkCare, cbcMarkCareIndicator
    case cbcMaximumPaidAmount, cbcMaximumPaymentInstructionsNumeric, cbcMaximumQuantity, cbcMimeCode, cbcMinimumQuantity, cbcModelName
    case cbcMultiplierFactorNumeric, cbcName, cbcNameCode, cbcNatureCode, cbcNetworkID, cbcNote, cbcOrderTypeCode
    case cbcOrderableUnitFactorRate, cbcPackQuantity, cbcPackSizeNumeric, cbcPayableAlternativeAmount, cbcPayableAmount
    case cbcPayableRoundingAmount, cbcPaymentAlternativeCurrencyCode, cbcPaymentChannelCode, cbcPaymentCurrencyCode, cbcPaymentDueDate
    case cbcPaymentID, cbcPaymentMeansCode, cbcPaymentMeansID, cbcPaymentNote, cbcPaymentPercent, cbcPaymentPurposeCode
    case cbcPaymentTermsDetailsURI, cbcPenaltyAmount, cbcPenaltySurchargePercent, cbcPerUnitAmount, cbcPercent, cbcPlotIdentification
    case cbcPostalZone, cbcPostbox, cbcPrepaidAmount, cbcPrepaidIndicator, cbcPrepaidPaymentReferenceID, cbcPriceAmount
    case cbcPriceChangeReason, cbcPriceList, cbcPriceType, cbcPriceTypeCode, cbcPricingCurrencyCode, cbcPrimaryAccountNumberID
    case cbcProfileExecutionID, cbcProfileID, cbcQuantity, cbcReferenceEventCode, cbcRegion, cbcRegistrationDate
    case cbcRegistrationExpirationDate, cbcRegistrationName, cbcReleaseID, cbcRoom, cbcRoundingAmount, cbcSalesOrderID
    case cbcSalesOrderLineID, cbcSequenceNumeric, cbcSettlementDiscountAmount, cbcSettlementDiscountPercent, cbcSignatureID
    case cbcSoleProprietorshipIndicator, cbcStartDate, cbcStartTime, cbcStreetName, cbcSupplierAssignedAccountID, cbcTaxAmount
    case cbcTaxCurrencyCode, cbcTaxEvidenceIndicator, cbcTaxExclusiveAmount, cbcTaxExemptionReason, cbcTaxExemptionReasonCode
    case cbcTaxIncludedIndicator, cbcTaxInclusiveAmount, cbcTaxLevelCode, cbcTaxPointDate, cbcTaxTypeCode, cbcTaxableAmount, cbcTelefax
    case cbcTelephone, cbcTestMethod, cbcTierRange, cbcTierRatePercent, cbcTimezoneOffset, cbcTrackingID
    case cbcTransactionCurrencyTaxAmount, cbcUBLVersionID, cbcURI, cbcUUID, cbcValidityPeriod, cbcValidityStartDate, cbcValue
    case cbcValueQualifier, cbcValueQuantity, cbcVersionID, cbcWebsiteURI, cbcXPath

    case rsmCrossIndustryInvoice, rsmExchangedDocument, rsmExchangedDocumentContext, rsmSupplyChainTradeTransaction

    case ramAccountName, ramActualAmount, ramActualDeliverySupplyChainEvent, ramActualDespatchSupplyChainEvent, ramActualDiscountAmount
    case ramActualPenaltyAmount, ramActualPickUpSupplyChainEvent, ramActualReceiptSupplyChainEvent, ramActualTradeCurrencyExchange
    case ramAdditionalReferenceReferencedDocument, ramAdditionalReferencedDocument, ramAdditionalStreetName
    case ramAllowanceChargeBasisAmount, ramAllowanceTotalAmount, ramAmountTypeCode, ramApplicableHeaderTradeAgreement
    case ramApplicableHeaderTradeDelivery, ramApplicableHeaderTradeSettlement, ramApplicableMaterialGoodsCharacteristic
    case ramApplicableProductCharacteristic, ramApplicableProductCharacteristicCondition, ramApplicableReferencedStandard
    case ramApplicableTradeDeliveryTerms, ramApplicableTradePaymentDiscountTerms, ramApplicableTradePaymentPenaltyTerms
    case ramApplicableTradeSettlementFinancialCard, ramApplicableTradeTax, ramApplicationSpecifiedDocumentContextParameter
    case ramAppliedAmount, ramAppliedTradeAllowanceCharge, ramAppliedTradeTax, ramAreaDensityMeasure, ramAssociatedDocumentLineDocument
    case ramAssociatedReferencedDocument, ramAssociatedRegisteredTax, ramAttachedSpecifiedBinaryFile, ramAttachmentBinaryObject
    case ramAttentionOf, ramAuthorizedLegalRegistration, ramBICID, ramBIMSpecifiedDocumentContextParameter, ramBasisAmount
    case ramBasisDateTime, ramBasisPeriodMeasure, ramBasisQuantity, ramBatchID, ramBilledQuantity, ramBillingSpecifiedPeriod
    case ramBrandName, ramBrandOwnerTradeParty, ramBuildingName, ramBuildingNumber, ramBusinessProcessSpecifiedDocumentContextParameter
    case ramBuyerAgentTradeParty, ramBuyerAssignedAccountantTradeParty, ramBuyerAssignedID
    case ramBuyerDeductibleTaxSpecifiedTradeAccountingAccount, ramBuyerNonDeductibleTaxSpecifiedTradeAccountingAccount
    case ramBuyerOrderReferencedDocument, ramBuyerReference, ramBuyerRepayableTaxSpecifiedTradeAccountingAccount
    case ramBuyerRequisitionerTradeParty, ramBuyerTaxRepresentativeTradeParty, ramBuyerTradeParty, ramCalculatedAmount
    case ramCalculatedRate, ramCalculationPercent, ramCalculationSequenceNumeric, ramCardholderName, ramCareOf, ramCategoryCode
    case ramCategoryName, ramCategoryTradeTax, ramCertificationEvidenceReferenceReferencedDocument, ramChangeReason, ramChannelCode
    case ramChargeAmount, ramChargeFreeQuantity, ramChargeIndicator, ramChargeTotalAmount, ramCityName, ramCitySubDivisionName
    case ramClassCode, ramClassName, ramClassProductCharacteristic, ramClearingSystemName, ramColourCode, ramColourDescription
    case ramCompleteDateTime, ramCompleteNumber, ramConsumptionReportReferencedDocument, ramContent, ramContentCode, ramContentTypeCode
    case ramContinuousIndicator, ramContractReferencedDocument, ramControlRequirementIndicator, ramConversionRate
    case ramConversionRateDateTime, ramCopyIndicator, ramCostReferenceDimensionPattern, ramCountryID, ramCountryName
    case ramCountrySubDivisionID, ramCountrySubDivisionName, ramCreditAvailableAmount, ramCreditLimitAmount, ramCreditReason
    case ramCreditReasonCode, ramCreditorReferenceID, ramCreditorReferenceIssuerID, ramCreditorReferenceType
    case ramCreditorReferenceTypeCode, ramCurrencyCode, ramCustomsDutyIndicator, ramDefinedTradeContact
    case ramDeliveryNoteReferencedDocument, ramDeliveryTradeLocation, ramDeliveryTypeCode, ramDemandForecastReferencedDocument
    case ramDepartmentName, ramDescription, ramDescriptionBinaryObject, ramDescriptionCode, ramDesignatedProductClassification
    case ramDesignation, ramDespatchAdviceReferencedDocument, ramDespatchedQuantity, ramDirectDebitMandateID
    case ramDirectTelephoneUniversalCommunication, ramDiscountIndicator, ramDrainedNetWeightMeasure, ramDueDateDateTime
    case ramDueDateTypeCode, ramDuePayableAmount, ramDurationMeasure, ramEarliestOccurrenceDateTime, ramEffectiveSpecifiedPeriod
    case ramEmailURIUniversalCommunication, ramEndDateTime, ramEndItemName, ramEndItemTypeCode, ramEndPointURIUniversalCommunication
    case ramExemptionReason, ramExemptionReasonCode, ramExpiryDate, ramFactoringAgreementReferencedDocument
    case ramFactoringListReferencedDocument, ramFaxUniversalCommunication, ramFormattedCancellationAnnouncedLaunchDateTime
    case ramFormattedIssueDateTime, ramFormattedLatestProductDataChangeDateTime, ramFormattedReceivedDateTime, ramFromEventCode
    case ramGlobalID, ramGrandTotalAmount, ramGrossLineTotalAmount, ramGrossPriceProductTradePrice, ramGrossWeightMeasure
    case ramGuaranteeMethodCode, ramGuidelineSpecifiedDocumentContextParameter, ramIBANID, ramID, ramIncludedNote
    case ramIncludedReferencedProduct, ramIncludedSpecifiedMarketplace, ramIncludedSubordinateTradeLineItem
    case ramIncludedSupplyChainPackaging, ramIncludedSupplyChainTradeLineItem, ramIncludedTradeTax, ramInclusiveIndicator
    case ramIndividualTradeProductInstance, ramIndustryAssignedID, ramInformation, ramInformationAmount, ramInformationNote
    case ramInspectionReferenceReferencedDocument, ramInstantMessagingUniversalCommunication, ramInstructionTypeCode
    case ramInterestRatePercent, ramInvoiceApplicableTradeCurrencyExchange, ramInvoiceCurrencyCode, ramInvoiceDateTime
    case ramInvoiceIssuerReference, ramInvoiceReferencedDocument, ramInvoiceSpecifiedReferencedDocument, ramInvoiceeTradeParty
    case ramInvoicerTradeParty, ramIssueDateTime, ramIssuerAssignedID, ramIssuerTradeParty, ramItemBuyerTradeParty
    case ramItemSellerTradeParty, ramJobTitle, ramJurisdiction, ramLanguageID, ramLatestOccurrenceDateTime, ramLegalClassificationCode
    case ramLegalRightsOwnerTradeParty, ramLetterOfCreditReferencedDocument, ramLineFive, ramLineFour, ramLineID, ramLineOne
    case ramLineStatusCode, ramLineStatusReasonCode, ramLineThree, ramLineTotalAmount, ramLineTotalBasisAmount, ramLineTwo
    case ramLinearSpatialDimension, ramLocationFinancialInstitutionAddress, ramLogoAssociatedSpecifiedBinaryFile
    case ramMSDSReferenceReferencedDocument, ramManufacturerAssignedID, ramManufacturerTradeParty, ramMaximumLinearSpatialDimension
    case ramMaximumQuantity, ramMeasurementMethodCode, ramMessageStandardSpecifiedDocumentContextParameter, ramMicrochipIndicator
    case ramMinimumLinearSpatialDimension, ramMinimumQuantity, ramMobileTelephoneUniversalCommunication, ramModeCode, ramModelID
    case ramModelName, ramName, ramNetIncludingTaxesLineTotalAmount, ramNetLineTotalAmount, ramNetPriceProductTradePrice
    case ramNetWeightMeasure, ramNextInvoiceDateTime, ramOccurrenceDateTime, ramOccurrenceLogisticsLocation
    case ramOccurrenceSpecifiedPeriod, ramOpenIndicator, ramOrderResponseReferencedDocument, ramOrderUnitConversionFactorNumeric
    case ramOriginTradeCountry, ramPackageQuantity, ramPackingListReferencedDocument, ramPaidAmount, ramParentLineID
    case ramPartialPaymentAmount, ramPartialPaymentPercent, ramPayableSpecifiedTradeAccountingAccount
    case ramPayeePartyCreditorFinancialAccount, ramPayeeSpecifiedCreditorFinancialInstitution, ramPayeeTradeParty
    case ramPayerPartyDebtorFinancialAccount, ramPayerSpecifiedDebtorFinancialInstitution, ramPayerTradeParty
    case ramPaymentApplicableTradeCurrencyExchange, ramPaymentChannelCode, ramPaymentCurrencyCode, ramPaymentMeansID
    case ramPaymentMethodCode, ramPaymentReference, ramPerPackageUnitQuantity, ramPersonID, ramPersonName
    case ramPlaceApplicableTradeLocation, ramPostOfficeBox, ramPostalTradeAddress, ramPostcodeCode, ramPrepaidIndicator
    case ramPresentationSpecifiedBinaryFile, ramPreviousDeliverySupplyChainEvent, ramPreviousRevisionID, ramPriceListReferencedDocument
    case ramProFormaInvoiceReferencedDocument, ramProductEndUserTradeParty, ramProductGroupID, ramProductUnitQuantity
    case ramProductValueExcludingTobaccoTaxInformationAmount, ramProductWeightLossInformationAmount
    case ramPromotionalDealReferencedDocument, ramProprietaryID, ramPurchaseConditionsReferencedDocument
    case ramPurchaseSpecifiedTradeAccountingAccount, ramPurpose, ramPurposeCode, ramQuotationReferencedDocument
    case ramRateApplicablePercent, ramReason, ramReasonCode, ramReceivableSpecifiedTradeAccountingAccount, ramReceivedQuantity
    case ramReceivingAdviceReferencedDocument, ramReference, ramReferenceTypeCode, ramRelatedSupplyChainConsignment
    case ramRelevantTradeLocation, ramRequestedDeliverySupplyChainEvent, ramRequestedQuantity, ramRequisitionerReferencedDocument
    case ramResponsibility, ramRetailValueExcludingTaxInformationAmount, ramRevisionDateTime, ramRevisionID, ramRoleCode
    case ramRoundingAmount, ramSalesAgentTradeParty, ramSalesSpecifiedTradeAccountingAccount
    case ramScenarioSpecifiedDocumentContextParameter, ramSeasonCode, ramSectionName, ramSellerAssignedAccountantTradeParty
    case ramSellerAssignedID, ramSellerOrderReferencedDocument, ramSellerPayableTaxSpecifiedTradeAccountingAccount
    case ramSellerRefundableTaxSpecifiedTradeAccountingAccount, ramSellerTaxRepresentativeTradeParty, ramSellerTradeParty
    case ramSequenceNumeric, ramServiceSupplyTradeCountry, ramSetTriggerCode, ramSettlementPeriodMeasure, ramShipFromTradeParty
    case ramShipToTradeParty, ramSourceCurrencyCode, ramSpecifiedAdvancePayment, ramSpecifiedContactPerson
    case ramSpecifiedDeliveryAdjustment, ramSpecifiedDocumentVersion, ramSpecifiedFinancialAdjustment, ramSpecifiedLegalOrganization
    case ramSpecifiedLineTradeAgreement, ramSpecifiedLineTradeDelivery, ramSpecifiedLineTradeSettlement
    case ramSpecifiedLogisticsServiceCharge, ramSpecifiedLogisticsTransportMovement, ramSpecifiedNote, ramSpecifiedProcuringProject
    case ramSpecifiedTaxRegistration, ramSpecifiedTradeAccountingAccount, ramSpecifiedTradeAllowanceCharge
    case ramSpecifiedTradePaymentTerms, ramSpecifiedTradeProduct, ramSpecifiedTradeSettlementFinancialCard
    case ramSpecifiedTradeSettlementHeaderMonetarySummation, ramSpecifiedTradeSettlementLineMonetarySummation
    case ramSpecifiedTradeSettlementPaymentMeans, ramSpecifiedTransactionID, ramStartDateFlexibilityCode, ramStartDateTime
    case ramStatusCode, ramStreetName, ramSubBrandName, ramSubClassCode, ramSubject, ramSubjectCode
    case ramSubordinateTradeCountrySubDivision, ramSubsetSpecifiedDocumentContextParameter, ramSubtotalCalculatedTradeTax
    case ramSupplierAssignedSerialID, ramSupplyInstructionReferencedDocument, ramSystemID, ramSystemName, ramTargetCurrencyCode
    case ramTaxApplicableTradeCurrencyExchange, ramTaxBasisAllowanceRate, ramTaxBasisTotalAmount, ramTaxCurrencyCode, ramTaxPointDate
    case ramTaxTotalAmount, ramTelephoneUniversalCommunication, ramTelexUniversalCommunication, ramTestIndicator
    case ramTheoreticalWeightMeasure, ramTotalAdjustmentAmount, ramTotalAllowanceChargeAmount, ramTotalDepositFeeInformationAmount
    case ramTotalDiscountAmount, ramTotalPrepaidAmount, ramTotalRetailValueInformationAmount, ramTradeComparisonReferencePrice
    case ramTradeName, ramTradingBusinessName, ramType, ramTypeCode, ramURIID, ramURIUniversalCommunication
    case ramUltimateCustomerOrderReferencedDocument, ramUltimatePayeeTradeParty, ramUltimateShipToTradeParty, ramUnitBasisAmount
    case ramUnitQuantity, ramUseDescription, ramVOIPUniversalCommunication, ramValidFromDateTime, ramValiditySpecifiedPeriod
    case ramValuationBreakdownStatement, ramValue, ramValueCode, ramValueDateTime, ramValueIndicator, ramValueMeasure
    case ramValueSpecifiedBinaryFile, ramVariableMeasureIndicator, ramVerificationNumeric, ramVersionID

    case udtDateString, udtDateTime, udtDateTimeString, udtIndicator, udtIndicatorString

    case qdtDateTimeString
}

/// The attribute names, without a namespace, that invoices use or that rules name.
public enum XMLAttribute: UInt8, CaseIterable, Sendable {
    /// A name outside this vocabulary.
    case other

    case schemeID, schemeName, schemeAgencyID, schemeAgencyName, schemeVersionID, schemeDataURI, schemeURI, listID, listName
    case listAgencyID, listAgencyName, listVersionID, listURI, listSchemeURI, currencyID, currencyCodeListVersionID, unitCode
    case unitCodeListID, unitCodeListIdentifier, unitCodeListAgencyIdentifier, unitCodeListAgencyID, unitCodeListAgencyName
    case unitCodeListVersionID, mimeCode, filename, format, encodingCode, characterSetCode, uri, languageID, languageLocaleID, name
}
