/// `vat-ng`: Nigeria's value added tax.
///
/// 7.5 % since 1 February 2020 (Finance Act 2019), 5 % before; zero-rated and exempt supplies bear none. A stated rate must be one of these: a
/// credit note for an old invoice states the old one.
public struct NigerianVAT: TaxStrategy {
    public let name = "vat-ng"
    public let rounding: TaxRounding
    private let rules: TaxRules

    public init(_ settings: RegimeSettings = RegimeSettings()) {
        rounding = settings.rounding()
        rules = TaxRules(
            [
                TaxCategory("S", .taxed), TaxCategory("Z", .untaxed),
                TaxCategory("E", .untaxed, exemption: .init(reason: "Exempt from VAT")),
            ], rates: settings.rates.entries.isEmpty ? Self.rates : settings.rates,
            acceptsListedRatesOnly: settings.acceptsListedRatesOnly ?? true)
    }

    public func levy(on supply: TaxedSupply, of document: InvoiceDocument) throws(TaxProblem) -> Levy {
        try rules.levy(on: supply, of: document)
    }

    private static let rates = RateTable([
        RateTable.Entry("S", from: CalendarDate(year: 1994, month: 1, day: 1), percent: ExactDecimal(5)),
        RateTable.Entry("S", from: CalendarDate(year: 2020, month: 2, day: 1), percent: ExactDecimal(unchecked: 75, 1)),
    ])
}
