internal import ArgumentParser
internal import Domain
internal import Foundation

struct InvoiceCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoice", abstract: "Draft, validate, issue and credit invoices, and look at them.",
        discussion: """
            Talks to a running engine. To validate files without one, use `ledgerflow validate`. Exit codes: 0 done, 1 refused, failed or \
            not valid, 64 wrong usage, 69 the engine does not answer.
            """,
        subcommands: [
            InvoiceCreate.self, InvoiceList.self, InvoiceShow.self, InvoiceValidate.self, InvoiceIssue.self, InvoiceCredit.self,
            InvoiceCancel.self, InvoiceVoid.self, InvoiceDocumentCommand.self, InvoiceBatch.self,
        ])

    static let path = "/v1/invoices"
}

/// The invoice that a command is about.
struct InvoiceIdArgument: ParsableArguments {
    @Argument(help: "The invoice's identifier.") var id: String

    var path: String { InvoiceCommands.path + "/" + APIClient.escaped(id) }

    func validate() throws {
        if id.isEmpty { throw ValidationError("The identifier is empty; `ledgerflow invoice list` shows identifiers.") }
    }
}

/// In what language findings are told.
struct LanguageOption: ParsableArguments {
    @Option(help: "The language of the findings' messages: en or ar.") var language = LanguageChoice.en

    var query: [(String, String?)] { language == .en ? [] : [("language", language.rawValue)] }
}

/// The key by which a request that is sent again is known.
struct KeyOption: ParsableArguments {
    @Option(help: "Names the request: the same key gives the same invoice again.") var key: String?

    var headers: [(String, String)] { key.map { [("Idempotency-Key", $0)] } ?? [] }

    func validate() throws {
        if let key, !(1...255).contains(key.utf8.count) || !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw ValidationError("--key must be 1 to 255 visible ASCII characters, without blanks.")
        }
    }
}

struct InvoiceShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show an invoice with its lines and totals.")

    @OptionGroup var invoice: InvoiceIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let detail = try await client.books(.get, invoice.path).value
            try Output.line(format.json ? detail.line : InvoiceText.detail(detail))
        }
    }
}

struct InvoiceValidate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Validate an invoice; a draft without fatal findings moves on to validated.",
        discussion: "Exit code 1 when it is not valid.")

    @OptionGroup var invoice: InvoiceIdArgument
    @OptionGroup var language: LanguageOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let answer = try await client.books(.post, invoice.path + "/validate", query: language.query).value
            try Output.line(format.json ? answer.line : InvoiceText.verdict(answer))
            if answer["valid"] != .bool(true) { throw ExitCode.failure }
        }
    }
}

struct InvoiceIssue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "Give an invoice its number; from then on it does not change.")

    @OptionGroup var invoice: InvoiceIdArgument
    @Option(help: "The series that numbers it (default: INV, or CN for a credit note).") var series: String?
    @OptionGroup var language: LanguageOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        var writer = JSONWriter()
        writer.object { $0.field("series", ifPresent: series) }
        try await change(invoice, "issue", writer.bytes, language.query, connection, format)
    }
}

/// Why something is taken back.
struct ReasonOption: ParsableArguments {
    @Option(help: "Why; it goes on record.") var reason: String

    var body: [UInt8] {
        var writer = JSONWriter()
        writer.object { $0.field("reason", reason) }
        return writer.bytes
    }
}

struct InvoiceCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Take an invoice back; a number that it has stays that of a document that was once valid.")

    @OptionGroup var invoice: InvoiceIdArgument
    @OptionGroup var reason: ReasonOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await change(invoice, "cancel", reason.body, [], connection, format) }
}

struct InvoiceVoid: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "void", abstract: "Put on record that an issued invoice never was a valid document, with its number.")

    @OptionGroup var invoice: InvoiceIdArgument
    @OptionGroup var reason: ReasonOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await change(invoice, "void", reason.body, [], connection, format) }
}

/// Sends a command to an invoice and prints where it stands then.
private func change(
    _ invoice: InvoiceIdArgument, _ command: String, _ body: [UInt8], _ query: [(String, String?)], _ connection: ConnectionOptions,
    _ format: FormatOption
) async throws {
    try await connection.withClient { client in
        let detail = try await client.books(.post, invoice.path + "/" + command, query: query, body: body).value
        try Output.line(format.json ? detail.line : InvoiceText.short(detail))
    }
}
