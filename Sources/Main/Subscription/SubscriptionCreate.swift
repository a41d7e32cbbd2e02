internal import ArgumentParser
internal import Domain

/// Which events are delivered.
struct EventChoice: ParsableArguments {
    @Option(
        help: "A type of events, ledgerflow.invoice.issued.v1; or how types begin, ledgerflow.invoice.*; or * for all. May be repeated.")
    var type: [String] = []
    @Option(help: "A condition on the events in JSON; see “Subscriptions” in docs/api.md.") var filter: String?

    func validate() throws { _ = try condition() }

    var isGiven: Bool { !type.isEmpty || filter != nil }

    func condition() throws -> JSONValue? {
        guard let filter else { return nil }
        do {
            return try JSONReader.read(Array(filter.utf8))
        } catch {
            throw ValidationError("--filter is not JSON: \(error.description).")
        }
    }

    /// Writes the members that are given.
    func write(_ condition: JSONValue?, to json: inout JSONWriter) {
        if !type.isEmpty { json.field("types", type) }
        json.field("filter", ifPresent: condition)
    }
}

struct SubscriptionCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Have events sent to a URL, from now on.",
        discussion: """
            Examples:
              ledgerflow subscription create --name billing --url https://example.com/hook --type "ledgerflow.invoice.*"
              ledgerflow subscription create --name alarms --url https://example.com/hook --type ledgerflow.service-call.failed.v1

            Repeating it with the same --idempotency-key and the same options gives the same subscription again.
            """)

    @Option(help: "Where the events go.") var url: String
    @Option(help: "What it is called.") var name: String
    @OptionGroup var events: EventChoice
    @OptionGroup var headers: HeaderOption
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var key: IdempotencyKeyOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if events.type.isEmpty { throw ValidationError("Give at least one --type; --type \"*\" for all events.") }
    }

    func run() async throws {
        let (fields, condition) = (try headers.fields(), try events.condition())
        var writer = JSONWriter()
        writer.object { json in
            json.field("name", name)
            events.write(condition, to: &json)
            json.object("target") { json in
                json.field("url", url)
                if !fields.isEmpty { json.field("headers", map: fields) }
            }
            policy.write(to: &json)
        }
        try await Subscriptions.create(writer.bytes, key, connection, format)
    }
}

struct SubscriptionChange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change what is named; all else stays.",
        discussion: "Types given take the place of all before. A header given replaces the one of that name; other headers stay.")

    @OptionGroup var subscription: ItemIdArgument<Subscriptions>
    @Option(help: "Where the events go.") var url: String?
    @Option(help: "What it is called.") var name: String?
    @OptionGroup var events: EventChoice
    @OptionGroup var headers: HeaderOption
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var clear: ClearOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if url == nil, name == nil, !events.isGiven, headers.header.isEmpty, !policy.isGiven, clear.names.isEmpty {
            throw ValidationError("Say what is to be changed.")
        }
    }

    func run() async throws {
        let (fields, condition) = (try headers.fields(), try events.condition())
        var writer = JSONWriter()
        writer.object { json in
            json.field("name", ifPresent: name)
            events.write(condition, to: &json)
            if url != nil || !fields.isEmpty {
                json.object("target") { json in
                    json.field("url", ifPresent: url)
                    if !fields.isEmpty { json.field("headers", map: fields) }
                }
            }
            policy.write(to: &json)
            clear.write(to: &json)
        }
        try await Subscriptions.change(subscription, writer.bytes, connection, format)
    }
}
