/// A tax regime as data: its categories, rates and rounding. `docs/tax-strategies.md` explains the JSON form.
///
/// Under the name of a strategy that comes with the engine it adjusts that one's rounding and rates; under any other name it is a regime of its
/// own.
public struct TaxDeclaration: Hashable, Sendable {
    /// Small letters, digits and hyphens.
    public var name: String
    /// Empty only where a built-in strategy is adjusted.
    public var categories: [TaxCategory]
    public var settings: RegimeSettings

    public init(_ name: String, categories: [TaxCategory] = [], settings: RegimeSettings = RegimeSettings()) {
        self.name = name
        self.categories = categories
        self.settings = settings
    }
}

/// What a tenant may set about any regime; nil: as the regime has it.
public struct RegimeSettings: Hashable, Sendable {
    public var level: TaxRounding.Level?
    public var rule: RoundingRule?
    /// See `TaxRounding.decimals`.
    public var decimals: Int?
    public var rates: RateTable
    /// Whether a stated rate must be one of `rates`.
    public var acceptsListedRatesOnly: Bool?

    public init(
        level: TaxRounding.Level? = nil, rule: RoundingRule? = nil, decimals: Int? = nil, rates: RateTable = RateTable(),
        acceptsListedRatesOnly: Bool? = nil
    ) {
        self.level = level
        self.rule = rule
        self.decimals = decimals
        self.rates = rates
        self.acceptsListedRatesOnly = acceptsListedRatesOnly
    }

    func rounding(default level: TaxRounding.Level = .document) -> TaxRounding {
        TaxRounding(self.level ?? level, rule: rule ?? .halfAwayFromZero, decimals: decimals)
    }
}

/// A regime that is wholly declared. A stated rate must be a listed one, unless the declaration says otherwise or lists none.
public struct DeclaredTax: TaxStrategy {
    public let name: String
    public let rounding: TaxRounding
    private let rules: TaxRules

    public init(_ declaration: TaxDeclaration) {
        name = declaration.name
        rounding = declaration.settings.rounding()
        let rates = declaration.settings.rates
        rules = TaxRules(
            declaration.categories, rates: rates,
            acceptsListedRatesOnly: declaration.settings.acceptsListedRatesOnly ?? !rates.entries.isEmpty)
    }

    public func levy(on supply: TaxedSupply, of document: InvoiceDocument) throws(TaxProblem) -> Levy {
        try rules.levy(on: supply, of: document)
    }
}

/// Why declarations cannot be used.
public enum TaxDeclarationError: Error, Sendable, CustomStringConvertible {
    /// The text is not JSON, or not a declaration: all that is wrong with it.
    case unreadable(JSONProblems)
    /// Two declarations have this name.
    case repeated(String)
    /// A new regime without categories.
    case withoutCategories(String)
    /// The categories of a built-in strategy are its own.
    case withCategories(String)

    public var description: String {
        switch self {
        case .unreadable(let problems):
            problems.listed.map { $0.pointer.isEmpty ? $0.message : "\($0.pointer) \($0.message)" }.joined(separator: "; ")
        case .repeated(let name): "tax regime \"\(name)\" is declared twice"
        case .withoutCategories(let name): "tax regime \"\(name)\" is new and needs categories"
        case .withCategories(let name): "tax regime \"\(name)\" is built in: only its rounding and rates can be declared"
        }
    }
}
