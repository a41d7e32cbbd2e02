import Domain
import Ports
import PropertyKit
import Testing

@testable import Actors

/// Calls of lanes that take none leave memory, and come back all, in time, once.
@Suite struct ParkingTests {
    private static let start = Instant(microseconds: 1_000_000_000)

    private static func entry(_ number: Int, due seconds: Int64, host: String = "a", version: Int64 = 1) throws -> DueEntry {
        DueEntry(
            tenant: try #require(TenantId("acme")), id: ServiceCallId(UniqueId(high: 0, low: UInt64(number))), host: host, version: version,
            dueAt: start + .seconds(seconds), running: nil)
    }

    /// A store, a partition of the timer, and an execution that can be closed lane by lane.
    private struct Model {
        var partition: TimerPartition
        var stored: [ServiceCallId: DueEntry] = [:]
        var room: [String: Int] = [:]
        var awaited: Set<LaneKey> = []
        var now = ParkingTests.start
        var uptime = Uptime(microseconds: 0)
        var made: [UInt64] = []
        var early = false
        var reads = 0
        private var begun: (refill: TimerPartition.Refill, entries: [DueEntry]?)?

        init(windowLimit: Int, lookahead: TimeSpan = .seconds(40)) {
            partition = TimerPartition(id: PartitionId(0), firstEpoch: 1, windowLimit: windowLimit)
            _ = partition.raise(to: ParkingTests.start + lookahead)
        }

        var clocks: (now: Instant, uptime: Uptime) { (now, uptime) }

        mutating func commit(_ entry: DueEntry) {
            stored[entry.id] = entry
            let key = ServiceCallKey(tenant: entry.tenant, id: entry.id)
            partition.apply(
                TimerChange(key: key, host: entry.host, version: entry.version, kind: .due(entry.dueAt)), clocks: clocks, grace: .zero)
        }

        mutating func end(_ id: ServiceCallId) {
            guard let entry = stored.removeValue(forKey: id) else { return }
            let key = ServiceCallKey(tenant: entry.tenant, id: id)
            partition.apply(TimerChange(key: key, host: entry.host, version: 99, kind: .ended), clocks: clocks, grace: .zero)
        }

        /// Execution makes what it accepts at once, if the store says that it is due.
        mutating func offer(_ call: DueCall) -> Admission.Offer {
            guard let left = room[call.host], left > 0 else {
                awaited.insert(call.lane)
                return .laneFull
            }
            room[call.host] = left - 1
            if let entry = stored[call.key.id] {
                if entry.dueAt <= now {
                    made.append(call.key.id.value.low)
                    stored[call.key.id] = nil
                }
            }
            return .accepted(wakes: false)
        }

        mutating func open(_ host: String, room added: Int) {
            room[host] = added
            let lanes = awaited.filter { $0.host == host }
            awaited.subtract(lanes)
            for lane in lanes { partition.release(lane) }
        }

        mutating func fire() {
            while let call = partition.popDue(clocks) {
                if call.dueAt > now { early = true }
                if offer(call) == .laneFull { partition.park(call) }
            }
        }

        mutating func page() {
            for tenant in partition.tenantsWantingPage(at: uptime) {
                guard let page = partition.raiseWindow(of: tenant) else { continue }
                let limit = max(1, partition.windowLimit / 2)
                let entries = read(
                    after: page.after, upTo: DuePlace(dueAt: page.upTo, id: ServiceCallId(UniqueId(high: .max, low: .max))), limit)
                partition.add(entries, of: tenant, isFull: entries.count >= limit, clocks: clocks, grace: .zero)
            }
        }

        private func read(after: DuePlace, upTo: DuePlace, _ limit: Int) -> [DueEntry] {
            Array(stored.values.filter { $0.place > after && $0.place <= upTo }.sorted { $0.place < $1.place }.prefix(limit))
        }

        /// One of the three steps of a refill, so that others come between.
        mutating func refill() {
            if let (refill, entries) = begun {
                guard let entries else {
                    reads += 1
                    begun = (refill, read(after: refill.after, upTo: refill.upTo, refill.limit))
                    return
                }
                begun = nil
                var model = self
                partition.finish(refill, entries, now: now) { model.offer($0) }
                (room, awaited, made, stored) = (model.room, model.awaited, model.made, model.stored)
                return
            }
            for tenant in partition.tenantsToRefill {
                var model = self
                let refill = partition.beginRefill(of: tenant, pageSize: 8) { lane in
                    if model.room[lane.host] ?? 0 == 0 { model.awaited.insert(lane) }
                    return model.room[lane.host] ?? 0
                }
                awaited = model.awaited
                if let refill {
                    begun = (refill, nil)
                    return
                }
            }
        }
    }

    @Test func aClosedLaneLeavesMemoryAndComesBackInOrder() throws {
        var model = Model(windowLimit: 64)
        model.open("b", room: 1_000)
        for number in 0..<500 { model.commit(try Self.entry(number, due: Int64(number % 7) - 9, host: number % 10 == 0 ? "b" : "a")) }
        for _ in 0..<200 {
            model.fire()
            model.page()
        }
        #expect(model.partition.dueCount == 0 && model.partition.parkedLanes == 1)
        #expect(model.made.count == 50, "other lanes go on")
        model.open("a", room: 100)
        for _ in 0..<200 { model.refill() }
        #expect(model.made.count == 150 && model.partition.dueCount == 0)
        let places = model.made.suffix(100).map { (Int64($0 % 7), $0) }
        #expect(zip(places, places.dropFirst()).allSatisfy { $0 < $1 }, "in the order of due times")
        model.open("a", room: 10_000)
        for _ in 0..<300 { model.refill() }
        #expect(model.made.count == 500 && model.partition.parkedLanes == 0)
        #expect(model.reads < 90, "\(model.reads) reads for 450 calls in pages of at most 8")
    }

    @Test func aLaneThatIsReleasedTwiceOrNotParkedIsNotRead() throws {
        var model = Model(windowLimit: 16)
        model.partition.release(LaneKey(tenant: try #require(TenantId("acme")), host: "a"))
        #expect(model.partition.tenantsToRefill.isEmpty)
        model.commit(try Self.entry(1, due: -1))
        model.fire()
        model.open("a", room: 5)
        model.partition.release(LaneKey(tenant: try #require(TenantId("acme")), host: "a"))
        for _ in 0..<10 { model.refill() }
        #expect(model.made == [1] && model.reads == 1)
    }

    @Test func aReadThatFailedIsDoneAgain() throws {
        var model = Model(windowLimit: 16)
        let acme = try #require(TenantId("acme"))
        model.commit(try Self.entry(1, due: -1))
        model.fire()
        model.partition.release(LaneKey(tenant: acme, host: "a"))
        let begun = model.partition.beginRefill(of: acme, pageSize: 8) { _ in 4 }
        #expect(model.partition.tenantsToRefill.isEmpty, "one read at a time")
        model.partition.abandon(try #require(begun))
        #expect(model.partition.tenantsToRefill == [acme])
        model.partition.forget()
        #expect(model.partition.tenantsToRefill.isEmpty && model.partition.parkedLanes == 0)
        let late = try #require(begun)
        model.partition.finish(late, [try Self.entry(1, due: -1)], now: model.now) { _ in .accepted(wakes: false) }
        #expect(model.partition.parkedLanes == 0, "what was read before is read anew")
    }

    @Test func aPausedTenantKeepsAFewCallsInMemoryAndReadsOnWhenItGoesOn() throws {
        var model = Model(windowLimit: 100)
        for number in 0..<90 { model.commit(try Self.entry(number, due: -1)) }
        let popped = model.partition.popDue(model.clocks)
        model.partition.pause(try #require(popped))
        #expect(model.partition.dueCount <= 16)
        #expect(model.partition.tenantsWantingPage(at: model.uptime).isEmpty)
        for number in 100..<190 { model.commit(try Self.entry(number, due: -1)) }
        #expect(model.partition.dueCount <= 16)
        let none = model.partition.popDue(model.clocks)
        #expect(none == nil)
        model.partition.unblock(try #require(TenantId("acme")))
        model.open("a", room: 1_000)
        for _ in 0..<20 {
            model.fire()
            model.page()
        }
        #expect(model.made.count == 180)
    }

    @Test func soManyParkedLanesAreNotRememberedOneByOne() throws {
        var model = Model(windowLimit: 64)
        for number in 0..<3_000 {
            model.commit(try Self.entry(number, due: -1, host: "h\(number)"))
            model.fire()
            model.page()
        }
        #expect(model.partition.parkedLanes == TimerPartition.mostParkedLanes && model.partition.dueCount <= 64)
        for number in 0..<3_000 { model.room["h\(number)"] = 1 }
        for _ in 0..<3_000 {
            for lane in model.awaited.sorted() { model.partition.release(lane) }
            model.awaited = []
            model.refill()
            model.fire()
            model.page()
            if model.stored.isEmpty { break }
        }
        #expect(model.stored.isEmpty, "\(model.stored.count) are left")
    }

    private enum Step {
        case arrive(Int, Int64, host: Int), move(Int, Int64), end(Int)
        case open(Int, room: Int), close(Int), fire, page, refill, pass(Int64), forget
    }

    private struct Broken: Error, CustomStringConvertible { let description: String }

    /// Whatever comes between the steps of parking and reading: nothing is lost, nothing is early, and memory stays bounded.
    @Test func everyParkedCallComesBack() throws {
        try forAll(cases: 3_000) { generator in
            (1...80).map { number -> Step in
                let host = Int.random(in: 0..<2, using: &generator)
                switch Int.random(in: 0..<40, using: &generator) {
                case 0..<14: return .arrive(number, Int64.random(in: -5...30, using: &generator), host: host)
                case 14..<17: return .move(Int.random(in: 1...80, using: &generator), Int64.random(in: -5...60, using: &generator))
                case 17, 18: return .end(Int.random(in: 1...80, using: &generator))
                case 19..<22: return .open(host, room: Int.random(in: 1...6, using: &generator))
                case 22, 23: return .close(host)
                case 24..<28: return .fire
                case 28..<30: return .page
                case 30..<37: return .refill
                case 37: return .forget
                default: return .pass(Int64.random(in: 0...9, using: &generator))
                }
            }
        } property: { steps in
            let limit = 6
            var model = Model(windowLimit: limit)
            for step in steps {
                switch step {
                case .arrive(let number, let seconds, let host):
                    let due = max(seconds, -5) + (model.now - Self.start).milliseconds / 1_000
                    model.commit(try Self.entry(number, due: due, host: "h\(host)"))
                case .move(let number, let seconds):
                    guard let known = model.stored[ServiceCallId(UniqueId(high: 0, low: UInt64(number)))] else { break }
                    model.commit(try Self.entry(number, due: seconds, host: known.host, version: known.version + 1))
                case .end(let number): model.end(ServiceCallId(UniqueId(high: 0, low: UInt64(number))))
                case .open(let host, let room): model.open("h\(host)", room: room)
                case .close(let host): model.room["h\(host)"] = 0
                case .fire: model.fire()
                case .page: model.page()
                case .refill: model.refill()
                case .pass(let seconds): model.now = model.now + .seconds(seconds)
                case .forget: sweepAnew(&model)
                }
                guard model.partition.dueCount <= limit else { throw Broken(description: "\(model.partition.dueCount) in memory") }
            }
            model.now = Self.start + .seconds(1_000)
            sweep(&model, to: Self.start + .seconds(2_000))
            for _ in 0..<400 {
                for host in ["h0", "h1"] { model.open(host, room: 3) }
                model.fire()
                model.page()
                model.refill()
            }
            if model.early { throw Broken(description: "a call came early") }
            if !model.stored.isEmpty { throw Broken(description: "lost \(model.stored.values.map(\.id.value.low).sorted())") }
            if Set(model.made).count != model.made.count { throw Broken(description: "made twice: \(model.made)") }
        }
    }

    /// Messages were dropped: all is read from the store again.
    private func sweepAnew(_ model: inout Model) {
        model.partition.forget()
        sweep(&model, to: model.now + .seconds(40))
    }

    private func sweep(_ model: inout Model, to horizon: Instant) {
        let raised = model.partition.raise(to: horizon)
        for page in raised.pages { add(page, to: &model) }
        if let tenant = TenantId("acme"), !raised.known.contains(tenant) {
            add(TimerPartition.Page(tenant: tenant, after: raised.from, upTo: horizon), to: &model)
        }
    }

    private func add(_ page: TimerPartition.Page, to model: inout Model) {
        let limit = max(1, model.partition.windowLimit / 2)
        let entries = Array(
            model.stored.values.filter { $0.place > page.after && $0.dueAt <= page.upTo }.sorted { $0.place < $1.place }.prefix(limit))
        model.partition.add(entries, of: page.tenant, isFull: entries.count >= limit, clocks: model.clocks, grace: .zero)
    }
}
