internal import Domain
internal import Ports
internal import Synchronization

/// What an operator is told of callers that were refused. A caller that tries again and again must not fill the log: so many lines a minute,
/// and then how many were left out.
final class RefusalLog: Sendable {
    private struct State {
        var minute: Int64 = 0
        var written = 0
        var omitted = 0
    }

    private let diagnostics: any Diagnostics
    private let time: any TimeSource
    private let state = Mutex(State())

    static let linesPerMinute = 60

    init(_ diagnostics: any Diagnostics, _ time: any TimeSource) {
        self.diagnostics = diagnostics
        self.time = time
    }

    /// A caller with a valid token asked for what the token's roles do not allow.
    func forbidden(_ refusal: Problem.Refusal, _ request: IncomingRequest) {
        let minute = time.uptime().microseconds / 60_000_000
        let (isWritten, omitted) = state.withLock { state in
            var before = 0
            if state.minute != minute {
                before = state.omitted
                state = State(minute: minute)
            }
            let isWritten = state.written < Self.linesPerMinute
            if isWritten { state.written += 1 } else { state.omitted += 1 }
            return (isWritten, before)
        }
        if omitted > 0 {
            diagnostics.report(
                Diagnostic(.warning, "http.forbidden-omitted", "Further refusals were not listed.", fields: [("count", String(omitted))]))
        }
        guard isWritten else { return }
        var fields = [
            ("subject", refusal.caller.subject), ("operation", request.route.operation), ("permission", refusal.permission.rawValue),
            ("request", request.id),
        ]
        if case .tenant(let principal) = refusal.caller { fields.insert(("tenant", principal.tenant.value), at: 0) }
        diagnostics.report(
            Diagnostic(.warning, "http.forbidden", "A token's roles did not allow what was asked for; nothing was done.", fields: fields))
    }
}
