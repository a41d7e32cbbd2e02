/// How one regime taxes a document: which taxes, at which rates, rounded how.
///
/// A strategy answers one question, what the tax on one supply is; the sums are the same for all and are made by `assess`. A new regime is one
/// file with such a type and one line in `TaxRegistry`, or a `TaxDeclaration` and no code at all.
public protocol TaxStrategy: Sendable {
    /// By which a document (`taxRegime`) and the settings ask for it: small letters, digits and hyphens.
    var name: String { get }

    var rounding: TaxRounding { get }

    /// The tax on one supply: a line, or an allowance or charge on the document. It must depend on nothing but its arguments; equal supplies of
    /// one document may be asked about once.
    ///
    /// - Throws: a problem whose pointer is seen from the line, allowance or charge ("tax/rate"), or, with a slash at its start, from the
    ///   document ("/placeOfSupply").
    func levy(on supply: TaxedSupply, of document: InvoiceDocument) throws(TaxProblem) -> Levy

    /// The tax of an allowance or charge that states none, where the regime leaves no choice; nil by default: it must be stated.
    var taxWithoutChoice: InvoiceDocument.Tax? { get }
}

extension TaxStrategy {
    public var taxWithoutChoice: InvoiceDocument.Tax? { nil }
}

extension TaxStrategy {
    /// The document with all that follows from it worked out anew, whatever stood there: line net amounts (BT-131), amounts of allowances and
    /// charges that are given by percentage, rates that the regime knows, the tax breakdown (BG-23) and the totals (BG-22).
    ///
    /// What is given stays as it is: prices, amounts of allowances and charges, BT-113, BT-114, and the exemption reasons of the breakdown. The
    /// model has no exchange rate, so the tax in the tax currency (BT-111) is kept as given too, unless both currencies are one.
    /// Assessing twice gives the same as once. Takes time in proportion to the lines.
    ///
    /// - Throws: `TaxError` with everything because of which no tax can be worked out. What can be computed but is not allowed (a price below
    ///   zero, a missing exemption reason) is left to the validator.
    public func assess(_ document: InvoiceDocument) throws(TaxError) -> InvoiceDocument {
        var assessment = try Assessment(document, by: self)
        return try assessment.completed()
    }

    /// The tax on each line alone, in the order of the lines and by the components of the regime. With rounding per line they add up to the
    /// breakdown of the lines; with rounding per document they need not.
    ///
    /// - Throws: as `assess`.
    public func lineTaxes(of document: InvoiceDocument) throws(TaxError) -> [LineTax] {
        var assessment = try Assessment(document, by: self)
        return try assessment.lineTaxes()
    }
}

/// How amounts of tax are rounded, and to how many digits every amount of the document.
public struct TaxRounding: Hashable, Sendable {
    public enum Level: String, Hashable, Sendable, CaseIterable {
        /// Once for each entry of the tax breakdown, as BR-CO-17 has it.
        case document
        /// Once for each line, allowance and charge; the breakdown is the sum.
        case line
    }

    public var level: Level
    public var rule: RoundingRule
    /// Digits behind the point of every amount; nil: as many as the currency has minor units (ISO 4217). EN 16931 allows two at most (BR-DEC),
    /// so who sends such documents in a currency with three sets it to 2.
    public var decimals: Int?

    /// What `decimals` may be.
    static let decimalsAllowed = 0...6

    public init(_ level: Level = .document, rule: RoundingRule = .halfAwayFromZero, decimals: Int? = nil) {
        self.level = level
        self.rule = rule
        self.decimals = decimals
    }
}

/// What is taxed, as a strategy sees it.
public struct TaxedSupply: Hashable, Sendable {
    /// As the document states it: the rate may be nil.
    public var tax: InvoiceDocument.Tax
    /// BT-158 of the line's item; empty for allowances and charges.
    public var classifications: [InvoiceDocument.Classification]

    public init(tax: InvoiceDocument.Tax, classifications: [InvoiceDocument.Classification] = []) {
        self.tax = tax
        self.classifications = classifications
    }
}

/// The tax on a supply.
public struct Levy: Hashable, Sendable {
    /// BT-151.
    public var category: String
    /// BT-152, in percent; nil where the supply is outside the tax (category O).
    public var rate: ExactDecimal?
    /// The taxes that it consists of, each computed and rounded by itself on the same base; empty: one tax at `rate`.
    public var components: [Component] = []
    /// Why no tax is due, where the document says nothing itself; supplies at one category and rate have the same.
    public var exemption: Exemption?
    /// Whether this levy may stand with no other in one document (category O: BR-O-11 to BR-O-14).
    public var excludesOthers = false
    /// Whether tax is charged, if only at 0 %; then there is no exemption reason.
    public var isCharged = true

    public init(category: String, rate: ExactDecimal?) {
        self.category = category
        self.rate = rate
    }

    public struct Component: Hashable, Sendable {
        public var name: String
        /// In percent.
        public var rate: ExactDecimal

        public init(name: String, rate: ExactDecimal) {
            self.name = name
            self.rate = rate
        }
    }

    public struct Exemption: Hashable, Sendable {
        /// BT-120.
        public var reason: String?
        /// BT-121.
        public var code: String?

        public init(reason: String?, code: String? = nil) {
            self.reason = reason
            self.code = code
        }
    }
}

/// The tax on one line.
public struct LineTax: Hashable, Sendable {
    /// The sum of the components, where there are any.
    public var amount: ExactDecimal
    public var components: [InvoiceDocument.TaxSubtotal.Component]
}

extension InvoiceDocument {
    /// The day whose rates apply: BT-7, or the day of delivery (BT-72), or the issue date (BT-2).
    public var taxDate: CalendarDate? { taxPointDate ?? delivery?.date ?? issueDate }
}
