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
        if waitingKeys.isEmpty {
            delistAll()
            return nil
        }
        guard running < bounds.maxRunning + bounds.reserve else { return nil }
        guard starting < bounds.maxStarting else {
            return starting < bounds.maxStarting + bounds.reserve ? popFew(at: now) : nil
        }
        if running >= bounds.maxRunning {
            return popFresh(at: now) ?? popOld(at: now, .belowEven)
        }
        if freshInARow < Self.freshTurns || old.isEmpty, let admitted = popFresh(at: now) {
            freshInARow += 1
            return admitted
        }
        freshInARow = 0
        return popOld(at: now, .withinShares) ?? popFresh(at: now) ?? popOld(at: now, .any)
    }

    private mutating func popFresh(at now: Uptime) -> Admitted? {
        while let tenant = fresh.first {
            guard let (credit, running) = standing(of: tenant) else {
                fresh.removeFirst()
                continue
            }
            if credit <= 0 || running >= evenShare || isHeldBack(tenant, at: now) {
                fresh.removeFirst()
                tenants[tenant]?.list = .old
                old.append(tenant)
                continue
            }
            if look(tenant, at: now) != .nothing, let admitted = serve(tenant, at: now) { return admitted }
            fresh.removeFirst()
            tenants[tenant]?.list = .none
        }
        return nil
    }

    /// Beyond the starts that are let in at one time there is a place for who runs next to nothing: its start goes with the next commit, and
    /// does not wait for one before.
    private mutating func popFew(at now: Uptime) -> Admitted? {
        for _ in 0..<min(fresh.count, Self.reserveVisits) {
            guard let tenant = fresh.popFirst() else { return nil }
            guard let (credit, running) = standing(of: tenant) else { continue }
            guard credit > 0, running < Self.few else {
                fresh.append(tenant)
                continue
            }
            fresh.prepend(tenant)
            if look(tenant, at: now) != .nothing, let admitted = serve(tenant, at: now) { return admitted }
            fresh.removeFirst()
            tenants[tenant]?.list = .none
        }
        return nil
    }

    /// Only who may be served by the rule takes part in its rounds: were the others given credit as well, whoever is passed over would be
    /// forgiven what it took.
    private mutating func popOld(at now: Uptime, _ rule: Rule) -> Admitted? {
        // Tenants in a row that were passed over, and the least that one of them lacks.
        var passed = 0
        var leastDebt: Int64?
        var grant = Self.quantum
        var visits = rule == .belowEven ? Self.reserveVisits : .max
        while visits > 0, let tenant = old.first {
            visits -= 1
            if passed >= old.count {
                guard let debt = leastDebt else { return nil }
                // As many rounds at once as the nearest needs.
                grant = (max(0, debt) / Self.quantum + 1) * Self.quantum
                (passed, leastDebt) = (0, nil)
            }
            guard let (credit, running) = standing(of: tenant) else {
                old.removeFirst()
                continue
            }
            let turn = look(tenant, at: now)
            let isOver = rule == .belowEven ? running >= evenShare : rule == .withinShares && turn == .overShare
            let isPassedOver = isOver || isHeldBack(tenant, at: now)
            if turn != .nothing, isPassedOver || credit <= 0 {
                if !isPassedOver {
                    tenants[tenant]?.credit = credit + grant
                    leastDebt = min(leastDebt ?? .max, -(credit + grant))
                }
                old.removeFirst()
                old.append(tenant)
                passed += 1
                continue
            }
            if turn != .nothing, let admitted = serve(tenant, at: now) { return admitted }
            old.removeFirst()
            tenants[tenant]?.list = .none
        }
        return nil
    }

    /// In the company of others a tenant has a part of the starts only, also when nobody else wants the rest: a start that comes meanwhile
    /// waits for the commit and the processors that these keep busy.
    private func isHeldBack(_ tenant: TenantId, at now: Uptime) -> Bool {
        guard let starting = tenants[tenant]?.starting, starting >= bounds.maxStartingInCompany else { return false }
        return heard.contains { $0.tenant != tenant && now - $0.at < Self.company }
    }

    /// Never hold a copy of a tenant while it is changed: that would copy its lanes.
    private func standing(of tenant: TenantId) -> (credit: Int64, running: Int)? { tenants[tenant].map { ($0.credit, $0.running) } }

    private mutating func look(_ tenant: TenantId, at now: Uptime) -> AdmissionTenant.Turn {
        var found: [Wake] = []
        let turn = tenants[tenant]?.look(at: now, bounds) { host, at in found.append(Wake(at: at, tenant: tenant, host: host)) }
        for wake in found { wakes.insert(wake) }
        return turn ?? .nothing
    }

    /// Serves the tenant, which is the first of its list.
    private mutating func serve(_ tenant: TenantId, at now: Uptime) -> Admitted? {
        guard let (call, charge) = tenants[tenant]?.take(at: now) else { return nil }
        waitingKeys.remove(call.key)
        running += 1
        starting += 1
        noteHeard(tenant, at: now)
        tenants[tenant]?.credit -= charge
        delistIfDone(tenant)
        relieve(tenant, at: now)
        release(call.lane, at: now)
        relieveStarved(at: now)
        return Admitted(call: call, charge: charge, since: now)
    }

    /// Who has nothing left leaves its list, so that the next call that comes of it is one that execution is woken for.
    private mutating func delistIfDone(_ tenant: TenantId) {
        guard tenants[tenant]?.turns.isEmpty == true, let list = tenants[tenant]?.list else { return }
        switch list {
        case .fresh: fresh.removeFirst()
        case .old: old.removeFirst()
        case .none: break
        }
        tenants[tenant]?.list = .none
    }

    /// Nothing waits, since what did was given back.
    private mutating func delistAll() {
        for tenant in fresh { tenants[tenant]?.list = .none }
        for tenant in old { tenants[tenant]?.list = .none }
        (fresh, old) = ([], [])
    }
}
