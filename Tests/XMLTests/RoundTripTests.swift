import Domain
import PropertyKit
import Testing
import XMLAdapter

@Suite("Writing a document and reading it again")
struct RoundTripTests {
    @Test("gives the same document in UBL, whatever terms it has")
    func ubl() throws {
        try forAll(cases: 600, generate: { DocumentChange.some(&$0) }) { changes in
            let document = DocumentChange.document(changes)
            let bytes = try UBLWriter.write(document)
            try expectSame(UBLReader.read(try XMLReader.read(bytes)), document.asUBLCarriesIt, changes, UBLWriter.notCarried(document))
            let again = try UBLWriter.write(UBLReader.read(try XMLReader.read(bytes)).document)
            if again != bytes { throw Difference("the bytes differ when written again") }
            let indented = try XMLReader.read(try UBLWriter.write(document, indentation: 2))
            if UBLReader.read(indented).document != document.asUBLCarriesIt { throw Difference("indentation changes the document") }
        }
    }

    @Test("gives the same document in CII, whatever terms it has")
    func cii() throws {
        try forAll(cases: 600, seed: 1_000_000, generate: { DocumentChange.some(&$0) }) { changes in
            let document = DocumentChange.document(changes)
            let bytes = try CIIWriter.write(document)
            try expectSame(CIIReader.read(try XMLReader.read(bytes)), document.asCIICarriesIt, changes, [])
            let again = try CIIWriter.write(CIIReader.read(try XMLReader.read(bytes)).document)
            if again != bytes { throw Difference("the bytes differ when written again") }
            let indented = try XMLReader.read(try CIIWriter.write(document, indentation: 1))
            if CIIReader.read(indented).document != document.asCIICarriesIt { throw Difference("indentation changes the document") }
        }
    }

    @Test("gives the same document from one syntax into the other")
    func across() throws {
        try forAll(cases: 200, seed: 2_000_000, generate: { DocumentChange.some(&$0) }) { changes in
            let document = DocumentChange.document(changes).asCIICarriesIt.asUBLCarriesIt
            let fromUBL = UBLReader.read(try XMLReader.read(try UBLWriter.write(document))).document
            let fromCII = CIIReader.read(try XMLReader.read(try CIIWriter.write(fromUBL))).document
            if fromCII != document { throw Difference("UBL to CII changes the document: \(differences(fromCII, document))") }
        }
    }

    @Test("writes text in pieces as it writes it whole")
    func streamed() throws {
        var chance = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            let document = DocumentChange.document(DocumentChange.some(&chance))
            var pieces: [[UInt8]] = []
            let gathered = Gathered()
            var xml = XMLWriter(chunkBytes: 100) { gathered.bytes.append(contentsOf: $0) }
            UBLWriter.write(document, to: &xml)
            pieces.append(try xml.finish())
            #expect(pieces == [[]])
            #expect(try UBLWriter.write(document) == gathered.bytes)
        }
    }

    private final class Gathered {
        var bytes: [UInt8] = []
    }

    private func expectSame(
        _ reading: DocumentReading, _ document: InvoiceDocument, _ changes: [DocumentChange], _ lost: [DocumentProblem]
    ) throws {
        if let problem = reading.problems.first { throw Difference("a problem: \(problem)") }
        if let place = reading.unmapped.first { throw Difference("unmapped: \(place)") }
        if let place = lost.first { throw Difference("not carried: \(place)") }
        if reading.document != document { throw Difference(differences(reading.document, document)) }
    }
}

struct Difference: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The top-level terms in which two documents differ.
func differences(_ a: InvoiceDocument, _ b: InvoiceDocument) -> String {
    let pairs = zip(Mirror(reflecting: a).children, Mirror(reflecting: b).children)
    return pairs.filter { "\($0.value)" != "\($1.value)" }.map { "\($0.label ?? ""): \($0.value) is not \($1.value)" }.joined(
        separator: "; ")
}

extension InvoiceDocument {
    /// What the writer's documentation says of a credit note's due date.
    var asUBLCarriesIt: InvoiceDocument {
        var document = self
        if isUBLCreditNote, dueDate != nil, payment == nil { document.payment = PaymentInstructions(meansCode: "1") }
        return document
    }

    /// BT-7 and BT-8 need a tax breakdown, and UBL's two document elements are one; `notCarried` says so.
    var asCIICarriesIt: InvoiceDocument {
        var document = self
        document.isUBLInvoice = false
        guard taxBreakdown.isEmpty else { return document }
        document.taxPointDate = nil
        document.taxPointDateCode = nil
        return document
    }
}
