internal import ArgumentParser
internal import Domain

struct TenantCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "See a tenant's limits; pause and resume all its calls.",
        discussion: """
            The tenant is the token's. Talks to a running engine. Exit codes: 0 done, 1 refused or failed, 64 wrong usage, 69 the \
            engine does not answer.
            """,
        subcommands: [TenantShow.self, TenantPause.self, TenantResume.self])

    static let path = "/v1/tenant"
    static let subject = "tenant show"
}

struct TenantShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show whether it is paused, and its limits.")

    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let tenant = try await client.manage(.get, TenantCommands.path, of: TenantCommands.subject).value
            try Output.line(format.json ? tenant.line : TenantText.detail(tenant))
        }
    }
}

struct TenantPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let no calls of the tenant go out until it is resumed.",
        discussion: "They wait, and do not fail; submissions are taken. Requests under way end as they will.")

    @OptionGroup var reason: PauseReasonOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await command("pause", reason.body, connection, format) }
}

struct TenantResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let calls of the tenant go out again.")

    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws { try await command("resume", nil, connection, format) }
}

private func command(_ command: String, _ body: [UInt8]?, _ connection: ConnectionOptions, _ format: FormatOption) async throws {
    try await connection.withClient { client in
        let tenant = try await client.manage(.post, TenantCommands.path + "/" + command, body: body, of: TenantCommands.subject).value
        try Output.line(format.json ? tenant.line : TenantText.detail(tenant))
    }
}

/// A tenant as people read it.
enum TenantText {
    static func detail(_ tenant: JSONValue) -> String {
        var lines = ["tenant       \(text(tenant["id"]))", "status       \(text(tenant["status"]))"]
        if let by = tenant["pausedBy"]?.text {
            lines.append("paused       by \(Output.plain(by)) at \(text(tenant["pausedAt"]))")
            if let reason = tenant["pauseReason"]?.text { lines.append("because      \(Output.plain(reason))") }
        }
        for limit in tenant["limits"]?.members ?? [] {
            lines.append(Output.pad("limit", 13) + "\(Output.plain(limit.name)) \(limit.value.int.map { String($0) } ?? "none")")
        }
        return lines.joined(separator: "\n")
    }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
