import Domain
import Ports
import SystemAdapter
import Testing

/// Schedules in real time zones, at every change of clocks in the ten years before and after 2026.
@Suite struct TimeZoneTests {
    static let zones = [
        "Europe/Berlin", "Europe/London",
        // Its winter time is the exception in the database: saving is negative.
        "Europe/Dublin",
        "Europe/Volgograd", "America/New_York",
        // Half an hour off.
        "America/St_Johns",
        // Change at midnight, so days start at 01:00 or their last hour comes twice.
        "America/Santiago", "America/Sao_Paulo", "America/Havana", "America/Asuncion", "Asia/Beirut", "Asia/Tehran", "Africa/Cairo",
        "Asia/Gaza",
        "America/Scoresbysund",
        // Back for Ramadan.
        "Africa/Casablanca",
        // A quarter of an hour off, without saving and with it.
        "Asia/Kathmandu", "Pacific/Chatham",
        // Half an hour of saving.
        "Australia/Lord_Howe", "Australia/Adelaide", "Asia/Pyongyang",
        // The other side of the date line, and no saving.
        "Pacific/Apia", "Pacific/Kiritimati", "Asia/Kolkata", "UTC",
    ]
    static let start = second("2016-01-01T00:00:00Z")
    static let end = second("2037-01-01T00:00:00Z")

    static func second(_ text: String) -> Int { (try? Instant(rfc3339: text)).map { Int($0.microseconds / 1_000_000) } ?? 0 }

    static func instant(_ second: Int, _ microseconds: Int64 = 0) -> Instant {
        Instant(microseconds: Int64(second) * 1_000_000 + microseconds)
    }

    private func rules(_ zone: String) throws -> any ZoneRules { try #require(SystemCalendar().zone(zone), "\(zone) is not known here") }

    private func timing(_ text: String) throws -> ScheduleTiming {
        let recurrence: Recurrence =
            text.hasPrefix("R") ? .every(try RepeatingInterval(text, start: .earliest)) : .cron(try CronExpression(text))
        return ScheduleTiming(recurrence: recurrence)
    }

    /// The seconds at which clocks change, found hour by hour and then quarter by quarter.
    private func changes(_ zone: any ZoneRules) -> [Int] {
        let offset = { zone.offset(at: Self.instant($0)) }
        return stride(from: Self.start, to: Self.end, by: 3_600).flatMap { hour in
            offset(hour) == offset(hour + 3_600)
                ? [] : stride(from: hour, to: hour + 3_600, by: 900).map { $0 + 900 }.filter { offset($0) != offset($0 - 900) }
        }
    }

    @Test func theZonesHaveTheChangesThatTheyAreChosenFor() throws {
        let counts = try Dictionary(uniqueKeysWithValues: Self.zones.map { ($0, changes(try rules($0)).count) })
        for zone in ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Kiritimati"] { #expect(counts[zone] == 0, "\(zone)") }
        for zone in ["Europe/Berlin", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham", "America/Santiago"] {
            #expect(counts[zone] == 42, "\(zone)")
        }
        #expect((counts["Africa/Casablanca"] ?? 0) > 30 && (counts["Asia/Pyongyang"] ?? 0) == 1)
        let lordHowe = try rules("Australia/Lord_Howe")
        #expect(Set(changes(lordHowe).map { lordHowe.offset(at: Self.instant($0)) }) == [37_800, 39_600])
    }

    @Test(arguments: ["CEST", "Europe/Atlantis", "", "europe", "+02:00"])
    func whatIsNoNameOfAZoneIsNotKnown(name: String) {
        #expect(SystemCalendar().zone(name) == nil)
        #expect(SystemCalendar().date(of: Self.instant(0), in: name) == nil)
    }

    @Test func theDayIsThatOfTheZone() {
        let (calendar, instant) = (SystemCalendar(), Self.instant(Self.second("2026-11-21T23:30:00Z")))
        #expect(calendar.date(of: instant, in: "UTC")?.description == "2026-11-21")
        #expect(calendar.date(of: instant, in: "Europe/Berlin")?.description == "2026-11-22")
        #expect(calendar.date(of: Instant(microseconds: -1), in: "UTC")?.description == "1969-12-31")
    }

    /// What must come: of a schedule that follows the clock, each second at which clocks show a matching time; of the others, for each matching
    /// time of the calendar the first second at which clocks show it or more. Looked for minute by minute.
    private struct Expectation {
        let text: String
        let followsClock: Bool
        /// Of seconds as a local clock shows them.
        let matches: @Sendable (Int) -> Bool

        static let all = [
            Expectation(text: "30 2 * * *", followsClock: false) { $0 % 86_400 == 9_000 },
            Expectation(text: "0 0 * * *", followsClock: false) { $0 % 86_400 == 0 },
            Expectation(text: "0 0-23 * * *", followsClock: false) { $0 % 3_600 == 0 },
            Expectation(text: "0 * * * *", followsClock: true) { $0 % 3_600 == 0 },
            Expectation(text: "*/15 * * * *", followsClock: true) { $0 % 900 == 0 },
            Expectation(text: "15 1 * * 0", followsClock: false) { $0 % 86_400 == 4_500 && ($0 / 86_400 + 4) % 7 == 0 },
            Expectation(text: "R/2015-12-01T02:30:00Z/P1D", followsClock: false) { _ in false },
            Expectation(text: "R/2015-12-01T02:30:00Z/P1W", followsClock: false) { _ in false },
        ]

        /// Those that need a zone to say when they match.
        func matching(_ zone: any ZoneRules) -> @Sendable (Int) -> Bool {
            guard text.hasPrefix("R") else { return matches }
            let first = TimeZoneTests.second("2015-12-01T02:30:00Z")
            let local = first + zone.offset(at: TimeZoneTests.instant(first))
            let length = text.hasSuffix("W") ? 7 * 86_400 : 86_400
            return { ($0 - local) % length == 0 }
        }

        func occurrences(_ zone: any ZoneRules, _ shown: [(second: Int, local: Int)]) -> [Int] {
            let matches = matching(zone)
            if followsClock { return shown.filter { matches($0.local) }.map(\.second) }
            guard var most = shown.first?.local else { return [] }
            return shown.filter { minute in
                defer { most = max(most, minute.local) }
                return minute.local > most && stride(from: most + 60, through: minute.local, by: 60).contains(where: matches)
            }.map(\.second)
        }
    }

    @Test(arguments: zones)
    func atEveryChangeOfClocksEachOccurrenceComesOnce(zone name: String) throws {
        let zone = try rules(name)
        for change in changes(zone) + [Self.second("2026-11-21T00:00:00Z")] {
            let (first, last) = (change - 10 * 86_400, change + 8 * 86_400)
            let shown = stride(from: first - 2 * 86_400, through: last, by: 60).map {
                (second: $0, local: $0 + zone.offset(at: Self.instant($0)))
            }
            for expectation in Expectation.all {
                let timing = try timing(expectation.text)
                let expected = expectation.occurrences(zone, shown).filter { $0 > first }
                var found: [Int] = []
                var cursor = Self.instant(first)
                while let next = timing.next(after: cursor, zone: zone), next <= Self.instant(last) {
                    guard next > cursor else { throw Wrong("\(expectation.text) in \(name) does not rise after \(cursor.rfc3339)") }
                    found.append(Int(next.microseconds / 1_000_000))
                    cursor = next
                }
                guard found == expected else {
                    let wrong = Set(found).symmetricDifference(expected).sorted().prefix(3).map { Self.instant($0).rfc3339 }
                    throw Wrong("\(expectation.text) in \(name) around \(Self.instant(change).rfc3339): \(wrong)")
                }
                try continues(timing, zone, found, around: change, "\(expectation.text) in \(name)")
            }
        }
    }

    /// Begun again at any point around the change, the rest is as in one go.
    private func continues(_ timing: ScheduleTiming, _ zone: any ZoneRules, _ found: [Int], around change: Int, _ what: String) throws {
        let near = change - 86_400...change + 86_400
        var points = Array(stride(from: near.lowerBound, through: near.upperBound, by: 300)).map { Self.instant($0) }
        for second in found + [change] { points += [-1, 0, 1].map { Self.instant(second, $0) } }
        for point in points {
            guard let expected = found.first(where: { Self.instant($0) > point }) else { continue }
            guard timing.next(after: point, zone: zone) == Self.instant(expected) else {
                throw Wrong("\(what) begun again at \(point.rfc3339)")
            }
        }
    }

    /// Twenty-one years in one go: a daily schedule has each day of the calendar once, a weekly one each week, and of the hourly ones nothing
    /// is lost or doubled either.
    @Test(arguments: zones)
    func overTheYearsNoDayIsLostOrDoubled(zone name: String) throws {
        let zone = try rules(name)
        let calendar = SystemCalendar()
        for (text, days) in [("30 2 * * *", 1), ("0 0 * * *", 1), ("R/2016-01-01T12:00:00Z/P1D", 1), ("15 1 * * 0", 7)] {
            let timing = try timing(text)
            var cursor = Self.instant(Self.start)
            var last: Int?
            while let next = timing.next(after: cursor, zone: zone), next < Self.instant(Self.end) {
                let date = try #require(calendar.date(of: next, in: name))
                let day = Self.second("\(date)T00:00:00Z") / 86_400
                if let last, day != last + days { throw Wrong("\(text) in \(name): \(date)") }
                (cursor, last) = (next, day)
            }
            #expect((last ?? 0) >= (Self.end / 86_400 - 1) - days)
        }
        // By the clock there is one an hour, less the hours that clocks leap over, plus those that come twice: one each hour of real time where
        // clocks change by full hours.
        let changed = changes(zone).contains { (zone.offset(at: Self.instant($0)) - zone.offset(at: Self.instant($0 - 1))) % 3_600 != 0 }
        guard !changed else { return }
        let hourly = try timing("0 * * * *")
        let first = try #require(hourly.next(after: Self.instant(Self.start), zone: zone))
        var (cursor, count) = (first, 1)
        while let next = hourly.next(after: cursor, zone: zone), next < Self.instant(Self.end) {
            guard next - cursor == .hours(1) else { throw Wrong("hourly in \(name) after \(cursor.rfc3339)") }
            (cursor, count) = (next, count + 1)
        }
        #expect(count >= (Self.end - Self.start) / 3_600 - 1)
    }

    struct Wrong: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}
