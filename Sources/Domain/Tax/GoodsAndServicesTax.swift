/// `gst-in`: India's goods and services tax.
///
/// A supply within a state bears central and state tax (CGST, SGST) at half the rate each; one between states bears integrated tax (IGST). The
/// state of the seller is in the first two digits of its GSTIN, the place of supply is the document's, or else in the buyer's GSTIN. In a
/// union territory the second half is UTGST by law; it is named SGST here as in the invoice schema INV-01.
///
/// CGST and SGST are two taxes of two Acts (CGST Act 2017, section 9; the SGST Act of the state), each a rate on the same value. So each is
/// computed and rounded by itself, and what is called the tax is their sum: both are equal and the sum is right to the paisa. With an odd paisa
/// it can differ by one from the full rate's tax, as it must. Compensation cess is a third tax on the same base.
///
/// Tax is rounded per line unless set otherwise, because INV-01 states it per item and the totals are to be the sums.
public struct GoodsAndServicesTax: TaxStrategy {
    public let name: String
    public let rounding: TaxRounding
    private let rules: TaxRules
    private let isAlwaysIntegrated: Bool

    /// - Parameter isAlwaysIntegrated: IGST also within a state, as the law asks for supplies to special economic zones among others (IGST Act
    ///   2017, section 7(5)); the regime is then named `gst-in-igst`.
    public init(_ settings: RegimeSettings = RegimeSettings(), isAlwaysIntegrated: Bool = false) {
        name = isAlwaysIntegrated ? "gst-in-igst" : "gst-in"
        self.isAlwaysIntegrated = isAlwaysIntegrated
        rounding = settings.rounding(default: .line)
        rules = TaxRules(
            [
                TaxCategory("S", .taxed),
                TaxCategory("Z", .untaxed),
                TaxCategory("E", .untaxed, exemption: .init(reason: "Exempt supply")),
                TaxCategory("AE", .untaxed, exemption: .init(reason: "Reverse charge")),
                TaxCategory("G", .untaxed, exemption: .init(reason: "Export without payment of tax")),
                TaxCategory("O", .outside, exemption: .init(reason: "Outside the scope of GST")),
            ], rates: settings.rates, acceptsListedRatesOnly: settings.acceptsListedRatesOnly ?? false)
    }

    public func levy(on supply: TaxedSupply, of document: InvoiceDocument) throws(TaxProblem) -> Levy {
        var plain = supply
        plain.tax.cessRate = nil
        var levy = try rules.levy(on: plain, of: document)
        let cess = supply.tax.cessRate ?? .zero
        guard TaxRules.isRate(cess) else { throw TaxProblem("tax/cessRate", .rateOutOfRange) }
        guard levy.isCharged, let rate = levy.rate else {
            if !cess.isZero { throw TaxProblem("tax/cessRate", .cessNotLevied) }
            return levy
        }
        if try isWithinOneState(document) {
            let half = try Self.half(of: rate)
            levy.components = [Levy.Component(name: "CGST", rate: half), Levy.Component(name: "SGST", rate: half)]
        } else {
            levy.components = [Levy.Component(name: "IGST", rate: rate)]
        }
        if !cess.isZero { levy.components.append(Levy.Component(name: "CESS", rate: cess)) }
        return levy
    }

    private static func half(of rate: ExactDecimal) throws(TaxProblem) -> ExactDecimal {
        do throws(DecimalError) {
            return try rate.divided(by: ExactDecimal(2), scale: rate.normalized.scale + 1, rounding: .halfAwayFromZero).normalized
        } catch {
            throw TaxProblem("tax/rate", .tooLarge)
        }
    }

    private func isWithinOneState(_ document: InvoiceDocument) throws(TaxProblem) -> Bool {
        if isAlwaysIntegrated { return false }
        guard let seller = document.seller?.vatId, let home = Self.state(ofGSTIN: seller) else {
            throw TaxProblem("/seller/vatId", .gstinRequired)
        }
        if let place = document.placeOfSupply {
            guard let state = Self.state(place) else { throw TaxProblem("/placeOfSupply", .unknownState) }
            return state == home
        }
        guard let buyer = document.buyer?.vatId, let state = Self.state(ofGSTIN: buyer) else {
            throw TaxProblem("/placeOfSupply", .placeOfSupplyRequired)
        }
        return state == home
    }

    private static func state(ofGSTIN identifier: String) -> Int? {
        identifier.utf8.count == 15 ? state(identifier.prefix(2)) : nil
    }

    /// Census codes of the states and union territories; 96 other countries, 97 other territory, 99 centre.
    private static func state(_ code: some StringProtocol) -> Int? {
        guard code.utf8.count == 2, code.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(code) else { return nil }
        return (1...38).contains(number) || [96, 97, 99].contains(number) ? number : nil
    }
}
