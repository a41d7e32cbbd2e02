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
    init(unchecked mantissa: Int128, _ scale: Int) {
        self.mantissa = mantissa
        self.scale = scale
    }

    public var isZero: Bool { mantissa == 0 }
    public var isNegative: Bool { mantissa < 0 }

    /// The number of digits behind the point without trailing zeros: 0 for 12.00, 2 for 0.250.
    public var significantScale: Int {
        var digits = mantissa
        var left = scale
        while left > 0 {
            let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { break }
            digits = quotient
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
        let (x, y) = (a.normalized, b.normalized)
        return x.mantissa == y.mantissa && x.scale == y.scale
    }

    public func hash(into hasher: inout Hasher) {
        let least = normalized
        hasher.combine(least.mantissa)
        hasher.combine(least.scale)
    }

    public static func < (a: ExactDecimal, b: ExactDecimal) -> Bool {
        if a.scale == b.scale { return a.mantissa < b.mantissa }
        if a.isNegative != b.isNegative { return a.isNegative }
        let shift = PowerOfTen.table[abs(a.scale - b.scale)]
        // The side with the smaller scale is brought to the other; when that does not fit it is the larger in magnitude.
        if a.scale < b.scale {
            let (scaled, overflow) = a.mantissa.multipliedReportingOverflow(by: shift)
            return overflow ? a.isNegative : scaled < b.mantissa
        }
        let (scaled, overflow) = b.mantissa.multipliedReportingOverflow(by: shift)
        return overflow ? !b.isNegative : a.mantissa < scaled
    }
}

// MARK: - Arithmetic

extension ExactDecimal {
    /// - Throws: `overflow`.
    public static func + (a: ExactDecimal, b: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        if a.scale == b.scale {
            let (sum, overflow) = a.mantissa.addingReportingOverflow(b.mantissa)
            if overflow { throw .overflow }
            return ExactDecimal(unchecked: sum, a.scale)
        }
        let scale = max(a.scale, b.scale)
        let (sum, overflow) = try a.scaled(to: scale).addingReportingOverflow(b.scaled(to: scale))
        if overflow { throw .overflow }
        return ExactDecimal(unchecked: sum, scale)
    }

    /// - Throws: `overflow`.
    public static func - (a: ExactDecimal, b: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        try a + b.negated()
    }

    /// The exact product; its scale is the sum of both, or less where trailing zeros must go for it to fit.
    ///
    /// - Throws: `overflow`.
    public static func * (a: ExactDecimal, b: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        let (product, overflow) = a.mantissa.multipliedReportingOverflow(by: b.mantissa)
        if !overflow, a.scale + b.scale <= maxScale { return ExactDecimal(unchecked: product, a.scale + b.scale) }
        let (x, y) = (a.normalized, b.normalized)
        let (least, again) = x.mantissa.multipliedReportingOverflow(by: y.mantissa)
        guard !again, x.scale + y.scale <= maxScale else { throw .overflow }
        return ExactDecimal(unchecked: least, x.scale + y.scale)
    }

    /// - Throws: `overflow` for the one value that has no positive counterpart.
    public func negated() throws(DecimalError) -> ExactDecimal {
        let (value, overflow) = Int128(0).subtractingReportingOverflow(mantissa)
        if overflow { throw .overflow }
        return ExactDecimal(unchecked: value, scale)
    }

    public func magnitude() throws(DecimalError) -> ExactDecimal { isNegative ? try negated() : self }

    /// The quotient with `scale` digits behind the point; nothing is lost before that one rounding.
    ///
    /// - Throws: `divisionByZero`, `overflow`.
    public func divided(by divisor: ExactDecimal, scale target: Int, rounding: RoundingRule) throws(DecimalError) -> ExactDecimal {
        guard !divisor.isZero else { throw .divisionByZero }
        guard (0...Self.maxScale).contains(target) else { throw .overflow }
        // self / divisor = (m1 / m2) x 10^(s2 - s1); the mantissa wanted is that x 10^target.
        let shift = divisor.scale - scale + target
        var numerator = mantissa
        var denominator = divisor.mantissa
        if shift >= 0 {
            numerator = try Self.shifted(numerator, by: shift)
        } else {
            denominator = try Self.shifted(denominator, by: -shift)
        }
        let value = try rounding.quotient(numerator, denominator)
        return ExactDecimal(unchecked: value, target)
    }

    /// The value with exactly `target` digits behind the point: padded with zeros, or rounded.
    ///
    /// - Throws: `overflow`.
    public func rounded(to target: Int, _ rounding: RoundingRule) throws(DecimalError) -> ExactDecimal {
        guard (0...Self.maxScale).contains(target) else { throw .overflow }
        if target >= scale { return ExactDecimal(unchecked: try scaled(to: target), target) }
        return ExactDecimal(unchecked: try rounding.quotient(mantissa, PowerOfTen.table[scale - target]), target)
    }

    /// The mantissa that the value has at a `target` scale of at least its own.
    private func scaled(to target: Int) throws(DecimalError) -> Int128 {
        target == scale ? mantissa : try Self.shifted(mantissa, by: target - scale)
    }

    private static func shifted(_ value: Int128, by digits: Int) throws(DecimalError) -> Int128 {
        if value == 0 { return 0 }
        guard digits <= maxScale else { throw .overflow }
        let (scaled, overflow) = value.multipliedReportingOverflow(by: PowerOfTen.table[digits])
        if overflow { throw .overflow }
        return scaled
    }
}

/// 10^0 to 10^38.
enum PowerOfTen {
    static let table: [Int128] = (0...38).reduce(into: []) { powers, _ in powers.append(powers.last.map { $0 * 10 } ?? 1) }
}
