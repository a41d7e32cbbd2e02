import PropertyKit

@testable import Domain

/// Part of a random invoice: shrinking drops parts until none can be left out.
enum InvoicePart: CustomStringConvertible {
    case line(InvoiceDocument.Line)
    case allowance(InvoiceDocument.AllowanceCharge)
    case charge(InvoiceDocument.AllowanceCharge)
    case prepaid(ExactDecimal)
    case rounding(ExactDecimal)

    var description: String {
        switch self {
        case .line(let line):
            """
            line \(line.quantity) x \(line.unitPrice) / \(line.priceBaseQuantity.map(\.description) ?? "1"), \
            \(line.tax.category) \(line.tax.rate.map(\.description) ?? "-") cess \(line.tax.cessRate.map(\.description) ?? "-"), \
            less \(line.allowances.map(Self.text)), plus \(line.charges.map(Self.text))
            """
        case .allowance(let item): "allowance \(Self.text(item)) \(item.tax?.category ?? "-") \(item.tax?.rate?.description ?? "-")"
        case .charge(let item): "charge \(Self.text(item)) \(item.tax?.category ?? "-") \(item.tax?.rate?.description ?? "-")"
        case .prepaid(let amount): "prepaid \(amount)"
        case .rounding(let amount): "rounding \(amount)"
        }
    }

    private static func text(_ item: InvoiceDocument.AllowanceCharge) -> String {
        item.amount?.description ?? "\(item.percentage?.description ?? "-") % of \(item.baseAmount?.description ?? "all")"
    }

    static func document(_ parts: [InvoicePart], currency: String) -> InvoiceDocument {
        var document = InvoiceDocument(typeCode: "380", currency: currency)
        document.issueDate = CalendarDate(year: 2026, month: 11, day: 20)
        for part in parts {
            switch part {
            case .line(let line): document.lines.append(line)
            case .allowance(let item): document.allowances.append(item)
            case .charge(let item): document.charges.append(item)
            case .prepaid(let amount): document.prepaidAmount = amount
            case .rounding(let amount): document.roundingAmount = amount
            }
        }
        return document
    }
}

/// What random invoices are made of.
struct InvoiceMix {
    /// Categories with the rates that they may state.
    var taxes: [(category: String, rates: [String?])]
    var cessRates: [String] = []
    var scale: Int

    static let europe = InvoiceMix(
        taxes: [
            ("S", ["19", "7.0", "5.5", "25.5", "8.1"]), ("S", ["20", "19.00"]), ("Z", ["0", nil]), ("E", [nil, "0.00"]), ("AE", ["0"]),
            ("K", [nil]), ("G", ["0"]), ("L", ["7", "0"]), ("M", ["10"]), ("B", ["22"]),
        ], scale: 2)

    static let india = InvoiceMix(
        taxes: [("S", ["5", "12", "18", "28", "0.25", "3", "1.5", "40"]), ("Z", [nil]), ("E", ["0"])],
        cessRates: ["12", "1.5", "65"], scale: 2)

    func parts(_ random: inout SeededGenerator) -> [InvoicePart] {
        let isNegative = random.chance(20)
        var parts: [InvoicePart] = (0..<Int.random(in: 1...8, using: &random)).map { _ in
            .line(line(isNegative: isNegative != random.chance(10), &random))
        }
        if random.chance(40) { parts.append(.allowance(taxed(&random))) }
        if random.chance(30) { parts.append(.charge(taxed(&random))) }
        if random.chance(10) { parts.append(.allowance(taxed(&random))) }
        if random.chance(20) { parts.append(.prepaid(number(1...7, scale, &random))) }
        if random.chance(20) { parts.append(.rounding(ExactDecimal(unchecked: Int128(Int.random(in: -99...99, using: &random)), scale))) }
        return parts
    }

    private func line(isNegative: Bool, _ random: inout SeededGenerator) -> InvoiceDocument.Line {
        var quantity = number(1...6, Int.random(in: 0...4, using: &random), &random)
        if isNegative { quantity = (try? quantity.negated()) ?? quantity }
        var line = InvoiceDocument.Line(
            id: "1", quantity: quantity, unit: "C62", unitPrice: number(1...9, Int.random(in: 0...6, using: &random), &random),
            tax: tax(&random), item: InvoiceDocument.Item(name: "Item"))
        if random.chance(20) { line.priceBaseQuantity = number(1...4, Int.random(in: 0...2, using: &random), &random) }
        if line.priceBaseQuantity?.isZero == true { line.priceBaseQuantity = nil }
        if random.chance(15) { line.allowances = [allowance(&random)] }
        if random.chance(10) { line.charges = [allowance(&random), allowance(&random)] }
        return line
    }

    private func allowance(_ random: inout SeededGenerator) -> InvoiceDocument.AllowanceCharge {
        if random.chance(50) { return .init(amount: number(1...6, scale, &random)) }
        return .init(
            baseAmount: random.chance(50) ? number(1...7, scale, &random) : nil,
            percentage: number(1...4, Int.random(in: 0...3, using: &random), &random))
    }

    private func taxed(_ random: inout SeededGenerator) -> InvoiceDocument.AllowanceCharge {
        var item = allowance(&random)
        item.tax = tax(&random)
        return item
    }

    private func tax(_ random: inout SeededGenerator) -> InvoiceDocument.Tax {
        let (category, rates) = taxes[Int.random(in: 0..<taxes.count, using: &random)]
        var tax = InvoiceDocument.Tax(category: category)
        tax.rate = rates[Int.random(in: 0..<rates.count, using: &random)].flatMap { ExactDecimal($0) }
        if category == "S", !cessRates.isEmpty, random.chance(25) {
            tax.cessRate = ExactDecimal(cessRates[Int.random(in: 0..<cessRates.count, using: &random)])
        }
        return tax
    }

    /// Digits in all, and how many of them stand behind the point. Small numbers are frequent, so that halves are.
    private func number(_ digits: ClosedRange<Int>, _ scale: Int, _ random: inout SeededGenerator) -> ExactDecimal {
        let count = Int.random(in: digits, using: &random)
        var value = Int128(Int.random(in: 0..<Int(PowerOfTen.table[count]), using: &random))
        if random.chance(30) { value = value / 5 * 5 }
        return ExactDecimal(unchecked: value, scale)
    }
}
