/// Why a text is not an instant by RFC 3339.
public enum RFC3339Error: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text does not have the shape of RFC 3339 section 5.6; `offset` is the byte, from 0, that is out of place.
    case malformed(offset: Int)
    /// The text ends without `Z` or an offset such as `+02:00`.
    case missingZone
    /// A month or a day that the calendar does not have.
    case noSuchDate
    /// An hour above 23, a minute above 59 or a second above 60.
    case noSuchTime
    /// An offset beyond 23:59.
    case noSuchOffset
    /// A second 60 elsewhere than at 23:59:60 UTC.
    case misplacedLeapSecond
    /// Before year 1 or after year 9999 in UTC.
    case outOfRange

    /// What to do about it, as the rest of a sentence about the value.
    public var description: String {
        switch self {
        case .malformed(let offset): "must be written as in 2026-11-20T10:00:00Z (unexpected at byte \(offset))"
        case .missingZone: "must end with a time zone: Z, or an offset such as +02:00"
        case .noSuchDate: "must name a month and a day that exist"
        case .noSuchTime: "must have an hour up to 23, a minute up to 59 and a second up to 59"
        case .noSuchOffset: "must have a zone offset up to 23:59"
        case .misplacedLeapSecond: "may have second 60 only at 23:59:60 UTC"
        case .outOfRange: "must lie between year 1 and year 9999 in UTC"
        }
    }
}

extension Instant {
    /// The instant that `text` writes by RFC 3339 section 5.6 (`date-time`), for example `2026-11-20T10:00:00.5+02:00`.
    ///
    /// The zone is mandatory, `-00:00` means UTC. `t` and `z` may be in lower case; nothing but `T` separates date and
    /// time. A fraction may have any number of digits; what lies below one microsecond rounds up, so that the instant is
    /// never earlier than the text. Second 60 is accepted at 23:59:60 UTC of any day and means the next second, as POSIX
    /// time counts.
    public init(rfc3339 text: String) throws(RFC3339Error) {
        self = try text.withJSONBytes { utf8 in
            Result { () throws(RFC3339Error) in try Instant(rfc3339: utf8) }
        }.get()
    }

    /// The instant that the ASCII text in `bytes` writes; see `init(rfc3339:)` for strings.
    public init(rfc3339 bytes: UnsafeRawBufferPointer) throws(RFC3339Error) {
        var scan = RFC3339Scan(bytes: bytes)
        let year = try scan.number(digits: 4, then: 0x2D)
        let month = try scan.number(digits: 2, then: 0x2D)
        let day = try scan.number(digits: 2)
        try scan.pass(0x54, or: 0x74)
        let hour = try scan.number(digits: 2, then: 0x3A)
        let minute = try scan.number(digits: 2, then: 0x3A)
        let second = try scan.number(digits: 2)
        let fraction = try scan.fractionRoundedUp()
        let offsetMinutes = try scan.zone()
        guard month >= 1, month <= 12, day >= 1, day <= CivilDate.days(inMonth: month, of: year) else { throw .noSuchDate }
        guard hour <= 23, minute <= 59, second <= 60 else { throw .noSuchTime }
        let minutes = CivilDate.daysSinceEpoch(year: year, month: month, day: day) * 1_440 + hour * 60 + minute - offsetMinutes
        // 1,439 is 23:59; the remainder of a time before 1970 is negative.
        if second == 60, minutes % 1_440 != 1_439, minutes % 1_440 != -1 { throw .misplacedLeapSecond }
        let microseconds = Int64(minutes * 60 + second) * 1_000_000 + Int64(fraction)
        guard microseconds >= Self.earliest.microseconds, microseconds <= Self.latest.microseconds else { throw .outOfRange }
        self.init(microseconds: microseconds)
    }

    /// The instant in UTC by RFC 3339: `2026-11-20T10:00:00Z`, with three digits of fraction when it falls on a
    /// millisecond inside a second, six when it does not.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: Self.maxRFC3339Bytes) { writeRFC3339(into: $0) }
    }

    /// Appends `rfc3339` to `bytes`: 20, 24 or 27 bytes of ASCII.
    public func appendRFC3339(to bytes: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.maxRFC3339Bytes) { buffer in
            let count = writeRFC3339(into: buffer)
            bytes.append(contentsOf: buffer[..<count])
        }
    }

    static let maxRFC3339Bytes = 27

    /// Writes the text into `buffer`, of at least `maxRFC3339Bytes`, and returns its length.
    private func writeRFC3339(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        // Counted from the earliest instant, where no remainder is negative.
        let sinceEarliest = UInt64(bitPattern: microseconds - Self.earliest.microseconds)
        let (seconds, fraction) = (sinceEarliest / 1_000_000, Int(sinceEarliest % 1_000_000))
        let date = CivilDate(daysSinceYearOne: Int(seconds / 86_400))
        let secondOfDay = Int(seconds % 86_400)

        func pair(_ value: Int, at index: Int, then separator: UInt8) {
            buffer[index] = 0x30 &+ UInt8(truncatingIfNeeded: value / 10)
            buffer[index + 1] = 0x30 &+ UInt8(truncatingIfNeeded: value % 10)
            buffer[index + 2] = separator
        }
        pair(date.year / 100, at: 0, then: 0)
        pair(date.year % 100, at: 2, then: 0x2D)
        pair(date.month, at: 5, then: 0x2D)
        pair(date.day, at: 8, then: 0x54)
        pair(secondOfDay / 3_600, at: 11, then: 0x3A)
        pair(secondOfDay / 60 % 60, at: 14, then: 0x3A)
        pair(secondOfDay % 60, at: 17, then: 0x5A)
        if fraction == 0 { return 20 }

        let digits = fraction % 1_000 == 0 ? 3 : 6
        var rest = digits == 3 ? fraction / 1_000 : fraction
        buffer[19] = 0x2E
        for index in stride(from: 19 + digits, to: 19, by: -1) {
            buffer[index] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        buffer[20 + digits] = 0x5A
        return 21 + digits
    }
}

/// Walks over the bytes of an RFC 3339 text.
private struct RFC3339Scan {
    let bytes: UnsafeRawBufferPointer
    var index = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var current: UInt8 { index < bytes.count ? bytes[index] : 0 }

    mutating func pass(_ byte: UInt8, or other: UInt8) throws(RFC3339Error) {
        guard current == byte || current == other else { throw .malformed(offset: index) }
        index += 1
    }

    mutating func number(digits: Int, then separator: UInt8) throws(RFC3339Error) -> Int {
        let value = try number(digits: digits)
        try pass(separator, or: separator)
        return value
    }

    mutating func number(digits: Int) throws(RFC3339Error) -> Int {
        var value = 0
        for _ in 0..<digits {
            let digit = current &- 0x30
            guard digit < 10 else { throw .malformed(offset: index) }
            value = value * 10 + Int(digit)
            index += 1
        }
        return value
    }

    /// The microseconds of an optional fraction; 1,000,000 when it rounds up to a whole second.
    mutating func fractionRoundedUp() throws(RFC3339Error) -> Int {
        guard current == 0x2E else { return 0 }
        index += 1
        let start = index
        var microseconds = 0
        var unit = 100_000
        var roundUp = false
        while current &- 0x30 < 10 {
            let digit = Int(current &- 0x30)
            microseconds += digit * unit
            roundUp = roundUp || (unit == 0 && digit != 0)
            unit /= 10
            index += 1
        }
        guard index > start else { throw .malformed(offset: index) }
        return microseconds + (roundUp ? 1 : 0)
    }

    /// The zone's minutes east of UTC; nothing may follow it.
    mutating func zone() throws(RFC3339Error) -> Int {
        guard index < bytes.count else { throw .missingZone }
        let sign: Int
        switch current {
        case 0x5A, 0x7A: sign = 0
        case 0x2B: sign = 1
        case 0x2D: sign = -1
        default: throw .malformed(offset: index)
        }
        index += 1
        var minutes = 0
        if sign != 0 {
            let (hour, minute) = (try number(digits: 2, then: 0x3A), try number(digits: 2))
            guard hour <= 23, minute <= 59 else { throw .noSuchOffset }
            minutes = hour * 60 + minute
        }
        guard index == bytes.count else { throw .malformed(offset: index) }
        return sign * minutes
    }
}
