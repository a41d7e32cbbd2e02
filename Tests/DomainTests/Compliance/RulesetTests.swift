import PropertyKit
import Testing

@testable import Domain

@Suite struct RulesetTests {
    @Test("A valid invoice raises nothing")
    func valid() throws {
        #expect(try Sample.valid().findings() == [])
    }

    @Test("A ruleset is found by its name alone")
    func names() {
        #expect(Ruleset.names == ["en16931"])
        #expect(Ruleset.named("en16931")?.name == "en16931")
        #expect(Ruleset.named("EN16931") == nil)
    }

    @Test("No two rules share an identifier")
    func identifiers() {
        for rules in [Ruleset.en16931.rulesOfUBL, Ruleset.en16931.rulesOfCII] {
            #expect(Set(rules).count == rules.count)
        }
        #expect(Ruleset.en16931.rulesOfUBL.count > 850)
        #expect(Ruleset.en16931.rulesOfCII.count > 700)
    }

    @Test("A finding says the rule, its weight, the place and what is asked, in the language asked for")
    func finding() throws {
        let sample = Sample.valid().text(.cacLegalMonetaryTotal, .cbcPayableAmount, is: "1.00")
        let english = try #require(try sample.findings().first)
        #expect(english.rule == "BR-CO-16")
        #expect(english.severity == .fatal)
        #expect(english.location == "/Invoice/cac:LegalMonetaryTotal")
        #expect(english.message.contains("BT-115"))
        let arabic = try #require(try sample.findings(.arabic).first)
        #expect(arabic.message != english.message)
        #expect(arabic.message.contains("BT-115"))
    }

    @Test("Each broken rule is found, alone, where it is broken", arguments: Mutation.all)
    func mutation(_ mutation: Mutation) throws {
        #expect(try mutation.change(.valid(mutation.lines)).broken().sorted() == mutation.rules.sorted())
    }

    @Test("A document that is no invoice is said to be none")
    func otherRoot() throws {
        var builder = XMLTree.Builder()
        try builder.element(.cacParty, "x")
        let findings = Ruleset.en16931.validate(try builder.finish())
        #expect(findings.map(\.rule) == ["document-type"])
        #expect(findings.first?.location == "/cac:Party")
    }

    @Test("An empty invoice lacks everything that is asked of the document, and nothing else")
    func empty() throws {
        for root in [XMLName.ublInvoice, .cnCreditNote] {
            let broken = try Sample(root: .init(root, [])).broken()
            #expect(broken == ["BR-01", "BR-02", "BR-03", "BR-04", "BR-05", "BR-06", "BR-07", "BR-08", "BR-10", "BR-16", "BR-CO-18"])
        }
        let broken = try Sample(root: .init(.rsmCrossIndustryInvoice, [])).broken()
        #expect(broken.filter { $0.hasPrefix("BR-") }.count == 12, "\(broken)")
    }

    @Test("A fragment is tested as far as it goes")
    func fragment() throws {
        let line = Sample.Part(.cacInvoiceLine, [.init(.cbcID, "1"), .init(.cbcInvoicedQuantity, "1")])
        let broken = try Sample(root: .init(.ublInvoice, [line])).broken()
        #expect(broken.contains("BR-23") && broken.contains("BR-24") && broken.contains("BR-25") && broken.contains("BR-CO-04"))
        #expect(!broken.contains("BR-21") && !broken.contains("BR-22") && !broken.contains("BR-16"))
    }

    @Test(
        "Numbers that are none, or too long, are findings and no crash",
        arguments: ["", "x", "1e5", "--1", "1.2.3", String(repeating: "9", count: 60), "NaN"])
    func badNumbers(_ number: String) throws {
        for name in [XMLName.cbcLineExtensionAmount, .cbcTaxExclusiveAmount, .cbcTaxInclusiveAmount, .cbcPayableAmount] {
            let sample = Sample.valid().text(.cacLegalMonetaryTotal, name, is: number)
            #expect(try sample.findings().contains { $0.severity == .fatal }, "\(name) \(number)")
        }
    }

    @Test("At most as many findings are given as are asked for")
    func limit() throws {
        let lines = (0..<100).map { _ in Sample.Part(.cacInvoiceLine, []) }
        let tree = try Sample(root: .init(.ublInvoice, lines)).tree()
        #expect(Ruleset.en16931.validate(tree, limit: 50).count == 50)
        let all = Ruleset.en16931.validate(tree)
        #expect(all.filter { $0.rule == "BR-24" }.map(\.location) == (1...100).map { "/Invoice/cac:InvoiceLine[\($0)]" })
    }

    @Test("A document made so that rules look at everything for everything is given up, and said to be")
    func effort() throws {
        let totals = (0..<3_000).map { _ in Sample.Part(.cacLegalMonetaryTotal, []) }
        let charges = (0..<3_000).map { _ in Sample.Part(.cacAllowanceCharge, [.init(.cbcChargeIndicator, "true")]) }
        let tree = try Sample(root: .init(.ublInvoice, totals + charges)).tree()
        #expect(Ruleset.en16931.validate(tree, limit: 1_000_000).last?.rule == "document-effort")
        #expect(Ruleset.en16931.validate(tree, limit: 0).isEmpty)
    }

    @Test("What EN 16931 has no use for is a warning, once, at its first place")
    func unused() throws {
        let sample = Sample.valid().adding(.init(.cbcUUID, "1")).adding(.init(.cbcUUID, "2"))
            .with(.cacInvoiceLine, .cacItem, .cbcName) { $0.attributes.append((.languageID, "de")) }
        let findings = try sample.findings()
        #expect(findings.map(\.rule) == ["UBL-DT-19", "UBL-CR-005"])
        #expect(findings.allSatisfy { $0.severity == .warning })
        #expect(findings.map(\.location) == ["/Invoice/cac:InvoiceLine/cac:Item/cbc:Name/@languageID", "/Invoice/cbc:UUID[1]"])
    }

    @Test("Generated invoices of every VAT category keep every rule")
    func property() throws {
        try forAll(cases: 400, generate: Self.lines) { lines in
            let findings = try Sample.valid(lines).findings()
            guard findings.isEmpty || !lines.contains(where: { $0.kind == .line }) else {
                throw Broken(description: findings.map { "\($0.rule) \($0.location)" }.joined(separator: "; "))
            }
        }
    }

    @Test("A cent too much in one of the totals is found by the rule on that total")
    func cents() throws {
        let places: [(XMLName, String)] = [
            (.cbcLineExtensionAmount, "BR-CO-10"), (.cbcTaxExclusiveAmount, "BR-CO-13"), (.cbcTaxInclusiveAmount, "BR-CO-15"),
            (.cbcPayableAmount, "BR-CO-16"), (.cbcAllowanceTotalAmount, "BR-CO-11"), (.cbcChargeTotalAmount, "BR-CO-12"),
        ]
        try forAll(cases: 100, seed: 7, generate: Self.lines) { lines in
            guard lines.contains(where: { $0.kind == .line }) else { return }
            let sample = Sample.valid(lines)
            for (name, rule) in places {
                var isThere = false
                let changed = sample.with(.cacLegalMonetaryTotal, name) { part in
                    isThere = true
                    part.text = Sample.money((Int(part.text.filter { $0 != "." }) ?? 0) + 1)
                }
                guard isThere, try !changed.broken().contains(rule) else { continue }
                throw Broken(description: "\(rule) did not find it")
            }
        }
    }

    private static func lines(_ generator: inout SeededGenerator) -> [SampleLine] {
        let isOutside = generator.chance(10)
        return (0..<Int.random(in: 1...6, using: &generator)).map { index in
            let category = isOutside ? "O" : ["S", "Z", "E", "AE", "K", "G", "L", "M"].randomElement(using: &generator) ?? "S"
            let rate: Int? =
                switch category {
                case "S": [7, 19, 25].randomElement(using: &generator)
                case "L", "M": [0, 3, 7].randomElement(using: &generator)
                case "O": nil
                default: 0
                }
            let kind: SampleLine.Kind = index == 0 || generator.chance(60) ? .line : generator.chance(50) ? .allowance : .charge
            return SampleLine(
                quantity: Int.random(in: kind == .line ? -5...500 : 0...5, using: &generator),
                price: Int.random(in: 0...99_999, using: &generator),
                category: category, rate: rate, kind: kind)
        }
    }
}

private struct Broken: Error, CustomStringConvertible {
    let description: String
}
