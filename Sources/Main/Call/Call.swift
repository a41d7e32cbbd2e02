internal import ArgumentParser
internal import Domain

struct Call: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Submit service calls, look at them and change them.",
        discussion: "Talks to a running engine. Exit codes: 0 done, 1 refused or failed, 64 wrong usage, 69 the engine does not answer.",
        subcommands: [
            CallSubmit.self, CallList.self, CallShow.self, CallCancel.self, CallRetry.self, CallReschedule.self,
        ])
}

/// How an answer is printed.
struct FormatOption: ParsableArguments {
    @Flag(help: "Print JSON as the engine gave it, for programs.") var json = false
}

/// The call that a command is about.
struct CallIdArgument: ParsableArguments {
    @Argument(help: "The call's identifier.") var id: String

    var path: String { callsPath + "/" + APIClient.escaped(id) }

    func validate() throws {
        if id.isEmpty { throw ValidationError("The identifier is empty; `ledgerflow call list` shows identifiers.") }
    }
}

let callsPath = "/v1/service-calls"

/// When a call is due.
struct DueOptions: ParsableArguments {
    @Option(help: "When the call is due at the earliest, for instance 2026-11-20T10:00:00Z (RFC 3339).") var dueAt: String?
    @Option(name: .customLong("in"), help: "The same as a time from now: 500ms, 10s, 5m, 2h or 1d.") var delay: String?

    func validate() throws {
        if dueAt != nil, delay != nil { throw ValidationError("Give --due-at or --in, not both.") }
        if let delay, Self.span(delay) == nil {
            throw ValidationError("--in must be a whole number with ms, s, m, h or d behind it, for instance 10s; “\(delay)” is not.")
        }
    }

    /// As the API takes it; nil means at once.
    func text(now: Instant) -> String? { dueAt ?? delay.flatMap(Self.span).map { (now + $0).rfc3339 } }

    static func span(_ text: String) -> TimeSpan? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits) else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return .milliseconds(count)
        case "s": return .seconds(count)
        case "m": return .minutes(count)
        case "h": return .hours(count)
        case "d": return TimeSpan.hours(24).multiplied(by: count)
        default: return nil
        }
    }
}
