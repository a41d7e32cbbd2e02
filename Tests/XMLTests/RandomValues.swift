import Domain
import PropertyKit

/// The values that one change of a document draws from.
struct RandomValues: Sendable, CustomStringConvertible {
    let text: String
    let decimal: ExactDecimal
    let otherDecimal: ExactDecimal
    let date: CalendarDate?
    let index: Int
    let flag: Bool
    let bytes: [UInt8]

    var description: String {
        "text \(text.debugDescription), decimals \(decimal) \(otherDecimal), \(date?.description ?? ""), index \(index), flag \(flag)"
    }

    init(_ chance: inout SeededGenerator) {
        text = Self.text(&chance)
        decimal = Self.decimal(&chance)
        otherDecimal = Self.decimal(&chance)
        date = CalendarDate(
            year: Int.random(in: 1...9999, using: &chance), month: Int.random(in: 1...12, using: &chance),
            day: Int.random(in: 1...28, using: &chance))
        index = Int.random(in: 0..<1_000, using: &chance)
        flag = Bool.random(using: &chance)
        bytes = (0..<Int.random(in: 0...40, using: &chance)).map { _ in UInt8.random(in: 0...255, using: &chance) }
    }

    private static let pieces = [
        "a", "Z", " ", "  ", "\n", "\r", "\r\n", "\t", "<", ">", "&", "\"", "'", "]]>", "&amp;", "<!--", "é", "e\u{301}", "فاتورة",
        "مرحبا ١٢٣", "\u{200F}", "日本",
        "🧾", "\u{FEFF}", "\u{FFFD}", "\u{85}", "\u{2028}", "\u{7F}", "#AAI#", "##", "0",
        "long enough to leave the small form of strings",
    ]

    private static func text(_ chance: inout SeededGenerator) -> String {
        // The first piece keeps a note from being read as one with a subject code, which is a limit of UBL.
        (0..<Int.random(in: 0...6, using: &chance)).reduce(into: "T") { text, _ in
            text += pieces[Int.random(in: 0..<pieces.count, using: &chance)]
        }
    }

    private static func decimal(_ chance: inout SeededGenerator) -> ExactDecimal {
        let mantissa: Int128
        switch Int.random(in: 0..<6, using: &chance) {
        case 0: mantissa = 0
        case 1:
            mantissa = Int128.random(
                in: -99_999_999_999_999_999_999_999_999_999_999_999_999...99_999_999_999_999_999_999_999_999_999_999_999_999, using: &chance
            )
        default: mantissa = Int128.random(in: -1_000_000...1_000_000, using: &chance)
        }
        return (try? ExactDecimal(mantissa: mantissa, scale: Int.random(in: 0...(chance.chance(10) ? 38 : 4), using: &chance))) ?? .zero
    }

    func identifier(_ scheme: String) -> Identifier { Identifier(text, scheme: flag ? scheme : nil) }

    /// Those without a scheme first, as CII orders them.
    var identifiers: [Identifier] {
        switch index % 4 {
        case 0: []
        case 1: [Identifier(text)]
        case 2: [Identifier(text, scheme: "0088")]
        default: [Identifier(text), Identifier(text + "2"), Identifier(text, scheme: "0088"), Identifier(text, scheme: "0060")]
        }
    }

    var address: InvoiceDocument.Address {
        var address = InvoiceDocument.Address(country: flag ? "SA" : "DE")
        if index % 2 == 0 { address.street = text }
        if index % 3 == 0 { address.additionalStreet = text }
        if index % 5 < 2 { address.line3 = text }
        if index % 7 < 3 { address.city = text }
        if index % 11 < 5 { address.postalCode = text }
        if index % 13 < 5 { address.subdivision = text }
        return address
    }

    var party: InvoiceDocument.Party {
        var party = InvoiceDocument.Party(name: text)
        party.identifiers = identifiers
        if flag { party.tradingName = text + "t" }
        if index % 3 == 0 { party.legalRegistration = identifier("0002") }
        if index % 5 < 2 { party.vatId = "DE" + text }
        if index % 7 < 3 { party.endpoint = Identifier(text, scheme: "EM") }
        if index % 11 < 5 { party.address = address }
        if index % 13 < 5 {
            party.contact = InvoiceDocument.Contact(name: flag ? text : nil, telephone: text, email: index % 2 == 0 ? text : nil)
        }
        return party
    }

    var tax: InvoiceDocument.Tax {
        index % 3 == 0 ? InvoiceDocument.Tax(category: "O") : InvoiceDocument.Tax(category: "S", rate: decimal)
    }

    func allowance(tax: InvoiceDocument.Tax?) -> InvoiceDocument.AllowanceCharge {
        InvoiceDocument.AllowanceCharge(
            amount: index % 5 == 0 ? nil : decimal, baseAmount: flag ? otherDecimal : nil, percentage: index % 3 == 0 ? decimal : nil,
            tax: tax,
            reason: index % 2 == 0 ? text : nil, reasonCode: index % 7 < 3 ? "95" : nil)
    }

    var line: InvoiceDocument.Line {
        var item = InvoiceDocument.Item(name: text)
        if flag { item.description = text }
        if index % 3 == 0 { item.sellerIdentifier = text }
        if index % 5 < 2 { item.buyerIdentifier = text }
        if index % 7 < 3 { item.standardIdentifier = Identifier(text, scheme: "0160") }
        if index % 11 < 5 { item.originCountry = "NG" }
        var line = InvoiceDocument.Line(id: text, quantity: decimal, unit: "C62", unitPrice: otherDecimal, tax: tax, item: item)
        if index % 2 == 0 { line.note = text }
        if index % 3 == 1 { line.invoicedObject = identifier("ABZ") }
        if index % 5 > 1 { line.netAmount = decimal }
        if index % 7 > 2 { line.orderLineReference = text }
        if index % 11 > 5 { line.accountingReference = text }
        if index % 13 > 5 { line.period = InvoiceDocument.Period(start: date, end: flag ? date : nil) }
        if index % 17 > 8 {
            line.priceDiscount = decimal
            line.grossPrice = otherDecimal
        }
        if index % 19 > 8 {
            line.priceBaseQuantity = decimal
            if flag { line.priceBaseUnit = "KGM" }
        }
        return line
    }
}
