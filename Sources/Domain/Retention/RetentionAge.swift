/// How long something is kept after its end.
public enum RetentionAge: Hashable, Sendable {
    case after(TimeSpan)
    case forever

    public static func hours(_ count: Int64) -> RetentionAge { .after(.hours(count)) }
    public static func days(_ count: Int64) -> RetentionAge { .after(.hours(24 * count)) }

    /// The latest end of which the age has passed at `now`; nil when there is none.
    public func cutoff(at now: Instant) -> Instant? {
        switch self {
        case .after(let span): now - span
        case .forever: nil
        }
    }

    /// The length; nil when it never ends.
    public var span: TimeSpan? {
        switch self {
        case .after(let span): span
        case .forever: nil
        }
    }
}

/// What is wrong with a text that should be an age.
public struct RetentionAgeError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

extension RetentionAge: CustomStringConvertible {
    private static let units: [(name: Character, seconds: Int64)] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
    /// A hundred years.
    private static let mostSeconds: Int64 = 36_525 * 86_400

    /// Reads `30d`, `12h`, `90m`, `45s`, `0` for at once, or `forever`.
    ///
    /// - Throws: `RetentionAgeError`, whose text says what an age looks like.
    public init(_ text: String) throws(RetentionAgeError) {
        if text == "forever" {
            self = .forever
            return
        }
        if text == "0" {
            self = .after(.zero)
            return
        }
        let digits = text.dropLast()
        guard let unit = Self.units.first(where: { $0.name == text.last }), (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let count = Int64(digits),
            count <= Self.mostSeconds / unit.seconds
        else {
            throw RetentionAgeError(
                description: "must be a whole number with a unit (30d, 12h, 90m, 45s) of at most a hundred years, 0 for at once, or forever"
            )
        }
        self = .after(.seconds(count * unit.seconds))
    }

    /// In the largest unit that it is a whole number of; what the text initializer reads.
    public var description: String {
        guard let span else { return "forever" }
        let seconds = span.microseconds / 1_000_000
        guard seconds > 0 else { return "0" }
        let unit = Self.units.first { seconds.isMultiple(of: $0.seconds) } ?? ("s", 1)
        return "\(seconds / unit.seconds)\(unit.name)"
    }
}
