import Domain
import Ports
import PropertyKit
import Testing

@testable import Actors

/// What the admission promises whatever comes, on a clock of its own.
@Suite struct FairnessTests {
    private struct Broken: Error, CustomStringConvertible { let description: String }

    /// Ends attempts in the order of time, and offers what there is to offer.
    private struct Plant {
        var admission: Admission
        var now = Uptime(microseconds: 0)
        private var running: [(until: Uptime, admitted: Admitted)] = []
        var waits: [TenantId: [Int64]] = [:]
        private var next = 0

        init(_ settings: EngineSettings) { admission = Admission(AdmissionBounds(settings)) }

        mutating func offer(_ tenant: TenantId, host: String = "a") -> Admission.Offer {
            next += 1
            let id = ServiceCallId(UniqueId(high: 0, low: UInt64(next)))
            let call = DueCall(
                partition: PartitionId(0), key: ServiceCallKey(tenant: tenant, id: id), host: host,
                dueAt: Instant(microseconds: now.microseconds), version: 1)
            return admission.offer(call, at: now)
        }

        /// - Parameter span: how long an attempt of the tenant takes.
        mutating func start(_ span: (TenantId) -> TimeSpan) {
            while let admitted = admission.pop(at: now) {
                _ = admission.started(admitted.call.key.tenant)
                waits[admitted.call.key.tenant, default: []].append(now.microseconds - admitted.call.dueAt.microseconds)
                running.append((now + span(admitted.call.key.tenant), admitted))
            }
        }

        mutating func pass(to moment: Uptime) {
            now = moment
            let ended = running.filter { $0.until <= moment }.sorted { $0.until < $1.until }
            running.removeAll { $0.until <= moment }
            for (until, admitted) in ended {
                admission.ended(AttemptEnd(admitted, at: until, took: until - admitted.since, outcome: .succeeded), at: moment)
            }
            admission.advance(to: moment)
        }
    }

    /// P15 in simulated time: the quiet tenants' calls come every 50 ms and take 20 ms; the loud one's take `loudSpan`.
    private func quietWaits(beside backlog: Int, loudSpan: TimeSpan) throws -> (p99: Int64, started: Int) {
        let loud = try #require(TenantId("loud"))
        let quiet = try (0..<5).map { try #require(TenantId("quiet\($0)")) }
        var plant = Plant(EngineSettings())
        var left = backlog
        var generator = SeededGenerator(seed: 1)
        for step in 1...4_000 {
            while left > 0, case .accepted = plant.offer(loud) { left -= 1 }
            for tenant in quiet where Int.random(in: 0..<10, using: &generator) == 0 { _ = plant.offer(tenant) }
            plant.start { $0 == loud ? loudSpan : .milliseconds(20) }
            plant.pass(to: Uptime(microseconds: Int64(step) * 5_000))
        }
        let waits = quiet.flatMap { plant.waits[$0] ?? [] }.sorted()
        return (waits[waits.count * 99 / 100], waits.count)
    }

    @Test(arguments: [TimeSpan.milliseconds(20), .milliseconds(400), .seconds(10)])
    func aMillionQueuedCallsOfOneTenantDoNotMoveTheWaitOfAnother(_ loudSpan: TimeSpan) throws {
        let idle = try quietWaits(beside: 0, loudSpan: loudSpan)
        let beside = try quietWaits(beside: 1_000_000, loudSpan: loudSpan)
        #expect(beside.started == idle.started, "none waits for longer than the rest of the history")
        // A step of the clock is the least wait that can be told.
        #expect(beside.p99 <= 2 * max(idle.p99, 5_000), "idle \(idle.p99) µs, beside \(beside.p99) µs")
    }

    private enum Step {
        case offer(tenant: Int, host: Int)
        case pop
        case end(Int, AttemptOutcome)
        case hold(tenant: Int, LaneHolds)
        case pass(Int64)
    }

    private func steps(_ generator: inout SeededGenerator) -> [Step] {
        (0..<80).map { _ in
            switch Int.random(in: 0..<20, using: &generator) {
            case 0..<9: .offer(tenant: Int.random(in: 0..<3, using: &generator), host: Int.random(in: 0..<3, using: &generator))
            case 9..<12: .pop
            case 12..<17: .end(Int.random(in: 0..<9, using: &generator), generator.chance(50) ? .failed(retryAfter: nil) : .succeeded)
            case 17:
                .hold(
                    tenant: Int.random(in: 0..<3, using: &generator),
                    LaneHolds(
                        isPaused: generator.chance(20), hosts: Set(["h0", "h1", "h2"].filter { _ in generator.chance(20) })))
            default: .pass(Int64.random(in: 1...2_000, using: &generator))
            }
        }
    }

    private func settings(_ seed: UInt64) -> EngineSettings {
        var generator = SeededGenerator(seed: seed)
        var settings = EngineSettings()
        settings.maxRunning = Int.random(in: 1...4, using: &generator)
        settings.executionQueuePerLane = Int.random(in: 1...3, using: &generator)
        settings.executionQueuePerTenant = Int.random(in: 1...5, using: &generator)
        settings.executionQueueTotal = Int.random(in: 1...8, using: &generator)
        settings.admission.failuresToOpen = 2
        settings.admission.firstOpen = .milliseconds(500)
        settings.admission.longestOpen = .seconds(2)
        settings.admission.probes = Int.random(in: 1...2, using: &generator)
        settings.admission.lanesKept = Int.random(in: 1...9, using: &generator)
        if generator.chance(30) { settings.admission.mostPerLane = 1 }
        if generator.chance(30) { settings.admission.mostPerTenant = 2 }
        if generator.chance(30) { settings.admission.ratePerLane = .init(perSecond: 5, burst: 1) }
        if generator.chance(30) { settings.admission.ratePerTenant = .init(perSecond: 5, burst: 2) }
        return settings
    }

    /// Bounds hold, counts agree, what is paused does not start; and in the end whoever was refused gets word, so that nothing waits for ever.
    @Test func whateverComesTheBoundsHoldAndNobodyIsForgotten() throws {
        for seed in UInt64(0)..<40 {
            let settings = settings(seed)
            try forAll(cases: 50, seed: seed * 1_000) {
                steps(&$0)
            } property: { steps in
                try follow(steps, settings)
            }
        }
    }

    private func follow(_ steps: [Step], _ settings: EngineSettings) throws {
        let tenants = ["t0", "t1", "t2"].compactMap { TenantId($0) }
        var admission = Admission(AdmissionBounds(settings))
        var now = Uptime(microseconds: 0)
        var running: [Admitted] = []
        var number: UInt64 = 0
        // Whoever was refused and had no word yet.
        var lanes: Set<LaneKey> = []
        var whole: Set<TenantId> = []
        var holds: [TenantId: LaneHolds] = [:]
        func hear(_ news: Admission.News) {
            for call in news.returned { lanes.insert(call.lane) }
            for call in news.paused { whole.insert(call.key.tenant) }
            lanes.subtract(news.released)
            whole.subtract(news.relieved)
        }
        for step in steps {
            switch step {
            case .offer(let tenant, let host):
                number += 1
                let call = DueCall(
                    partition: PartitionId(0),
                    key: ServiceCallKey(tenant: tenants[tenant], id: ServiceCallId(UniqueId(high: 0, low: number))),
                    host: "h\(host)", dueAt: .earliest, version: 1)
                switch admission.offer(call, at: now) {
                case .accepted: break
                case .laneFull: lanes.insert(call.lane)
                case .full, .paused: whole.insert(call.key.tenant)
                }
            case .pop:
                guard let admitted = admission.pop(at: now) else { break }
                _ = admission.started(admitted.call.key.tenant)
                let hold = holds[admitted.call.key.tenant] ?? LaneHolds()
                if hold.isPaused || hold.hosts.contains(admitted.call.host) { throw Broken(description: "a paused call started") }
                running.append(admitted)
            case .end(let index, let outcome):
                guard running.indices.contains(index) else { break }
                admission.ended(AttemptEnd(running.remove(at: index), at: now, took: .milliseconds(5), outcome: outcome), at: now)
            case .hold(let tenant, let new):
                holds[tenants[tenant]] = new
                admission.hold(new, of: tenants[tenant], at: now)
            case .pass(let span):
                now = now + .milliseconds(span)
                admission.advance(to: now)
            }
            hear(admission.takeNews())
            try check(admission, running: running.count, settings)
        }
        for tenant in tenants { admission.hold(LaneHolds(), of: tenant, at: now) }
        for _ in 0..<200 {
            now = now + .milliseconds(500)
            admission.advance(to: now)
            admission.relieveStarved(at: now)
            for admitted in running { admission.ended(AttemptEnd(admitted, at: now, took: .zero, outcome: .succeeded), at: now) }
            running = []
            while let admitted = admission.pop(at: now) {
                _ = admission.started(admitted.call.key.tenant)
                running.append(admitted)
            }
            hear(admission.takeNews())
        }
        if admission.waiting > 0 || admission.running > 0 { throw Broken(description: "\(admission.waiting) calls wait for ever") }
        if !lanes.isEmpty || !whole.isEmpty { throw Broken(description: "no word for \(lanes.sorted()) \(whole.sorted())") }
    }

    private func check(_ admission: Admission, running: Int, _ settings: EngineSettings) throws {
        let all = admission.tenants.values
        let counts = (
            waiting: all.reduce(0) { $0 + $1.lanes.values.reduce(0) { $0 + $1.queue.count } },
            running: all.reduce(0) { $0 + $1.lanes.values.reduce(0) { $0 + $1.running } }
        )
        guard counts.waiting == admission.waiting, counts.running == running, admission.running == running else {
            throw Broken(description: "counts differ: \(counts), \(admission.waiting), \(running)")
        }
        guard all.allSatisfy({ $0.waiting == $0.lanes.values.reduce(0) { $0 + $1.queue.count } }),
            admission.busyTenants == all.count(where: \.isBusy), admission.laneCount == all.reduce(0, { $0 + $1.lanes.count })
        else { throw Broken(description: "a tenant's counts differ") }
        guard running <= settings.maxRunning + admission.bounds.reserve, counts.waiting <= 2 * settings.executionQueueTotal else {
            throw Broken(description: "a bound is broken: \(counts)")
        }
    }
}
