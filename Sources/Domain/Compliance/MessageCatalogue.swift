/// The texts of findings by language.
enum MessageCatalogue {
    static func message(rule: String, english: String, _ language: MessageLanguage) -> String {
        switch language {
        case .english: english
        case .arabic: arabic[rule] ?? english
        }
    }

    /// Whether the rule's message is written in that language.
    static func isTranslated(_ rule: String, _ language: MessageLanguage) -> Bool { language == .english || arabic[rule] != nil }

    /// For an element or attribute that the ruleset has no use for.
    static func unused(_ what: String, _ language: MessageLanguage) -> String {
        switch language {
        case .english: "EN 16931 has no use for \(what)."
        case .arabic: "لا يُستخدم \(what) في المعيار EN 16931."
        }
    }

}
