/// When to do something, in the five fields of cron: minute, hour, day of the month, month, day of the week.
///
/// Each field is `*`, or a list of numbers and ranges (`1-5`), with an optional step behind a range or the star (`*/15`, `9-17/2`). Months
/// and weekdays also have names of three letters. Sunday is 0 and 7. See docs/schedules.md; it follows Vixie cron and cronie:
///
/// - **Days.** When the day of the month or the day of the week begins with `*`, a day must match both; otherwise one of them is enough.
/// - **Clock changes.** When minute or hour begins with `*`, it fires whenever local clocks show a matching time: not at times that they
///   leap over, twice at times that come twice. All others fire once for each matching time of the calendar: at the first instant at which
///   clocks show it or a later one.
public struct CronExpression: Hashable, Sendable {
    /// As it was written, with single spaces between the fields.
    public let text: String
    /// Bit n stands for the number n.
    let minutes: UInt64
    let hours: UInt64
    let days: UInt64
    let months: UInt64
    /// Sunday is bit 0.
    let weekdays: UInt64
    /// Whether a day must match both fields, not just one.
    let needsBothDays: Bool
    /// Whether minute or hour begins with `*`.
    let followsClock: Bool

    /// The first occurrence after `instant`, on a full minute of the zone's clocks; nil when there is none before year 10000.
    public func next(after instant: Instant, zone: any ZoneRules) -> Instant? {
        let second = followsClock ? nextByClock(after: instant.seconds, zone) : nextByCalendar(after: instant.seconds, zone)
        return second.flatMap { Instant(seconds: $0) }
    }

    private func nextByCalendar(after: Int, _ zone: any ZoneRules) -> Int? {
        // What clocks show by now has come.
        var local = zone.local(at: after)
        while let match = firstMatch(from: local + 1) {
            let second = zone.firstSecond(showing: match)
            if second > after { return second }
            // In the second pass of an hour that comes twice.
            local = match
        }
        return nil
    }

    private func nextByClock(after: Int, _ zone: any ZoneRules) -> Int? {
        let days = 2 * 86_400
        var start = after + 1
        while start <= Instant.lastSecond {
            let offset = zone.offset(at: start)
            guard let match = firstMatch(from: start + offset) else { return nil }
            let second = match - offset
            if let change = zone.firstChange(after: start, through: min(second, start + days)) {
                start = change
            } else if second <= start + days {
                return second
            } else {
                // Whatever changes in between, clocks show neither a time before `start` again nor `match` already.
                start = max(start + days, match - days)
            }
        }
        return nil
    }

    // MARK: The calendar without zones

    /// The first matching time at or after `local`, both in seconds of a local clock.
    func firstMatch(from local: Int) -> Int? {
        let minute = (local + 59).flooredQuotient(60)
        let day = minute.flooredQuotient(1_440)
        let date = CivilDate(daysSinceEpoch: day)
        if dayMask(year: date.year, month: date.month) & (1 << UInt64(date.day)) != 0, let time = firstTime(from: minute - day * 1_440) {
            return (day * 1_440 + time) * 60
        }
        guard let next = firstDay(year: date.year, month: date.month, from: date.day + 1), let time = firstTime(from: 0) else { return nil }
        return (next * 1_440 + time) * 60
    }

    /// The first matching minute of a day from minute `start` on.
    private func firstTime(from start: Int) -> Int? {
        let hour = start / 60
        if hours & (1 << UInt64(hour)) != 0 {
            let left = minutes & (~0 << UInt64(start % 60))
            if left != 0 { return hour * 60 + left.trailingZeroBitCount }
        }
        let left = hours & (~0 << UInt64(hour + 1))
        return left == 0 ? nil : left.trailingZeroBitCount * 60 + minutes.trailingZeroBitCount
    }

    /// The first matching day from `day` of a month on, in days since the epoch. The calendar repeats after 400 years, so what has not come
    /// by then never comes.
    private func firstDay(year: Int, month: Int, from day: Int) -> Int? {
        var (year, month, day) = (year, month, day)
        let last = min(year + 400, 9_999)
        while year <= last {
            if months & (1 << UInt64(month)) != 0 {
                let left = dayMask(year: year, month: month) & (~0 << UInt64(day))
                if left != 0 { return CivilDate.daysSinceEpoch(year: year, month: month, day: left.trailingZeroBitCount) }
            }
            let left = months & (~0 << UInt64(month + 1))
            if left == 0 { year += 1 }
            month = (left == 0 ? months : left).trailingZeroBitCount
            day = 1
        }
        return nil
    }

    /// The matching days of a month; none when the month does not match.
    private func dayMask(year: Int, month: Int) -> UInt64 {
        guard months & (1 << UInt64(month)) != 0 else { return 0 }
        let first = UInt64(CivilDate.weekday(daysSinceEpoch: CivilDate.daysSinceEpoch(year: year, month: month, day: 1)))
        let week = (weekdays >> first | weekdays << (7 - first)) & 0x7F
        let byWeekday = (week | week << 7 | week << 14 | week << 21 | week << 28) << 1
        let inMonth: UInt64 = (1 << UInt64(CivilDate.days(inMonth: month, of: year) + 1)) - 2
        return (needsBothDays ? days & byWeekday : days | byWeekday) & inMonth
    }

    /// Whether there is any day that matches: no 30 February.
    var comes: Bool { firstDay(year: 2_000, month: 1, from: 1) != nil }
}

extension Int {
    /// Divided and rounded down; `divisor` must be positive.
    func flooredQuotient(_ divisor: Int) -> Int {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
