import PropertyKit
import Testing

@testable import Domain

/// What becomes of occurrences where clocks are changed: the tables of docs/schedules.md, and random zones.
@Suite struct ClockChangeTests {
    private static func upcoming(_ recurrence: Recurrence, _ count: Int, after start: String, _ zone: any ZoneRules) -> [String] {
        ScheduleTiming(recurrence: recurrence).upcoming(after: Moment.at(start), count: count, zone: zone).map(\.rfc3339)
    }

    private func cron(_ text: String, _ count: Int, after start: String, _ zone: any ZoneRules) throws -> [String] {
        Self.upcoming(.cron(try CronExpression(text)), count, after: start, zone)
    }

    private func every(_ text: String, _ count: Int, after start: String, _ zone: any ZoneRules) throws -> [String] {
        Self.upcoming(.every(try RepeatingInterval(text, start: .earliest)), count, after: start, zone)
    }

    @Test func aTimeThatClocksLeapOverFiresOnceAtTheEndOfTheLeap() throws {
        #expect(
            try cron("30 2 * * *", 3, after: "2026-03-28T00:00:00Z", TableZone.berlin)
                == ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])
        #expect(
            try cron("0,20,40 2 * * *", 4, after: "2026-03-28T01:39:00Z", TableZone.berlin)
                == ["2026-03-28T01:40:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z", "2026-03-30T00:20:00Z"])
    }

    @Test func aLeaptTimeAndTheEndOfTheLeapAreOneOccurrence() throws {
        #expect(
            try cron("0 1-4 * * *", 4, after: "2026-03-28T23:00:00Z", TableZone.berlin)
                == ["2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T23:00:00Z"])
    }

    @Test func aTimeThatComesTwiceFiresOnceAtTheFirst() throws {
        #expect(
            try cron("30 2 * * *", 3, after: "2026-10-24T00:00:00Z", TableZone.berlin)
                == ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"])
        #expect(try cron("30 2 * * *", 1, after: "2026-10-25T01:10:00Z", TableZone.berlin) == ["2026-10-26T01:30:00Z"])
        #expect(
            try cron("0 1-4 * * *", 5, after: "2026-10-24T22:30:00Z", TableZone.berlin)
                == [
                    "2026-10-24T23:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z", "2026-10-26T00:00:00Z",
                ])
    }

    @Test func withAStarInMinuteOrHourItFollowsTheClock() throws {
        #expect(
            try cron("0 * * * *", 3, after: "2026-03-29T00:00:00Z", TableZone.berlin)
                == ["2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T03:00:00Z"])
        #expect(
            try cron("*/30 2 * * *", 3, after: "2026-03-28T01:00:00Z", TableZone.berlin)
                == ["2026-03-28T01:30:00Z", "2026-03-30T00:00:00Z", "2026-03-30T00:30:00Z"])
        #expect(
            try cron("*/30 2 * * *", 5, after: "2026-10-24T22:00:00Z", TableZone.berlin)
                == [
                    "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:00:00Z",
                ])
        #expect(
            try cron("15 */2 * * *", 3, after: "2026-10-24T23:00:00Z", TableZone.berlin)
                == ["2026-10-25T00:15:00Z", "2026-10-25T01:15:00Z", "2026-10-25T03:15:00Z"])
    }

    @Test func halfAnHourOfSavingIsNoSpecialCase() throws {
        // 02:00 comes back as 01:30 on 5 April, and leaps to 02:30 on 4 October.
        #expect(
            try cron("45 1 * * *", 2, after: "2026-04-04T12:00:00Z", TableZone.lordHowe) == [
                "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z",
            ])
        #expect(
            try cron("*/15 1 * * *", 6, after: "2026-04-04T13:59:00Z", TableZone.lordHowe)
                == ["14:00", "14:15", "14:30", "14:45", "15:00", "15:15"].map { "2026-04-04T\($0):00Z" })
        #expect(
            try cron("15 2 * * *", 2, after: "2026-10-03T12:00:00Z", TableZone.lordHowe) == [
                "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z",
            ])
    }

    @Test func aDayThatDoesNotExistFiresAtTheStartOfTheNext() throws {
        #expect(
            try cron("0 9 * * *", 3, after: "2011-12-29T00:00:00Z", TableZone.apia)
                == ["2011-12-29T19:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T19:00:00Z"])
        // Midnight of the day that is missing is midnight of the next.
        #expect(
            try cron("0 0 * * *", 3, after: "2011-12-29T00:00:00Z", TableZone.apia)
                == ["2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"])
    }

    @Test func daysOfAnIntervalKeepTheTimeOfTheClock() throws {
        #expect(
            try every("R/2026-03-28T01:30:00Z/P1D", 3, after: "2026-03-28T00:00:00Z", TableZone.berlin)
                == ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"])
        #expect(
            try every("R/2026-10-18T00:30:00Z/P1W", 3, after: "2026-10-01T00:00:00Z", TableZone.berlin)
                == ["2026-10-18T00:30:00Z", "2026-10-25T00:30:00Z", "2026-11-01T01:30:00Z"])
        // A start in the second 02:30 stays what it was.
        #expect(
            try every("R/2026-10-25T01:30:00Z/P1D", 2, after: "2026-10-25T00:00:00Z", TableZone.berlin)
                == ["2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"])
    }

    @Test func hoursOfAnIntervalAreExact() throws {
        #expect(
            try every("R/2026-03-28T01:30:00Z/PT24H", 3, after: "2026-03-28T00:00:00Z", TableZone.berlin)
                == ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T01:30:00Z"])
    }

    // MARK: Random zones

    private struct Case: CustomStringConvertible {
        let zone: TableZone
        let text: String

        var description: String { "\(text) in \(zone)" }
    }

    private static func cases(_ random: inout SeededGenerator) -> [Case] {
        (0..<4).map { _ in Case(zone: .random(&random), text: RandomCron.text(&random, dense: true)) }
    }

    /// Every second that local clocks show is looked at, in order.
    private static func occurrences(_ each: Case, from start: Int, to end: Int) -> [Int] {
        let oracle = CronOracle(each.text)
        let seconds = Array(stride(from: start - 2 * 86_400, to: end, by: 60))
        if oracle.followsClock { return seconds.filter { $0 > start && oracle.matches(each.zone.local(at: $0)) } }
        // The times that clocks have shown, or leapt over, since they showed most.
        var found: [Int] = []
        var shown = each.zone.local(at: seconds[0])
        for second in seconds {
            let local = each.zone.local(at: second)
            guard local > shown else { continue }
            if stride(from: shown + 60, through: local, by: 60).contains(where: oracle.matches) { found.append(second) }
            shown = local
        }
        return found.filter { $0 > start }
    }

    @Test func inAnyZoneEachOccurrenceComesOnceFromWhereverItIsContinued() throws {
        let start = Moment.second("2026-01-01T00:00:00Z")
        let end = start + 20 * 86_400
        try forAll(cases: 30, generate: Self.cases) { cases in
            for each in cases {
                guard let cron = try? CronExpression(each.text) else { continue }
                let expected = Self.occurrences(each, from: start, to: end)
                var found: [Int] = []
                var last = start
                while let next = cron.next(after: Instant(microseconds: Int64(last) * 1_000_000), zone: each.zone)?.seconds, next < end {
                    guard next > last else { throw Falsified.of("\(Moment.text(next)) comes after \(Moment.text(last))") }
                    found.append(next)
                    last = next
                }
                guard found == expected else {
                    let wrong = Set(found).symmetricDifference(expected).sorted().prefix(4).map(Moment.text)
                    throw Falsified.of("\(found.count) instead of \(expected.count), first \(wrong)")
                }
                try Self.continues(cron, each.zone, found, from: start, to: end)
            }
        }
    }

    /// Begun again at any point, the rest is the same.
    private static func continues(_ cron: CronExpression, _ zone: TableZone, _ found: [Int], from start: Int, to end: Int) throws {
        var index = 0
        for point in stride(from: start, to: end, by: 421) {
            while index < found.count, found[index] <= point { index += 1 }
            guard index < found.count else { return }
            guard cron.next(after: Instant(microseconds: Int64(point) * 1_000_000 + 1), zone: zone)?.seconds == found[index] else {
                throw Falsified.of("begun again at \(Moment.text(point)) it differs")
            }
        }
    }
}
