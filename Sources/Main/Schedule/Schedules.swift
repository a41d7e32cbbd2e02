internal import Domain

/// Schedules, as the command line names and prints them.
enum Schedules: ItemKind {
    static let noun = "schedule"
    static let path = "/v1/schedules"

    static let showing = CommandText(abstract: "Show a schedule with its next ten occurrences.")
    static let pausing = CommandText(
        abstract: "Make no further calls until it is resumed.",
        discussion: "Calls that it has made already go on. Occurrences meanwhile make no calls, also later.")
    static let resuming = CommandText(abstract: "Make calls again.")
    static let deleting = CommandText(
        abstract: "Delete a schedule, for ever.", discussion: "Calls that it has made already go on.")

    static let heading = [
        Output.pad("ID", 36), Output.pad("STATUS", 8), Output.pad("WHEN", 24), Output.pad("NEXT", 25), Output.pad("NAME", 20), "REQUEST",
    ].joined(separator: "  ")

    static func row(_ schedule: JSONValue) -> String {
        [
            Output.pad(text(schedule["id"]), 36), Output.pad(text(schedule["status"]), 8), Output.pad(Output.short(when(schedule), 24), 24),
            Output.pad(text(schedule["nextAt"]), 25), Output.pad(Output.short(text(schedule["name"]), 20), 20), request(schedule),
        ].joined(separator: "  ")
    }

    static func short(_ schedule: JSONValue) -> String {
        var line = "\(text(schedule["id"]))  \(text(schedule["status"]))"
        if let next = schedule["nextAt"]?.text { line += ", next \(Output.plain(next))" }
        return line
    }

    static func detail(_ schedule: JSONValue) -> String {
        var lines = [
            "id           \(text(schedule["id"]))", "name         \(text(schedule["name"]))", "status       \(text(schedule["status"]))",
            "when         \(when(schedule))", "time zone    \(text(schedule["timeZone"]))", "misfire      \(text(schedule["misfire"]))",
        ]
        if let time = schedule["notBefore"]?.text { lines.append("not before   \(Output.plain(time))") }
        if let time = schedule["notAfter"]?.text { lines.append("not after    \(Output.plain(time))") }
        lines += TemplateText.lines(schedule, request: schedule["request"])
        lines += ["created      \(text(schedule["createdAt"]))", "changed      \(text(schedule["updatedAt"]))"]
        return (lines + [next(schedule)]).joined(separator: "\n")
    }

    /// The occurrences to come, one a line.
    static func next(_ schedule: JSONValue) -> String {
        let times = (schedule["next"]?.elements ?? []).compactMap(\.text)
        return times.isEmpty ? "no occurrence to come" : (["next"] + times.map { "  " + Output.plain($0) }).joined(separator: "\n")
    }

    private static func when(_ schedule: JSONValue) -> String { text(schedule["cron"] ?? schedule["every"]) }

    private static func request(_ schedule: JSONValue) -> String {
        "\(text(schedule["request"]?["method"])) \(Output.short(text(schedule["request"]?["url"]), 100))"
    }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
