/// The categories and rates of a regime: what most strategies consist of.
public struct TaxRules: Hashable, Sendable {
    /// In the order in which messages name them.
    public var categories: [TaxCategory]
    public var rates: RateTable
    /// Whether a rate that a document states must be one of `rates`.
    public var acceptsListedRatesOnly: Bool
    /// What an empty category means; nil: it must be given.
    public var defaultCategory: String?

    public init(
        _ categories: [TaxCategory], rates: RateTable = RateTable(), acceptsListedRatesOnly: Bool = false, defaultCategory: String? = nil
    ) {
        self.categories = categories
        self.rates = rates
        self.acceptsListedRatesOnly = acceptsListedRatesOnly
        self.defaultCategory = defaultCategory
    }

    /// Whether it is from 0 to below 1,000 %, with up to six digits behind the point.
    static func isRate(_ percent: ExactDecimal) -> Bool { !percent.isNegative && TaxLimits.Digits(whole: 3, decimals: 6).hold(percent) }

    /// The levy by category and rate: the stated rate, else that of the table on the document's tax date.
    public func levy(on supply: TaxedSupply, of document: InvoiceDocument) throws(TaxProblem) -> Levy {
        let category = try category(of: supply.tax)
        if let cess = supply.tax.cessRate, !cess.isZero { throw TaxProblem("tax/cessRate", .cessNotLevied) }
        let stated = supply.tax.rate
        switch category.kind {
        case .taxed:
            return try charged(category, stated, supply.classifications, on: document.taxDate)
        case .untaxed, .outside:
            if let stated, !stated.isZero { throw TaxProblem("tax/rate", .rateMustBeZero) }
            var levy = Levy(category: category.code, rate: category.kind == .outside ? nil : .zero)
            levy.exemption = category.exemption
            levy.excludesOthers = category.kind == .outside
            levy.isCharged = false
            return levy
        }
    }

    private func category(of tax: InvoiceDocument.Tax) throws(TaxProblem) -> TaxCategory {
        let code = tax.category.isEmpty ? defaultCategory ?? "" : tax.category
        if let category = categories.first(where: { $0.code == code }) { return category }
        let allowed = categories.map(\.code)
        throw TaxProblem("tax/category", code.isEmpty ? .categoryRequired(allowed: allowed) : .unknownCategory(allowed: allowed))
    }

    private func charged(
        _ category: TaxCategory, _ stated: ExactDecimal?, _ classifications: [InvoiceDocument.Classification], on date: CalendarDate?
    ) throws(TaxProblem) -> Levy {
        let codes = classifications.map(\.code)
        let entry: RateTable.Entry?
        if let stated {
            guard Self.isRate(stated) else { throw TaxProblem("tax/rate", .rateOutOfRange) }
            entry = rates.entry(category: category.code, percent: stated, codes: codes, on: date)
            if entry == nil, acceptsListedRatesOnly {
                throw TaxProblem("tax/rate", .rateNotListed(listed: rates.percents(of: category.code).map(\.description)))
            }
        } else {
            entry = try rates.entry(category: category.code, codes: codes, on: date)
            if entry == nil { throw TaxProblem("tax/rate", .rateRequired) }
        }
        var levy = Levy(category: category.code, rate: stated ?? entry?.percent)
        levy.components = entry?.components ?? []
        return levy
    }
}

/// A tax category of a regime: a code of UNTDID 5305.
public struct TaxCategory: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Tax at a rate.
        case taxed
        /// Within the tax, but none is due: the rate is 0.
        case untaxed
        /// Not within the tax: there is no rate, and no other category beside it.
        case outside
    }

    public var code: String
    public var kind: Kind
    /// What the breakdown says where the document gives no reason of its own.
    public var exemption: Levy.Exemption?

    public init(_ code: String, _ kind: Kind, exemption: Levy.Exemption? = nil) {
        self.code = code
        self.kind = kind
        self.exemption = exemption
    }
}

/// How much a document may hold. Within these no product or sum of an assessment leaves the 38 digits of `ExactDecimal`.
public enum TaxLimits {
    public static let maxLines = InvoiceDocument.maxLines
    /// Allowances, and charges, of the document or of one line.
    public static let maxAllowances = 1_000
    /// Quantities (BT-129, BT-149).
    public static let quantity = Digits(whole: 10, decimals: 8)
    /// Prices (BT-146).
    public static let price = Digits(whole: 12, decimals: 8)
    /// Amounts of lines, allowances, charges, BT-113 and BT-114, before the point; how many digits may follow it is the currency's to say.
    public static let amountDigits = 18
    /// Percentages of allowances and charges.
    public static let percentage = Digits(whole: 5, decimals: 6)

    /// How many digits a number may have on either side of the decimal point, zeros at its end not counted.
    public struct Digits: Hashable, Sendable {
        public let whole: Int
        public let decimals: Int

        func hold(_ value: ExactDecimal) -> Bool {
            let least = value.scale <= decimals ? value : value.normalized
            return least.scale <= decimals && least.mantissa.magnitude < PowerOfTen.table[whole + least.scale].magnitude
        }
    }
}
