internal import ArgumentParser
internal import Domain

struct SubscriptionCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscription", abstract: "Have events sent to a URL as they happen (webhooks).",
        discussion: """
            Each event is delivered as a service call: signed, tried again, on record. Talks to a running engine. Exit codes: 0 done, \
            1 refused or failed, 64 wrong usage, 69 the engine does not answer.
            """,
        subcommands: [
            SubscriptionCreate.self, SubscriptionList.self, SubscriptionShow.self, SubscriptionChange.self, SubscriptionPause.self,
            SubscriptionResume.self, SubscriptionTest.self, SubscriptionReplay.self, SubscriptionDelete.self,
        ])

    static let path = "/v1/subscriptions"
    /// What tells more about one.
    static let subject = "subscription show"
}

/// The subscription that a command is about.
struct SubscriptionIdArgument: ParsableArguments {
    @Argument(help: "The subscription's identifier.") var id: String

    var path: String { SubscriptionCommands.path + "/" + APIClient.escaped(id) }

    func validate() throws {
        if id.isEmpty { throw ValidationError("The identifier is empty; `ledgerflow subscription list` shows identifiers.") }
    }
}

struct SubscriptionList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List subscriptions.",
        discussion: "With --json a page is printed as the engine gave it, with --all one subscription a line.")

    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            try await pages.print(
                SubscriptionCommands.path, [], client, format, heading: SubscriptionText.heading, none: "No subscriptions.",
                SubscriptionText.row)
        }
    }
}

struct SubscriptionShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a subscription.")

    @OptionGroup var subscription: SubscriptionIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let detail = try await client.manage(.get, subscription.path, of: SubscriptionCommands.subject).value
            try Output.line(format.json ? detail.line : SubscriptionText.detail(detail))
        }
    }
}

struct SubscriptionPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Deliver nothing until it is resumed.",
        discussion: "Events that come meanwhile are delivered afterwards, as far as the log keeps them.")

    @OptionGroup var subscription: SubscriptionIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await command(subscription, "pause", nil, connection, format) }
}

struct SubscriptionResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Deliver again, also after it was disabled for failing.")

    @OptionGroup var subscription: SubscriptionIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await command(subscription, "resume", nil, connection, format) }
}

struct SubscriptionReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Deliver the events since a time again, then those that come.",
        discussion: """
            Each delivery carries the webhook-id that it had the first time, so that a receiver that keeps identifiers drops what it has.

            Example: ledgerflow subscription replay 0192… --from 2026-11-20T00:00:00Z
            """)

    @OptionGroup var subscription: SubscriptionIdArgument
    @Option(help: "The time of the first event to deliver again (RFC 3339).") var from: String
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        var writer = JSONWriter()
        writer.object { $0.field("from", from) }
        try await command(subscription, "replay", writer.bytes, connection, format)
    }
}

struct SubscriptionTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Deliver a sample event now, as others are delivered.",
        discussion: "Prints the call; with --wait its outcome, and exit code 1 unless the target took it.")

    @OptionGroup var subscription: SubscriptionIdArgument
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let call = try await client.manage(.post, subscription.path + "/test", of: SubscriptionCommands.subject).value
            guard waiting.wait else { return try Output.line(format.json ? call.line : CallText.short(call)) }
            if !format.json { try Output.line(CallText.short(call)) }
            try await waiting.follow(call, client, format)
        }
    }
}

struct SubscriptionDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a subscription, for ever.", discussion: "Deliveries under way go on.")

    @OptionGroup var subscription: SubscriptionIdArgument
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            _ = try await client.manage(.delete, subscription.path, of: SubscriptionCommands.subject)
            try Output.line("\(Output.plain(subscription.id))  deleted")
        }
    }
}

/// Sends a command to a subscription and prints where it stands then.
private func command(
    _ subscription: SubscriptionIdArgument, _ command: String, _ body: [UInt8]?, _ connection: ConnectionOptions, _ format: FormatOption
) async throws {
    try await connection.withClient { client in
        let path = subscription.path + "/" + command
        let detail = try await client.manage(.post, path, body: body, of: SubscriptionCommands.subject).value
        try Output.line(format.json ? detail.line : SubscriptionText.short(detail))
    }
}
