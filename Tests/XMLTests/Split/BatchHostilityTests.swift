import Domain
import Ports
import PropertyKit
import Testing
import XMLAdapter

@Suite("A hostile batch")
struct BatchHostilityTests {
    private func error(_ octets: [UInt8], _ plan: SplitPlan = Batch.plan) -> BatchError? {
        let whole = Outcome(octets, plan)
        for piece in [1, 3, 997] where octets.count < 50_000 || piece > 500 { #expect(Outcome(octets, plan, piece: piece) == whole) }
        return whole.error
    }

    @Test("with a document type declaration is refused, in the envelope as in the document")
    func documentTypes() {
        let bomb = """
            <!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><Invoices>&lol2;</Invoices>
            """
        #expect(error(Batch.envelope(Batch.section(bomb))) == .doctypeRefused)
        #expect(error(Batch.envelope(Batch.escaped(bomb))) == .doctypeRefused)
        #expect(
            error(Batch.envelope(Batch.section("<?xml version='1.0'?><!-- --> <!DOCTYPE a SYSTEM 'http://x/'><a/>"))) == .doctypeRefused)
        #expect(error(Batch.envelope("", declaration: "<?xml version='1.0'?><!DOCTYPE e SYSTEM 'file:///etc/passwd'>")) == .doctypeRefused)
        let wide = Batch.utf16(bomb, littleEndian: true, mark: true)
        #expect(error(Batch.envelope(Batch.section(wide))) == .doctypeRefused)
    }

    @Test("with an entity of its own is refused outside invoices, and within them the invoice is")
    func entities() {
        #expect(error(Batch.envelope("&xxe;")) == .entityRefused)
        #expect(error(Batch.envelope("&lt;Invoices&gt;&nbsp;&lt;/Invoices&gt;")) == .entityRefused)
        #expect(error(Batch.envelope("&#0;")) == .entityRefused)
        #expect(error(Batch.envelope("<a xmlns:b='&xxe;'/>")) == .entityRefused)
        let found = Outcome(Batch.envelope(Batch.section(Batch.invoice(1, "&xxe;") + Batch.invoice(2))))
        #expect(found.summary == ["[malformed]", "INV-2"] && found.error == nil)
    }

    @Test("deeper or wider than the limits is refused")
    func limits() {
        #expect(error(Batch.envelope(String(repeating: "<a>", count: 100_000))) == .tooDeep(limit: 64))
        #expect(error(Batch.envelope(Batch.section(String(repeating: "<a>", count: 100_000)))) == .tooDeep(limit: 64))
        let wide = "<a " + (0..<100).map { "a\($0)=''" }.joined(separator: " ") + "/>"
        #expect(error(Batch.envelope(wide)) == .tooManyAttributes(limit: 64))
        #expect(error(Batch.envelope("<a b='\(String(repeating: "x", count: 100_000))'/>"))?.code == "malformed")
        #expect(error(Batch.envelope("<\(String(repeating: "x", count: 100_000))>"))?.code == "malformed")
        #expect(error(Batch.envelope("<!--\(String(repeating: "x", count: 100_000))"))?.code == "malformed")
    }

    @Test("with a tag of enormous length or width in an invoice has the invoice refused without a proof")
    func costlyTags() {
        let attributes = (0..<30_000).map { "a\($0)=''" }.joined(separator: " ")
        let long = "x='\(String(repeating: "y", count: 70_000))' "
        let invoices = [
            Batch.invoice(1), Batch.invoice(2, "<a \(attributes)/>"), Batch.invoice(3, "<a \(long)\(attributes)/>"), Batch.invoice(4),
        ]
        let found = Outcome(Batch.envelope(Batch.section(Batch.document(invoices))))
        #expect(found.summary == ["INV-1", "[too-many-attributes]", "[malformed]", "INV-4"], "\(found)")
    }

    @Test("larger than a batch may be ends where the limit is, with what came before")
    func tooLarge() {
        var plan = Batch.plan
        plan.limits.batchBytes = 5_000
        let octets = Batch.envelope(Batch.section(Batch.document((0..<1_000).map { Batch.invoice($0) })))
        let whole = Outcome(octets, plan)
        #expect(whole.error == .tooLarge(limit: 5_000) && whole.parts.count > 20)
        for piece in [1, 7, 1_000, 4_999, 5_000, 5_001] { #expect(Outcome(octets, plan, piece: piece) == whole) }
        plan.limits.batchBytes = octets.count
        #expect(Outcome(octets, plan).error == nil)
    }

    @Test("with more invoices than a batch may have ends with the last that it may")
    func tooMany() {
        var plan = Batch.plan
        plan.limits.invoices = 3
        let found = Outcome(Batch.envelope(Batch.section(Batch.document((0..<5).map { Batch.invoice($0) }))), plan)
        #expect(found.summary == ["INV-0", "INV-1", "INV-2"] && found.error == .tooManyInvoices(limit: 3))
    }

    @Test("that never ends, or comes octet by octet, is held in little memory and ended at the limit")
    func neverEnding() throws {
        var plan = Batch.plan
        plan.limits.batchBytes = 3_000_000
        var splitter = XMLBatchSplitting().splitter(for: plan)
        let head = Array(String(decoding: Batch.envelope(""), as: UTF8.self).components(before: "</GetInvoicesResult>").utf8)
        _ = try splitter.push(head[...])
        var ended: BatchError?
        for _ in 0..<80_000 where ended == nil {
            do { _ = try splitter.push(Array("<Invoice> <a b='c'>drip, drip, drip <!-- drip --> &amp; ]]&gt;".utf8)[...]) } catch {
                ended = error
            }
        }
        #expect(ended == .tooLarge(limit: 3_000_000))
        #expect(throws: BatchError.tooLarge(limit: 3_000_000)) { try splitter.push([0x3C]) }
        #expect(splitter.finish().error == .tooLarge(limit: 3_000_000))
    }

    /// What once took time with the square of the size: each is half a megabyte of one thing that begins and never ends.
    @Test("of beginnings without an end takes time with its size, not with its square")
    func beginnings() {
        for piece in [
            "<", "<!", "<!--", "<!-- x", "<![CDATA[", "<?", "<? ", "<a", "<a ", "<a b='", "</", "</a", "</a>", "<Invoice>", "<Invoice",
            "<Invoice/>",
            "<Invoice><a>", "<Invoice></a>", "&", "&#", "]", "]]", "]]>", "<Invoice a='", "<Invoice><!--", "<Invoice><![CDATA[",
            "<Invoice><Invoice/>", "<a><Invoice></a>", "<Invoice>\(String(repeating: " ", count: 2_000))",
        ] {
            let filled = "<Invoices>" + String(repeating: piece, count: 500_000 / piece.utf8.count)
            for content in [Batch.section(filled), filled, "<Invoice>" + filled] {
                var plan = Batch.plan
                plan.limits.invoiceBytes = 100_000
                plan.limits.invoices = 2_000_000
                _ = Outcome(Batch.envelope(content), plan, piece: 8_192)
            }
        }
    }

    @Test("of beginnings without an end that come character by character takes no longer for it")
    func beginningsInReferences() {
        let spaces = String(repeating: " ", count: 150_000)
        for begun in [
            "<Invoices></Invoices" + spaces, "<Invoices></" + String(repeating: "a", count: 150_000),
            "<Invoices><Invoice><![CDATA[" + spaces,
            "<Invoices><Invoice>" + spaces, "<Invoices><!--" + spaces, "<Invoices><a" + spaces, "<?xml" + spaces,
        ] {
            let content = begun.utf8.map { "&#\($0);" }.joined()
            let found = Outcome(Batch.envelope(content), piece: 65_536)
            #expect(found.invoices.isEmpty && found.error?.code == "malformed-inner", "\(begun.prefix(40)): \(found)")
        }
    }

    @Test("that declares more namespaces around its invoices than are kept with each of them is refused from there on")
    func namespaces() {
        func list(_ count: Int, _ uri: String, _ content: String) -> String {
            "<List" + (0..<count).map { " xmlns:p\($0)='\(uri)'" }.joined() + ">\(content)</List>"
        }
        let (short, long) = (String(repeating: "u", count: 10), String(repeating: "u", count: 200))
        // Two are the envelope's.
        for (count, uri) in [(62, short), (40, long)] {
            let sound = Batch.invoice(1) + list(count, uri, Batch.invoice(2)) + list(count, uri, Batch.invoice(3)) + Batch.invoice(4)
            let found = Outcome(Batch.envelope(sound))
            #expect(found.summary == ["INV-1", "INV-2", "INV-3", "INV-4"] && found.error == nil, "\(found)")
            #expect(found.invoices.map(\.namespaces.count) == [2, count + 2, count + 2, 2])
        }
        for (count, uri) in [(63, short), (41, long)] {
            let content = Batch.invoice(1) + list(count, uri, Batch.invoice(2)) + Batch.invoice(3)
            let found = Outcome(Batch.envelope(content))
            #expect(found.summary == ["INV-1"] && found.error == .tooManyNamespaces(limit: 64, bytes: 8_192), "\(found)")
        }
        // What an invoice declares that is passed over is around no other.
        var plan = Batch.plan
        plan.limits.invoiceBytes = 2_000
        let open = "<Invoice>" + String(repeating: "y", count: 3_000) + String(repeating: "<a xmlns:z='\(long)'>", count: 500)
        let found = Outcome(Batch.envelope(Batch.section("<Invoices>" + open + Batch.invoice(1) + "</Invoices>")), plan)
        #expect(found.summary == ["[too-large]", "INV-1"] && found.invoices.first?.namespaces == [], "\(found)")
    }

    @Test("shows in its errors a short beginning of what it says of itself, and nothing that turns a line around")
    func words() {
        let long = String(repeating: "x", count: 300)
        #expect(error(Array("<?xml version='1.0' encoding='\(long)'?><a/>".utf8)) == .unsupportedEncoding(String(long.prefix(64))))
        #expect(error(Array("<r\u{202E}oo\u{85}t/>".utf8)) == .notAnEnvelope(root: "roo t"))
        let accents = "<a" + String(repeating: "\u{301}", count: 10_000) + "/>"
        guard case .notAnEnvelope(let root?) = error(Array(accents.utf8)) else {
            Issue.record("not told")
            return
        }
        #expect(root.utf8.count < 65)
    }

    @Test("made of a sound one by changing octets gives the same however it is cut, and never more than it holds")
    func mutations() throws {
        var sources: [[UInt8]] = []
        let invoices = [
            Batch.invoice(1, "<T a='1'><![CDATA[x]]></T>"), Batch.invoice(2, "<!-- c --><?p i?><Refs><Invoice/></Refs>"),
            Batch.invoice(3, "é&#233;"),
        ]
        let document = Batch.document(invoices)
        sources.append(Batch.envelope(Batch.section(document)))
        sources.append(Batch.envelope(Batch.escaped(document)))
        sources.append(Batch.envelope(document.components(after: "?>")))
        sources.append(Batch.envelope(Batch.section(Batch.utf16(document, littleEndian: true, mark: true))))
        sources.append(Batch.utf16(String(decoding: sources[0], as: UTF8.self), littleEndian: false, mark: true))
        let vocabulary = [
            "<Invoice>", "</Invoice>", "<", ">", "&", ";", "\"", "'", "]]>", "<![CDATA[", "<!--", "-->", "<?", "?>", "/>", "</", "&lt;",
            "&amp;",
            "<Invoices>", "</Invoices>", "<!DOCTYPE", "\u{0}", "=",
        ].map { Array($0.utf8) }
        struct Change: CustomStringConvertible {
            let place: Int
            let octets: [UInt8]
            let removed: Int
            var description: String { "at \(place) \(removed) octets become \(octets)" }
        }
        var chance = SeededGenerator(seed: 3)
        var plan = Batch.plan
        for source in sources {
            try forAll(
                cases: 3_000, seed: chance.next(),
                generate: { chance in
                    (0..<Int.random(in: 1...5, using: &chance)).map { _ in
                        let octets =
                            chance.chance(40) ? [UInt8.random(in: 0...255, using: &chance)] : vocabulary.randomElement(using: &chance) ?? []
                        return Change(
                            place: Int.random(in: 0..<source.count, using: &chance), octets: octets,
                            removed: chance.chance(30) ? Int.random(in: 0...200, using: &chance) : Int.random(in: 0...1, using: &chance))
                    }
                },
                property: { changes in
                    var octets = source
                    for change in changes {
                        let start = min(change.place, octets.count)
                        octets.replaceSubrange(start..<min(start + change.removed, octets.count), with: change.octets)
                    }
                    plan.limits.invoiceBytes = changes.count % 2 == 0 ? 400 : 8 << 20
                    plan.limits.tagBytes = changes.count % 3 == 0 ? 64 : 65_536
                    let whole = Outcome(octets, plan)
                    for piece in [1, 2, 5, 37] where Outcome(octets, plan, piece: piece) != whole {
                        throw Difference("in pieces of \(piece): \(Outcome(octets, plan, piece: piece)), whole: \(whole)")
                    }
                    let total = whole.parts.reduce(0) { sum, part in
                        switch part {
                        case .invoice(let invoice): sum + invoice.octets.count
                        case .refused(let refusal): sum + refusal.octets.count
                        }
                    }
                    if total > octets.count { throw Difference("gives \(total) of \(octets.count) octets") }
                    for invoice in whole.invoices where !Self.isProved(invoice) { throw Difference("not well-formed: \(invoice)") }
                })
        }
    }

    /// Whether the other reader, which makes a tree, takes the invoice within the declarations that it inherits.
    private static func isProved(_ invoice: SplitInvoice) -> Bool {
        (try? XMLReader.read(slice: invoice.octets, encoding: invoice.encoding, namespaces: invoice.namespaces)) != nil
    }

    @Test("of chance alone is refused or empty, and never more than that")
    func noise() {
        var chance = SeededGenerator(seed: 11)
        for _ in 0..<3_000 {
            let octets = (0..<Int.random(in: 0...300, using: &chance)).map { _ in UInt8.random(in: 0...255, using: &chance) }
            #expect(Outcome(octets).error != nil)
            let inside = Outcome(Batch.envelope(Batch.section(octets)))
            #expect(inside.invoices.isEmpty)
        }
    }
}

extension String {
    fileprivate func components(before end: String) -> String { firstRange(of: end).map { String(self[..<$0.lowerBound]) } ?? self }
    fileprivate func components(after start: String) -> String { firstRange(of: start).map { String(self[$0.upperBound...]) } ?? self }
}
