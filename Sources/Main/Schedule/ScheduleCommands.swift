internal import ArgumentParser
internal import Domain

struct ScheduleCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Schedules.noun, abstract: "Calls that come again and again: set them up, look at them, pause and run them.",
        discussion: """
            Talks to a running engine. Exit codes: 0 done, 1 refused or failed, 64 wrong usage, 69 the engine does not answer.
            """,
        subcommands: [
            ScheduleCreate.self, ItemList<Schedules>.self, ItemShow<Schedules>.self, ScheduleChange.self, ItemPause<Schedules>.self,
            ItemResume<Schedules>.self, ScheduleRun.self, ItemDelete<Schedules>.self, ScheduleNext.self,
        ])
}

struct ScheduleRun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Make its call now, out of turn.",
        discussion: "Changes nothing of the schedule; a paused one is run too. Prints the call.")

    @OptionGroup var schedule: ItemIdArgument<Schedules>
    @OptionGroup var key: IdempotencyKeyOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let call = try await client.manage(.post, schedule.path + "/run", headers: key.headers, of: Schedules.subject).value
            try Output.line(format.json ? call.line : CallText.short(call))
        }
    }
}
