/// The tax strategies of a tenant by name.
public struct TaxRegistry: Sendable {
    /// Every strategy that comes with the engine. A new one is one line here.
    private static let builtIn: [@Sendable (RegimeSettings) -> any TaxStrategy] = [
        { ValueAddedTax($0) },
        { GoodsAndServicesTax($0) },
        { GoodsAndServicesTax($0, isAlwaysIntegrated: true) },
        { NigerianVAT($0) },
        { NoTax($0) },
    ]

    /// The built-in strategies alone, unadjusted.
    public static let standard = TaxRegistry()

    /// In the order of the list, then of the declarations.
    public let strategies: [any TaxStrategy]

    private init() { strategies = Self.builtIn.map { $0(RegimeSettings()) } }

    /// The built-in strategies as adjusted by `declarations`, and those that these add.
    ///
    /// - Throws: `repeated`, `withCategories`, `withoutCategories`.
    public init(_ declarations: [TaxDeclaration]) throws(TaxDeclarationError) {
        for (index, declaration) in declarations.enumerated() where declarations[..<index].contains(where: { $0.name == declaration.name })
        {
            throw .repeated(declaration.name)
        }
        var strategies: [any TaxStrategy] = []
        for make in Self.builtIn {
            let plain = make(RegimeSettings())
            guard let declaration = declarations.first(where: { $0.name == plain.name }) else {
                strategies.append(plain)
                continue
            }
            guard declaration.categories.isEmpty else { throw .withCategories(declaration.name) }
            strategies.append(make(declaration.settings))
        }
        for declaration in declarations where !strategies.contains(where: { $0.name == declaration.name }) {
            guard !declaration.categories.isEmpty else { throw .withoutCategories(declaration.name) }
            strategies.append(DeclaredTax(declaration))
        }
        self.strategies = strategies
    }

    /// - Returns: nil when there is none of that name.
    public func strategy(_ name: String) -> (any TaxStrategy)? { strategies.first { $0.name == name } }

    /// The document assessed by the strategy that it names (`taxRegime`), or else by `regime`; see `TaxStrategy.assess`.
    public func assess(_ document: InvoiceDocument, by regime: String = "vat") throws(TaxError) -> InvoiceDocument {
        guard let strategy = strategy(document.taxRegime ?? regime) else {
            throw TaxError([TaxProblem("/taxRegime", .unknownRegime(known: strategies.map(\.name)))])
        }
        return try strategy.assess(document)
    }
}
