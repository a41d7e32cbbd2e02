/// What a service call may be asked to do: intents of clients and of time, and reports of execution (SC-2).
public enum ServiceCallCommand: Sendable {
    case submit(ServiceCallSubmission)
    case cancel
    case reschedule(dueAt: Instant)
    /// Opens a failed call again.
    case retry
    /// The time for an attempt seems to have come; decided by the state and the clock, so a duplicate or an early one is harmless.
    case dueTimeReached
    /// The wait before a retry is over by a clock that never jumps, and the due time has still not come: the wall clock was set back.
    ///
    /// - Parameter version: the call's version that began the wait.
    case backOffElapsed(version: Int64)
    /// The attempt's time-out has passed and no report came.
    case attemptTimedOut(attempt: Int)
    /// The engine that ran the attempt is gone.
    case attemptOwnerLost(attempt: Int)
    /// - Parameter snippet: how the answer began, redacted and sealed; nil when there is nothing to keep.
    case executionSucceeded(attempt: Int, ResponseSummary, snippet: SealedBytes? = nil)
    case executionFailed(attempt: Int, ExecutionFailure, snippet: SealedBytes? = nil)
}

/// What a decision may know besides the state and the command.
public struct DecisionContext: Sendable {
    public let now: Instant
    /// The partition's owner epoch.
    public let epoch: Int64
    /// 64 random bits, the only source of chance.
    public let entropy: UInt64

    public init(now: Instant, epoch: Int64, entropy: UInt64) {
        self.now = now
        self.epoch = epoch
        self.entropy = entropy
    }
}

/// Why a command was refused. Nothing changed.
public enum ServiceCallError: Error, Hashable, Sendable {
    /// The tenant has no such call.
    case notFound
    /// The same idempotency key came with another body.
    case idempotencyConflict
    /// The state does not allow the command.
    case illegalTransition(from: ServiceCall.Status, command: String)
    /// Retention erased what was to be sent; it can only be submitted anew.
    case payloadErased
    /// It is not yet time for an attempt.
    case notYetDue(dueAt: Instant)
}
