import Domain
import Ports
import PropertyKit
import Testing

@testable import Actors

@Suite struct AdmissionTests {
    private static let start = Uptime(microseconds: 1_000_000)

    private func tenant(_ name: String) throws -> TenantId { try #require(TenantId(name)) }

    private func call(_ tenant: TenantId, _ number: Int, host: String = "a") -> DueCall {
        DueCall(
            partition: PartitionId(0), key: ServiceCallKey(tenant: tenant, id: ServiceCallId(UniqueId(high: 0, low: UInt64(number)))),
            host: host, dueAt: Instant(microseconds: Int64(number)), version: 1)
    }

    private func admission(_ change: (inout EngineSettings) -> Void = { _ in }) -> Admission {
        var settings = EngineSettings()
        change(&settings)
        return Admission(AdmissionBounds(settings))
    }

    /// Each one's start is committed at once.
    private func popAll(_ admission: inout Admission, at now: Uptime = start) -> [Admitted] {
        var popped: [Admitted] = []
        while let admitted = admission.pop(at: now) {
            popped.append(admitted)
            _ = admission.started(admitted.call.key.tenant)
        }
        return popped
    }

    private func end(_ admitted: Admitted, _ outcome: AttemptOutcome = .succeeded, after span: TimeSpan = .milliseconds(20)) -> AttemptEnd {
        AttemptEnd(admitted, at: admitted.since + span, took: span, outcome: outcome)
    }

    // MARK: - Turns

    @Test func oneTenantAloneHasAllPlaces() throws {
        var admission = admission()
        let acme = try tenant("acme")
        for number in 0..<1_000 { #expect({ admission.offer(call(acme, number), at: Self.start) }() != .full) }
        #expect(popAll(&admission).count == 512)
    }

    @Test func fewStartsAreUnderWayAtOneTimeAndWhoIsQuietDoesNotWaitForThem() throws {
        var admission = admission {
            $0.maxStarting = 8
            $0.maxRunning = 16
            $0.admission.reserve = 2
        }
        let (loud, quiet) = (try tenant("loud"), try tenant("quiet"))
        for number in 0..<100 { _ = admission.offer(call(loud, number), at: Self.start) }
        var first: [Admitted] = []
        while let admitted = admission.pop(at: Self.start) { first.append(admitted) }
        #expect(first.count == 8)
        for number in 500..<503 { _ = admission.offer(call(quiet, number), at: Self.start) }
        // The room for those who run next to nothing is bounded too.
        var next: [Admitted] = []
        while let admitted = admission.pop(at: Self.start) { next.append(admitted) }
        #expect(next.map(\.call.key.tenant) == [quiet, quiet])
        #expect({ admission.started(quiet) }(), "there is more to do")
        let popped = admission.pop(at: Self.start)
        #expect(popped?.call.key.tenant == quiet)
        next += [popped].compactMap { $0 }
        #expect({ admission.pop(at: Self.start)?.call.key }() == nil)
        // As starts are committed and attempts end, all of the others come.
        var running = first + next
        var rest = 0
        while !running.isEmpty {
            _ = admission.started(running[0].call.key.tenant)
            admission.ended(end(running.removeFirst()), at: Self.start)
            while let admitted = admission.pop(at: Self.start) {
                running.append(admitted)
                rest += 1
            }
        }
        #expect(rest == 92)
    }

    @Test func aTenantThatComesNewHasAPlaceAtOnceAlthoughAllAreTaken() throws {
        var admission = admission()
        let (loud, quiet) = (try tenant("loud"), try tenant("quiet"))
        for number in 0..<2_000 { _ = admission.offer(call(loud, number), at: Self.start) }
        #expect(popAll(&admission).count == 512)
        let offered = admission.offer(call(quiet, 5_000), at: Self.start)
        #expect(offered == .accepted(wakes: true))
        #expect(popAll(&admission).map(\.call.key.tenant) == [quiet])
    }

    @Test func theReserveIsBounded() throws {
        var admission = admission()
        let loud = try tenant("loud")
        for number in 0..<2_000 { _ = admission.offer(call(loud, number), at: Self.start) }
        _ = popAll(&admission)
        for number in 0..<200 { _ = admission.offer(call(try tenant("t\(number)"), number), at: Self.start) }
        #expect(popAll(&admission).count == 64)
        #expect(admission.running == 576)
    }

    /// Both want all they can get; the calls of one take ten times as long. Each gets half of the time in places.
    @Test func placesAreSharedByTheTimeThatTheyAreHeld() throws {
        var admission = admission {
            $0.maxRunning = 20; $0.admission.reserve = 0
        }
        let (slow, quick) = (try tenant("slow"), try tenant("quick"))
        let spans = [slow: TimeSpan.milliseconds(500), quick: .milliseconds(50)]
        var held: [TenantId: Int64] = [:]
        var running: [(until: Uptime, admitted: Admitted)] = []
        var now = Self.start
        var number = 0
        while now < Self.start + .seconds(60) {
            for tenant in [slow, quick] {
                while admission.tenants[tenant]?.waiting ?? 0 < 50 {
                    number += 1
                    _ = admission.offer(call(tenant, number), at: now)
                }
            }
            for admitted in popAll(&admission, at: now) {
                running.append((now + (spans[admitted.call.key.tenant] ?? .zero), admitted))
            }
            running.sort { $0.until < $1.until }
            let ended = running.removeFirst()
            now = max(now, ended.until)
            let span = now - ended.admitted.since
            held[ended.admitted.call.key.tenant, default: 0] += span.microseconds
            admission.ended(AttemptEnd(ended.admitted, at: now, took: span, outcome: .succeeded), at: now)
        }
        let ratio = Double(held[slow] ?? 0) / Double(held[quick] ?? 1)
        #expect((0.7...1.4).contains(ratio), "slow \(held[slow] ?? 0), quick \(held[quick] ?? 0)")
    }

    @Test func theTargetsOfATenantTakeTurns() throws {
        var admission = admission {
            $0.maxRunning = 4; $0.admission.laneShare = 64
        }
        let acme = try tenant("acme")
        for number in 0..<10 { _ = admission.offer(call(acme, number, host: "a"), at: Self.start) }
        for number in 10..<20 { _ = admission.offer(call(acme, number, host: "b"), at: Self.start) }
        #expect(popAll(&admission).map(\.call.host) == ["a", "b", "a", "b"])
    }

    @Test func aTargetAboveItsShareLetsTheOthersGoFirst() throws {
        var admission = admission {
            $0.maxRunning = 8; $0.admission.laneShare = 2; $0.admission.reserve = 0
        }
        let acme = try tenant("acme")
        for number in 0..<20 { _ = admission.offer(call(acme, number, host: "slow"), at: Self.start) }
        let first = popAll(&admission)
        #expect(first.count == 8, "nobody else wants a place")
        for number in 20..<40 { _ = admission.offer(call(acme, number, host: "quick"), at: Self.start) }
        for admitted in first.prefix(3) { admission.ended(end(admitted), at: Self.start) }
        #expect(popAll(&admission).map(\.call.host) == ["quick", "quick", "slow"])
    }

    @Test func whoeverHasNothingLeftWakesExecutionWithTheNextCall() throws {
        var admission = admission()
        let acme = try tenant("acme")
        for number in 0..<5 {
            #expect({ admission.offer(call(acme, number), at: Self.start) }() == .accepted(wakes: true))
            let popped = popAll(&admission)
            #expect(popped.count == 1)
            for admitted in popped where number % 2 == 0 { admission.ended(end(admitted), at: Self.start) }
            #expect(popAll(&admission).isEmpty)
        }
    }

    @Test func alsoAfterWhatWaitedWasGivenBack() throws {
        var admission = admission {
            $0.maxRunning = 1; $0.admission.reserve = 0
        }
        let acme = try tenant("acme")
        for number in 0..<5 { _ = admission.offer(call(acme, number), at: Self.start) }
        let running = popAll(&admission)
        admission.hold(LaneHolds(hosts: ["a"]), of: acme, at: Self.start)
        admission.hold(LaneHolds(), of: acme, at: Self.start)
        for admitted in running { admission.ended(end(admitted), at: Self.start) }
        #expect(popAll(&admission).isEmpty)
        #expect({ admission.offer(call(acme, 9), at: Self.start) }() == .accepted(wakes: true))
        #expect(popAll(&admission).count == 1)
    }

    // MARK: - Limits

    @Test func limitsThatAreSetHoldAlsoForOneAlone() throws {
        var admission = admission {
            $0.admission.mostPerLane = 3; $0.admission.mostPerTenant = 5
        }
        let acme = try tenant("acme")
        for number in 0..<50 { _ = admission.offer(call(acme, number, host: number % 2 == 0 ? "a" : "b"), at: Self.start) }
        for number in 50..<60 { _ = admission.offer(call(acme, number, host: "c"), at: Self.start) }
        let first = popAll(&admission)
        #expect(first.count == 5 && first.count { $0.call.host == "a" } <= 3)
        admission.ended(end(first[0]), at: Self.start)
        #expect(popAll(&admission).count == 1)
    }

    @Test func ratesHoldOverTimeAndWakeTheEngineWhenTheNextMayGo() throws {
        var admission = admission { $0.admission.ratePerLane = .init(perSecond: 10, burst: 2) }
        let acme = try tenant("acme")
        for number in 0..<100 { _ = admission.offer(call(acme, number), at: Self.start) }
        var now = Self.start
        var started = popAll(&admission, at: now).count
        #expect(started == 2)
        while now < Self.start + .seconds(3), let next = admission.nextWake {
            now = max(now, next)
            admission.advance(to: now)
            started += popAll(&admission, at: now).count
        }
        #expect(started == 32)
    }

    @Test func inTheCompanyOfOthersATenantHasAPartOfTheStarts() throws {
        var admission = admission()
        let (loud, quiet) = (try tenant("loud"), try tenant("quiet"))
        for number in 0..<200 { _ = admission.offer(call(loud, number), at: Self.start) }
        /// Takes what may start now, and says how many it was; none of it is committed.
        func starts(at now: Uptime) -> Int {
            var count = 0
            while admission.pop(at: now) != nil { count += 1 }
            return count
        }
        #expect(starts(at: Self.start) == 32, "alone it has all")
        for _ in 0..<32 { _ = admission.started(loud) }
        _ = admission.offer(call(quiet, 500), at: Self.start)
        #expect(starts(at: Self.start) == 5, "the quiet one's, and an eighth of the starts")
        #expect({ admission.started(loud) }(), "there is more to do")
        #expect(starts(at: Self.start) == 1, "one is committed, one follows")
        let later = Self.start + Admission.company
        #expect(starts(at: later) == 27, "it is alone again, and has the rest")
        #expect(admission.starting == 32)
    }

    @Test func inTheCompanyOfOthersAllThatWaitsComesInTheEnd() throws {
        var admission = admission()
        let tenants = try (0..<5).map { try tenant("t\($0)") }
        for number in 0..<1_000 { _ = admission.offer(call(tenants[number % 5], number), at: Self.start) }
        var (running, served) = ([Admitted](), 0)
        repeat {
            while let admitted = admission.pop(at: Self.start) { running.append(admitted) }
            guard let admitted = running.first else { break }
            running.removeFirst()
            _ = admission.started(admitted.call.key.tenant)
            admission.ended(end(admitted), at: Self.start)
            served += 1
        } while served < 2_000
        #expect(served == 1_000)
        #expect(admission.waiting == 0)
    }

    @Test func whatWaitsIsBoundedAndThereIsWordOfRoom() throws {
        var admission = admission {
            $0.executionQueuePerTenant = 4; $0.executionQueuePerLane = 4; $0.maxRunning = 1; $0.admission.reserve = 0
        }
        let acme = try tenant("acme")
        var offers = (0..<6).map { admission.offer(call(acme, $0), at: Self.start) }
        #expect(offers.count { $0 == .full } == 2)
        #expect(admission.waiting == 4)
        var running = popAll(&admission)
        #expect(admission.takeNews().relieved.isEmpty, "three of four still wait")
        admission.ended(end(running[0]), at: Self.start)
        running = popAll(&admission)
        #expect(admission.takeNews().relieved == [acme])
        offers = (6..<9).map { admission.offer(call(acme, $0), at: Self.start) }
        #expect(offers.count { $0 == .full } == 1)
    }

    @Test func aFullHouseStillHasRoomForWhoComesNew() throws {
        var admission = admission {
            $0.executionQueueTotal = 1_000; $0.maxRunning = 1
        }
        for name in 0..<20 {
            let loud = try tenant("loud\(name)")
            for number in 0..<2_000 { _ = admission.offer(call(loud, name * 10_000 + number), at: Self.start) }
        }
        #expect(admission.waiting <= 1_100)
        let offered = admission.offer(call(try tenant("quiet"), 1), at: Self.start)
        #expect(offered == .accepted(wakes: true))
    }

    @Test func aCallThatIsOfferedTwiceWaitsOnce() throws {
        var admission = admission()
        let acme = try tenant("acme")
        let offers = [admission.offer(call(acme, 1), at: Self.start), admission.offer(call(acme, 1), at: Self.start)]
        #expect(offers == [.accepted(wakes: true), .accepted(wakes: false)])
        #expect(popAll(&admission).count == 1)
    }

    // MARK: - Targets that fail or are paused

    @Test func aFailingTargetIsLeftAloneAndItsCallsGoBackUnharmed() throws {
        var admission = admission {
            $0.admission.failuresToOpen = 2; $0.admission.probes = 1
        }
        let acme = try tenant("acme")
        let lane = LaneKey(tenant: acme, host: "a")
        for number in 0..<2 { _ = admission.offer(call(acme, number), at: Self.start) }
        let running = popAll(&admission)
        for number in 2..<10 { _ = admission.offer(call(acme, number), at: Self.start) }
        for admitted in running { admission.ended(end(admitted, .failed(retryAfter: nil)), at: Self.start) }
        let news = admission.takeNews()
        #expect(news.openings == 1 && news.returned.count == 8 && admission.waiting == 0)
        let refused = admission.offer(call(acme, 20), at: Self.start)
        #expect(refused == .laneFull)
        #expect({ admission.offer(call(acme, 21, host: "b"), at: Self.start) }() == .accepted(wakes: false), "other targets go on")
        _ = popAll(&admission)
        let until = try #require(admission.nextWake)
        #expect(until == Self.start + .seconds(5))
        admission.advance(to: until)
        #expect(admission.takeNews().released == [lane])
        let offers = (30..<33).map { admission.offer(call(acme, $0), at: until) }
        #expect(offers.count { $0 == .laneFull } == 2, "one is tried")
        let probe = try #require(popAll(&admission, at: until).first)
        admission.ended(end(probe), at: until)
        #expect(admission.takeNews().released == [lane])
        #expect({ admission.room(in: lane, at: until) }() > 1_000)
    }

    @Test func aPausedTargetGivesBackWhatWaitsAndSaysWhenItGoesOn() throws {
        var admission = admission {
            $0.maxRunning = 1; $0.admission.reserve = 0
        }
        let acme = try tenant("acme")
        for number in 0..<5 { _ = admission.offer(call(acme, number), at: Self.start) }
        #expect(popAll(&admission).count == 1)
        admission.hold(LaneHolds(hosts: ["a"]), of: acme, at: Self.start)
        #expect(admission.takeNews().returned.count == 4)
        #expect({ admission.offer(call(acme, 9), at: Self.start) }() == .laneFull)
        #expect({ admission.room(in: LaneKey(tenant: acme, host: "a"), at: Self.start) }() == 0)
        admission.hold(LaneHolds(hosts: ["a"]), of: acme, at: Self.start)
        admission.hold(LaneHolds(), of: acme, at: Self.start)
        admission.hold(LaneHolds(), of: acme, at: Self.start)
        #expect(admission.takeNews().released == [LaneKey(tenant: acme, host: "a")])
        #expect({ admission.offer(call(acme, 9), at: Self.start) }() == .accepted(wakes: false))
    }

    @Test func aPausedTenantTakesNothing() throws {
        var admission = admission()
        let (acme, beta) = (try tenant("acme"), try tenant("beta"))
        for number in 0..<5 { _ = admission.offer(call(acme, number), at: Self.start) }
        admission.hold(LaneHolds(isPaused: true), of: acme, at: Self.start)
        #expect(admission.takeNews().paused.count == 5)
        #expect({ admission.offer(call(acme, 9), at: Self.start) }() == .paused)
        #expect({ admission.offer(call(beta, 9), at: Self.start) }() == .accepted(wakes: true))
        #expect(popAll(&admission).map(\.call.key.tenant) == [beta])
        admission.hold(LaneHolds(), of: acme, at: Self.start)
        #expect(admission.takeNews().relieved == [acme])
    }

    @Test func nothingIsTakenBeforeItIsKnownWhatIsPaused() throws {
        let queue = ExecutionQueue(EngineSettings(), unknown: [PartitionId(0), PartitionId(1)])
        let acme = try tenant("acme")
        #expect(queue.offer(call(acme, 1), at: Self.start) == .full)
        queue.knowsHolds(of: PartitionId(0))
        queue.knowsHolds(of: PartitionId(0))
        #expect(queue.step([], at: Self.start).news.relieved.isEmpty)
        queue.hold(LaneHolds(hosts: ["a"]), of: acme, at: Self.start)
        queue.knowsHolds(of: PartitionId(1))
        #expect(queue.step([], at: Self.start).news.relieved == [acme])
        #expect(queue.offer(call(acme, 1), at: Self.start) == .laneFull)
        queue.close()
        #expect(queue.offer(call(acme, 2, host: "b"), at: Self.start) == .full)
    }

    @Test func theOverviewTellsHowTargetsFare() throws {
        var admission = admission {
            $0.admission.failuresToOpen = 2; $0.maxRunning = 2; $0.admission.reserve = 0
        }
        let acme = try tenant("acme")
        for number in 0..<3 { _ = admission.offer(call(acme, number, host: "bad"), at: Self.start) }
        for admitted in popAll(&admission) { admission.ended(end(admitted, .failed(retryAfter: nil)), at: Self.start) }
        for number in 3..<6 { _ = admission.offer(call(acme, number, host: "good"), at: Self.start) }
        _ = popAll(&admission)
        admission.hold(LaneHolds(hosts: ["held"]), of: acme, at: Self.start)
        let now = (now: Instant(microseconds: 0), uptime: Self.start)
        let states = admission.targets(of: acme, at: now)
        #expect(states.map(\.host) == ["bad", "good", "held"])
        #expect(states.map(\.state) == [.open, .closed, .paused])
        #expect(states[0].openUntil == Instant(microseconds: 5_000_000) && states[0].parked && states[0].errorRate == 1)
        #expect(states[0].consecutiveFailures == 2 && states[0].p99 == 20)
        #expect(states[1].running == 2 && states[1].waiting == 1)
        #expect(admission.targets(of: try tenant("beta"), at: now).isEmpty, "of one tenant only")
    }

    @Test func targetsThatAreNotUsedAreForgotten() throws {
        var admission = admission { $0.admission.lanesKept = 100 }
        let acme = try tenant("acme")
        for number in 0..<1_000 {
            _ = admission.offer(call(acme, number, host: "h\(number)"), at: Self.start)
            for admitted in popAll(&admission) { admission.ended(end(admitted), at: Self.start) }
        }
        #expect(admission.laneCount <= 101)
        #expect(admission.tenants[acme]?.lanes.count == admission.laneCount)
    }
}
