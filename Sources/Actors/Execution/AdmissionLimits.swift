public import Domain

/// What one tenant, and one target of a tenant, may take of execution (SC-12).
///
/// Shares are soft: who is above its share waits while others want the place, and has all of it when nobody does. The limits that are nil
/// unless set are hard.
public struct AdmissionLimits: Sendable {
    /// How many attempts may start over time.
    public struct Rate: Hashable, Sendable {
        public let perSecond: Int
        /// How many may start at once after a pause.
        public let burst: Int

        /// Values below 1 count as 1.
        public init(perSecond: Int, burst: Int? = nil) {
            self.perSecond = min(max(1, perSecond), 1_000_000)
            self.burst = min(max(1, burst ?? perSecond), 1_000_000)
        }
    }

    /// Attempts that one tenant runs before others come first; nil: half of all.
    public var tenantShare: Int?
    /// Attempts that one target of a tenant runs before the tenant's other targets come first; nil: an eighth of all.
    public var laneShare: Int?
    /// Attempts beside `maxRunning`, for tenants that run less than an even share, so that they need not wait until long attempts of others
    /// end; nil: an eighth of all.
    public var reserve: Int?
    /// The most attempts that run at one time, also when nobody else wants the place.
    public var mostPerTenant: Int?
    public var mostPerLane: Int?
    public var ratePerTenant: Rate?
    public var ratePerLane: Rate?
    /// Failures of a target in a row after which its calls wait.
    public var failuresToOpen = 10
    /// How long they wait: first, and at most; the time doubles each time that the target still fails.
    public var firstOpen = TimeSpan.seconds(5)
    public var longestOpen = TimeSpan.minutes(5)
    /// Calls that are tried after the wait; as many successes end it.
    public var probes = 3
    /// Targets that are remembered although nothing of them waits or runs.
    public var lanesKept = 8_192

    public init() {}
}

/// The limits as numbers, once and for all.
struct AdmissionBounds {
    let maxRunning: Int
    let maxStarting: Int
    /// Of one tenant, while calls of others are served too.
    let maxStartingInCompany: Int
    let reserve: Int
    let tenantShare: Int
    let laneShare: Int
    let mostPerTenant: Int
    let mostPerLane: Int
    /// Calls that wait in memory: in all, of one tenant, and of one lane.
    let waiting: Int
    let waitingPerTenant: Int
    let waitingPerLane: Int
    let ratePerTenant: AdmissionLimits.Rate?
    let ratePerLane: AdmissionLimits.Rate?
    let breaker: CircuitBreaker.Settings
    let lanesKept: Int

    init(_ settings: EngineSettings) {
        let limits = settings.admission
        maxRunning = max(1, settings.maxRunning)
        maxStarting = max(1, settings.maxStarting)
        maxStartingInCompany = max(Admission.few, maxStarting / 8)
        reserve = max(0, limits.reserve ?? maxRunning / 8)
        tenantShare = max(1, limits.tenantShare ?? maxRunning / 2)
        laneShare = max(1, limits.laneShare ?? maxRunning / 8)
        mostPerTenant = max(1, limits.mostPerTenant ?? .max)
        mostPerLane = max(1, limits.mostPerLane ?? .max)
        waiting = max(1, settings.executionQueueTotal)
        waitingPerTenant = max(1, settings.executionQueuePerTenant)
        waitingPerLane = max(1, min(settings.executionQueuePerLane, waitingPerTenant))
        ratePerTenant = limits.ratePerTenant
        ratePerLane = limits.ratePerLane
        breaker = CircuitBreaker.Settings(
            failures: max(1, limits.failuresToOpen), firstOpen: limits.firstOpen, longestOpen: limits.longestOpen,
            probes: max(1, limits.probes))
        lanesKept = max(1, limits.lanesKept)
    }
}
