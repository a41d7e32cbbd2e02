internal import Domain

/// Schedules as people read them.
enum ScheduleText {
    static let heading = [
        Output.pad("ID", 36), Output.pad("STATUS", 8), Output.pad("WHEN", 24), Output.pad("NEXT", 25), Output.pad("NAME", 20), "REQUEST",
    ].joined(separator: "  ")

    static func row(_ schedule: JSONValue) -> String {
        [
            Output.pad(text(schedule["id"]), 36), Output.pad(text(schedule["status"]), 8), Output.pad(Output.short(when(schedule), 24), 24),
            Output.pad(text(schedule["nextAt"]), 25), Output.pad(Output.short(text(schedule["name"]), 20), 20), request(schedule),
        ].joined(separator: "  ")
    }

    /// One line: which schedule, and when it is next.
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

/// What schedules and subscriptions send, as people read it.
enum TemplateText {
    static func lines(_ item: JSONValue, request: JSONValue?) -> [String] {
        var lines = ["request      \(text(request?["method"] ?? .string("POST"))) \(text(request?["url"]))"]
        for header in request?["headers"]?.members ?? [] {
            let values = header.value.text.map { [$0] } ?? header.value.elements.compactMap(\.text)
            lines += values.map { "header       " + Output.plain("\(header.name): \($0)") }
        }
        if let bytes = request?["bodyBytes"]?.int { lines.append("body         \(bytes) bytes") }
        let tags = (item["tags"]?.elements ?? []).compactMap(\.text)
        if !tags.isEmpty { lines.append("tags         " + Output.plain(tags.joined(separator: ", "))) }
        if let timeout = item["timeoutMs"]?.int { lines.append("time-out     " + CallText.span(timeout)) }
        if let most = item["retry"]?["maxAttempts"]?.int { lines.append("attempts     up to \(most)") }
        if let redirects = item["followRedirects"]?.int, redirects > 0 { lines.append("redirects    up to \(redirects)") }
        return lines
    }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
