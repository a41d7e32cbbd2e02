/// The decider: `decide` says what happens, `evolve` what is then true. Both are functions of their arguments alone.
extension ServiceCall {
    /// What follows from `command` for a call in `state` (nil: there is none).
    ///
    /// - Returns: the events, in order. None when the command has already taken effect: a repetition changes nothing.
    /// - Throws: `ServiceCallError` when the command is not legal; nothing has changed then either.
    public static func decide(
        _ state: ServiceCall?, _ command: ServiceCallCommand, _ context: DecisionContext
    ) throws(ServiceCallError) -> [ServiceCallEvent] {
        if case .submit(let submission) = command { return try decideSubmit(state, submission, context) }
        guard let call = state else { throw .notFound }
        switch command {
        case .submit: return []
        case .cancel: return try call.decideCancel(context)
        case .reschedule(let dueAt): return try call.decideReschedule(dueAt)
        case .retry: return try call.decideRetry(context)
        case .dueTimeReached: return try call.decideDueTimeReached(context)
        case .backOffElapsed(let version): return call.decideBackOffElapsed(version, context)
        case .attemptTimedOut(let attempt):
            let failure = ExecutionFailure(kind: .timeout, detail: "No report came within the attempt's time-out.")
            return call.decideFailure(attempt, failure, context)
        case .attemptOwnerLost(let attempt):
            let failure = ExecutionFailure(
                kind: .ownerLost, detail: "The engine stopped while the attempt ran; whether the target got it is not known.")
            return call.decideFailure(attempt, failure, context)
        case .executionSucceeded(let attempt, let response, let snippet):
            guard let running = call.running(attempt) else { return [] }
            let record = call.record(running, .succeeded(response), context, snippet)
            return [.executionSucceeded(record, response), .succeeded]
        case .executionFailed(let attempt, let failure, let snippet):
            return call.decideFailure(attempt, failure, context, snippet)
        }
    }

    private static func decideSubmit(
        _ state: ServiceCall?, _ submission: ServiceCallSubmission, _ context: DecisionContext
    ) throws(ServiceCallError) -> [ServiceCallEvent] {
        guard let existing = state else {
            return [.submitted(.init(submission: submission, dueAt: submission.dueAt ?? context.now))]
        }
        guard existing.submission.fingerprint == submission.fingerprint else { throw .idempotencyConflict }
        return []
    }

    private func decideCancel(_ context: DecisionContext) throws(ServiceCallError) -> [ServiceCallEvent] {
        switch state {
        case .scheduled, .waitingRetry: return [.cancelled]
        case .running(let attempt):
            let failure = ExecutionFailure(
                kind: .cancelled, detail: "The call was cancelled while the attempt ran; the target may have got it.")
            return [.executionFailed(record(attempt, .failed(failure), context), failure), .cancelled]
        case .cancelled: return []
        case .succeeded, .failed: throw .illegalTransition(from: status, command: "cancel")
        }
    }

    private func decideReschedule(_ newDueAt: Instant) throws(ServiceCallError) -> [ServiceCallEvent] {
        guard let dueAt else { throw .illegalTransition(from: status, command: "reschedule") }
        return dueAt == newDueAt ? [] : [.rescheduled(dueAt: newDueAt)]
    }

    private func decideRetry(_ context: DecisionContext) throws(ServiceCallError) -> [ServiceCallEvent] {
        switch state {
        case .failed:
            if submission.request.payload == .erased { throw .payloadErased }
            return [.retried(run: run + 1, dueAt: context.now)]
        case .scheduled where run > 1 && attemptsInRun == 0: return []
        default: throw .illegalTransition(from: status, command: "retry")
        }
    }

    private func decideDueTimeReached(_ context: DecisionContext) throws(ServiceCallError) -> [ServiceCallEvent] {
        guard let dueAt else { return [] }
        guard context.now >= dueAt else { throw .notYetDue(dueAt: dueAt) }
        if run == 1, let deadline = submission.retry.deadline, context.now > deadline { return [.failed(.deadlineExceeded)] }
        return [.executionStarted(attempt: attempts + 1, epoch: context.epoch)]
    }

    /// The due time on record is moved, so that no attempt starts before it.
    private func decideBackOffElapsed(_ version: Int64, _ context: DecisionContext) -> [ServiceCallEvent] {
        guard case .waitingRetry(let until) = state, version == self.version, context.now < until else { return [] }
        return [.retryScheduled(dueAt: context.now)]
    }

    private func decideFailure(
        _ attempt: Int, _ failure: ExecutionFailure, _ context: DecisionContext, _ snippet: SealedBytes? = nil
    ) -> [ServiceCallEvent] {
        guard let running = running(attempt) else { return [] }
        let ended = ServiceCallEvent.executionFailed(record(running, .failed(failure), context, snippet), failure)
        let policy = submission.retry
        guard failure.isRetryable(under: policy) else { return [ended, .failed(.notRetryable)] }
        guard attemptsInRun < policy.maxAttempts else { return [ended, .failed(.attemptsExhausted)] }
        let backOff = policy.backOff(after: attemptsInRun, entropy: context.entropy)
        let asked = min(failure.retryAfter ?? .zero, RetryPolicy.longestDelay)
        let next = context.now + max(backOff, asked)
        if let deadline = policy.deadline, next > deadline { return [ended, .failed(.deadlineExceeded)] }
        return [ended, .retryScheduled(dueAt: next)]
    }

    /// The running attempt, if it is number `attempt`.
    private func running(_ attempt: Int) -> Attempt? {
        guard case .running(let running) = state, attempts == attempt else { return nil }
        return running
    }

    /// An attempt never ends before it started, also when the clock was set back in between.
    private func record(
        _ attempt: Attempt, _ outcome: AttemptRecord.Outcome, _ context: DecisionContext, _ snippet: SealedBytes? = nil
    ) -> AttemptRecord {
        AttemptRecord(
            number: attempts, startedAt: attempt.startedAt, endedAt: max(context.now, attempt.startedAt), outcome: outcome,
            snippet: snippet)
    }
}

extension ServiceCall {
    /// The state after `event`, which happened at `now`. An event that does not fit the state leaves it as it is.
    public static func evolve(_ state: ServiceCall?, _ event: ServiceCallEvent, at now: Instant) -> ServiceCall? {
        if case .submitted(let submitted) = event {
            return ServiceCall(
                submission: submitted.submission, createdAt: now, version: 1, state: .scheduled(dueAt: submitted.dueAt), run: 1,
                attempts: 0, attemptsInRun: 0, updatedAt: now)
        }
        guard var call = state else { return nil }
        call.version += 1
        call.updatedAt = max(now, call.updatedAt)
        switch event {
        case .submitted: break
        case .rescheduled(let dueAt):
            if case .waitingRetry = call.state { call.state = .waitingRetry(until: dueAt) } else { call.state = .scheduled(dueAt: dueAt) }
        case .retried(let run, let dueAt):
            call.run = run
            call.attemptsInRun = 0
            call.state = .scheduled(dueAt: dueAt)
        case .executionStarted(let attempt, let epoch):
            call.attempts = attempt
            call.attemptsInRun += 1
            call.state = .running(.init(startedAt: now, epoch: epoch))
        case .executionSucceeded, .executionFailed: break
        case .retryScheduled(let dueAt): call.state = .waitingRetry(until: dueAt)
        case .succeeded: call.state = .succeeded(at: now)
        case .failed(let reason): call.state = .failed(at: now, reason)
        case .cancelled: call.state = .cancelled(at: now)
        }
        return call
    }
}
