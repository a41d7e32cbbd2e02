/// A point on the wall clock: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
///
/// Instants run from year 1 to the end of year 9999, the range that RFC 3339 can write; arithmetic stops at these ends
/// instead of overflowing.
public struct Instant: Hashable, Comparable, Sendable {
    /// Microseconds since the epoch; negative before 1970.
    public let microseconds: Int64

    /// 0001-01-01T00:00:00Z.
    public static let earliest = Instant(unchecked: -62_135_596_800_000_000)
    /// 9999-12-31T23:59:59.999999Z.
    public static let latest = Instant(unchecked: 253_402_300_799_999_999)

    /// The instant at `microseconds` after the epoch, moved to the nearest end of the range when it lies outside.
    public init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, Self.earliest.microseconds), Self.latest.microseconds)
    }

    private init(unchecked microseconds: Int64) {
        self.microseconds = microseconds
    }

    public static func < (a: Instant, b: Instant) -> Bool { a.microseconds < b.microseconds }

    public static func + (instant: Instant, span: TimeSpan) -> Instant {
        let (sum, overflow) = instant.microseconds.addingReportingOverflow(span.microseconds)
        return overflow ? (span.microseconds > 0 ? .latest : .earliest) : Instant(microseconds: sum)
    }

    public static func - (instant: Instant, span: TimeSpan) -> Instant {
        instant + TimeSpan(microseconds: -span.microseconds)
    }

    /// The time from `b` to `a`; negative when `a` is earlier.
    public static func - (a: Instant, b: Instant) -> TimeSpan {
        TimeSpan(microseconds: a.microseconds - b.microseconds)
    }
}
