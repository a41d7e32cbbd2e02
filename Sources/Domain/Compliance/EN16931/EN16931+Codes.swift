/// The rules on codes: BR-CL. All are fatal. Lists are compared without the white space around a value, but for BR-CL-08 and BR-CL-24.
extension EN16931 {
    static let codeRules: [Rule] = [
        Rule("BR-CL-01", in: .typeCode, "The type code (BT-3) is of UNTDID 1001, for an invoice or for a credit note.") { scope in
            (scope.name == .cbcInvoiceTypeCode ? CodeList.invoiceTypes : CodeList.creditNoteTypes).contains(trimming: scope.text)
        },
        .code("BR-CL-03", in: .amountCurrency, .currencyID, .currencies, "An amount's currency is of ISO 4217."),
        .code("BR-CL-04", in: .documentCurrency, .currencies, "The invoice currency (BT-5) is of ISO 4217."),
        .code("BR-CL-05", in: .taxCurrency, .currencies, "The VAT accounting currency (BT-6) is of ISO 4217."),
        .code("BR-CL-06", in: .taxPointDateCode, .taxPointDates, "The VAT point date code (BT-8) is 3, 35 or 432."),
        .code(
            "BR-CL-07", in: .objectIdentifier, .schemeID, .objectIdentifierSchemes,
            "An object identifier's scheme (BT-18-1) is of UNTDID 1153."),
        Rule("BR-CL-08", in: .note, "A note's subject code (BT-21) is of UNTDID 4451.") { scope in
            let text = scope.text
            guard let first = text.firstIndex(of: UInt8(ascii: "#")) else { return true }
            let rest = text[(first + 1)...]
            guard let second = rest.firstIndex(of: UInt8(ascii: "#")) else { return true }
            let code = Scope.Text(rebasing: rest[..<second])
            return code.characterCount != 3 || CodeList.noteSubjects.textContains(utf8: code)
        },
        Rule("BR-CL-10", in: .anyPartyIdentifier, "A party identifier's scheme is of ISO/IEC 6523, or SEPA for the seller and the payee.") {
            scope in
            guard let scheme = scope.attribute(.schemeID)?.trimmedXML else { return false }
            if CodeList.identifierSchemes.contains(utf8: scheme) { return true }
            return scheme.equals("SEPA") && (scope.hasAncestor(.cacAccountingSupplierParty) || scope.hasAncestor(.cacPayeeParty))
        },
        .code(
            "BR-CL-11", in: .anyLegalIdentifier, .schemeID, .identifierSchemes,
            "A legal registration identifier's scheme is of ISO/IEC 6523."),
        .code(
            "BR-CL-13", in: .itemClassificationScheme, .listID, .itemClassificationSchemes,
            "An item classification's scheme is of UNTDID 7143."),
        .code("BR-CL-14", in: .country, .countries, "A country code is of ISO 3166-1."),
        .code("BR-CL-15", in: .originCountry, .countries, "The country of origin (BT-159) is of ISO 3166-1."),
        .code("BR-CL-16", in: .paymentMeansCode, .paymentMeans, "The payment means code (BT-81) is of UNTDID 4461."),
        .code("BR-CL-17", in: .categoryCode, .vatCategories, "A VAT category is of UNTDID 5305."),
        .code("BR-CL-18", in: .lineCategoryCode, .vatCategories, "A line's VAT category (BT-151) is of UNTDID 5305."),
        .code("BR-CL-19", in: .allowanceReasonCode, .allowanceReasons, "An allowance's reason code is of UNTDID 5189."),
        .code("BR-CL-20", in: .chargeReasonCode, .chargeReasons, "A charge's reason code is of UNTDID 7161."),
        .code(
            "BR-CL-21", in: .itemStandardIdentifierScheme, .schemeID, .identifierSchemes,
            "An item standard identifier's scheme is of ISO/IEC 6523."),
        .code("BR-CL-22", in: .exemptionReasonCode, .exemptionReasons, "A VAT exemption reason code (BT-121) is of the VATEX list."),
        .code("BR-CL-23", in: .quantityUnit, .unitCode, .units, "A unit of measure is of UN/ECE Recommendation 20, with 21."),
        Rule("BR-CL-24", in: .attachment, "An attachment's media type (BT-125-1) is one of those allowed.") {
            $0.attribute(.mimeCode).map { CodeList.attachmentTypes.contains(utf8: $0) } ?? false
        },
        .code("BR-CL-25", in: .anyEndpoint, .schemeID, .endpointSchemes, "An electronic address's scheme is of the EAS list."),
        .code(
            "BR-CL-26", in: .deliverToLocation, .schemeID, .identifierSchemes,
            "A deliver-to location's scheme (BT-71-1) is of ISO/IEC 6523."),
    ]
}
