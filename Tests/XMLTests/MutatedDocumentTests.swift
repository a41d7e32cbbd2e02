import Domain
import Foundation
import PropertyKit
import Testing
import XMLAdapter

/// `LEDGERFLOW_MUTATION_COUNT` says how many documents are tried.
@Suite("A document to which harm was done")
struct MutatedDocumentTests {
    private static let count = ProcessInfo.processInfo.environment["LEDGERFLOW_MUTATION_COUNT"].flatMap { Int($0) } ?? 1_500

    @Test("is refused, or read, validated, taxed and written in every form, and nothing ends the process or is lost untold")
    func nothingTraps() throws {
        var chance = SeededGenerator(seed: 1 << 50)
        var sound = [UInt8]()
        for index in 0..<Self.count {
            let syntax: InvoiceSyntax = index / 20 % 2 == 0 ? .ubl : .cii
            if index % 20 == 0 { sound = try syntax.write(DocumentChange.document(DocumentChange.some(&chance))) }
            let mutant = MutatedDocument(sound, &chance)
            guard let tree = try? XMLReader.read(mutant.bytes) else { continue }
            do { try Self.use(tree) } catch {
                throw Difference("document \(index): \(error)\n\(String(decoding: mutant.bytes, as: UTF8.self))")
            }
        }
    }

    private static func use(_ tree: XMLTree) throws {
        _ = Ruleset.en16931.validate(tree, language: .arabic)
        guard let syntax = InvoiceSyntax(of: tree) else { return }
        let reading = syntax.read(tree)
        let document = reading.document
        for other in InvoiceSyntax.allCases {
            let lost = other.notCarried(document)
            let again = other.read(try XMLReader.read(try other.write(document)))
            // What was read without a problem is carried by its syntax, or it is told what is not.
            guard reading.problems.isEmpty, reading.unlistedCount == 0, lost.isEmpty else { continue }
            if let problem = again.problems.first ?? again.unmapped.first { throw Difference("\(other): \(problem)") }
            let expected = other == .ubl ? document.asUBLCarriesIt : document.asCIICarriesIt
            let carried = again.document.comparable(to: expected)
            if carried != expected { throw Difference("\(other): \(differences(carried, expected))") }
        }
        let stored = try InvoiceDocument(json: document.canonicalJSON, as: .complete, limits: InvoiceDocument.storedLimits)
        if stored != document { throw Difference("JSON: \(differences(stored, document))") }
        for regime in ["vat", "gst-in", "vat-ng", "none"] { _ = try? TaxRegistry.standard.assess(document, by: regime) }
        _ = try? document.inv01JSON()
    }
}

extension InvoiceDocument {
    /// Without the gross prices and discounts (BT-147, BT-148) that `original` lacks, which writers give where one follows from the other; and
    /// with identifiers in the original's order, of which CII keeps that within those with a scheme and those without.
    fileprivate func comparable(to original: InvoiceDocument) -> InvoiceDocument {
        var document = self
        for (index, line) in zip(document.lines.indices, original.lines) {
            if line.priceDiscount == nil { document.lines[index].priceDiscount = nil }
            if line.grossPrice == nil { document.lines[index].grossPrice = nil }
        }
        for party in [\InvoiceDocument.seller, \.buyer, \.payee] {
            guard let wanted = original[keyPath: party]?.identifiers, let found = document[keyPath: party]?.identifiers else { continue }
            if wanted.filter({ $0.scheme == nil }) + wanted.filter({ $0.scheme != nil }) == found {
                document[keyPath: party]?.identifiers = wanted
            }
        }
        return document
    }
}
