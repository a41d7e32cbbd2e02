import Domain
import Testing
import XMLAdapter

@Suite("A batch in some encoding")
struct BatchEncodingTests {
    private func outcome(_ octets: [UInt8], _ plan: SplitPlan = Batch.plan) -> Outcome {
        let whole = Outcome(octets, plan)
        for piece in [1, 2, 3, 5, 64] { #expect(Outcome(octets, plan, piece: piece) == whole, "in pieces of \(piece)") }
        return whole
    }

    private let text = "<Text>Ünïcödé ÿ þ</Text>"

    @Test("holds a document in UTF-16 with a byte order mark or without: its octets are given as they are")
    func utf16Inside() {
        // U+5D5D and U+3E.. have the octets of a section's end.
        for content in ["<Text>فاتورة 🧾 ]] 嵝嵝㸀㸼</Text>", "<Text>\u{5D5D}\u{3E0A}\u{5D5D}\u{0A3E}\u{5D00}\u{5D3E}</Text>"] {
            let invoices = [Batch.invoice(1, content), Batch.invoice(2, text)]
            for (isLittle, hasMark) in [(true, true), (true, false), (false, true), (false, false)] {
                let document = Batch.document(invoices, declaration: "<?xml version=\"1.0\" encoding=\"UTF-16\"?>")
                let inner = Batch.utf16(document, littleEndian: isLittle, mark: hasMark)
                let found = outcome(Batch.envelope(Batch.section(inner)))
                let name = isLittle ? "UTF-16LE" : "UTF-16BE"
                #expect(found.error == nil, "\(found) \(name) \(hasMark)")
                #expect(found.invoices.map(\.octets) == invoices.map { Batch.utf16($0, littleEndian: isLittle, mark: false) })
                #expect(found.invoices.allSatisfy { $0.encoding == name } && found.summary == ["INV-1", "INV-2"])
                let half = inner.count / 4 * 2
                let split = Batch.section(Array(inner[..<half])) + Array("\n".utf8) + Batch.section(Array(inner[half...]))
                #expect(outcome(Batch.envelope(split)).invoices.map(\.octets) == found.invoices.map(\.octets))
            }
        }
    }

    @Test("is itself in UTF-16, whatever the document within it states")
    func utf16Outside() {
        let invoices = [Batch.invoice(1, "<Text>فاتورة 🧾 &lt;</Text>"), Batch.invoice(2)]
        for content in [
            Batch.section(Batch.document(invoices)), Batch.escaped(Batch.document(invoices)), "\u{20}" + invoices.joined(),
            Batch.section("\u{FEFF}" + Batch.document(invoices)),
        ] {
            for (isLittle, hasMark) in [(true, true), (false, true), (true, false), (false, false)] {
                let answer = String(decoding: Batch.envelope(content), as: UTF8.self).replacing("UTF-8", with: "UTF-16")
                let found = outcome(Batch.utf16(answer, littleEndian: isLittle, mark: hasMark))
                #expect(found.error == nil && found.summary == ["INV-1", "INV-2"], "\(found)")
                #expect(found.invoices.map(\.octets) == invoices.map { Batch.utf16($0, littleEndian: isLittle, mark: false) })
                #expect(found.invoices.allSatisfy { $0.encoding == (isLittle ? "UTF-16LE" : "UTF-16BE") })
            }
        }
    }

    @Test("holds a document in an encoding of single octets that it states itself")
    func singleOctets() {
        for (label, name) in [
            ("ISO-8859-1", "ISO-8859-1"), ("latin1", "ISO-8859-1"), ("iso-8859-15", "ISO-8859-15"), ("Windows-1252", "windows-1252"),
        ] {
            let invoice = Batch.latin1(Batch.invoice(1, text))
            let declaration = "<?xml version='1.0' encoding = '\(label)' standalone='yes'?>"
            let document = Batch.latin1("\(declaration)<Invoices>") + invoice + Batch.latin1("</Invoices>")
            let found = outcome(Batch.envelope(Batch.section(document)))
            #expect(found.error == nil && found.invoices.map(\.octets) == [invoice], "\(found)")
            #expect(found.invoices.first?.encoding == name)
        }
        let ascii = "<?xml version='1.0' encoding='US-ASCII'?>" + Batch.invoice(1) + Batch.invoice(2, "<T>é</T>")
        let found = outcome(Batch.envelope(Batch.section(ascii)))
        #expect(found.summary == ["INV-1", "INV-2"] && found.invoices.map(\.encoding) == ["US-ASCII", "UTF-8"])
        let foreign = Batch.latin1("<?xml version='1.0' encoding='US-ASCII'?>" + Batch.invoice(2, "<T>é</T>"))
        #expect(outcome(Batch.envelope(Batch.section(foreign))).summary == ["[encoding]"])
    }

    @Test("holds a document whose declaration became untrue on the way: it is in the encoding of the envelope")
    func untrueDeclarations() {
        let invoice = Batch.invoice(1, text)
        let document = Batch.document([invoice, Batch.invoice(2)], declaration: "<?xml version='1.0' encoding='ISO-8859-1'?>")
        let found = outcome(Batch.envelope(Batch.section(document)))
        #expect(found.texts == [invoice, Batch.invoice(2)] && found.invoices.map(\.encoding) == ["UTF-8", "ISO-8859-1"])
        let other = Batch.document([invoice], declaration: "<?xml version='1.0' encoding='UTF-8'?>")
        let latin = Batch.envelope(Batch.latin1(Batch.section(other)), declaration: "<?xml version='1.0' encoding='windows-1252'?>")
        #expect(outcome(latin).invoices.map(\.octets) == [Batch.latin1(invoice)])
        #expect(outcome(latin).invoices.map(\.encoding) == ["windows-1252"])
        // So does the header's charset, when the document knows better.
        var plan = Batch.plan
        plan.charset = "us-ascii"
        #expect(outcome(Batch.envelope(invoice), plan).invoices.map(\.encoding) == ["UTF-8"])
    }

    @Test("gives a number in the characters that its encoding has for the octets")
    func numbers() {
        func number(_ octet: UInt8, _ label: String) -> [String] {
            let declaration = "<?xml version='1.0' encoding='\(label)'?><Invoice><Header><InvoiceNumber>"
            let document = Array(declaration.utf8) + [octet] + Array("</InvoiceNumber></Header></Invoice>".utf8)
            return outcome(Batch.envelope(Batch.section(document))).summary
        }
        #expect(number(0xE9, "ISO-8859-1") == ["é"])
        #expect(number(0xA4, "ISO-8859-1") == ["¤"])
        #expect(number(0xA4, "ISO-8859-15") == ["€"])
        #expect(number(0x80, "windows-1252") == ["€"])
        #expect(number(0x9F, "cp1252") == ["Ÿ"])
        #expect(number(0x81, "windows-1252") == ["[encoding]"])
        #expect(number(0xE9, "UTF-8") == ["[encoding]"])
    }

    @Test("is itself in an encoding of single octets, by its declaration or by the answer's header")
    func outside() {
        let invoice = Batch.invoice(1, text)
        let content = Batch.latin1(Batch.section("<Invoices>" + invoice + "</Invoices>"))
        let declared = Batch.envelope(content, declaration: "<?xml version='1.0' encoding='ISO-8859-1'?>")
        #expect(outcome(declared).invoices.map(\.octets) == [Batch.latin1(invoice)])
        var plan = Batch.plan
        plan.charset = "iso-8859-1"
        let undeclared = Batch.envelope(content, declaration: "")
        #expect(outcome(undeclared, plan).invoices.first?.encoding == "ISO-8859-1")
        #expect(outcome(undeclared).summary == ["[encoding]"])
        // The header is above the declaration, a byte order mark above both.
        #expect(outcome(Batch.envelope(content), plan).invoices.first?.encoding == "ISO-8859-1")
        let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Batch.envelope(Batch.section(invoice), declaration: "")
        #expect(outcome(marked, plan).invoices.first?.encoding == "UTF-8")
        // References to what Latin-1 lacks are left to the document within.
        let escaped = Batch.latin1(Batch.escaped("<Invoices>") + "&lt;Invoice&gt;&#8364;&#233;" + Batch.escaped("</Invoice></Invoices>"))
        let found = outcome(Batch.envelope(escaped, declaration: "<?xml version='1.0' encoding='ISO-8859-1'?>"))
        #expect(found.refusals.map(\.octets) == [Batch.latin1("<Invoice>&#8364;é</Invoice>")])
    }

    @Test("holds a document that claims UTF-16 in single octets: the claim is passed over")
    func claims() {
        let invoice = Batch.invoice(1, text)
        for label in ["utf-16", "UTF-16LE", "unicode"] {
            let document = Batch.document([invoice], declaration: "<?xml version=\"1.0\" encoding=\"\(label)\"?>")
            let found = outcome(Batch.envelope(Batch.section(document)))
            #expect(found.error == nil && found.texts == [invoice] && found.invoices.first?.encoding == "UTF-8")
        }
    }

    @Test("holds a document with a byte order mark of UTF-8, in a section or escaped")
    func mark() {
        let invoice = Batch.invoice(1, text)
        let document = "\u{FEFF}" + Batch.document([invoice])
        for content in [Batch.section(document), Batch.escaped(document), "&#xFEFF;" + Batch.escaped(Batch.document([invoice]))] {
            let found = outcome(Batch.envelope(content))
            #expect(found.error == nil && found.texts == [invoice], "\(found)")
        }
    }

    @Test("that is not known is refused with its name")
    func unknown() {
        #expect(
            outcome(Batch.envelope("", namespace: Batch.soap11).replacingDeclaration("Shift_JIS")).error
                == .unsupportedEncoding("Shift_JIS"))
        let inner = Batch.section("<?xml version='1.0' encoding='EBCDIC-INT'?><Invoices/>")
        #expect(outcome(Batch.envelope(inner)).error == .unsupportedEncoding("EBCDIC-INT"))
        var plan = Batch.plan
        plan.charset = "utf-7"
        #expect(outcome(Batch.envelope(""), plan).error == .unsupportedEncoding("utf-7"))
    }

    @Test("names the invoice element in any script")
    func names() {
        let invoice = "<فاتورة رقم='٧'/>"
        let plan = SplitPlan(invoiceElement: Batch.name("فاتورة"), numberPath: Batch.path("@رقم"))
        #expect(outcome(Batch.envelope(Batch.section(invoice)), plan).summary == ["٧"])
        let wide = Batch.utf16(invoice, littleEndian: true, mark: true)
        #expect(outcome(Batch.envelope(Batch.section(wide)), plan).summary == ["٧"])
        // Of these two letters the octets of UTF-16 mix to the same.
        let other = SplitPlan(invoiceElement: Batch.name("è"), numberPath: Batch.path("@no"))
        let both = Batch.utf16("<r><ũ no='1'/><è no='2'/></r>", littleEndian: true, mark: true)
        #expect(outcome(Batch.envelope(Batch.section(both)), other).summary == ["2"])
        let latin = Batch.latin1("<?xml version='1.0' encoding='latin1'?><Ré><é>1</é></Ré>")
        let rest = SplitPlan(invoiceElement: Batch.name("Ré"), numberPath: Batch.path("é"))
        #expect(outcome(Batch.envelope(Batch.section(latin)), rest).summary == ["1"])
        #expect(outcome(Batch.envelope(Batch.section(latin)), plan).summary == [])
    }
}

extension [UInt8] {
    fileprivate func replacingDeclaration(_ label: String) -> [UInt8] {
        Array(String(decoding: self, as: UTF8.self).replacing("UTF-8", with: label).utf8)
    }
}
