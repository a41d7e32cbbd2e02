internal import Domain
internal import Ports

/// How an attempt ended, as far as it says something about its target.
enum AttemptOutcome: Hashable, Sendable {
    case succeeded
    /// The target answered that it does not want this call; it is there.
    case answered
    /// The target failed: no connection, no answer in time, 5xx, or 429.
    case failed(retryAfter: TimeSpan?)
    /// Nothing was learned: no request was sent, or it was cut off.
    case nothing

    init(_ failure: ExecutionFailure) {
        switch failure.kind {
        case .connection, .timeout: self = .failed(retryAfter: nil)
        case .status:
            let status = failure.status ?? 0
            self = status == 429 || (500...599).contains(status) ? .failed(retryAfter: failure.retryAfter) : .answered
        case .responseTooLarge: self = .answered
        case .targetRefused, .ownerLost, .cancelled, .keyMissing, .payloadLost: self = .nothing
        }
    }
}

/// Stops the attempts at a target that fails again and again, and tries it now and then with a few.
struct CircuitBreaker: Hashable {
    struct Settings: Hashable, Sendable {
        let failures: Int
        let firstOpen: TimeSpan
        let longestOpen: TimeSpan
        let probes: Int
    }

    enum State: Hashable {
        case closed
        case open(until: Uptime)
        case halfOpen(succeeded: Int)
    }

    private(set) var state = State.closed
    /// Failures in a row.
    private(set) var failures = 0
    /// How often it opened without closing.
    private var openings = 0

    var isPristine: Bool { state == .closed && failures == 0 }

    /// Lets the time for a new trial come.
    mutating func advance(to now: Uptime) {
        if case .open(let until) = state, now >= until { state = .halfOpen(succeeded: 0) }
    }

    /// - Returns: whether the breaker opened. What ends while it is open, from before, changes nothing.
    mutating func record(_ outcome: AttemptOutcome, at now: Uptime, _ settings: Settings) -> Bool {
        switch (outcome, state) {
        case (.nothing, _), (_, .open): return false
        case (.succeeded, .closed), (.answered, .closed):
            failures = 0
            return false
        case (.succeeded, .halfOpen(let succeeded)), (.answered, .halfOpen(let succeeded)):
            failures = 0
            state = .halfOpen(succeeded: succeeded + 1)
            if succeeded + 1 >= settings.probes {
                state = .closed
                openings = 0
            }
            return false
        case (.failed(let retryAfter), .closed):
            failures += 1
            if failures >= settings.failures { open(at: now, retryAfter, settings) }
            return failures >= settings.failures
        case (.failed(let retryAfter), .halfOpen):
            failures += 1
            open(at: now, retryAfter, settings)
            return true
        }
    }

    private mutating func open(at now: Uptime, _ retryAfter: TimeSpan?, _ settings: Settings) {
        let doubled = settings.firstOpen.multiplied(by: 1 << Int64(min(openings, 30)))
        openings += 1
        let asked = max(doubled, retryAfter ?? .zero)
        state = .open(until: now + max(.milliseconds(1), min(asked, settings.longestOpen)))
    }
}
