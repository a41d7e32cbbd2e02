/// An exact decimal number: an integer mantissa and how many of its digits stand behind the point.
///
/// `12.340` is the mantissa 12340 with the scale 3. Up to 38 significant digits and a scale of 0 to 38; what does not fit is an error and
/// never a rounded value. Equality, order and hashing are by value: 1.0 equals 1.00. The scale that was written is kept, so that a text
/// read is the text written.
public struct ExactDecimal: Sendable {
    /// The digits as an integer.
    public let mantissa: Int128
    /// How many of the mantissa's digits stand behind the decimal point, 0 to `maxScale`.
    public let scale: Int

    public static let maxScale = 38
    public static let zero = ExactDecimal(0)
    public static let one = ExactDecimal(1)

    public init(_ value: Int) {
        mantissa = Int128(value)
        scale = 0
    }

    /// - Throws: `overflow` when `scale` is not in 0 to `maxScale`.
    public init(mantissa: Int128, scale: Int) throws(DecimalError) {
        guard (0...Self.maxScale).contains(scale) else { throw .overflow }
        self.mantissa = mantissa
        self.scale = scale
    }

    /// `scale` must be in 0 to `maxScale`.
    @inline(__always)
    init(unchecked mantissa: Int128, _ scale: Int) {
        self.mantissa = mantissa
        self.scale = scale
    }

    public var isZero: Bool { mantissa == 0 }
    public var isNegative: Bool { mantissa < 0 }

    /// The number of digits behind the point without trailing zeros: 0 for 12.00, 2 for 0.250.
    public var significantScale: Int {
        if mantissa == 0 { return 0 }
        var left = scale
        // A division of 64 bits is many times quicker than one of 128.
        if var digits = Int64(exactly: mantissa) {
            while left > 0, digits % 10 == 0 {
                digits /= 10
                left -= 1
            }
            return left
        }
        var digits = mantissa
        while left > 0, digits % 10 == 0 {
            digits /= 10
            left -= 1
        }
        return left
    }

    /// The same value with the fewest digits behind the point.
    public var normalized: ExactDecimal {
        let least = significantScale
        guard least < scale else { return self }
        return ExactDecimal(unchecked: mantissa / PowerOfTen.table[scale - least], least)
    }
}

/// Why a number could not be made or computed exactly.
public enum DecimalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The text is not a decimal number.
    case notANumber
    /// The value has more digits than fit (38).
    case overflow
    case divisionByZero

    public var description: String {
        switch self {
        case .notANumber: "must be a decimal number such as 1234.50"
        case .overflow: "has more than 38 digits, or leads to a value with more"
        case .divisionByZero: "leads to a division by zero"
        }
    }
}

// MARK: - Order

extension ExactDecimal: Hashable, Comparable {
    public static func == (a: ExactDecimal, b: ExactDecimal) -> Bool {
        if a.scale == b.scale { return a.mantissa == b.mantissa }
        if a.scale > b.scale { return b == a }
        // What has too many digits at the larger scale cannot be the value that fits there.
        guard let scaled = shifted(a.mantissa, by: b.scale - a.scale) else { return false }
        return scaled == b.mantissa
    }

    public func hash(into hasher: inout Hasher) {
        let least = normalized
        hasher.combine(least.mantissa)
        hasher.combine(least.scale)
    }

    public static func < (a: ExactDecimal, b: ExactDecimal) -> Bool {
        if a.scale == b.scale { return a.mantissa < b.mantissa }
        if a.isNegative != b.isNegative { return a.isNegative }
        // The side with the smaller scale is brought to the other; when that does not fit it is the larger in magnitude.
        if a.scale < b.scale {
            guard let scaled = shifted(a.mantissa, by: b.scale - a.scale) else { return a.isNegative }
            return scaled < b.mantissa
        }
        guard let scaled = shifted(b.mantissa, by: a.scale - b.scale) else { return !b.isNegative }
        return a.mantissa < scaled
    }

    /// `value` x 10^`digits`, or nil when it does not fit; `digits` must be in 0 to `maxScale`.
    @inline(__always)
    static func shifted(_ value: Int128, by digits: Int) -> Int128? {
        let power = PowerOfTen.table[digits]
        // Two factors of 64 bits cannot overflow, and are multiplied by one instruction.
        if digits <= PowerOfTen.largestIn64Bits, let small = Int64(exactly: value) {
            return Int128(small) &* Int128(Int64(truncatingIfNeeded: power))
        }
        let (scaled, overflow) = value.multipliedReportingOverflow(by: power)
        return overflow ? nil : scaled
    }
}

/// 10^0 to 10^38.
enum PowerOfTen {
    static let table: [Int128] = (0...38).reduce(into: []) { powers, _ in powers.append(powers.last.map { $0 * 10 } ?? 1) }
    static let largestIn64Bits = 18
}
