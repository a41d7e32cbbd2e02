import Domain
import Foundation
import SystemAdapter
import Testing

/// The page about schedules says what is true.
@Suite struct DocumentedTimesTests {
    /// Schedules with the times that docs/schedules.md says they have in Berlin on the two days on which clocks change.
    private static func rows() throws -> [(schedule: String, spring: String, autumn: String)] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/schedules.md"), encoding: .utf8)
        let lines = page.components(separatedBy: "\n").drop { !$0.hasPrefix("| schedule | 28 March 2027") }.dropFirst(2)
        return lines.prefix { $0.hasPrefix("|") }.map { line in
            let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            return (String(cells[1].dropFirst().dropLast()), cells[2], cells[3])
        }
    }

    @Test func theTimesOfThePageAreThoseOfTheEngine() throws {
        let berlin = try #require(SystemCalendar().zone("Europe/Berlin"))
        let rows = try Self.rows()
        try #require(rows.count == 9)
        for row in rows {
            let recurrence: Recurrence =
                row.schedule.hasPrefix("R")
                ? .every(try RepeatingInterval(row.schedule, start: .earliest)) : .cron(try CronExpression(row.schedule))
            let timing = ScheduleTiming(recurrence: recurrence, timeZone: "Europe/Berlin")
            for (expected, start, end) in [
                (row.spring, "2027-03-28T00:59:00+01:00", "2027-03-28T04:00:00+02:00"),
                (row.autumn, "2027-10-31T00:59:00+02:00", "2027-10-31T04:00:00+01:00"),
            ] {
                let end = try Instant(rfc3339: end)
                let times = timing.upcoming(after: try Instant(rfc3339: start), count: 20, zone: berlin).filter { $0 <= end }.map {
                    instant in
                    let offset = berlin.offset(at: instant)
                    return (instant + .seconds(Int64(offset))).rfc3339.dropFirst(11).prefix(5) + "+0\(offset / 3_600)"
                }
                #expect((times.isEmpty ? "none" : times.joined(separator: ", ")) == expected, "\(row.schedule)")
            }
        }
    }
}
