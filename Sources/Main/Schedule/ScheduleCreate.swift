internal import ArgumentParser
internal import Domain

/// When a schedule makes its calls.
struct TimingOptions: ParsableArguments {
    @Option(help: "Five fields (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, @monthly, @yearly.")
    var cron: String?
    @Option(help: "An ISO 8601 interval in place of --cron, for instance PT15M, P1D or R5/2026-12-01T00:00:00Z/P1M.")
    var every: String?
    @Option(help: "The time zone whose clock counts, by its IANA name (default: UTC).") var timeZone: String?
    @Option(help: "What becomes of occurrences that were missed: all, latest or skip (default: all).") var misfire: String?
    @Option(help: "No occurrence before this time (RFC 3339).") var notBefore: String?
    @Option(help: "No occurrence after this time (RFC 3339).") var notAfter: String?

    func validate() throws {
        if cron != nil, every != nil { throw ValidationError("Give --cron or --every, not both.") }
    }

    var isGiven: Bool {
        cron != nil || every != nil || timeZone != nil || misfire != nil || notBefore != nil || notAfter != nil
    }

    /// Writes the members that are given.
    func write(to json: inout JSONWriter) {
        json.field("cron", ifPresent: cron)
        json.field("every", ifPresent: every)
        json.field("timeZone", ifPresent: timeZone)
        json.field("misfire", ifPresent: misfire)
        json.field("notBefore", ifPresent: notBefore)
        json.field("notAfter", ifPresent: notAfter)
    }
}

struct ScheduleCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Set up calls that come again and again.",
        discussion: """
            Examples:
              ledgerflow schedule create --name nightly --cron "0 3 * * *" --time-zone Europe/Berlin --url https://example.com/nightly
              ledgerflow schedule create --name poll --every PT15M --url https://example.com/poll --method GET

            Repeating it with the same --idempotency-key and the same options gives the same schedule again.
            """)

    @Option(help: "What it is called.") var name: String
    @Option(help: "Where the requests go.") var url: String
    @OptionGroup var timing: TimingOptions
    @OptionGroup var request: RequestOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var key: IdempotencyKeyOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if timing.cron == nil, timing.every == nil { throw ValidationError("Give --cron or --every: when it is to make calls.") }
    }

    func run() async throws {
        let body = try request.bodyBytes()
        let headers = try request.headers.fields()
        var writer = JSONWriter()
        writer.object { json in
            json.field("name", name)
            timing.write(to: &json)
            json.object("request") { json in
                json.field("url", url)
                request.write(headers: headers, body: body, to: &json)
            }
            policy.write(to: &json)
        }
        try await Schedules.create(writer.bytes, key, connection, format)
    }
}

struct ScheduleChange: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change what is named; all else stays.",
        discussion: """
            A header given replaces the one of that name; other headers stay. A change of when it makes calls counts from now on.

            Example: ledgerflow schedule change 0192… --cron "30 3 * * *" --clear not-after
            """)

    @OptionGroup var schedule: ItemIdArgument<Schedules>
    @Option(help: "What it is called.") var name: String?
    @Option(help: "Where the requests go.") var url: String?
    @OptionGroup var timing: TimingOptions
    @OptionGroup var request: RequestOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var clear: ClearOption
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if name == nil, url == nil, !timing.isGiven, !request.isGiven, !policy.isGiven, clear.names.isEmpty {
            throw ValidationError("Say what is to be changed.")
        }
    }

    func run() async throws {
        let body = try request.bodyBytes()
        let headers = try request.headers.fields()
        var writer = JSONWriter()
        writer.object { json in
            json.field("name", ifPresent: name)
            timing.write(to: &json)
            if url != nil || request.isGiven {
                json.object("request") { json in
                    json.field("url", ifPresent: url)
                    request.write(headers: headers, body: body, to: &json)
                }
            }
            policy.write(to: &json)
            clear.write(to: &json)
        }
        try await Schedules.change(schedule, writer.bytes, connection, format)
    }
}
