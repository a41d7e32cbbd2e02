internal import ArgumentParser
internal import Domain
internal import Foundation

struct WebhookSecretCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook-secret", abstract: "The secrets that calls are signed with (Standard Webhooks).",
        discussion: """
            Talks to a running engine. Exit codes: 0 done, 1 refused or failed, 64 wrong usage, 69 the engine does not answer.
            """,
        subcommands: [WebhookSecretCreate.self, WebhookSecretList.self, WebhookSecretDelete.self])

    static let path = "/v1/webhook-secrets"
    static let subject = "webhook-secret list"
}

struct WebhookSecretCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Sign calls with a new secret, and print what receivers verify with.",
        discussion: """
            The secret is shown now and never again. Those before it of the same scheme go on to sign for the time of --overlap, so that \
            receivers can change over; then they expire. Without --json it prints the secret, or the public key, and nothing else.

            Examples:
              ledgerflow webhook-secret create
              ledgerflow webhook-secret create --scheme ed25519 --overlap 7d
            """)

    @Option(help: "How calls are signed: hmac-sha256 or ed25519 (default: hmac-sha256).") var scheme: String?
    @Option(help: "A file with a secret of your own, as whsec_ and Base64; - reads standard input. Without it one is made.")
    var secretFile: String?
    @Option(help: "How long earlier secrets go on to sign: 30m, 24h or 7d, for instance (default: 24h).") var overlap: String?
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let overlap, DueOptions.span(overlap) == nil {
            throw ValidationError("--overlap must be a whole number with s, m, h or d behind it, for instance 24h; “\(overlap)” is not.")
        }
    }

    func run() async throws {
        let secret = try Self.secret(secretFile)
        var writer = JSONWriter()
        writer.object { json in
            json.field("scheme", ifPresent: scheme)
            json.field("secret", ifPresent: secret)
            json.field("overlapSeconds", ifPresent: overlap.flatMap(DueOptions.span).map { $0.milliseconds / 1_000 })
        }
        try await connection.withClient { client in
            let made = try await client.manage(.post, WebhookSecretCommands.path, body: writer.bytes, of: WebhookSecretCommands.subject).value
            if format.json { return try Output.line(made.line) }
            try Output.line(Output.plain(made["secret"]?.text ?? made["publicKey"]?.text ?? "–"))
        }
    }

    private static func secret(_ file: String?) throws -> String? {
        guard let file else { return nil }
        let most = 4_096
        guard let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file),
            let bytes = try? handle.read(upToCount: most), let text = String(validating: bytes, as: UTF8.self)
        else { throw CommandFailure(.usage, "--secret-file \(file) cannot be read", advice: "Check the path and its permissions.") }
        let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !secret.isEmpty else { throw CommandFailure(.usage, "--secret-file \(file) is empty") }
        return secret
    }
}

struct WebhookSecretList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the secrets in use, without what is secret.")

    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let list = try await client.manage(.get, WebhookSecretCommands.path, of: WebhookSecretCommands.subject).value
            if format.json { return try Output.line(list.line) }
            let rows = (list["items"]?.elements ?? []).map(Self.row)
            if rows.isEmpty { return Output.note("No secrets: calls are not signed.") }
            try Output.line(([Self.heading] + rows).joined(separator: "\n"))
        }
    }

    private static let heading = [Output.pad("ID", 36), Output.pad("SCHEME", 11), Output.pad("CREATED", 27), Output.pad("EXPIRES", 27), "PUBLIC KEY"]
        .joined(separator: "  ")

    private static func row(_ secret: JSONValue) -> String {
        func text(_ name: String) -> String { Output.plain(secret[name]?.text ?? "–") }
        return [
            Output.pad(text("id"), 36), Output.pad(text("scheme"), 11), Output.pad(text("createdAt"), 27),
            Output.pad(secret["expiresAt"]?.text.map(Output.plain) ?? "never", 27), text("publicKey"),
        ].joined(separator: "  ")
    }
}

struct WebhookSecretDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "delete", abstract: "Sign no more calls with a secret, from now on.")

    @Argument(help: "The secret's identifier.") var id: String
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if id.isEmpty { throw ValidationError("The identifier is empty; `ledgerflow webhook-secret list` shows identifiers.") }
    }

    func run() async throws {
        try await connection.withClient { client in
            let path = WebhookSecretCommands.path + "/" + APIClient.escaped(id)
            _ = try await client.manage(.delete, path, of: WebhookSecretCommands.subject)
            try Output.line("\(Output.plain(id))  deleted")
        }
    }
}
