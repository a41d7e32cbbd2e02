import Testing

@testable import Domain

@Suite struct ExactDecimalTests {
    private func decimal(_ text: String) throws -> ExactDecimal { try #require(ExactDecimal(text)) }

    @Test(arguments: [
        "0", "0.00", "-0.50", "12", "1234.5600", "99999999999999999999999999999999999999", "-170141183460469231731687303715884105728",
    ])
    func aTextIsKeptAsWritten(text: String) throws {
        #expect(try decimal(text).description == text)
    }

    @Test(arguments: ["", "-", ".", "1e3", "1,5", " 1", "1 ", "1.2.3", "+-1", "NaN", "170141183460469231731687303715884105728", "٣"])
    func whatIsNoDecimalIsRefused(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test func aNumberInJSONIsReadExactly() throws {
        for (text, value) in [("1.10", "1.10"), ("1e3", "1000"), ("-2.5E-3", "-0.0025"), ("0e999", "0"), ("12E+2", "1200")] {
            #expect(try ExactDecimal(#require(JSONNumber(text: text))) == decimal(value))
        }
        // The least Int has no magnitude: taken for one, a number in a request would end the process.
        let texts = [
            "1e39", "1e-39", "1e999999999999999999999", "1e9223372036854775807", "1e-9223372036854775808", "-1.5E-9223372036854775808",
        ]
        for text in texts {
            #expect(throws: DecimalError.overflow) { try ExactDecimal(#require(JSONNumber(text: text))) }
        }
    }

    /// rule, then what 2.5, 3.5, -2.5, 2.4, -2.6 and 0.1 become.
    @Test(arguments: [
        (RoundingRule.halfAwayFromZero, [3, 4, -3, 2, -3, 0]),
        (.halfToEven, [2, 4, -2, 2, -3, 0]),
        (.halfTowardPositive, [3, 4, -2, 2, -3, 0]),
        (.towardZero, [2, 3, -2, 2, -2, 0]),
        (.awayFromZero, [3, 4, -3, 3, -3, 1]),
        (.down, [2, 3, -3, 2, -3, 0]),
        (.up, [3, 4, -2, 3, -2, 1]),
    ])
    func eachRuleRoundsAsItsNameSays(rule: RoundingRule, expected: [Int]) throws {
        let values = try ["2.5", "3.5", "-2.5", "2.4", "-2.6", "0.1"].map { try decimal($0).rounded(to: 0, rule) }
        #expect(values == expected.map { ExactDecimal($0) })
    }

    @Test func tenthsAddUpToAWhole() throws {
        var sum = ExactDecimal.zero
        for _ in 0..<10 { sum = try sum + decimal("0.1") }
        #expect(sum == .one)
    }

    @Test func anOverflowIsAnErrorAndNeverATrap() throws {
        let greatest = ExactDecimal(unchecked: .max, 0)
        let least = ExactDecimal(unchecked: .min, 0)
        #expect(throws: DecimalError.overflow) { try greatest + .one }
        #expect(throws: DecimalError.overflow) { try least - .one }
        #expect(throws: DecimalError.overflow) { try least * ExactDecimal(-1) }
        #expect(throws: DecimalError.overflow) { try least.negated() }
        #expect(throws: DecimalError.overflow) { try least.divided(by: ExactDecimal(-1), scale: 0, rounding: .towardZero) }
        #expect(throws: DecimalError.overflow) { try greatest.rounded(to: 1, .towardZero) }
        #expect(throws: DecimalError.overflow) { try ExactDecimal.one.rounded(to: 39, .towardZero) }
        #expect(throws: DecimalError.divisionByZero) { try greatest.divided(by: .zero, scale: 0, rounding: .towardZero) }
        #expect(try least - least == .zero)
        #expect(try ExactDecimal(-1) - least == greatest)
    }
}
