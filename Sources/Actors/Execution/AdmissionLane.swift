internal import DequeModule
internal import Domain
internal import Ports

/// The calls of one tenant to one host: those that wait in memory, and how the attempts fare.
struct AdmissionLane {
    var queue = Deque<DueCall>()
    var running = 0
    var breaker = CircuitBreaker()
    var bucket: TokenBucket?
    var sketch = LatencySketch()
    /// Whether calls were refused, so that there is to be word when there is room.
    var isAwaited = false
    /// Whether it has a place in its tenant's turns.
    var isListed = false
    /// Whether it is to be listed again at a set time.
    var waitsForToken = false
    /// How long an attempt keeps its place, in microseconds, learned from the last ones.
    private(set) var cost: Int64 = 20_000
    /// When it was used last, on a count of its own.
    var usedAt: UInt64 = 0

    static let costs: ClosedRange<Int64> = 1_000...60_000_000

    enum Turn {
        case ready
        case overShare
        /// It waits for its rate, and has no place in the turns until then.
        case token(Uptime)
        /// Nothing can be served; it has no place in the turns any more.
        case nothing
    }

    var isIdle: Bool { queue.isEmpty && running == 0 && !isAwaited && !waitsForToken }

    mutating func learn(_ held: TimeSpan) {
        let actual = min(max(held.microseconds, Self.costs.lowerBound), Self.costs.upperBound)
        cost += (actual - cost) / 8
    }

    /// - Returns: whether it has come to need a place in the turns.
    mutating func list() -> Bool {
        guard !queue.isEmpty, !isListed, !waitsForToken else { return false }
        isListed = true
        return true
    }

    /// Its turn has come: whether `take` may follow.
    mutating func look(at now: Uptime, _ bounds: AdmissionBounds) -> Turn {
        guard !queue.isEmpty, running < bounds.mostPerLane else {
            isListed = false
            return .nothing
        }
        if let next = bucket?.next(at: now), next > now {
            isListed = false
            waitsForToken = true
            return .token(next)
        }
        return running < bounds.laneShare ? .ready : .overShare
    }

    mutating func take(at now: Uptime) -> (call: DueCall, charge: Int64)? {
        let call = queue.popFirst()
        isListed = !queue.isEmpty
        guard let call else { return nil }
        bucket?.take(at: now)
        running += 1
        return (call, cost)
    }

    /// How many more calls it takes, holds apart.
    mutating func room(at now: Uptime, _ bounds: AdmissionBounds) -> Int {
        breaker.advance(to: now)
        switch breaker.state {
        case .closed: return bounds.waitingPerLane - queue.count
        case .halfOpen: return bounds.breaker.probes - queue.count - running
        case .open: return 0
        }
    }

    /// Whether there is room enough to fetch calls that were refused.
    mutating func hasRoomAgain(at now: Uptime, _ bounds: AdmissionBounds) -> Bool {
        let room = room(at: now, bounds)
        return breaker.state == .closed ? queue.count <= bounds.waitingPerLane / 2 : room > 0
    }
}

/// One tenant in execution: its lanes, and whose turn among them it is.
struct AdmissionTenant {
    enum List { case none, fresh, old }

    enum Turn {
        case ready
        /// The tenant, or each of its lanes that wait, is above its share.
        case overShare
        /// Nothing can be served until something changes, of which there will be word.
        case nothing
    }

    var lanes: [String: AdmissionLane] = [:]
    var turns = Deque<String>()
    var waiting = 0
    var running = 0
    /// Of those that run, the ones whose start is not committed yet.
    var starting = 0
    /// The time in places that it may still take in this round, in microseconds.
    var credit: Int64 = 0
    var list = List.none
    var bucket: TokenBucket?
    var isAwaited = false
    var waitsForToken = false

    var isBusy: Bool { waiting + running > 0 }
    var needsTurn: Bool { list == .none && !turns.isEmpty && !waitsForToken }

    mutating func dropWaiting() {
        for host in lanes.keys { lanes[host]?.queue = [] }
        turns = []
        waiting = 0
        list = .none
    }

    mutating func enlist(_ host: String) {
        if lanes[host]?.list() == true { turns.append(host) }
    }

    /// Its turn has come: whether `take` may follow. Brings the lane to the front that comes next: one below its share if there is one, also
    /// when the tenant as a whole is above its own.
    ///
    /// - Parameter tokenAt: called for a lane, or with nil for the tenant, that waits for its rate.
    mutating func look(at now: Uptime, _ bounds: AdmissionBounds, tokenAt: (_ host: String?, _ at: Uptime) -> Void) -> Turn {
        guard running < bounds.mostPerTenant else { return .nothing }
        if let next = bucket?.next(at: now), next > now {
            waitsForToken = true
            tokenAt(nil, next)
            return .nothing
        }
        var over = 0
        while over < turns.count, let host = turns.first {
            let turn = lanes[host]?.look(at: now, bounds) ?? .nothing
            if case .ready = turn { return running < bounds.tenantShare ? .ready : .overShare }
            turns.removeFirst()
            if case .token(let at) = turn { tokenAt(host, at) }
            if case .overShare = turn {
                turns.append(host)
                over += 1
            }
        }
        return over > 0 ? .overShare : .nothing
    }

    /// Takes the next call of the lane at the front.
    mutating func take(at now: Uptime) -> (call: DueCall, charge: Int64)? {
        guard let host = turns.popFirst(), let taken = lanes[host]?.take(at: now) else { return nil }
        if lanes[host]?.isListed == true { turns.append(host) }
        bucket?.take(at: now)
        waiting -= 1
        running += 1
        starting += 1
        return taken
    }
}
