extension RepeatingInterval {
    public static let maxBytes = 128
    /// The most occurrences that can be counted.
    public static let mostCounted = 1_000_000_000
    /// No start is earlier.
    public static let earliestStart = SubmittedCall.earliestDueAt

    /// Reads a duration (`PT15M`), or a repeating interval with a start (`R/2026-01-31T09:00:00Z/P1M`), a number of occurrences
    /// (`R12/…`), or both.
    ///
    /// - Parameter start: the first occurrence when none is written; rounded up to a full second.
    public init(_ text: String, start: Instant) throws(RepeatingIntervalError) {
        guard text.utf8.count <= Self.maxBytes else { throw .tooManyBytes }
        var parts = text.split(separator: "/", omittingEmptySubsequences: false)
        var count: Int?
        if let first = parts.first, first.utf8.first == UInt8(ascii: "R") {
            count = try Self.count(first.dropFirst())
            parts.removeFirst()
        } else if parts.count > 1 {
            throw .shape
        }
        guard let last = parts.last, parts.count <= 2 else { throw .shape }
        var start = Instant(seconds: start.seconds + (start.microseconds % 1_000_000 == 0 ? 0 : 1)) ?? start
        if parts.count == 2 {
            if parts[0].utf8.first == UInt8(ascii: "P") { throw .shape }
            do {
                start = try Instant(rfc3339: String(parts[0]))
            } catch {
                throw .start(error)
            }
            guard start.microseconds % 1_000_000 == 0, start >= Self.earliestStart else { throw .startOutOfRange }
        }
        self.init(start: start, count: count, duration: try CalendarDuration(last))
    }

    private static func count(_ text: Substring) throws(RepeatingIntervalError) -> Int? {
        if text.isEmpty { return nil }
        guard text.utf8.count <= 10, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(text),
            (1...mostCounted).contains(count)
        else { throw .count }
        return count
    }
}

/// Why a text is not a repeating interval. The description goes on from the name of the field: "must …".
public enum RepeatingIntervalError: Error, Hashable, Sendable, CustomStringConvertible {
    case tooManyBytes
    /// Neither a duration nor `R[n]/start/duration`.
    case shape
    case count
    case start(RFC3339Error)
    case startOutOfRange
    case duration
    case zero
    case tooLong

    public var description: String {
        switch self {
        case .tooManyBytes: "must have at most \(RepeatingInterval.maxBytes) bytes"
        case .shape: "must be a duration such as \"PT15M\" or \"P1M\", or a start and a duration as in \"R/2026-01-31T09:00:00Z/P1M\""
        case .count: "must have a number of occurrences from 1 to \(RepeatingInterval.mostCounted) behind R, or none for no end"
        case .start(let error): "must have a valid start between the slashes: it \(error)"
        case .startOutOfRange: "must have a start on a full second, not before 2000"
        case .duration:
            "must end with a duration in whole numbers, years to seconds in this order: P1Y, P1M, P2W, P1D, P1DT12H, PT1H, PT15M, PT90S"
        case .zero: "must have a duration of at least one second"
        case .tooLong: "must have a duration of at most a hundred years"
        }
    }
}
