import BigInt

@testable import Domain

/// An exact fraction of unbounded integers: the independent judge of `ExactDecimal`.
///
/// What fits in 128 bits is reckoned there, each step checked for overflow, because ten million invoices are judged; everything else, and
/// every step that overflows, is reckoned in `BigInt`. `RationalTests` holds the one way against the other.
struct Rational: Equatable, Comparable {
    private enum Form {
        /// Numerator and denominator; the denominator is positive.
        case narrow(Int128, Int128)
        case wide(BigInt, BigInt)
    }

    private let form: Form

    private init(_ form: Form) { self.form = form }

    init(_ numerator: BigInt, over denominator: BigInt) {
        form = .wide(denominator < 0 ? -numerator : numerator, denominator.magnitude == 0 ? 1 : BigInt(denominator.magnitude))
    }

    init(_ whole: Int) { form = .narrow(Int128(whole), 1) }

    init(_ decimal: ExactDecimal) { form = .narrow(decimal.mantissa, Self.narrowPowers[decimal.scale]) }

    var numerator: BigInt {
        switch form {
        case .narrow(let numerator, _): Self.integer(numerator)
        case .wide(let numerator, _): numerator
        }
    }

    /// Always positive.
    var denominator: BigInt {
        switch form {
        case .narrow(_, let denominator): Self.integer(denominator)
        case .wide(_, let denominator): denominator
        }
    }

    /// The same fraction, with which everything is reckoned in `BigInt`.
    var widened: Rational { Rational(numerator, over: denominator) }

    static func integer(_ value: Int128) -> BigInt {
        let magnitude = value.magnitude
        let high = BigInt(UInt64(truncatingIfNeeded: magnitude >> 64))
        let whole = high == 0 ? BigInt(UInt64(truncatingIfNeeded: magnitude)) : (high << 64) + BigInt(UInt64(truncatingIfNeeded: magnitude))
        return value < 0 ? -whole : whole
    }

    private static let powers: [BigInt] = (0...160).map { BigInt(10).power($0) }
    private static let narrowPowers: [Int128] = (1...38).reduce(into: [1]) { powers, index in powers.append(powers[index - 1] * 10) }

    static func power(_ exponent: Int) -> BigInt { powers[exponent] }

    static func fits(_ integer: BigInt) -> Bool { integer <= Self.integer(.max) && integer >= Self.integer(.min) }
}

// MARK: - Arithmetic

extension Rational {
    static func + (a: Rational, b: Rational) -> Rational {
        if let sum = narrow(
            a, b,
            { n, d, m, e in
                if d == e { return pair(n.addingReportingOverflow(m), (d, false)) }
                guard let x = product(n, e), let y = product(m, d) else { return nil }
                return pair(x.addingReportingOverflow(y), d.multipliedReportingOverflow(by: e))
            })
        {
            return sum
        }
        if a.denominator == b.denominator { return Rational(a.numerator + b.numerator, over: a.denominator) }
        return Rational(a.numerator * b.denominator + b.numerator * a.denominator, over: a.denominator * b.denominator)
    }

    static func - (a: Rational, b: Rational) -> Rational {
        if case .narrow(let numerator, let denominator) = b.form, numerator != .min {
            return a + Rational(.narrow(-numerator, denominator))
        }
        return a + Rational(-b.numerator, over: b.denominator)
    }

    static func * (a: Rational, b: Rational) -> Rational {
        narrow(a, b) { n, d, m, e in pair(n.multipliedReportingOverflow(by: m), d.multipliedReportingOverflow(by: e)) }
            ?? Rational(a.numerator * b.numerator, over: a.denominator * b.denominator)
    }

    static func / (a: Rational, b: Rational) -> Rational {
        narrow(a, b) { n, d, m, e in
            m > 0 ? pair(n.multipliedReportingOverflow(by: e), d.multipliedReportingOverflow(by: m)) : nil
        } ?? Rational(a.numerator * b.denominator, over: a.denominator * b.numerator)
    }

    static func == (a: Rational, b: Rational) -> Bool {
        if let (x, y) = crossed(a, b) { return x == y }
        return a.numerator * b.denominator == b.numerator * a.denominator
    }

    static func < (a: Rational, b: Rational) -> Bool {
        if let (x, y) = crossed(a, b) { return x < y }
        return a.numerator * b.denominator < b.numerator * a.denominator
    }

    private typealias Checked = (partialValue: Int128, overflow: Bool)

    /// What `body` makes of two narrow fractions; nil where one is wide or it does not fit.
    private static func narrow(
        _ a: Rational, _ b: Rational, _ body: (Int128, Int128, Int128, Int128) -> (Int128, Int128)?
    ) -> Rational? {
        guard case .narrow(let n, let d) = a.form, case .narrow(let m, let e) = b.form, let (numerator, denominator) = body(n, d, m, e)
        else { return nil }
        return Rational(.narrow(numerator, denominator))
    }

    private static func pair(_ numerator: Checked, _ denominator: Checked) -> (Int128, Int128)? {
        numerator.overflow || denominator.overflow ? nil : (numerator.partialValue, denominator.partialValue)
    }

    private static func product(_ a: Int128, _ b: Int128) -> Int128? {
        let (value, overflow) = a.multipliedReportingOverflow(by: b)
        return overflow ? nil : value
    }

    /// Both numerators over one denominator.
    private static func crossed(_ a: Rational, _ b: Rational) -> (Int128, Int128)? {
        guard case .narrow(let n, let d) = a.form, case .narrow(let m, let e) = b.form else { return nil }
        if d == e { return (n, m) }
        guard let x = product(n, e), let y = product(m, d) else { return nil }
        return (x, y)
    }
}

// MARK: - Rounding

extension Rational {
    /// The integer next to the value x 10^`scale`, by the textbook definition of each rule from floor and ceiling.
    func units(_ scale: Int, _ rule: RoundingRule) -> BigInt {
        if let units = narrowUnits(scale, rule) { return Self.integer(units) }
        return Self.units(numerator * Self.power(scale), denominator, rule)
    }

    /// The value rounded to `scale` digits behind the point.
    func rounded(_ scale: Int, _ rule: RoundingRule = .halfAwayFromZero) -> Rational {
        if let units = narrowUnits(scale, rule) { return Rational(.narrow(units, Self.narrowPowers[scale])) }
        return Rational(units(scale, rule), over: Self.power(scale))
    }

    /// Nil where it does not fit.
    private func narrowUnits(_ scale: Int, _ rule: RoundingRule) -> Int128? {
        // A rest of less than half of all that fits can be doubled.
        guard case .narrow(let numerator, let denominator) = form, scale < Self.narrowPowers.count, denominator <= .max / 2,
            let scaled = Self.product(numerator, Self.narrowPowers[scale]), scaled > .min + 1
        else { return nil }
        return Self.units(scaled, denominator, rule)
    }

    private static func units<Whole: BinaryInteger>(_ scaled: Whole, _ denominator: Whole, _ rule: RoundingRule) -> Whole {
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
}
