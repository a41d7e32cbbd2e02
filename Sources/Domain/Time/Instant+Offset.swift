extension Instant {
    /// By RFC 3339 as a local clock shows it: `2026-11-20T11:00:00+01:00`. Seconds of an offset, which zones had before they were agreed on, go
    /// into the time and not into the offset, so that the text still says the same instant.
    ///
    /// A clock that shows a year before 1 or after 9999 cannot be written, and the text is in UTC.
    ///
    /// - Parameter seconds: how far the clock is ahead of UTC; less than a day.
    public func rfc3339(offset seconds: Int) -> String {
        let minutes = seconds / 60
        let shown = self + .minutes(Int64(minutes))
        guard shown - self == .minutes(Int64(minutes)) else { return rfc3339 }
        var local = shown.rfc3339
        local.removeLast()
        return local + (minutes < 0 ? "-" : "+") + Self.two(abs(minutes) / 60) + ":" + Self.two(abs(minutes) % 60)
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}
