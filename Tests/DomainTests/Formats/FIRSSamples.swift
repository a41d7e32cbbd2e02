import PropertyKit

@testable import Domain

/// One thing said of an invoice that the FIRS form has a place for.
struct FIRSStep: CustomStringConvertible {
    enum Part: String, CaseIterable {
        case note, dates, taxCurrency, references, preceding, payee, representative, area, consumerless, delivery, payment, terms
        case allowance, charge, prepaid, rounding, line, service, lineAllowance, lineCharge, base, unit, exempt
    }

    let part: Part
    let seed: UInt64

    var description: String { "\(part) of seed \(seed)" }

    static func list(_ random: inout SeededGenerator) -> [FIRSStep] {
        (0..<Int.random(in: 0...25, using: &random)).map { _ in
            FIRSStep(part: Part.allCases[Int.random(in: 0..<Part.allCases.count, using: &random)], seed: random.next())
        }
    }

    static let settings: FIRSSettings = {
        var settings = FIRSSettings(
            businessId: "6f1c3a52-8d0e-4b57-9c1a-2e7d4f6b8a90", serviceId: "7K2M9QXA",
            typeCodes: ["380": "396", "381": "380", "384": "384"])
        settings.productCategories = ["1006.30": "Cereals"]
        settings.issueTime = "10:00:00"
        settings.paymentStatus = "PENDING"
        return settings
    }()

    static func party(_ name: String, _ chance: inout Chance) -> InvoiceDocument.Party {
        var party = InvoiceDocument.Party(name: name)
        party.vatId = "1234567\(chance.number(0...9))-0001"
        party.contact = .init(telephone: chance.maybe { "+23480\($0.number(10_000_000...99_999_999))" }, email: "office@example.ng")
        party.legalInformation = chance.maybe { "Sales " + $0.text() }
        var address = InvoiceDocument.Address(country: "NG")
        address.street = "\(chance.number(1...99)) Marina Road"
        address.city = "Lagos"
        address.postalCode = chance.maybe { _ in "101241" }
        address.subdivision = chance.maybe { $0.random.chance(50) ? "NG-LA" : "NG-LA-EKY" }
        party.address = address
        return party
    }

    static func document(_ steps: [FIRSStep]) -> InvoiceDocument {
        var chance = Chance(random: SeededGenerator(seed: 11))
        var document = InvoiceDocument(typeCode: "380", currency: "NGN")
        document.number = "INV0042"
        document.issueDate = CalendarDate("2026-11-20")
        document.taxRegime = "vat-ng"
        document.seller = party("Eko Mills", &chance)
        document.buyer = party("Kano Foods", &chance)
        document.lines = [line(1, &chance)]
        document.taxBreakdown = [subtotal("S", "7.5", &chance)]
        for step in steps {
            var chance = Chance(random: SeededGenerator(seed: step.seed))
            step.apply(to: &document, &chance)
        }
        total(&document)
        return document
    }

    static func amount(_ chance: inout Chance) -> ExactDecimal {
        (try? ExactDecimal(mantissa: Int128(chance.number(1...99_999_999)), scale: chance.number(0...2))) ?? .one
    }

    static func line(_ place: Int, _ chance: inout Chance) -> InvoiceDocument.Line {
        var item = InvoiceDocument.Item(name: "Rice " + chance.text())
        item.description = chance.maybe { $0.text() }
        item.sellerIdentifier = chance.maybe { $0.text() }
        item.classifications = [.init(code: "1006.30", scheme: "HS")]
        var line = InvoiceDocument.Line(
            id: String(place), quantity: amount(&chance), unit: "C62", unitPrice: amount(&chance),
            tax: .init(category: "S", rate: ExactDecimal("7.5")), item: item)
        line.netAmount = amount(&chance)
        return line
    }

    static func subtotal(_ category: String, _ rate: String, _ chance: inout Chance) -> InvoiceDocument.TaxSubtotal {
        .init(taxableAmount: amount(&chance), taxAmount: amount(&chance), category: category, rate: ExactDecimal(rate))
    }

    /// The form states sums and does not check them, so only those that the reader works out have to follow.
    static func total(_ document: inout InvoiceDocument) {
        func sum(_ amounts: [ExactDecimal]) -> ExactDecimal? {
            amounts.isEmpty ? nil : amounts.reduce(.zero) { (try? $0 + $1) ?? $0 }
        }
        let inclusive = ExactDecimal("100000.00") ?? .zero
        let payable = (try? inclusive - (document.prepaidAmount ?? .zero)) ?? .zero
        var totals = InvoiceDocument.Totals(
            lineNet: sum(document.lines.compactMap(\.netAmount)) ?? .zero, taxExclusive: ExactDecimal(90_000), taxInclusive: inclusive,
            payable: (try? payable + (document.roundingAmount ?? .zero)) ?? .zero)
        totals.tax = sum(document.taxBreakdown.map(\.taxAmount))
        totals.allowances = sum(document.allowances.compactMap(\.amount))
        totals.charges = sum(document.charges.compactMap(\.amount))
        document.totals = totals
    }

    private func apply(to document: inout InvoiceDocument, _ chance: inout Chance) {
        switch part {
        case .note: document.notes = [.init(chance.text())]
        case .dates:
            document.dueDate = chance.date()
            document.taxPointDate = chance.date()
            document.typeCode = ["380", "381", "384"][chance.number(0...2)]
        case .taxCurrency: document.taxCurrency = "USD"
        case .references:
            document.buyerAccountingReference = chance.maybe { $0.text() }
            document.buyerReference = chance.maybe { $0.text() }
            document.purchaseOrderReference = chance.maybe { $0.text() }
            document.period = .init(start: chance.date(), end: chance.date())
        case .preceding:
            let own = chance.random.chance(50)
            document.precedingInvoices.append(
                .init(number: own ? "OLD\(chance.number(1...99))" : "X1-AAAABBBB-20250102", issueDate: chance.date()))
        case .payee: document.payee = Self.party("Lagos Factors", &chance)
        case .representative: document.sellerTaxRepresentative = Self.party("Abuja Tax", &chance)
        case .area: document.buyer?.address?.subdivision = "NG-KN-FGE"
        case .consumerless: document.buyer?.contact?.telephone = nil
        case .delivery:
            var delivery = InvoiceDocument.Delivery()
            delivery.date = chance.date()
            document.delivery = delivery
        case .payment: document.payment = .init(meansCode: "\(chance.number(1...97))")
        case .terms: document.paymentTerms = chance.text()
        case .prepaid:
            document.prepaidAmount = ExactDecimal("250.25")
            document.roundingAmount = nil
        case .rounding:
            document.roundingAmount = ExactDecimal("0.25")
            document.prepaidAmount = nil
        case .allowance, .charge: allowanceCharge(&document, &chance)
        default: applyToLines(of: &document, &chance)
        }
    }

    /// The form tells the tax of an allowance only where the whole invoice has one.
    private func allowanceCharge(_ document: inout InvoiceDocument, _ chance: inout Chance) {
        let only = document.taxBreakdown.count == 1 ? document.taxBreakdown.first : nil
        let tax = only.map { InvoiceDocument.Tax(category: $0.category, rate: $0.rate) }
        let element = InvoiceDocument.AllowanceCharge(amount: Self.amount(&chance), tax: tax)
        if part == .allowance { document.allowances.append(element) } else { document.charges.append(element) }
    }

    private func applyToLines(of document: inout InvoiceDocument, _ chance: inout Chance) {
        let last = document.lines.count - 1
        switch part {
        case .service:
            document.lines[last].item.classifications = [.init(code: "6311", scheme: "ISIC")]
            document.lines[last].item.attributes = [.init(name: "product_category", value: "Hosting")]
        case .lineAllowance: document.lines[last].allowances = [.init(amount: Self.amount(&chance), percentage: ExactDecimal("2.01"))]
        case .lineCharge: document.lines[last].charges = [.init(amount: Self.amount(&chance))]
        case .base: document.lines[last].priceBaseQuantity = ExactDecimal(100)
        case .unit: document.lines[last].unit = "KGM"
        case .exempt:
            if document.allowances.isEmpty, document.charges.isEmpty {
                document.lines[last].tax = .init(category: "Z", rate: .zero)
                document.taxBreakdown.append(Self.subtotal("Z", "0", &chance))
            }
        default: document.lines.append(Self.line(document.lines.count + 1, &chance))
        }
    }
}
