import PropertyKit
import Testing

@testable import Domain

/// The judge is judged: what it reckons in 128 bits is what it reckons in `BigInt`.
@Suite struct RationalTests {
    struct Pair: CustomStringConvertible {
        let a: Rational
        let b: Rational
        let scale: Int
        let rule: RoundingRule

        var description: String { "\(a.numerator)/\(a.denominator), \(b.numerator)/\(b.denominator), scale \(scale), \(rule)" }
    }

    struct Wrong: Error, CustomStringConvertible { let description: String }

    /// Numerators of every size up to the edges of 128 bits, over a power of ten or, by division, over anything.
    private static func fraction(_ random: inout SeededGenerator) -> Rational {
        let bits = Int128(truncatingIfNeeded: random.next()) << 64 | Int128(truncatingIfNeeded: random.next())
        let edges: [Int128] = [.min, .min + 1, .max, .max - 1, 0, 1, -1, 5, -5]
        let mantissa =
            random.chance(10) ? edges[Int.random(in: 0..<edges.count, using: &random)] : bits >> Int128.random(in: 0...127, using: &random)
        let value = Rational(ExactDecimal(unchecked: mantissa, Int.random(in: 0...(random.chance(80) ? 6 : 38), using: &random)))
        guard random.chance(30) else { return value }
        let divisor = Int.random(in: 1...1_000_000, using: &random)
        return value / Rational(random.chance(50) ? divisor : -divisor)
    }

    private static func pairs(_ random: inout SeededGenerator) -> [Pair] {
        (0..<100).map { _ in
            Pair(
                a: fraction(&random), b: fraction(&random), scale: Int.random(in: 0...(random.chance(80) ? 6 : 40), using: &random),
                rule: RoundingRule.allCases[Int.random(in: 0..<RoundingRule.allCases.count, using: &random)])
        }
    }

    @Test func bothWaysOfReckoningAgree() throws {
        try forAll(cases: 300, generate: { Self.pairs(&$0) }) { pairs in
            for pair in pairs {
                let (a, b, wideA, wideB) = (pair.a, pair.b, pair.a.widened, pair.b.widened)
                try Self.same(a + b, wideA + wideB, "+")
                try Self.same(a - b, wideA - wideB, "-")
                try Self.same(a * b, wideA * wideB, "*")
                if b.numerator != 0 { try Self.same(a / b, wideA / wideB, "/") }
                try Self.same(a.rounded(pair.scale, pair.rule), wideA.rounded(pair.scale, pair.rule), "rounded")
                guard a.units(pair.scale, pair.rule) == wideA.units(pair.scale, pair.rule), (a < b) == (wideA < wideB),
                    (a == b) == (wideA == wideB)
                else { throw Wrong(description: "units or order") }
            }
        }
    }

    /// Compared by nothing but `BigInt`.
    private static func same(_ a: Rational, _ b: Rational, _ operation: String) throws {
        guard a.denominator > 0, b.denominator > 0, a.numerator * b.denominator == b.numerator * a.denominator else {
            throw Wrong(description: "\(operation): \(a.numerator)/\(a.denominator), not \(b.numerator)/\(b.denominator)")
        }
    }
}
