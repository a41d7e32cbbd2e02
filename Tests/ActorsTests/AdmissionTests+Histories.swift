import Domain
import Ports
import PropertyKit
import Testing

@testable import Actors

/// Admission with an execution that looks only when it is told to, and a timer that offers again only when there is word.
private struct AdmissionHistory {
    enum Step {
        case arrive(tenant: Int, host: Int)
        case end(Int, AttemptOutcome)
        case hold(tenant: Int, isPaused: Bool, hosts: Set<String>)
        case pass(TimeSpan)
    }

    private(set) var admission: Admission
    private(set) var now = Uptime(microseconds: 1_000_000)
    private(set) var running: [Admitted] = []
    private(set) var made: [UInt64] = []
    private(set) var arrived = 0
    /// What execution refused: of lanes, and of tenants as a whole.
    private var parked: [LaneKey: [DueCall]] = [:]
    private var blocked: [TenantId: [DueCall]] = [:]
    private var isWoken = false
    private var ended: [AttemptEnd] = []

    init(hasRates: Bool) {
        var settings = EngineSettings()
        settings.maxRunning = 3
        settings.executionQueueTotal = 8
        settings.executionQueuePerTenant = 6
        settings.executionQueuePerLane = 3
        settings.admission.reserve = 1
        settings.admission.failuresToOpen = 2
        settings.admission.probes = 2
        settings.admission.lanesKept = 2
        if hasRates {
            settings.admission.ratePerLane = .init(perSecond: 2, burst: 1)
            settings.admission.ratePerTenant = .init(perSecond: 5, burst: 2)
            settings.admission.mostPerLane = 1
            settings.admission.mostPerTenant = 2
        }
        admission = Admission(AdmissionBounds(settings))
    }

    var left: Int { arrived - Set(made).count }

    mutating func apply(_ step: Step) {
        switch step {
        case .arrive(let tenant, let host):
            guard let tenant = TenantId("t\(tenant)") else { return }
            arrived += 1
            let key = ServiceCallKey(tenant: tenant, id: ServiceCallId(UniqueId(high: 0, low: UInt64(arrived))))
            let call = DueCall(
                partition: PartitionId(0), key: key, host: "h\(host)", dueAt: Instant(microseconds: Int64(arrived)), version: 1)
            if blocked[tenant] != nil { blocked[tenant]?.append(call) } else { offer(call) }
        case .end(let index, let outcome):
            guard !running.isEmpty else { return }
            let admitted = running.remove(at: index % running.count)
            ended.append(AttemptEnd(admitted, at: now, took: now - admitted.since, outcome: outcome))
        case .hold(let tenant, let isPaused, let hosts):
            guard let tenant = TenantId("t\(tenant)") else { return }
            admission.hold(LaneHolds(isPaused: isPaused, hosts: hosts), of: tenant, at: now)
            isWoken = true
        case .pass(let span): now = now + span
        }
    }

    private mutating func offer(_ call: DueCall) {
        if parked[call.lane] != nil {
            parked[call.lane]?.append(call)
            return
        }
        switch admission.offer(call, at: now) {
        case .accepted(let wakes): isWoken = isWoken || wakes
        case .laneFull: parked[call.lane, default: []].append(call)
        case .full, .paused: blocked[call.key.tenant, default: []].append(call)
        }
    }

    /// Execution looks as long as there is a reason to.
    mutating func settle() throws {
        for _ in 0..<1_000 {
            guard isWoken || !ended.isEmpty || admission.nextWake.map({ $0 <= now }) ?? false else { return }
            isWoken = false
            for end in ended { admission.ended(end, at: now) }
            ended = []
            admission.advance(to: now)
            admission.relieveStarved(at: now)
            while let admitted = admission.pop(at: now) {
                if admission.started(admitted.call.key.tenant) { isWoken = true }
                running.append(admitted)
                made.append(admitted.call.key.id.value.low)
            }
            take(in: admission.takeNews())
        }
        throw Broken("Execution looks for ever.")
    }

    private mutating func take(in news: Admission.News) {
        for call in news.returned { parked[call.lane, default: []].append(call) }
        for call in news.paused { blocked[call.key.tenant, default: []].append(call) }
        for lane in news.released {
            for call in parked.removeValue(forKey: lane) ?? [] { offer(call) }
            unblock(lane.tenant)
        }
        for tenant in news.relieved { unblock(tenant) }
    }

    private mutating func unblock(_ tenant: TenantId) {
        for call in blocked.removeValue(forKey: tenant) ?? [] {
            if blocked[tenant] != nil { blocked[tenant]?.append(call) } else { offer(call) }
        }
    }

    func check() throws {
        let lanes = admission.tenants.values.flatMap(\.lanes.values)
        guard admission.running == running.count + ended.count, admission.running == lanes.reduce(0, { $0 + $1.running }) else {
            throw Broken("\(admission.running) run by the count, \(running.count) do.")
        }
        guard admission.waiting == lanes.reduce(0, { $0 + $1.queue.count }) else { throw Broken("The count of what waits is wrong.") }
        guard admission.busyTenants == admission.tenants.values.count(where: \.isBusy) else {
            throw Broken("The count of tenants is wrong.")
        }
        guard admission.laneCount == lanes.count else { throw Broken("The count of lanes is wrong.") }
        if admission.running == 0, admission.waiting > 0, admission.nextWake == nil {
            throw Broken("\(admission.waiting) wait for nothing.")
        }
        if admission.running > 4 || admission.waiting > 16 { throw Broken("A bound does not hold.") }
        if Set(made).count != made.count { throw Broken("Made twice: \(made)") }
    }

    /// All goes on, and everything succeeds.
    mutating func finish() throws {
        for tenant in 0..<4 { apply(.hold(tenant: tenant, isPaused: false, hosts: [])) }
        for _ in 0..<2_000 where left > 0 || !running.isEmpty {
            try settle()
            try check()
            if running.isEmpty, let wake = admission.nextWake { now = max(now, wake) } else { now = now + .milliseconds(20) }
            while !running.isEmpty { apply(.end(0, .succeeded)) }
        }
        let waits = parked.values.reduce(0) { $0 + $1.count } + blocked.values.reduce(0) { $0 + $1.count }
        if left > 0 { throw Broken("\(left) calls never came to run; \(admission.waiting) wait inside, \(waits) outside.") }
    }

    struct Broken: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}

extension AdmissionTests {
    /// However calls come, fail, and are paused: each is made once, and nobody waits for word that never comes.
    @Test(arguments: [false, true])
    func everyCallThatIsAdmittedOrRefusedIsMadeInTheEnd(hasRates: Bool) throws {
        try forAll(cases: 500) { generator in
            (0..<Int.random(in: 5...90, using: &generator)).map { _ -> AdmissionHistory.Step in
                let tenant = Int.random(in: 0..<4, using: &generator)
                switch Int.random(in: 0..<24, using: &generator) {
                case 0..<10: return .arrive(tenant: tenant, host: Int.random(in: 0..<3, using: &generator))
                case 10..<15: return .end(Int.random(in: 0..<4, using: &generator), .succeeded)
                case 15..<18: return .end(Int.random(in: 0..<4, using: &generator), .failed(retryAfter: nil))
                case 18: return .end(0, .nothing)
                case 19: return .hold(tenant: tenant, isPaused: true, hosts: [])
                case 20: return .hold(tenant: tenant, isPaused: false, hosts: ["h0"])
                case 21: return .hold(tenant: tenant, isPaused: false, hosts: [])
                default: return .pass(.milliseconds(Int64.random(in: 1...4_000, using: &generator)))
                }
            }
        } property: { steps in
            var history = AdmissionHistory(hasRates: hasRates)
            for step in steps {
                history.apply(step)
                try history.settle()
                try history.check()
            }
            try history.finish()
        }
    }
}
