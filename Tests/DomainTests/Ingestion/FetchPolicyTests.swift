import Testing

@testable import Domain

@Suite("When a source is asked again")
struct FetchPolicyTests {
    private let policy = FetchPolicy(maxAttempts: 5, firstDelay: .seconds(1), maxDelay: .seconds(6))

    private static func fault(_ name: String) -> FetchFailure {
        .fault(SOAPFault(version: .v11, code: .init(localName: name), reason: ""), status: 500)
    }

    static let passing: [FetchFailure] = [
        .connection("reset"), .timedOut(.connect), .timedOut(.firstByte), .timedOut(.idle), .timedOut(.total),
        .status(500, retryAfter: nil), .status(503, retryAfter: nil), fault("Server"), fault("Receiver"), fault("Server.Busy"),
    ]
    static let lasting: [FetchFailure] = [
        .refusedTarget("private"), .status(400, retryAfter: nil), .status(401, retryAfter: nil), .status(302, retryAfter: nil),
        .status(404, retryAfter: nil), fault("Client"), fault("Sender"), fault("VersionMismatch"), fault("MustUnderstand"),
        fault("Client.Authentication"), fault("Odd"), .notXML(contentType: "text/html"), .tooLarge(limit: 1), .badEncoding("br"),
        .cancelled,
        .stopped,
    ]

    @Test(arguments: passing) func whatMayPassIsAskedAgain(_ failure: FetchFailure) {
        guard case .retry = policy.decide(failure, attempt: 1, breaker: .closed, random: 7) else {
            Issue.record("\(failure) is given up")
            return
        }
    }

    @Test(arguments: lasting) func whatIsWrongWithTheRequestIsNot(_ failure: FetchFailure) {
        #expect(policy.decide(failure, attempt: 1, breaker: .closed, random: 7) == .giveUp)
    }

    @Test func waitsGrowAndAreBoundedAndDrawn() {
        let failure = FetchFailure.connection("reset")
        for (attempt, most) in [(1, 1), (2, 2), (3, 4), (4, 6)] as [(Int, Int64)] {
            for random in [0, 1, 12_345_678_901_234, .max] as [UInt64] {
                guard case .retry(let wait) = policy.decide(failure, attempt: attempt, breaker: .closed, random: random) else {
                    Issue.record("attempt \(attempt) is given up")
                    continue
                }
                #expect(wait <= .seconds(most))
                #expect(wait >= TimeSpan(microseconds: most * 500_000))
            }
        }
        #expect(policy.decide(failure, attempt: 5, breaker: .closed, random: 0) == .giveUp)
        #expect(policy.decide(failure, attempt: .max, breaker: .closed, random: 0) == .giveUp)
    }

    @Test func aBreakerThatIsNotClosedLetsOneAttemptThrough() {
        for breaker in [SourceProgress.Breaker.halfOpen, .open(until: .latest)] {
            #expect(policy.decide(.connection("reset"), attempt: 1, breaker: breaker, random: 0) == .giveUp)
        }
    }

    @Test func aSourceMaySayWhenItWantsToBeAskedAgain() {
        let asked = FetchFailure.status(503, retryAfter: .seconds(30))
        #expect(policy.decide(asked, attempt: 1, breaker: .closed, random: 0) == .retry(after: .seconds(30)))
        #expect(policy.decide(.status(503, retryAfter: .hours(1)), attempt: 1, breaker: .closed, random: 0) == .giveUp)
    }

    @Test func aBatchThatIsCutOffMayBeWholeTheNextTime() {
        #expect(BatchError.truncated.asFetchFailure?.mayPass == true)
        #expect(BatchError.fault(SOAPFault(version: .v12, code: .server, reason: "busy")).asFetchFailure?.mayPass == true)
        #expect(BatchError.fault(SOAPFault(version: .v12, code: .client, reason: "no")).asFetchFailure?.mayPass == false)
        #expect(BatchError.doctypeRefused.asFetchFailure == nil)
    }
}
