import Domain
import Testing

/// The corpus: each kind of answer with its outcome. Every case is split in pieces of several sizes, with the same result.
@Suite("A batch")
struct BatchCorpusTests {
    private func outcome(_ octets: [UInt8], _ plan: SplitPlan = Batch.plan) -> Outcome {
        let whole = Outcome(octets, plan)
        for piece in [1, 2, 3, 7, 61, 1_021] { #expect(Outcome(octets, plan, piece: piece) == whole, "in pieces of \(piece)") }
        return whole
    }

    private func outcome(_ content: String, _ plan: SplitPlan = Batch.plan) -> Outcome { outcome(Batch.envelope(content), plan) }

    @Test("with one invoice gives it unchanged, with the namespaces that it inherits")
    func single() {
        let invoice = Batch.invoice(1, "<x:Note lang=\"fr\"> é <![CDATA[<b>]]> &amp; &#233; <!-- > --><?p ?></x:Note>\r\n")
        for namespace in [Batch.soap11, Batch.soap12] {
            let found = outcome(Batch.envelope(Batch.section(Batch.document([invoice])), namespace: namespace))
            #expect(found.error == nil && found.texts == [invoice])
            #expect(found.invoices.first?.number == "INV-1")
            #expect(found.invoices.first?.encoding == "UTF-8")
            #expect(found.invoices.first?.namespaces == [InheritedNamespace(prefix: "x", uri: "urn:x")])
        }
    }

    @Test("with many invoices gives all in order")
    func many() {
        let invoices = (1...300).map { Batch.invoice($0) }
        let found = outcome(Batch.section(Batch.document(invoices)))
        #expect(found.error == nil && found.texts == invoices)
        #expect(found.invoices.map(\.index) == Array(0..<300))
    }

    @Test("without invoices is whole and empty")
    func empty() {
        let bodies = [
            Batch.section(Batch.document([])), Batch.section("<Invoices/>"), "", "<![CDATA[]]>", "   ", "<Invoices/>",
            Batch.escaped("<Invoices/>"),
            "none today", Batch.section("<?xml version='1.0'?><!-- nothing --><Invoices></Invoices>"),
        ]
        for content in bodies {
            let found = outcome(content)
            #expect(found == Outcome(Batch.envelope("")), "\(content): \(found)")
            #expect(found.parts.isEmpty && found.error == nil)
        }
        let bare = "<s:Envelope xmlns:s='\(Batch.soap12)'><s:Body/></s:Envelope>"
        #expect(outcome(Array(bare.utf8)).error == nil)
    }

    @Test("may carry its document in one section, in several, escaped, as elements, or invoice by invoice")
    func carriers() {
        let invoices = (1...3).map { Batch.invoice($0, "<Text>a ]]&gt; b &lt;c&gt; ünï 🧾</Text>") }
        let document = Batch.document(invoices)
        let bytes = Array(document.utf8)
        let halves = [bytes[..<100], bytes[100..<101], bytes[101...]].map { Batch.section(Array($0)) }
        let contents: [[UInt8]] = [
            Array(Batch.section(document).utf8),
            halves.flatMap { $0 },
            Array(("\n  " + Batch.section(document) + "\n  ").utf8),
            Array(Batch.escaped(document).utf8),
            Array(Batch.escaped("\n" + document).utf8),
            Array(document.drop { $0 != "\n" }.utf8),
            Array(invoices.map { "<Item>\(Batch.section($0))</Item>" }.joined(separator: "\n").utf8),
            Array(invoices.map { Batch.section("<?xml version='1.0'?>" + $0) }.joined(separator: "\n").utf8),
            Array(invoices.map { "<Invoice>\n\(Batch.section($0))</Invoice>" }.joined().utf8),
            Array(invoices.map { "<Invoice>\(Batch.escaped($0))</Invoice>" }.joined().utf8),
        ]
        for content in contents {
            let found = outcome(Batch.envelope(content))
            #expect(found.error == nil && found.texts == invoices, "\(String(decoding: content, as: UTF8.self)): \(found)")
        }
    }

    @Test("may hold sections within its document, escaped by splitting")
    func nestedSections() {
        let invoice = Batch.invoice(1, "<Text><![CDATA[a < b ]] > ]]]]><![CDATA[>]]></Text>")
        let found = outcome(Batch.section(Batch.document([invoice, Batch.invoice(2)])))
        #expect(found.error == nil && found.texts == [invoice, Batch.invoice(2)])
        let twice = "<Wrapped>" + Batch.section(Batch.document([invoice])) + "</Wrapped>"
        #expect(outcome(Batch.section(twice)).texts == [invoice])
    }

    @Test("as elements inherits the declarations around, the nearest first")
    func inherited() {
        let content = """
            <a:List xmlns:a="urn:a" xmlns="urn:d"><a:Group xmlns:a="urn:b&amp;c" xmlns:z='1"2'>\
            <Invoice><a:N>7</a:N></Invoice></a:Group><Invoice><a:N>8</a:N></Invoice></a:List>
            """
        let plan = SplitPlan(invoiceElement: Batch.name("{urn:d}Invoice"), numberPath: Batch.path("{urn:b&c}N"))
        let found = outcome(content, plan)
        #expect(found.summary == ["7", "[no-number]"])
        #expect(
            found.invoices.first?.namespaces == [
                InheritedNamespace(prefix: "", uri: "urn:d"), InheritedNamespace(prefix: "a", uri: "urn:b&c"),
                InheritedNamespace(prefix: "soap", uri: Batch.soap11), InheritedNamespace(prefix: "z", uri: "1\"2"),
            ])
    }

    @Test("has references in the names of namespaces resolved, also before a mark that combines with what stands before it")
    func references() {
        let content = "<a:List xmlns:a='urn:a&amp;\u{301}b&#233;'><Invoice><a:N>7</a:N></Invoice></a:List>"
        let found = outcome(content, SplitPlan(invoiceElement: Batch.name("Invoice"), numberPath: Batch.path("{urn:a&\u{301}b\u{E9}}N")))
        #expect(found.error == nil && found.summary == ["7"])
        #expect(found.invoices.first?.namespaces.first { $0.prefix == "a" }?.uri == "urn:a&\u{301}b\u{E9}")
    }

    @Test("is searched for the invoice element of its namespace, whatever its prefix")
    func names() {
        let plan = SplitPlan(invoiceElement: Batch.name("{urn:i}Invoice"), numberPath: Batch.path("@no"))
        let content = """
            <p:Invoice xmlns:p='urn:i' no='1'/><Invoice no='2'/><Invoice xmlns='urn:i' no='3'></Invoice><x xmlns:q='urn:i'><q:Invoice no='4'/></x>\
            <MyInvoice no='5'/><p:Invoice xmlns:p='urn:j' no='6'/>
            """
        #expect(outcome(content, plan).summary == ["1", "3", "4"])
    }

    @Test("gives the number by its path, white space made single, the first that is not empty")
    func numbers() {
        func number(_ invoice: String, _ path: String) -> [String] {
            outcome(invoice, SplitPlan(invoiceElement: Batch.name("I"), numberPath: Batch.path(path))).summary
        }
        #expect(number("<I><a><b> 1  2\t<c>3</c>\n</b></a></I>", "a/b") == ["1 2 3"])
        #expect(number("<I><b>0</b><a><x/></a><a><b/><b>9</b></a></I>", "a/b") == ["9"])
        #expect(number("<I><a><a><b>0</b></a><b>1</b></a></I>", "a/b") == ["1"])
        #expect(number("<I><a b=' R&amp;D&#x31; '/></I>", "a/@b") == ["R&D1"])
        #expect(number("<I b='1'/>", "@b") == ["1"])
        #expect(number("<I xmlns:p='u' p:b='1'/>", "@b") == ["[no-number]"])
        #expect(number("<I xmlns:p='u' p:b='1'/>", "@{u}b") == ["1"])
        #expect(number("<I><a><![CDATA[ <1> ]]></a></I>", "a") == ["<1>"])
        #expect(number("<I><a>\(String(repeating: "9", count: 256))</a></I>", "a").first?.count == 256)
        #expect(number("<I><a>\(String(repeating: "9", count: 257))</a></I>", "a") == ["[number-too-long]"])
        #expect(number("<I><a> </a></I>", "a") == ["[no-number]"])
    }

    @Test("with a number twice gives the first and refuses another content; the same content is given again")
    func duplicates() {
        let content = Batch.section(Batch.document([Batch.invoice(1), Batch.invoice(1, "<Other/>"), Batch.invoice(1), Batch.invoice(2)]))
        let found = outcome(content)
        #expect(found.summary == ["INV-1", "[duplicate-in-batch]", "INV-1", "INV-2"])
        #expect(found.refusals.first?.reason == .duplicateInBatch(number: "INV-1"))
        #expect(found.refusedTexts == [Batch.invoice(1, "<Other/>")])
    }

    @Test("that is a fault is told as one, with code and reason")
    func faults() {
        let first = """
            <s:Envelope xmlns:s="\(Batch.soap11)"><s:Body><s:Fault><faultcode>s:Server.Busy</faultcode><faultstring>come &lt;later&gt;</faultstring>\
            <detail><trace>at line 1</trace></detail></s:Fault></s:Body></s:Envelope>
            """
        #expect(outcome(Array(first.utf8)).error == .fault(SOAPFault(version: .v11, code: .server, reason: "come <later>")))
        let second = """
            <e:Envelope xmlns:e="\(Batch.soap12)"><e:Body><e:Fault><e:Code><e:Value>e:Sender</e:Value></e:Code><e:Reason>\
            <e:Text xml:lang="en">no \(String(repeating: "x", count: 9_000))</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>
            """
        guard case .fault(let fault)? = outcome(Array(second.utf8)).error else {
            Issue.record("no fault")
            return
        }
        #expect(fault.version == .v12 && fault.code == .client && fault.reason.hasPrefix("no xxx"))
        let broken = "<s:Envelope xmlns:s='\(Batch.soap11)'><s:Body><s:Fault><faultcode>s:Server</s:Fault></s:Body></s:Envelope>"
        #expect(outcome(Array(broken.utf8)).error?.code == "malformed")
    }

    @Test("with words in the place of its document is malformed, not empty")
    func words() {
        for words in ["Error: no database", "no"] {
            #expect(outcome(Batch.section(words)).error?.code == "malformed-inner")
            #expect(outcome("<a>" + Batch.section(words) + "</a>" + Batch.section("<Invoices/>")).error == nil)
            #expect(outcome(Batch.section(words) + Batch.invoice(1)).error == nil)
        }
    }

    @Test("that is no envelope is told as such, with the root's name")
    func otherAnswers() {
        func error(_ text: String) -> BatchError? { outcome(Array(text.utf8)).error }
        #expect(error("<!DOCTYPE html><html><body>Service unavailable</body></html>") == .notAnEnvelope(root: "html"))
        #expect(error("<HTML><BODY><p>oops<br></BODY></HTML>") == .notAnEnvelope(root: "HTML"))
        #expect(error("{\"error\": true}") == .notAnEnvelope(root: nil))
        #expect(error("no") == .notAnEnvelope(root: nil))
        #expect(error("") == .notAnEnvelope(root: nil))
        #expect(error(" \n") == .notAnEnvelope(root: nil))
        #expect(error("<Envelope><Body/></Envelope>") == .notAnEnvelope(root: "Envelope"))
        #expect(error("\u{0}\u{1}\u{2}\u{3}\u{4}") == .notAnEnvelope(root: nil))
        #expect(error("<?xml version='1.0'?>") == .notAnEnvelope(root: nil))
    }
}
