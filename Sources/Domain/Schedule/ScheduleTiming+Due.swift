/// What a schedule has to do now.
public struct DueOccurrences: Hashable, Sendable {
    /// To be submitted, rising.
    public let occurrences: [Instant]
    /// How many missed ones are dropped; `ScheduleTiming.mostCounted` means so many or more.
    public let skipped: Int
    /// To go on from, once all `occurrences` are submitted: never before what was given, and the same when nothing was due.
    public let cursor: Instant
    /// When to ask again; not after now when more are due already; nil when none will come any more.
    public let next: Instant?
}

extension ScheduleTiming {
    /// Dropped occurrences are counted up to here.
    public static let mostCounted = 1_000

    /// The occurrences after `cursor` up to `now`. One that is due since more than `misfireAfter` is missed, and dealt with by the misfire
    /// rule; of those that rule `all` makes up for, the newest `most` are kept. Those on time are never dropped: when there are more than
    /// `most` in all, the first `most` come now, and the others with the returned cursor.
    ///
    /// Asked again with the same cursor, as after a crash before the cursor was stored, it returns the same occurrences, except for what has
    /// become due or missed since.
    public func due(
        after cursor: Instant, now: Instant, zone: any ZoneRules, misfireAfter: TimeSpan, most: Int
    ) -> DueOccurrences {
        let most = max(1, most)
        let cutoff = now - misfireAfter
        var (kept, skipped, last) = missed(after: cursor, before: cutoff, keep: misfire == .all ? most : 1, zone)
        if misfire == .skip {
            skipped = min(skipped + kept.count, Self.mostCounted)
            kept = []
        }
        var next = next(after: last, zone: zone)
        if misfire == .latest, let first = next, first <= now, !kept.isEmpty {
            skipped = min(skipped + kept.count, Self.mostCounted)
            kept = []
        }
        while let occurrence = next, occurrence <= now, kept.count < most {
            kept.append(occurrence)
            last = occurrence
            next = self.next(after: occurrence, zone: zone)
        }
        return DueOccurrences(occurrences: kept, skipped: skipped, cursor: last, next: next)
    }

    /// The newest `keep` occurrences after `cursor` and before `cutoff`, the number of the others, and the newest of all.
    private func missed(
        after cursor: Instant, before cutoff: Instant, keep: Int, _ zone: any ZoneRules
    ) -> (kept: [Instant], skipped: Int, last: Instant) {
        var newest = Newest(capacity: keep)
        if walk(after: cursor, before: cutoff, most: Self.mostCounted + keep, zone, &newest) {
            return (newest.all, min(newest.count - newest.all.count, Self.mostCounted), newest.all.last ?? cursor)
        }
        // Too many to walk over: look back from the cutoff, further and further, until enough are found.
        var span = TimeSpan.hours(1)
        while true {
            let start = max(cursor, cutoff - span)
            newest = Newest(capacity: keep)
            _ = walk(after: start, before: cutoff, most: .max, zone, &newest)
            if newest.count >= keep || start == cursor { return (newest.all, Self.mostCounted, newest.all.last ?? cursor) }
            span = span.multiplied(by: 2)
        }
    }

    /// Hands the occurrences to `newest`; whether it came to the end before there were `most`.
    private func walk(
        after start: Instant, before cutoff: Instant, most: Int, _ zone: any ZoneRules, _ newest: inout Newest
    ) -> Bool {
        var last = start
        while let next = next(after: last, zone: zone), next < cutoff {
            if newest.count == most { return false }
            newest.add(next)
            last = next
        }
        return true
    }

    /// The last ones added, and how many there were.
    private struct Newest {
        private let capacity: Int
        private var ring: [Instant] = []
        private(set) var count = 0

        init(capacity: Int) { self.capacity = capacity }

        mutating func add(_ instant: Instant) {
            if ring.count < capacity { ring.append(instant) } else { ring[count % capacity] = instant }
            count += 1
        }

        var all: [Instant] {
            let start = ring.count < capacity ? 0 : count % capacity
            return Array(ring[start...] + ring[..<start])
        }
    }
}
