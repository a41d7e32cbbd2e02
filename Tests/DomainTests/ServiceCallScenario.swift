import Testing

@testable import Domain

/// Given what happened, when a command comes, then these events follow.
struct Scenario {
    static let start = Instant(microseconds: 1_790_000_000_000_000)
    private(set) var state: ServiceCall?
    private(set) var events: [ServiceCallEvent] = []
    private(set) var now = start

    /// A call as most tests want it: due at `start`, three attempts, one second of back-off.
    static func submission(
        dueAt: Instant? = start, retry: RetryPolicy = RetryPolicy(maxAttempts: 3, initialDelay: .seconds(1), maxDelay: .seconds(60)),
        fingerprint: UInt8 = 1
    ) throws -> ServiceCallSubmission {
        ServiceCallSubmission(
            tenant: try #require(TenantId("acme")), id: ServiceCallId(UniqueId(high: 1, low: 2)),
            request: SealedRequest(
                method: .POST, url: try TargetURL("https://example.com/hooks?token=secret"),
                payload: .sealed(SealedBytes(bytes: [1, 2, 3])), bodyBytes: 7),
            dueAt: dueAt, tags: ["tax"], timeout: .seconds(5), retry: retry, fingerprint: Fingerprint(bytes: [fingerprint]),
            correlationId: "c-1")
    }

    /// Decides and applies; the events of this command alone are returned.
    @discardableResult
    mutating func when(_ command: ServiceCallCommand, entropy: UInt64 = 0, epoch: Int64 = 1) throws -> [ServiceCallEvent] {
        let decided = try ServiceCall.decide(state, command, DecisionContext(now: now, epoch: epoch, entropy: entropy))
        for event in decided { state = ServiceCall.evolve(state, event, at: now) }
        events += decided
        return decided
    }

    mutating func pass(_ span: TimeSpan) { now = now + span }

    var status: ServiceCall.Status? { state?.status }
}

extension Array where Element == ServiceCallEvent {
    var kinds: [ServiceCallEvent.Kind] { map(\.kind) }
}
