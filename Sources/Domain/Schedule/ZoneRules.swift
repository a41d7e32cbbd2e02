/// How far the clocks of one time zone are from UTC, at any instant.
///
/// Promised by every implementation: the same answer for the same instant as long as a schedule is followed, less than a day in either
/// direction, and more than a day between two changes. In the IANA database no two changes have been less than three days apart since 1900.
public protocol ZoneRules: Sendable {
    /// Seconds that local clocks are ahead of UTC (east of Greenwich: positive) at `instant`.
    func offset(at instant: Instant) -> Int
}

/// A zone whose clocks never change.
public struct FixedZone: ZoneRules, Hashable {
    public let seconds: Int

    public static let utc = FixedZone(seconds: 0)

    /// - Parameter seconds: ahead of UTC; less than a day.
    public init(seconds: Int) { self.seconds = seconds }

    public func offset(at instant: Instant) -> Int { seconds }
}

/// Seconds since 1970-01-01T00:00:00, of UTC or of a local clock, as the name of the value tells.
extension Instant {
    /// Whole seconds since the epoch, rounded down.
    var seconds: Int {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        return Int(remainder < 0 ? quotient - 1 : quotient)
    }

    static let firstSecond = earliest.seconds
    static let lastSecond = latest.seconds

    /// - Returns: nil outside the range of instants.
    init?(seconds: Int) {
        guard seconds >= Self.firstSecond, seconds <= Self.lastSecond else { return nil }
        self.init(microseconds: Int64(seconds) * 1_000_000)
    }
}

extension ZoneRules {
    func offset(at seconds: Int) -> Int {
        offset(at: Instant(microseconds: Int64(min(max(seconds, Instant.firstSecond), Instant.lastSecond)) * 1_000_000))
    }

    /// What local clocks show at a second of UTC.
    func local(at seconds: Int) -> Int { seconds + offset(at: seconds) }

    /// The first second after `start` and up to `end` from which on the offset is another than at `start`; nil when it stays.
    func firstChange(after start: Int, through end: Int) -> Int? {
        let offset = offset(at: start)
        var low = start
        while low < end {
            // Changes are further apart than this, so none is overlooked.
            let high = min(low + 86_400, end)
            if self.offset(at: high) != offset { return change(from: offset, after: low, through: high) }
            low = high
        }
        return nil
    }

    private func change(from offset: Int, after start: Int, through end: Int) -> Int {
        var (low, high) = (start, end)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.offset(at: middle) == offset { low = middle } else { high = middle }
        }
        return high
    }

    /// The first second of UTC at which local clocks show `local` or more: of a time that comes twice the first, of a time that clocks
    /// leap over the end of the leap.
    func firstSecond(showing local: Int) -> Int {
        var start = local - 86_400
        while true {
            let second = max(start, local - offset(at: start))
            guard let change = firstChange(after: start, through: second) else { return second }
            start = change
        }
    }
}
