import BigInt
import PropertyKit
import Testing

@testable import Domain

/// `ExactDecimal` against fractions of unbounded integers: what it gives is exact, and it refuses only what does not fit.
@Suite struct ExactDecimalOracleTests {
    struct Pair: CustomStringConvertible {
        let a: ExactDecimal
        let b: ExactDecimal
        let scale: Int
        let rule: RoundingRule

        var description: String { "\(a.mantissa)e-\(a.scale), \(b.mantissa)e-\(b.scale), scale \(scale), \(rule)" }
    }

    struct Wrong: Error, CustomStringConvertible { let description: String }

    private static func decimal(_ random: inout SeededGenerator) -> ExactDecimal {
        let bits = Int128(truncatingIfNeeded: random.next()) << 64 | Int128(truncatingIfNeeded: random.next())
        var mantissa: Int128
        switch Int.random(in: 0..<10, using: &random) {
        case 0: mantissa = [0, 1, -1, .max, .min, .max - 1, .min + 1, 5, -5][Int.random(in: 0..<9, using: &random)]
        case 1: mantissa = PowerOfTen.table[Int.random(in: 0...38, using: &random)] + Int128(Int.random(in: -1...1, using: &random))
        case 2: mantissa = Int128(Int64.random(in: .min ... .max, using: &random))
        case 3: mantissa = [Int128(Int64.max), Int128(Int64.min), Int128(Int64.max) + 1][Int.random(in: 0..<3, using: &random)]
        case 4, 5, 6: mantissa = Int128(Int.random(in: -1_000_000...1_000_000, using: &random))
        default: mantissa = bits >> Int128(Int.random(in: 0...127, using: &random))
        }
        if random.chance(15) {
            let zeros = PowerOfTen.table[Int.random(in: 0...20, using: &random)]
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: zeros)
            if !overflow { mantissa = product }
        }
        let scale = random.chance(70) ? Int.random(in: 0...6, using: &random) : Int.random(in: 0...38, using: &random)
        return ExactDecimal(unchecked: mantissa, scale)
    }

    private static func pairs(_ random: inout SeededGenerator) -> [Pair] {
        (0..<100).map { _ in
            Pair(
                a: decimal(&random), b: decimal(&random),
                scale: random.chance(70) ? Int.random(in: 0...6, using: &random) : Int.random(in: 0...38, using: &random),
                rule: RoundingRule.allCases[Int.random(in: 0..<RoundingRule.allCases.count, using: &random)])
        }
    }

    private func holds(cases: Int = 300, _ property: (Pair) throws -> Void) throws {
        try forAll(cases: cases, generate: { Self.pairs(&$0) }) { for pair in $0 { try property(pair) } }
    }

    /// The result of an operation; nil for an overflow.
    private func result(_ body: () throws(DecimalError) -> ExactDecimal) throws -> ExactDecimal? {
        do throws(DecimalError) {
            return try body()
        } catch {
            guard error == .overflow else { throw Wrong(description: "\(error)") }
            return nil
        }
    }

    private func units(_ value: ExactDecimal, _ scale: Int) -> BigInt { Rational(value).units(scale, .towardZero) }

    @Test func sumsAndDifferencesAreExactOrDoNotFit() throws {
        try holds { pair in
            let scale = max(pair.a.significantScale, pair.b.significantScale)
            let operandsFit = Rational.fits(units(pair.a, scale)) && Rational.fits(units(pair.b, scale))
            for (value, expected) in [
                (try result { () throws(DecimalError) in try pair.a + pair.b }, Rational(pair.a) + Rational(pair.b)),
                (try result { () throws(DecimalError) in try pair.a - pair.b }, Rational(pair.a) - Rational(pair.b)),
            ] {
                if let value {
                    guard Rational(value) == expected else { throw Wrong(description: "\(value)") }
                } else if operandsFit, Rational.fits(expected.units(scale, .towardZero)) {
                    throw Wrong(description: "refused, but fits")
                }
            }
        }
    }

    @Test func productsAreExactOrDoNotFit() throws {
        try holds { pair in
            let expected = Rational(pair.a) * Rational(pair.b)
            if let value = try result({ () throws(DecimalError) in try pair.a * pair.b }) {
                guard Rational(value) == expected else { throw Wrong(description: "\(value)") }
                return
            }
            let digits = pair.a.significantScale + pair.b.significantScale
            let product = expected.units(digits, .towardZero)
            let fitsInScale = expected.rounded(min(38, digits), .towardZero) == expected
            if Rational.fits(product), fitsInScale { throw Wrong(description: "refused, but fits") }
        }
    }

    @Test func quotientsAreRoundedOnceFromTheExactValue() throws {
        try holds { pair in
            if pair.b.isZero {
                #expect(throws: DecimalError.divisionByZero) { try pair.a.divided(by: pair.b, scale: pair.scale, rounding: pair.rule) }
                return
            }
            let expected = (Rational(pair.a) / Rational(pair.b)).units(pair.scale, pair.rule)
            let value = try result { () throws(DecimalError) in
                try pair.a.divided(by: pair.b, scale: pair.scale, rounding: pair.rule)
            }
            guard value.map({ Rational.integer($0.mantissa) }) == (Rational.fits(expected) ? expected : nil) else {
                throw Wrong(description: "\(String(describing: value)) for \(expected)")
            }
        }
    }

    @Test func roundingIsThatOfTheExactValue() throws {
        try holds { pair in
            let expected = Rational(pair.a).units(pair.scale, pair.rule)
            let value = try result { () throws(DecimalError) in try pair.a.rounded(to: pair.scale, pair.rule) }
            guard value.map({ Rational.integer($0.mantissa) }) == (Rational.fits(expected) ? expected : nil) else {
                throw Wrong(description: "\(String(describing: value)) for \(expected)")
            }
        }
    }

    @Test func percentagesAreRoundedOnceFromTheExactValue() throws {
        try holds { pair in
            let expected = (Rational(pair.a) * Rational(pair.b) / Rational(100)).units(pair.scale, pair.rule)
            let value = try result { () throws(DecimalError) in
                try pair.a.percentage(pair.b, scale: pair.scale, rounding: pair.rule)
            }
            guard let value else { return }
            guard Rational.integer(value.mantissa) == expected else { throw Wrong(description: "\(value) for \(expected)") }
        }
    }

    @Test func orderEqualityAndHashAreByValue() throws {
        try holds { pair in
            let (x, y) = (Rational(pair.a), Rational(pair.b))
            guard (pair.a < pair.b) == (x < y), (pair.b < pair.a) == (y < x), (pair.a == pair.b) == (x == y) else {
                throw Wrong(description: "order")
            }
            guard pair.a.normalized == pair.a, pair.a.normalized.hashValue == pair.a.hashValue else {
                throw Wrong(description: "normal form")
            }
        }
    }

    @Test func whatIsWrittenIsReadBackDigitByDigit() throws {
        try holds { pair in
            let read = ExactDecimal(pair.a.description)
            guard read?.mantissa == pair.a.mantissa, read?.scale == pair.a.scale else { throw Wrong(description: pair.a.description) }
        }
    }
}
