internal import Domain
internal import Ports

/// Calls that execution takes none of, and how they come back.
///
/// For every call that waits in the store one of these holds: it lies beyond its tenant's horizon; it is in its window, postponed, or in
/// execution; or its lane is parked at a place before it; or a read is under way that will see it.
extension TimerPartition {
    /// A read of the store for lanes that were released.
    struct Refill {
        let number: Int
        let tenant: TenantId
        /// From where on each lane is read.
        let lanes: [String: DuePlace]
        let after: DuePlace
        let upTo: DuePlace
        let limit: Int
        let stretch: Int
    }

    // MARK: - Out of memory

    /// The lane takes no more: the call is forgotten, and the place remembered.
    mutating func park(_ call: DueCall) {
        let (tenant, host) = (call.key.tenant, call.host)
        let isKnown = parked[tenant]?.contains(host) ?? false
        // So many lanes that remembering each would be no bound: the tenant waits as a whole.
        guard isKnown || parked[tenant]?.count ?? 0 < Self.mostParkedLanes else { return block(call) }
        parked[tenant, default: ParkedLanes()].park(host, after: call.place.before, isReleased: false)
    }

    /// Execution takes no more of the tenant, maybe for long: nearly all of it leaves memory.
    mutating func pause(_ call: DueCall) {
        block(call)
        pause(call.key.tenant)
    }

    private mutating func pause(_ tenant: TenantId) {
        windows[tenant]?.pause()
        if windows[tenant]?.isCapped ?? false { capped.insert(tenant) }
    }

    /// Execution has room for the lane again. Told twice, or of a lane that is not parked, it changes nothing.
    mutating func release(_ lane: LaneKey) {
        if parked[lane.tenant]?.release(lane.host) ?? false { refillable.insert(lane.tenant) }
        unblock(lane.tenant)
    }

    // MARK: - Back into memory

    /// Tenants of which released lanes can be read now, in order.
    var tenantsToRefill: [TenantId] {
        guard !refillable.isEmpty, pausedUntil == nil, refill == nil else { return [] }
        return refillable.filter { windows[$0]?.isBlocked != true }.sorted()
    }

    /// Chooses what to read next of a tenant. From now on until the read is done, what is committed of its lanes is kept, as when a horizon
    /// is raised.
    ///
    /// - Parameters:
    ///   - pageSize: the most that is read at once.
    ///   - room: how many calls of the lane execution would take, of this partition.
    mutating func beginRefill(of tenant: TenantId, pageSize: Int, room: (LaneKey) -> Int) -> Refill? {
        guard refill == nil, pausedUntil == nil, windows[tenant]?.isBlocked != true, var lanes = parked[tenant] else { return nil }
        let horizon = windows[tenant]?.horizon ?? Self.end(of: sweptTo)
        var chosen: [String: DuePlace] = [:]
        var places = 0
        for host in lanes.released {
            guard let after = lanes.place(of: host), after < horizon else {
                lanes.remove(host)
                continue
            }
            let room = room(LaneKey(tenant: tenant, host: host))
            guard room > 0 else {
                lanes.wait(host)
                continue
            }
            chosen[host] = after
            places += min(room, pageSize)
            lanes.remove(host)
        }
        let stretch = lanes.stretch
        keep(lanes, of: tenant, isReading: !chosen.isEmpty)
        guard let after = chosen.values.min() else { return nil }
        refills += 1
        let begun = Refill(
            number: refills, tenant: tenant, lanes: chosen, after: after, upTo: horizon,
            limit: min(pageSize, max(1, min(places, pageSize) * stretch)), stretch: stretch)
        refill = begun
        return begun
    }

    /// Takes in what was read: what is due is offered, what will be is kept.
    mutating func finish(_ done: Refill, _ entries: [DueEntry], now: Instant, offer: (DueCall) -> Admission.Offer) {
        guard refill?.number == done.number else { return }
        refill = nil
        var reading = done.lanes
        var accepted = 0
        var isAtEnd = entries.count < done.limit
        for entry in entries {
            guard entry.place <= done.upTo else {
                isAtEnd = true
                break
            }
            guard entry.running == nil, let after = reading[entry.host], entry.place > after else { continue }
            let key = ServiceCallKey(tenant: done.tenant, id: entry.id)
            if entry.dueAt > now {
                insert(key, dueAt: entry.dueAt, version: entry.version, host: entry.host)
                accepted += 1
                continue
            }
            guard windows[done.tenant]?.remove(entry.id, upTo: entry.version) ?? true else { continue }
            let call = DueCall(partition: id, key: key, host: entry.host, dueAt: entry.dueAt, version: entry.version)
            let offered = offer(call)
            switch offered {
            case .accepted: accepted += 1
            case .laneFull:
                repark(entry.host, of: done.tenant, after: entry.place.before, isReleased: false)
                reading[entry.host] = nil
            case .full, .paused:
                for (host, after) in reading {
                    repark(host, of: done.tenant, after: max(after, entry.place.before), isReleased: true)
                }
                reading = [:]
                stop(done.tenant, isPaused: offered == .paused)
            }
            if reading.isEmpty { break }
        }
        if !isAtEnd, let last = entries.last {
            for (host, after) in reading { repark(host, of: done.tenant, after: max(after, last.place), isReleased: true) }
        }
        if parked[done.tenant] != nil {
            let isSparse = !isAtEnd && reading.count == done.lanes.count && accepted < entries.count / 2
            parked[done.tenant]?.stretch = isSparse ? min(64, done.stretch * 2) : 1
        }
        keep(parked[done.tenant], of: done.tenant, isReading: false)
    }

    /// The read failed; it will be done again.
    mutating func abandon(_ failed: Refill) {
        guard refill?.number == failed.number else { return }
        refill = nil
        for (host, after) in failed.lanes { repark(host, of: failed.tenant, after: after, isReleased: true) }
    }

    private mutating func repark(_ host: String, of tenant: TenantId, after place: DuePlace, isReleased: Bool) {
        parked[tenant, default: ParkedLanes()].park(host, after: place, isReleased: isReleased)
        if isReleased { refillable.insert(tenant) }
    }

    private mutating func keep(_ lanes: ParkedLanes?, of tenant: TenantId, isReading: Bool) {
        // The stretch is remembered while a read is under way.
        parked[tenant] = lanes.flatMap { $0.isEmpty && !isReading ? nil : $0 }
        if parked[tenant]?.hasReleased != true { refillable.remove(tenant) }
    }

    private mutating func stop(_ tenant: TenantId, isPaused: Bool) {
        if windows[tenant] == nil { windows[tenant] = DueWindow(horizon: Self.end(of: sweptTo), limit: windowLimit) }
        windows[tenant]?.isBlocked = true
        windows[tenant]?.plannedAt = nil
        if isPaused { pause(tenant) }
    }
}
