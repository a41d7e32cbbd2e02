import Testing

@testable import Domain

/// The wire form of every event type, version 1. A difference here breaks consumers: it needs a new version, not a new golden text.
@Suite struct EventWireTests {
    static let golden: [ServiceCallEvent.Kind: String] = [
        .submitted:
            #"{"run":1,"dueAt":"2026-09-21T14:13:20Z","request":{"method":"POST","url":"https://example.com/hooks"},"tags":["tax"],"timeoutMs":5000,"maxAttempts":3}"#,
        .rescheduled: #"{"run":1,"dueAt":"2026-09-21T14:14:20Z"}"#,
        .retried: #"{"run":2,"dueAt":"2026-09-21T14:13:20Z"}"#,
        .executionStarted: #"{"run":1,"attempt":1}"#,
        .executionSucceeded:
            #"{"run":1,"attempt":1,"startedAt":"2026-09-21T14:13:20Z","endedAt":"2026-09-21T14:13:20.250Z","status":200,"bodyBytes":2}"#,
        .executionFailed:
            #"{"run":1,"attempt":1,"startedAt":"2026-09-21T14:13:20Z","endedAt":"2026-09-21T14:13:20.250Z","status":503,"error":{"kind":"status","detail":"503"}}"#,
        .retryScheduled: #"{"run":1,"dueAt":"2026-09-21T14:13:20.250Z"}"#,
        .succeeded: #"{"run":1,"attempts":1}"#,
        .failed: #"{"run":1,"attempts":1,"reason":"notRetryable"}"#,
        .cancelled: #"{"run":1,"attempts":0}"#,
    ]

    @Test(arguments: ServiceCallEvent.Kind.allCases)
    func theWireFormIsGolden(_ kind: ServiceCallEvent.Kind) throws {
        let (event, call) = try #require(try example(kind))
        #expect(event.kind == kind)
        #expect(String(decoding: event.wireData(of: call), as: UTF8.self) == Self.golden[kind])
    }

    @Test func noEventHoldsHeadersBodiesOrQueries() throws {
        for kind in ServiceCallEvent.Kind.allCases {
            let (event, call) = try #require(try example(kind))
            #expect(!String(decoding: event.wireData(of: call), as: UTF8.self).contains("secret"))
        }
    }

    @Test(arguments: ServiceCallEvent.Kind.allCases)
    func typesKeepTheirNamesAndNumbers(_ kind: ServiceCallEvent.Kind) {
        let type = EventType.serviceCall(kind)
        #expect(type.name == "ledgerflow.service-call.\(kind.rawValue).v1")
        #expect(EventType(code: type.code) == type)
        #expect(EventType(code: 100) == nil && EventType(code: 111) == nil && EventType(code: 206) == nil && EventType(code: 314) == nil)
    }

    @Test func theNumbersAreGolden() {
        let codes = ServiceCallEvent.Kind.allCases.map { EventType.serviceCall($0).code }
        #expect(codes == [101, 102, 103, 104, 105, 106, 107, 108, 109, 110])
    }

    /// A history that leads to an event of the kind.
    private func example(_ kind: ServiceCallEvent.Kind) throws -> (ServiceCallEvent, ServiceCall)? {
        var scenario = Scenario()
        try scenario.when(.submit(Scenario.submission()))
        switch kind {
        case .submitted: break
        case .rescheduled: try scenario.when(.reschedule(dueAt: Scenario.start + .seconds(60)))
        case .cancelled: try scenario.when(.cancel)
        default:
            try scenario.when(.dueTimeReached)
            if kind == .executionStarted { break }
            if kind != .retried { scenario.pass(.milliseconds(250)) }
            let status = kind == .executionFailed || kind == .retryScheduled ? 503 : 404
            let failure = ExecutionFailure(kind: .status, status: status, detail: "\(status)")
            let isSuccess = kind == .executionSucceeded || kind == .succeeded
            try scenario.when(
                isSuccess
                    ? .executionSucceeded(attempt: 1, ResponseSummary(status: 200, bodyBytes: 2)) : .executionFailed(attempt: 1, failure))
            if kind == .retried { try scenario.when(.retry) }
        }
        guard let event = scenario.events.first(where: { $0.kind == kind }), let call = scenario.state else { return nil }
        return (event, call)
    }
}
