internal import ArgumentParser
internal import Domain

struct SubscriptionCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Subscriptions.noun, abstract: "Have events sent to a URL as they happen (webhooks).",
        discussion: """
            Each event is delivered as a service call: signed, tried again, on record. Talks to a running engine. Exit codes: 0 done, \
            1 refused or failed, 64 wrong usage, 69 the engine does not answer.
            """,
        subcommands: [
            SubscriptionCreate.self, ItemList<Subscriptions>.self, ItemShow<Subscriptions>.self, SubscriptionChange.self,
            ItemPause<Subscriptions>.self, ItemResume<Subscriptions>.self, SubscriptionTest.self, SubscriptionReplay.self,
            ItemDelete<Subscriptions>.self,
        ])
}

struct SubscriptionReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Deliver the events since a time again, then those that come.",
        discussion: """
            Each delivery carries the webhook-id that it had the first time, so that a receiver that keeps identifiers drops what it has.

            Example: ledgerflow subscription replay 0192… --from 2026-11-20T00:00:00Z
            """)

    @OptionGroup var subscription: ItemIdArgument<Subscriptions>
    @Option(help: "The time of the first event to deliver again (RFC 3339).") var from: String
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        var writer = JSONWriter()
        writer.object { $0.field("from", from) }
        try await Subscriptions.command(subscription, "replay", body: writer.bytes, connection, format)
    }
}

struct SubscriptionTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Deliver a sample event now, as others are delivered.",
        discussion: "Prints the call; with --wait its outcome, and exit code 1 unless the target took it.")

    @OptionGroup var subscription: ItemIdArgument<Subscriptions>
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let call = try await client.manage(.post, subscription.path + "/test", of: Subscriptions.subject).value
            guard waiting.wait else { return try Output.line(format.json ? call.line : CallText.short(call)) }
            if !format.json { try Output.line(CallText.short(call)) }
            try await waiting.follow(call, client, format)
        }
    }
}
