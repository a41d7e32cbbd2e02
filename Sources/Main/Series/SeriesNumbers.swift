internal import ArgumentParser
internal import Domain

struct SeriesAllocate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocate", abstract: "Give a document of another system its number, for ever.",
        discussion: "Asked again for the same document, it prints the same number. Without --json it prints the number and nothing else.")

    @OptionGroup var series: SeriesIdArgument
    @OptionGroup var document: DocumentArgument
    @Option(help: "The day that the number is of, as 2026-11-20 (default: today in the series' time zone).") var issueDate: String?
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        var writer = JSONWriter()
        writer.object { json in
            json.field("document", document.document)
            json.field("issueDate", ifPresent: issueDate)
        }
        try await connection.withClient { client in
            let number = try await client.books(.post, series.path + "/allocations", body: writer.bytes).value
            try Output.line(format.json ? number.line : Output.plain(number["number"]?.text ?? "–"))
        }
    }
}

struct SeriesNumbers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "numbers", abstract: "List the numbers of a series, by period and sequence.",
        discussion: "With --json a page is printed as the engine gave it, with --all one number a line.")

    @OptionGroup var series: SeriesIdArgument
    @OptionGroup var pages: PageOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            try await pages.print(
                series.path + "/numbers", [], client, format, heading: SeriesText.numberHeading, none: "No numbers.", SeriesText.number)
        }
    }
}

struct SeriesVoidNumber: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "void-number", abstract: "Put on record that a document of another system is not valid; its number stays.")

    @OptionGroup var series: SeriesIdArgument
    @OptionGroup var document: DocumentArgument
    @OptionGroup var reason: ReasonOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let path = series.path + "/numbers/" + APIClient.escaped(document.document) + "/void"
        try await connection.withClient { client in
            let number = try await client.books(.post, path, body: reason.body).value
            try Output.line(format.json ? number.line : SeriesText.number(number))
        }
    }
}
