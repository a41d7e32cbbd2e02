/// `vat`: value added tax as EN 16931 models it, for the European Union and for the states of the Gulf (GCC), whose taxes have the same shape.
///
/// Rates are those that the document states, or the tenant's rate table. Zero-rated, exempt, reverse-charged, intra-Community and export
/// supplies bear no tax; category O stands alone (BR-O-11 to BR-O-14).
public struct ValueAddedTax: TaxStrategy {
    public let name = "vat"
    public let rounding: TaxRounding
    private let rules: TaxRules

    public init(_ settings: RegimeSettings = RegimeSettings()) {
        rounding = settings.rounding()
        rules = TaxRules(
            [
                TaxCategory("S", .taxed),
                TaxCategory("Z", .untaxed),
                TaxCategory("E", .untaxed),
                TaxCategory("AE", .untaxed, exemption: .init(reason: "Reverse charge", code: "VATEX-EU-AE")),
                TaxCategory("K", .untaxed, exemption: .init(reason: "Intra-Community supply", code: "VATEX-EU-IC")),
                TaxCategory("G", .untaxed, exemption: .init(reason: "Export outside the EU", code: "VATEX-EU-G")),
                TaxCategory("O", .outside, exemption: .init(reason: "Not subject to VAT", code: "VATEX-EU-O")),
                // The Canary Islands' and Ceuta and Melilla's own taxes, and Italy's split payment: charged like S.
                TaxCategory("L", .taxed),
                TaxCategory("M", .taxed),
                TaxCategory("B", .taxed),
            ], rates: settings.rates, acceptsListedRatesOnly: settings.acceptsListedRatesOnly ?? false)
    }

    public func levy(on supply: TaxedSupply, of document: InvoiceDocument) throws(TaxProblem) -> Levy {
        var levy = try rules.levy(on: supply, of: document)
        // The codes and the words of Directive 2006/112 fit no supply from elsewhere.
        if levy.exemption != nil, !Self.isInEuropeanUnion(document.seller) {
            levy.exemption?.code = nil
            if levy.category == "G" { levy.exemption?.reason = "Export" }
        }
        return levy
    }

    /// A seller of unknown country is taken to be in the Union.
    private static func isInEuropeanUnion(_ seller: InvoiceDocument.Party?) -> Bool {
        guard let country = seller?.address?.country ?? seller?.vatId.map({ String($0.prefix(2)) }), !country.isEmpty else { return true }
        return members.contains(country)
    }

    /// With Greece's VAT prefix, and that of Northern Ireland.
    private static let members: Set<String> = [
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL",
        "PL", "PT", "RO", "SE", "SI", "SK", "XI",
    ]
}
