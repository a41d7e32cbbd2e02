/// What a rule found wrong in a document.
public struct Finding: Hashable, Sendable {
    /// How much a finding weighs.
    public enum Severity: String, Hashable, Sendable, CaseIterable {
        /// The document does not conform; it must not be sent.
        case fatal
        /// The document conforms, but holds what the standard has no use for, or what it advises against.
        case warning
    }

    /// The rule's identifier, such as "BR-CO-10".
    public let rule: String
    public let severity: Severity
    /// The element or attribute, as an XPath with conventional prefixes: "/Invoice/cac:LegalMonetaryTotal".
    public let location: String
    /// What the rule asks for, in the language asked for.
    public let message: String

    public init(rule: String, severity: Severity, location: String, message: String) {
        self.rule = rule
        self.severity = severity
        self.location = location
        self.message = message
    }
}

/// A language in which messages are written. Where a message is missing in it, it is in English.
public enum MessageLanguage: String, Hashable, Sendable, CaseIterable {
    case english = "en"
    case arabic = "ar"
}
