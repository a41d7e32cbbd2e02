internal import ArgumentParser
internal import Domain

struct TargetCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "target", abstract: "See how the hosts that calls go to are doing; pause and resume them.",
        discussion: """
            Talks to a running engine. Exit codes: 0 done, 1 refused or failed, 64 wrong usage, 69 the engine does not answer.
            """,
        subcommands: [TargetList.self, TargetPause.self, TargetResume.self])

    static let path = "/v1/targets"
    static let subject = "target list"
}

/// The target that a command is about.
struct TargetHostArgument: ParsableArguments {
    @Argument(help: "The host, as in the calls' URLs and without a port: example.com.") var host: String

    var path: String { TargetCommands.path + "/" + APIClient.escaped(host) }

    func validate() throws {
        if host.isEmpty { throw ValidationError("The host is empty; `ledgerflow target list` shows hosts.") }
    }
}

/// Why something is paused.
struct PauseReasonOption: ParsableArguments {
    @Option(help: "Why; it goes on record.") var reason: String?

    var body: [UInt8]? {
        guard let reason else { return nil }
        var writer = JSONWriter()
        writer.object { $0.field("reason", reason) }
        return writer.bytes
    }
}

struct TargetList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the hosts with calls, failures or a pause.",
        discussion: """
            States: closed (calls go through), open (it failed continuously; its calls wait), halfOpen (being tried), paused. With \
            --json a page is printed as the engine gave it, with --all one target a line.
            """)

    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            try await pages.print(
                TargetCommands.path, [], client, format, heading: TargetText.heading, none: "No targets.", TargetText.row)
        }
    }
}

struct TargetPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let no calls go to a host until it is resumed.",
        discussion: "They wait, and do not fail. Requests under way end as they will.")

    @OptionGroup var target: TargetHostArgument
    @OptionGroup var reason: PauseReasonOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await command(target, "pause", reason.body, connection, format) }
}

struct TargetResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let calls go to a host again.")

    @OptionGroup var target: TargetHostArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await command(target, "resume", nil, connection, format) }
}

/// Sends a command to a target and prints where it stands then.
private func command(
    _ target: TargetHostArgument, _ command: String, _ body: [UInt8]?, _ connection: ConnectionOptions, _ format: FormatOption
) async throws {
    try await connection.withClient { client in
        let state = try await client.manage(.post, target.path + "/" + command, body: body, of: TargetCommands.subject).value
        try Output.line(format.json ? state.line : TargetText.row(state))
    }
}
