internal import ArgumentParser
internal import Domain

struct ScheduleCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Calls that come again and again: set them up, look at them, pause and run them.",
        discussion: """
            Talks to a running engine. Exit codes: 0 done, 1 refused or failed, 64 wrong usage, 69 the engine does not answer.
            """,
        subcommands: [
            ScheduleCreate.self, ScheduleList.self, ScheduleShow.self, ScheduleChange.self, SchedulePause.self, ScheduleResume.self,
            ScheduleRun.self, ScheduleDelete.self, ScheduleNext.self,
        ])

    static let path = "/v1/schedules"
    /// What tells more about one.
    static let subject = "schedule show"
}

/// The schedule that a command is about.
struct ScheduleIdArgument: ParsableArguments {
    @Argument(help: "The schedule's identifier.") var id: String

    var path: String { ScheduleCommands.path + "/" + APIClient.escaped(id) }

    func validate() throws {
        if id.isEmpty { throw ValidationError("The identifier is empty; `ledgerflow schedule list` shows identifiers.") }
    }
}

struct ScheduleList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List schedules.",
        discussion: "With --json a page is printed as the engine gave it, with --all one schedule a line.")

    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            try await pages.print(
                ScheduleCommands.path, [], client, format, heading: ScheduleText.heading, none: "No schedules.", ScheduleText.row)
        }
    }
}

struct ScheduleShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a schedule with its next ten occurrences.")

    @OptionGroup var schedule: ScheduleIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let detail = try await client.manage(.get, schedule.path, of: ScheduleCommands.subject).value
            try Output.line(format.json ? detail.line : ScheduleText.detail(detail))
        }
    }
}

struct SchedulePause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Make no further calls until it is resumed.",
        discussion: "Calls that it has made already go on. What is missed meanwhile follows its misfire rule.")

    @OptionGroup var schedule: ScheduleIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await command(schedule, "pause", connection, format) }
}

struct ScheduleResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Make calls again.")

    @OptionGroup var schedule: ScheduleIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await command(schedule, "resume", connection, format) }
}

struct ScheduleRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Make its call now, out of turn.",
        discussion: "Changes nothing of the schedule; a paused one is run too. Prints the call.")

    @OptionGroup var schedule: ScheduleIdArgument
    @OptionGroup var key: IdempotencyKeyOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let call = try await client.manage(.post, schedule.path + "/run", headers: key.headers, of: ScheduleCommands.subject).value
            try Output.line(format.json ? call.line : CallText.short(call))
        }
    }
}

struct ScheduleDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a schedule, for ever.", discussion: "Calls that it has made already go on.")

    @OptionGroup var schedule: ScheduleIdArgument
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            _ = try await client.manage(.delete, schedule.path, of: ScheduleCommands.subject)
            try Output.line("\(Output.plain(schedule.id))  deleted")
        }
    }
}

/// Sends a command to a schedule and prints where it stands then.
private func command(
    _ schedule: ScheduleIdArgument, _ command: String, _ connection: ConnectionOptions, _ format: FormatOption
) async throws {
    try await connection.withClient { client in
        let detail = try await client.manage(.post, schedule.path + "/" + command, of: ScheduleCommands.subject).value
        try Output.line(format.json ? detail.line : ScheduleText.short(detail))
    }
}
