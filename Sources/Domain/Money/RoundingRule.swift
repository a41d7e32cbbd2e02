/// What becomes of the digits that are cut off. Money is never rounded without one of these being named.
public enum RoundingRule: String, Hashable, Sendable, CaseIterable {
    /// To the nearest; a half goes away from zero: 2.5 → 3, −2.5 → −3. What commerce calls rounding, and the engine's rule unless another is
    /// asked for.
    case halfAwayFromZero
    /// To the nearest; a half goes to the even neighbour: 2.5 → 2, 3.5 → 4.
    case halfToEven
    /// To the nearest; a half goes towards positive infinity: 2.5 → 3, −2.5 → −2. XPath's `round()` (XPath and XQuery Functions, 4.4.4).
    case halfTowardPositive
    /// Cut off.
    case towardZero
    /// Away from zero as soon as anything is cut off.
    case awayFromZero
    /// Towards negative infinity.
    case down
    /// Towards positive infinity.
    case up

    /// `numerator / denominator` as an integer by this rule.
    ///
    /// - Throws: `divisionByZero`, `overflow`.
    func quotient(_ numerator: Int128, _ denominator: Int128) throws(DecimalError) -> Int128 {
        guard denominator != 0 else { throw .divisionByZero }
        // A division of 64 bits is many times quicker than one of 128. (The least of 64 bits divided by -1 goes the long way.)
        if let n = Int64(exactly: numerator), let d = Int64(exactly: denominator), d > 0 {
            let (divided, rest) = n.quotientAndRemainder(dividingBy: d)
            if rest == 0 { return Int128(divided) }
            let isNegative = n < 0
            let steps = stepsAway(
                remainder: rest.magnitude, of: d.magnitude, isNegative: isNegative, isOdd: divided & 1 != 0)
            return Int128(divided) + (steps ? (isNegative ? -1 : 1) : 0)
        }
        let (divided, overflow) = numerator.dividedReportingOverflow(by: denominator)
        if overflow { throw .overflow }
        let rest = numerator - divided * denominator
        if rest == 0 { return divided }
        let isNegative = (numerator < 0) != (denominator < 0)
        let steps = stepsAway(remainder: rest.magnitude, of: denominator.magnitude, isNegative: isNegative, isOdd: divided & 1 != 0)
        // A quotient with a rest is at most half of the greatest, so that there is room for one more.
        return steps ? (isNegative ? divided - 1 : divided + 1) : divided
    }

    /// The same for a numerator of 256 bits; both are magnitudes, and the sign of the quotient is given.
    ///
    /// - Throws: `divisionByZero`, `overflow`.
    func quotient(_ numerator: Wide, _ denominator: UInt128, isNegative: Bool) throws(DecimalError) -> Int128 {
        guard denominator != 0 else { throw .divisionByZero }
        guard numerator.high < denominator else { throw .overflow }
        var (magnitude, rest) = denominator.dividingFullWidth((numerator.high, numerator.low))
        if rest != 0, stepsAway(remainder: rest, of: denominator, isNegative: isNegative, isOdd: magnitude & 1 != 0) {
            guard magnitude < .max else { throw .overflow }
            magnitude += 1
        }
        let value: Int128? = isNegative ? .init(exactlyNegating: magnitude) : .init(exactly: magnitude)
        guard let value else { throw .overflow }
        return value
    }

    /// Whether the quotient, cut off, takes one more step away from zero; `remainder` is not 0 and less than `divisor`.
    func stepsAway<T: FixedWidthInteger & UnsignedInteger>(remainder: T, of divisor: T, isNegative: Bool, isOdd: Bool) -> Bool {
        switch self {
        case .towardZero: return false
        case .awayFromZero: return true
        case .down: return isNegative
        case .up: return !isNegative
        case .halfAwayFromZero, .halfToEven, .halfTowardPositive: break
        }
        // The remainder against half of the divisor, without doubling either.
        let opposite = divisor - remainder
        if remainder != opposite { return remainder > opposite }
        switch self {
        case .halfToEven: return isOdd
        case .halfTowardPositive: return !isNegative
        default: return true
        }
    }
}

extension Int128 {
    /// `-magnitude`, or nil when it does not fit.
    init?(exactlyNegating magnitude: UInt128) {
        guard magnitude <= Int128.min.magnitude else { return nil }
        self = 0 &- Int128(truncatingIfNeeded: magnitude)
    }
}
