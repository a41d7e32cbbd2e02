import Domain
import PropertyKit
import Synchronization

/// A load on one engine that goes on whatever happens to what the engine rests on.
///
/// A submission that is not acknowledged is repeated with its key until it is: in the end there is one call for every key, and none
/// beside them.
final class SteadyLoad: Sendable {
    private struct Counts {
        var refused = 0
        var unanswered = 0
        var longestMilliseconds: Int64 = 0
    }

    /// The engine gives up on its store after ten seconds, and looks every two and a half.
    private static let longestAnswerMilliseconds: Int64 = 15_000

    /// The same over all starts of the engine.
    let port: Int
    let token: String
    let findings: Findings
    let target: RecordingTarget
    private let bodyBytes: Int
    private let engineMayEnd: Bool
    private let ledger = KillLedger()
    private let counts = Mutex(Counts())
    private let followed = Mutex<[JSONValue]>([])
    private let isOver = Atomic<Bool>(false)
    private let isComplete = Atomic<Bool>(false)
    private let (submitters, followers) = (Crew(), Crew())

    /// - Parameters:
    ///   - bodyBytes: the size of every request's body.
    ///   - engineMayEnd: whether a submission may find nobody who answers.
    init(port: Int, token: String, bodyBytes: Int = 100, engineMayEnd: Bool = false, _ findings: Findings) throws {
        (self.port, self.token, self.findings) = (port, token, findings)
        (self.bodyBytes, self.engineMayEnd) = (bodyBytes, engineMayEnd)
        target = try RecordingTarget()
    }

    var acknowledged: [KillLedger.Entry] { ledger.acknowledged.values.sorted { $0.key < $1.key } }
    /// Answers 503 so far.
    var refused: Int { counts.withLock { $0.refused } }

    var summary: String {
        let counts = counts.withLock { $0 }
        return "\(acknowledged.count) calls acknowledged, \(counts.refused) submissions answered 503, \(counts.unanswered) not at all, "
            + "the longest answer took \(counts.longestMilliseconds) ms"
    }

    func start(submitters number: Int = 3, seed: UInt64) {
        for index in 0..<number {
            submitters.start { [self] in try submit(index, SeededGenerator(seed: seed &+ UInt64(index))) }
        }
        followers.start { [self] in try follow() }
    }

    func awaitAcknowledged(more: Int, within seconds: Int, _ what: String) throws {
        let before = ledger.acknowledged.count
        try eventually(within: seconds, what) { ledger.acknowledged.count >= before + more }
    }

    func awaitRefused(more: Int, within seconds: Int, _ what: String) throws {
        let before = refused
        try eventually(within: seconds, what) { refused >= before + more }
    }

    /// Ends the load at once; for the end of a test that cannot go on.
    func abandon() {
        isOver.store(true, ordering: .relaxed)
        isComplete.store(true, ordering: .relaxed)
        target.stop()
    }

    /// Ends the load, waits until every call has ended, and shows from outside that nothing is lost, doubled, early or out of order.
    ///
    /// - Returns: every event.
    @discardableResult
    func prove() throws -> [JSONValue] {
        isOver.store(true, ordering: .relaxed)
        try submitters.join(within: 60)
        let client = Client(port: port, token: token)
        try eventually(within: 60, "every call ends") {
            pause(milliseconds: 100)
            return try ["scheduled", "running", "waitingRetry"].allSatisfy {
                try client.get("/v1/service-calls?limit=1&status=\($0)").json()["items"].list.isEmpty
            }
        }
        isComplete.store(true, ordering: .relaxed)
        try followers.join(within: 30)
        let events = try client.events()
        var proof = KillProof(
            acknowledged: acknowledged, events: events, calls: try client.calls(), arrivals: target.all)
        proof.again = try client.events(limit: 333)
        proof.followed = followed.withLock { $0 }
        proof.check()
        for text in proof.findings.texts { findings.add(text) }
        findings.check(acknowledged.count > 100, "there was no load: \(summary)")
        return events
    }

    // MARK: - What the threads do

    private func submit(_ number: Int, _ seeded: SeededGenerator) throws {
        let client = Client(port: port, token: token)
        var generator = seeded
        var planned = 0
        while !isOver.load(ordering: .relaxed) {
            planned += 1
            let path =
                switch generator.number(0...99) {
                case 0..<70: "/ok"
                case 70..<80: "/fail/\(generator.number(1...2))"
                case 80..<85: "/drop/1"
                case 85..<95: "/slow/\(generator.number(20...400))"
                default: "/gone"
                }
            let dueAt = generator.chance(30) ? wallMicroseconds() + Int64(generator.number(300...4_000)) * 1_000 : nil
            let key = "load-\(number)-\(planned)"
            let due = dueAt.map { #","dueAt":"\#(Instant(microseconds: $0).rfc3339)""# } ?? ""
            let body = String(repeating: "b", count: bodyBytes)
            let text =
                #"{"request":{"method":"POST","url":"\#(target.url(path))","body":"\#(body)"}\#(due),"timeoutMs":5000,"#
                + #""retry":{"maxAttempts":40,"initialDelayMs":30,"maxDelayMs":300}}"#
            let id = try insist(client, text, key)
            if let before = ledger.acknowledge(.init(key: key, id: id, path: path, dueAt: dueAt)) {
                findings.add("\(key) is \(before), and then \(id)")
            }
            pause(milliseconds: generator.number(5...30))
        }
    }

    private func insist(_ client: Client, _ body: String, _ key: String) throws -> String {
        for _ in 0..<5_000 {
            let start = monotonicMilliseconds()
            let answer = try? client.submit(body, key: key)
            let taken = monotonicMilliseconds() - start
            note(answer, taken, key)
            if let answer, answer.status == 200 || answer.status == 201 { return try answer.json()["id"].text }
            if isComplete.load(ordering: .relaxed) { throw Broken("the load was given up") }
            pause(milliseconds: 50)
        }
        throw Broken("\(key) was not acknowledged in 5,000 trials")
    }

    private func note(_ answer: Message?, _ taken: Int64, _ key: String) {
        counts.withLock { counts in
            counts.longestMilliseconds = max(counts.longestMilliseconds, taken)
            if answer?.status == 503 { counts.refused += 1 }
            if answer == nil { counts.unanswered += 1 }
        }
        guard let answer else { return findings.check(engineMayEnd, "\(key) got no answer within \(taken) ms") }
        findings.check(taken <= Self.longestAnswerMilliseconds, "\(key) was answered \(answer.start) after \(taken) ms")
        switch answer.status {
        case 200, 201: break
        case 503:
            findings.check(
                answer.isProblem && answer.header("retry-after").flatMap { Int($0) } != nil,
                "a refusal is no problem+json with Retry-After: \(answer.headers) \(answer.text.prefix(300))")
        default: findings.add("\(key) was answered \(answer.start) \(answer.text.prefix(300))")
        }
    }

    /// Follows the events from the beginning with one cursor, as a consumer does.
    private func follow() throws {
        let client = Client(port: port, token: token)
        var cursor: String?
        while true {
            let isLast = isComplete.load(ordering: .relaxed)
            let path = "/v1/events?limit=500" + (isLast ? "" : "&waitMs=300") + (cursor.map { "&after=\($0)" } ?? "")
            guard let answer = try? client.get(path), answer.status == 200 else {
                if isLast { throw Broken("the follower gets no events") }
                pause(milliseconds: 50)
                continue
            }
            let page = try answer.json()
            followed.withLock { $0 += page["items"].list }
            let next = page["nextCursor"].text
            if isLast, page["items"].list.isEmpty, next == cursor { return }
            cursor = next
        }
    }
}
