import Domain
import Testing
import XMLAdapter

@Suite("Reading a document that is not as it should be")
struct ReadingProblemTests {
    private static let ublHead = """
        <Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" \
        xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" \
        xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
        """

    private func ubl(_ content: String) throws -> DocumentReading {
        UBLReader.read(try XMLReader.read(Array("\(Self.ublHead)\(content)</Invoice>".utf8)))
    }

    private func cii(_ content: String) throws -> DocumentReading {
        let head = """
            <CrossIndustryInvoice xmlns="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" \
            xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" \
            xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
            """
        return CIIReader.read(try XMLReader.read(Array("\(head)\(content)</CrossIndustryInvoice>".utf8)))
    }

    @Test("tells every problem with its place, its term and no content")
    func everyProblem() throws {
        let reading = try ubl(
            """
            <cbc:ID>7</cbc:ID><cbc:IssueDate>20.11.2026</cbc:IssueDate><cbc:DueDate>2026-02-30</cbc:DueDate>
            <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
            <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="USD">1,5</cbc:PayableAmount></cac:LegalMonetaryTotal>
            <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity>x</cbc:InvoicedQuantity></cac:InvoiceLine>
            """)
        #expect(reading.document.number == "7")
        #expect(reading.document.issueDate == nil)
        #expect(
            reading.problems.map { "\($0.location) \($0.term ?? "")" } == [
                "/Invoice/cbc:IssueDate BT-2", "/Invoice/cbc:DueDate BT-9", "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount BT-115",
                "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount BT-115", "/Invoice/cac:InvoiceLine/cbc:InvoicedQuantity BT-129",
                "/Invoice/cac:InvoiceLine BT-129", "/Invoice/cac:InvoiceLine BG-31", "/Invoice/cac:InvoiceLine BT-146",
            ])
        for problem in reading.problems {
            #expect(!problem.description.contains("20.11") && !problem.description.contains("1,5") && !problem.description.contains("USD"))
        }
        #expect(reading.unmapped.isEmpty)
        for problem in reading.problems {
            #expect(problem.message(in: .arabic).unicodeScalars.contains { (0x0621...0x064A).contains($0.value) }, "\(problem)")
        }
    }

    @Test("takes the day of a date with a time zone, and tells that the zone is left out")
    func timeZone() throws {
        let reading = try ubl(
            """
            <cbc:IssueDate>2026-11-20+02:00</cbc:IssueDate><cbc:DueDate>2026-12-20Z</cbc:DueDate>
            <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:TaxPointDate>2026-11-20+25:00</cbc:TaxPointDate>
            <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
            """)
        #expect(reading.document.issueDate?.description == "2026-11-20")
        #expect(reading.document.dueDate?.description == "2026-12-20")
        #expect(reading.document.taxPointDate == nil)
        #expect(reading.problems.map(\.location) == ["/Invoice/cbc:TaxPointDate"])
        #expect(reading.unmapped.map(\.location) == ["/Invoice/cbc:IssueDate", "/Invoice/cbc:DueDate"])
    }

    @Test("takes the type code 81 in an Invoice, where it belongs as in a CreditNote, and refuses 381 there", arguments: ["81", "381"])
    func typeOfBoth(_ code: String) throws {
        let reading = try ubl(
            "<cbc:InvoiceTypeCode>\(code)</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>")
        #expect(reading.document.typeCode == code)
        #expect(reading.problems.compactMap(\.term) == (code == "81" ? [] : ["BT-3"]))
        #expect(reading.document.isCreditNote)
    }

    @Test("writes a document of the type code 81 back as the Invoice or CreditNote that it was")
    func elementOfBoth() throws {
        let content = """
            <cbc:DueDate>2026-12-20</cbc:DueDate><cbc:InvoiceTypeCode>81</cbc:InvoiceTypeCode>\
            <cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cac:AdditionalDocumentReference><cbc:ID>P</cbc:ID>\
            </cac:AdditionalDocumentReference><cac:ProjectReference><cbc:ID>Q</cbc:ID></cac:ProjectReference>
            """
        let invoice = try ubl(content).document
        #expect(try String(decoding: UBLWriter.write(invoice), as: UTF8.self).hasSuffix(content + "</Invoice>"))
        #expect(try InvoiceDocument(json: invoice.canonicalJSON, as: .complete) == invoice)
        #expect(CIIWriter.notCarried(invoice).map(\.location) == ["/ublInvoice"])
        let note = InvoiceDocument(typeCode: "81", currency: "EUR")
        let bytes = try UBLWriter.write(note)
        #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("</CreditNote>"))
        #expect(UBLReader.read(try XMLReader.read(bytes)).document == note)
    }

    @Test("tells of every element, attribute and text that the model has no place for")
    func unmapped() throws {
        let reading = try ubl(
            """
            <cbc:UBLVersionID>2.1</cbc:UBLVersionID><cbc:UUID>u</cbc:UUID>
            <cbc:InvoiceTypeCode listID="UNCL1001">380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
            <cbc:BuyerReference>one</cbc:BuyerReference><cbc:BuyerReference>two</cbc:BuyerReference>
            <cac:OrderReference>loose<cbc:ID>1</cbc:ID></cac:OrderReference>
            <cac:Signature><cbc:ID>s</cbc:ID></cac:Signature><strange xmlns="urn:x"><inner/></strange>
            """)
        #expect(reading.problems.isEmpty)
        #expect(reading.document.buyerReference == "one")
        #expect(
            reading.unmapped.map(\.location) == [
                "/Invoice/cbc:UUID", "/Invoice/cbc:InvoiceTypeCode/@listID", "/Invoice/cbc:BuyerReference[2]",
                "/Invoice/cac:OrderReference",
                "/Invoice/cac:Signature", "/Invoice/Q{urn:x}strange",
            ])
    }

    @Test("lists so many and counts the rest")
    func bounded() throws {
        let reading = try ubl(
            "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
                + String(repeating: "<cbc:UUID/>", count: 1_000))
        #expect(reading.unmapped.count == DocumentReading.maxListed)
        #expect(reading.unlistedCount == 900)
    }

    @Test("of another kind, or of nothing, is a problem and no crash")
    func otherRoots() throws {
        for text in ["<a/>", "<Invoice/>", "<CreditNote xmlns='urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2'/>"] {
            let tree = try XMLReader.read(Array(text.utf8))
            #expect(!UBLReader.read(tree).problems.isEmpty)
            #expect(!CIIReader.read(tree).problems.isEmpty)
        }
        #expect(try cii("").problems.map(\.term) == ["BT-3", "BT-5"])
    }

    @Test("is told by its root which of the syntaxes it is in")
    func syntaxes() throws {
        let document = InvoiceDocument(typeCode: "381", currency: "EUR")
        for syntax in InvoiceSyntax.allCases {
            let tree = try XMLReader.read(try syntax.write(document))
            #expect(InvoiceSyntax(of: tree) == syntax)
            #expect(syntax.read(tree).document == document)
            #expect(syntax.notCarried(document).isEmpty)
        }
        #expect(InvoiceSyntax(of: try XMLReader.read(Array("<Invoice/>".utf8))) == nil)
    }

    @Test("is read whatever it repeats twenty thousand times")
    func repetitions() throws {
        let head = "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>"
        func many(_ text: String) -> String { String(repeating: text, count: 20_000) }
        let notes = try ubl(head + many("<cbc:Note>n</cbc:Note>"))
        #expect(notes.document.notes.count == 20_000)
        let means = "<cac:PaymentMeans><cac:PayeeFinancialAccount><cbc:ID>1</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>"
        #expect(try ubl(head + many(means)).document.payment?.creditTransfers.count == 20_000)
        let references = try ubl(head + many("<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID></cac:AdditionalDocumentReference>"))
        #expect(references.document.attachments.count == 20_000)
        #expect(try ubl(head + many("<cac:TaxTotal/>") + many("<cac:InvoiceLine/>")).document.lines.count == 20_000)
        let parties = try cii(
            """
            <SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement><ram:SellerTradeParty>\(many("<ram:ID>1</ram:ID>"))\
            \(many("<ram:SpecifiedTaxRegistration><ram:ID>1</ram:ID></ram:SpecifiedTaxRegistration>"))</ram:SellerTradeParty>\
            </ram:ApplicableHeaderTradeAgreement></SupplyChainTradeTransaction>
            """)
        #expect(parties.document.seller?.identifiers.count == 20_000)
    }

    @Test("tells when a credit note calls itself an invoice")
    func wrongKind() throws {
        let reading = try ubl("<cbc:InvoiceTypeCode>381</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>")
        #expect(reading.problems.map(\.term) == ["BT-3"])
        #expect(reading.document.isCreditNote)
    }

    @Test("tells of payment means that differ from the first ones")
    func payments() throws {
        let reading = try ubl(
            """
            <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
            <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode><cbc:PaymentID>p</cbc:PaymentID>
            <cac:PayeeFinancialAccount><cbc:ID>A</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
            <cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode><cbc:PaymentID>p</cbc:PaymentID>
            <cac:PayeeFinancialAccount><cbc:ID>B</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
            """)
        #expect(reading.document.payment?.creditTransfers.map(\.account) == ["A", "B"])
        #expect(reading.unmapped.map(\.location) == ["/Invoice/cac:PaymentMeans[2]/cbc:PaymentMeansCode"])
    }

    @Test("refuses a CII date in another format, and takes two parts that tell the same tax point")
    func ciiDates() throws {
        func tax(_ date: String, _ format: String) -> String {
            """
            <ram:ApplicableTradeTax><ram:CalculatedAmount>1</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode>\
            <ram:BasisAmount>5</ram:BasisAmount>\
            <ram:CategoryCode>S</ram:CategoryCode><ram:TaxPointDate>\
            <udt:DateString format="\(format)">\(date)</udt:DateString></ram:TaxPointDate>\
            </ram:ApplicableTradeTax>
            """
        }
        func reading(_ taxes: String) throws -> DocumentReading {
            try cii(
                """
                <ExchangedDocument><ram:TypeCode>380</ram:TypeCode></ExchangedDocument><SupplyChainTradeTransaction>\
                <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>\(taxes)\
                </ram:ApplicableHeaderTradeSettlement></SupplyChainTradeTransaction>
                """)
        }
        let same = try reading(tax("20261120", "102") + tax("20261120", "102"))
        #expect(same.problems.isEmpty && same.unmapped.isEmpty)
        #expect(same.document.taxPointDate == CalendarDate("2026-11-20"))
        #expect(try reading(tax("202611201200", "203")).problems.map(\.term) == ["BT-7"])
        #expect(try reading(tax("20261120", "102") + tax("20261121", "102")).unmapped.count == 1)
    }
}
