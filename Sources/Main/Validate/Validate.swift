internal import ArgumentParser
internal import Domain
internal import Foundation

struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Validate invoices in files by the rules of EN 16931; needs no engine.",
        discussion: """
            Takes UBL 2.1 invoices and credit notes and UN/CEFACT CII invoices. Of a directory every .xml file is taken, at any depth. \
            Files are read on all cores and reported in order; one that cannot be read is reported and does not stop the others.

            With --json each document is one line: {"file":…,"findings":[{"rule":…,"severity":"fatal|warning","location":…,"message":…}]}. \
            A document that is no XML has one finding of the rule document-syntax; XML that is no invoice has one of document-type.

            Exit codes: 0 nothing fatal was found, 1 something was, 2 wrong usage.

            --measure is a measurement: on one thread, the bytes of each file, already in memory, are read as XML, validated, read into \
            the invoice model and written again in the same syntax; after three rounds to warm up this goes on for that many seconds, \
            three rounds at least. Each file then is one line, {"file":…,"bytes":…,"nanoseconds":…}, with the median time of a round.

            Examples:
              ledgerflow validate invoice.xml
              ledgerflow validate --json invoices/ > findings.jsonl
            """)

    @Option(help: "The rules to validate by: \(Ruleset.names.joined(separator: ", ")).") var ruleset = Ruleset.en16931.name
    @Option(help: "The language of the messages: en or ar.") var language = LanguageChoice.en
    @Flag(help: "Print JSON, one line a document, for programs.") var json = false
    @Option(help: ArgumentHelp("Measure instead; see above.", valueName: "seconds")) var measure: Double?
    @Argument(help: ArgumentHelp("Files and directories; - reads standard input.", valueName: "file")) var files: [String]

    /// What the command ends with when it was used wrongly.
    static let wrongUsage = ExitCode(2)

    func validate() throws {
        if Ruleset.named(ruleset) == nil {
            throw ValidationError("--ruleset must be one of \(Ruleset.names.joined(separator: ", ")), not “\(ruleset)”.")
        }
        if files.contains("") { throw ValidationError("The name of a file is empty.") }
        if files.count(where: { $0 == "-" }) > 1 { throw ValidationError("Standard input (-) can be read once only.") }
        if let measure, !(measure > 0 && measure <= 3_600) {
            throw ValidationError("--measure must be a number of seconds above 0, at most 3600.")
        }
        if measure != nil, json { throw ValidationError("Give --measure or --json, not both.") }
    }

    func run() async throws {
        guard let rules = Ruleset.named(ruleset) else { throw Self.wrongUsage }
        let check = DocumentCheck(ruleset: rules, language: language.messages)
        if let measure { return try measureRounds(check, seconds: measure) }
        var tally = Tally()
        let asJSON = json
        try await inOrder(DocumentWalk(files)) { step in
            let report = check.report(on: step)
            return (report.fatal, asJSON ? report.line : report.text)
        } take: { fatal, text in
            tally.add(isValid: fatal == 0)
            try Output.line(text)
        }
        if tally.documents == 0 {
            Output.note("Error: There is no .xml file in \(files.map(Output.plain).joined(separator: ", ")).")
            throw Self.wrongUsage
        }
        if !json, tally.documents > 1 { try Output.line(tally.text) }
        if tally.invalid > 0 { throw ExitCode.failure }
    }

    private func measureRounds(_ check: DocumentCheck, seconds: Double) throws {
        for step in DocumentWalk(files) { try Output.line(try RoundMeasurement(of: step, by: check, seconds: seconds).line) }
    }

    /// How many documents there were.
    private struct Tally {
        private(set) var documents = 0
        private(set) var invalid = 0

        mutating func add(isValid: Bool) {
            documents += 1
            if !isValid { invalid += 1 }
        }

        var text: String { "\(documents) documents: \(documents - invalid) valid, \(invalid) not." }
    }
}

/// In what language messages are asked for.
enum LanguageChoice: String, ExpressibleByArgument, CaseIterable {
    case en, ar

    var messages: MessageLanguage {
        switch self {
        case .en: .english
        case .ar: .arabic
        }
    }
}

extension Validate {
    /// Whether the arguments ask for this command, whose exit code for wrong usage is its own.
    static func isAsked(by arguments: [String]) -> Bool { arguments.dropFirst().first == "validate" }
}
