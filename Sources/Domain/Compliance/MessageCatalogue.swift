/// The texts of findings by language.
enum MessageCatalogue {
    /// What the rule says in that language; in English where there is no translation.
    static func message(rule: String, _ wording: Wording, _ language: MessageLanguage) -> String {
        switch language {
        case .english: wording.english
        case .arabic: arabic[rule] ?? arabic(wording) ?? wording.english
        }
    }
}
