import Domain
import Testing
import XMLAdapter

/// One bad invoice never loses another, however it is bad.
@Suite("A batch with something malformed")
struct BatchRecoveryTests {
    private func outcome(_ octets: [UInt8], _ plan: SplitPlan = Batch.plan) -> Outcome {
        let whole = Outcome(octets, plan)
        for piece in [1, 2, 3, 7, 61] { #expect(Outcome(octets, plan, piece: piece) == whole, "in pieces of \(piece)") }
        return whole
    }

    /// Ways to be no invoice, and the code of each.
    private let broken: [(String, code: String)] = [
        ("<Invoice><Header><InvoiceNumber>B</Header></Invoice>", "malformed"),
        ("<Invoice><Header></InvoiceNumber>B</InvoiceNumber></Header></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><A><B></A></B></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><Line><Text>cut", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header></Invoce>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header></Invoice", "malformed"),
        ("<Invoice id=\"1><Header><InvoiceNumber>B</InvoiceNumber></Header></Invoice>", "malformed"),
        ("<Invoice id=1><Header><InvoiceNumber>B</InvoiceNumber></Header></Invoice>", "malformed"),
        ("<Invoice><Header a='1' a='2'><InvoiceNumber>B</InvoiceNumber></Header></Invoice>", "malformed"),
        ("<Invoice><Header a=\"x><InvoiceNumber>B</InvoiceNumber></Header></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><T>a < b</T></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><T>a & b</T></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><T>&nbsp;</T></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><T>\u{1}</T></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><q:T/></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><!-- never closed</Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><!-- a -- b --></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><?never closed</Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><!DOCTYPE a></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><?xml version='1.0'?></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><1a/></Invoice>", "malformed"),
        ("<Invoice><Header><InvoiceNumber/></Header></Invoice>", "no-number"),
        ("<Invoice/>", "no-number"),
        ("<Invoice>" + String(repeating: "<a>", count: 65) + String(repeating: "</a>", count: 65) + "</Invoice>", "too-deep"),
        ("<Invoice>" + String(repeating: "<a>", count: 900) + String(repeating: "</a>", count: 900) + "</Invoice>", "too-deep"),
        ("<Invoice " + (0..<100).map { "a\($0)='>'" }.joined(separator: " ") + "/>", "too-many-attributes"),
        ("<Invoice><b " + (0..<100).map { "xmlns:a\($0)='u'" }.joined(separator: " ") + "/></Invoice>", "too-many-attributes"),
    ]

    @Test("says how a lone & is to be written")
    func loneAmpersand() {
        let found = outcome(Batch.envelope(Batch.section(Batch.document([Batch.invoice(1, "<T>Smith & Sons</T>")]))))
        #expect(found.summary == ["[malformed]"])
        #expect(found.refusals.first?.reason.description.contains("write & as &amp;") == true, "\(found)")
    }

    @Test("gives the invoices around it, and the bad one with its reason and its octets")
    func aroundOne() {
        for (bad, code) in broken {
            for carrier in [Batch.section, Batch.escaped, { $0 }] {
                let document = Batch.document(
                    [Batch.invoice(1), Batch.invoice(2), bad, Batch.invoice(3), Batch.invoice(4)], declaration: "")
                let found = outcome(Batch.envelope(carrier(document)))
                let expected = ["INV-1", "INV-2", "[\(code)]", "INV-3", "INV-4"]
                #expect(found.summary == expected, "\(bad): \(found)")
                let refused = found.refusedTexts.first ?? ""
                #expect(refused.hasPrefix("<Invoice") && bad.hasPrefix(refused.prefix(max(bad.utf8.count - 40, 9))), "\(bad): \(refused)")
                #expect(found.refusals.first?.reason.description.isEmpty == false)
            }
        }
    }

    @Test("in a section that never ends loses what the section holds, and no more")
    func openSection() {
        let bad = "<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><![CDATA[ never closed</Invoice>"
        let document = Batch.document([Batch.invoice(1), bad, Batch.invoice(2), Batch.invoice(3)])
        let found = outcome(Batch.utf16(String(decoding: Batch.envelope(document), as: UTF8.self), littleEndian: true, mark: true))
        #expect(found.summary == ["INV-1", "[malformed]", "INV-2", "INV-3"] && found.error == nil, "\(found)")
        let carried = outcome(Batch.envelope(Batch.escaped(document)))
        #expect(carried.summary == ["INV-1", "[malformed]", "INV-2", "INV-3"], "\(carried)")
    }

    @Test("one bad of a thousand, at the first, a middle or the last place")
    func ofAThousand() {
        for (bad, code) in broken {
            for place in [0, 617, 999] {
                var invoices = (0..<1_000).map { Batch.invoice($0) }
                invoices[place] = bad
                let found = Outcome(Batch.envelope(Batch.section(Batch.document(invoices))), piece: 4_096)
                var expected = (0..<1_000).map { "INV-\($0)" }
                expected[place] = "[\(code)]"
                #expect(found.summary == expected, "\(bad)")
                invoices.remove(at: place)
                #expect(found.texts == invoices)
            }
        }
    }

    @Test("every second bad still gives every other")
    func everySecond() {
        for (bad, code) in broken {
            let invoices = (0..<300).flatMap { [Batch.invoice($0), bad] }
            let found = outcome(Batch.envelope(Batch.section(Batch.document(invoices))))
            #expect(found.summary == (0..<300).flatMap { ["INV-\($0)", "[\(code)]"] }, "\(bad)")
        }
    }

    @Test("never takes an element of the same name within a sound invoice for another invoice")
    func sameName() {
        let whole = Batch.invoice(1, "<Refs><Invoice><Header><InvoiceNumber>X</InvoiceNumber></Header></Invoice></Refs><Invoice/>")
        #expect(outcome(Batch.envelope(Batch.section(whole + Batch.invoice(2)))).texts == [whole, Batch.invoice(2)])
        // Nor within one that is malformed elsewhere, or not closed.
        let inner = "<Refs><Invoice><Header><InvoiceNumber>X</InvoiceNumber></Header></Invoice></Refs>"
        for bad in [Batch.invoice(1, inner + "<a></b>"), "<Invoice>\(inner)"] {
            let found = outcome(Batch.envelope(Batch.section(Batch.document([bad, Batch.invoice(2)]))))
            #expect(found.summary == ["[malformed]", "INV-2"], "\(bad): \(found)")
        }
    }

    @Test("loses no other invoice by one whose text looks like a document and is none")
    func almostCarriers() {
        for (bad, code) in [
            ("<Invoice>&lt;b&gt;a&nbsp;b</Invoice>", "malformed"), ("<Invoice>&lt;!DOCTYPE a></Invoice>", "no-number"),
            ("<Invoice>&lt;?xml encoding='EBCDIC'?></Invoice>", "no-number"),
            (
                "<Invoice><![CDATA[<a>]]>" + String(repeating: "<a>", count: 65) + String(repeating: "</a>", count: 65) + "</Invoice>",
                "too-deep"
            ),
            // Only its text is searched: an element of its name within it is part of it.
            ("<Invoice>&lt;b&gt;<Refs>\(Batch.invoice(9))</Refs></Invoice>", "no-number"),
            (String(repeating: "<Invoice>&lt;", count: 60) + String(repeating: "</Invoice>", count: 60), "no-number"),
        ] {
            let content = Batch.invoice(1) + bad + Batch.invoice(2)
            for carried in [content, Batch.section(content)] {
                let found = outcome(Batch.envelope(carried))
                #expect(found.summary == ["INV-1", "[\(code)]", "INV-2"] && found.error == nil, "\(bad): \(found)")
                #expect(found.refusedTexts == [bad])
            }
        }
        // One that has a document in it is told by what the document holds, and by what is wrong with it.
        let carrier = "<Invoice><![CDATA[<a>\(Batch.invoice(7))&nbsp;</a>]]></Invoice>"
        let found = outcome(Batch.envelope(Batch.invoice(1) + carrier + Batch.invoice(2)))
        #expect(found.summary == ["INV-1", "INV-7", "INV-2"] && found.error == .entityRefused, "\(found)")
    }

    @Test("says where in the invoice it is malformed, whatever is declared around it")
    func places() {
        for around in ["<a>", "<a xmlns:x='urn:\(String(repeating: "x", count: 500))' xmlns:y='ü'>"] {
            let bad = ["<Invoice><a></b></Invoice>", "<Invoice>\n<a></b></Invoice>", "<Invoice>\n\n  <q:b/></Invoice>"]
            let found = outcome(Batch.envelope(around + bad.joined() + "</a>"))
            let places = found.refusals.map { $0.reason.description.drop { $0 != "(" } }
            #expect(places == ["(line 1, column 17)", "(line 2, column 8)", "(line 3, column 7)"], "\(places)")
        }
    }

    @Test("gives an invoice that is larger than the limit cut, and the next ones whole")
    func tooLarge() {
        var plan = Batch.plan
        plan.limits.invoiceBytes = 2_000
        let filler = String(repeating: "<Line>x</Line>", count: 500)
        for large in [
            Batch.invoice(9, filler), Batch.invoice(9, "<![CDATA[\(String(repeating: "y", count: 5_000))]]>"),
            Batch.invoice(9, "<!--\(String(repeating: "y", count: 5_000))-->"), Batch.invoice(9, String(repeating: "y", count: 5_000)),
            Batch.invoice(9, "<a b='\(String(repeating: "y", count: 5_000))'/>"), Batch.invoice(9, filler + "<a></b>"),
        ] {
            let found = outcome(Batch.envelope(Batch.section(Batch.document([Batch.invoice(1), large, Batch.invoice(2)]))), plan)
            #expect(found.summary == ["INV-1", "[too-large]", "INV-2"], "\(found)")
            #expect(found.refusedTexts == [String(large.prefix(2_000))])
            #expect(found.error == nil)
        }
        let exact = Batch.invoice(3, String(repeating: "z", count: 2_000 - Batch.invoice(3, "").utf8.count))
        #expect(outcome(Batch.envelope(Batch.section(exact)), plan).texts == [exact])
        let longer = Batch.invoice(3, String(repeating: "z", count: 2_001 - Batch.invoice(3, "").utf8.count))
        #expect(outcome(Batch.envelope(Batch.section(longer)), plan).summary == ["[too-large]"])
    }

    @Test("finds the invoices after many that are not closed, however little may be held")
    func notClosed() {
        var plan = Batch.plan
        plan.limits.invoiceBytes = 4_000
        let open = "<Invoice><Header><InvoiceNumber>B</InvoiceNumber></Header><Line>"
        let invoices = [open] + (0..<500).map { Batch.invoice($0) } + Array(repeating: open, count: 700) + [Batch.invoice(500)]
        let found = outcome(Batch.envelope(Batch.section(Batch.document(invoices))), plan)
        let expected = ["[malformed]"] + (0..<500).map { "INV-\($0)" } + Array(repeating: "[malformed]", count: 700) + ["INV-500"]
        #expect(found.summary == expected)
    }

    @Test("around the invoices gives all of them, then the error")
    func aroundInvoices() {
        func check(_ document: String, _ summary: [String], _ code: String) {
            for content in [Batch.section(document), Batch.escaped(document)] {
                let found = outcome(Batch.envelope(content))
                #expect(found.summary == summary && found.error?.code == code, "\(document): \(found)")
            }
        }
        let (one, two) = (Batch.invoice(1), Batch.invoice(2))
        check("<Invoices>\(one)</Wrong>\(two)</Invoices>", ["INV-1", "INV-2"], "malformed-inner")
        check("<Invoices>\(one)<a>\(two)</Invoices>", ["INV-1", "INV-2"], "malformed-inner")
        check("<Invoices>\(one)\(two)", ["INV-1", "INV-2"], "malformed-inner")
        check("<Invoices>\(one)<Invoice><Header>", ["INV-1", "[malformed]"], "malformed-inner")
        check("<Invoices>\(one) < \(two)</Invoices>", ["INV-1", "INV-2"], "malformed-inner")
        check("<Invoices a=\"x>\(one)\(two)</Invoices>", ["INV-1", "INV-2"], "malformed-inner")
        check("<Invoices>\(one)</Invoices>\(two)tail", ["INV-1", "INV-2"], "malformed-inner")
        check("<Invoices>\(one)</Invoice>\(two)</Invoices>", ["INV-1", "INV-2"], "malformed-inner")
        check("<Invoices><!-- \(one)\(two)</Invoices>", ["INV-1", "INV-2"], "malformed-inner")
        check("<garbage", [], "malformed-inner")
    }

    @Test("in its envelope gives the invoices, then the error")
    func envelope() {
        let one = Batch.section(Batch.invoice(1))
        let text = String(decoding: Batch.envelope(one), as: UTF8.self)
        for (wrong, code) in [
            (text.replacing("</GetInvoicesResponse>", with: ""), "malformed"),
            (text.replacing("</soap:Body>", with: "</soap:Bode>"), "malformed"),
            (text + "<x/>", "malformed"), (text + "tail", "malformed"), (text.replacing("OK", with: "a & b"), "malformed"),
            (text.replacing("</Status>", with: "</Status><"), "malformed"),
        ] {
            let found = outcome(Array(wrong.utf8))
            #expect(found.summary == ["INV-1"] && found.error?.code == code, "\(wrong): \(found)")
        }
        #expect(outcome(Array((text + "\n<!-- end --> \n").utf8)).error == nil)
    }

    @Test("cut off anywhere gives the invoices before the cut, and says that it was cut off")
    func truncated() {
        let invoices = (1...3).map { Batch.invoice($0, "<T><![CDATA[a]]></T><!-- c --><Refs><Invoice><N/></Invoice></Refs>") }
        for content in [Batch.section(Batch.document(invoices)), Batch.escaped(Batch.document(invoices)), invoices.joined()] {
            let whole = Batch.envelope(content)
            #expect(Outcome(whole).error == nil)
            var last = 0
            for length in 1..<whole.count {
                let found = Outcome(Array(whole[..<length]))
                #expect(found.refusals.isEmpty && found.texts == Array(invoices.prefix(found.parts.count)), "\(length): \(found)")
                #expect(found.parts.count >= last)
                last = found.parts.count
                #expect(found.error == .truncated || found.error == .notAnEnvelope(root: nil) && length < 60, "\(length): \(found)")
            }
            #expect(last == 3)
        }
    }

    @Test("gives a bad part again when it is judged anew, by the settings of then")
    func judged() {
        let good = SplitInvoice(
            number: "INV-1", octets: Array(Batch.invoice(1, "<x:a/>").utf8), encoding: "UTF-8",
            namespaces: [InheritedNamespace(prefix: "x", uri: "urn:x")], index: 0)
        func judge(_ text: [UInt8], _ encoding: String = "UTF-8", _ plan: SplitPlan = Batch.plan) -> BatchPart {
            XMLBatchSplitting().judge(text, encoding: encoding, namespaces: good.namespaces, by: plan)
        }
        #expect(judge(good.octets) == .invoice(good))
        let wide = Batch.utf16(Batch.invoice(1, "<x:a/>"), littleEndian: false, mark: false)
        #expect(
            judge(wide, "UTF-16BE")
                == .invoice(SplitInvoice(number: "INV-1", octets: wide, encoding: "UTF-16BE", namespaces: good.namespaces, index: 0)))
        func code(_ part: BatchPart) -> String? { if case .refused(let refusal) = part { refusal.reason.code } else { nil } }
        #expect(code(judge(good.octets, "KOI8-R")) == "encoding")
        #expect(code(judge(good.octets + good.octets)) == "malformed")
        #expect(code(judge(Array("junk".utf8) + good.octets)) == "malformed")
        #expect(code(judge(good.octets + Array(" ".utf8))) == "malformed")
        #expect(code(judge(Array("<Other>".utf8) + good.octets + Array("</Other>".utf8))) == "malformed")
        #expect(code(judge(Array("<Other/>".utf8))) == "malformed")
        #expect(code(judge([])) == "malformed")
        #expect(code(judge(Array("<!DOCTYPE Invoice><Invoice/>".utf8))) == "malformed")
        let other = SplitPlan(invoiceElement: Batch.name("Invoice"), numberPath: Batch.path("@id"))
        guard case .invoice(let invoice) = judge(good.octets, "UTF-8", other) else {
            Issue.record("refused")
            return
        }
        #expect(invoice.number == "1")
    }
}
