/// The VAT category codes of EN 16931 (UNTDID 5305, the subset of BR-CL-17), each with the letters of its rules.
enum VATCategory: Int, CaseIterable, Sendable {
    case standard, zero, exempt, reverseCharge, intraCommunity, export, outside, igic, ipsi, split

    init?(_ code: UnsafeBufferPointer<UInt8>) {
        switch code.count {
        case 1:
            switch code[0] {
            case UInt8(ascii: "S"): self = .standard
            case UInt8(ascii: "Z"): self = .zero
            case UInt8(ascii: "E"): self = .exempt
            case UInt8(ascii: "K"): self = .intraCommunity
            case UInt8(ascii: "G"): self = .export
            case UInt8(ascii: "O"): self = .outside
            case UInt8(ascii: "L"): self = .igic
            case UInt8(ascii: "M"): self = .ipsi
            case UInt8(ascii: "B"): self = .split
            default: return nil
            }
        case 2 where code.equals("AE"): self = .reverseCharge
        default: return nil
        }
    }

    /// Whether amounts are compared by rate as well as by category.
    var isRated: Bool { self == .standard || self == .igic || self == .ipsi }
}

/// What the VAT rules ask of the document as a whole: which categories occur where, the sums by category and rate, and which parties have
/// an identifier. Gathered in one pass.
struct VATFacts {
    /// How often a category occurs, by where.
    struct Uses {
        /// Invoice lines (BT-151) with the tax scheme VAT, and with any.
        var lines = 0
        var linesOfAnyScheme = 0
        /// Allowances (BT-95) and charges (BT-102) with the scheme VAT; `exact` where the code has no white space around it; `document`
        /// where they belong to the document itself.
        var allowances = 0, charges = 0
        var exactAllowances = 0, exactCharges = 0
        var documentAllowances = 0, documentCharges = 0
        /// Allowances and charges of any scheme.
        var allowancesOfAnyScheme = 0, chargesOfAnyScheme = 0
        /// Allowances and charges alike, also those without an indicator.
        var allowancesAndCharges = 0, allowancesAndChargesOfAnyScheme = 0
        /// The VAT breakdown (BT-118).
        var breakdowns = 0, breakdownsOfAnyScheme = 0, exactBreakdowns = 0, exactBreakdownsOfAnyScheme = 0
        /// Any tax category with the scheme VAT, wherever it stands.
        var anywhere = 0
        /// Any tax category of any scheme, its code without white space around it: wherever it stands, and in lines, breakdown, and the
        /// document's allowances and charges.
        var exactAnywhere = 0, exactInPlace = 0
    }

    /// Sums of what has one category, or one category and rate.
    struct Totals {
        var invoiceLines = ExactDecimal.zero, creditNoteLines = ExactDecimal.zero
        var allowances = ExactDecimal.zero, charges = ExactDecimal.zero
        /// A number of them is none, or does not fit.
        var isBroken = false
        var hasInvoiceLine = false, hasCreditNoteLine = false, hasAllowanceOrCharge = false
    }

    var uses = [Uses](repeating: Uses(), count: VATCategory.allCases.count)
    /// How many categories with the scheme VAT are other than "not subject to VAT" (O), by where.
    var breakdownsButO = 0, linesButO = 0, allowancesButO = 0, chargesButO = 0

    var totals = [Totals](repeating: Totals(), count: VATCategory.allCases.count)
    var ratedTotals: [Totals] = []
    var ratedKeys: [RateKey] = []
    var ratedIndex: [RateKey: Int] = [:]

    /// All invoice lines' net amounts; nil when one is no number.
    var lineSum: ExactDecimal? = .zero
    var hasInvoiceLine = false
    var hasCreditNoteLine = false

    /// Seller VAT identifier (BT-31), with the tax registration identifier (BT-32); tax representative's VAT identifier (BT-63); buyer's
    /// VAT (BT-48) and legal registration identifier (BT-47).
    var hasSellerTaxId = false, hasSellerVATId = false, hasRepresentativeVATId = false
    var hasBuyerVATId = false, hasBuyerLegalId = false
    var hasForeignCountry = false

    struct RateKey: Hashable {
        let category: VATCategory
        let rate: ExactDecimal
    }

    init() {}

    func uses(of category: VATCategory) -> Uses { uses[category.rawValue] }

    func totals(of category: VATCategory) -> Totals { totals[category.rawValue] }

    func totals(of category: VATCategory, rate: ExactDecimal) -> Totals {
        slot(RateKey(category: category, rate: rate)).map { ratedTotals[$0] } ?? Totals()
    }

    private static let fewRates = 8

    private func slot(_ key: RateKey) -> Int? {
        // Most documents have a few rates; a dictionary keeps the others from growing with their square.
        if ratedKeys.count <= Self.fewRates { return ratedKeys.firstIndex(of: key) }
        return ratedIndex[key]
    }
}

// MARK: - Gathering

extension VATFacts {
    init(of root: Scope) {
        switch root.document.pointee.syntax {
        case .ubl: gatherUBL(root)
        case .cii: gatherCII(root)
        }
    }

    /// Counts one tax category by what `add` does with the uses of its code.
    mutating func count(
        _ scope: Scope, id path: NodePath, butO: WritableKeyPath<VATFacts, Int>?,
        _ add: (inout Uses, _ isVAT: Bool, _ isExact: Bool) -> Void
    ) {
        let isVAT = scope.isVAT
        var isO = false
        scope.visit(path) { id in
            let trimmed = id.trimmed
            guard let category = VATCategory(trimmed) else { return true }
            if category == .outside { isO = true }
            add(&uses[category.rawValue], isVAT, trimmed.count == id.text.count)
            return true
        }
        if isVAT, !isO, let butO { self[keyPath: butO] += 1 }
    }

    /// Adds the amount of a line, an allowance or a charge to the totals of the categories, and of the rates, that it has.
    mutating func add(_ scope: Scope, categories: NodePath, id: NodePath, percent: NodePath, _ change: (inout Totals) -> Void) {
        var seenCategories: UInt16 = 0
        scope.visit(categories) { element in
            guard let code = try? element.single(id), let category = VATCategory(code.comparedCode) else { return true }
            let bit: UInt16 = 1 << UInt16(category.rawValue)
            guard seenCategories & bit == 0 else { return true }
            seenCategories |= bit
            change(&totals[category.rawValue])
            guard category.isRated else { return true }
            var seenRate: RateKey?
            var moreRates: Set<RateKey> = []
            scope.visit(categories) { other in
                guard let rate = try? other.number(percent) else { return true }
                let key = RateKey(category: category, rate: rate)
                if seenRate == nil {
                    seenRate = key
                } else {
                    guard key != seenRate, moreRates.insert(key).inserted else { return true }
                }
                change(&ratedTotals[makeSlot(key)])
                return true
            }
            return true
        }
    }

    private mutating func makeSlot(_ key: RateKey) -> Int {
        if let found = slot(key) { return found }
        ratedTotals.append(Totals())
        ratedKeys.append(key)
        if ratedKeys.count > Self.fewRates {
            if ratedIndex.isEmpty { for (index, key) in ratedKeys.enumerated() { ratedIndex[key] = index } }
            ratedIndex[key] = ratedKeys.count - 1
        }
        return ratedKeys.count - 1
    }
}

extension VATFacts.Totals {
    /// Adds the number of the only element that `path` leads to, if any.
    mutating func add(_ scope: Scope, _ path: NodePath, to sum: WritableKeyPath<Self, ExactDecimal>) {
        do {
            guard let element = try scope.single(path) else { return }
            self[keyPath: sum] = try self[keyPath: sum] + element.number()
        } catch {
            isBroken = true
        }
    }

    /// Lines plus charges minus allowances; `lines` says which lines.
    func net(_ lines: ExactDecimal) throws(DecimalError) -> ExactDecimal {
        guard !isBroken else { throw .notANumber }
        return try lines + charges - allowances
    }
}
