/// One rule of a ruleset: what it is called, how much it weighs, on which elements it is tested, what it says, and its test.
struct Rule: Sendable {
    /// True when the rule holds for the element. A test that throws has not held: see `Scope`.
    typealias Test = @Sendable (Scope) throws(DecimalError) -> Bool

    let id: String
    let severity: Finding.Severity
    let context: RuleContext
    /// What the rule asks for.
    let wording: Wording
    let test: Test

    init(
        _ id: String, _ severity: Finding.Severity = .fatal, in context: RuleContext, _ wording: Wording, _ test: @escaping Test
    ) {
        self.id = id
        self.severity = severity
        self.context = context
        self.wording = wording
        self.test = test
    }

    /// - Parameter text: a sentence of the rule's own, in English.
    init(
        _ id: String, _ severity: Finding.Severity = .fatal, in context: RuleContext, _ text: String, _ test: @escaping Test
    ) {
        self.init(id, severity, in: context, .own(text), test)
    }

    /// The attribute's value, without white space around it, is in the list; an attribute that is absent is not.
    static func code(
        _ id: String, in context: RuleContext, _ attribute: XMLAttribute, _ list: CodeList, _ text: String
    ) -> Rule {
        Rule(id, in: context, text, isIn(list, attribute))
    }

    /// The element's text, without white space around it, is in the list.
    static func code(_ id: String, in context: RuleContext, _ list: CodeList, _ text: String) -> Rule {
        Rule(id, in: context, text, isIn(list))
    }

    private static func isIn(_ list: CodeList, _ attribute: XMLAttribute) -> Test {
        { $0.attribute(attribute).map { list.contains(trimming: $0) } ?? false }
    }

    private static func isIn(_ list: CodeList) -> Test { { list.contains(trimming: $0.text) } }

    /// The amount has at most two digits behind the point.
    static func decimals(_ id: String, in context: RuleContext, _ term: BusinessTerm, _ name: String) -> Rule {
        Rule(id, in: context, "The \(name) has at most two decimals.") { scope throws(DecimalError) in
            try scope.hasAtMostTwoDecimals(scope.path(term))
        }
    }

    /// There is at most one element.
    static func atMostOne(
        _ id: String, _ severity: Finding.Severity = .fatal, in context: RuleContext, _ path: NodePath, _ name: String
    ) -> Rule {
        Rule(id, severity, in: context, .atMostOne(name)) { $0.count(path) <= 1 }
    }

    /// There is the element, and once.
    static func exactlyOne(
        _ id: String, _ severity: Finding.Severity = .fatal, in context: RuleContext, _ path: NodePath, _ name: String
    ) -> Rule {
        Rule(id, severity, in: context, .exactlyOne(name)) { $0.count(path) == 1 }
    }
}
