/// What was asked for when a call was submitted; never changes afterwards.
///
/// A class, so that the states of one call share it instead of copying it.
public final class ServiceCallSubmission: Sendable, Equatable {
    public let tenant: TenantId
    public let id: ServiceCallId
    /// As it is kept: what it says is sealed under the call's id.
    public let request: SealedRequest
    /// When the first attempt may start at the earliest; nil means at once, and is resolved when it is decided.
    public let dueAt: Instant?
    public let tags: [String]
    /// How long one attempt may take.
    public let timeout: TimeSpan
    public let retry: RetryPolicy
    /// How many redirects of the target one attempt may follow; 0: none.
    public let redirects: Int
    /// What submitted the call; nil: a client.
    public let origin: CallOrigin?
    /// Tells a repeated submission from a changed one.
    public let fingerprint: Fingerprint
    /// Ties together what belongs to one piece of work across systems; carried in every event.
    public let correlationId: String

    public static let maxTags = 16
    public static let maxTagBytes = 64
    public static let timeouts = TimeSpan.milliseconds(100)...TimeSpan.minutes(10)
    public static let standardTimeout = TimeSpan.seconds(30)
    public static let redirectLimits = 0...5

    public init(
        tenant: TenantId, id: ServiceCallId, request: SealedRequest, dueAt: Instant? = nil, tags: [String] = [],
        timeout: TimeSpan = standardTimeout, retry: RetryPolicy = .standard, redirects: Int = 0, origin: CallOrigin? = nil,
        fingerprint: Fingerprint, correlationId: String
    ) {
        self.tenant = tenant
        self.id = id
        self.request = request
        self.dueAt = dueAt
        self.tags = tags
        self.timeout = min(max(timeout, Self.timeouts.lowerBound), Self.timeouts.upperBound)
        self.retry = retry
        self.redirects = min(max(redirects, Self.redirectLimits.lowerBound), Self.redirectLimits.upperBound)
        self.origin = origin
        self.fingerprint = fingerprint
        self.correlationId = correlationId
    }

    public static func == (a: ServiceCallSubmission, b: ServiceCallSubmission) -> Bool {
        a === b
            || (a.tenant == b.tenant && a.id == b.id && a.request == b.request && a.dueAt == b.dueAt && a.tags == b.tags
                && a.timeout == b.timeout && a.retry == b.retry && a.redirects == b.redirects && a.origin == b.origin
                && a.fingerprint == b.fingerprint && a.correlationId == b.correlationId)
    }

    /// What the call's payload is sealed under.
    public var sealContext: SealContext { .request(of: id, tenant: tenant) }

    /// About how many bytes it takes in memory and in the store.
    public var approximateBytes: Int {
        request.approximateBytes + tags.reduce(0) { $0 + $1.utf8.count + 16 } + 512
    }
}

/// A durable, scheduled HTTP call: the aggregate keyed by tenant and identifier (SC-1).
public struct ServiceCall: Sendable, Equatable {
    /// Where the call stands, with what only that state has.
    public enum State: Hashable, Sendable {
        case scheduled(dueAt: Instant)
        case running(Attempt)
        case waitingRetry(until: Instant)
        case succeeded(at: Instant)
        case failed(at: Instant, FailureReason)
        case cancelled(at: Instant)
    }

    /// An attempt that has started and not ended.
    public struct Attempt: Hashable, Sendable {
        public let startedAt: Instant
        /// The owner epoch of the partition under which it was started: tells whose attempt it is.
        public let epoch: Int64

        public init(startedAt: Instant, epoch: Int64) {
            self.startedAt = startedAt
            self.epoch = epoch
        }
    }

    /// Why a call ended without success.
    public enum FailureReason: String, Sendable, CaseIterable {
        /// The last attempt failed in a way that another cannot mend.
        case notRetryable
        /// The last of the allowed attempts failed.
        case attemptsExhausted
        /// The deadline passed, or would have passed before the next attempt.
        case deadlineExceeded
    }

    public enum Status: String, Sendable, CaseIterable {
        case scheduled, running, waitingRetry, succeeded, failed, cancelled
        public var isTerminal: Bool { self == .succeeded || self == .failed || self == .cancelled }
    }

    public let submission: ServiceCallSubmission
    public let createdAt: Instant
    /// Counts the call's events; the first has version 1.
    public internal(set) var version: Int64
    public internal(set) var state: State
    /// Counts from 1; each `retry` of a failed call opens the next.
    public internal(set) var run: Int
    /// Attempts started over the whole life.
    public internal(set) var attempts: Int
    /// Attempts started in this run.
    public internal(set) var attemptsInRun: Int
    public internal(set) var updatedAt: Instant

    /// Puts a stored call together again.
    public init(
        submission: ServiceCallSubmission, createdAt: Instant, version: Int64, state: State, run: Int, attempts: Int,
        attemptsInRun: Int, updatedAt: Instant
    ) {
        self.submission = submission
        self.createdAt = createdAt
        self.version = version
        self.state = state
        self.run = run
        self.attempts = attempts
        self.attemptsInRun = attemptsInRun
        self.updatedAt = updatedAt
    }

    public var id: ServiceCallId { submission.id }
    public var tenant: TenantId { submission.tenant }

    public var status: Status {
        switch state {
        case .scheduled: .scheduled
        case .running: .running
        case .waitingRetry: .waitingRetry
        case .succeeded: .succeeded
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }

    /// When the next attempt is due; nil while one runs and after the end.
    public var dueAt: Instant? {
        switch state {
        case .scheduled(let dueAt): dueAt
        case .waitingRetry(let until): until
        case .running, .succeeded, .failed, .cancelled: nil
        }
    }

    /// When the run ended; nil before.
    public var endedAt: Instant? {
        switch state {
        case .succeeded(let instant), .cancelled(let instant), .failed(let instant, _): instant
        case .scheduled, .running, .waitingRetry: nil
        }
    }

    /// When a running attempt's time-out has passed.
    public var attemptDeadline: Instant? {
        guard case .running(let attempt) = state else { return nil }
        return attempt.startedAt + submission.timeout
    }
}
