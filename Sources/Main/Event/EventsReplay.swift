internal import ArgumentParser
internal import Domain
internal import KafkaAdapter

/// Where in a topic to begin.
struct TopicStart: ParsableArguments {
    @Option(help: "Begin with the first message of that time (RFC 3339) or later.") var since: String?
    @Option(help: "Begin with this offset in every partition.") var offset: Int64?
    @Option(help: "Stop after so many messages.") var limit: Int?

    func validate() throws {
        if since != nil, offset != nil { throw ValidationError("Give --since or --offset, not both.") }
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
        if let offset, offset < 0 { throw ValidationError("--offset must not be negative.") }
    }

    /// - Returns: nil when nothing was said.
    func start() throws -> KafkaReplay.Start? {
        if let offset { return .offset(offset) }
        guard let since else { return nil }
        do {
            return .time(try Instant(rfc3339: since))
        } catch {
            throw ValidationError("--since must be a time such as 2026-11-21T10:00:00Z: \(error)")
        }
    }
}

struct EventsReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Send the dead letters of a topic to it again.",
        discussion: """
            Reads <topic>.dead-letter and sends each message to <topic>, with the header replayed_from. Goes on where the last replay \
            ended, unless --since or --offset says where to begin. Consumers drop what they have taken in before.

            A dead letter keeps no token, so intents need one to be taken in: --token, whose tenant they then are. Where several tenants send \
            intents, look at the messages first, and choose with --offset and --limit.
            """)

    @Argument(help: "The topic whose dead letters are meant, ledgerflow.intents for instance.") var topic: String
    @OptionGroup var start: TopicStart
    @Option(help: "A bearer token that each message is to carry.") var token: String?
    @OptionGroup var kafka: KafkaOptionGroup

    func run() async throws {
        let replay = KafkaReplay(try kafka.required(), waiting: Output.note)
        let count = try await replay.replayDeadLetters(
            of: topic, from: try start.start(), limit: start.limit ?? .max, authorization: token.map { "Bearer \($0)" })
        try Output.line("\(count) sent to \(topic) again.")
    }
}

struct EventsTopic: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topic", abstract: "Print what a topic holds, one message a line: place, key, type and body.",
        discussion: "Ends where the topic ends now. Reading changes nothing for its consumers.")

    @Argument(help: "The topic.") var topic: String
    @OptionGroup var start: TopicStart
    @OptionGroup var kafka: KafkaOptionGroup

    func run() async throws {
        let replay = KafkaReplay(try kafka.required(), waiting: Output.note)
        try await replay.read(topic: topic, from: try start.start() ?? .beginning, limit: start.limit ?? .max) { records in
            for record in records {
                let type = record.headers.first { $0.name == "ce_type" }.flatMap { $0.value.map(Self.text) } ?? "-"
                try Output.line("\(record.place)  \(record.key.map(Self.text) ?? "-")  \(type)  \(record.body.map(Self.text) ?? "-")")
            }
        }
    }

    private static func text(_ bytes: [UInt8]) -> String { Output.plain(String(decoding: bytes, as: UTF8.self)) }
}
