/// A length of time in microseconds. Arithmetic saturates at about 146,000 years in either direction.
public struct TimeSpan: Hashable, Comparable, Sendable {
    public let microseconds: Int64

    private static let bound = Int64.max / 2

    public static let zero = TimeSpan(microseconds: 0)

    public init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, -Self.bound), Self.bound)
    }

    public static func milliseconds(_ count: Int64) -> TimeSpan { scaled(count, by: 1_000) }
    public static func seconds(_ count: Int64) -> TimeSpan { scaled(count, by: 1_000_000) }
    public static func minutes(_ count: Int64) -> TimeSpan { scaled(count, by: 60_000_000) }
    public static func hours(_ count: Int64) -> TimeSpan { scaled(count, by: 3_600_000_000) }

    /// Whole milliseconds, rounded towards zero.
    public var milliseconds: Int64 { microseconds / 1_000 }

    public static func < (a: TimeSpan, b: TimeSpan) -> Bool { a.microseconds < b.microseconds }
    public static func + (a: TimeSpan, b: TimeSpan) -> TimeSpan { TimeSpan(microseconds: a.microseconds + b.microseconds) }
    public static func - (a: TimeSpan, b: TimeSpan) -> TimeSpan { TimeSpan(microseconds: a.microseconds - b.microseconds) }

    /// This span `factor` times over, saturating.
    public func multiplied(by factor: Int64) -> TimeSpan { Self.scaled(microseconds, by: factor) }

    private static func scaled(_ count: Int64, by unit: Int64) -> TimeSpan {
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? TimeSpan(microseconds: (count < 0) != (unit < 0) ? -bound : bound) : TimeSpan(microseconds: product)
    }
}
