import PropertyKit
import Testing

@testable import Domain

/// Whatever numbers a document holds, assessing it gives a document or a list of problems, and what it gives can be assessed again.
@Suite struct HostileDocumentTests {
    struct Broken: Error, CustomStringConvertible { let description: String }

    private static func number(_ random: inout SeededGenerator) -> ExactDecimal {
        let edge: [Int128] = [0, 1, -1, .max, .min, 99, 100, 10_000_000_000, 999_999_999_999, 1_000_000_000_000_000_000]
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            return ExactDecimal(
                unchecked: edge[Int.random(in: 0..<edge.count, using: &random)], [0, 1, 2, 8, 38][Int.random(in: 0..<5, using: &random)])
        case 1:
            return ExactDecimal(unchecked: Int128(Int64.random(in: .min ... .max, using: &random)), Int.random(in: 0...12, using: &random))
        default:
            return ExactDecimal(unchecked: Int128(Int.random(in: -10_000...10_000, using: &random)), Int.random(in: 0...4, using: &random))
        }
    }

    private static func tax(_ random: inout SeededGenerator) -> InvoiceDocument.Tax {
        let categories = ["S", "S", "S", "E", "O", "K", "", "X"]
        var tax = InvoiceDocument.Tax(category: categories[Int.random(in: 0..<categories.count, using: &random)])
        if random.chance(70) { tax.rate = number(&random) }
        if random.chance(10) { tax.cessRate = number(&random) }
        return tax
    }

    private static func item(_ random: inout SeededGenerator) -> InvoiceDocument.AllowanceCharge {
        var item = InvoiceDocument.AllowanceCharge()
        if random.chance(50) { item.amount = number(&random) }
        if random.chance(50) { item.baseAmount = number(&random) }
        if random.chance(50) { item.percentage = number(&random) }
        if random.chance(80) { item.tax = tax(&random) }
        return item
    }

    private static func parts(_ random: inout SeededGenerator) -> [InvoicePart] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
            switch Int.random(in: 0..<8, using: &random) {
            case 0: return .allowance(item(&random))
            case 1: return .charge(item(&random))
            case 2: return .prepaid(number(&random))
            case 3: return .rounding(number(&random))
            default:
                var line = Draft.line("1", "1", tax(&random))
                line.quantity = number(&random)
                line.unitPrice = number(&random)
                if random.chance(30) { line.priceBaseQuantity = number(&random) }
                if random.chance(20) { line.allowances = [item(&random)] }
                return .line(line)
            }
        }
    }

    @Test(arguments: ["vat", "gst-in", "vat-ng", "none"])
    func noNumbersTrap(regime: String) throws {
        let strategy = try #require(TaxRegistry.standard.strategy(regime))
        var assessedCount = 0
        try forAll(cases: 1_500, generate: { Self.parts(&$0) }) { parts in
            var document = InvoicePart.document(parts, currency: "INR")
            India.parties(&document, place: "27")
            do throws(TaxError) {
                let assessed = try strategy.assess(document)
                assessedCount += 1
                guard try strategy.assess(assessed) == assessed else { throw TaxError([TaxProblem("/again", .tooLarge)]) }
            } catch {
                if error.problems.isEmpty { throw Broken(description: "no problem is named") }
                if error.problems.contains(where: { $0.pointer.first != "/" }) {
                    throw Broken(description: "a pointer is not from the document")
                }
                if error.problems.contains(where: { $0.pointer == "/again" }) { throw Broken(description: "assessing again changes it") }
                if let assessed = try? strategy.assess(document), (try? strategy.assess(assessed)) == nil {
                    throw Broken(description: "what was assessed cannot be assessed again")
                }
            }
        }
        #expect(assessedCount > 100)
    }
}
