internal import DequeModule
internal import Domain
internal import HeapModule
internal import Ports

/// An attempt that was admitted: it has a place until `Admission.ended` is told of its end.
struct Admitted: Sendable {
    let call: DueCall
    /// The time in its place that the tenant was charged in advance, in microseconds.
    let charge: Int64
    let since: Uptime
}

/// The end of an admitted attempt.
struct AttemptEnd: Sendable {
    let lane: LaneKey
    let charge: Int64
    /// How long it had its place.
    let held: TimeSpan
    /// How long the request took; nil when none was sent.
    let took: TimeSpan?
    let outcome: AttemptOutcome

    init(_ admitted: Admitted, at now: Uptime, took: TimeSpan?, outcome: AttemptOutcome) {
        lane = admitted.call.lane
        charge = admitted.charge
        held = now - admitted.since
        self.took = took
        self.outcome = outcome
    }
}

/// Who comes next: deficit round-robin between tenants by the time that their attempts take, round-robin between a tenant's lanes, within
/// shares, limits and rates, and past targets that fail or are paused (SC-12). Pure: time comes in as a value.
///
/// After M. Shreedhar and G. Varghese, "Efficient Fair Queuing using Deficit Round Robin" (1996), with the two lists of RFC 8290: a tenant
/// that runs little comes before those that run much.
struct Admission {
    /// What became of an offered call.
    enum Offer: Hashable {
        /// - wakes: whether execution should look.
        case accepted(wakes: Bool)
        /// The lane takes no more; there is word of it once it does.
        case laneFull
        /// The tenant's share, or the whole, is full; there is word of the tenant once there is room.
        case full
        /// The tenant is paused; there is word of it once it goes on.
        case paused
    }

    /// What the timer must be told.
    struct News {
        /// Calls that waited in lanes which take none any more.
        var returned: [DueCall] = []
        /// Calls that waited of tenants that were paused.
        var paused: [DueCall] = []
        /// Lanes that refused calls and have room again.
        var released: [LaneKey] = []
        /// Tenants that refused calls and have room again.
        var relieved: [TenantId] = []
        /// How often a breaker opened.
        var openings = 0

        var isEmpty: Bool { returned.isEmpty && paused.isEmpty && released.isEmpty && relieved.isEmpty }
    }

    struct Wake: Comparable {
        let at: Uptime
        let tenant: TenantId
        /// nil: the tenant's own rate.
        let host: String?
        static func < (a: Wake, b: Wake) -> Bool {
            if a.at != b.at { return a.at < b.at }
            return a.tenant != b.tenant ? a.tenant < b.tenant : (a.host ?? "") < (b.host ?? "")
        }
    }

    let bounds: AdmissionBounds
    var tenants: [TenantId: AdmissionTenant] = [:]
    var holds: [TenantId: LaneHolds] = [:]
    /// Tenants whose turn comes first, since they run little; and the others.
    var fresh = Deque<TenantId>()
    var old = Deque<TenantId>()
    var freshInARow = 0
    /// The calls that wait: one that is offered twice waits once.
    var waitingKeys: Set<ServiceCallKey> = []
    var running = 0
    /// Of those that run, the ones whose start is not committed yet.
    var starting = 0
    /// The two tenants that were heard of last, the newest first.
    var heard: [(tenant: TenantId, at: Uptime)] = []
    var busyTenants = 0
    var laneCount = 0
    var trimAt: Int
    var uses: UInt64 = 0
    var wakes = Heap<Wake>()
    /// Refused although they had nothing here, so that nothing of theirs could bring the word.
    var starved = Deque<TenantId>()
    var news = News()
    var isClosed = false
    /// Until it is known what is paused nothing is taken.
    var knowsHolds: Bool

    /// What a tenant gets in each round, and at first, in microseconds of places.
    static let quantum: Int64 = 10_000
    static let freshCredit: Int64 = 1_000_000
    static let mostDebt: Int64 = 60_000_000
    /// After so many of the tenants that run little, one of the others comes.
    static let freshTurns = 8
    /// Calls that each tenant may have waiting also when there is no room.
    static let alwaysWaiting = 4
    /// Who runs fewer attempts need not wait until the starts of others are committed.
    static let few = 4
    /// How long a tenant is in the company of another one, of which a call came or was served.
    static let company = TimeSpan.seconds(5)
    /// How many tenants are looked at for one that may have a place of the reserve.
    static let reserveVisits = 32

    init(_ bounds: AdmissionBounds, knowsHolds: Bool = true) {
        self.bounds = bounds
        self.knowsHolds = knowsHolds
        trimAt = bounds.lanesKept
    }

    var waiting: Int { waitingKeys.count }
    /// When something is to be done although nothing came.
    var nextWake: Uptime? { wakes.min?.at }

    // MARK: - What comes in

    /// The start of an admitted attempt was committed, or will not be.
    ///
    /// - Returns: whether execution should look.
    mutating func started(_ tenant: TenantId) -> Bool {
        starting -= 1
        tenants[tenant]?.starting -= 1
        return !waitingKeys.isEmpty
    }

    mutating func offer(_ call: DueCall, at now: Uptime) -> Offer {
        let (tenant, host) = (call.key.tenant, call.host)
        if waitingKeys.contains(call.key) { return .accepted(wakes: false) }
        if let refusal = refusal(of: host, of: tenant, at: now) { return refusal }
        open(host, of: tenant)
        uses += 1
        if tenants[tenant]?.isBusy == false { busyTenants += 1 }
        waitingKeys.insert(call.key)
        noteHeard(tenant, at: now)
        tenants[tenant]?.waiting += 1
        tenants[tenant]?.lanes[host]?.queue.append(call)
        tenants[tenant]?.lanes[host]?.usedAt = uses
        tenants[tenant]?.enlist(host)
        return .accepted(wakes: enlist(tenant))
    }

    mutating func noteHeard(_ tenant: TenantId, at now: Uptime) {
        if heard.first?.tenant == tenant {
            heard[0].at = now
        } else {
            heard = [(tenant, now)] + heard.prefix(1)
        }
    }

    /// How many calls of the lane would be accepted now. When it is none, there is word once it is some.
    mutating func room(in lane: LaneKey, at now: Uptime) -> Int {
        if refusal(of: lane.host, of: lane.tenant, at: now) != nil {
            open(lane.host, of: lane.tenant)
            tenants[lane.tenant]?.lanes[lane.host]?.isAwaited = true
            return 0
        }
        let ofTenant = waitingLimit - waiting(of: lane.tenant)
        return min(ofTenant, tenants[lane.tenant]?.lanes[lane.host]?.room(at: now, bounds) ?? bounds.waitingPerLane)
    }

    private mutating func refusal(of host: String, of tenant: TenantId, at now: Uptime) -> Offer? {
        let hold = holds[tenant]
        let isPaused = hold?.isPaused == true
        if isClosed || !knowsHolds || isPaused || waitingLimit <= waiting(of: tenant) {
            open(host, of: tenant)
            waitForRoom(of: tenant)
            return isPaused ? .paused : .full
        }
        if hold?.hosts.contains(host) == true || (tenants[tenant]?.lanes[host]?.room(at: now, bounds) ?? 1) <= 0 {
            open(host, of: tenant)
            tenants[tenant]?.lanes[host]?.isAwaited = true
            return .laneFull
        }
        return nil
    }

    /// There will be word of the tenant once it has room.
    mutating func waitForRoom(of tenant: TenantId) {
        guard tenants[tenant]?.isAwaited == false else { return }
        tenants[tenant]?.isAwaited = true
        if tenants[tenant]?.isBusy == false { starved.append(tenant) }
    }

    func waiting(of tenant: TenantId) -> Int { tenants[tenant]?.waiting ?? 0 }

    /// How many calls one tenant may have waiting: less, the less room there is in all; but a few, up to twice the whole, so that many who
    /// are loud do not keep out who comes new.
    var waitingLimit: Int {
        let free = bounds.waiting - waitingKeys.count
        let few = -free < bounds.waiting ? Self.alwaysWaiting : 0
        return min(bounds.waitingPerTenant, max(few, free > 0 ? free / 2 + 1 : 0))
    }

    mutating func open(_ host: String, of tenant: TenantId) {
        if tenants[tenant]?.lanes[host] != nil { return }
        if tenants[tenant] == nil {
            var added = AdmissionTenant()
            added.bucket = bounds.ratePerTenant.map(TokenBucket.init)
            tenants[tenant] = added
        }
        var lane = AdmissionLane()
        lane.bucket = bounds.ratePerLane.map(TokenBucket.init)
        lane.usedAt = uses
        tenants[tenant]?.lanes[host] = lane
        laneCount += 1
    }

    /// - Returns: whether the tenant has come to have a place in the turns.
    mutating func enlist(_ tenant: TenantId) -> Bool {
        guard tenants[tenant]?.needsTurn == true, let running = tenants[tenant]?.running else { return false }
        if running == 0 { tenants[tenant]?.credit = Self.freshCredit }
        if running < evenShare {
            tenants[tenant]?.list = .fresh
            fresh.append(tenant)
        } else {
            tenants[tenant]?.list = .old
            old.append(tenant)
        }
        return true
    }

    var evenShare: Int { max(1, bounds.maxRunning / max(1, busyTenants)) }

    /// Takes no more calls; those that wait stay in the store.
    mutating func close() {
        isClosed = true
        for tenant in tenants.keys { tenants[tenant]?.dropWaiting() }
        waitingKeys = []
        (fresh, old) = ([], [])
    }
}
