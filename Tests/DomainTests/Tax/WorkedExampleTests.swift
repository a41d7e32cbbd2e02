import Foundation
import PropertyKit
import Testing

@testable import Domain

/// The page for who adds a country says what is true.
@Suite struct WorkedExampleTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    private static func page() throws -> String {
        let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/tax-strategies.md"), encoding: .utf8)
    }

    /// What stands between the fences of the only block in `language`.
    private static func block(_ language: String) throws -> String {
        let parts = try page().components(separatedBy: "```\(language)\n")
        try #require(parts.count == 2)
        return try #require(parts[1].components(separatedBy: "```").first)
    }

    private static func declared() throws -> any TaxStrategy {
        let declaration = try TaxDeclaration(json: Array(block("json").utf8))
        return try #require(TaxRegistry([declaration]).strategy("vat-rt"))
    }

    @Test func theCodeOfThePageIsTheCodeThatIsTested() throws {
        let source = try String(contentsOf: Self.folder.appendingPathComponent("RuritanianVAT.swift"), encoding: .utf8)
        #expect(try source.hasSuffix(Self.block("swift")))
    }

    @Test func theAmountsOfThePageAreThoseOfBoth() throws {
        var rice = Draft.line("1", "100", Draft.tax("S"))
        rice.item.classifications = [.init(code: "10063000", scheme: "HS")]
        let document = Draft.document([Draft.line("3", "19.99", Draft.tax("S")), rice])
        let expected = try Self.block("text").split(separator: "\n").map(String.init)
        #expect(try Draft.breakdown(RuritanianVAT().assess(document)) == expected)
        #expect(try Draft.breakdown(Self.declared().assess(document)) == expected)
    }

    @Test func codeAndDeclarationAssessAlike() throws {
        let declared = try Self.declared()
        let mix = InvoiceMix(taxes: [("S", [nil, "12", "4", "13.5"]), ("G", ["0", nil]), ("E", [nil])], scale: 2)
        try forAll(cases: 500, generate: { mix.parts(&$0) }) { parts in
            let document = InvoicePart.document(parts, currency: "EUR")
            guard try declared.assess(document) == RuritanianVAT().assess(document) else {
                throw TotalsOracle.Wrong(description: "they differ")
            }
        }
    }

    @Test func everyRegimeOfThePageIsThereAndNoOther() throws {
        let rows = try Self.page().components(separatedBy: "## The regimes that come with it")[1].components(separatedBy: "##")[0]
            .split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(
            rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) } == TaxRegistry.standard.strategies.map(\.name))
    }
}
