internal import ArgumentParser
internal import Domain

struct InvoiceCredit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit", abstract: "Credit an issued invoice, whole or in part, by a credit note of its own.",
        discussion: """
            Without --line the whole invoice is credited. The credit note is issued at once unless --draft is given. Never more is \
            credited than was invoiced.

            Example: ledgerflow invoice credit 0198… --line 1=2 --line 3 --reason "Two were broken, one was missing."
            """)

    @OptionGroup var invoice: InvoiceIdArgument
    @Option(
        help: ArgumentHelp("A line to credit, by its identifier, all of it or so much of it; may be repeated.", valueName: "id[=quantity]"))
    var line: [String] = []
    @Option(help: "Why; it stands on the credit note.") var reason: String?
    @Option(help: "The credit note's date, as 2026-11-20 (default: today).") var issueDate: String?
    @Flag(help: "Leave the credit note a draft.") var draft = false
    @Option(help: "The series that numbers it (default: CN).") var series: String?
    @OptionGroup var key: KeyOption
    @OptionGroup var language: LanguageOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if draft, series != nil { throw ValidationError("Give --draft or --series, not both: a draft has no number.") }
        for line in line {
            let (id, quantity) = Self.parts(line)
            if id.isEmpty || quantity?.isEmpty == true {
                throw ValidationError("--line must be a line's identifier, or identifier=quantity; “\(line)” is not.")
            }
        }
    }

    func run() async throws {
        try await connection.withClient { client in
            let (detail, isNew) = try await client.books(
                .post, invoice.path + "/credit-notes", query: language.query, headers: key.headers, body: body)
            try Output.line(format.json ? detail.line : InvoiceText.created(detail, isNew: isNew))
        }
    }

    private var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { json in
            if !line.isEmpty {
                json.array("lines") { list in
                    for line in line {
                        let (id, quantity) = Self.parts(line)
                        list.object { json in
                            json.field("id", id)
                            json.field("quantity", ifPresent: quantity)
                        }
                    }
                }
            }
            json.field("reason", ifPresent: reason)
            json.field("issueDate", ifPresent: issueDate)
            if draft { json.field("issue", false) }
            json.field("series", ifPresent: series)
        }
        return writer.bytes
    }

    /// An identifier may itself hold an equals sign.
    private static func parts(_ line: String) -> (id: String, quantity: String?) {
        guard let sign = line.lastIndex(of: "=") else { return (line, nil) }
        return (String(line[..<sign]), String(line[line.index(after: sign)...]))
    }
}
