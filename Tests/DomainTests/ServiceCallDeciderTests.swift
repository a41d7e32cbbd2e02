import Testing

@testable import Domain

@Suite struct ServiceCallDeciderTests {
    private static let unavailable = ExecutionFailure(kind: .status, status: 503, detail: "503")

    private func submitted(_ submission: ServiceCallSubmission? = nil) throws -> Scenario {
        var scenario = Scenario()
        try scenario.when(.submit(submission ?? Scenario.submission()))
        return scenario
    }

    private func running() throws -> Scenario {
        var scenario = try submitted()
        try scenario.when(.dueTimeReached)
        return scenario
    }

    private func failed() throws -> Scenario {
        var scenario = try running()
        try scenario.when(.executionFailed(attempt: 1, ExecutionFailure(kind: .status, status: 404, detail: "404")))
        return scenario
    }

    // MARK: - Submitting

    @Test func aSubmissionIsScheduledForItsDueTime() throws {
        let scenario = try submitted()
        #expect(scenario.events.kinds == [.submitted])
        #expect(scenario.state?.state == .scheduled(dueAt: Scenario.start))
        #expect(scenario.state?.version == 1)
    }

    @Test func aSubmissionWithoutDueTimeIsDueAtOnce() throws {
        let scenario = try submitted(Scenario.submission(dueAt: nil))
        #expect(scenario.state?.dueAt == scenario.now)
    }

    @Test func theSameSubmissionAgainYieldsNothing() throws {
        var scenario = try submitted()
        #expect(try scenario.when(.submit(Scenario.submission())).isEmpty)
        #expect(scenario.state?.version == 1)
    }

    @Test func theSameKeyWithAnotherBodyIsAConflict() throws {
        var scenario = try submitted()
        #expect(throws: ServiceCallError.idempotencyConflict) { try scenario.when(.submit(Scenario.submission(fingerprint: 2))) }
    }

    @Test(arguments: ["cancel", "reschedule", "retry", "due", "timeout", "ownerLost", "success", "failure"])
    func whatWasNeverSubmittedIsNotFound(_ name: String) throws {
        let commands: [String: ServiceCallCommand] = [
            "cancel": .cancel, "reschedule": .reschedule(dueAt: Scenario.start), "retry": .retry, "due": .dueTimeReached,
            "timeout": .attemptTimedOut(attempt: 1), "ownerLost": .attemptOwnerLost(attempt: 1),
            "success": .executionSucceeded(attempt: 1, ResponseSummary(status: 200, bodyBytes: 0)),
            "failure": .executionFailed(attempt: 1, Self.unavailable),
        ]
        var scenario = Scenario()
        let command = try #require(commands[name])
        #expect(throws: ServiceCallError.notFound) { try scenario.when(command) }
    }

    // MARK: - Attempts

    @Test func noAttemptStartsBeforeTheDueTime() throws {
        let due = Scenario.start + .seconds(1)
        var scenario = try submitted(Scenario.submission(dueAt: due))
        scenario.pass(TimeSpan(microseconds: 999_999))
        #expect(throws: ServiceCallError.notYetDue(dueAt: due)) { try scenario.when(.dueTimeReached) }
        scenario.pass(TimeSpan(microseconds: 1))
        #expect(try scenario.when(.dueTimeReached).kinds == [.executionStarted])
    }

    @Test func aDuplicateDueTimeStartsNothing() throws {
        var scenario = try running()
        #expect(try scenario.when(.dueTimeReached).isEmpty)
        #expect(scenario.state?.attempts == 1)
    }

    @Test func aSuccessEndsTheCall() throws {
        var scenario = try running()
        let events = try scenario.when(.executionSucceeded(attempt: 1, ResponseSummary(status: 204, bodyBytes: 0)))
        #expect(events.kinds == [.executionSucceeded, .succeeded])
        #expect(scenario.status == .succeeded)
    }

    @Test func aLateReportOfAnEndedAttemptYieldsNothing() throws {
        var scenario = try running()
        try scenario.when(.attemptTimedOut(attempt: 1))
        #expect(try scenario.when(.executionSucceeded(attempt: 1, ResponseSummary(status: 200, bodyBytes: 0))).isEmpty)
        #expect(try scenario.when(.executionFailed(attempt: 1, Self.unavailable)).isEmpty)
    }

    @Test func aRetryableFailureWaitsForTheBackOff() throws {
        var scenario = try running()
        let events = try scenario.when(.executionFailed(attempt: 1, Self.unavailable), entropy: .max)
        #expect(events.kinds == [.executionFailed, .retryScheduled])
        #expect(scenario.state?.state == .waitingRetry(until: scenario.now + .seconds(1)))
    }

    @Test func retryAfterIsHonoured() throws {
        var scenario = try running()
        let asked = ExecutionFailure(kind: .status, status: 429, detail: "429", retryAfter: .seconds(30))
        try scenario.when(.executionFailed(attempt: 1, asked))
        #expect(scenario.state?.dueAt == scenario.now + .seconds(30))
    }

    @Test func theLastAllowedAttemptFailsTheCall() throws {
        var scenario = try submitted()
        for attempt in 1...3 {
            scenario.pass(.seconds(61))
            try scenario.when(.dueTimeReached)
            try scenario.when(.executionFailed(attempt: attempt, Self.unavailable))
        }
        guard case .failed(_, .attemptsExhausted) = scenario.state?.state else { throw Unexpected(scenario.state) }
        #expect(scenario.events.kinds.filter(\.isTerminal) == [.failed])
    }

    private static let retriedOrNot: [(ExecutionFailure.Kind, Int?, Bool)] = [
        (.status, 404, false), (.status, 400, false), (.status, 301, false), (.status, 408, true), (.status, 429, true),
        (.status, 500, true), (.status, 599, true), (.connection, nil, true), (.timeout, nil, true), (.ownerLost, nil, true),
        (.responseTooLarge, nil, false), (.targetRefused, nil, false), (.keyMissing, nil, true), (.payloadLost, nil, false),
    ]

    @Test func aFailedCallWhoseRequestWasErasedIsNotOpenedAgain() throws {
        let sample = try Scenario.submission()
        let erased = SealedRequest(method: .POST, url: sample.request.url, payload: .erased, bodyBytes: 7)
        let submission = ServiceCallSubmission(
            tenant: sample.tenant, id: sample.id, request: erased, dueAt: sample.dueAt, fingerprint: sample.fingerprint, correlationId: "c")
        var scenario = try submitted(submission)
        try scenario.when(.dueTimeReached)
        try scenario.when(.executionFailed(attempt: 1, ExecutionFailure(kind: .payloadLost, detail: "erased")))
        #expect(throws: ServiceCallError.payloadErased) { try scenario.when(.retry) }
    }

    @Test(arguments: retriedOrNot)
    func onlyPassingFailuresAreRetried(_ kind: ExecutionFailure.Kind, _ status: Int?, _ retried: Bool) throws {
        var scenario = try running()
        let events = try scenario.when(.executionFailed(attempt: 1, ExecutionFailure(kind: kind, status: status, detail: "x")))
        #expect(events.kinds == [.executionFailed, retried ? .retryScheduled : .failed])
    }

    @Test func thePolicySaysWhichStatusesRetry() {
        let policy = RetryPolicy(statuses: [404])
        #expect(policy.retries(status: 404))
        #expect(!policy.retries(status: 503))
    }

    @Test func aTimeOutAndALostOwnerCountAsFailedAttempts() throws {
        for command in [ServiceCallCommand.attemptTimedOut(attempt: 1), .attemptOwnerLost(attempt: 1)] {
            var scenario = try running()
            #expect(try scenario.when(command).kinds == [.executionFailed, .retryScheduled])
            #expect(scenario.state?.attemptsInRun == 1)
            #expect(try scenario.when(command).isEmpty)
        }
    }

    @Test func anAttemptNeverEndsBeforeItStarted() throws {
        var scenario = try running()
        scenario.pass(.seconds(-60))
        let events = try scenario.when(.executionSucceeded(attempt: 1, ResponseSummary(status: 200, bodyBytes: 0)))
        let record = try #require(events.first?.endedAttempt)
        #expect(record.endedAt >= record.startedAt)
    }

    @Test func aRetryThatAClockHoldsBackWhichWasSetBackGetsADueTimeAnew() throws {
        var scenario = try running()
        try scenario.when(.executionFailed(attempt: 1, Self.unavailable), entropy: .max)
        let version = try #require(scenario.state?.version)
        scenario.pass(.hours(-5))
        #expect(try scenario.when(.backOffElapsed(version: version - 1)).isEmpty, "of another wait")
        #expect(try scenario.when(.backOffElapsed(version: version)) == [.retryScheduled(dueAt: scenario.now)])
        #expect(try scenario.when(.backOffElapsed(version: version)).isEmpty, "told twice")
        #expect(try scenario.when(.dueTimeReached).kinds == [.executionStarted])
    }

    @Test func onlyARetryThatIsNotYetDueGetsADueTimeAnew() throws {
        var scheduled = try submitted(Scenario.submission(dueAt: Scenario.start + .hours(1)))
        #expect(try scheduled.when(.backOffElapsed(version: 1)).isEmpty)
        var attempting = try running()
        #expect(try attempting.when(.backOffElapsed(version: 2)).isEmpty)
        var waiting = try running()
        try waiting.when(.executionFailed(attempt: 1, Self.unavailable), entropy: .max)
        let version = try #require(waiting.state?.version)
        waiting.pass(.minutes(1))
        #expect(try waiting.when(.backOffElapsed(version: version)).isEmpty)
    }

    // MARK: - Deadline

    @Test func noAttemptStartsAfterTheDeadline() throws {
        let retry = RetryPolicy(deadline: Scenario.start + .seconds(10))
        var scenario = try submitted(Scenario.submission(retry: retry))
        scenario.pass(.seconds(11))
        #expect(try scenario.when(.dueTimeReached).kinds == [.failed])
        guard case .failed(_, .deadlineExceeded) = scenario.state?.state else { throw Unexpected(scenario.state) }
    }

    @Test func aRetryThatWouldPassTheDeadlineFailsTheCall() throws {
        let retry = RetryPolicy(initialDelay: .seconds(20), maxDelay: .seconds(20), deadline: Scenario.start + .seconds(10))
        var scenario = try submitted(Scenario.submission(retry: retry))
        try scenario.when(.dueTimeReached)
        #expect(try scenario.when(.executionFailed(attempt: 1, Self.unavailable), entropy: .max).kinds == [.executionFailed, .failed])
    }

    @Test func aRetryByHandIsAllowedOneAttemptAfterTheDeadline() throws {
        let retry = RetryPolicy(deadline: Scenario.start + .seconds(10))
        var scenario = try submitted(Scenario.submission(retry: retry))
        scenario.pass(.seconds(11))
        try scenario.when(.dueTimeReached)
        try scenario.when(.retry)
        #expect(try scenario.when(.dueTimeReached).kinds == [.executionStarted])
        #expect(try scenario.when(.executionFailed(attempt: 1, Self.unavailable)).kinds == [.executionFailed, .failed])
    }

    // MARK: - By hand

    @Test func cancellingEndsWhatWaits() throws {
        var scenario = try submitted()
        #expect(try scenario.when(.cancel).kinds == [.cancelled])
        #expect(try scenario.when(.cancel).isEmpty)
        #expect(try scenario.when(.dueTimeReached).isEmpty)
    }

    @Test func cancellingARunningCallEndsItsAttempt() throws {
        var scenario = try running()
        #expect(try scenario.when(.cancel).kinds == [.executionFailed, .cancelled])
        #expect(try scenario.when(.executionSucceeded(attempt: 1, ResponseSummary(status: 200, bodyBytes: 0))).isEmpty)
    }

    @Test func reschedulingMovesTheDueTime() throws {
        var scenario = try submitted()
        let later = Scenario.start + .hours(1)
        #expect(try scenario.when(.reschedule(dueAt: later)).kinds == [.rescheduled])
        #expect(scenario.state?.dueAt == later)
        #expect(try scenario.when(.reschedule(dueAt: later)).isEmpty)
    }

    @Test func reschedulingAWaitingRetryKeepsItsState() throws {
        var scenario = try running()
        try scenario.when(.executionFailed(attempt: 1, Self.unavailable))
        try scenario.when(.reschedule(dueAt: scenario.now))
        #expect(scenario.status == .waitingRetry)
    }

    @Test func aFailedCallCanBeRetriedInANewRun() throws {
        var scenario = try failed()
        #expect(try scenario.when(.retry).kinds == [.retried])
        #expect(scenario.state?.run == 2)
        #expect(scenario.state?.attemptsInRun == 0)
        #expect(try scenario.when(.retry).isEmpty, "a repeated request changes nothing")
        try scenario.when(.dueTimeReached)
        #expect(scenario.state?.attempts == 2)
    }

    @Test func illegalTransitionsChangeNothing() throws {
        var done = try running()
        try done.when(.executionSucceeded(attempt: 1, ResponseSummary(status: 200, bodyBytes: 0)))
        let before = done.state
        for command in [ServiceCallCommand.cancel, .retry, .reschedule(dueAt: done.now)] {
            #expect(throws: ServiceCallError.self) { try done.when(command) }
        }
        #expect(done.state == before)
        var failed = try failed()
        #expect(throws: ServiceCallError.illegalTransition(from: .failed, command: "cancel")) { try failed.when(.cancel) }
        var running = try running()
        #expect(throws: ServiceCallError.illegalTransition(from: .running, command: "retry")) { try running.when(.retry) }
    }

    private struct Unexpected: Error { init(_ state: ServiceCall?) {} }
}
