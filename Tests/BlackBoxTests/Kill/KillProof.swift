import Domain

/// What must be true after the kills, shown from outside: the events, the calls, and what the target got.
struct KillProof {
    let acknowledged: [String: KillLedger.Entry]
    let cancelled: Set<String>
    /// What a consumer got that followed the events over all kills.
    var followed: [JSONValue]
    /// The events, read from the beginning, and read so again.
    var events: [JSONValue]
    var again: [JSONValue]
    var calls: [JSONValue]
    var arrivals: [RecordingTarget.Arrival]
    let findings: Findings

    init(run: KillRun, followed: [JSONValue], client: Client) throws {
        (acknowledged, cancelled) = (run.ledger.acknowledged, run.ledger.cancelled)
        self.followed = followed
        events = try client.events()
        again = try client.events(limit: 333)
        calls = try client.calls()
        arrivals = run.target.all
        findings = run.findings
    }

    init(
        acknowledged: [KillLedger.Entry], cancelled: Set<String> = [], events: [JSONValue], calls: [JSONValue],
        arrivals: [RecordingTarget.Arrival]
    ) {
        self.acknowledged = Dictionary(acknowledged.map { ($0.key, $0) }) { first, _ in first }
        self.cancelled = cancelled
        (followed, self.events, again) = (events, events, events)
        self.calls = calls
        self.arrivals = arrivals
        findings = Findings()
    }

    var summary: String {
        let statuses = Dictionary(grouping: calls, by: { $0["status"].text }).mapValues(\.count).sorted { $0.key < $1.key }
        let lost = events.count { $0["data"]["error"]["kind"].text == "ownerLost" }
        return "\(calls.count) calls (\(statuses.map { "\($0.value) \($0.key)" }.joined(separator: ", "))), \(events.count) events, "
            + "\(arrivals.count) requests, \(lost) attempts ended as ownerLost"
    }

    func check() {
        checkCalls()
        checkFeed()
        let byCall = Dictionary(grouping: events, by: { $0["subject"].text })
        let shown = Dictionary(calls.map { ($0["id"].text, $0) }) { first, _ in first }
        let received = Dictionary(grouping: arrivals, by: \.id)
        for (id, events) in byCall { checkCall(id, events, shown[id] ?? .null, received[id] ?? []) }
        for entry in acknowledged.values {
            // What was not given is the time of submission, which only the event tells.
            guard let dueAt = entry.dueAt else { continue }
            let told = byCall[entry.id]?.first?["data"]["dueAt"].microseconds
            findings.check(told == dueAt, "\(entry.key) was to be due at \(dueAt), its event says \(told ?? 0)")
        }
        for id in received.keys where byCall[id] == nil { findings.add("the target got a request of \(id), which no event tells of") }
    }

    private func checkCalls() {
        let ids = Set(calls.map { $0["id"].text })
        findings.check(ids.count == calls.count, "the list shows a call twice")
        for entry in acknowledged.values where !ids.contains(entry.id) {
            findings.add("\(entry.key) was acknowledged as \(entry.id) and is lost")
        }
        // All submissions were repeated until acknowledged, so there is no call beside them.
        findings.check(calls.count == acknowledged.count, "\(acknowledged.count) keys made \(calls.count) calls")
        findings.check(Set(acknowledged.values.map(\.id)).count == acknowledged.count, "two keys share a call")
    }

    private func checkFeed() {
        let ids = events.map { $0["id"].text }
        findings.check(Set(ids).count == ids.count, "the feed holds an event twice")
        findings.check(
            Set(again.map { $0["id"].text }) == Set(ids) && again.count == ids.count,
            "read again, the feed has other events: \(again.count) and \(ids.count)")
        let missed = Set(ids).subtracting(followed.map { $0["id"].text })
        findings.check(missed.isEmpty, "a follower over all kills missed \(missed.count) of \(ids.count) events: \(missed.prefix(3))")
        findings.check(followed.count == ids.count, "a follower over all kills got \(followed.count) events of \(ids.count)")
        for (name, feed) in [("read", events), ("read again", again), ("followed", followed)] {
            var versions: [String: Int] = [:]
            for event in feed {
                let (subject, version) = (event["subject"].text, event["version"].int)
                findings.check(
                    version == versions[subject, default: 0] + 1,
                    "\(name): \(subject) goes from version \(versions[subject, default: 0]) to \(version)")
                versions[subject] = version
            }
        }
        let sum = calls.reduce(0) { $0 + $1["version"].int }
        findings.check(sum == events.count, "the calls' versions add up to \(sum), but there are \(events.count) events")
    }

    private func checkCall(_ id: String, _ events: [JSONValue], _ shown: JSONValue, _ received: [RecordingTarget.Arrival]) {
        let kinds = events.map { $0["type"].text.split(separator: ".").dropFirst(2).first.map(String.init) ?? "" }
        let terminal = kinds.filter { ["succeeded", "failed", "cancelled"].contains($0) }
        findings.check(terminal.count == 1 && terminal.first == kinds.last, "\(id) has the terminal events \(terminal) in \(kinds)")
        findings.check(
            shown["status"].text == terminal.first ?? "", "\(id) is shown as \(shown["status"].text), its events say \(terminal)")
        findings.check(kinds.first == "submitted" && kinds.count { $0 == "submitted" } == 1, "\(id) has \(kinds)")
        if cancelled.contains(id) { findings.check(terminal == ["cancelled"], "\(id) was cancelled and then \(terminal)") }
        checkAttempts(id, events, kinds, shown, received)
    }

    private func checkAttempts(
        _ id: String, _ events: [JSONValue], _ kinds: [String], _ shown: JSONValue, _ received: [RecordingTarget.Arrival]
    ) {
        var dueAt: Int64 = .max
        var running = 0
        var attempts = 0
        var firstDue: Int64 = .max
        for (event, kind) in zip(events, kinds) {
            switch kind {
            case "submitted":
                dueAt = event["data"]["dueAt"].microseconds ?? .max
                firstDue = dueAt
            case "retry-scheduled": dueAt = event["data"]["dueAt"].microseconds ?? .max
            case "execution-started":
                attempts += 1
                findings.check(
                    running == 0 && event["data"]["attempt"].int == attempts,
                    "\(id) starts attempt \(event["data"]["attempt"].int) as number \(attempts) while \(running) runs")
                findings.check(event["time"].microseconds ?? 0 >= dueAt, "\(id) starts attempt \(attempts) before it is due")
                running = attempts
            case "execution-succeeded", "execution-failed":
                findings.check(
                    running > 0 && event["data"]["attempt"].int == running,
                    "\(id) ends attempt \(event["data"]["attempt"].int) while \(running) runs")
                running = 0
            default: break
            }
        }
        findings.check(running == 0, "attempt \(running) of \(id) has no end")
        findings.check(
            shown["attemptCount"].int == attempts, "\(id) is shown with \(shown["attemptCount"].int) attempts, its events say \(attempts)")
        for arrival in received where arrival.microseconds < firstDue {
            findings.add("\(id) was requested \(firstDue - arrival.microseconds) µs before it was due")
        }
        findings.check(received.count <= attempts, "\(id) has \(attempts) attempts, but the target got \(received.count) requests")
        if kinds.last == "succeeded" { findings.check(!received.isEmpty, "\(id) succeeded, but the target got no request") }
    }
}
