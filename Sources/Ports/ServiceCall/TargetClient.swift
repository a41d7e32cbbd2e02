public import Domain

/// One attempt, as it is to be sent.
public struct AttemptRequest: Sendable {
    public let call: ServiceCall
    /// Headers that the engine adds to those of the call: `Idempotency-Key`, `traceparent`.
    public let headers: [(name: String, value: String)]
    public let timeout: TimeSpan

    public init(call: ServiceCall, headers: [(name: String, value: String)], timeout: TimeSpan) {
        self.call = call
        self.headers = headers
        self.timeout = timeout
    }
}

/// Sends requests to targets.
public protocol TargetClient: Sendable {
    /// Sends the request once: no redirect is followed, nothing is retried. Ends within the time-out, whatever the target does.
    ///
    /// - Returns: the summary of a 2xx answer.
    /// - Throws: the failure, any other answer among them.
    func send(_ request: AttemptRequest) async throws(AttemptFailed) -> ResponseSummary
}

public struct AttemptFailed: Error, Sendable {
    public let failure: ExecutionFailure
    public init(_ failure: ExecutionFailure) { self.failure = failure }
}
