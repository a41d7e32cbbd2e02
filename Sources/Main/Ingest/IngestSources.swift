internal import ArgumentParser
internal import Domain
internal import Foundation

struct IngestSources: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources", abstract: "The sources of documents: list them, set them up, pause and resume them.",
        discussion: "Without a further word it lists them.",
        subcommands: [
            ItemList<Sources>.self, ItemShow<Sources>.self, SourcePut.self, ItemPause<Sources>.self, ItemResume<Sources>.self,
            ItemDelete<Sources>.self,
        ], defaultSubcommand: ItemList<Sources>.self)
}

/// What a source is asked.
struct SourceOptions: ParsableArguments {
    @Option(help: "Where it is asked: http or https.") var url: String?
    @Option(help: "The user for basic authentication.") var username: String?
    @Option(help: "A file with the password; - reads standard input. A source that is known keeps the one it has.")
    var passwordFile: String?
    @Flag(help: "Let the password go over plain http to another machine.") var allowUnencryptedPassword = false
    @Option(help: "Seconds from the beginning of a run to that of the next (default: 300).") var interval: Int?
    @Option(help: "The operation that it is asked for (default: \(SubmittedSource.standardOperation)).") var operation: String?
    @Option(help: "The operation's namespace.") var namespace: String?
    @Option(help: "What is sent as SOAPAction.") var soapAction: String?
    @Option(help: "A parameter of the operation as name=value; {from} and {to} stand for the run's window. May be repeated.")
    var parameter: [String] = []
    @Option(help: "The element that holds one document.") var invoiceElement: String?
    @Option(help: "Where the document's number stands below it.") var numberPath: String?
    @Option(help: "The topic of the bus that its documents go to.") var topic: String?
    @Option(help: "A file with a mapping, by which an invoice is drafted of each document.") var mapping: String?

    func validate() throws {
        if namespace != nil, operation == nil { throw ValidationError("--namespace has a meaning only together with --operation.") }
        for text in parameter where !text.contains("=") { throw ValidationError("--parameter “\(text)” must be name=value.") }
        if passwordFile != nil, username == nil { throw ValidationError("--password-file has a meaning only together with --username.") }
        if passwordFile == "-", mapping == "-" { throw ValidationError("Standard input (-) can be read once only.") }
    }

    var isGiven: Bool {
        url != nil || username != nil || interval != nil || operation != nil || soapAction != nil || !parameter.isEmpty
            || invoiceElement != nil || numberPath != nil || topic != nil || mapping != nil || allowUnencryptedPassword
    }

    func body() throws -> [UInt8] {
        let password = try passwordFile.map(Self.password)
        let mapping = try mapping.map(Self.json)
        var writer = JSONWriter()
        writer.object { json in
            json.field("url", ifPresent: url)
            json.field("username", ifPresent: username)
            json.field("password", ifPresent: password)
            if allowUnencryptedPassword { json.field("allowUnencryptedPassword", true) }
            json.field("intervalSeconds", ifPresent: interval)
            if let operation {
                json.object("operation") { json in
                    json.field("namespace", ifPresent: namespace)
                    json.field("name", operation)
                }
            }
            json.field("soapAction", ifPresent: soapAction)
            json.array("parameters") { json in
                for text in parameter {
                    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                    json.object { json in
                        json.field("name", parts.first ?? "")
                        json.field("value", parts.dropFirst().first ?? "")
                    }
                }
            }
            json.field("invoiceElement", ifPresent: invoiceElement)
            json.field("numberPath", ifPresent: numberPath)
            json.field("topic", ifPresent: topic)
            json.field("mapping", ifPresent: mapping)
        }
        return writer.bytes
    }

    static func password(in file: String) throws -> String {
        guard var text = String(validating: try contents(of: file), as: UTF8.self) else {
            throw CommandFailure(.usage, "the file “\(file)” is no text")
        }
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }

    static func json(in file: String) throws -> JSONValue {
        do {
            return try JSONReader.read(try contents(of: file))
        } catch let error as JSONSyntaxError {
            throw CommandFailure(.usage, "the file “\(file)” is not JSON: \(error.description)")
        }
    }

    static func contents(of file: String) throws -> [UInt8] {
        do throws(InputFailure) {
            return try InputFile.contents(of: InputPath(file), limit: JSONLimits.standard.maxBytes)
        } catch {
            throw CommandFailure(.usage, "the file “\(file)” cannot be read: \(error.reason)")
        }
    }
}

struct SourcePut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put", abstract: "Make a source, or replace what is asked of it.",
        discussion: """
            What is not given takes its default, but for the password, which a source keeps as long as its server and user stay the same. \
            With --file the whole source is given in JSON, as the API takes it (docs/ingestion.md).

            Example: ledgerflow ingest sources put trading-house --url https://example.com/soap --username lf --password-file secret.txt \
            --operation GetInvoices --namespace urn:example --parameter "since={from}" --invoice-element Invoice --number-path InvoiceNumber
            """)

    @OptionGroup var source: ItemIdArgument<Sources>
    @Option(help: "A file with the source in JSON; - reads standard input.") var file: String?
    @OptionGroup var options: SourceOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if file != nil, options.isGiven { throw ValidationError("Give --file or the other options, not both.") }
        if file == nil, options.url == nil || options.invoiceElement == nil || options.numberPath == nil {
            throw ValidationError("Give --url, --invoice-element and --number-path; or --file.")
        }
    }

    func run() async throws {
        let body = if let file { try SourceOptions.contents(of: file) } else { try options.body() }
        try await Sources.put(source, body, connection, format)
    }
}
