import Domain
import Ports
import PropertyKit
import Testing
import XMLAdapter

/// Batches of chance, made so that it is known what they hold.
@Suite("Any well-formed batch")
struct BatchPropertyTests {
    /// What stands in an invoice beside its number.
    enum Piece: CaseIterable {
        case text, section, comment, instruction, empty, attributes, nested, same, prefixed, declared, space, markup, script
    }

    struct Invoice: CustomStringConvertible {
        let number: String
        let text: String
        var description: String { text }

        init(_ chance: inout SeededGenerator) {
            let number = "N\(Int.random(in: 0..<1_000_000_000, using: &chance))"
            self.number = number
            let before = Self.pieces(&chance, depth: 0)
            let after = Self.pieces(&chance, depth: 0)
            let quote = chance.chance(50) ? "\"" : "'"
            let space = chance.chance(30) ? " \n" : ""
            text = """
                <Invoice\(space.isEmpty ? "" : " a='>'")\(space)>\(before)<Header\(space)><InvoiceNumber v=\(quote)/\(quote)>\(number)</InvoiceNumber>\
                </Header\(space)>\(after)</Invoice\(space)>
                """
        }

        private static func pieces(_ chance: inout SeededGenerator, depth: Int) -> String {
            (0..<Int.random(in: 0...4, using: &chance)).map { _ in piece(&chance, depth) }.joined()
        }

        private static func piece(_ chance: inout SeededGenerator, _ depth: Int) -> String {
            switch Piece.allCases.randomElement(using: &chance) ?? .text {
            case .text: "a > b ]] > c"
            case .section: "<![CDATA[<Invoice> ]] > </Invoices> & <!-- ]]>"
            case .comment: "<!-- <Invoice> > ]]> & - <![CDATA[ -->"
            case .instruction: "<?do <Invoice> ?? > ?>"
            case .empty: "<e/><e />"
            case .attributes: "<e a='</Invoice>'  b = \"it's /\"\n c='&lt;&#10;&gt;'/>".replacing("</", with: "&lt;/")
            case .nested: depth < 4 ? "<Line>\(pieces(&chance, depth: depth + 1))</Line>" : ""
            case .same: "<Refs><Invoice><Header><InvoiceNumber>no</InvoiceNumber></Header></Invoice><Invoice/></Refs>"
            case .prefixed: "<x:Invoice x:a='1'/>"
            case .declared: "<y:e xmlns:y='urn:y' y:a='1'><y:f/></y:e>"
            case .space: "\r\n\t"
            case .markup: "&lt;Invoice&gt; &amp;amp; &#60; &quot;&apos;"
            case .script: "<Näme>فاتورة ünï 🧾 €</Näme>"
            }
        }
    }

    private func check(_ invoices: [Invoice], _ octets: [UInt8], _ expected: [[UInt8]], _ chance: inout SeededGenerator) throws {
        let whole = Outcome(octets)
        if let error = whole.error { throw Difference("\(error)") }
        if let refusal = whole.refusals.first { throw Difference("refused: \(refusal.reason)") }
        // Two of one number with other content are for another test.
        if whole.invoices.map(\.number) != invoices.map(\.number) { throw Difference("numbers \(whole.summary)") }
        if whole.invoices.map(\.octets) != expected { throw Difference("octets: \(whole.texts)") }
        let cuts = (0..<Int.random(in: 1...20, using: &chance)).map { _ in Int.random(in: 0...octets.count, using: &chance) }.sorted()
        if Outcome(octets, Batch.plan, cuts: cuts) != whole { throw Difference("another result when cut at \(cuts)") }
    }

    @Test("gives each invoice octet for octet, whatever carries it and however it is cut")
    func carried() throws {
        try forAll(cases: 300, generate: { chance in (0..<Int.random(in: 0...6, using: &chance)).map { _ in Invoice(&chance) } }) {
            invoices in
            var chance = SeededGenerator(seed: UInt64(invoices.count))
            let document = Batch.document(invoices.map(\.text), declaration: "")
            let declared = "<?xml version='1.0' encoding='UTF-16'?>" + document
            let utf8 = invoices.map { Array($0.text.utf8) }
            for content in [Batch.section(document), Batch.escaped(document), document] {
                let prefixed = "<o xmlns:x='urn:x'>" + content + "</o>"
                try check(invoices, Batch.envelope(prefixed), utf8, &chance)
                let answer = String(decoding: Batch.envelope(prefixed), as: UTF8.self).replacing("UTF-8", with: "UTF-16")
                let wide = invoices.map { Batch.utf16($0.text, littleEndian: true, mark: false) }
                try check(invoices, Batch.utf16(answer, littleEndian: true, mark: true), wide, &chance)
            }
            for isLittle in [true, false] {
                let wide = invoices.map { Batch.utf16($0.text, littleEndian: isLittle, mark: false) }
                let inner = Batch.utf16(declared, littleEndian: isLittle, mark: chance.chance(50))
                try check(invoices, Batch.envelope(Batch.section(inner)), wide, &chance)
            }
        }
    }

    @Test("gives the same wherever it is cut in two")
    func everyCut() {
        let invoices = [
            Batch.invoice(1, "<T a=\"'\"><![CDATA[x]] >]]></T>"), Batch.invoice(2, "<!-- c --><?p i?>&#233;é"), Batch.invoice(3),
        ]
        let document = Batch.document(invoices)
        for octets in [
            Batch.envelope(Batch.section(document)), Batch.envelope(Batch.escaped(document)), Batch.envelope(invoices.joined()),
            Batch.envelope(Batch.section(Batch.utf16(document, littleEndian: false, mark: true))),
            Batch.utf16(
                String(decoding: Batch.envelope(document.replacing("?>", with: "?><!-- -->")), as: UTF8.self), littleEndian: true,
                mark: true),
        ] {
            let whole = Outcome(octets)
            #expect(whole.invoices.count == 3 || !whole.refusals.isEmpty || whole.error != nil)
            for cut in 0...octets.count { #expect(Outcome(octets, Batch.plan, cuts: [cut]) == whole, "cut at \(cut)") }
        }
    }

    @Test("of a hundred megabytes gives each of its invoices, one after the other")
    func large() throws {
        var splitter = XMLBatchSplitting().splitter(for: Batch.plan)
        let filler = String(repeating: "<Line><Text>0123456789</Text></Line>", count: 300)
        let ends = Batch.envelope("|").split(separator: UInt8(ascii: "|"))
        _ = try splitter.push(ends[0][...])
        _ = try splitter.push(Array("<![CDATA[<Invoices>".utf8)[...])
        var found = 0
        let total = 9_000
        for number in 0..<total {
            let invoice = Batch.invoice(number, filler)
            for part in try splitter.push(Array(invoice.utf8)[...]) {
                guard case .invoice(let split) = part else { throw Difference("\(part)") }
                #expect(split.index == found && split.octets.count == Batch.invoice(found, filler).utf8.count)
                found += 1
            }
        }
        let end = try splitter.push((Array("</Invoices>]]>".utf8) + ends[1])[...]).count + splitter.finish().parts.count
        #expect(found + end == total)
        #expect(splitter.finish().error == nil)
    }
}
