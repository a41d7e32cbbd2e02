internal import Domain

/// Targets as people read them.
enum TargetText {
    static let heading = [
        Output.pad("HOST", 40), Output.pad("STATE", 9), Output.pad("RUNNING", 7), Output.pad("WAITING", 7), Output.pad("PARKED", 6),
        Output.pad("ERRORS", 6), Output.pad("P50", 8), Output.pad("P99", 8), "NOTE",
    ].joined(separator: "  ")

    static func row(_ target: JSONValue) -> String {
        [
            Output.pad(text(target["host"]), 40), Output.pad(text(target["state"]), 9), Output.pad(number(target["running"]), 7),
            Output.pad(number(target["waiting"]), 7), Output.pad(target["parked"] == .bool(true) ? "yes" : "no", 6), Output.pad(share(target["errorRate"]), 6),
            Output.pad(span(target["p50Ms"]), 8), Output.pad(span(target["p99Ms"]), 8), note(target),
        ].joined(separator: "  ")
    }

    private static func note(_ target: JSONValue) -> String {
        if let by = target["pausedBy"]?.text {
            let reason = target["pauseReason"]?.text.map { ": " + Output.plain($0) } ?? ""
            return "paused by \(Output.plain(by)) at \(text(target["pausedAt"]))\(reason)"
        }
        if let until = target["openUntil"]?.text {
            return "\(number(target["consecutiveFailures"])) failures on end, tried again at \(Output.plain(until))"
        }
        return ""
    }

    /// A share written as a decimal, in percent.
    private static func share(_ value: JSONValue?) -> String {
        guard case .number(let number)? = value, let share = Double(number.text) else { return "–" }
        return "\(Int((share * 100).rounded())) %"
    }

    private static func span(_ value: JSONValue?) -> String { value?.int.map { "\($0) ms" } ?? "–" }
    private static func number(_ value: JSONValue?) -> String { value?.int.map { String($0) } ?? "–" }
    private static func text(_ value: JSONValue?) -> String { Output.plain(value?.text ?? "–") }
}
