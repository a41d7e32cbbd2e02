import Domain
import Testing

@Suite("UBL as it is written")
struct UBLWriterTests {
    private func written(_ document: InvoiceDocument) throws -> String { String(decoding: try UBLWriter.write(document), as: UTF8.self) }

    private var document: InvoiceDocument {
        var document = InvoiceDocument(typeCode: "380", currency: "EUR")
        document.number = "INV-1"
        document.issueDate = CalendarDate("2026-11-20")
        document.dueDate = CalendarDate("2026-12-20")
        document.notes = [InvoiceDocument.Note("Thank you & come again", subjectCode: "AAI")]
        return document
    }

    @Test("has the schema's order and namespaces")
    func invoice() throws {
        #expect(
            try written(document) == """
                <?xml version="1.0" encoding="UTF-8"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" \
                xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" \
                xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:ID>INV-1</cbc:ID>\
                <cbc:IssueDate>2026-11-20</cbc:IssueDate><cbc:DueDate>2026-12-20</cbc:DueDate>\
                <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>\
                <cbc:Note>#AAI#Thank you &amp; come again</cbc:Note><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode></Invoice>
                """)
    }

    @Test("has a credit note's due date in payment means, and its project among the additional documents")
    func creditNote() throws {
        var document = document
        document.typeCode = "381"
        document.notes = []
        document.projectReference = "P"
        let text = try written(document)
        #expect(text.contains("<CreditNote xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2\""))
        #expect(text.contains("<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>"))
        let means = "<cbc:PaymentMeansCode>1</cbc:PaymentMeansCode><cbc:PaymentDueDate>2026-12-20</cbc:PaymentDueDate>"
        #expect(text.contains("<cac:PaymentMeans>\(means)</cac:PaymentMeans>"))
        let project = "<cbc:ID>P</cbc:ID><cbc:DocumentTypeCode>50</cbc:DocumentTypeCode>"
        #expect(text.contains("<cac:AdditionalDocumentReference>\(project)</cac:AdditionalDocumentReference>"))
        #expect(!text.contains("DueDate>2026-12-20</cbc:DueDate") && !text.contains("ProjectReference"))
    }

    @Test("tells the tax identifiers apart by their scheme, and the creditor's identifier by SEPA")
    func identifiers() throws {
        var seller = InvoiceDocument.Party(name: "S")
        seller.vatId = "DE1"
        seller.taxRegistration = "99/1"
        seller.identifiers = [Identifier("1", scheme: "0088")]
        var document = document
        document.seller = seller
        document.payment = InvoiceDocument.PaymentInstructions(meansCode: "59")
        document.payment?.creditorIdentifier = "DE98ZZZ"
        let text = try written(document)
        #expect(text.contains("<cbc:CompanyID>DE1</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID>"))
        #expect(text.contains("<cbc:CompanyID>99/1</cbc:CompanyID><cac:TaxScheme><cbc:ID>TAX</cbc:ID>"))
        #expect(text.contains("<cac:PartyIdentification><cbc:ID schemeID=\"SEPA\">DE98ZZZ</cbc:ID></cac:PartyIdentification>"))
        #expect(text.contains("<cac:PartyIdentification><cbc:ID schemeID=\"0088\">1</cbc:ID></cac:PartyIdentification>"))
    }

    @Test("gives a gross price without a discount the discount that follows")
    func prices() throws {
        var line = InvoiceDocument.Line(
            id: "1", quantity: .one, unit: "C62", unitPrice: ExactDecimal(9), tax: InvoiceDocument.Tax(category: "O"),
            item: InvoiceDocument.Item(name: "I"))
        line.grossPrice = ExactDecimal(10)
        line.priceBaseUnit = "C62"
        var document = document
        document.lines = [line]
        #expect(
            try written(document).contains(
                """
                <cac:Price><cbc:PriceAmount currencyID="EUR">9</cbc:PriceAmount><cbc:BaseQuantity unitCode="C62">1</cbc:BaseQuantity>\
                <cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">1</cbc:Amount>\
                <cbc:BaseAmount currencyID="EUR">10</cbc:BaseAmount></cac:AllowanceCharge></cac:Price>
                """))
    }

    @Test("is told to lack what a tax regime adds to the model, and nothing of the standard's own terms")
    func notCarried() throws {
        var document = document
        #expect(UBLWriter.notCarried(document).isEmpty)
        #expect(CIIWriter.notCarried(document).isEmpty)
        document.taxRegime = "gst-in"
        document.placeOfSupply = "29"
        document.buyer = InvoiceDocument.Party(name: "B")
        document.buyer?.taxRegistration = "T"
        var subtotal = InvoiceDocument.TaxSubtotal(taxableAmount: .one, taxAmount: .zero, category: "S")
        subtotal.components = [InvoiceDocument.TaxSubtotal.Component(name: "CGST", rate: .one, amount: .zero)]
        document.taxBreakdown = [subtotal]
        let tax = InvoiceDocument.Tax(category: "S", rate: .one, cessRate: .one)
        document.lines = [
            InvoiceDocument.Line(id: "1", quantity: .one, unit: "C62", unitPrice: .one, tax: tax, item: InvoiceDocument.Item(name: "I"))
        ]
        let expected = ["/taxRegime", "/placeOfSupply", "/buyer/taxRegistration", "/taxBreakdown/0/components", "/lines/0/tax/cessRate"]
        #expect(UBLWriter.notCarried(document).map(\.location) == expected)
        #expect(CIIWriter.notCarried(document).map(\.location) == expected)
    }

    @Test("is told to lack a subject code, a creditor or a tax amount that it could not tell apart")
    func ambiguous() {
        var document = document
        document.notes = [InvoiceDocument.Note("#ABC#text"), InvoiceDocument.Note("text", subjectCode: "12")]
        document.payment = InvoiceDocument.PaymentInstructions(meansCode: "59")
        document.payment?.creditorIdentifier = "C"
        document.totals = InvoiceDocument.Totals(lineNet: .one, taxExclusive: .one, taxInclusive: .one, payable: .one)
        document.totals?.taxInTaxCurrency = .one
        document.purchaseOrderReference = "NA"
        #expect(UBLWriter.notCarried(document).map(\.term) == ["BT-111", "BT-21", "BT-21", "BT-90"])
        document.salesOrderReference = "S"
        #expect(UBLWriter.notCarried(document).map(\.term) == ["BT-111", "BT-21", "BT-21", "BT-13", "BT-90"])
        #expect(CIIWriter.notCarried(document).map(\.term) == ["BT-111"])
    }

    @Test("is told to take an identifier for the creditor's where a credit note's due date alone makes payment means")
    func creditorOfACreditNote() {
        var document = document
        document.payee = InvoiceDocument.Party(name: "P")
        document.payee?.identifiers = [Identifier("1", scheme: "SEPA")]
        #expect(UBLWriter.notCarried(document).isEmpty)
        document.typeCode = "381"
        #expect(UBLWriter.notCarried(document).map(\.location) == ["/payee/identifiers"])
    }

    @Test("is told to lack a price's discount in CII, whose gross price would have too many digits")
    func discountWithoutGrossPrice() throws {
        var line = InvoiceDocument.Line(
            id: "1", quantity: .one, unit: "C62", unitPrice: try ExactDecimal(mantissa: .max, scale: 0),
            tax: InvoiceDocument.Tax(category: "O"), item: InvoiceDocument.Item(name: "I"))
        line.priceDiscount = .one
        var document = document
        document.lines = [line]
        #expect(UBLWriter.notCarried(document).isEmpty)
        #expect(CIIWriter.notCarried(document).map(\.location) == ["/lines/0/priceDiscount"])
    }
}
