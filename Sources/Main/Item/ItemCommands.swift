internal import ArgumentParser
internal import Domain

/// The item that a command is about.
struct ItemIdArgument<Kind: ItemKind>: ParsableArguments {
    @Argument(help: "The \(Kind.noun)'s identifier.") var id: String

    var path: String { Kind.path + "/" + APIClient.escaped(id) }

    func validate() throws {
        if id.isEmpty { throw ValidationError("The identifier is empty; `ledgerflow \(Kind.command) list` shows identifiers.") }
    }
}

struct ItemList<Kind: ItemKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list", abstract: "List \(Kind.noun)s.",
            discussion: "With --json a page is printed as the engine gave it, with --all one \(Kind.noun) a line.")
    }

    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            try await pages.print(Kind.path, [], client, format, heading: Kind.heading, none: "No \(Kind.noun)s.", Kind.row)
        }
    }
}

struct ItemShow<Kind: ItemKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration { Kind.showing.configuration("show") }

    @OptionGroup var item: ItemIdArgument<Kind>
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let detail = try await client.manage(.get, item.path, of: Kind.subject).value
            try Output.line(format.json ? detail.line : Kind.detail(detail))
        }
    }
}

struct ItemPause<Kind: ItemKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration { Kind.pausing.configuration("pause") }

    @OptionGroup var item: ItemIdArgument<Kind>
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await Kind.command(item, "pause", connection, format) }
}

struct ItemResume<Kind: ItemKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration { Kind.resuming.configuration("resume") }

    @OptionGroup var item: ItemIdArgument<Kind>
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await Kind.command(item, "resume", connection, format) }
}

struct ItemDelete<Kind: ItemKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration { Kind.deleting.configuration("delete") }

    @OptionGroup var item: ItemIdArgument<Kind>
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            _ = try await client.manage(.delete, item.path, of: Kind.subject)
            try Output.line("\(Output.plain(item.id))  deleted")
        }
    }
}
