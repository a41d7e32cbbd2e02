internal import ArgumentParser
internal import Domain

struct InvoiceList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List invoices, newest first.",
        discussion: "With --json a page is printed as the engine gave it, with --all one invoice a line.")

    @Option(help: "Invoices with this status: draft, validated, issued, credited, cancelled, void and so on.") var status: String?
    @Option(help: "Documents of this type (UNTDID 1001), for instance 380 or 381.") var type: String?
    @Option(help: "The invoice with this number.") var number: String?
    @Option(help: "Invoices numbered by this series.") var series: String?
    @Option(help: "Credit notes of the invoice with this identifier.") var creditOf: String?
    @Option(help: "Issued on this day (2026-11-20) or later.") var issuedFrom: String?
    @Option(help: "Issued on this day or before.") var issuedTo: String?
    @Option(help: "Drafted at this time (RFC 3339) or later.") var createdFrom: String?
    @Option(help: "Drafted before this time.") var createdTo: String?
    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let filters = [
            ("status", status), ("type", type), ("number", number), ("series", series), ("creditOf", creditOf), ("issuedFrom", issuedFrom),
            ("issuedTo", issuedTo), ("createdFrom", createdFrom), ("createdTo", createdTo),
        ]
        try await connection.withClient { client in
            try await pages.print(
                InvoiceCommands.path, filters, client, format, heading: InvoiceText.heading, none: "No invoices.", InvoiceText.row)
        }
    }
}

/// Which pages of a list are printed.
struct PageOptions: ParsableArguments {
    @Option(help: "At most so many a page, 1 to 1000 (default: 100).") var limit: Int?
    @Option(help: "Go on behind a page that was shown before.") var cursor: String?
    @Flag(help: "Every page, not only the first.") var all = false

    /// Prints a list: with `json` the page as it came or, with `all`, an item a line; else a table.
    func print(
        _ path: String, _ filters: [(String, String?)], _ client: APIClient, _ format: FormatOption, heading: String, none: String,
        _ row: (JSONValue) -> String
    ) async throws {
        var (next, isFirst) = (cursor, true)
        let size = limit.map { String($0) } ?? (all ? "1000" : nil)
        repeat {
            let page = try await client.books(.get, path, query: filters + [("limit", size), ("cursor", next)]).value
            let items = page["items"]?.elements ?? []
            next = page["nextCursor"]?.text
            if format.json, !all { return try Output.line(page.line) }
            if !format.json, isFirst, !items.isEmpty { try Output.line(heading) }
            isFirst = isFirst && items.isEmpty
            if !items.isEmpty { try Output.line(items.map { format.json ? $0.line : row($0) }.joined(separator: "\n")) }
        } while all && next != nil
        if format.json { return }
        if let next {
            Output.note("There may be more: --all, or --cursor \(next)")
        } else if isFirst {
            Output.note(none)
        }
    }
}
