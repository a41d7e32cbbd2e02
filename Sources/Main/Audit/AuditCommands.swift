internal import ArgumentParser
internal import Domain

struct AuditCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Read the record of who had what changed, and prove that nobody altered it.",
        discussion: "Talks to a running engine. Exit codes: 0 done, 1 altered or failed, 64 wrong usage, 69 the engine does not answer.",
        subcommands: [AuditVerify.self, AuditList.self, AuditAnchors.self])
}

struct AuditList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the entries of the audit, oldest first within each chain.",
        discussion: "The tenant has a chain in every partition. With --json each line is an entry.")

    @Option(help: "Stop after so many entries (default: 100).") var limit: Int64?
    @Option(help: "The chain of this partition only (default: all, one after the other).") var partition: Int64?
    @Option(help: "The entries behind this number; with --partition.") var after: Int64?
    @OptionGroup var subject: AuditSubject
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
        if let partition, partition < 0 { throw ValidationError("--partition must not be negative.") }
        if let after {
            if partition == nil { throw ValidationError("--after needs --partition: each chain counts by itself.") }
            if after < 0 { throw ValidationError("--after must not be negative.") }
        }
    }

    func run() async throws {
        try await connection.withClient(asOperator: subject.isAnother) { client in
            var (number, last) = (partition ?? 0, partition ?? .max)
            var (left, position, isFirst) = (limit ?? 100, after ?? 0, true)
            while number <= last, left > 0 {
                let query = try subject.query([
                    ("partition", String(number)), ("after", String(position)), ("limit", String(min(left, 1_000))),
                ])
                let page = try await client.books(.get, subject.path, query: query).value
                if partition == nil { last = (page["partitions"]?.int ?? 1) - 1 }
                let entries = page["entries"]?.elements ?? []
                if !entries.isEmpty {
                    if isFirst, !format.json { try Output.line(AuditText.heading) }
                    isFirst = false
                    try Output.line(entries.map { format.json ? $0.line : AuditText.row($0, in: number) }.joined(separator: "\n"))
                }
                for range in page["broken"]?.elements ?? [] { Output.note(AuditText.altered(range, in: number)) }
                left -= Int64(entries.count)
                if let next = page["next"]?.int, next > position {
                    position = next
                } else {
                    (number, position) = (number + 1, 0)
                }
            }
            if left == 0 { Output.note("There may be more; raise --limit.") }
            if isFirst, !format.json { Output.note("No entries.") }
        }
    }
}
