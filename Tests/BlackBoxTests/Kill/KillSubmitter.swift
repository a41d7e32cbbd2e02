import Domain
import PropertyKit

/// Submits calls, one by one and in batches, and repeats whatever was not acknowledged with the same key until it is.
final class KillSubmitter {
    private struct Planned {
        let key: String
        let path: String
        let dueAt: Int64?
        let members: String
    }

    private let number: Int
    private let run: KillRun
    private let client: Client
    private var generator: SeededGenerator
    private var planned = 0

    init(number: Int, seed: UInt64, run: KillRun) {
        self.number = number
        self.run = run
        client = Client(port: run.port, token: run.token)
        generator = SeededGenerator(seed: seed)
    }

    func work() throws {
        while !run.stops {
            if generator.chance(80) {
                try submitOne()
            } else {
                try submitBatch()
            }
            pause(milliseconds: generator.number(0...40))
        }
    }

    private func plan() -> Planned {
        planned += 1
        let path: String =
            switch generator.number(0...99) {
            case 0..<60: "/ok"
            case 60..<75: "/fail/\(generator.number(1...3))"
            case 75..<82: "/drop/\(generator.number(1...2))"
            case 82..<92: "/slow/\(generator.number(20...600))"
            case 92..<96: "/gone"
            default: "/broken"
            }
        let ahead: Int? =
            switch generator.number(0...99) {
            case 0..<50: nil
            case 50..<80: generator.number(0...1_500)
            case 80..<95: generator.number(1_500...8_000)
            default: generator.number(-5_000...0)
            }
        let dueAt = ahead.map { wallMicroseconds() + Int64($0) * 1_000 + Int64(generator.number(0...999)) }
        let due = dueAt.map { #","dueAt":"\#(Instant(microseconds: $0).rfc3339)""# } ?? ""
        let attempts = path == "/broken" ? 3 : 40
        let members =
            #""request":{"method":"POST","url":"\#(run.target.url(path))","body":"\#(number)-\#(planned)"}\#(due),"timeoutMs":5000,"#
            + #""retry":{"maxAttempts":\#(attempts),"initialDelayMs":30,"maxDelayMs":300}"#
        return Planned(key: "submitter-\(number)-\(planned)", path: path, dueAt: dueAt, members: members)
    }

    private func submitOne() throws {
        let call = plan()
        let answer = try insist("{\(call.members)}", path: "/v1/service-calls", key: call.key)
        guard answer.status == 201 || answer.status == 200 else {
            return run.findings.add("\(call.key) was answered \(answer.start): \(answer.text.prefix(300))")
        }
        let shown = try answer.json()
        acknowledge(call, id: shown["id"].text)
        // A call that waits for long enough may be cancelled, and then must end so.
        if let dueAt = call.dueAt, dueAt > wallMicroseconds() + 2_000_000, generator.chance(15) { try cancel(shown["id"].text) }
    }

    private func submitBatch() throws {
        var open = (0..<generator.number(2...40)).map { _ in plan() }
        while !open.isEmpty {
            let items = open.map { #"{"idempotencyKey":"\#($0.key)",\#($0.members)}"# }.joined(separator: ",")
            let answer = try insist(#"{"items":[\#(items)]}"#, path: "/v1/service-calls/batch", key: nil)
            let results = try answer.json()["results"].list
            guard answer.status == 200, results.count == open.count else {
                return run.findings.add("a batch of \(open.count) was answered \(answer.start) with \(results.count) results")
            }
            var refused: [Planned] = []
            for (call, result) in zip(open, results) {
                switch result["status"].int {
                case 200, 201: acknowledge(call, id: result["id"].text)
                case 503: refused.append(call)
                default: run.findings.add("\(call.key) in a batch was answered \(result)")
                }
            }
            open = refused
            if !open.isEmpty { pause(milliseconds: 50) }
        }
    }

    /// Repeats until there is an answer that is not a refusal for the moment.
    private func insist(_ body: String, path: String, key: String?) throws -> Message {
        for _ in 0..<2_000 {
            let headers = key.map { [("Idempotency-Key", $0)] } ?? []
            if let answer = try? client.post(path, body, headers: headers) {
                if answer.status != 503 { return answer }
                run.findings.check(answer.header("retry-after") != nil, "a 503 without Retry-After: \(answer.text.prefix(200))")
            }
            pause(milliseconds: 25)
        }
        throw Broken("no answer to a submission in 2,000 trials")
    }

    private func acknowledge(_ call: Planned, id: String) {
        let entry = KillLedger.Entry(key: call.key, id: id, path: call.path, dueAt: call.dueAt)
        if let before = run.ledger.acknowledge(entry) { run.findings.add("\(call.key) is \(before), and then \(id)") }
    }

    private func cancel(_ id: String) throws {
        let answer = try insist("", path: "/v1/service-calls/\(id)/cancel", key: nil)
        switch answer.status {
        case 200: run.ledger.cancelled(id)
        // Its attempt was quicker.
        case 409: break
        default: run.findings.add("cancelling \(id) was answered \(answer.start): \(answer.text.prefix(300))")
        }
    }
}
