internal import ArgumentParser
internal import Domain

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the tenant's events; send again what a topic's consumers put aside.",
        subcommands: [EventsTail.self, EventsReplay.self, EventsTopic.self])
}

struct EventsTail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Print events, one a line.",
        discussion: """
            Without --follow it prints the events that there are, from the beginning or behind --after, and then the cursor to go on \
            from. With --follow it prints the events that are yet to come (with --from-start those before them too), and takes the \
            stream up again where it broke. With --json each line is a CloudEvent.
            """)

    @Option(help: "A cursor: the events behind it.") var after: String?
    @Flag(help: "Begin with the first event of all.") var fromStart = false
    @Option(help: "Stop after so many events.") var limit: Int?
    @Flag(name: .shortAndLong, help: "Wait for further events until interrupted.") var follow = false
    @Flag(help: "Print CloudEvents, one a line.") var json = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if after != nil, fromStart { throw ValidationError("Give --after or --from-start, not both.") }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
        if after?.isEmpty == true { throw ValidationError("--after is empty; give a cursor, or leave it out.") }
    }

    func run() async throws {
        try await connection.withClient { follow ? try await stream($0) : try await pages($0) }
    }

    private func pages(_ client: APIClient) async throws {
        var (cursor, printed) = (after, 0)
        while printed < limit ?? .max {
            let page = try await client.events(after: cursor, limit: min(1_000, (limit ?? .max) - printed))
            cursor = page.next ?? cursor
            if !page.items.isEmpty {
                try Output.line(page.items.map { json ? $0.line : EventText.line($0) }.joined(separator: "\n"))
            }
            printed += page.items.count
            if page.isAtEnd || page.next == nil { break }
        }
        if !json, let cursor { Output.note("\(printed) events. To go on: --after \(cursor)") }
    }

    private func stream(_ client: APIClient) async throws {
        let start: EventStart = if let after { .after(after) } else if fromStart { .beginning } else { .end }
        var (printed, cursor) = (0, after)
        do {
            try await client.follow(from: start, onTrouble: Self.tell) { event in
                if !event.id.isEmpty { cursor = event.id }
                if json {
                    try Output.line(String(decoding: event.data, as: UTF8.self))
                } else if let value = try? JSONReader.read(event.data, limits: Self.limits) {
                    try Output.line(EventText.line(value))
                }
                printed += 1
                return printed < limit ?? .max
            }
        } catch let failure as CommandFailure where failure.code == .unavailable && cursor != nil {
            throw CommandFailure(failure.code, failure.text, advice: "To go on later: --after \(cursor ?? "")")
        }
    }

    private static let limits = JSONLimits(maxBytes: ServerSentEventParser.maxLineBytes, maxDepth: 64)

    private static func tell(_ failure: CommandFailure, _ wait: TimeSpan) {
        Output.note("\(Output.plain(failure.text)); trying again in \(CallText.span(wait.milliseconds))")
    }
}
