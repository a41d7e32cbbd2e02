/// Allowances and charges, and how the amounts follow from one another: BR-31 to BR-48, BR-CO-05 to BR-CO-24, BR-DEC.
extension EN16931 {
    /// The rules of one kind of allowance or charge.
    private static func allowanceRules(
        _ context: RuleContext, amount: String, category: String?, reason: String, same: String, either: String, decimals: (String, String),
        _ kind: String, _ group: String, _ terms: (amount: String, base: String)
    ) -> [Rule] {
        let name = "\(kind) (\(group))"
        var rules = [
            Rule(amount, in: context, "A \(name) has an amount.") { $0.has(.allowanceAmount) },
            Rule(reason, in: context, "A \(name) has a reason or a reason code.") {
                $0.has(.allowanceReason) || $0.has(.allowanceReasonCode)
            },
            // What a text means cannot be tested; the official rule holds always, too.
            Rule(same, in: context, "The reason and the reason code of a \(name) say the same.") { _ in true },
            Rule(either, in: context, "A \(name) has a reason, a reason code, or both.") {
                $0.has(.allowanceReason) || $0.has(.allowanceReasonCode)
            },
            Rule.decimals(decimals.0, in: context, .allowanceAmount, "amount of a \(kind) (\(terms.amount))"),
            Rule.decimals(decimals.1, in: context, .allowanceBase, "base amount of a \(kind) (\(terms.base))"),
        ]
        if let category {
            rules.append(Rule(category, in: context, "A \(name) has a VAT category.") { $0.has(.allowanceCategory) })
        }
        return rules
    }

    static let allowanceRules: [Rule] =
        allowanceRules(
            .documentAllowance, amount: "BR-31", category: "BR-32", reason: "BR-33", same: "BR-CO-05", either: "BR-CO-21",
            decimals: ("BR-DEC-01", "BR-DEC-02"), "document level allowance", "BG-20", ("BT-92", "BT-93"))
        + allowanceRules(
            .documentCharge, amount: "BR-36", category: "BR-37", reason: "BR-38", same: "BR-CO-06", either: "BR-CO-22",
            decimals: ("BR-DEC-05", "BR-DEC-06"), "document level charge", "BG-21", ("BT-99", "BT-100"))
        + allowanceRules(
            .lineAllowance, amount: "BR-41", category: nil, reason: "BR-42", same: "BR-CO-07", either: "BR-CO-23",
            decimals: ("BR-DEC-24", "BR-DEC-25"), "line allowance", "BG-27", ("BT-136", "BT-137"))
        + allowanceRules(
            .lineCharge, amount: "BR-43", category: nil, reason: "BR-44", same: "BR-CO-08", either: "BR-CO-24",
            decimals: ("BR-DEC-27", "BR-DEC-28"), "line charge", "BG-28", ("BT-141", "BT-142"))

    static let totalRules: [Rule] = [
        Rule("BR-CO-10", in: .documentTotals, "The sum of line net amounts (BT-106) is the sum of the lines' net amounts (BT-131).") {
            scope throws(DecimalError) in
            guard let sum = scope.document.pointee.vat.lineSum else { throw .notANumber }
            return try scope.number(.lineTotal) == sum.cents()
        },
        Rule("BR-CO-11", in: .documentTotals, "The sum of allowances (BT-107) is the sum of the document's allowances (BT-92).") {
            scope throws(DecimalError) in try scope.isSum(.allowanceTotal) { $0.isAllowance }
        },
        Rule("BR-CO-12", in: .documentTotals, "The sum of charges (BT-108) is the sum of the document's charges (BT-99).") {
            scope throws(DecimalError) in try scope.isSum(.chargeTotal) { $0.isCharge }
        },
        Rule(
            "BR-CO-13", in: .documentTotals,
            "The total without VAT (BT-109) is the sum of line net amounts (BT-106) less allowances (BT-107) plus charges (BT-108)."
        ) { scope throws(DecimalError) in
            let lines = try scope.number(.lineTotal)
            guard scope.has(.chargeTotal) || scope.has(.allowanceTotal) else { return try scope.number(.totalWithoutVAT) == lines }
            let charges = scope.has(.chargeTotal) ? try scope.number(.chargeTotal) : .zero
            let allowances = scope.has(.allowanceTotal) ? try scope.number(.allowanceTotal) : .zero
            return try scope.number(.totalWithoutVAT) == (lines + charges - allowances).cents()
        },
        Rule("BR-CO-14", in: .taxTotal, "The total VAT (BT-110) is the sum of the VAT breakdown's tax amounts (BT-117).") {
            scope throws(DecimalError) in
            guard scope.has(subtotal) else { return true }
            return try scope.number(.taxTotalAmount) == scope.sum(subtotalTax).cents()
        },
        Rule("BR-CO-15", in: .invoice, "The total with VAT (BT-112) is the total without VAT (BT-109) plus the total VAT (BT-110).") {
            scope throws(DecimalError) in
            try !scope.any(.currency) { currency throws(DecimalError) in try !scope.addsUp(in: currency.text) }
        },
        Rule(
            "BR-CO-16", in: .documentTotals,
            "The amount due (BT-115) is the total with VAT (BT-112) less the paid amount (BT-113) plus the rounding amount (BT-114)."
        ) { scope throws(DecimalError) in
            let due = try scope.number(.due)
            let total = try scope.number(.totalWithVAT)
            let left = scope.has(.paid) ? try (total - scope.number(.paid)).cents() : total
            return try scope.has(.rounding) ? (due - scope.number(.rounding)).cents() == left : due == left
        },
        Rule("BR-CO-18", in: .invoice, "An invoice has at least one VAT breakdown (BG-23).") { $0.has(.vatBreakdown) },
    ]

    private static let subtotal: NodePath = "cac:TaxSubtotal"
    private static let subtotalTax: NodePath = "cac:TaxSubtotal/cbc:TaxAmount"

    static let breakdownRules: [Rule] = [
        Rule("BR-45", in: .vatBreakdown, "A VAT breakdown (BG-23) has a taxable amount (BT-116).") { $0.has(.taxable) },
        Rule("BR-46", in: .vatBreakdown, "A VAT breakdown has a tax amount (BT-117).") { $0.has(.tax) },
        Rule("BR-47", in: .vatBreakdown, "A VAT breakdown has a VAT category (BT-118).") { $0.has(.breakdownCategory) },
        Rule("BR-48", in: .vatBreakdown, "A VAT breakdown has a rate (BT-119), unless it is not subject to VAT.") { scope in
            scope.has(.breakdownRate) || scope.any(.breakdownCategory) { $0.trimmed.equals("O") }
        },
        Rule("BR-CO-17", in: .vatBreakdown, "A VAT breakdown's tax (BT-117) is its taxable amount (BT-116) times its rate (BT-119).") {
            scope throws(DecimalError) in
            let tax = try scope.number(.tax)
            guard let rate = try scope.single(scope.path(.breakdownRate))?.number(), try !rate.roundsToZero() else {
                return try tax.roundsToZero()
            }
            return try scope.isTax(tax, of: scope.number(.taxable), at: rate)
        },
        Rule.decimals("BR-DEC-19", in: .vatBreakdown, .taxable, "taxable amount of a VAT breakdown (BT-116)"),
        Rule.decimals("BR-DEC-20", in: .vatBreakdown, .tax, "tax amount of a VAT breakdown (BT-117)"),
        Rule.decimals("BR-DEC-09", in: .documentTotals, .lineTotal, "sum of line net amounts (BT-106)"),
        Rule.decimals("BR-DEC-10", in: .documentTotals, .allowanceTotal, "sum of allowances (BT-107)"),
        Rule.decimals("BR-DEC-11", in: .documentTotals, .chargeTotal, "sum of charges (BT-108)"),
        Rule.decimals("BR-DEC-12", in: .documentTotals, .totalWithoutVAT, "total without VAT (BT-109)"),
        // The official tests of these two for UBL look for the currency below the amount, where it never is; UBL-DT-01 does their work.
        Rule("BR-DEC-13", in: .invoice, "The total VAT (BT-110) has at most two decimals.") { _ in true },
        Rule("BR-DEC-15", in: .invoice, "The total VAT in accounting currency (BT-111) has at most two decimals.") { _ in true },
        Rule.decimals("BR-DEC-14", in: .documentTotals, .totalWithVAT, "total with VAT (BT-112)"),
        Rule.decimals("BR-DEC-16", in: .documentTotals, .paid, "paid amount (BT-113)"),
        Rule.decimals("BR-DEC-17", in: .documentTotals, .rounding, "rounding amount (BT-114)"),
        Rule.decimals("BR-DEC-18", in: .documentTotals, .due, "amount due (BT-115)"),
    ]
}

extension Scope {
    /// Whether the total is the sum of those allowances and charges, or there are neither.
    func isSum(_ total: BusinessTerm, of kind: (Scope) -> Bool) throws(DecimalError) -> Bool {
        guard let parent else { return !has(total) }
        var sum = ExactDecimal.zero
        var isNone = true
        try parent.visit(path(.allowancesAndCharges)) { allowance throws(DecimalError) in
            guard kind(allowance) else { return true }
            isNone = false
            if let amount = try allowance.single(path(.allowanceAmount)) { sum = try sum + amount.number() }
            return true
        }
        guard has(total) else { return isNone }
        return try number(total) == sum.cents()
    }

    /// Whether total with VAT = total without VAT + the one total VAT amount in that currency.
    func addsUp(in currency: Text) throws(DecimalError) -> Bool {
        var tax: ExactDecimal?
        var count = 0
        try visit(path(.taxTotal)) { total throws(DecimalError) in
            var amount: Scope?
            var isSingle = true
            total.visit(path(.taxTotalAmount)) {
                guard $0.attribute(.currencyID)?.equals(currency) == true else { return true }
                if amount != nil { isSingle = false }
                amount = $0
                return true
            }
            guard isSingle else { throw .notANumber }
            if let amount {
                count += 1
                tax = try amount.number()
            }
            return true
        }
        guard count == 1, let tax else { return false }
        return try number(.totalWithVATOfDocument) == (number(.totalWithoutVATOfDocument) + tax).cents()
    }

    /// Whether the tax differs by less than 1 from taxable amount × rate, signs aside, as the official rules have it.
    func isTax(_ tax: ExactDecimal, of taxable: ExactDecimal, at rate: ExactDecimal) throws(DecimalError) -> Bool {
        let percent = try ExactDecimal(mantissa: 1, scale: 2)
        let expected = try (taxable.magnitude() * rate * percent).cents()
        return try tax.magnitude().isWithinOne(of: expected)
    }
}

extension ExactDecimal {
    /// Whether the two differ by less than 1: the tolerance of the official rules.
    func isWithinOne(of other: ExactDecimal) throws(DecimalError) -> Bool {
        let difference = try self - other
        return try difference.magnitude() < .one
    }
}
