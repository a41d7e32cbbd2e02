public import Domain

/// How one target of a tenant fares: what its calls wait for, and how its last attempts went.
public struct TargetState: Sendable, Equatable {
    /// What the target's calls may do. The names are those of a circuit breaker: closed is the good case.
    public enum Gate: String, Sendable, CaseIterable {
        /// Attempts are made.
        case closed
        /// It failed many times in a row: its calls wait until `openUntil`.
        case open
        /// It failed, and a few calls are tried to see whether it still does.
        case halfOpen
        /// An operator paused the target, or its whole tenant.
        case paused
    }

    /// In lower case.
    public let host: String
    public let state: Gate
    /// Due calls in memory that wait for a place.
    public let waiting: Int
    /// Attempts that run.
    public let running: Int
    /// Whether further due calls wait in the store alone. How many is not known without counting them there.
    public let parked: Bool
    /// The share of the target's last attempts, a few hundred, that failed; 0 to 1.
    public let errorRate: Double
    /// Half, and 99 of 100, of the last attempts ended within this time, in milliseconds, up to the next bound of a coarse scale; nil
    /// when none has ended yet.
    public let p50: Int64?
    public let p99: Int64?
    /// When the next calls are tried, while the state is `open`.
    public let openUntil: Instant?
    public let consecutiveFailures: Int

    public init(
        host: String, state: Gate, waiting: Int = 0, running: Int = 0, parked: Bool = false, errorRate: Double = 0, p50: Int64? = nil,
        p99: Int64? = nil, openUntil: Instant? = nil, consecutiveFailures: Int = 0
    ) {
        self.host = host
        self.state = state
        self.waiting = waiting
        self.running = running
        self.parked = parked
        self.errorRate = errorRate
        self.p50 = p50
        self.p99 = p99
        self.openUntil = openUntil
        self.consecutiveFailures = consecutiveFailures
    }
}

/// What execution knows of the targets that are in use.
public protocol TargetOverview: Sendable {
    /// The tenant's targets that were called lately, wait, or are paused, in the order of their hosts. It starts empty with the engine, and
    /// forgets targets that are not used.
    func targets(of tenant: TenantId) -> [TargetState]
}
