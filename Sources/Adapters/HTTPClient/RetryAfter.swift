import Domain

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date in one of the three forms of §5.6.7.
enum RetryAfter {
    /// The wait that `value` asks for, from zero to `longest`; nil when it is neither seconds nor a date.
    static func wait(_ value: String, now: Instant, longest: TimeSpan) -> TimeSpan? {
        let text = value.utf8.count <= 64 ? value.trimmingOptionalWhitespace() : ""
        guard !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // More digits than fit are a very long wait.
            return min(Int64(text).map(TimeSpan.seconds) ?? longest, longest)
        }
        guard let date = date(text, now: now) else { return nil }
        return min(max(date - now, .zero), longest)
    }

    private static func date(_ text: Substring, now: Instant) -> Instant? {
        let words = text.split(separator: " ")
        switch words.count {
        case 6 where words[0].hasSuffix(",") && words[5] == "GMT":  // Sun, 06 Nov 1994 08:49:37 GMT
            return instant(year: words[3], month: words[2], day: words[1], time: words[4])
        case 4 where words[0].hasSuffix(",") && words[3] == "GMT":  // Sunday, 06-Nov-94 08:49:37 GMT
            let date = words[1].split(separator: "-", omittingEmptySubsequences: false)
            guard date.count == 3, date[2].utf8.count == 2 else { return nil }
            let thisYear = now.rfc3339.prefix(4)
            let sameCentury = instant(year: thisYear.prefix(2) + date[2], month: date[1], day: date[0], time: words[2])
            // §5.6.7: more than fifty years in the future means the last century.
            guard let sameCentury, sameCentury - now > fiftyYears, let century = Int(thisYear.prefix(2)), century > 10 else {
                return sameCentury
            }
            return instant(year: "\(century - 1)" + date[2], month: date[1], day: date[0], time: words[2])
        case 5:  // Sun Nov  6 08:49:37 1994
            let day = words[2].utf8.count == 1 ? "0" + words[2] : words[2]
            return instant(year: words[4], month: words[1], day: day, time: words[3])
        default:
            return nil
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let fiftyYears = TimeSpan.hours(24 * 18_262)

    private static func instant(year: Substring, month: Substring, day: Substring, time: Substring) -> Instant? {
        guard let index = months.firstIndex(where: { $0 == month }) else { return nil }
        let month = index < 9 ? "0\(index + 1)" : "\(index + 1)"
        return try? Instant(rfc3339: "\(year)-\(month)-\(day)T\(time)Z")
    }
}

extension String {
    /// Without spaces and tabs at the ends (OWS of RFC 9110 §5.6.3).
    fileprivate func trimmingOptionalWhitespace() -> Substring {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
