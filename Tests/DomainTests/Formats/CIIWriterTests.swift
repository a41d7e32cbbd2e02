import Domain
import Testing

@Suite("CII as it is written")
struct CIIWriterTests {
    private func written(_ document: InvoiceDocument) throws -> String { String(decoding: try CIIWriter.write(document), as: UTF8.self) }

    @Test("has the schema's order and namespaces, and dates of the format 102")
    func invoice() throws {
        var document = InvoiceDocument(typeCode: "380", currency: "EUR")
        document.number = "INV-1"
        document.issueDate = CalendarDate("2026-11-20")
        document.dueDate = CalendarDate("0099-01-02")
        document.notes = [InvoiceDocument.Note("Thank you", subjectCode: "AAI")]
        #expect(
            try written(document) == """
                <?xml version="1.0" encoding="UTF-8"?><rsm:CrossIndustryInvoice \
                xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" \
                xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" \
                xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100" \
                xmlns:qdt="urn:un:unece:uncefact:data:standard:QualifiedDataType:100"><rsm:ExchangedDocumentContext/>\
                <rsm:ExchangedDocument><ram:ID>INV-1</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime>\
                <udt:DateTimeString format="102">20261120</udt:DateTimeString></ram:IssueDateTime><ram:IncludedNote>\
                <ram:Content>Thank you</ram:Content><ram:SubjectCode>AAI</ram:SubjectCode></ram:IncludedNote></rsm:ExchangedDocument>\
                <rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement/><ram:ApplicableHeaderTradeDelivery/>\
                <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:SpecifiedTradePaymentTerms>\
                <ram:DueDateDateTime><udt:DateTimeString format="102">00990102</udt:DateTimeString></ram:DueDateDateTime>\
                </ram:SpecifiedTradePaymentTerms></ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>\
                </rsm:CrossIndustryInvoice>
                """)
    }

    @Test("tells an IBAN from another account, and the tax point by the code list of the syntax")
    func codes() throws {
        var document = InvoiceDocument(typeCode: "380", currency: "EUR")
        document.payment = InvoiceDocument.PaymentInstructions(meansCode: "30")
        document.payment?.creditTransfers = [
            InvoiceDocument.CreditTransfer(account: "NL57 RABO 0107307510"), InvoiceDocument.CreditTransfer(account: "12345"),
        ]
        document.taxPointDateCode = "35"
        document.taxBreakdown = [InvoiceDocument.TaxSubtotal(taxableAmount: .one, taxAmount: .zero, category: "Z")]
        let text = try written(document)
        #expect(text.contains("<ram:IBANID>NL57 RABO 0107307510</ram:IBANID>"))
        #expect(text.contains("<ram:ProprietaryID>12345</ram:ProprietaryID>"))
        #expect(text.contains("<ram:DueDateTypeCode>29</ram:DueDateTypeCode>"))
        document.taxBreakdown = []
        #expect(CIIWriter.notCarried(document).map(\.term) == ["BT-8"])
    }

    @Test("has identifiers without a scheme before those with one")
    func identifiers() throws {
        var document = InvoiceDocument(typeCode: "380", currency: "EUR")
        document.seller = InvoiceDocument.Party(name: "S")
        document.seller?.identifiers = [Identifier("1", scheme: "0088"), Identifier("2")]
        #expect(try written(document).contains("<ram:ID>2</ram:ID><ram:GlobalID schemeID=\"0088\">1</ram:GlobalID><ram:Name>S</ram:Name>"))
    }
}
