@testable import Domain

// The worked example of docs/tax-strategies.md, which shows what stands below.

/// `vat-rt`: the value added tax of Ruritania, with its health levy.
struct RuritanianVAT: TaxStrategy {
    let name = "vat-rt"
    let rounding = TaxRounding(.line)

    private let rules = TaxRules(
        [
            TaxCategory("S", .taxed),
            TaxCategory("G", .untaxed, exemption: .init(reason: "Export")),
            TaxCategory("E", .untaxed, exemption: .init(reason: "Exempt by Act 12, schedule 2")),
            TaxCategory("O", .outside, exemption: .init(reason: "Seller below the threshold")),
        ],
        rates: RateTable([
            rate("12", from: "2010-01-01", [("VAT", "12")]),
            rate("13.5", from: "2026-07-01", [("VAT", "12"), ("HEALTH", "1.5")]),
            rate("4", code: "10", from: "2010-01-01", [("VAT", "4")]),
        ]),
        acceptsListedRatesOnly: true)

    func levy(on supply: TaxedSupply, of document: InvoiceDocument) throws(TaxProblem) -> Levy {
        try rules.levy(on: supply, of: document)
    }

    private static func rate(_ percent: String, code: String? = nil, from day: String, _ taxes: [(String, String)]) -> RateTable.Entry {
        RateTable.Entry(
            "S", code: code, from: CalendarDate(day), percent: ExactDecimal(percent) ?? .zero,
            components: taxes.map { Levy.Component(name: $0, rate: ExactDecimal($1) ?? .zero) })
    }
}
