import Domain
import Testing

@Suite("A batch whose document comes escaped")
struct BatchEscapedTests {
    /// Larger than what is handed on at one time, with runs of text that are longer than what is gathered.
    private static func invoices() -> [String] {
        (0..<40).map { number in
            let text = String(repeating: "ünï 7 ", count: number.isMultiple(of: 7) ? 900 : 20)
            let lines = String(repeating: "<Line a=\"1 &lt; 2\"><Text>\(text)&amp;amp;</Text></Line>", count: number % 5 + 1)
            return Batch.invoice(number, lines)
        }
    }

    @Test("gives each invoice octet for octet, once or twice escaped, however it is cut", arguments: [1, 2])
    func large(_ times: Int) {
        let invoices = Self.invoices()
        var content = Batch.document(invoices)
        for time in 1...times { content = Batch.escaped(time == 1 ? content : "<Wrapped>\(content)</Wrapped>") }
        let answer = Batch.envelope(content)
        let whole = Outcome(answer)
        #expect(whole.error == nil)
        #expect(whole.texts == invoices)
        for piece in [13, 1_000, 4_096, 16_384, 65_536] { #expect(Outcome(answer, piece: piece) == whole, "pieces of \(piece)") }
    }

    @Test("in UTF-16 is resolved in its own encoding")
    func wide() {
        let invoices = Self.invoices()
        let answer = String(decoding: Batch.envelope(Batch.escaped(Batch.document(invoices, declaration: ""))), as: UTF8.self)
            .replacing("UTF-8", with: "UTF-16")
        let whole = Outcome(Batch.utf16(answer, littleEndian: true, mark: true))
        #expect(whole.error == nil)
        #expect(whole.invoices.map(\.octets) == invoices.map { Batch.utf16($0, littleEndian: true, mark: false) })
    }

    @Test("keeps the invoices before a reference that stands for nothing", arguments: ["&nbsp;", "&#0;", "&#xD800;", "&#+60;", "&#;"])
    func unknown(_ reference: String) {
        let content = Batch.escaped("<Invoices>" + Batch.invoice(1)) + reference + Batch.escaped(Batch.invoice(2) + "</Invoices>")
        let outcome = Outcome(Batch.envelope(content), piece: 10)
        #expect(outcome.summary == ["INV-1"])
        #expect(outcome.error == .entityRefused)
    }
}
