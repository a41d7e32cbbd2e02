internal import ArgumentParser
internal import Domain
internal import Ports
internal import SystemAdapter

struct CallShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a call with every attempt.")

    @OptionGroup var call: CallIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let detail = try await client.get(call.path)
            try Output.line(format.json ? detail.line : CallText.detail(detail))
        }
    }
}

struct CallCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel a call that has not ended.",
        discussion: "An attempt that runs may still reach its target; its outcome no longer matters.")

    @OptionGroup var call: CallIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await change(call, "cancel", nil, connection, format) }
}

struct CallRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Open a failed call again.", discussion: "It starts a new run, with all its attempts before it.")

    @OptionGroup var call: CallIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await change(call, "retry", nil, connection, format) }
}

struct CallReschedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reschedule", abstract: "Move the next attempt of a call that waits.")

    @OptionGroup var call: CallIdArgument
    @OptionGroup var due: DueOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if due.dueAt == nil, due.delay == nil { throw ValidationError("Give the new time with --due-at or --in.") }
    }

    func run() async throws {
        var writer = JSONWriter()
        writer.object { $0.field("dueAt", ifPresent: due.text(now: SystemTimeSource().now())) }
        try await change(call, "reschedule", writer.bytes, connection, format)
    }
}

/// Sends a command to a call and prints where it stands then.
private func change(
    _ call: CallIdArgument, _ command: String, _ body: [UInt8]?, _ connection: ConnectionOptions, _ format: FormatOption
) async throws {
    try await connection.withClient { client in
        let detail = try await client.post(call.path + "/" + command, body: body).value
        try Output.line(format.json ? detail.line : CallText.short(detail))
    }
}
