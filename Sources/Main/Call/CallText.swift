internal import Domain

/// Calls as people read them.
enum CallText {
    static let heading = "\(Output.pad("ID", 36))  \(Output.pad("STATUS", 12))  \(Output.pad("DUE OR ENDED", 24))  ATTEMPTS  REQUEST"

    static func row(_ call: JSONValue) -> String {
        let attempts = call["attemptCount"]?.int ?? Int64(call["attempts"]?.elements.count ?? 0)
        let when = call["dueAt"]?.text == nil ? call["endedAt"] : call["dueAt"]
        return [
            Output.pad(text(call["id"]), 36), Output.pad(text(call["status"]), 12), Output.pad(time(when), 24),
            Output.pad(String(attempts), 8), Output.short(request(call), 120),
        ].joined(separator: "  ")
    }

    /// One line: which call, and where it stands.
    static func short(_ call: JSONValue) -> String {
        var line = "\(text(call["id"]))  \(text(call["status"]))"
        let attempts = call["attempts"]?.elements.count ?? 0
        switch call["status"]?.text {
        case "scheduled", "waitingRetry": line += ", due \(time(call["dueAt"]))"
        case "failed": line += " (\(text(call["failureReason"]))) at \(time(call["endedAt"]))"
        default: if call["endedAt"]?.text != nil { line += " at \(time(call["endedAt"]))" }
        }
        return line + (attempts == 0 ? "" : ", \(attempts) attempt\(attempts == 1 ? "" : "s")")
    }

    static func hasEnded(_ call: JSONValue) -> Bool { call["endedAt"]?.text != nil }

    static func detail(_ call: JSONValue) -> String {
        var lines: [String] = []
        func add(_ name: String, _ value: String?) {
            if let value { lines.append(Output.pad(name, 13) + Output.plain(value)) }
        }
        let retry = call["retry"]
        add("id", text(call["id"]))
        add("status", text(call["status"]) + (call["failureReason"]?.text.map { " (\($0))" } ?? ""))
        add("request", request(call))
        for header in call["request"]?["headers"]?.members ?? [] {
            let values = header.value.text.map { [$0] } ?? header.value.elements.compactMap(\.text)
            for value in values { add("header", "\(header.name): \(value)") }
        }
        add("body", call["request"]?["bodyBytes"]?.int.map { "\($0) bytes" })
        add("begins", call["request"]?["bodyPreview"]?.text)
        add("payload", call["request"]?["payload"]?.text)
        add("due", call["dueAt"]?.text == nil ? nil : time(call["dueAt"]))
        add("submitted", time(call["createdAt"]))
        add("changed", time(call["updatedAt"]))
        add("ended", call["endedAt"]?.text == nil ? nil : time(call["endedAt"]))
        let tags = (call["tags"]?.elements ?? []).compactMap(\.text)
        add("tags", tags.isEmpty ? nil : tags.joined(separator: ", "))
        add("time-out", call["timeoutMs"]?.int.map(span))
        add("redirects", call["followRedirects"]?.int.flatMap { $0 > 0 ? "up to \($0)" : nil })
        if let most = retry?["maxAttempts"]?.int {
            let first = retry?["initialDelayMs"]?.int.map(span) ?? "?"
            let longest = retry?["maxDelayMs"]?.int.map(span) ?? "?"
            add("retry", "up to \(most) attempts a run; waits up to \(first) first, \(longest) at most")
        }
        add("deadline", retry?["deadline"]?.text)
        add("run", call["run"]?.int.map { String($0) })
        add("correlation", call["correlationId"]?.text)
        add("origin", call["origin"]?.text)
        let attempts = call["attempts"]?.elements ?? []
        lines.append(attempts.isEmpty ? "no attempts yet" : "attempts")
        return (lines + attempts.map { "  " + attempt($0) }).joined(separator: "\n")
    }

    static func attempt(_ attempt: JSONValue) -> String {
        var parts = [
            "#\(attempt["number"]?.int ?? 0)", time(attempt["startedAt"]), Output.pad(text(attempt["outcome"]), 9),
            attempt["durationMs"]?.int.map(span) ?? "",
        ]
        if let status = attempt["status"]?.int { parts.append("status \(status)") }
        if let error = attempt["error"], let kind = error["kind"]?.text, kind != "status" {
            parts.append("\(kind): \(text(error["detail"]))")
        }
        return parts.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    /// Milliseconds in the largest unit that divides them.
    static func span(_ milliseconds: Int64) -> String {
        for (unit, name) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")] as [(Int64, String)]
        where milliseconds >= unit && milliseconds % unit == 0 {
            return "\(milliseconds / unit) \(name)"
        }
        return "\(milliseconds) ms"
    }

    /// The time to the millisecond.
    private static func time(_ value: JSONValue?) -> String {
        guard let instant = value?.instant else { return Output.plain(value?.text ?? "–") }
        let cut = instant.microseconds - ((instant.microseconds % 1_000) + 1_000) % 1_000
        return Instant(microseconds: cut).rfc3339
    }

    private static func request(_ call: JSONValue) -> String {
        Output.plain("\(text(call["request"]?["method"])) \(text(call["request"]?["url"]))")
    }

    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
