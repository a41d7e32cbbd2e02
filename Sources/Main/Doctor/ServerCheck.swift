internal import Domain
internal import Foundation

/// A running engine, asked without a token.
enum ServerCheck {
    static func findings(_ server: String) async throws -> [Finding] {
        try await APIClient.with(server: server, token: nil) { client in
            let live: APIClient.Answer
            do {
                live = try await client.exchange(.get, "/livez")
            } catch let failure as CommandFailure {
                return [Finding(.fail, "server", failure.text, advice: failure.advice)]
            }
            guard live.status == 200 else {
                return [
                    Finding(.fail, "server", "\(server)/livez answers \(live.status)", advice: "Check that it is the address of an engine.")
                ]
            }
            return [Finding(.ok, "server", "\(server) is alive"), try await ready(client)] + clocks(live)
        }
    }

    private static func ready(_ client: APIClient) async throws -> Finding {
        let answer = try await client.exchange(.get, "/readyz")
        if answer.status == 200 { return Finding(.ok, "ready", "it takes requests") }
        let detail = (try? JSONReader.read(answer.body))?["detail"]?.text ?? "status \(answer.status)"
        return Finding(.fail, "ready", "it takes no requests: \(detail)", advice: "Wait if it is just starting; else see its diagnostics.")
    }

    /// Compares the server's clock with this machine's, to the second that HTTP's dates have.
    private static func clocks(_ answer: APIClient.Answer) -> [Finding] {
        guard let text = answer.date else { return [] }
        let reader = DateFormatter()
        reader.locale = Locale(identifier: "en_US_POSIX")
        reader.timeZone = TimeZone(secondsFromGMT: 0)
        reader.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        guard let date = reader.date(from: text) else { return [] }
        let difference = date.timeIntervalSince1970 - Double(ClockCheck.read(CLOCK_REALTIME)) / 1_000_000
        guard abs(difference) > 3 else { return [] }
        return [
            Finding(
                .warn, "server clock", "it differs from this machine's by \(DiskCheck.decimal(abs(difference), 0)) s",
                advice: "Run an NTP client on both.")
        ]
    }
}
