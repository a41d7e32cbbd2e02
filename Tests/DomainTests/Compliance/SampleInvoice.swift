@testable import Domain

/// A small UBL document held as a tree that tests change before they validate it.
struct Sample {
    /// An element, its attributes and what is in it.
    struct Part {
        var name: XMLName
        var attributes: [(XMLAttribute, String)] = []
        var text = ""
        var parts: [Part] = []
    }

    var root: Part

    func tree() throws -> XMLTree {
        var builder = XMLTree.Builder()
        try Self.write(root, to: &builder)
        return try builder.finish()
    }

    private static func write(_ part: Part, to builder: inout XMLTree.Builder) throws {
        try builder.start(part.name)
        for (name, value) in part.attributes { try builder.attribute(name, value) }
        try builder.characters(part.text)
        for child in part.parts { try write(child, to: &builder) }
        try builder.end()
    }

    func findings(_ language: MessageLanguage = .english) throws -> [Finding] { Ruleset.en16931.validate(try tree(), language: language) }

    /// The rules broken, each once, in order.
    func broken() throws -> [String] {
        try findings().map(\.rule).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Changes the first part at that path.
    func with(_ path: XMLName..., change: (inout Part) -> Void) -> Sample {
        var copy = self
        copy.root.change(path[...], change)
        return copy
    }

    func text(_ path: XMLName..., is text: String) -> Sample {
        var copy = self
        copy.root.change(path[...]) { $0.text = text }
        return copy
    }

    func without(_ path: XMLName...) -> Sample {
        guard let last = path.last else { return self }
        var copy = self
        copy.root.change(path.dropLast()) { part in
            if let index = part.parts.firstIndex(where: { $0.name == last }) { part.parts.remove(at: index) }
        }
        return copy
    }

    func adding(_ part: Part, to path: XMLName...) -> Sample {
        var copy = self
        copy.root.change(path[...]) { $0.parts.append(part) }
        return copy
    }
}

extension Sample.Part {
    init(_ name: XMLName, _ text: String, _ attributes: (XMLAttribute, String)...) {
        self.init(name: name, attributes: attributes, text: text)
    }

    init(_ name: XMLName, _ parts: [Sample.Part]) { self.init(name: name, parts: parts) }

    mutating func change(_ path: ArraySlice<XMLName>, _ change: (inout Sample.Part) -> Void) {
        guard let name = path.first else { return change(&self) }
        if let index = parts.firstIndex(where: { $0.name == name }) { parts[index].change(path.dropFirst(), change) }
    }
}

// MARK: - A valid invoice

/// One line of a generated invoice, its amounts in hundredths.
struct SampleLine: CustomStringConvertible {
    var quantity: Int
    /// In cents.
    var price: Int
    var category: String
    /// In percent; nil for none.
    var rate: Int?
    /// A charge or an allowance instead of a line.
    var kind = Kind.line

    enum Kind { case line, allowance, charge }

    var amount: Int { quantity * price }

    var description: String { "\(kind) \(quantity) x \(price) \(category) \(rate.map(String.init) ?? "-")" }
}

extension Sample {
    static func money(_ cents: Int) -> String {
        let digits = String(abs(cents))
        let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        return (cents < 0 ? "-" : "") + padded.dropLast(2) + "." + padded.suffix(2)
    }

    private static func amount(_ name: XMLName, _ cents: Int) -> Part { Part(name, money(cents), (.currencyID, "EUR")) }

    private static func category(_ name: XMLName, _ code: String, _ rate: Int?, _ more: [Part] = []) -> Part {
        Part(
            name,
            [Part(.cbcID, code)] + (rate.map { [Part(.cbcPercent, String($0))] } ?? []) + more + [
                Part(.cacTaxScheme, [Part(.cbcID, "VAT")])
            ])
    }

    private static func party(_ name: XMLName, _ title: String, vat: String?, legal: String) -> Part {
        var parts = [Part(.cacPostalAddress, [Part(.cacCountry, [Part(.cbcIdentificationCode, "DE")])])]
        if let vat {
            parts.append(Part(.cacPartyTaxScheme, [Part(.cbcCompanyID, vat), Part(.cacTaxScheme, [Part(.cbcID, "VAT")])]))
        }
        parts.append(Part(.cacPartyLegalEntity, [Part(.cbcRegistrationName, title), Part(.cbcCompanyID, legal)]))
        return Part(name, [Part(.cacParty, parts)])
    }

    /// An invoice with these lines, allowances and charges that keeps every rule.
    static func valid(_ lines: [SampleLine] = [SampleLine(quantity: 2, price: 1_050, category: "S", rate: 19)]) -> Sample {
        let isOutside = lines.contains { $0.category == "O" }
        var parts = [
            Part(.cbcCustomizationID, "urn:cen.eu:en16931:2017"), Part(.cbcID, "INV-1"), Part(.cbcIssueDate, "2026-11-20"),
            Part(.cbcDueDate, "2026-12-20"), Part(.cbcInvoiceTypeCode, "380"), Part(.cbcDocumentCurrencyCode, "EUR"),
            Part(.cacInvoicePeriod, [Part(.cbcStartDate, "2026-11-01"), Part(.cbcEndDate, "2026-11-30")]),
            party(.cacAccountingSupplierParty, "Seller", vat: isOutside ? nil : "DE123456789", legal: "HRB 1"),
            party(.cacAccountingCustomerParty, "Buyer", vat: isOutside ? nil : "FR12345678901", legal: "HRB 2"),
            Part(
                .cacDelivery,
                [
                    Part(.cbcActualDeliveryDate, "2026-11-19"),
                    Part(.cacDeliveryLocation, [Part(.cacAddress, [Part(.cacCountry, [Part(.cbcIdentificationCode, "FR")])])]),
                ]),
            Part(.cacPaymentMeans, [Part(.cbcPaymentMeansCode, "30"), Part(.cacPayeeFinancialAccount, [Part(.cbcID, "DE00")])]),
        ]
        for line in lines where line.kind != .line {
            parts.append(
                Part(
                    .cacAllowanceCharge,
                    [
                        Part(.cbcChargeIndicator, line.kind == .charge ? "true" : "false"), Part(.cbcAllowanceChargeReason, "Reason"),
                        amount(.cbcAmount, line.amount), category(.cacTaxCategory, line.category, line.rate),
                    ]))
        }
        parts += totals(lines)
        for (number, line) in lines.filter({ $0.kind == .line }).enumerated() {
            parts.append(
                Part(
                    .cacInvoiceLine,
                    [
                        Part(.cbcID, String(number + 1)), Part(.cbcInvoicedQuantity, String(line.quantity), (.unitCode, "C62")),
                        amount(.cbcLineExtensionAmount, line.amount),
                        Part(.cacItem, [Part(.cbcName, "Item"), category(.cacClassifiedTaxCategory, line.category, line.rate)]),
                        Part(.cacPrice, [amount(.cbcPriceAmount, line.price)]),
                    ]))
        }
        return Sample(root: Part(.ublInvoice, parts))
    }

    private static func totals(_ lines: [SampleLine]) -> [Part] {
        struct Group { var category: String, rate: Int?, net: Int }
        var groups: [Group] = []
        var sums = (lines: 0, allowances: 0, charges: 0)
        for line in lines {
            var signed = line.amount
            switch line.kind {
            case .line: sums.lines += line.amount
            case .charge: sums.charges += line.amount
            case .allowance:
                sums.allowances += line.amount
                signed = -signed
            }
            if let index = groups.firstIndex(where: { $0.category == line.category && $0.rate == line.rate }) {
                groups[index].net += signed
            } else {
                groups.append(Group(category: line.category, rate: line.rate, net: signed))
            }
        }
        var tax = 0
        var subtotals: [Part] = []
        for group in groups {
            // Half a cent goes up, as XPath's round() has it.
            let own = ((group.net * (group.rate ?? 0)) + 50 - ((group.net * (group.rate ?? 0) + 50) % 100 + 100) % 100) / 100
            tax += own
            let reason = ["E", "AE", "K", "G", "O"].contains(group.category) ? [Part(.cbcTaxExemptionReason, "Reason")] : []
            subtotals.append(
                Part(
                    .cacTaxSubtotal,
                    [
                        amount(.cbcTaxableAmount, group.net), amount(.cbcTaxAmount, own),
                        category(.cacTaxCategory, group.category, group.rate, reason),
                    ]))
        }
        let net = sums.lines + sums.charges - sums.allowances
        var total = [
            amount(.cbcLineExtensionAmount, sums.lines), amount(.cbcTaxExclusiveAmount, net), amount(.cbcTaxInclusiveAmount, net + tax),
        ]
        if lines.contains(where: { $0.kind == .allowance }) { total.append(amount(.cbcAllowanceTotalAmount, sums.allowances)) }
        if lines.contains(where: { $0.kind == .charge }) { total.append(amount(.cbcChargeTotalAmount, sums.charges)) }
        total.append(amount(.cbcPayableAmount, net + tax))
        return [Part(.cacTaxTotal, [amount(.cbcTaxAmount, tax)] + subtotals), Part(.cacLegalMonetaryTotal, total)]
    }
}
