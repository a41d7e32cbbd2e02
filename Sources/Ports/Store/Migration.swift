/// One numbered step of a store's schema. Once released it is never edited; the digest of its text is kept in the store.
public struct Migration: Hashable, Sendable {
    /// From 1, without gap.
    public let number: Int
    public let name: String
    /// SQL that takes the step.
    public let up: String
    /// SQL that takes it back.
    public let down: String

    public init(number: Int, name: String, up: String, down: String) {
        self.number = number
        self.name = name
        self.up = up
        self.down = down
    }

    /// What would break a program of the release before, which still runs while the new one starts: the step may only add.
    ///
    /// Looks at words alone, so it errs on the side of refusing: a constraint that is added to an existing table counts as well.
    ///
    /// - Returns: each statement that breaks the rule, with the reason; empty when the step only adds.
    public var contractions: [String] { Self.statements(up).compactMap(Self.contraction) }

    private static func contraction(_ statement: [Substring]) -> String? {
        let verb = statement.first ?? ""
        let text = statement.joined(separator: " ")
        func has(_ words: String) -> Bool { " \(text) ".contains(" \(words) ") }
        let reason: String?
        switch verb {
        case "DROP", "TRUNCATE", "DELETE": reason = "takes something away"
        case "ALTER" where has("RENAME"): reason = "renames"
        case "ALTER" where has("DROP"): reason = "takes something away"
        case "ALTER" where has("ALTER TYPE") || has("SET DATA TYPE") || has("TYPE") && has("COLUMN"): reason = "changes a type"
        case "ALTER" where has("SET NOT NULL"): reason = "forbids NULL"
        case "ALTER" where has("ADD") && has("NOT NULL") && !has("DEFAULT"): reason = "adds a column that old programs do not fill"
        case "ALTER" where has("ADD CONSTRAINT") || has("ADD UNIQUE") || has("ADD CHECK"):
            reason = "adds a constraint that old programs do not know"
        default: reason = nil
        }
        return reason.map { "\($0): \(text)" }
    }

    /// The statements in upper case, as words, without comments and texts.
    private static func statements(_ sql: String) -> [[Substring]] {
        var plain = ""
        var rest = sql[...]
        while let character = rest.first {
            if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("$$") {
                rest = rest.dropFirst(2)
                while !rest.isEmpty, !rest.hasPrefix("$$") { rest = rest.dropFirst() }
                rest = rest.dropFirst(2)
            } else if character == "'" {
                rest = rest.dropFirst().drop { $0 != "'" }.dropFirst()
                plain += " TEXT "
            } else {
                plain += "(),".contains(character) ? " " : character.uppercased()
                rest = rest.dropFirst()
            }
        }
        return plain.split(separator: ";").map { $0.split(whereSeparator: \.isWhitespace) }.filter { !$0.isEmpty }
    }
}
