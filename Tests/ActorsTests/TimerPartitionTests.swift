import Domain
import Ports
import PropertyKit
import Testing

@testable import Actors

@Suite struct TimerPartitionTests {
    private static let start = Instant(microseconds: 1_000_000_000)
    private static let uptime = Uptime(microseconds: 5_000_000)
    private let clocks = (now: start, uptime: uptime)

    private func key(_ number: Int, _ tenant: String = "acme") throws -> ServiceCallKey {
        ServiceCallKey(tenant: try #require(TenantId(tenant)), id: ServiceCallId(UniqueId(high: 0, low: UInt64(number))))
    }

    private func partition(windowLimit: Int = 100, sweptBy: TimeSpan? = .seconds(100)) -> TimerPartition {
        var partition = TimerPartition(id: PartitionId(0), firstEpoch: 5, windowLimit: windowLimit)
        if let sweptBy { _ = partition.raise(to: Self.start + sweptBy) }
        return partition
    }

    private func due(_ key: ServiceCallKey, in seconds: Int64, version: Int64 = 1) -> TimerChange {
        TimerChange(key: key, host: "example.com", version: version, kind: .due(Self.start + .seconds(seconds)))
    }

    private func popAll(_ partition: inout TimerPartition, after seconds: Int64) -> [UInt64] {
        var popped: [UInt64] = []
        let at = (now: Self.start + .seconds(seconds), uptime: Self.uptime + .seconds(seconds))
        while let call = partition.popDue(at) { popped.append(call.key.id.value.low) }
        return popped
    }

    @Test func callsComeInTheOrderOfTheirDueTimesAndNotBefore() throws {
        var partition = partition()
        for (number, seconds) in [(1, 30), (2, 10), (3, 20)] {
            partition.apply(due(try key(number), in: Int64(seconds)), clocks: clocks, grace: .zero)
        }
        let first = partition.nextDue()
        #expect(first == Self.start + .seconds(10))
        #expect({ popAll(&partition, after: 9) }() == [])
        #expect({ popAll(&partition, after: 20) }() == [2, 3])
        #expect({ popAll(&partition, after: 30) }() == [1])
        let last = partition.nextDue()
        #expect(last == nil)
    }

    @Test func whatLiesBeyondTheHorizonIsLeftToTheStore() throws {
        var partition = partition(sweptBy: .seconds(10))
        partition.apply(due(try key(1), in: 11), clocks: clocks, grace: .zero)
        #expect(partition.dueCount == 0)
        partition.apply(due(try key(2), in: 10), clocks: clocks, grace: .zero)
        #expect(partition.dueCount == 1)
    }

    @Test func nothingIsKeptBeforeTheFirstSweep() throws {
        var partition = partition(sweptBy: nil)
        partition.apply(due(try key(1), in: 0), clocks: clocks, grace: .zero)
        #expect(partition.dueCount == 0)
        #expect(partition.sweepStart == .first)
    }

    @Test func aNewerVersionMovesACallAndAnOlderOneDoesNot() throws {
        var partition = partition()
        partition.apply(due(try key(1), in: 10, version: 1), clocks: clocks, grace: .zero)
        partition.apply(due(try key(1), in: 20, version: 2), clocks: clocks, grace: .zero)
        partition.apply(due(try key(1), in: 5, version: 1), clocks: clocks, grace: .zero)
        #expect({ popAll(&partition, after: 19) }() == [])
        #expect({ popAll(&partition, after: 20) }() == [1])
    }

    @Test func whatHasEndedIsForgotten() throws {
        var partition = partition()
        partition.apply(due(try key(1), in: 10), clocks: clocks, grace: .zero)
        partition.apply(TimerChange(key: try key(1), host: "example.com", version: 2, kind: .ended), clocks: clocks, grace: .zero)
        #expect({ popAll(&partition, after: 60) }() == [])
    }

    @Test func anAttemptWithoutReportIsGivenUpOnTheMonotonicClock() throws {
        var partition = partition()
        let running = TimerChange(
            key: try key(1), host: "example.com", version: 2, kind: .running(attempt: 3, deadline: Self.start + .seconds(30)))
        partition.apply(running, clocks: clocks, grace: .seconds(2))
        let next = partition.nextOverdue()
        #expect(next == Self.uptime + .seconds(32))
        let early = partition.popOverdue(at: Self.uptime + .seconds(31))
        #expect(early == nil)
        let overdue = partition.popOverdue(at: Self.uptime + .seconds(32))
        #expect(overdue?.attempt == 3 && overdue?.isOrphan == false)
        #expect(partition.watchCount == 0)
    }

    @Test func anAttemptOfAnOwnerThatMayStillRunGetsUntilItsTimeOut() throws {
        var partition = TimerPartition(id: PartitionId(0), firstEpoch: 5, orphansMayRun: true, windowLimit: 100)
        let running = DueEntry.Running(attempt: 1, epoch: 4, deadline: Self.start + .seconds(30))
        let entry = DueEntry(
            tenant: try key(1).tenant, id: try key(1).id, host: "example.com", version: 2, dueAt: Self.start, running: running)
        partition.add([entry], of: entry.tenant, isFull: false, clocks: clocks, grace: .seconds(2))
        let early = partition.popOverdue(at: Self.uptime + .seconds(31))
        #expect(early == nil)
        let overdue = partition.popOverdue(at: Self.uptime + .seconds(32))
        #expect(overdue?.isOrphan == true)
    }

    @Test func anAttemptOfAnEarlierOwnerIsAnOrphanAtOnce() throws {
        var partition = partition()
        let running = DueEntry.Running(attempt: 1, epoch: 4, deadline: Self.start + .seconds(600))
        let entry = DueEntry(
            tenant: try key(1).tenant, id: try key(1).id, host: "example.com", version: 2, dueAt: Self.start, running: running)
        partition.add([entry], of: entry.tenant, isFull: false, clocks: clocks, grace: .seconds(2))
        let overdue = partition.popOverdue(at: Self.uptime)
        #expect(overdue?.isOrphan == true)
    }

    @Test func aPausedPartitionHandsOutNothing() throws {
        var partition = partition()
        partition.apply(due(try key(1), in: 0), clocks: clocks, grace: .zero)
        let popped = partition.popDue(clocks)
        let call = try #require(popped)
        partition.apply(due(try key(2), in: 0), clocks: clocks, grace: .zero)
        partition.postpone(call, until: Self.uptime + .seconds(1))
        let next = partition.nextDue()
        #expect(next == nil)
        #expect(partition.nextResumption == Self.uptime + .seconds(1))
        let paused = partition.popDue(clocks)
        #expect(paused == nil)
        #expect({ popAll(&partition, after: 1) }() == [1, 2])
    }

    // MARK: - A wall clock that is set back

    private func retry(_ key: ServiceCallKey, in seconds: Int64, version: Int64) -> TimerChange {
        TimerChange(
            key: key, host: "example.com", version: version, kind: .due(Self.start + .seconds(seconds)), backOff: .seconds(seconds))
    }

    /// Both clocks after so many seconds, the wall clock an hour behind.
    private func setBack(_ seconds: Int64) -> (now: Instant, uptime: Uptime) {
        (Self.start - .hours(1) + .seconds(seconds), Self.uptime + .seconds(seconds))
    }

    @Test func aRetryThatHasWaitedEnoughIsToldOfAndADueTimeThatSomebodyChoseIsNot() throws {
        var partition = partition()
        partition.apply(retry(try key(1), in: 10, version: 3), clocks: clocks, grace: .zero)
        partition.apply(due(try key(2), in: 10), clocks: clocks, grace: .zero)
        #expect(partition.nextElapsed == Self.uptime + .seconds(15))
        let early = partition.popElapsed(setBack(14))
        let elapsed = partition.popElapsed(setBack(15))
        let more = partition.popElapsed(setBack(4_000))
        let expected = TimerPartition.BackOff(until: Self.uptime + .seconds(15), key: try key(1), version: 3)
        #expect(early == nil && elapsed == expected && more == nil)
        #expect(partition.dueCount == 2, "both still wait")
    }

    @Test func aRetryIsToldOfAgainUntilItHasANewDueTime() throws {
        var partition = partition()
        partition.apply(retry(try key(1), in: 10, version: 3), clocks: clocks, grace: .zero)
        let first = partition.popElapsed(setBack(15))
        partition.again(try #require(first), at: Self.uptime + .seconds(16))
        let second = partition.popElapsed(setBack(16))
        partition.again(try #require(second), at: Self.uptime + .seconds(17))
        partition.apply(due(try key(1), in: 16, version: 4), clocks: setBack(16), grace: .zero)
        let third = partition.popElapsed(setBack(17))
        #expect(third == nil)
    }

    @Test func aRetryByAClockThatWasNotSetBackIsLeftAlone() throws {
        var partition = partition()
        partition.apply(retry(try key(1), in: 10, version: 3), clocks: clocks, grace: .zero)
        let elapsed = partition.popElapsed((Self.start + .seconds(15), Self.uptime + .seconds(15)))
        #expect(elapsed == nil)
        #expect({ popAll(&partition, after: 15) }() == [1])
    }

    @Test func aCallThatWasEarlyIsBackInItsWindow() throws {
        var partition = partition()
        partition.apply(due(try key(1), in: 0, version: 3), clocks: clocks, grace: .zero)
        let popped = partition.popDue(clocks)
        partition.giveBack(try #require(popped), dueAt: Self.start, at: Self.uptime)
        let nothing = partition.popDue(setBack(1))
        let elapsed = partition.popElapsed(setBack(5))
        let expected = TimerPartition.BackOff(until: Self.uptime + .seconds(5), key: try key(1), version: 3)
        #expect(nothing == nil && elapsed == expected)
        #expect({ popAll(&partition, after: 0) }() == [1], "the clock may be put right again before")
    }

    /// Else one whose report is lost would run until the clock has come to its time again.
    @Test func anAttemptIsGivenUpAfterTheLongestTimeOutAtTheLatest() throws {
        var partition = partition()
        let running = TimerChange(
            key: try key(1), host: "example.com", version: 2, kind: .running(attempt: 1, deadline: Self.start + .seconds(30)))
        partition.apply(running, clocks: setBack(0), grace: .seconds(2))
        let until = partition.nextOverdue()
        #expect(until == Self.uptime + ServiceCallSubmission.timeouts.upperBound + .seconds(2))
    }

    @Test func aBlockedTenantWaitsAndTheOthersDoNot() throws {
        var partition = partition()
        partition.apply(due(try key(1), in: 0), clocks: clocks, grace: .zero)
        partition.apply(due(try key(2), in: 0), clocks: clocks, grace: .zero)
        partition.apply(due(try key(3, "beta"), in: 0), clocks: clocks, grace: .zero)
        let popped = partition.popDue(clocks)
        partition.block(try #require(popped))
        #expect({ popAll(&partition, after: 1) }() == [3])
        partition.unblock(try key(1).tenant)
        #expect({ popAll(&partition, after: 1) }() == [1, 2])
    }

    private struct Broken: Error, CustomStringConvertible { let description: String }

    /// Whatever the limit of the window, and however pages and arrivals interleave: each call is handed out once, in time.
    @Test func aSmallWindowHandsOutEveryCallOfALargeBacklog() throws {
        enum Step { case arrive(Int, Int64), page }
        try forAll(cases: 500) { generator in
            (1...60).map { number in
                generator.chance(70) ? Step.arrive(number, Int64.random(in: 0...50, using: &generator)) : Step.page
            }
        } property: { steps in
            let tenant = try #require(TenantId("acme"))
            let limit = 4
            var stored: [DuePlace: Int] = [:]
            var partition = partition(windowLimit: limit)
            var handedOut: [Int] = []
            func page() {
                guard partition.tenantsWantingPage(at: Self.uptime) == [tenant], let page = partition.raiseWindow(of: tenant) else {
                    return
                }
                let places = stored.keys.filter { $0 > page.after }.sorted().prefix(limit / 2)
                let entries = places.map {
                    DueEntry(tenant: tenant, id: $0.id, host: "example.com", version: 1, dueAt: $0.dueAt, running: nil)
                }
                partition.add(entries, of: tenant, isFull: entries.count >= limit / 2, clocks: clocks, grace: .zero)
            }
            for step in steps {
                switch step {
                case .arrive(let number, let seconds):
                    let id = ServiceCallId(UniqueId(high: 0, low: UInt64(number)))
                    stored[DuePlace(dueAt: Self.start + .seconds(seconds), id: id)] = number
                    let key = ServiceCallKey(tenant: tenant, id: id)
                    partition.apply(due(key, in: seconds), clocks: clocks, grace: .zero)
                case .page: page()
                }
                guard partition.dueCount <= limit else { throw Broken(description: "the window holds \(partition.dueCount)") }
            }
            for _ in 0..<200 {
                while let call = partition.popDue((now: Self.start + .seconds(99), uptime: Self.uptime)) {
                    handedOut.append(Int(call.key.id.value.low))
                    stored[DuePlace(dueAt: call.dueAt, id: call.key.id)] = nil
                }
                page()
            }
            guard stored.isEmpty, Set(handedOut).count == handedOut.count else {
                throw Broken(description: "left \(stored.values.sorted()), handed out \(handedOut)")
            }
        }
    }
}
