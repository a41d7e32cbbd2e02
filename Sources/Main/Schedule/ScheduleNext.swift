internal import ArgumentParser
internal import Domain
internal import Ports
internal import SystemAdapter

struct ScheduleNext: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next", abstract: "Print the occurrences to come, one a line.",
        discussion: """
            With an identifier it asks the engine, which tells the next ten. With --cron or --every it works them out by itself and needs no \
            engine: to try an expression before it is used. Times have the offset of the time zone.

            Example: ledgerflow schedule next --cron "0 9 * * 1-5" --time-zone Europe/Berlin --count 3
            """)

    @Argument(help: "The schedule's identifier.") var id: String?
    @OptionGroup var timing: TimingOptions
    @Option(help: "How many, 1 to 1000; only without an identifier (default: 10).") var count: Int?
    @Option(help: "Those after this time (RFC 3339); only without an identifier (default: now).") var from: String?
    @OptionGroup var format: FormatOption
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard id == nil else {
            if timing.isGiven || count != nil || from != nil {
                throw ValidationError("Give the identifier of a schedule alone, or --cron or --every without one.")
            }
            return
        }
        if timing.cron == nil, timing.every == nil { throw ValidationError("Give the identifier of a schedule, or --cron or --every.") }
        if let count, !(1...1_000).contains(count) { throw ValidationError("--count must be from 1 to 1000.") }
    }

    func run() async throws {
        let times = if let id { try await asked(id) } else { try computed() }
        if format.json { return try Output.line(JSONValue.array(times.map(JSONValue.string)).line) }
        if times.isEmpty { return Output.note("No occurrence to come.") }
        try Output.line(times.map(Output.plain).joined(separator: "\n"))
    }

    private func asked(_ id: String) async throws -> [String] {
        try await connection.withClient { client in
            let path = Schedules.path + "/" + APIClient.escaped(id)
            let schedule = try await client.manage(.get, path, of: Schedules.subject).value
            return (schedule["next"]?.elements ?? []).compactMap(\.text)
        }
    }

    /// As the engine would, by its own rules and those of the machine's time zones.
    private func computed() throws -> [String] {
        var start = SystemTimeSource().now()
        if let from {
            do {
                start = try Instant(rfc3339: from)
            } catch {
                throw CommandFailure(.usage, "--from \(error.description)")
            }
        }
        var writer = JSONWriter()
        writer.object { timing.write(to: &$0) }
        let calendar = SystemCalendar()
        var problems = JSONProblems()
        let read = problems.object(try JSONReader.read(writer.bytes)) {
            ScheduleTiming.read(&$0, now: start) { calendar.zone($0) }
        }
        guard let timing = read, let zone = calendar.zone(timing.timeZone) else {
            let faults = problems.listed.map { CommandFailure.option($0.pointer) + " " + $0.message }
            throw CommandFailure(.usage, faults.joined(separator: "; "))
        }
        return timing.upcoming(after: start, count: count ?? 10, zone: zone).map { $0.rfc3339(offset: zone.offset(at: $0)) }
    }
}

extension CommandFailure {
    /// The option that a member of the timing is given as.
    fileprivate static func option(_ pointer: String) -> String {
        let name = pointer.dropFirst()
        return name.isEmpty ? "it" : "--" + name.map { $0.isUppercase ? "-\($0.lowercased())" : String($0) }.joined()
    }
}
