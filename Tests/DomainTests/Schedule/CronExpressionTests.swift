import PropertyKit
import Testing

@testable import Domain

@Suite struct CronExpressionTests {
    private func next(_ text: String, _ count: Int = 1, after start: String, _ zone: any ZoneRules = FixedZone.utc) throws -> [String] {
        let timing = ScheduleTiming(recurrence: .cron(try CronExpression(text)))
        return timing.upcoming(after: Moment.at(start), count: count, zone: zone).map { String($0.rfc3339.dropLast(4)) }
    }

    @Test(arguments: [
        ("* * * * *", "2026-11-21T10:00", ["2026-11-21T10:01", "2026-11-21T10:02"]),
        ("*/20 9 * * *", "2026-11-21T09:20", ["2026-11-21T09:40", "2026-11-22T09:00"]),
        ("0 9 * * 1-5", "2026-11-20T09:00", ["2026-11-23T09:00", "2026-11-24T09:00"]),
        ("5,10-12,50-58/4 0 * * *", "2026-11-21T00:05", ["2026-11-21T00:10", "2026-11-21T00:11", "2026-11-21T00:12", "2026-11-21T00:50"]),
        ("0 0 31 * *", "2026-11-21T00:00", ["2026-12-31T00:00", "2027-01-31T00:00", "2027-03-31T00:00"]),
        ("0 0 29 2 *", "2026-11-21T00:00", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        ("0 0 29 feb *", "2096-02-29T00:00", ["2104-02-29T00:00"]),
        ("0 0 1 Jan,JUL *", "2026-11-21T00:00", ["2027-01-01T00:00", "2027-07-01T00:00"]),
        ("59 23 31 12 *", "2026-12-31T23:59", ["2027-12-31T23:59"]),
        ("0 12 * * fri-sun", "2026-11-19T00:00", ["2026-11-20T12:00", "2026-11-21T12:00", "2026-11-22T12:00", "2026-11-27T12:00"]),
        ("0 12 * * 6-7", "2026-11-19T00:00", ["2026-11-21T12:00", "2026-11-22T12:00", "2026-11-28T12:00"]),
        ("0 12 * * 0", "2026-11-19T00:00", ["2026-11-22T12:00"]), ("0 12 * * 7", "2026-11-19T00:00", ["2026-11-22T12:00"]),
        ("0 12 * * sun-tue", "2026-11-21T00:00", ["2026-11-22T12:00", "2026-11-23T12:00", "2026-11-24T12:00", "2026-11-29T12:00"]),
        (" 0\t 0  1 * * ", "2026-11-21T00:00", ["2026-12-01T00:00"]),
    ])
    func fieldsMeanWhatTheyMeanToCron(text: String, start: String, expected: [String]) throws {
        #expect(try next(text, expected.count, after: start + ":00Z") == expected)
    }

    @Test(arguments: [
        ("@hourly", "2026-11-21T11:00"), ("@daily", "2026-11-22T00:00"), ("@midnight", "2026-11-22T00:00"), ("@weekly", "2026-11-22T00:00"),
        ("@monthly", "2026-12-01T00:00"), ("@yearly", "2027-01-01T00:00"), ("@Annually", "2027-01-01T00:00"),
    ])
    func shorthandsStandForFiveFields(text: String, expected: String) throws {
        #expect(try next(text, after: "2026-11-21T10:30:00Z") == [expected])
        #expect(try CronExpression(text).text == text)
    }

    /// The 13th or a Friday; with a star at the start of either field, both: the 13th that is a Friday has no spelling but `*/n`.
    @Test(arguments: [
        ("0 0 13 * 5", ["2026-11-13", "2026-11-20", "2026-11-27", "2026-12-04", "2026-12-11", "2026-12-13"]),
        ("0 0 */2 * 5", ["2026-11-13", "2026-11-27", "2026-12-11"]),
        ("0 0 1-31/2 * 5", ["2026-11-13", "2026-11-15", "2026-11-17", "2026-11-19", "2026-11-20"]),
        ("0 0 13 * *", ["2026-11-13", "2026-12-13"]), ("0 0 * * 5", ["2026-11-13", "2026-11-20"]),
        ("0 0 29 2 */7", ["2032-02-29", "2060-02-29", "2088-02-29", "2128-02-29"]),
    ])
    func dayFieldsAreAddedUnlessOneBeginsWithAStar(text: String, expected: [String]) throws {
        #expect(try next(text, expected.count, after: "2026-11-12T12:00:00Z").map { String($0.prefix(10)) } == expected)
    }

    @Test(arguments: [
        ("", CronError.fieldCount(0)), ("0 9 * *", .fieldCount(4)), ("0 0 9 * * 1", .fieldCount(6)), ("@reboot", .unknownShorthand),
        ("@daily *", .fieldCount(2)),
        ("60 * * * *", .field(.minute, element: 1, .outOfRange)), ("0 24 * * *", .field(.hour, element: 1, .outOfRange)),
        ("0 0 0 * *", .field(.dayOfMonth, element: 1, .outOfRange)), ("0 0 * 13 *", .field(.month, element: 1, .outOfRange)),
        ("0 0 * * 1,8", .field(.dayOfWeek, element: 2, .outOfRange)),
        ("0 0 * * 184467440737095516161", .field(.dayOfWeek, element: 1, .outOfRange)),
        ("0 22-4 * * *", .field(.hour, element: 1, .backwards)), ("0 0 * * 5-0", .field(.dayOfWeek, element: 1, .backwards)),
        ("0 0 * nov-feb *", .field(.month, element: 1, .backwards)),
        ("5/15 * * * *", .field(.minute, element: 1, .stepOfOne)), ("*/0 * * * *", .field(.minute, element: 1, .step)),
        ("*/90 * * * *", .field(.minute, element: 1, .step)), ("*/ * * * *", .field(.minute, element: 1, .step)),
        ("*/-1 * * * *", .field(.minute, element: 1, .step)), ("1-5/2/2 * * * *", .field(.minute, element: 1, .step)),
        ("1,,2 * * * *", .field(.minute, element: 2, .empty)), (", * * * *", .field(.minute, element: 1, .empty)),
        ("1-2-3 * * * *", .field(.minute, element: 1, .notUnderstood)), ("-5 * * * *", .field(.minute, element: 1, .notUnderstood)),
        ("** * * * *", .field(.minute, element: 1, .notUnderstood)), ("0 0 L * *", .field(.dayOfMonth, element: 1, .notUnderstood)),
        ("0 0 ? * MON", .field(.dayOfMonth, element: 1, .notUnderstood)), ("0 0 * * mon#1", .field(.dayOfWeek, element: 1, .notUnderstood)),
        ("0 0 * january *", .field(.month, element: 1, .notUnderstood)), ("0 0 * mon *", .field(.month, element: 1, .notUnderstood)),
        ("٣ * * * *", .field(.minute, element: 1, .notUnderstood)), ("0 0 30 2 *", .neverComes), ("0 0 31 4,6,9,11 *", .neverComes),
        ("0 0 30 feb */2", .neverComes), (String(repeating: "1,", count: 200), .tooLong),
    ])
    func whatIsNoCronExpressionIsRefused(text: String, error: CronError) {
        #expect(throws: error) { try CronExpression(text) }
        #expect(error.description.hasPrefix("must "))
    }

    @Test func anErrorSaysWhichFieldAndWhatToWrite() {
        #expect(
            CronError.field(.hour, element: 2, .backwards).description
                == "must have a valid hour (field 2): element 2 of its list is a range that runs backwards; write two: \"22-23,0-1\"")
        #expect(CronError.field(.minute, element: 1, .stepOfOne).description.contains(#""3-59/2", or "*/2""#))
        #expect(CronError.field(.dayOfWeek, element: 1, .notUnderstood).description.contains("0 to 7 (0 and 7 are Sunday), or sun to sat"))
    }

    @Test func thereIsNoOccurrenceAfterTheLastYear() throws {
        let last = try CronExpression("59 23 31 12 *")
        #expect(last.next(after: Moment.at("9999-12-31T23:58:59Z"), zone: FixedZone.utc) == Moment.at("9999-12-31T23:59:00Z"))
        for zone in [FixedZone.utc, FixedZone(seconds: 50_400), FixedZone(seconds: -43_200)] {
            #expect(last.next(after: .latest, zone: zone) == nil)
            #expect(try CronExpression("* * * * *").next(after: .latest, zone: zone) == nil)
            #expect(try CronExpression("0 9 1 1 *").next(after: .earliest, zone: zone) != nil)
            #expect(try CronExpression("*/5 * * * *").next(after: .earliest, zone: zone) != nil)
        }
    }

    // MARK: Against stepping from minute to minute

    private struct Case: CustomStringConvertible {
        let text: String
        let start: Int

        var description: String { "\(text) after \(Moment.text(start))" }
    }

    @Test func theNextIsTheFirstMinuteThatMatches() throws {
        func cases(_ random: inout SeededGenerator) -> [Case] {
            (0..<20).map { _ in
                Case(
                    text: RandomCron.text(&random),
                    start: Moment.second("2024-02-01T00:00:00Z") + Int.random(in: 0..<63_000_000, using: &random))
            }
        }
        try forAll(cases: 50, generate: cases) { cases in
            for each in cases {
                // Some random ones never come.
                guard let cron = try? CronExpression(each.text) else { continue }
                let next = cron.next(after: Instant(microseconds: Int64(each.start) * 1_000_000), zone: FixedZone.utc)?.seconds
                let limit = each.start + 40 * 86_400
                let stepped = CronOracle(each.text).first(after: each.start, until: limit)
                guard next.flatMap({ $0 <= limit ? $0 : nil }) == stepped else {
                    throw Falsified.of("\(next.map(Moment.text) ?? "none") is not \(stepped.map(Moment.text) ?? "none")")
                }
            }
        }
    }
}

/// Cron once more, as slow and plain as can be: it knows only whether a minute matches.
struct CronOracle {
    private let fields: [(numbers: Set<Int>, star: Bool)]

    init(_ text: String) {
        let lows = [0, 0, 1, 1, 0]
        let highs = [59, 23, 31, 12, 7]
        let names = [
            "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
        ]
        let days = ["sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6]
        fields = text.lowercased().split(separator: " ").enumerated().map { index, word in
            func number(_ text: Substring) -> Int { Int(text) ?? names[String(text)] ?? days[String(text)] ?? -1 }
            var numbers: Set<Int> = []
            for element in word.split(separator: ",") {
                let parts = element.split(separator: "/")
                let ends = parts[0] == "*" ? [lows[index], highs[index]] : parts[0].split(separator: "-").map(number)
                let step = parts.count > 1 ? number(parts[1]) : 1
                for value in ends[0]...(ends.last ?? 0) where (value - ends[0]) % step == 0 { numbers.insert(value) }
            }
            if index == 4, numbers.contains(7) { numbers.insert(0) }
            return (numbers, word.hasPrefix("*"))
        }
    }

    /// Whether clocks that show `local`, in seconds since 1970, show a time that matches.
    func matches(_ local: Int) -> Bool { isIn(local) && isOn(local) }

    /// Whether hour and minute match; asked first, since it costs little beside the date.
    private func isIn(_ local: Int) -> Bool {
        local % 60 == 0 && fields[0].numbers.contains(local / 60 % 60) && fields[1].numbers.contains(local / 3_600 % 24)
    }

    /// Whether the date matches. It is read from its text, not worked out as the engine does.
    private func isOn(_ local: Int) -> Bool {
        let text = Array(Moment.text(local).utf8)
        func digits(_ range: Range<Int>) -> Int { text[range].reduce(0) { $0 * 10 + Int($1 & 0xF) } }
        guard fields[3].numbers.contains(digits(5..<7)) else { return false }
        let weekday = (local / 86_400 + 4) % 7
        let (day, ofWeek) = (fields[2].numbers.contains(digits(8..<10)), fields[4].numbers.contains(weekday))
        return fields[2].star || fields[4].star ? day && ofWeek : day || ofWeek
    }

    var followsClock: Bool { fields[0].star || fields[1].star }

    func first(after start: Int, until end: Int) -> Int? {
        var minute = (start / 60 + 1) * 60
        while minute <= end {
            let nextDay = (minute / 86_400 + 1) * 86_400
            // One look at the date for all its minutes: with a look for each the test took minutes in a debug build.
            if isOn(minute), let found = stride(from: minute, to: min(nextDay, end + 1), by: 60).first(where: isIn) { return found }
            minute = nextDay
        }
        return nil
    }
}

extension Falsified {
    struct Reason: Error, CustomStringConvertible { let description: String }

    static func of(_ description: String) -> Reason { Reason(description: description) }
}
