import Testing

@testable import Domain

@Suite struct MessageCatalogueTests {
    private struct Message {
        let rule: String
        let english: String
        let arabic: String
    }

    /// Of every rule of every ruleset.
    private static let messages: [Message] = Ruleset.names.compactMap(Ruleset.named).flatMap { ruleset in
        zip(ruleset.messages(.english), ruleset.messages(.arabic)).map { Message(rule: $0.rule, english: $0.text, arabic: $1.text) }
    }

    /// The references of a text that are the same in every language: business terms and groups, and names of XML.
    private static func references(_ text: String) -> Set<Substring> {
        Set(text.matches(of: #/B[TG]-[0-9]+(-[0-9]+)?|@?[a-z]+:[A-Za-z]+/#).map(\.0))
    }

    private static func isArabic(_ text: String) -> Bool { text.unicodeScalars.contains { (0x0621...0x064A).contains($0.value) } }

    @Test("Every rule of every ruleset says in English and in Arabic what it asks for")
    func translated() {
        #expect(Self.messages.count > 1_700)
        for message in Self.messages {
            #expect(message.english.hasSuffix("."), "\(message.rule)")
            #expect(!Self.isArabic(message.english), "\(message.rule): \(message.english)")
            #expect(message.arabic != message.english, "\(message.rule)")
            #expect(Self.isArabic(message.arabic), "\(message.rule): \(message.arabic)")
            // The stroke that draws letters apart is for the eye alone: a search does not find a word that holds it.
            #expect(!message.arabic.unicodeScalars.contains("\u{640}"), "\(message.rule): \(message.arabic)")
        }
    }

    @Test("Both languages name the same business terms and elements")
    func references() {
        for message in Self.messages {
            #expect(Self.references(message.english) == Self.references(message.arabic), "\(message.rule): \(message.arabic)")
        }
    }

    @Test("A document that is no invoice is refused in the language asked for")
    func noInvoice() throws {
        let tree = try Sample(root: .init(.cacParty, [])).tree()
        let english = try #require(Ruleset.en16931.validate(tree).first)
        let arabic = try #require(Ruleset.en16931.validate(tree, language: .arabic).first)
        #expect(english.rule == "document-type" && arabic.rule == "document-type")
        #expect(Self.isArabic(arabic.message) && !Self.isArabic(english.message))
    }

    @Test("A shared sentence is put into Arabic about any known term, and about a name of XML as it is")
    func shared() {
        #expect(Wording.atMostOne("due date (BT-9)").english == "There is at most one due date (BT-9).")
        #expect(MessageCatalogue.message(rule: "X", .atMostOne("due date (BT-9)"), .arabic) == "لا يجوز تكرار تاريخ استحقاق الدفع (BT-9).")
        #expect(MessageCatalogue.message(rule: "X", .atMostOne("ram:Name"), .arabic) == "لا يجوز تكرار ram:Name.")
        #expect(MessageCatalogue.message(rule: "X", .unused("cbc:UUID"), .arabic) == "لا يُستخدم cbc:UUID في المعيار EN 16931.")
    }

    @Test("What readers and writers say of a document they say in Arabic too")
    func problems() {
        for sentence in ProblemSentence.allCases {
            let problem = DocumentProblem(location: "/Invoice", sentence)
            #expect(problem.message(in: .english) == sentence.rawValue && !Self.isArabic(sentence.rawValue))
            #expect(Self.isArabic(problem.message(in: .arabic)), "\(sentence)")
            #expect(Self.references(sentence.rawValue) == Self.references(sentence.arabic), "\(sentence)")
        }
        #expect(Set(ProblemSentence.allCases.map(\.arabic)).count == ProblemSentence.allCases.count)
        let lacking = DocumentProblem(location: "/Invoice", message: "lacks cac:Item")
        #expect(lacking.message(in: .arabic) == "ينقصه العنصر cac:Item")
        #expect(DocumentProblem(location: "/Invoice", message: "is odd").message(in: .arabic) == "is odd")
    }

    @Test("What has no translation is said in English")
    func untranslated() {
        #expect(MessageCatalogue.message(rule: "X", .own("Something."), .arabic) == "Something.")
        #expect(MessageCatalogue.message(rule: "X", .exactlyOne("thing"), .arabic) == "There is exactly one thing.")
    }
}
