internal import DequeModule
internal import Domain
internal import HeapModule
internal import Ports

/// What changes besides the calls that come in and go out: attempts end, time passes, operators pause and resume.
extension Admission {
    mutating func ended(_ end: AttemptEnd, at now: Uptime) {
        let (tenant, host) = (end.lane.tenant, end.lane.host)
        running -= 1
        uses += 1
        tenants[tenant]?.running -= 1
        if tenants[tenant]?.isBusy == false { busyTenants -= 1 }
        settle(tenant, charged: end.charge, held: end.held)
        guard tenants[tenant]?.lanes[host] != nil else { return }
        tenants[tenant]?.lanes[host]?.running -= 1
        tenants[tenant]?.lanes[host]?.usedAt = uses
        if let took = end.took, end.outcome != .nothing {
            tenants[tenant]?.lanes[host]?.learn(end.held)
            let hasFailed = if case .failed = end.outcome { true } else { false }
            tenants[tenant]?.lanes[host]?.sketch.observe(took, failed: hasFailed)
        }
        if tenants[tenant]?.lanes[host]?.breaker.record(end.outcome, at: now, bounds.breaker) == true {
            news.openings += 1
            news.returned += giveBack(host, of: tenant)
            if case .open(let until)? = tenants[tenant]?.lanes[host]?.breaker.state {
                wakes.insert(Wake(at: until, tenant: tenant, host: host))
            }
        }
        tenants[tenant]?.enlist(host)
        _ = enlist(tenant)
        release(end.lane, at: now)
        relieve(tenant, at: now)
        trim(at: now)
    }

    /// The charge was a guess.
    private mutating func settle(_ tenant: TenantId, charged: Int64, held: TimeSpan) {
        let actual = min(max(held.microseconds, AdmissionLane.costs.lowerBound), AdmissionLane.costs.upperBound)
        let credit = (tenants[tenant]?.credit ?? 0) + charged - actual
        tenants[tenant]?.credit = min(max(credit, -Self.mostDebt), Self.freshCredit)
    }

    /// Lets what was set for a time happen.
    mutating func advance(to now: Uptime) {
        while let wake = wakes.min, wake.at <= now {
            wakes.removeMin()
            if let host = wake.host {
                tenants[wake.tenant]?.lanes[host]?.waitsForToken = false
                tenants[wake.tenant]?.lanes[host]?.breaker.advance(to: now)
                tenants[wake.tenant]?.enlist(host)
                release(LaneKey(tenant: wake.tenant, host: host), at: now)
            } else {
                tenants[wake.tenant]?.waitsForToken = false
            }
            _ = enlist(wake.tenant)
        }
    }

    /// Sets what is paused of a tenant. What waits of it goes back; what runs goes on.
    mutating func hold(_ new: LaneHolds, of tenant: TenantId, at now: Uptime) {
        let before = holds[tenant] ?? LaneHolds()
        holds[tenant] = new.isEmpty ? nil : new
        if new.isPaused, !before.isPaused {
            for host in tenants[tenant]?.lanes.keys.sorted() ?? [] { news.paused += giveBack(host, of: tenant, awaited: false) }
            if tenants[tenant] != nil { tenants[tenant]?.isAwaited = true }
        }
        for host in new.hosts.subtracting(before.hosts).sorted() { news.returned += giveBack(host, of: tenant) }
        if before.isPaused { relieve(tenant, at: now) }
        for host in before.hosts.subtracting(new.hosts).sorted() { release(LaneKey(tenant: tenant, host: host), at: now) }
    }

    /// Empties the queue of a lane.
    private mutating func giveBack(_ host: String, of tenant: TenantId, awaited: Bool = true) -> [DueCall] {
        guard let calls = tenants[tenant]?.lanes[host]?.queue, !calls.isEmpty else { return [] }
        tenants[tenant]?.lanes[host]?.queue = []
        if awaited { tenants[tenant]?.lanes[host]?.isAwaited = true }
        tenants[tenant]?.waiting -= calls.count
        for call in calls { waitingKeys.remove(call.key) }
        if tenants[tenant]?.isBusy == false { busyTenants -= 1 }
        return Array(calls)
    }

    /// Says that the lane has room again, if calls were refused and it has.
    mutating func release(_ lane: LaneKey, at now: Uptime) {
        guard let known = tenants[lane.tenant], known.lanes[lane.host]?.isAwaited == true else { return }
        let hold = holds[lane.tenant]
        if !knowsHolds || hold?.isPaused == true || hold?.hosts.contains(lane.host) == true { return }
        guard tenants[lane.tenant]?.lanes[lane.host]?.hasRoomAgain(at: now, bounds) == true else { return }
        if known.waiting >= waitingLimit { return waitForRoom(of: lane.tenant) }
        tenants[lane.tenant]?.lanes[lane.host]?.isAwaited = false
        news.released.append(lane)
    }

    /// Says that the tenant has room again, if calls were refused and it has; and so do its lanes.
    mutating func relieve(_ tenant: TenantId, at now: Uptime) {
        guard let known = tenants[tenant], known.isAwaited, knowsHolds, holds[tenant]?.isPaused != true
        else { return }
        let limit = waitingLimit
        guard limit > 0, known.waiting <= limit / 2 else {
            if !known.isBusy, starved.last != tenant { starved.append(tenant) }
            return
        }
        tenants[tenant]?.isAwaited = false
        news.relieved.append(tenant)
        for host in known.lanes.keys.sorted() where known.lanes[host]?.isAwaited == true {
            release(LaneKey(tenant: tenant, host: host), at: now)
        }
    }

    mutating func relieveStarved(at now: Uptime) {
        guard !starved.isEmpty, knowsHolds, waitingKeys.count <= bounds.waiting / 2 else { return }
        let all = starved
        starved = []
        for tenant in all { relieve(tenant, at: now) }
    }

    mutating func takeNews() -> News {
        defer { news = News() }
        return news
    }

    /// Forgets lanes that have not been used for longest, once there are too many.
    private mutating func trim(at now: Uptime) {
        guard laneCount > trimAt else { return }
        var idle: [(usedAt: UInt64, lane: LaneKey)] = []
        for (tenant, known) in tenants {
            for (host, lane) in known.lanes where lane.isIdle { idle.append((lane.usedAt, LaneKey(tenant: tenant, host: host))) }
        }
        idle.sort { $0.usedAt != $1.usedAt ? $0.usedAt < $1.usedAt : $0.lane < $1.lane }
        for (_, lane) in idle.prefix(max(0, laneCount - bounds.lanesKept * 3 / 4)) {
            tenants[lane.tenant]?.lanes[lane.host] = nil
            laneCount -= 1
            if let tenant = tenants[lane.tenant], tenant.lanes.isEmpty, !tenant.isBusy, !tenant.isAwaited, !tenant.waitsForToken {
                tenants[lane.tenant] = nil
            }
        }
        trimAt = max(bounds.lanesKept, laneCount + laneCount / 4)
    }
}
