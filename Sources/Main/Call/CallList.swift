internal import ArgumentParser
internal import Domain

struct CallList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List calls, newest first.",
        discussion: "With --json a page is printed as the engine gave it, with --all one call a line.")

    @Option(help: "Calls with this status: \(ServiceCall.Status.allCases.map(\.rawValue).joined(separator: ", ")).") var status: String?
    @Option(help: "Calls with this tag.") var tag: String?
    @Option(help: "Calls to this host.") var host: String?
    @Option(help: "Due at this time (RFC 3339) or later.") var dueFrom: String?
    @Option(help: "Due before this time.") var dueTo: String?
    @Option(help: "Submitted at this time or later.") var createdFrom: String?
    @Option(help: "Submitted before this time.") var createdTo: String?
    @Option(help: "At most so many calls a page, 1 to 1000 (default: 100).") var limit: Int?
    @Option(help: "Go on behind a page that was shown before.") var cursor: String?
    @Flag(help: "Every page, not only the first.") var all = false
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    private var filters: [(String, String)] {
        let given = [
            ("status", status), ("tag", tag), ("host", host), ("dueFrom", dueFrom), ("dueTo", dueTo), ("createdFrom", createdFrom),
            ("createdTo", createdTo), ("limit", limit.map { String($0) } ?? (all ? "1000" : nil)),
        ]
        return given.compactMap { name, value in value.map { (name, $0) } }
    }

    func run() async throws {
        try await connection.withClient { client in
            var (next, isFirst) = (cursor, true)
            repeat {
                let page = try await client.get(callsPath, query: filters + (next.map { [("cursor", $0)] } ?? []))
                let items = page["items"]?.elements ?? []
                next = page["nextCursor"]?.text
                if format.json, !all { return try Output.line(page.line) }
                if !format.json, isFirst, !items.isEmpty { try Output.line(CallText.heading) }
                isFirst = isFirst && items.isEmpty
                if !items.isEmpty {
                    try Output.line(items.map { format.json ? $0.line : CallText.row($0) }.joined(separator: "\n"))
                }
            } while all && next != nil
            if format.json { return }
            if let next {
                Output.note("There may be more: --all, or --cursor \(next)")
            } else if isFirst {
                Output.note("No calls.")
            }
        }
    }
}
