public import Domain

/// One attempt, as it is to be sent.
public struct AttemptRequest: Sendable {
    public let key: ServiceCallKey
    public let request: OutgoingRequest
    /// Headers that the engine adds to those of the request: `Idempotency-Key`, `traceparent`, the signature of a webhook.
    public let headers: [(name: String, value: String)]
    /// For the whole attempt, redirects included.
    public let timeout: TimeSpan
    /// How many redirects may be followed; 0: none, and a 3xx answer is a failure like any other.
    public let redirects: Int

    public init(
        key: ServiceCallKey, request: OutgoingRequest, headers: [(name: String, value: String)], timeout: TimeSpan, redirects: Int = 0
    ) {
        self.key = key
        self.request = request
        self.headers = headers
        self.timeout = timeout
        self.redirects = redirects
    }
}

/// What a target answered with a 2xx status.
public struct TargetAnswer: Hashable, Sendable {
    public let summary: ResponseSummary
    /// The first bytes of the body as they came, at most `maxSnippetBytes`; nothing is decompressed.
    public let snippet: [UInt8]

    public static let maxSnippetBytes = 1_024

    public init(summary: ResponseSummary, snippet: [UInt8] = []) {
        self.summary = summary
        self.snippet = snippet
    }
}

/// Sends requests to targets.
public protocol TargetClient: Sendable {
    /// Sends the request once: nothing is retried, and no more redirects are followed than it allows. Ends within the time-out,
    /// whatever the target does.
    ///
    /// - Returns: the summary of a 2xx answer, and how its body begins.
    /// - Throws: the failure, any other answer among them.
    func send(_ request: AttemptRequest) async throws(AttemptFailed) -> TargetAnswer

    /// Where the next attempt had best be worked on, to be near its connection; nil: wherever the engine likes.
    var nextExecutor: (any TaskExecutor)? { get }
}

extension TargetClient {
    public var nextExecutor: (any TaskExecutor)? { nil }
}

public struct AttemptFailed: Error, Sendable {
    public let failure: ExecutionFailure
    /// The first bytes of the answer's body, as in `TargetAnswer`; empty when there was no answer.
    public let snippet: [UInt8]

    public init(_ failure: ExecutionFailure, snippet: [UInt8] = []) {
        self.failure = failure
        self.snippet = snippet
    }
}
