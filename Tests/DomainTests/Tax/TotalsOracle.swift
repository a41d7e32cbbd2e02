@testable import Domain

/// The sums of an invoice by the words of EN 16931, worked out with unbounded fractions and with nothing of the engine's arithmetic.
struct TotalsOracle {
    struct Subtotal: Equatable {
        let category: String
        let rate: Rational
        let cess: Rational
        var taxable = Rational(0)
        var tax = Rational(0)
    }

    let scale: Int
    let isPerLine: Bool
    /// Each tax in it, in percent, for a rate and a cess.
    let components: (Rational, Rational) -> [Rational]

    private(set) var lineNets: [Rational] = []
    private(set) var subtotals: [Subtotal] = []
    private(set) var allowances = Rational(0)
    private(set) var charges = Rational(0)
    /// Every amount on the way, for what is refused because one of them is too large.
    private var amounts: [Rational] = []

    /// Whether an amount on the way has more than 18 digits before the decimal point.
    var isTooLarge: Bool {
        let limit = Rational(ExactDecimal(unchecked: 1_000_000_000_000_000_000, 0))
        let sums =
            amounts + lineNets + [lineNet, allowances, charges, lineNet - allowances + charges, tax]
            + subtotals.flatMap { [$0.taxable, $0.tax] }
        return (sums + [lineNet - allowances + charges + tax]).contains { !($0 < limit) || !(Rational(0) - $0 < limit) }
    }

    init(
        scale: Int, isPerLine: Bool = false, components: @escaping (Rational, Rational) -> [Rational] = { rate, _ in [rate] }
    ) {
        self.scale = scale
        self.isPerLine = isPerLine
        self.components = components
    }

    mutating func take(_ document: InvoiceDocument) {
        for line in document.lines { take(line) }
        let all = lineNet
        for item in document.allowances {
            let amount = amount(of: item, base: all)
            allowances = allowances + amount
            add(Rational(0) - amount, item.tax)
        }
        for item in document.charges {
            let amount = amount(of: item, base: all)
            charges = charges + amount
            add(amount, item.tax)
        }
        guard !isPerLine else { return }
        for index in subtotals.indices { subtotals[index].tax = tax(on: subtotals[index].taxable, subtotals[index]) }
    }

    private mutating func take(_ line: InvoiceDocument.Line) {
        let base = line.priceBaseQuantity.map { Rational($0) } ?? Rational(1)
        let gross = (Rational(line.quantity) * Rational(line.unitPrice) / base).rounded(scale)
        amounts.append(gross)
        var net = gross
        for item in line.allowances { net = net - amount(of: item, base: gross) }
        for item in line.charges { net = net + amount(of: item, base: gross) }
        lineNets.append(net)
        add(net, line.tax)
    }

    private mutating func amount(of item: InvoiceDocument.AllowanceCharge, base: Rational) -> Rational {
        if let amount = item.amount { return Rational(amount) }
        let base = item.baseAmount.map { Rational($0) } ?? base
        let amount = (base * (item.percentage.map { Rational($0) } ?? Rational(0)) / Rational(100)).rounded(scale)
        amounts.append(amount)
        return amount
    }

    private mutating func add(_ amount: Rational, _ tax: InvoiceDocument.Tax?) {
        let rate = tax?.rate.map { Rational($0) } ?? Rational(0)
        let cess = tax?.cessRate.map { Rational($0) } ?? Rational(0)
        let category = tax?.category ?? "?"
        let found = subtotals.firstIndex { $0.category == category && $0.rate == rate && $0.cess == cess }
        let index = found ?? subtotals.count
        if found == nil { subtotals.append(Subtotal(category: category, rate: rate, cess: cess)) }
        subtotals[index].taxable = subtotals[index].taxable + amount
        if isPerLine { subtotals[index].tax = subtotals[index].tax + self.tax(on: amount, subtotals[index]) }
    }

    private func tax(on amount: Rational, _ subtotal: Subtotal) -> Rational {
        components(subtotal.rate, subtotal.cess).reduce(Rational(0)) { $0 + (amount * $1 / Rational(100)).rounded(scale) }
    }

    var lineNet: Rational { lineNets.reduce(Rational(0), +) }
    var tax: Rational { subtotals.reduce(Rational(0)) { $0 + $1.tax } }

    struct Wrong: Error, CustomStringConvertible { let description: String }

    /// Compares an assessed document with these sums; there is no tolerance.
    func judge(_ assessed: InvoiceDocument) throws(Wrong) {
        func same(_ name: String, _ value: ExactDecimal?, _ expected: Rational) throws(Wrong) {
            guard let value, Rational(value) == expected, value.scale == scale else {
                throw Wrong(
                    description: "\(name) is \(value.map(\.description) ?? "missing"), not \(expected.units(scale, .towardZero)) units")
            }
        }
        guard let totals = assessed.totals else { throw Wrong(description: "no totals") }
        for (line, net) in zip(assessed.lines, lineNets) { try same("BT-131", line.netAmount, net) }
        guard assessed.taxBreakdown.count == subtotals.count else {
            throw Wrong(description: "BG-23 has \(assessed.taxBreakdown.count) entries")
        }
        for (entry, expected) in zip(assessed.taxBreakdown, subtotals) {
            guard entry.category == expected.category, entry.rate.map({ Rational($0) }) ?? Rational(0) == expected.rate else {
                throw Wrong(description: "BG-23 is out of order")
            }
            try same("BT-116", entry.taxableAmount, expected.taxable)
            try same("BT-117", entry.taxAmount, expected.tax)
        }
        let exclusive = lineNet - allowances + charges
        try same("BT-106", totals.lineNet, lineNet)
        try same("BT-107", totals.allowances ?? ExactDecimal(unchecked: 0, scale), allowances)
        try same("BT-108", totals.charges ?? ExactDecimal(unchecked: 0, scale), charges)
        try same("BT-109", totals.taxExclusive, exclusive)
        try same("BT-110", totals.tax ?? ExactDecimal(unchecked: 0, scale), tax)
        try same("BT-112", totals.taxInclusive, exclusive + tax)
        let prepaid = assessed.prepaidAmount.map { Rational($0) } ?? Rational(0)
        let rounding = assessed.roundingAmount.map { Rational($0) } ?? Rational(0)
        try same("BT-115", totals.payable, exclusive + tax - prepaid + rounding)
    }
}
