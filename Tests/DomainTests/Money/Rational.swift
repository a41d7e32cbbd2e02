import BigInt

@testable import Domain

/// An exact fraction of unbounded integers: the independent judge of `ExactDecimal`.
struct Rational: Equatable, Comparable {
    let numerator: BigInt
    /// Always positive.
    let denominator: BigInt

    init(_ numerator: BigInt, over denominator: BigInt) {
        self.numerator = denominator < 0 ? -numerator : numerator
        self.denominator = denominator.magnitude == 0 ? 1 : BigInt(denominator.magnitude)
    }

    init(_ whole: Int) { self.init(BigInt(whole), over: 1) }

    init(_ decimal: ExactDecimal) {
        self.init(Self.integer(decimal.mantissa), over: Self.power(decimal.scale))
    }

    static func integer(_ value: Int128) -> BigInt {
        let magnitude = value.magnitude
        let high = BigInt(UInt64(truncatingIfNeeded: magnitude >> 64))
        let whole = high == 0 ? BigInt(UInt64(truncatingIfNeeded: magnitude)) : (high << 64) + BigInt(UInt64(truncatingIfNeeded: magnitude))
        return value < 0 ? -whole : whole
    }

    private static let powers: [BigInt] = (0...160).map { BigInt(10).power($0) }

    static func power(_ exponent: Int) -> BigInt { powers[exponent] }

    static func + (a: Rational, b: Rational) -> Rational {
        if a.denominator == b.denominator { return Rational(a.numerator + b.numerator, over: a.denominator) }
        return Rational(a.numerator * b.denominator + b.numerator * a.denominator, over: a.denominator * b.denominator)
    }

    static func - (a: Rational, b: Rational) -> Rational { a + Rational(-b.numerator, over: b.denominator) }

    static func * (a: Rational, b: Rational) -> Rational {
        Rational(a.numerator * b.numerator, over: a.denominator * b.denominator)
    }

    static func / (a: Rational, b: Rational) -> Rational {
        Rational(a.numerator * b.denominator, over: a.denominator * b.numerator)
    }

    static func == (a: Rational, b: Rational) -> Bool { a.numerator * b.denominator == b.numerator * a.denominator }

    static func < (a: Rational, b: Rational) -> Bool { a.numerator * b.denominator < b.numerator * a.denominator }

    /// The integer next to the value x 10^`scale`, by the textbook definition of each rule from floor and ceiling.
    func units(_ scale: Int, _ rule: RoundingRule) -> BigInt {
        let scaled = numerator * Self.power(scale)
        var (floor, rest) = scaled.quotientAndRemainder(dividingBy: denominator)
        if rest == 0 { return floor }
        if rest < 0 {
            floor -= 1
            rest += denominator
        }
        let ceiling = floor + 1
        let inward = scaled < 0 ? ceiling : floor
        let outward = scaled < 0 ? floor : ceiling
        switch rule {
        case .down: return floor
        case .up: return ceiling
        case .towardZero: return inward
        case .awayFromZero: return outward
        case .halfAwayFromZero, .halfToEven, .halfTowardPositive:
            let twice = 2 * rest
            if twice != denominator { return twice < denominator ? floor : ceiling }
            switch rule {
            case .halfTowardPositive: return ceiling
            case .halfToEven: return floor % 2 == 0 ? floor : ceiling
            default: return outward
            }
        }
    }

    /// The value rounded to `scale` digits behind the point.
    func rounded(_ scale: Int, _ rule: RoundingRule = .halfAwayFromZero) -> Rational {
        Rational(units(scale, rule), over: Self.power(scale))
    }

    static func fits(_ integer: BigInt) -> Bool { integer <= Self.integer(.max) && integer >= Self.integer(.min) }
}
