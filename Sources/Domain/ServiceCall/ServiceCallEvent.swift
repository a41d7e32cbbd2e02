/// What happened to a service call. Every state change is one or more of these (SC-2).
public enum ServiceCallEvent: Hashable, Sendable {
    case submitted(Submitted)
    case rescheduled(dueAt: Instant)
    /// A failed call was opened again by hand; `run` counts from 2.
    case retried(run: Int, dueAt: Instant)
    case executionStarted(attempt: Int, epoch: Int64)
    case executionSucceeded(AttemptRecord, ResponseSummary)
    case executionFailed(AttemptRecord, ExecutionFailure)
    case retryScheduled(dueAt: Instant)
    case succeeded
    case failed(ServiceCall.FailureReason)
    case cancelled

    /// The submission, and the due time it was given.
    public struct Submitted: Hashable, Sendable {
        public let submission: ServiceCallSubmission
        public let dueAt: Instant

        public init(submission: ServiceCallSubmission, dueAt: Instant) {
            self.submission = submission
            self.dueAt = dueAt
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(submission.id)
            hasher.combine(dueAt)
        }
    }

    /// Which kind of event it is; the raw value is the `<what>` of the event type `ledgerflow.service-call.<what>.v1`.
    public enum Kind: String, Sendable, CaseIterable {
        case submitted
        case rescheduled
        case retried
        case executionStarted = "execution-started"
        case executionSucceeded = "execution-succeeded"
        case executionFailed = "execution-failed"
        case retryScheduled = "retry-scheduled"
        case succeeded
        case failed
        case cancelled

        /// Whether it ends a run; a run has exactly one such event.
        public var isTerminal: Bool { self == .succeeded || self == .failed || self == .cancelled }
    }

    public var kind: Kind {
        switch self {
        case .submitted: .submitted
        case .rescheduled: .rescheduled
        case .retried: .retried
        case .executionStarted: .executionStarted
        case .executionSucceeded: .executionSucceeded
        case .executionFailed: .executionFailed
        case .retryScheduled: .retryScheduled
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }

    /// The attempt that this event ended, if it did.
    public var endedAttempt: AttemptRecord? {
        switch self {
        case .executionSucceeded(let record, _), .executionFailed(let record, _): record
        default: nil
        }
    }
}
