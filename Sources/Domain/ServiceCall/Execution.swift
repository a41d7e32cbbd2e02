/// What came back from a target, as far as it is kept.
public struct ResponseSummary: Hashable, Sendable {
    /// HTTP status code.
    public let status: Int
    /// Bytes of the response body that were received.
    public let bodyBytes: Int

    public init(status: Int, bodyBytes: Int) {
        self.status = status
        self.bodyBytes = bodyBytes
    }
}

/// Why an attempt did not succeed.
public struct ExecutionFailure: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        /// The target answered with a status other than 2xx.
        case status
        /// No connection: name not found, refused, reset, TLS failed.
        case connection
        /// The attempt's time-out passed.
        case timeout
        /// The response was larger than is accepted.
        case responseTooLarge
        /// The target's address is not allowed.
        case targetRefused
        /// The engine that ran the attempt stopped before it reported.
        case ownerLost
        /// The call was cancelled while the attempt ran.
        case cancelled
        /// What was to be sent, or what it is signed with, could not be opened, because a key is not there. Nothing was sent; with the key put
        /// back the next attempt sends it.
        case keyMissing
        /// What was to be sent is not there any more: erased by retention, or damaged. Nothing was sent.
        case payloadLost
    }

    public let kind: Kind
    /// The status, when `kind` is `.status`.
    public let status: Int?
    /// One line for people; never holds a secret.
    public let detail: String
    /// How long the target asked to wait (`Retry-After`, RFC 9110 §10.2.3).
    public let retryAfter: TimeSpan?

    public static let maxDetailBytes = 512

    public init(kind: Kind, status: Int? = nil, detail: String, retryAfter: TimeSpan? = nil) {
        self.kind = kind
        self.status = status
        self.detail = detail.utf8.count <= Self.maxDetailBytes ? detail : String(detail.unicodeScalars.prefix(Self.maxDetailBytes / 4))
        self.retryAfter = retryAfter
    }

    /// Whether another attempt may help, under `policy` (SC-5).
    public func isRetryable(under policy: RetryPolicy) -> Bool {
        switch kind {
        case .status: status.map(policy.retries(status:)) ?? false
        case .connection, .timeout, .ownerLost, .keyMissing: true
        case .responseTooLarge, .targetRefused, .cancelled, .payloadLost: false
        }
    }
}

/// One attempt that has ended, as it is kept and shown.
public struct AttemptRecord: Hashable, Sendable {
    /// Counts from 1 over the call's whole life, runs included.
    public let number: Int
    public let startedAt: Instant
    public let endedAt: Instant
    public let outcome: Outcome
    /// How the answer's body began, redacted, truncated and sealed; nil when nothing of it is kept.
    public let snippet: SealedBytes?

    public enum Outcome: Hashable, Sendable {
        case succeeded(ResponseSummary)
        case failed(ExecutionFailure)
    }

    public init(number: Int, startedAt: Instant, endedAt: Instant, outcome: Outcome, snippet: SealedBytes? = nil) {
        self.number = number
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.snippet = snippet
    }
}
