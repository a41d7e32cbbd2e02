/// A named set of rules by which a document is validated: the business rules of EN 16931 and what a country or network adds to them.
///
/// A document may be incomplete: a rule is tested wherever the elements that it is about stand.
public struct Ruleset: Sendable {
    /// As it is asked for: "en16931".
    public let name: String
    private let ubl: CompiledRules
    private let cii: CompiledRules

    init(name: String, ubl: CompiledRules, cii: CompiledRules) {
        self.name = name
        self.ubl = ubl
        self.cii = cii
    }

    /// The names of the rulesets there are.
    public static let names = ["en16931"]

    /// Nil when there is none of that name.
    public static func named(_ name: String) -> Ruleset? {
        switch name {
        case "en16931": .en16931
        default: nil
        }
    }

    /// The business rules of EN 16931-1, as the official validation artefacts 1.3.16 test them.
    public static let en16931 = Ruleset(
        name: "en16931", ubl: CompiledRules(EN16931.businessRules + EN16931.syntaxRulesUBL, .ubl, EN16931.unusedUBL),
        cii: CompiledRules(
            EN16931.businessRules + EN16931.syntaxRulesCII, .cii, replaced: EN16931.testsCII, severities: EN16931.severitiesCII,
            EN16931.unusedCII))

    /// What the rules find, in the order of the document.
    ///
    /// A document that is neither a UBL Invoice or CreditNote nor a CrossIndustryInvoice has one finding, of the rule "document-type". One
    /// made to take time without measure is given up with a finding of the rule "document-effort".
    ///
    /// - Parameters:
    ///   - tree: the document.
    ///   - language: of the messages.
    ///   - limit: how many findings there are at most.
    public func validate(_ tree: XMLTree, language: MessageLanguage = .english, limit: Int = 10_000) -> [Finding] {
        guard let syntax = DocumentSyntax(root: tree.name(of: tree.root)) else {
            return [
                Finding(
                    rule: "document-type", severity: .fatal, location: tree.path(of: tree.root),
                    message: MessageCatalogue.message(
                        rule: "document-type", .own("The document is a UBL Invoice or CreditNote, or a CrossIndustryInvoice."), language))
            ]
        }
        let rules = syntax == .ubl ? ubl : cii
        let raised = DocumentIndex.with(tree, syntax) { rules.raise(in: $0, tree, limit: max(0, limit)) }
        guard !raised.isEmpty else { return [] }
        let places = XMLPlaces(tree, isMany: raised.count > 32)
        return raised.map { raised in
            let info = rules.infos[Int(raised.rule)]
            let place = places.path(of: XMLTree.Element(raised.node)) + (raised.attribute.map { "/@\($0.rawName)" } ?? "")
            return Finding(rule: info.id, severity: info.severity, location: place, message: info.message(language))
        }
    }

    /// The identifiers of all rules that are tested on UBL documents, each once.
    var rulesOfUBL: [String] { ubl.infos.map(\.id) }

    /// Likewise for CII.
    var rulesOfCII: [String] { cii.infos.map(\.id) }

    /// What each rule says, those for UBL first.
    func messages(_ language: MessageLanguage) -> [(rule: String, text: String)] {
        (ubl.infos + cii.infos).map { ($0.id, $0.message(language)) }
    }
}

/// A rule broken at a place.
struct RaisedRule {
    let rule: Int32
    let node: Int
    let attribute: XMLAttribute?
}

/// A ruleset made ready for one syntax: for each element name, the contexts that it may be, and their rules.
struct CompiledRules: Sendable {
    struct Info: Sendable {
        let id: String
        let severity: Finding.Severity
        let wording: Wording

        func message(_ language: MessageLanguage) -> String { MessageCatalogue.message(rule: id, wording, language) }
    }

    private struct Candidate: Sendable {
        let pattern: ContextPattern
        let rules: Range<Int>
    }

    private(set) var infos: [Info] = []
    private var tests: [Rule.Test] = []
    private var candidates: [Candidate] = []
    /// By name, the range in `candidates`.
    private var starts: [Range<Int>]
    private let unused: UnusedTerms?
    /// Where the rules of `unused` start in `infos`.
    private let unusedStart: Int
    /// The rule that says that a document was given up.
    private let effortRule: Int
    private var amountRules = 0..<0
    private var binaryRules = 0..<0

    /// - Parameters:
    ///   - replaced: the tests that differ from those of the rules, by the rules' identifiers.
    ///   - severities: likewise the severities.
    init(
        _ rules: [Rule], _ syntax: DocumentSyntax, replaced: [String: Rule.Test] = [:], severities: [String: Finding.Severity] = [:],
        _ unused: UnusedTerms?
    ) {
        starts = Array(repeating: 0..<0, count: XMLName.allCases.count)
        var byName: [[Candidate]] = Array(repeating: [], count: XMLName.allCases.count)
        for context in RuleContext.allCases {
            let patterns = syntax == .ubl ? context.patternsUBL : context.patternsCII
            let own = patterns.isEmpty ? [] : rules.filter { $0.context == context }
            guard !own.isEmpty else { continue }
            let range = infos.count..<(infos.count + own.count)
            for rule in own {
                infos.append(Info(id: rule.id, severity: severities[rule.id] ?? rule.severity, wording: rule.wording))
                tests.append(replaced[rule.id] ?? rule.test)
            }
            for pattern in patterns { byName[Int(pattern.lastName)].append(Candidate(pattern: pattern, rules: range)) }
            if context == .anyAmount { amountRules = range }
            if context == .anyBinaryObject { binaryRules = range }
        }
        for (name, list) in byName.enumerated() {
            starts[name] = candidates.count..<(candidates.count + list.count)
            candidates += list
        }
        self.unused = unused
        infos.append(
            Info(
                id: "document-effort", severity: .fatal, wording: .own("The document repeats its groups beyond what can be validated.")))
        effortRule = infos.count - 1
        unusedStart = infos.count
        infos += unused?.infos.map { Info(id: $0.id, severity: $0.severity, wording: $0.wording) } ?? []
    }

    /// The rules that do not hold, in the order of the document.
    func raise(in root: Scope, _ tree: XMLTree, limit: Int) -> [RaisedRule] {
        var raised: [RaisedRule] = []
        let nodes = root.document.pointee.nodes
        for node in nodes.indices {
            let name = nodes[node].name
            for index in starts[Int(name.rawValue)] {
                let scope = root.at(node)
                if candidates[index].pattern.matches(scope) { test(candidates[index].rules, scope, &raised) }
            }
            if name == .other { testOther(root.at(node), tree.otherNames[Int(nodes[node].otherName)], &raised) }
            if raised.count >= limit { return Array(raised.prefix(limit)) }
            if root.document.pointee.isGivenUp {
                let end = RaisedRule(rule: Int32(truncatingIfNeeded: effortRule), node: node, attribute: nil)
                return raised.prefix(max(0, limit - 1)) + [end]
            }
        }
        if let unused {
            let hits = unused.hits(in: root)
            if !hits.isEmpty {
                raised += hits.map { RaisedRule(rule: Int32(unusedStart + $0.rule), node: $0.node, attribute: $0.attribute) }
                // Stable by document order, so that a reader meets what belongs together together.
                raised = raised.enumerated().sorted { ($0.element.node, $0.offset) < ($1.element.node, $1.offset) }.map(\.element)
            }
        }
        return Array(raised.prefix(limit))
    }

    @inline(__always)
    private func test(_ rules: Range<Int>, _ scope: Scope, _ raised: inout [RaisedRule]) {
        for rule in rules {
            do {
                if try tests[rule](scope) { continue }
            } catch {}
            raised.append(RaisedRule(rule: Int32(truncatingIfNeeded: rule), node: scope.node, attribute: nil))
        }
    }

    /// Rules on the ends of names hold for names outside the vocabulary too.
    private func testOther(_ scope: Scope, _ name: String, _ raised: inout [RaisedRule]) {
        if name.hasSuffix("Amount"), !name.hasSuffix("PriceAmount"), !scope.isInPriceWithAllowance { test(amountRules, scope, &raised) }
        if name.hasSuffix("BinaryObject") { test(binaryRules, scope, &raised) }
    }
}
