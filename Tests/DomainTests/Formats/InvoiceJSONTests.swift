import PropertyKit
import Testing

@testable import Domain

@Suite struct InvoiceJSONTests {
    struct Lost: Error, CustomStringConvertible {
        let description: String
    }

    // MARK: Round trips

    @Test func everyDocumentIsReadBackEqual() throws {
        try forAll(cases: 2_000, generate: DocumentStep.list) { steps in
            let document = DocumentStep.document(steps)
            let read = try InvoiceDocument(json: document.canonicalJSON, as: .complete)
            guard read == document else { throw Lost(description: String(decoding: document.canonicalJSON, as: UTF8.self)) }
        }
    }

    @Test func whatWasReadIsWrittenWithTheSameBytes() throws {
        try forAll(cases: 2_000, seed: 50_000, generate: DocumentStep.list) { steps in
            let bytes = DocumentStep.document(steps).canonicalJSON
            let again = try InvoiceDocument(json: bytes, as: .complete, limits: InvoiceDocument.storedLimits).canonicalJSON
            guard again == bytes else { throw Lost(description: String(decoding: bytes, as: UTF8.self)) }
        }
    }

    @Test func mutatedDocumentsAreReadOrRefused() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<300 {
            let bytes = DocumentStep.document(DocumentStep.list(&random)).canonicalJSON
            for _ in 0..<10 {
                var mutant = bytes
                let index = Int.random(in: 0..<mutant.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: mutant[index] = UInt8.random(in: 0...255, using: &random)
                case 1: mutant.remove(at: index)
                default: mutant.removeSubrange(index...)
                }
                for content in [InvoiceDocument.JSONContent.draft, .complete] {
                    guard let read = try? InvoiceDocument(json: mutant, as: content) else { continue }
                    #expect((try? InvoiceDocument(json: read.canonicalJSON, as: .complete)) == read)
                }
            }
        }
    }

    // MARK: The form

    static let draft = """
        {"type":"380","currency":"EUR","issueDate":"2026-11-20","dueDate":"2026-12-20",
         "seller":{"name":"Ada Ltd","vatId":"DE123456789",
           "address":{"street":"Hauptstr. 1","city":"Berlin","postalCode":"10115","country":"DE"}},
         "buyer":{"name":"Bob GmbH","address":{"country":"FR"}},
         "lines":[
           {"id":"7","name":"Paper","quantity":"3","unit":"C62","unitPrice":"19.99","tax":{"category":"S","rate":"19"}},
           {"name":"Pens","quantity":2.50,"unit":"C62","unitPrice":1e1,"tax":{"category":"S","rate":19}}]}
        """

    @Test func aDraftIsReadWithItsDefaults() throws {
        let document = try InvoiceDocument(json: Array(Self.draft.utf8), as: .draft)
        #expect(document.typeCode == "380")
        #expect(document.currency == "EUR")
        #expect(document.dueDate == CalendarDate("2026-12-20"))
        #expect(document.seller?.vatId == "DE123456789")
        #expect(document.buyer?.address?.country == "FR")
        #expect(document.lines.map(\.id) == ["7", "2"])
        #expect(document.lines.map(\.item.name) == ["Paper", "Pens"])
        #expect(document.lines[1].quantity.description == "2.50")
        #expect(document.lines[1].unitPrice == ExactDecimal(10))
        #expect(document.lines[1].tax.rate == ExactDecimal(19))
    }

    @Test func theTypeIsACommercialInvoiceUnlessSaid() throws {
        #expect(try InvoiceDocument(json: Array(#"{"currency":"EUR"}"#.utf8), as: .draft).typeCode == "380")
        #expect(try InvoiceDocument(json: Array(#"{"type":"381","currency":"EUR"}"#.utf8), as: .draft).isCreditNote)
    }

    @Test func onlyTheTypeOfBothMayBeAnInvoiceInUBL() throws {
        let document = try InvoiceDocument(json: Array(#"{"type":"81","currency":"EUR","ublInvoice":true}"#.utf8), as: .draft)
        #expect(document.isCreditNote && !document.isUBLCreditNote)
        for type in ["380", "381"] {
            let problems = Self.problems(#"{"type":"\#(type)","currency":"EUR","ublInvoice":true}"#)
            #expect(problems.map(\.pointer) == ["/ublInvoice"])
        }
    }

    @Test func theCanonicalFormIsCompactAndHasOneOrder() throws {
        var document = try InvoiceDocument(json: Array(Self.draft.utf8), as: .draft)
        document.lines.removeLast()
        document.lines[0].netAmount = ExactDecimal("59.97")
        document.number = "INV-1"
        #expect(
            String(decoding: document.canonicalJSON, as: UTF8.self)
                == #"{"number":"INV-1","type":"380","currency":"EUR","issueDate":"2026-11-20","dueDate":"2026-12-20","#
                + #""seller":{"name":"Ada Ltd","vatId":"DE123456789","#
                + #""address":{"street":"Hauptstr. 1","city":"Berlin","postalCode":"10115","country":"DE"}},"#
                + #""buyer":{"name":"Bob GmbH","address":{"country":"FR"}},"#
                + #""lines":[{"id":"7","name":"Paper","quantity":"3","unit":"C62","unitPrice":"19.99","#
                + #""tax":{"category":"S","rate":"19"},"netAmount":"59.97"}]}"#)
    }

    // MARK: Problems

    static func problems(_ json: String, as content: InvoiceDocument.JSONContent = .draft) -> [FieldProblem] {
        do {
            _ = try InvoiceDocument(json: Array(json.utf8), as: content)
            return []
        } catch .fields(let problems) {
            return problems.listed
        } catch {
            return [FieldProblem(pointer: "", message: "\(error)")]
        }
    }

    @Test func everyProblemIsReportedAtOnceWithItsPointer() {
        let problems = Self.problems(
            """
            {"curency":"EUR","issueDate":"20.11.2026","seller":{"address":{"city":5}},
             "lines":[{"id":"1","name":"Paper","quantity":"three","unit":"C62","unitPrice":true,"tax":{"rate":"19%"}}]}
            """)
        #expect(
            Set(problems.map(\.pointer)) == [
                "/currency", "/curency", "/issueDate", "/seller/name", "/seller/address/city", "/seller/address/country",
                "/lines/0/quantity", "/lines/0/unitPrice", "/lines/0/tax/rate",
            ])
    }

    @Test func aDraftMustNotSayWhatIsWorkedOut() {
        let problems = Self.problems(
            """
            {"number":"1","currency":"EUR","totals":{"lineNet":"1","payable":"1"},"taxBreakdown":[{"category":"S","taxAmount":"1"}],
             "lines":[{"name":"Paper","quantity":"1","unit":"C62","unitPrice":"1","netAmount":"1","tax":{"category":"S"}}]}
            """)
        #expect(
            problems.map(\.pointer) == [
                "/number", "/lines/0/netAmount", "/taxBreakdown/0/taxAmount", "/totals/lineNet", "/totals/payable",
            ])
        #expect(problems.allSatisfy { $0.message.hasSuffix("leave it out") })
    }

    @Test func aDraftMaySayWhyACategoryIsExempt() throws {
        let json = #"{"currency":"EUR","taxBreakdown":[{"category":"E","exemptionReason":"Art. 132"}],"totals":{"taxInTaxCurrency":"1.5"}}"#
        let document = try InvoiceDocument(json: Array(json.utf8), as: .draft)
        #expect(document.taxBreakdown.map(\.exemptionReason) == ["Art. 132"])
        #expect(document.totals?.taxInTaxCurrency == ExactDecimal("1.5"))
    }

    @Test(arguments: [
        #"{"currency":"EUR","buyerReference":"a\u0000b"}"#, #"{"currency":"EUR","buyerReference":"a\u001Bb"}"#,
        #"{"currency":"EUR","buyerReference":"a\uFFFFb"}"#, #"{"currency":"EUR","buyerReference":"\uFFFE"}"#,
    ])
    func charactersThatXMLCannotCarryAreRefused(json: String) {
        #expect(Self.problems(json).map(\.pointer) == ["/buyerReference"])
        #expect(Self.problems(json, as: .complete).map(\.pointer) == ["/buyerReference"])
    }

    @Test(arguments: [
        #"{"currency":""}"#, #"{"currency":"EUR","lines":{}}"#, #"{"currency":"EUR","prepaidAmount":"1e5"}"#,
        #"{"currency":"EUR","prepaidAmount":"\#(String(repeating: "9", count: 40))"}"#, #"{"currency":"EUR","prepaidAmount":1e99}"#,
        #"{"currency":"EUR","allowances":[{"amount":"1","tax":{"category":""}}]}"#, #"{"currency":"EUR","charges":[{"amount":[]}]}"#,
        #"{"currency":"EUR","attachments":[{"reference":"a","content":{"mimeCode":"a/b","fileName":"a","base64":"A"}}]}"#,
        #"{"currency":"EUR","buyerReference":"\#(String(repeating: "x", count: 1_001))"}"#,
    ])
    func whatIsOutOfBoundsIsOneProblem(json: String) {
        #expect(Self.problems(json).count == 1)
    }

    @Test func aDocumentHasAtMostTenThousandLines() throws {
        let line = #"{"name":"a","quantity":1,"unit":"C62","unitPrice":1,"tax":{"category":"S"}}"#
        func json(_ count: Int) -> [UInt8] {
            Array((#"{"currency":"EUR","lines":["# + Array(repeating: line, count: count).joined(separator: ",") + "]}").utf8)
        }
        #expect(try InvoiceDocument(json: json(10_000), as: .draft).lines.last?.id == "10000")
        #expect(throws: InvoiceJSONError.self) { try InvoiceDocument(json: json(10_001), as: .draft) }
    }
}
