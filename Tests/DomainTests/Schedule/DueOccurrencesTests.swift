import PropertyKit
import Testing

@testable import Domain

/// Given a schedule and how far it has come, when it is asked at some time, then these are submitted.
@Suite struct DueOccurrencesTests {
    private struct Scenario {
        let timing: ScheduleTiming
        var cursor: Instant
        var most = 100

        init(_ cron: String, _ misfire: MisfireRule, cursor: String, most: Int = 100, notAfter: String? = nil) throws {
            timing = ScheduleTiming(
                recurrence: .cron(try CronExpression(cron)), misfire: misfire, notAfter: notAfter.map(Moment.at))
            self.cursor = Moment.at(cursor)
            self.most = most
        }

        func due(_ now: String) -> DueOccurrences {
            timing.due(after: cursor, now: Moment.at(now), zone: FixedZone.utc, misfireAfter: .seconds(60), most: most)
        }
    }

    private func hours(_ hours: ClosedRange<Int>) -> [Instant] {
        hours.map { Moment.at("2026-11-21T\($0 < 10 ? "0" : "")\($0):00:00Z") }
    }

    @Test(arguments: MisfireRule.allCases)
    func nothingIsDueBeforeItsTime(rule: MisfireRule) throws {
        let due = try Scenario("0 * * * *", rule, cursor: "2026-11-21T10:00:00Z").due("2026-11-21T10:59:59.999999Z")
        #expect(due.occurrences == [] && due.skipped == 0)
        #expect(due.cursor == Moment.at("2026-11-21T10:00:00Z") && due.next == Moment.at("2026-11-21T11:00:00Z"))
    }

    @Test(arguments: MisfireRule.allCases)
    func whatIsOnTimeIsSubmittedWhateverTheRule(rule: MisfireRule) throws {
        for now in ["2026-11-21T11:00:00Z", "2026-11-21T11:01:00Z"] {
            let due = try Scenario("0 * * * *", rule, cursor: "2026-11-21T10:00:00Z").due(now)
            #expect(due.occurrences == hours(11...11) && due.skipped == 0)
            #expect(due.cursor == Moment.at("2026-11-21T11:00:00Z") && due.next == Moment.at("2026-11-21T12:00:00Z"))
        }
    }

    @Test func allMakesUpForEachMissedOne() throws {
        let due = try Scenario("0 * * * *", .all, cursor: "2026-11-21T05:00:00Z").due("2026-11-21T10:30:00Z")
        #expect(due.occurrences == hours(6...10) && due.skipped == 0 && due.next == Moment.at("2026-11-21T11:00:00Z"))
    }

    @Test func allKeepsTheNewestUpToTheLimit() throws {
        let due = try Scenario("0 * * * *", .all, cursor: "2026-11-21T05:00:00Z", most: 3).due("2026-11-21T10:30:00Z")
        #expect(due.occurrences == hours(8...10) && due.skipped == 2 && due.cursor == Moment.at("2026-11-21T10:00:00Z"))
    }

    @Test func latestMakesUpForTheNewestMissedOne() throws {
        let due = try Scenario("0 * * * *", .latest, cursor: "2026-11-21T05:00:00Z").due("2026-11-21T10:30:00Z")
        #expect(due.occurrences == hours(10...10) && due.skipped == 4 && due.next == Moment.at("2026-11-21T11:00:00Z"))
    }

    @Test func latestMakesUpForNoneWhenOneIsOnTime() throws {
        let due = try Scenario("0 * * * *", .latest, cursor: "2026-11-21T05:00:00Z").due("2026-11-21T10:00:30Z")
        #expect(due.occurrences == hours(10...10) && due.skipped == 4)
    }

    @Test func skipMakesUpForNone() throws {
        let late = try Scenario("0 * * * *", .skip, cursor: "2026-11-21T05:00:00Z").due("2026-11-21T10:30:00Z")
        #expect(late.occurrences == [] && late.skipped == 5 && late.cursor == Moment.at("2026-11-21T10:00:00Z"))
        let onTime = try Scenario("0 * * * *", .skip, cursor: "2026-11-21T05:00:00Z").due("2026-11-21T10:00:30Z")
        #expect(onTime.occurrences == hours(10...10) && onTime.skipped == 4)
    }

    @Test func whatIsOnTimeIsNotDroppedButComesInParts() throws {
        var scenario = try Scenario("* * * * *", .skip, cursor: "2026-11-21T10:00:00Z", most: 2)
        var submitted: [Instant] = []
        for _ in 0..<4 {
            let due = scenario.timing.due(
                after: scenario.cursor, now: Moment.at("2026-11-21T10:05:00Z"), zone: FixedZone.utc, misfireAfter: .hours(1), most: 2)
            #expect(due.occurrences.count <= 2 && due.skipped == 0)
            submitted += due.occurrences
            scenario.cursor = due.cursor
        }
        #expect(submitted == (1...5).map { Moment.at("2026-11-21T10:0\($0):00Z") })
    }

    @Test func missedOnesFillTheLimitBeforeThoseOnTime() throws {
        let scenario = try Scenario("* * * * *", .all, cursor: "2026-11-21T10:00:00Z", most: 3)
        let due = scenario.due("2026-11-21T10:10:00Z")
        #expect(due.occurrences == (6...8).map { Moment.at("2026-11-21T10:0\($0):00Z") } && due.skipped == 5)
        #expect(due.next == Moment.at("2026-11-21T10:09:00Z"), "it is due already: ask again")
    }

    @Test func anEndedScheduleHasNoNext() throws {
        let scenario = try Scenario("0 * * * *", .all, cursor: "2026-11-21T08:00:00Z", notAfter: "2026-11-21T10:00:00Z")
        let due = scenario.due("2026-12-01T00:00:00Z")
        #expect(due.occurrences == hours(9...10) && due.next == nil && due.cursor == Moment.at("2026-11-21T10:00:00Z"))
    }

    /// After years of standing still a schedule of every minute has millions of occurrences behind it.
    @Test(arguments: MisfireRule.allCases)
    func aLongStandstillIsDealtWithInBoundedWork(rule: MisfireRule) throws {
        for every in ["PT1S", "PT1M", "P1D"] {
            let timing = ScheduleTiming(
                recurrence: .every(try RepeatingInterval("R/2000-01-01T00:00:00Z/\(every)", start: .earliest)), misfire: rule)
            let due = timing.due(
                after: Moment.at("2000-01-01T00:00:00Z"), now: Moment.at("2026-11-21T10:10:30Z"), zone: FixedZone.utc,
                misfireAfter: .seconds(3), most: 50)
            #expect(due.skipped == ScheduleTiming.mostCounted)
            #expect(due.occurrences.count == (rule == .all ? 50 : rule == .latest && every != "PT1S" ? 1 : every == "PT1S" ? 4 : 0))
            #expect(
                due.cursor == timing.upcoming(after: Moment.at("2026-11-20T00:00:00Z"), count: 1_000_000, zone: FixedZone.utc, until: due))
        }
    }

    @Test func theClockMayGoBack() throws {
        let due = try Scenario("0 * * * *", .all, cursor: "2026-11-21T10:00:00Z").due("2026-11-21T08:00:00Z")
        #expect(due.occurrences == [] && due.cursor == Moment.at("2026-11-21T10:00:00Z") && due.next == Moment.at("2026-11-21T11:00:00Z"))
    }

    // MARK: However often it is asked, and wherever it is stopped

    private struct Step: CustomStringConvertible {
        /// Seconds that pass before it is asked.
        let wait: Int
        /// Stopped before the cursor was stored.
        let crashes: Bool

        var description: String { crashes ? "crash after \(wait) s" : "ask after \(wait) s" }
    }

    @Test(arguments: ["*/7 * * * *", "30 */5 * * *", "0 6 * * *"])
    func withRuleAllEachOccurrenceIsSubmittedInOrder(cron: String) throws {
        let timing = ScheduleTiming(recurrence: .cron(try CronExpression(cron)))
        let start = Moment.second("2026-03-27T00:00:00Z")
        func steps(_ random: inout SeededGenerator) -> [Step] {
            (0..<40).map { _ in Step(wait: Int.random(in: 0...20_000, using: &random), crashes: random.chance(30)) }
        }
        try forAll(cases: 60, generate: steps) { steps in
            var (now, cursor, submitted) = (start, Instant(microseconds: Int64(start) * 1_000_000), [Instant]())
            for step in steps {
                now += step.wait
                let due = timing.due(
                    after: cursor, now: Instant(microseconds: Int64(now) * 1_000_000), zone: TableZone.berlin, misfireAfter: .seconds(60),
                    most: 1_000)
                guard due.skipped == 0, due.cursor >= cursor else { throw Falsified.of("skipped \(due.skipped)") }
                submitted += due.occurrences.filter { !submitted.contains($0) }
                if !step.crashes { cursor = due.cursor }
            }
            let expected = timing.upcoming(
                after: Instant(microseconds: Int64(start) * 1_000_000), count: 100_000, zone: TableZone.berlin, until: now)
            guard submitted == expected else { throw Falsified.of("\(submitted.count) of \(expected.count) submitted") }
        }
    }
}

extension ScheduleTiming {
    /// All occurrences up to `second`.
    fileprivate func upcoming(after start: Instant, count: Int, zone: any ZoneRules, until second: Int) -> [Instant] {
        var all: [Instant] = []
        var last = start
        while all.count < count, let next = next(after: last, zone: zone), next.seconds <= second {
            all.append(next)
            last = next
        }
        return all
    }

    /// The last occurrence before the one that `due` tells to wait for.
    fileprivate func upcoming(after start: Instant, count: Int, zone: any ZoneRules, until due: DueOccurrences) -> Instant? {
        due.next.flatMap { upcoming(after: start, count: count, zone: zone, until: $0.seconds - 1).last }
    }
}
