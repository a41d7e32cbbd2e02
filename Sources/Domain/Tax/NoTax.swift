/// `none`: a sale without tax, such as a cash bill. All is category O; what states no category has it.
public struct NoTax: TaxStrategy {
    public let name = "none"
    public let rounding: TaxRounding
    private let rules = TaxRules(
        [TaxCategory("O", .outside, exemption: .init(reason: "Not subject to tax"))], defaultCategory: "O")

    public init(_ settings: RegimeSettings = RegimeSettings()) { rounding = settings.rounding() }

    public var taxWithoutChoice: InvoiceDocument.Tax? { InvoiceDocument.Tax(category: "O") }

    public func levy(on supply: TaxedSupply, of document: InvoiceDocument) throws(TaxProblem) -> Levy {
        try rules.levy(on: supply, of: document)
    }
}
