internal import Domain

/// One of the demo's calls: what is submitted, and how it must end.
struct DemoCall: Sendable {
    /// The path at the target, which names the call.
    let path: String
    /// Why it is there, for the story.
    let tale: String
    /// How long after the start it is due.
    var delay: TimeSpan?
    var timeoutMs: Int64 = 5_000
    var maxAttempts: Int64 = 5
    var isCancelled = false
    let expected: Expected

    struct Expected: Sendable {
        var status: ServiceCall.Status
        var attempts: Int
        var reason: ServiceCall.FailureReason?
        /// What the last attempt failed of.
        var failure: ExecutionFailure.Kind?
        /// The shortest time between the first two arrivals.
        var gap: TimeSpan?

        static let success = Expected(status: .succeeded, attempts: 1)
    }

    static func story() -> [DemoCall] {
        [
            DemoCall(path: "/fine/now", tale: "succeeds at once", expected: .success),
            DemoCall(
                path: "/flaky/twice", tale: "is answered 503 twice, then succeeds", expected: Expected(status: .succeeded, attempts: 3)),
            DemoCall(
                path: "/busy/once", tale: "is told to come again in 1 s (429), and does",
                expected: Expected(status: .succeeded, attempts: 2, gap: .seconds(1))),
            DemoCall(
                path: "/broken/always", tale: "is answered 500 each time; gives up after 3 attempts", maxAttempts: 3,
                expected: Expected(status: .failed, attempts: 3, reason: .attemptsExhausted, failure: .status)),
            DemoCall(
                path: "/hanging/always", tale: "gets no answer within 1 s; gives up after 2 attempts", timeoutMs: 1_000, maxAttempts: 2,
                expected: Expected(status: .failed, attempts: 2, reason: .attemptsExhausted, failure: .timeout)),
            DemoCall(
                path: "/unknown/path", tale: "is answered 404, which no repetition mends; fails at once",
                expected: Expected(status: .failed, attempts: 1, reason: .notRetryable, failure: .status)),
            DemoCall(
                path: "/fine/cancelled", tale: "is due in 4 s, but cancelled before", delay: .seconds(4), isCancelled: true,
                expected: Expected(status: .cancelled, attempts: 0)),
        ]
            + (2...5).map { seconds in
                DemoCall(
                    path: "/fine/in-\(seconds)-seconds", tale: "is due in \(seconds) s", delay: .seconds(Int64(seconds)), expected: .success
                )
            }
    }

    /// Calls that become due one after the other, from two seconds on, within two seconds.
    static func batch(_ count: Int) -> [DemoCall] {
        (0..<count).map { index in
            let delay = TimeSpan.seconds(2) + TimeSpan(microseconds: 2_000_000 * Int64(index) / Int64(max(1, count)))
            return DemoCall(path: "/fine/batch-\(index + 1)", tale: "", delay: delay, expected: .success)
        }
    }

    func write(to writer: inout JSONWriter, target: String, start: Instant, tag: String) {
        writer.object { json in
            json.object("request") { request in
                request.field("url", target + path)
                request.field("body", "{\"from\":\"the demo\"}")
                request.field("headers", map: [("Content-Type", "application/json")])
            }
            json.field("dueAt", ifPresent: due(start))
            json.field("tags", ["demo", tag])
            json.field("timeoutMs", timeoutMs)
            json.object("retry") { retry in
                retry.field("maxAttempts", maxAttempts)
                retry.field("initialDelayMs", 300)
                retry.field("maxDelayMs", 1_000)
            }
        }
    }

    func due(_ start: Instant) -> Instant? { delay.map { start + $0 } }

    /// What differs from what was told: the call as the engine shows it, and the arrivals that the target saw.
    func differences(from call: JSONValue, arrivals: [Instant], start: Instant) -> [String] {
        var found: [String] = []
        func check(_ what: String, _ is: String?, _ told: String?) {
            if `is` != told { found.append("\(path): \(what) is \(`is` ?? "none"), not \(told ?? "none")") }
        }
        check("the status", call["status"]?.text, expected.status.rawValue)
        check("the number of attempts", call["attempts"].map { String($0.elements.count) }, String(expected.attempts))
        check("the reason", call["failureReason"]?.text, expected.reason?.rawValue)
        check("the failure of the last attempt", call["attempts"]?.elements.last?["error"]?["kind"]?.text, expected.failure?.rawValue)
        check("the number of requests at the target", String(arrivals.count), String(expected.attempts))
        if let due = due(start), let first = arrivals.first, first < due { found.append("\(path): it was called before it was due") }
        if let gap = expected.gap, arrivals.count > 1, arrivals[1] - arrivals[0] < gap {
            found.append("\(path): it was called again sooner than the target asked for")
        }
        return found
    }
}
