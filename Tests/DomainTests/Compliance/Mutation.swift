import Testing

@testable import Domain

/// One change to a valid invoice, and the rules that it breaks: no more and no fewer.
struct Mutation: CustomTestStringConvertible, Sendable {
    let name: String
    let lines: [SampleLine]
    let rules: [String]
    let change: @Sendable (Sample) -> Sample

    init(
        _ name: String, _ rules: [String], lines: [SampleLine] = [SampleLine(quantity: 2, price: 1_050, category: "S", rate: 19)],
        _ change: @escaping @Sendable (Sample) -> Sample
    ) {
        self.name = name
        self.lines = lines
        self.rules = rules
        self.change = change
    }

    var testDescription: String { "\(name): \(rules.joined(separator: ", "))" }

    static let all: [Mutation] = document + parties + groups + amounts + categories + codes + syntax

    private static let document: [Mutation] = [
        Mutation("no specification", ["BR-01"]) { $0.without(.cbcCustomizationID) },
        Mutation("a blank number", ["BR-02"]) { $0.text(.cbcID, is: " \n ") },
        Mutation("no issue date", ["BR-03"]) { $0.without(.cbcIssueDate) },
        Mutation("no type", ["BR-04"]) { $0.without(.cbcInvoiceTypeCode) },
        Mutation("no currency", ["BR-05"]) { $0.without(.cbcDocumentCurrencyCode) },
        Mutation("a period that ends before it starts", ["BR-29"]) { $0.text(.cacInvoicePeriod, .cbcEndDate, is: "2026-10-01") },
        Mutation("an empty period", ["BR-CO-19"]) {
            $0.without(.cacInvoicePeriod, .cbcStartDate).without(.cacInvoicePeriod, .cbcEndDate)
        },
        Mutation("VAT point date and code", ["BR-CO-03"]) {
            $0.adding(.init(.cbcTaxPointDate, "2026-11-20")).adding(.init(.cbcDescriptionCode, "3"), to: .cacInvoicePeriod)
        },
        Mutation("an accounting currency without its tax", ["BR-53"]) { $0.adding(.init(.cbcTaxCurrencyCode, "SEK")) },
        Mutation("a supporting document without reference", ["BR-52"]) { $0.adding(.init(.cacAdditionalDocumentReference, [])) },
        Mutation("a preceding invoice without reference", ["BR-55", "UBL-SR-07"]) { $0.adding(.init(.cacBillingReference, [])) },
    ]

    private static let parties: [Mutation] = [
        Mutation("no seller name", ["BR-06"]) {
            $0.without(.cacAccountingSupplierParty, .cacParty, .cacPartyLegalEntity, .cbcRegistrationName)
        },
        Mutation("no buyer name", ["BR-07"]) {
            $0.without(.cacAccountingCustomerParty, .cacParty, .cacPartyLegalEntity, .cbcRegistrationName)
        },
        Mutation("no seller address", ["BR-08"]) { $0.without(.cacAccountingSupplierParty, .cacParty, .cacPostalAddress) },
        Mutation("no seller country", ["BR-09"]) { $0.without(.cacAccountingSupplierParty, .cacParty, .cacPostalAddress, .cacCountry) },
        Mutation("no buyer address", ["BR-10"]) { $0.without(.cacAccountingCustomerParty, .cacParty, .cacPostalAddress) },
        Mutation("no buyer country", ["BR-11"]) { $0.without(.cacAccountingCustomerParty, .cacParty, .cacPostalAddress, .cacCountry) },
        Mutation("a seller endpoint without scheme", ["BR-62"]) {
            $0.adding(.init(.cbcEndpointID, "1"), to: .cacAccountingSupplierParty, .cacParty)
        },
        Mutation("a buyer endpoint without scheme", ["BR-63"]) {
            $0.adding(.init(.cbcEndpointID, "1"), to: .cacAccountingCustomerParty, .cacParty)
        },
        Mutation("a tax representative with nothing", ["BR-18", "BR-19", "BR-56"]) { $0.adding(.init(.cacTaxRepresentativeParty, [])) },
        Mutation("a payee without a name", ["BR-17", "UBL-SR-19", "UBL-SR-20", "UBL-SR-21"]) { $0.adding(.init(.cacPayeeParty, [])) },
        Mutation("a VAT number without country", ["BR-CO-09"]) {
            $0.text(.cacAccountingSupplierParty, .cacParty, .cacPartyTaxScheme, .cbcCompanyID, is: "123456789")
        },
        Mutation("a Greek VAT number", []) {
            $0.text(.cacAccountingSupplierParty, .cacParty, .cacPartyTaxScheme, .cbcCompanyID, is: "EL123")
        },
        Mutation("a seller without identifiers", ["BR-S-02", "BR-CO-26"]) {
            $0.without(.cacAccountingSupplierParty, .cacParty, .cacPartyTaxScheme)
                .without(.cacAccountingSupplierParty, .cacParty, .cacPartyLegalEntity, .cbcCompanyID)
        },
        Mutation("a deliver-to address without country", ["BR-57"]) {
            $0.without(.cacDelivery, .cacDeliveryLocation, .cacAddress, .cacCountry)
        },
    ]

    private static let groups: [Mutation] = [
        Mutation("a line without identifier", ["BR-21"]) { $0.without(.cacInvoiceLine, .cbcID) },
        Mutation("a line without quantity", ["BR-22", "BR-23"]) { $0.without(.cacInvoiceLine, .cbcInvoicedQuantity) },
        Mutation("a quantity without unit", ["BR-23"]) { $0.with(.cacInvoiceLine, .cbcInvoicedQuantity) { $0.attributes = [] } },
        Mutation("an item without name", ["BR-25"]) { $0.without(.cacInvoiceLine, .cacItem, .cbcName) },
        Mutation("no price", ["BR-26", "BR-27"]) { $0.without(.cacInvoiceLine, .cacPrice) },
        Mutation("a negative price", ["BR-27"]) { $0.text(.cacInvoiceLine, .cacPrice, .cbcPriceAmount, is: "-0.01") },
        Mutation("a line period that ends before it starts", ["BR-30"]) {
            $0.adding(
                .init(.cacInvoicePeriod, [.init(.cbcStartDate, "2026-11-02"), .init(.cbcEndDate, "2026-11-01")]), to: .cacInvoiceLine)
        },
        Mutation("an empty line period", ["BR-CO-20"]) { $0.adding(.init(.cacInvoicePeriod, []), to: .cacInvoiceLine) },
        Mutation("an item attribute without value", ["BR-54"]) {
            $0.adding(.init(.cacAdditionalItemProperty, [.init(.cbcName, "Colour")]), to: .cacInvoiceLine, .cacItem)
        },
        Mutation("a line allowance with an amount alone", ["BR-42", "BR-CO-23"]) {
            $0.adding(
                .init(.cacAllowanceCharge, [.init(.cbcChargeIndicator, "false"), .init(.cbcAmount, "1.00", (.currencyID, "EUR"))]),
                to: .cacInvoiceLine)
        },
        Mutation("no payment means code", ["BR-49"]) { $0.without(.cacPaymentMeans, .cbcPaymentMeansCode) },
        Mutation("a blank account", ["BR-50"]) { $0.text(.cacPaymentMeans, .cacPayeeFinancialAccount, .cbcID, is: "") },
        Mutation("a transfer without account", ["BR-61"]) { $0.without(.cacPaymentMeans, .cacPayeeFinancialAccount) },
        Mutation("a whole card number", ["BR-51"]) {
            $0.adding(.init(.cacCardAccount, [.init(.cbcPrimaryAccountNumberID, "4111 1111 1111")]), to: .cacPaymentMeans)
        },
    ]

    private static let amounts: [Mutation] = [
        Mutation("no sum of lines", ["BR-12", "BR-CO-10", "BR-CO-13"]) { $0.without(.cacLegalMonetaryTotal, .cbcLineExtensionAmount) },
        Mutation("no total without VAT", ["BR-CO-15", "BR-13", "BR-CO-13"]) { $0.without(.cacLegalMonetaryTotal, .cbcTaxExclusiveAmount) },
        Mutation("no amount due", ["BR-15", "BR-CO-16"]) { $0.without(.cacLegalMonetaryTotal, .cbcPayableAmount) },
        Mutation("a paid amount that is not taken off", ["BR-CO-16"]) {
            $0.adding(.init(.cbcPrepaidAmount, "1.00", (.currencyID, "EUR")), to: .cacLegalMonetaryTotal)
        },
        Mutation("an allowance total without allowances", ["BR-CO-11", "BR-CO-13"]) {
            $0.adding(.init(.cbcAllowanceTotalAmount, "1.00", (.currencyID, "EUR")), to: .cacLegalMonetaryTotal)
        },
        Mutation("three decimals", ["BR-DEC-18", "UBL-DT-01"]) { $0.text(.cacLegalMonetaryTotal, .cbcPayableAmount, is: "24.990") },
        Mutation("a tax that is 1 off", ["BR-CO-15", "BR-CO-14", "BR-CO-17", "BR-S-09"]) {
            $0.text(.cacTaxTotal, .cacTaxSubtotal, .cbcTaxAmount, is: "4.99").text(.cacTaxTotal, .cbcTaxAmount, is: "4.98")
        },
        Mutation("no VAT breakdown", ["BR-S-01", "BR-CO-18"]) { $0.without(.cacTaxTotal, .cacTaxSubtotal) },
        Mutation("no rate in the breakdown", ["BR-CO-17", "BR-48", "BR-S-09"]) {
            $0.without(.cacTaxTotal, .cacTaxSubtotal, .cacTaxCategory, .cbcPercent)
        },
    ]

    private static func line(_ category: String, _ rate: Int?) -> [SampleLine] {
        [SampleLine(quantity: 2, price: 1_050, category: category, rate: rate)]
    }

    private static let categories: [Mutation] = [
        Mutation("a rate for zero rated", ["BR-Z-05"], lines: line("Z", 0)) {
            $0.text(.cacInvoiceLine, .cacItem, .cacClassifiedTaxCategory, .cbcPercent, is: "5")
        },
        Mutation("a reason for zero rated", ["BR-Z-10"], lines: line("Z", 0)) {
            $0.adding(.init(.cbcTaxExemptionReason, "x"), to: .cacTaxTotal, .cacTaxSubtotal, .cacTaxCategory)
        },
        Mutation("no reason for exempt", ["BR-E-10"], lines: line("E", 0)) {
            $0.without(.cacTaxTotal, .cacTaxSubtotal, .cacTaxCategory, .cbcTaxExemptionReason)
        },
        Mutation("reverse charge without a buyer's identifier", ["BR-AE-02"], lines: line("AE", 0)) {
            $0.without(.cacAccountingCustomerParty, .cacParty, .cacPartyTaxScheme)
                .without(.cacAccountingCustomerParty, .cacParty, .cacPartyLegalEntity, .cbcCompanyID)
        },
        Mutation("intra-community without a buyer's VAT number", ["BR-IC-02"], lines: line("K", 0)) {
            $0.without(.cacAccountingCustomerParty, .cacParty, .cacPartyTaxScheme)
        },
        Mutation("intra-community without a date of delivery", ["BR-IC-11"], lines: line("K", 0)) {
            $0.without(.cacInvoicePeriod).without(.cacDelivery, .cbcActualDeliveryDate)
        },
        Mutation("intra-community without a country of delivery", ["BR-IC-12"], lines: line("K", 0)) {
            $0.without(.cacDelivery, .cacDeliveryLocation)
        },
        Mutation("export without a seller's VAT number", ["BR-G-02"], lines: line("G", 0)) {
            $0.without(.cacAccountingSupplierParty, .cacParty, .cacPartyTaxScheme)
        },
        Mutation("a rate for what is not subject to VAT", ["BR-O-05"], lines: line("O", nil)) {
            $0.adding(.init(.cbcPercent, "0"), to: .cacInvoiceLine, .cacItem, .cacClassifiedTaxCategory)
        },
        Mutation("IGIC with a negative rate", ["BR-AF-05", "BR-AF-08"], lines: line("L", 7)) {
            $0.text(.cacInvoiceLine, .cacItem, .cacClassifiedTaxCategory, .cbcPercent, is: "-7")
        },
        Mutation("IPSI with a reason", ["BR-AG-10"], lines: line("M", 3)) {
            $0.adding(.init(.cbcTaxExemptionReason, "x"), to: .cacTaxTotal, .cacTaxSubtotal, .cacTaxCategory)
        },
        Mutation("a taxable amount that is 2 off", ["BR-S-08"]) { $0.text(.cacTaxTotal, .cacTaxSubtotal, .cbcTaxableAmount, is: "23.00") },
        Mutation("split payment outside Italy", ["BR-B-01"]) { sample in
            sample.adding(.init(.cacPaymentMeans, [.init(.cacTaxCategory, [.init(.cbcID, "B")]), .init(.cbcPaymentMeansCode, "1")]))
                .text(.cacPaymentMeans, .cbcPaymentMeansCode, is: "1")
        },
    ]

    private static let codes: [Mutation] = [
        Mutation("a type that is none", ["BR-CL-01"]) { $0.text(.cbcInvoiceTypeCode, is: "381") },
        Mutation("white space around a code", []) { $0.text(.cbcInvoiceTypeCode, is: " 380 ") },
        Mutation("a currency that is none", ["BR-CL-03"]) {
            $0.with(.cacLegalMonetaryTotal, .cbcPayableAmount) { $0.attributes = [(.currencyID, "EURO")] }
        },
        Mutation("a country in small letters", ["BR-CL-14"]) {
            $0.text(.cacAccountingSupplierParty, .cacParty, .cacPostalAddress, .cacCountry, .cbcIdentificationCode, is: "de")
        },
        Mutation("a unit that is none", ["BR-CL-23"]) {
            $0.with(.cacInvoiceLine, .cbcInvoicedQuantity) { $0.attributes = [(.unitCode, "pieces")] }
        },
        Mutation("a payment means that is none", ["BR-CL-16"]) { $0.text(.cacPaymentMeans, .cbcPaymentMeansCode, is: "99") },
        Mutation("a subject that is none", ["BR-CL-08"]) { $0.adding(.init(.cbcNote, "#XXX#text")) },
        Mutation("a note with other hashes", []) { $0.adding(.init(.cbcNote, "No. #1 and #2")) },
        Mutation("a media type that is not allowed", ["BR-CL-24"]) {
            $0.adding(
                .init(
                    .cacAdditionalDocumentReference,
                    [
                        .init(.cbcID, "1"),
                        .init(
                            .cacAttachment,
                            [.init(.cbcEmbeddedDocumentBinaryObject, "AA==", (.mimeCode, "text/html"), (.filename, "a.html"))]),
                    ]))
        },
    ]

    private static let syntax: [Mutation] = [
        Mutation("two deliveries", ["UBL-SR-24"]) { $0.adding(.init(.cacDelivery, [])) },
        Mutation("two categories in a line", ["UBL-SR-48"]) { sample in
            var category: Sample.Part?
            let copy = sample.with(.cacInvoiceLine, .cacItem, .cacClassifiedTaxCategory) { category = $0 }
            return copy.adding(category ?? .init(.cbcNote, ""), to: .cacInvoiceLine, .cacItem)
        },
        Mutation("two means of payment", ["UBL-SR-47"]) { $0.adding(.init(.cacPaymentMeans, [.init(.cbcPaymentMeansCode, "1")])) },
        Mutation("an attachment without name", ["UBL-DT-07"]) {
            $0.adding(
                .init(
                    .cacAdditionalDocumentReference,
                    [.init(.cbcID, "1"), .init(.cacAttachment, [.init(.cbcEmbeddedDocumentBinaryObject, "AA==", (.mimeCode, "text/csv"))])])
            )
        },
        Mutation("a name with a language", ["UBL-DT-19"]) {
            $0.with(.cacInvoiceLine, .cacItem, .cbcName) { $0.attributes = [(.languageID, "en")] }
        },
        Mutation("an item with a brand", ["UBL-CR-569"]) { $0.adding(.init(.cbcBrandName, "x"), to: .cacInvoiceLine, .cacItem) },
    ]
}
