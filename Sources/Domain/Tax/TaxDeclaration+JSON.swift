extension TaxDeclaration {
    public static let maxCategories = 32
    public static let maxRates = 20_000
    public static let maxComponents = 8

    /// Reads one declaration.
    ///
    /// - Throws: `unreadable`.
    public init(json bytes: [UInt8]) throws(TaxDeclarationError) {
        var problems = JSONProblems()
        do throws(JSONSyntaxError) {
            let value = try JSONReader.read(bytes, limits: JSONLimits(maxBytes: 8 << 20, maxDepth: 8, maxValues: 400_000))
            if let declaration = problems.object(value, Self.read) {
                self = declaration
                return
            }
        } catch {
            problems.report("", error.description)
        }
        throw .unreadable(problems)
    }

    /// Takes the fields of a declaration; what is wrong is reported to `fields`.
    public static func read(_ fields: inout JSONFields) -> TaxDeclaration? {
        let name = fields.string("name", minBytes: 1, maxBytes: 64)
        if let name, !name.utf8.allSatisfy(isNameByte) { fields.report("name", "must be of small letters, digits and hyphens") }
        _ = fields.optionalString("description", maxBytes: 1_000)
        var settings = RegimeSettings()
        settings.level = fields.optionalChoice("rounding")
        settings.rule = fields.optionalChoice("rule")
        settings.decimals = fields.optionalInt("decimals", in: TaxRounding.decimalsAllowed)
        if let stated = fields.optionalChoice("statedRates", of: StatedRates.self) { settings.acceptsListedRatesOnly = stated == .listed }
        let categories = fields.optionalObjects("categories", maxCount: maxCategories, category) ?? []
        for (index, category) in categories.enumerated() where categories[..<index].contains(where: { $0.code == category.code }) {
            fields.report("categories", element: index, "is there already")
        }
        let entries = fields.optionalObjects("rates", maxCount: maxRates, rate) ?? []
        check(entries, categories, &fields)
        settings.rates = RateTable(entries)
        guard let name else { return nil }
        return TaxDeclaration(name, categories: categories, settings: settings)
    }

    private enum StatedRates: String, CaseIterable { case listed, any }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
    }

    private static func category(_ fields: inout JSONFields) -> TaxCategory? {
        let code = fields.string("code", minBytes: 1, maxBytes: 8)
        let kind = fields.choice("kind", of: TaxCategory.Kind.self)
        let reason = fields.optionalString("exemptionReason", minBytes: 1, maxBytes: 1_000)
        let reasonCode = fields.optionalString("exemptionReasonCode", minBytes: 1, maxBytes: 64)
        guard let code, let kind else { return nil }
        if kind == .taxed, reason != nil || reasonCode != nil { fields.report("kind", "cannot be taxed and have an exemption reason") }
        let hasReason = reason != nil || reasonCode != nil
        return TaxCategory(code, kind, exemption: hasReason ? .init(reason: reason, code: reasonCode) : nil)
    }

    private static func rate(_ fields: inout JSONFields) -> RateTable.Entry? {
        let category = fields.string("category", minBytes: 1, maxBytes: 8)
        let code = fields.optionalString("code", minBytes: 1, maxBytes: 64)
        let from = fields.optionalDate("from")
        let until = fields.optionalDate("until")
        if let from, let until, until < from { fields.report("until", "must not be before from") }
        let components = fields.optionalObjects("components", maxCount: maxComponents, component) ?? []
        let percent: ExactDecimal?
        if components.isEmpty {
            percent = fields.decimal("percent")
        } else {
            let stated = fields.optionalDecimal("percent")
            percent = sum(components)
            if let stated, stated != percent { fields.report("percent", "must be the sum of the components, or left out") }
        }
        if let percent, !TaxRules.isRate(percent) { fields.report("percent", "must be from 0 to below 1000, with at most six decimals") }
        guard let category, let percent else { return nil }
        return RateTable.Entry(category, code: code, from: from, until: until, percent: percent, components: components)
    }

    private static func component(_ fields: inout JSONFields) -> Levy.Component? {
        let name = fields.string("name", minBytes: 1, maxBytes: 64)
        let percent = fields.decimal("percent")
        if let percent, !TaxRules.isRate(percent) { fields.report("percent", "must be from 0 to below 1000, with at most six decimals") }
        guard let name, let percent else { return nil }
        return Levy.Component(name: name, rate: percent)
    }

    private static func sum(_ components: [Levy.Component]) -> ExactDecimal? {
        var sum = ExactDecimal.zero
        for component in components {
            guard let next = try? sum + component.rate else { return nil }
            sum = next
        }
        return sum
    }

    private struct Place: Hashable {
        let category: String
        let code: String?
        let from: CalendarDate?
    }

    /// Each rate belongs to a category that is charged, and no two begin on one day for the same.
    private static func check(_ entries: [RateTable.Entry], _ categories: [TaxCategory], _ fields: inout JSONFields) {
        var places: Set<Place> = []
        for (index, entry) in entries.enumerated() {
            if !categories.isEmpty, !categories.contains(where: { $0.code == entry.category && $0.kind == .taxed }) {
                fields.report("rates", element: index, "must be for one of the categories of kind \"taxed\"")
            }
            if !places.insert(Place(category: entry.category, code: entry.code, from: entry.from)).inserted {
                fields.report("rates", element: index, "is for a category, code and first day that are there already")
            }
        }
    }
}
