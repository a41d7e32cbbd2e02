internal import ArgumentParser
internal import Domain
internal import Ports
internal import SystemAdapter

/// Whether a command waits for a call to end.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Wait until the call has ended, and tell each attempt; exit code 1 unless it succeeded.") var wait = false
    @Option(help: "How long to wait at most, for instance 30s or 2h.") var waitLimit = "10m"

    func validate() throws {
        if DueOptions.span(waitLimit) == nil { throw ValidationError("--wait-limit must be like 30s, 10m or 2h, not “\(waitLimit)”.") }
    }

    /// Tells of each attempt until the call has ended.
    func follow(_ submitted: JSONValue, _ client: APIClient, _ format: FormatOption) async throws {
        guard let id = submitted["id"]?.text else { throw CommandFailure(.refused, "the answer names no call") }
        let time = SystemTimeSource()
        let end = time.uptime() + (DueOptions.span(waitLimit) ?? .minutes(10))
        var (call, told) = (submitted, 0)
        var pause = TimeSpan.milliseconds(50)
        while true {
            let ended = (call["attempts"]?.elements ?? []).filter { $0["outcome"]?.text != "running" }
            if !format.json {
                for attempt in ended.dropFirst(told) { try Output.line("  " + CallText.attempt(attempt)) }
            }
            pause = ended.count > told ? .milliseconds(50) : min(.seconds(1), pause.multiplied(by: 2))
            told = max(told, ended.count)
            if CallText.hasEnded(call) { break }
            guard time.uptime() < end else {
                throw CommandFailure(
                    .refused, "the call \(id) has not ended within \(waitLimit)", advice: "It goes on; see `ledgerflow call show \(id)`.")
            }
            await time.sleep(for: pause)
            call = try await client.get(callsPath + "/" + id)
        }
        try Output.line(format.json ? call.line : CallText.short(call))
        if call["status"]?.text != ServiceCall.Status.succeeded.rawValue { throw ExitCode(1) }
    }
}
