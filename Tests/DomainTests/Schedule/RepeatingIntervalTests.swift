import PropertyKit
import Testing

@testable import Domain

@Suite struct RepeatingIntervalTests {
    private static let start = Moment.at("2026-11-21T10:00:00Z")

    private func upcoming(_ text: String, _ count: Int, after start: String, _ zone: any ZoneRules = FixedZone.utc) throws -> [String] {
        let interval = try RepeatingInterval(text, start: Self.start)
        return ScheduleTiming(recurrence: .every(interval)).upcoming(after: Moment.at(start), count: count, zone: zone).map(\.rfc3339)
    }

    private func days(_ text: String, _ count: Int, after start: String) throws -> [String] {
        try upcoming(text, count, after: start).map { String($0.prefix(10)) }
    }

    @Test func anIntervalWithoutAStartCountsFromTheGivenOne() throws {
        #expect(
            try upcoming("PT15M", 3, after: "2026-11-21T10:00:00Z") == ["10:15", "10:30", "10:45"].map { "2026-11-21T\($0):00Z" })
        #expect(try upcoming("PT15M", 1, after: "2026-11-21T09:00:00Z") == ["2026-11-21T10:00:00Z"])
        #expect(try upcoming("PT15M", 1, after: "2026-11-21T10:07:30.5Z") == ["2026-11-21T10:15:00Z"])
        #expect(try RepeatingInterval("PT1S", start: Moment.at("2026-11-21T10:00:00.000001Z")).start == Moment.at("2026-11-21T10:00:01Z"))
    }

    @Test func monthsAreClippedAndDoNotDrift() throws {
        #expect(
            try days("R/2026-01-31T09:00:00Z/P1M", 5, after: "2026-01-01T00:00:00Z")
                == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"])
        #expect(try days("R/2027-12-31T09:00:00Z/P2M", 3, after: "2027-12-31T09:00:00Z") == ["2028-02-29", "2028-04-30", "2028-06-30"])
        #expect(
            try days("R/2024-02-29T09:00:00Z/P1Y", 4, after: "2024-02-29T09:00:00Z") == [
                "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29",
            ])
        #expect(try days("R/2026-01-31T09:00:00Z/P1M1D", 3, after: "2026-01-31T09:00:00Z") == ["2026-03-01", "2026-04-02", "2026-05-03"])
    }

    @Test func unitsMayBeCombined() throws {
        #expect(try days("R/2026-01-01T00:00:00Z/P1Y2M", 2, after: "2026-01-01T00:00:00Z") == ["2027-03-01", "2028-05-01"])
        #expect(try days("R/2026-01-01T00:00:00Z/P2W", 2, after: "2026-01-01T00:00:00Z") == ["2026-01-15", "2026-01-29"])
        #expect(
            try upcoming("R/2026-01-01T00:00:00Z/P1DT12H", 2, after: "2026-01-01T00:00:00Z")
                == ["2026-01-02T12:00:00Z", "2026-01-04T00:00:00Z"])
        #expect(
            try upcoming("R/2026-01-01T00:00:00Z/PT1H30M15S", 2, after: "2026-01-01T00:00:00Z")
                == ["2026-01-01T01:30:15Z", "2026-01-01T03:00:30Z"])
    }

    @Test func aCountedIntervalEnds() throws {
        for text in ["R3/2026-11-21T10:00:00Z/PT1H", "R3/PT1H"] {
            #expect(
                try upcoming(text, 9, after: "2026-11-21T00:00:00Z") == ["10", "11", "12"].map { "2026-11-21T\($0):00:00Z" })
            #expect(try upcoming(text, 9, after: "2026-11-21T12:00:00Z") == [])
        }
        #expect(try days("R2/2026-01-31T09:00:00Z/P1M", 9, after: "2026-01-01T00:00:00Z") == ["2026-01-31", "2026-02-28"])
        #expect(try days("R2/2026-01-31T09:00:00Z/P1M", 9, after: "2026-03-01T00:00:00Z") == [])
    }

    @Test func nothingComesAfterTheLastYear() throws {
        for text in ["PT1S", "P1D", "P1M", "P100Y"] {
            #expect(try upcoming(text, 1, after: "9999-12-31T23:59:59Z") == [])
            #expect(try upcoming("R/9999-12-31T12:00:00Z/\(text)", 1, after: "2026-01-01T00:00:00Z") == ["9999-12-31T12:00:00Z"])
            #expect(try upcoming(text, 1, after: "9999-12-31T23:59:59Z", FixedZone(seconds: 50_400)) == [])
            #expect(try !upcoming(text, 1, after: "9898-06-30T00:00:00Z", FixedZone(seconds: -43_200)).isEmpty)
        }
    }

    @Test(arguments: [
        ("", RepeatingIntervalError.duration), ("15M", .duration), ("P", .duration), ("PT", .duration), ("P1", .duration),
        ("PM", .duration),
        ("P1DT", .duration), ("P1D1M", .duration), ("P1D1D", .duration), ("PT0.5H", .duration), ("PT1,5S", .duration), ("P-1D", .duration),
        ("-P1D", .duration), ("+P1D", .duration), ("pt15m", .duration), ("P1S", .duration), ("PT1D", .duration), ("PT15M ", .duration),
        ("P1M\u{301}", .duration), ("P1000000000D", .duration), ("PT0S", .zero), ("P0Y0M", .zero), ("P101Y", .tooLong),
        ("P999999999Y999999999M999999999W999999999D", .tooLong), ("PT999999999H999999999M999999999S", .tooLong),
        ("R", .shape), ("R5", .shape), ("R5/", .duration), ("R0/PT1M", .count), ("R-1/PT1M", .count), ("R1000000001/PT1M", .count),
        ("Rx/PT1M", .count), ("R99999999999999999999/PT1M", .count), ("2026-01-01T00:00:00Z/P1D", .shape),
        ("P1D/2026-01-01T00:00:00Z", .shape),
        ("R/P1D/2026-01-01T00:00:00Z", .shape), ("R/2026-01-01T00:00:00Z/2026-02-01T00:00:00Z", .duration),
        ("R/2026-01-01T00:00:00/P1D", .start(.missingZone)), ("R/2026-02-30T00:00:00Z/P1D", .start(.noSuchDate)),
        ("R/1999-12-31T23:59:59Z/P1D", .startOutOfRange), ("R/2026-01-01T00:00:00.5Z/P1D", .startOutOfRange),
        ("R/2026-01-01T00:00:00Z/P1D/P1D", .shape), (String(repeating: "P", count: 200), .tooManyBytes),
    ])
    func whatIsNoIntervalIsRefused(text: String, error: RepeatingIntervalError) {
        #expect(throws: error) { try RepeatingInterval(text, start: Self.start) }
        #expect(error.description.hasPrefix("must "))
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        for (text, written) in [
            ("PT15M", "R/2026-11-21T10:00:00Z/PT15M"), ("R12/P1Y2M", "R12/2026-11-21T10:00:00Z/P1Y2M"),
            ("R/2026-01-31T10:00:00+01:00/P1M", "R/2026-01-31T09:00:00Z/P1M"),
        ] {
            let interval = try RepeatingInterval(text, start: Self.start)
            #expect(interval.text == written)
            #expect(try RepeatingInterval(written, start: .earliest) == interval)
        }
    }

    // MARK: Against counting from the start

    private struct Case: CustomStringConvertible {
        let text: String
        let zone: TableZone
        let after: Int

        var description: String { "\(text) after \(Moment.text(after)) in \(zone)" }
    }

    private static func cases(_ random: inout SeededGenerator) -> [Case] {
        let durations = ["P1D", "P2D", "P1W", "P1M", "P1M3D", "P1Y", "PT7H", "PT45M", "P1DT5H", "P1MT1S", "PT86400S"]
        return (0..<10).map { _ in
            let start = Moment.second("2025-12-25T00:00:00Z") + Int.random(in: 0..<1_000_000, using: &random)
            let count = random.chance(30) ? String(Int.random(in: 1...30, using: &random)) : ""
            return Case(
                text: "R\(count)/\(Moment.text(start))/\(durations[Int.random(in: 0..<durations.count, using: &random)])",
                zone: .random(&random), after: start + Int.random(in: -1_000...3_000_000, using: &random))
        }
    }

    @Test func theNextIsTheFirstOfAllThatIsLater() throws {
        try forAll(cases: 100, generate: Self.cases) { cases in
            for each in cases {
                let interval = try RepeatingInterval(each.text, start: .earliest)
                let next = interval.next(after: Instant(microseconds: Int64(each.after) * 1_000_000), zone: each.zone)?.seconds
                var expected: Int?
                for index in 0..<(interval.count ?? 5_000) {
                    let second = Self.occurrence(index, interval, each.zone)
                    if second > each.after {
                        expected = second
                        break
                    }
                }
                guard next == expected else {
                    throw Falsified.of("\(next.map(Moment.text) ?? "none") is not \(expected.map(Moment.text) ?? "none")")
                }
            }
        }
    }

    private static func occurrence(_ index: Int, _ interval: RepeatingInterval, _ zone: TableZone) -> Int {
        let start = interval.start.seconds
        let duration = interval.duration
        guard index > 0, duration.months + duration.days > 0 else { return start + index * duration.seconds }
        let local = zone.local(at: start)
        var date = CivilDate(daysSinceEpoch: local / 86_400)
        for _ in 0..<index * duration.months {
            let (year, month) = date.month == 12 ? (date.year + 1, 1) : (date.year, date.month + 1)
            date = CivilDate(daysSinceEpoch: CivilDate.daysSinceEpoch(year: year, month: month, day: 1))
        }
        let first = CivilDate(daysSinceEpoch: local / 86_400)
        let day = min(first.day, CivilDate.days(inMonth: date.month, of: date.year))
        let moved = CivilDate.daysSinceEpoch(year: date.year, month: date.month, day: day) + index * duration.days
        let shown = moved * 86_400 + local % 86_400
        // The first second at which clocks show that time or more, looked for second by second around the changes.
        var candidates = [shown - zone.first] + zone.changes.flatMap { [$0.at, shown - $0.offset] }
        candidates.sort()
        let found = candidates.first { zone.local(at: $0) >= shown } ?? shown
        return found + index * duration.seconds
    }
}
