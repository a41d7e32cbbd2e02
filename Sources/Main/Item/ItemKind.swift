internal import ArgumentParser
internal import Domain

/// One kind of item, as the command line names and prints it. What is done with items is the same for all kinds: `ItemList` and so on.
protocol ItemKind: SendableMetatype {
    /// What one is called.
    static var noun: String { get }
    /// The command under which it stands.
    static var command: String { get }
    static var path: String { get }

    static var heading: String { get }
    static func row(_ item: JSONValue) -> String
    /// One line: which one, and where it stands.
    static func short(_ item: JSONValue) -> String
    static func detail(_ item: JSONValue) -> String

    // What the help says of the commands.
    static var showing: CommandText { get }
    static var pausing: CommandText { get }
    static var resuming: CommandText { get }
    static var deleting: CommandText { get }
}

/// What the help says of a command.
struct CommandText {
    let abstract: String
    var discussion = ""

    func configuration(_ name: String) -> CommandConfiguration {
        CommandConfiguration(commandName: name, abstract: abstract, discussion: discussion)
    }
}

extension ItemKind {
    /// What tells more about one.
    static var subject: String { command + " show" }
    static var command: String { noun }

    /// Makes one of what `body` says, and prints it.
    static func create(
        _ body: [UInt8], _ key: IdempotencyKeyOption, _ connection: ConnectionOptions, _ format: FormatOption
    ) async throws {
        try await connection.withClient { client in
            let (item, isNew) = try await client.manage(.post, path, headers: key.headers, body: body, of: subject)
            try Output.line(format.json ? item.line : short(item) + (isNew ? "" : "  (created before with the same key)"))
        }
    }

    /// Makes the one of that name, or replaces it, and prints it.
    static func put(
        _ item: ItemIdArgument<Self>, _ body: [UInt8], _ connection: ConnectionOptions, _ format: FormatOption
    ) async throws {
        try await connection.withClient { client in
            let (put, isNew) = try await client.manage(.put, item.path, body: body, of: subject)
            try Output.line(format.json ? put.line : short(put) + (isNew ? "  (new)" : ""))
        }
    }

    /// Changes one by a merge patch, and prints it.
    static func change(
        _ item: ItemIdArgument<Self>, _ patch: [UInt8], _ connection: ConnectionOptions, _ format: FormatOption
    ) async throws {
        try await connection.withClient { client in
            let changed = try await client.manage(.patch, item.path, body: patch, of: subject).value
            try Output.line(format.json ? changed.line : detail(changed))
        }
    }

    /// Sends a command to one, and prints where it stands then.
    static func command(
        _ item: ItemIdArgument<Self>, _ command: String, body: [UInt8]? = nil, _ connection: ConnectionOptions, _ format: FormatOption
    ) async throws {
        try await connection.withClient { client in
            let changed = try await client.manage(.post, item.path + "/" + command, body: body, of: subject).value
            try Output.line(format.json ? changed.line : short(changed))
        }
    }
}
