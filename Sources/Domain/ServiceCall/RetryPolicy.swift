/// When a failed attempt is followed by another: exponential back-off with full jitter, capped, up to a number of attempts
/// and a deadline.
public struct RetryPolicy: Hashable, Sendable {
    /// Attempts in one run, the first included; 1 to 100.
    public let maxAttempts: Int
    /// Upper end of the first back-off; 0 to `maxDelay`.
    public let initialDelay: TimeSpan
    /// Upper end of every back-off; at most seven days.
    public let maxDelay: TimeSpan
    /// No attempt of the first run starts after it, and no retry of any run.
    public let deadline: Instant?
    /// Statuses that retry, in place of 408, 429 and all of 5xx.
    public let statuses: Set<Int>?

    public static let attempts = 1...100
    public static let longestDelay = TimeSpan.hours(24 * 7)
    public static let standard = RetryPolicy()

    /// Values outside their ranges are moved to the nearest end; the API refuses them before.
    public init(
        maxAttempts: Int = 10, initialDelay: TimeSpan = .seconds(1), maxDelay: TimeSpan = .hours(1), deadline: Instant? = nil,
        statuses: Set<Int>? = nil
    ) {
        self.maxAttempts = min(max(maxAttempts, Self.attempts.lowerBound), Self.attempts.upperBound)
        self.maxDelay = min(max(maxDelay, .zero), Self.longestDelay)
        self.initialDelay = min(max(initialDelay, .zero), self.maxDelay)
        self.deadline = deadline
        self.statuses = statuses
    }

    /// Whether an answer with this status is worth another attempt.
    public func retries(status: Int) -> Bool {
        statuses?.contains(status) ?? (status == 408 || status == 429 || (500...599).contains(status))
    }

    /// The time to wait after failed attempt number `attempt` (from 1) of a run.
    ///
    /// Full jitter: uniform over 0 to `min(maxDelay, initialDelay × 2^(attempt − 1))`, drawn by `entropy`.
    public func backOff(after attempt: Int, entropy: UInt64) -> TimeSpan {
        let doublings = Int64(min(max(attempt - 1, 0), 40))
        let ceiling = min(maxDelay, initialDelay.multiplied(by: 1 << doublings))
        let range = UInt64(max(0, ceiling.microseconds)) + 1
        return TimeSpan(microseconds: Int64(entropy.multipliedFullWidth(by: range).high))
    }
}
