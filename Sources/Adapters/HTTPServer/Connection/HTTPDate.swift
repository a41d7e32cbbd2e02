internal import Domain
internal import Ports
internal import Synchronization

/// The `Date` of answers (RFC 9110 §5.6.7), made once a second.
final class HTTPDate: Sendable {
    private let time: any TimeSource
    private let cache = Mutex<(second: Int64, text: String)>((second: .min, text: ""))

    init(_ time: any TimeSource) { self.time = time }

    func text() -> String {
        let now = time.now()
        let second = now.microseconds / 1_000_000
        return cache.withLock { cache in
            if cache.second != second { cache = (second, Self.format(Instant(microseconds: second * 1_000_000))) }
            return cache.text
        }
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func format(_ instant: Instant) -> String {
        let text = Array(instant.rfc3339.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let day = instant.microseconds / 86_400_000_000 - (instant.microseconds % 86_400_000_000 < 0 ? 1 : 0)
        let weekday = weekdays[Int((day % 7 + 7) % 7)]
        let month = months[(Int(part(5..<7)) ?? 1) - 1]
        return "\(weekday), \(part(8..<10)) \(month) \(part(0..<4)) \(part(11..<19)) GMT"
    }
}
