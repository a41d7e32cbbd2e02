import Domain
import Testing

extension BlackBox {
    /// The proof after the kills would find what it looks for: each of these histories has one fault.
    @Suite struct KillProofTests {
        @Test func aSoundHistoryPasses() throws {
            let proof = try Self.sound()
            proof.check()
            #expect(proof.findings.texts.isEmpty)
        }

        @Test(arguments: Fault.allCases)
        func aFaultIsFound(fault: Fault) throws {
            var proof = try Self.sound()
            switch fault {
            case .callLost: proof.calls.removeLast()
            case .callTwice: proof.calls.append(proof.calls[0])
            case .eventMissing:
                proof.events.remove(at: 2)
                proof.again.remove(at: 2)
            case .eventMissedByFollower: proof.followed.remove(at: 3)
            case .eventTwice: proof.events.append(proof.events[0])
            case .orderChanged: proof.events.swapAt(1, 2)
            case .readAgainOtherwise: proof.again.removeLast()
            case .twoEnds:
                let extra = try Self.event("a", 8, "succeeded", at: 9)
                for path in [\KillProof.events, \.again, \.followed] { proof[keyPath: path].append(extra) }
            case .early: proof.arrivals.insert(Self.arrival("a", at: 0), at: 0)
            case .dueAtChanged: proof.events[0] = try Self.event("a", 1, "submitted", at: 0, #""dueAt":"2026-01-01T00:00:02Z""#)
            case .succeededUnheard: proof.arrivals.removeAll()
            case .requestWithoutAttempt: proof.arrivals += [Self.arrival("a", at: 8), Self.arrival("a", at: 9)]
            case .attemptWithoutEnd: proof.events[2] = try Self.event("a", 3, "rescheduled", at: 2, #""dueAt":"2026-01-01T00:00:01Z""#)
            case .attemptNumberSkipped: proof.events[4] = try Self.event("a", 5, "execution-started", at: 5, #""attempt":3"#)
            }
            proof.check()
            #expect(!proof.findings.texts.isEmpty)
        }

        enum Fault: String, CaseIterable, Sendable {
            case callLost, callTwice, eventMissing, eventMissedByFollower, eventTwice, orderChanged, readAgainOtherwise, twoEnds, early,
                dueAtChanged
            case succeededUnheard, requestWithoutAttempt, attemptWithoutEnd, attemptNumberSkipped
        }

        private static let start = (try? Instant(rfc3339: "2026-01-01T00:00:00Z"))?.microseconds ?? 0

        private static func arrival(_ id: String, at second: Int64) -> RecordingTarget.Arrival {
            .init(id: id, path: "/ok", microseconds: start + second * 1_000_000, headers: [], body: [])
        }

        private static func event(_ id: String, _ version: Int, _ kind: String, at second: Int, _ data: String = "") throws -> JSONValue {
            let text =
                #"{"id":"\#(id)-\#(version)","subject":"\#(id)","version":\#(version),"type":"ledgerflow.service-call.\#(kind).v1","time":"2026-01-01T00:00:0\#(second)Z","data":{\#(data)}}"#
            return try JSONReader.read(Array(text.utf8))
        }

        /// One call, due at second 1, whose first attempt fails and whose second succeeds; and one that was cancelled.
        private static func sound() throws -> KillProof {
            let call = { (id: String, status: String, version: Int, attempts: Int) in
                try JSONReader.read(Array(#"{"id":"\#(id)","status":"\#(status)","version":\#(version),"attemptCount":\#(attempts)}"#.utf8))
            }
            return KillProof(
                acknowledged: [
                    .init(key: "k1", id: "a", path: "/fail/1", dueAt: start + 1_000_000),
                    .init(key: "k2", id: "b", path: "/ok", dueAt: nil),
                ], cancelled: ["b"],
                events: [
                    try event("a", 1, "submitted", at: 0, #""dueAt":"2026-01-01T00:00:01Z""#),
                    try event("a", 2, "execution-started", at: 1, #""attempt":1"#),
                    try event("a", 3, "execution-failed", at: 2, #""attempt":1"#),
                    try event("a", 4, "retry-scheduled", at: 2, #""dueAt":"2026-01-01T00:00:04Z""#),
                    try event("a", 5, "execution-started", at: 4, #""attempt":2"#),
                    try event("a", 6, "execution-succeeded", at: 5, #""attempt":2"#),
                    try event("a", 7, "succeeded", at: 5), try event("b", 1, "submitted", at: 0, #""dueAt":"2026-01-01T00:00:01Z""#),
                    try event("b", 2, "cancelled", at: 0),
                ], calls: [try call("a", "succeeded", 7, 2), try call("b", "cancelled", 2, 0)],
                arrivals: [arrival("a", at: 1), arrival("a", at: 4)])
        }
    }
}
