import PropertyKit
import Testing

@testable import Domain

@Suite struct CurrencyTests {
    /// ISO 4217 list one of 2026-01-01: every code that has not two minor units.
    private static let exceptions: [Int?: [String]] = [
        0: [
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
        ],
        3: ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"],
        4: ["CLF", "UYW"],
        nil: ["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"],
    ]

    @Test func minorUnitsAreTwoButForTheExceptionsOfISO4217() throws {
        for (units, codes) in Self.exceptions {
            for code in codes { #expect(try #require(Currency(code)).minorUnits == units, "\(code)") }
        }
        let others = Currency.all.filter { currency in !Self.exceptions.values.contains { $0.contains(currency.code) } }
        #expect(others.count == 139)
        #expect(others.allSatisfy { $0.minorUnits == 2 })
    }

    @Test func currenciesOfEveryServedMarketAreKnown() {
        for code in ["EUR", "INR", "NGN", "AED", "SAR", "QAR", "USD", "GBP", "CHF", "PLN", "RON", "SEK"] {
            #expect(Currency(code)?.minorUnits == 2, "\(code)")
        }
    }

    @Test func onlyActiveCodesInCapitalLettersAreCurrencies() {
        for wrong in ["", "EU", "EURO", "eur", "Eur", " EUR", "EU\u{0}", "ÉUR", "AAA", "DEM", "FRF", "HRK", "STD", "VEF", "ZWL", "CNH"] {
            #expect(Currency(wrong) == nil, "\(wrong)")
        }
    }

    @Test func theListIsOrderedAndEachCodeLeadsBackToItsCurrency() {
        #expect(Currency.all.count == 178)
        #expect(zip(Currency.all, Currency.all.dropFirst()).allSatisfy { $0 < $1 })
        for currency in Currency.all {
            #expect(Currency(currency.code) == currency)
            #expect(Currency(utf8: Array(currency.code.utf8)) == currency)
            #expect(currency.description == currency.code)
        }
    }

    @Test func lookingUpAgreesWithTheListForAnyThreeBytes() throws {
        let known = Set(Currency.all.map(\.code))
        try forAll(
            generate: { random in
                (0..<20).map { _ in String((0..<3).map { _ in Character(Unicode.Scalar(UInt8.random(in: 0x40...0x5B, using: &random))) }) }
            },
            property: { codes in
                for code in codes where (Currency(code) != nil) != known.contains(code) { throw Disagreement(code: code) }
            })
    }

    @Test func theCodesThatTheRulesAllowDifferFromISOByFour() {
        let iso = Set(Currency.all.map(\.code))
        let allowed = Set(CodeList.currencies.codes)
        #expect(allowed.subtracting(iso) == ["CNH", "STD"])
        #expect(iso.subtracting(allowed) == ["STN", "XAD"])
    }

    private struct Disagreement: Error {
        let code: String
    }
}
