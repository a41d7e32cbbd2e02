internal import ArgumentParser
internal import Domain

struct SeriesCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "series", abstract: "Open number series, give and look at numbers, take numbers over from another system.",
        discussion: """
            Talks to a running engine. Exit codes: 0 done, 1 refused, failed or not complete, 64 wrong usage, 69 the engine does not answer.
            """,
        subcommands: [
            SeriesCreate.self, SeriesList.self, SeriesShow.self, SeriesAllocate.self, SeriesNumbers.self, SeriesVoidNumber.self,
            SeriesGapReport.self, SeriesImport.self, SeriesRelease.self,
        ])

    static let path = "/v1/series"
}

/// The series that a command is about.
struct SeriesIdArgument: ParsableArguments {
    @Argument(help: "The series' name, for instance INV.") var id: String

    var path: String { SeriesCommands.path + "/" + APIClient.escaped(id) }

    func validate() throws {
        if id.isEmpty { throw ValidationError("The name of the series is empty; `ledgerflow series list` shows names.") }
    }
}

/// What a number is for.
struct DocumentArgument: ParsableArguments {
    @Argument(help: "The document that the number is for, by another system's reference.") var document: String

    func validate() throws {
        if document.isEmpty { throw ValidationError("The reference of the document is empty.") }
    }
}

struct SeriesCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Open a number series.",
        discussion: """
            A format holds {seq} or {seq:6} and may hold {yyyy}, {yy}, {mm}, {fyyyy} and {fy} (a fiscal year as 26-27). The series INV and \
            CN exist for every tenant.

            Example: ledgerflow series create SHOP --format "SHOP-{yyyy}-{seq:5}" --reset year --time-zone Europe/Berlin
            """)

    @Argument(help: "The series' name: 1 to 32 letters, digits, . _ and -.") var id: String
    @Option(name: .customLong("format"), help: "How its numbers are printed.") var numberFormat: String
    @Option(help: "When it counts from the start again: never, year, fiscal-year or month.") var reset: String
    @Option(help: "The month in which a fiscal year starts, 1 to 12.") var fiscalYearStartMonth: Int?
    @Option(help: "The first number of each period (default: 1).") var start: Int64?
    @Option(help: "The time zone whose day counts, by its IANA name (default: UTC).") var timeZone: String?
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        var writer = JSONWriter()
        writer.object { json in
            json.field("id", id)
            json.field("format", numberFormat)
            json.field("reset", reset)
            json.field("fiscalYearStartMonth", ifPresent: fiscalYearStartMonth)
            json.field("start", ifPresent: start)
            json.field("timeZone", ifPresent: timeZone)
        }
        try await connection.withClient { client in
            let (series, isNew) = try await client.books(.post, SeriesCommands.path, body: writer.bytes)
            try Output.line(format.json ? series.line : SeriesText.row(series) + (isNew ? "" : "  (open already)"))
        }
    }
}

struct SeriesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all series of the tenant.")

    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let list = try await client.books(.get, SeriesCommands.path).value
            let rows = (list["items"]?.elements ?? []).map(SeriesText.row)
            try Output.line(format.json ? list.line : ([SeriesText.heading] + rows).joined(separator: "\n"))
        }
    }
}

struct SeriesShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show a series with its counters.")

    @OptionGroup var series: SeriesIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let detail = try await client.books(.get, series.path).value
            try Output.line(format.json ? detail.line : SeriesText.detail(detail))
        }
    }
}

struct SeriesGapReport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gap-report", abstract: "Tell whether the numbers of a series run without gap or repeat, as the records say.",
        discussion: "Exit code 1 when they do not.")

    @OptionGroup var series: SeriesIdArgument
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.withClient { client in
            let report = try await client.books(.get, series.path + "/gap-report").value
            try Output.line(format.json ? report.line : SeriesText.gaps(report))
            if report["complete"] != .bool(true) { throw ExitCode.failure }
        }
    }
}
