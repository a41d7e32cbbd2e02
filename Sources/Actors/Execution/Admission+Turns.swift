internal import DequeModule
internal import Domain
internal import HeapModule
internal import Ports

extension Admission {
    private enum Rule {
        /// Only who runs less than an even share.
        case belowEven
        case withinShares
        case any
    }

    /// Gives the next call a place; nil when there is no place, or nothing that may have one.
    mutating func pop(at now: Uptime) -> Admitted? {
        if waitingKeys.isEmpty { return nil }
        if running >= bounds.maxRunning {
            guard running < bounds.maxRunning + bounds.reserve else { return nil }
            return popFresh(at: now) ?? popOld(at: now, .belowEven)
        }
        if freshInARow < Self.freshTurns || old.isEmpty, let admitted = popFresh(at: now) {
            freshInARow += 1
            return admitted
        }
        freshInARow = 0
        return popOld(at: now, .withinShares) ?? popOld(at: now, .any) ?? popFresh(at: now)
    }

    private mutating func popFresh(at now: Uptime) -> Admitted? {
        while let tenant = fresh.first {
            guard let known = tenants[tenant] else {
                fresh.removeFirst()
                continue
            }
            if known.credit <= 0 || known.running >= evenShare {
                fresh.removeFirst()
                tenants[tenant]?.list = .old
                old.append(tenant)
                continue
            }
            if case .call(let call, let charge) = pick(tenant, at: now, withinShares: false) {
                return serve(call, charge: charge, at: now)
            }
            fresh.removeFirst()
            tenants[tenant]?.list = .none
        }
        return nil
    }

    private mutating func popOld(at now: Uptime, _ rule: Rule) -> Admitted? {
        // Tenants in a row that were passed over, and whether one of them only lacked credit.
        var passed = 0
        var someLackCredit = false
        var visits = rule == .belowEven ? Self.reserveVisits : .max
        while visits > 0, let tenant = old.first {
            visits -= 1
            if passed >= old.count {
                guard someLackCredit else { return nil }
                endRound()
                (passed, someLackCredit) = (0, false)
            }
            guard let known = tenants[tenant] else {
                old.removeFirst()
                continue
            }
            if rule == .belowEven, known.running >= evenShare {
                pass(tenant, &passed)
                continue
            }
            if known.credit <= 0 {
                tenants[tenant]?.credit += Self.quantum
                someLackCredit = true
                pass(tenant, &passed)
                continue
            }
            switch pick(tenant, at: now, withinShares: rule == .withinShares) {
            case .call(let call, let charge): return serve(call, charge: charge, at: now)
            case .overShare: pass(tenant, &passed)
            case .nothing:
                old.removeFirst()
                tenants[tenant]?.list = .none
            }
        }
        return nil
    }

    private mutating func pass(_ tenant: TenantId, _ passed: inout Int) {
        old.removeFirst()
        old.append(tenant)
        passed += 1
    }

    /// Nobody had credit: as many rounds at once as the nearest needs.
    private mutating func endRound() {
        var debt = Int64.max
        for tenant in old { if let credit = tenants[tenant]?.credit, credit <= 0 { debt = min(debt, -credit) } }
        guard debt < .max else { return }
        let rounds = debt / Self.quantum + 1
        for tenant in old where (tenants[tenant]?.credit ?? 1) <= 0 { tenants[tenant]?.credit += rounds * Self.quantum }
    }

    private mutating func pick(_ tenant: TenantId, at now: Uptime, withinShares: Bool) -> AdmissionTenant.Pick {
        var found: [Wake] = []
        let picked = tenants[tenant]?.pick(at: now, bounds, withinShares: withinShares) { host, at in
            found.append(Wake(at: at, tenant: tenant, host: host))
        }
        for wake in found { wakes.insert(wake) }
        return picked ?? .nothing
    }

    private mutating func serve(_ call: DueCall, charge: Int64, at now: Uptime) -> Admitted {
        let tenant = call.key.tenant
        waitingKeys.remove(call.key)
        running += 1
        tenants[tenant]?.credit -= charge
        relieve(tenant, at: now)
        release(call.lane, at: now)
        relieveStarved(at: now)
        return Admitted(call: call, charge: charge, since: now)
    }
}
