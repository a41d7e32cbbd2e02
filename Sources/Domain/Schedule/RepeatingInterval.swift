/// Something at a start and then again and again, the same time apart: a repeating interval by ISO 8601 (5.6.5), such as
/// `R/2026-01-31T09:00:00Z/P1M`.
///
/// Each occurrence is counted from the start, so nothing drifts: a month from 31 January is 28 February, two months are 31 March.
/// Years, months, weeks and days keep the time of local clocks; where clocks leap over it, it is the first instant after, where it comes
/// twice, the first of the two. Hours, minutes and seconds are exact, whatever clocks do.
public struct RepeatingInterval: Hashable, Sendable {
    /// The first occurrence; a full second.
    public let start: Instant
    /// How many occurrences there are, the start included; nil: without end.
    public let count: Int?
    let duration: CalendarDuration

    /// `R[n]/start/duration`, from which it can be read again.
    public var text: String { "R\(count.map { String($0) } ?? "")/\(start.rfc3339)/\(duration.text)" }

    init(start: Instant, count: Int?, duration: CalendarDuration) {
        self.start = start
        self.count = count
        self.duration = duration
    }

    /// The first occurrence after `instant`; nil when all have been, or it would be after year 9999.
    public func next(after instant: Instant, zone: any ZoneRules) -> Instant? {
        let (start, after) = (start.seconds, instant.seconds)
        if after < start { return self.start }
        guard duration.months > 0 || duration.days > 0 else {
            return occurrence((after - start) / duration.seconds + 1, duration.seconds)
        }
        let localStart = zone.local(at: start)
        // What is more than two days before cannot be after `instant` in any zone, so the zone is asked for few.
        var index = lastIndex(before: zone.local(at: after) - 2 * 86_400, from: localStart)
        while isCounted(index), let local = local(index, from: localStart) {
            let second = index == 0 ? start : zone.firstSecond(showing: local) + index * duration.seconds
            if second > after { return Instant(seconds: second) }
            index += 1
        }
        return nil
    }

    private func isCounted(_ index: Int) -> Bool { count.map { index < $0 } ?? true }

    private func occurrence(_ index: Int, _ seconds: Int) -> Instant? {
        guard isCounted(index) else { return nil }
        return Instant(seconds: start.seconds + index * seconds)
    }

    /// What local clocks show when occurrence `index` is due, without the exact part of the duration; nil after year 9999.
    private func local(_ index: Int, from start: Int) -> Int? {
        let day = start.flooredQuotient(86_400)
        let date = CivilDate(daysSinceEpoch: day)
        let months = date.year * 12 + date.month - 1 + index * duration.months
        let (year, month) = (months / 12, months % 12 + 1)
        guard year <= 9_999 else { return nil }
        let monthDay = min(date.day, CivilDate.days(inMonth: month, of: year))
        let moved = CivilDate.daysSinceEpoch(year: year, month: month, day: monthDay) + index * duration.days
        return start + (moved - day) * 86_400
    }

    /// The highest index whose time is at most `limit`, 0 when none is.
    private func lastIndex(before limit: Int, from start: Int) -> Int {
        // Exclusive; it is surely after `limit`.
        var (low, high) = (0, max(0, limit - start) / duration.least + 2)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if let local = local(middle, from: start), local + middle * duration.seconds <= limit { low = middle } else { high = middle }
        }
        return low
    }
}
