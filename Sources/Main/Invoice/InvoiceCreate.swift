internal import ArgumentParser
internal import Domain

struct InvoiceCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Draft an invoice, and issue it at once if told to.",
        discussion: """
            The file holds the invoice in JSON, without what the engine works out: number, line amounts, taxes and totals. When the \
            command returns, the invoice is on the disk. What the rules find in it is told; a draft may be kept with fatal findings, but \
            not issued.

            Examples:
              ledgerflow invoice create draft.json
              ledgerflow invoice create draft.json --issue --key order-4711
            """)

    @OptionGroup var file: InputArgument
    @OptionGroup var key: KeyOption
    @Flag(help: "Issue it in the same step.") var issue = false
    @Option(help: "The series that numbers it (default: INV, or CN for a credit note); with --issue.") var series: String?
    @OptionGroup var language: LanguageOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if series != nil, !issue { throw ValidationError("--series needs --issue.") }
    }

    func run() async throws {
        let body = try file.contents()
        try await connection.withClient { client in
            let query = language.query + [("issue", issue ? "true" : nil), ("series", series)]
            let (detail, isNew) = try await client.books(
                .post, InvoiceCommands.path, query: query, headers: key.headers, body: body, naming: .pointers)
            try Output.line(format.json ? detail.line : InvoiceText.created(detail, isNew: isNew))
        }
    }
}

struct InvoiceBatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch", abstract: "Draft, and where they say so issue, up to 1,000 invoices at once.",
        discussion: """
            The file holds {"items":[{"document":{…},"idempotencyKey":"…","issue":true,"series":"…"}]}, where all but the document may be \
            left out. Each item has its own result, and one that is wrong does not stop the others. Exit code 1 when any was refused.
            """)

    @OptionGroup var file: InputArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let body = try file.contents()
        try await connection.withClient { client in
            let answer = try await client.books(.post, InvoiceCommands.path + "/batch", body: body, naming: .pointers).value
            let results = answer["results"]?.elements ?? []
            if format.json {
                try Output.line(answer.line)
            } else {
                try Output.line(results.enumerated().map { InvoiceText.result($1, at: $0) }.joined(separator: "\n"))
            }
            let refused = results.count { !(200...299).contains($0["status"]?.int ?? 0) }
            if refused > 0 {
                if !format.json { Output.note("\(refused) of \(results.count) refused.") }
                throw ExitCode.failure
            }
        }
    }
}

/// The file that a command sends.
struct InputArgument: ParsableArguments {
    @Argument(help: "The file; - reads standard input.") var file: String

    /// The engine takes no larger body.
    private static let maxBytes = 64 << 20

    func contents() throws -> [UInt8] {
        let path = InputPath(file)
        do throws(InputFailure) {
            return try InputFile.contents(of: path, limit: Self.maxBytes)
        } catch {
            let name = path.isStandardInput ? "standard input" : "the file “\(file)”"
            throw CommandFailure(.usage, "\(name) cannot be read: \(error.reason)", advice: "Check the path and its permissions.")
        }
    }
}
