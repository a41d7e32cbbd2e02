internal import ArgumentParser
internal import Domain

struct IngestReceivers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receivers",
        abstract: "The receivers of webhooks: list them, set them up, change their secrets, pause and resume them.",
        discussion: "Without a further word it lists them.",
        subcommands: [
            ItemList<Receivers>.self, ItemShow<Receivers>.self, ReceiverPut.self, ReceiverSecret.self, ItemPause<Receivers>.self,
            ItemResume<Receivers>.self, ItemDelete<Receivers>.self,
        ], defaultSubcommand: ItemList<Receivers>.self)
}

/// What a receiver takes.
struct ReceiverOptions: ParsableArguments {
    @Option(help: "How the sender signs: standard-webhooks, hmac or shared-secret.") var scheme: String?
    @Option(help: "A file with the secret; - reads standard input. A receiver that is known keeps those it has.") var secretFile: String?
    @Option(help: "With hmac, the field of the signature; with shared-secret, that of the secret.") var header: String?
    @Option(help: "With hmac: sha256 (default) or sha512.") var algorithm: String?
    @Option(help: "With hmac: hex (default) or base64.") var encoding: String?
    @Option(help: "With hmac: what stands before the signature, such as sha256=.") var prefix: String?
    @Option(help: "With hmac: the field of the time of sending, in seconds.") var timestampHeader: String?
    @Option(help: "With hmac: what is signed, such as {timestamp}.{body} (default: {body}).") var content: String?
    @Option(help: "The field that holds a message's identity.") var idHeader: String?
    @Option(help: "Where a message's identity stands in its JSON: /data/id.") var idPointer: String?
    @Option(help: "How many seconds the time of sending may be from now (default: 300).") var tolerance: Int?
    @Option(help: "The most bytes of a message (default: 262144).") var maxBytes: Int?
    @Option(help: "The element that holds one document.") var invoiceElement: String?
    @Option(help: "Where the document's number stands below it.") var numberPath: String?
    @Option(help: "The topic of the bus that its messages go to.") var topic: String?
    @Option(help: "A file with a mapping, by which an invoice is drafted of each document.") var mapping: String?

    func validate() throws {
        if scheme == "shared-secret", describesSignature {
            throw ValidationError(
                "--algorithm, --encoding, --prefix, --timestamp-header and --content have a meaning only with --scheme hmac.")
        }
        if secretFile == "-", mapping == "-" { throw ValidationError("Standard input (-) can be read once only.") }
    }

    /// Whether it says how a signature is made.
    private var describesSignature: Bool {
        algorithm != nil || encoding != nil || prefix != nil || timestampHeader != nil || content != nil
    }

    var isGiven: Bool {
        scheme != nil || header != nil || describesSignature || idHeader != nil || idPointer != nil || tolerance != nil || maxBytes != nil
            || invoiceElement != nil || numberPath != nil || topic != nil || mapping != nil || secretFile != nil
    }

    func body() throws -> [UInt8] {
        let secret = try secretFile.map(SourceOptions.password)
        let mapping = try mapping.map(SourceOptions.json)
        var writer = JSONWriter()
        writer.object { json in
            json.field("scheme", ifPresent: scheme)
            if scheme == "shared-secret" {
                json.field("secretHeader", ifPresent: header)
            } else if header != nil || describesSignature {
                json.object("signature") { json in
                    json.field("header", ifPresent: header)
                    json.field("algorithm", ifPresent: algorithm)
                    json.field("encoding", ifPresent: encoding)
                    json.field("prefix", ifPresent: prefix)
                    json.field("timestampHeader", ifPresent: timestampHeader)
                    json.field("content", ifPresent: content)
                }
            }
            if idHeader != nil || idPointer != nil {
                json.object("messageId") { json in
                    json.field("header", ifPresent: idHeader)
                    json.field("pointer", ifPresent: idPointer)
                }
            }
            json.field("toleranceSeconds", ifPresent: tolerance)
            json.field("maxBytes", ifPresent: maxBytes)
            json.field("invoiceElement", ifPresent: invoiceElement)
            json.field("numberPath", ifPresent: numberPath)
            json.field("topic", ifPresent: topic)
            json.field("mapping", ifPresent: mapping)
            json.field("secret", ifPresent: secret)
        }
        return writer.bytes
    }
}

struct ReceiverPut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Make a receiver, or replace what it takes.",
        discussion: """
            What is not given takes its default, but for the secrets, which a receiver keeps as long as its scheme stays the same. With --file \
            the whole receiver is given in JSON, as the API takes it (docs/receiving-webhooks.md).

            Example: ledgerflow ingest receivers put bank --scheme hmac --header X-Signature --prefix sha256= --id-pointer /id \
            --secret-file secret.txt
            """)

    @OptionGroup var receiver: ItemIdArgument<Receivers>
    @Option(help: "A file with the receiver in JSON; - reads standard input.") var file: String?
    @OptionGroup var options: ReceiverOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if file != nil, options.isGiven { throw ValidationError("Give --file or the other options, not both.") }
        if file == nil, options.scheme == nil { throw ValidationError("Give --scheme; or --file.") }
    }

    func run() async throws {
        let body = if let file { try SourceOptions.contents(of: file) } else { try options.body() }
        try await Receivers.put(receiver, body, connection, format)
    }
}

struct ReceiverSecret: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add-secret", abstract: "Have a receiver believe a further secret; the others expire after an overlap.")

    @OptionGroup var receiver: ItemIdArgument<Receivers>
    @Option(help: "A file with the secret; - reads standard input.") var secretFile: String
    @Option(help: "How many seconds the others are believed still (default: a day).") var overlap: Int?
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let secret = try SourceOptions.password(in: secretFile)
        var writer = JSONWriter()
        writer.object { json in
            json.field("secret", secret)
            json.field("overlapSeconds", ifPresent: overlap)
        }
        let body = writer.bytes
        try await connection.withClient { client in
            let changed = try await client.manage(.post, receiver.path + "/secrets", body: body, of: Receivers.subject).value
            try Output.line(format.json ? changed.line : Receivers.detail(changed))
        }
    }
}

struct IngestMessages: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages", abstract: "The messages that receivers took, newest first; with an identifier, one of them.",
        discussion: "With an identifier and --raw its body is written as it came, and nothing else.")

    @Argument(help: "The identifier of one message.") var id: String?
    @Option(help: "Those of this receiver.") var receiver: String?
    @Flag(help: "Write the body of the one message.") var raw = false
    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if raw, id == nil { throw ValidationError("--raw needs the identifier of a message.") }
    }

    func run() async throws {
        try await connection.withClient { client in
            guard let id else {
                return try await pages.print(
                    IngestText.messagesPath, [("source", receiver)], client, format, heading: IngestText.messageHeading,
                    none: "No messages.", IngestText.message)
            }
            if raw { return try await IngestText.writeRaw(IngestText.messagesPath, id, [], client) }
            try await IngestText.show(IngestText.messagesPath, id, client, format, IngestText.messageDetail)
        }
    }
}
