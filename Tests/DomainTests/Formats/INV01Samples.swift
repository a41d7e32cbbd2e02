import PropertyKit

@testable import Domain

/// One thing said of an invoice that INV-01 has a place for.
struct INV01Step: CustomStringConvertible {
    enum Part: String, CaseIterable {
        case between, dates, creditNote, names, contact, delivery, export, payment, transfer, terms, prepaid, rounding
        case note, references, preceding, attachment, line, service, zero, cess, lineAllowance, lineCharge, item, unit, discount
    }

    let part: Part
    let seed: UInt64

    var description: String { "\(part) of seed \(seed)" }

    static func list(_ random: inout SeededGenerator) -> [INV01Step] {
        (0..<Int.random(in: 0...30, using: &random)).map { _ in
            INV01Step(part: Part.allCases[Int.random(in: 0..<Part.allCases.count, using: &random)], seed: random.next())
        }
    }

    static func party(_ name: String, state: String) -> InvoiceDocument.Party {
        var party = InvoiceDocument.Party(name: name)
        party.vatId = state + "ABCDE1234F1Z5"
        var address = InvoiceDocument.Address(country: "IN")
        address.street = "14 MG Road"
        address.city = "Bengaluru"
        address.postalCode = "560001"
        address.subdivision = state
        party.address = address
        return party
    }

    static func document(_ steps: [INV01Step]) throws -> InvoiceDocument {
        var document = InvoiceDocument(typeCode: "380", currency: "INR")
        document.number = "INV/26-27/00042"
        document.issueDate = CalendarDate("2026-11-20")
        document.taxRegime = "gst-in"
        document.placeOfSupply = "29"
        document.seller = party("Kaveri Textiles", state: "29")
        document.buyer = party("Deccan Stores", state: "29")
        document.lines = [line(1)]
        for step in steps {
            var chance = Chance(random: SeededGenerator(seed: step.seed))
            step.apply(to: &document, &chance)
        }
        try total(&document)
        return document
    }

    static func line(_ place: Int) -> InvoiceDocument.Line {
        var item = InvoiceDocument.Item(name: "Cotton cloth")
        item.classifications = [.init(code: "5208", scheme: "HS")]
        return .init(
            id: String(place), quantity: .one, unit: "MTR", unitPrice: ExactDecimal("99.99") ?? .one,
            tax: .init(category: "S", rate: ExactDecimal(5)), item: item)
    }

    /// Net amounts, taxes per item, and all sums.
    static func total(_ document: inout InvoiceDocument) throws {
        let isIntegrated = document.placeOfSupply != "29"
        var net = ExactDecimal.zero
        var groups: [(tax: InvoiceDocument.Tax, taxable: ExactDecimal, amounts: INV01ItemTax)] = []
        func add(_ amount: ExactDecimal, _ tax: InvoiceDocument.Tax) throws {
            let amounts = try INV01ItemTax(on: amount, tax: tax, isIntegrated: isIntegrated)
            if let index = groups.firstIndex(where: { $0.tax == tax }) {
                groups[index].taxable = try groups[index].taxable + amount
                try groups[index].amounts.add(amounts)
            } else {
                groups.append((tax, amount, amounts))
            }
        }
        for index in document.lines.indices {
            let line = document.lines[index]
            var amount = try (line.quantity * line.unitPrice).rounded(to: 2, .halfAwayFromZero)
            for allowance in line.allowances { amount = try amount - (allowance.amount ?? .zero) }
            for charge in line.charges { amount = try amount + (charge.amount ?? .zero) }
            document.lines[index].netAmount = amount
            net = try net + amount
            try add(amount, line.tax)
        }
        let discount = document.allowances.first?.amount
        if let discount { try add(try discount.negated(), .init(category: "Z", rate: .zero)) }
        var tax = ExactDecimal.zero
        document.taxBreakdown = []
        for group in groups {
            var subtotal = InvoiceDocument.TaxSubtotal(
                taxableAmount: group.taxable, taxAmount: try group.amounts.sum, category: group.tax.category, rate: group.tax.rate)
            subtotal.components = try components(group.tax, group.amounts, isIntegrated)
            document.taxBreakdown.append(subtotal)
            tax = try tax + subtotal.taxAmount
        }
        let exclusive = try net - (discount ?? .zero)
        let inclusive = try exclusive + tax
        var totals = InvoiceDocument.Totals(
            lineNet: net, taxExclusive: exclusive, taxInclusive: inclusive,
            payable: try inclusive - (document.prepaidAmount ?? .zero) + (document.roundingAmount ?? .zero))
        totals.tax = tax
        totals.allowances = discount
        document.totals = totals
    }

    private static func components(
        _ tax: InvoiceDocument.Tax, _ amounts: INV01ItemTax, _ isIntegrated: Bool
    ) throws -> [InvoiceDocument.TaxSubtotal.Component] {
        var components: [InvoiceDocument.TaxSubtotal.Component] = []
        if let rate = tax.rate, !rate.isZero {
            let half = try rate.divided(by: ExactDecimal(2), scale: 3, rounding: .halfAwayFromZero)
            components =
                isIntegrated
                ? [.init(name: "IGST", rate: rate, amount: amounts.igst)]
                : [.init(name: "CGST", rate: half, amount: amounts.cgst), .init(name: "SGST", rate: half, amount: amounts.sgst)]
        }
        if let rate = tax.cessRate { components.append(.init(name: "CESS", rate: rate, amount: amounts.cess)) }
        return components
    }

    private func apply(to document: inout InvoiceDocument, _ chance: inout Chance) {
        switch part {
        case .between:
            document.placeOfSupply = "27"
            document.buyer = Self.party("Deccan Stores", state: "27")
        case .dates: document.dueDate = document.issueDate?.adding(days: chance.number(0...400))
        case .creditNote: document.typeCode = chance.random.chance(50) ? "381" : "383"
        case .names:
            document.seller?.tradingName = "Kaveri"
            document.buyer?.address?.additionalStreet = "2nd floor, Unity Tower"
        case .contact: document.seller?.contact = .init(telephone: "08012345678", email: "office@example.in")
        case .delivery:
            var delivery = InvoiceDocument.Delivery()
            delivery.partyName = chance.maybe { _ in "Deccan Warehouse" }
            delivery.address = Self.party("", state: "33").address
            document.delivery = delivery
        case .export:
            document.placeOfSupply = "96"
            var address = InvoiceDocument.Address(country: "DE")
            address.street = "Hauptstr. 1"
            address.city = "Berlin"
            document.buyer = .init(name: "Bob GmbH")
            document.buyer?.address = address
        case .payment:
            document.payment = .init(meansCode: ["10", "20", "30", "58", "ZZZ"][chance.number(0...4)])
            document.payment?.remittanceInformation = chance.maybe { _ in "Ref 7" }
        case .transfer:
            document.payment = .init(meansCode: "30")
            document.payment?.creditTransfers = [
                .init(
                    account: "000012345678", accountName: chance.maybe { _ in "Kaveri" },
                    serviceProvider: chance.maybe { _ in "HDFC0000001" })
            ]
        case .terms: document.paymentTerms = "30 days net"
        case .prepaid: document.prepaidAmount = ExactDecimal("10.50")
        case .rounding: document.roundingAmount = ExactDecimal("-0.49")
        case .discount:
            document.allowances = [.init(amount: ExactDecimal("5.25"), tax: .init(category: "Z", rate: .zero))]
        case .note: document.notes = [.init("Subject to Bengaluru jurisdiction")]
        case .references:
            document.receivingAdviceReference = chance.maybe { _ in "GRN-7" }
            document.tenderOrLotReference = chance.maybe { _ in "LOT 8" }
            document.contractReference = chance.maybe { _ in "C/9" }
            document.buyerReference = chance.maybe { _ in "BR" }
            document.projectReference = chance.maybe { _ in "P1" }
            document.purchaseOrderReference = chance.maybe { _ in "PO-1" }
            document.period = .init(start: chance.date(), end: chance.date())
        case .preceding: document.precedingInvoices.append(.init(number: "INV/\(chance.number(1...99))", issueDate: chance.date()))
        case .attachment:
            var attachment = InvoiceDocument.Attachment(reference: "Packing list")
            attachment.location = chance.maybe { _ in "https://example.in/a.pdf" }
            document.attachments.append(attachment)
        default: applyToLines(of: &document, &chance)
        }
    }

    private func applyToLines(of document: inout InvoiceDocument, _ chance: inout Chance) {
        if part == .line {
            document.lines.append(Self.line(document.lines.count + 1))
            let last = document.lines.count - 1
            document.lines[last].quantity =
                (try? ExactDecimal(mantissa: Int128(chance.number(1...9_999_999)), scale: chance.number(0...3))) ?? .one
            document.lines[last].unitPrice =
                (try? ExactDecimal(mantissa: Int128(chance.number(1...999_999)), scale: chance.number(0...3))) ?? .one
            document.lines[last].tax.rate =
                [ExactDecimal("0.25"), ExactDecimal(5), ExactDecimal(18), ExactDecimal(28)][chance.number(0...3)]
        }
        guard var line = document.lines.popLast() else { return }
        switch part {
        case .service: line.item.classifications = [.init(code: "998314", scheme: "HS")]
        case .zero: line.tax = .init(category: "Z", rate: .zero)
        case .cess: if line.tax.category == "S" { line.tax.cessRate = ExactDecimal("12.5") }
        case .lineAllowance: if line.charges.isEmpty { line.allowances = [.init(amount: ExactDecimal("0.01"))] }
        case .lineCharge: if line.allowances.isEmpty { line.charges = [.init(amount: ExactDecimal("3.75"))] }
        case .item:
            line.item.standardIdentifier = chance.maybe { _ in Identifier("8901234567894", scheme: "0160") }
            line.item.originCountry = chance.maybe { _ in "IN" }
            line.item.attributes = [.init(name: "Colour", value: "Indigo")]
            line.orderLineReference = chance.maybe { _ in "3" }
        case .unit: line.unit = ["C62", "KGM", "XBX", "ZZ", "H87", "MTR"][chance.number(0...5)]
        default: break
        }
        document.lines.append(line)
    }
}
