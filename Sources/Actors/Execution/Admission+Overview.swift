internal import Domain
internal import Ports

extension Admission {
    /// How the tenant's targets fare, in the order of their hosts.
    func targets(of tenant: TenantId, at clocks: (now: Instant, uptime: Uptime)) -> [TargetState] {
        let hold = holds[tenant] ?? LaneHolds()
        let lanes = tenants[tenant]?.lanes ?? [:]
        return Set(lanes.keys).union(hold.hosts).sorted().map { host in
            let lane = lanes[host] ?? AdmissionLane()
            var openUntil: Instant?
            if case .open(let until) = lane.breaker.state, until > clocks.uptime { openUntil = clocks.now + (until - clocks.uptime) }
            return TargetState(
                host: host, state: gate(of: lane, host, hold, at: clocks.uptime), waiting: lane.queue.count, running: lane.running,
                parked: lane.isAwaited || tenants[tenant]?.isAwaited == true, errorRate: lane.sketch.errorRate,
                p50: lane.sketch.quantile(50), p99: lane.sketch.quantile(99), openUntil: openUntil,
                consecutiveFailures: lane.breaker.failures)
        }
    }

    /// How many lanes there are in each state.
    func gates(at now: Uptime) -> [TargetState.Gate: Int] {
        var counts: [TargetState.Gate: Int] = [:]
        for (tenant, known) in tenants {
            let hold = holds[tenant] ?? LaneHolds()
            for (host, lane) in known.lanes { counts[gate(of: lane, host, hold, at: now), default: 0] += 1 }
        }
        return counts
    }

    /// Lanes of which calls wait in the store alone.
    var awaited: Int {
        tenants.values.reduce(0) { sum, tenant in sum + tenant.lanes.values.count { $0.isAwaited } }
    }

    private func gate(of lane: AdmissionLane, _ host: String, _ hold: LaneHolds, at now: Uptime) -> TargetState.Gate {
        if hold.isPaused || hold.hosts.contains(host) { return .paused }
        var breaker = lane.breaker
        breaker.advance(to: now)
        switch breaker.state {
        case .closed: return .closed
        case .open: return .open
        case .halfOpen: return .halfOpen
        }
    }

    /// The earliest due time of a call that waits.
    var oldest: Instant? {
        tenants.values.lazy.flatMap(\.lanes.values).compactMap(\.queue.first?.dueAt).min()
    }
}
