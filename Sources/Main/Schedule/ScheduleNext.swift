internal import ArgumentParser
internal import Domain

struct ScheduleNext: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Print the occurrences to come, one a line.",
        discussion: """
            With an identifier it asks the engine, which tells the next ten. Times have the offset of the schedule's time zone.
            """)

    @Argument(help: "The schedule's identifier.") var id: String
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let path = ScheduleCommands.path + "/" + APIClient.escaped(id)
            let next = try await client.manage(.get, path, of: ScheduleCommands.subject).value["next"] ?? .array([])
            if format.json { return try Output.line(next.line) }
            for time in next.elements.compactMap(\.text) { try Output.line(Output.plain(time)) }
        }
    }
}
