import PropertyKit

@testable import Domain

/// One thing said of a document; a list of them makes a random document that can be shrunk.
struct DocumentStep: CustomStringConvertible {
    enum Part: String, CaseIterable {
        case number, dates, taxCurrency, references, objectReference, notes, preceding, seller, buyer, payee, representative
        case delivery, period, payment, transfer, terms, line, lineExtras, item, lineAllowance, allowance, charge, prepaid
        case subtotal, components, totals, attachment, regime
    }

    let part: Part
    let seed: UInt64

    var description: String { "\(part) of seed \(seed)" }

    static func list(_ random: inout SeededGenerator) -> [DocumentStep] {
        (0..<Int.random(in: 0...40, using: &random)).map { _ in
            DocumentStep(part: Part.allCases[Int.random(in: 0..<Part.allCases.count, using: &random)], seed: random.next())
        }
    }

    static func document(_ steps: [DocumentStep]) -> InvoiceDocument {
        var document = InvoiceDocument(typeCode: "380", currency: "EUR")
        for step in steps {
            var chance = Chance(random: SeededGenerator(seed: step.seed))
            step.apply(to: &document, &chance)
        }
        return document
    }

    private func apply(to document: inout InvoiceDocument, _ chance: inout Chance) {
        switch part {
        case .number: document.number = chance.text()
        case .dates:
            document.issueDate = chance.date()
            document.dueDate = chance.date()
            document.taxPointDate = chance.maybe { $0.date() }
        case .taxCurrency:
            document.taxCurrency = chance.maybe { $0.text() }
            document.taxPointDateCode = chance.maybe { $0.text() }
        case .references:
            document.buyerReference = chance.maybe { $0.text() }
            document.projectReference = chance.maybe { $0.text() }
            document.contractReference = chance.maybe { $0.text() }
            document.purchaseOrderReference = chance.maybe { $0.text() }
            document.salesOrderReference = chance.maybe { $0.text() }
            document.receivingAdviceReference = chance.maybe { $0.text() }
            document.despatchAdviceReference = chance.maybe { $0.text() }
            document.tenderOrLotReference = chance.maybe { $0.text() }
            document.buyerAccountingReference = chance.maybe { $0.text() }
            document.businessProcess = chance.maybe { $0.text() }
            document.specification = chance.maybe { $0.text() }
        case .objectReference: document.invoicedObject = chance.identifier()
        case .notes: document.notes.append(.init(chance.text(), subjectCode: chance.maybe { $0.text() }))
        case .preceding:
            document.precedingInvoices.append(.init(number: chance.text(), issueDate: chance.maybe { $0.date() }))
        case .seller: document.seller = chance.party()
        case .buyer: document.buyer = chance.party()
        case .payee: document.payee = chance.party()
        case .representative: document.sellerTaxRepresentative = chance.party()
        case .delivery: document.delivery = chance.delivery()
        case .period: document.period = .init(start: chance.maybe { $0.date() }, end: chance.maybe { $0.date() })
        case .payment: document.payment = chance.payment()
        case .transfer:
            document.payment?.creditTransfers.append(
                .init(account: chance.text(), accountName: chance.maybe { $0.text() }, serviceProvider: chance.maybe { $0.text() }))
        case .terms: document.paymentTerms = chance.text()
        case .allowance: document.allowances.append(chance.allowanceCharge(hasTax: true))
        case .charge: document.charges.append(chance.allowanceCharge(hasTax: true))
        case .prepaid:
            document.prepaidAmount = chance.maybe { $0.decimal() }
            document.roundingAmount = chance.maybe { $0.decimal() }
        case .line, .lineExtras, .item, .lineAllowance: applyToLine(of: &document, &chance)
        case .subtotal: document.taxBreakdown.append(chance.subtotal())
        case .components:
            if !document.taxBreakdown.isEmpty {
                document.taxBreakdown[0].components.append(
                    .init(name: chance.text(), rate: chance.decimal(), amount: chance.decimal()))
            }
        case .totals: document.totals = chance.totals()
        case .attachment: document.attachments.append(chance.attachment())
        case .regime:
            document.taxRegime = chance.maybe { $0.text() }
            document.placeOfSupply = chance.maybe { $0.text() }
            document.typeCode = chance.text()
            document.currency = chance.text()
        }
    }

    private func applyToLine(of document: inout InvoiceDocument, _ chance: inout Chance) {
        if part == .line {
            document.lines.append(
                .init(
                    id: chance.text(), quantity: chance.decimal(), unit: chance.text(), unitPrice: chance.decimal(), tax: chance.tax(),
                    item: .init(name: chance.text())))
        }
        guard var line = document.lines.popLast() else { return }
        if part == .lineExtras {
            line.note = chance.maybe { $0.text() }
            line.invoicedObject = chance.maybe { $0.identifier() }
            line.netAmount = chance.maybe { $0.decimal() }
            line.orderLineReference = chance.maybe { $0.text() }
            line.accountingReference = chance.maybe { $0.text() }
            line.period = chance.maybe { .init(start: $0.maybe { $0.date() }, end: $0.maybe { $0.date() }) }
            line.priceDiscount = chance.maybe { $0.decimal() }
            line.grossPrice = chance.maybe { $0.decimal() }
            line.priceBaseQuantity = chance.maybe { $0.decimal() }
            line.priceBaseUnit = chance.maybe { $0.text() }
        }
        if part == .item {
            line.item.description = chance.maybe { $0.text() }
            line.item.sellerIdentifier = chance.maybe { $0.text() }
            line.item.buyerIdentifier = chance.maybe { $0.text() }
            line.item.standardIdentifier = chance.maybe { $0.identifier() }
            line.item.classifications.append(
                .init(code: chance.text(), scheme: chance.text(), schemeVersion: chance.maybe { $0.text() }))
            line.item.originCountry = chance.maybe { $0.text() }
            line.item.attributes.append(.init(name: chance.text(), value: chance.text()))
        }
        if part == .lineAllowance {
            line.allowances.append(chance.allowanceCharge(hasTax: false))
            line.charges.append(chance.allowanceCharge(hasTax: false))
        }
        document.lines.append(line)
    }
}

/// Random values of the model.
struct Chance {
    var random: SeededGenerator

    mutating func maybe<T>(_ make: (inout Chance) -> T?) -> T? { random.chance(60) ? make(&self) : nil }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func text() -> String {
        let pieces = [
            "a", "Ä", "é", "e\u{301}", "\"", "x", "\\", "/", "\n", "\t", "\r", " ", "中文", "العربية", "👩‍👩‍👧", "\u{7F}", "\u{2028}", "\u{FFFD}",
            "0",
        ]
        return (0..<number(0...12)).map { _ in pieces[number(0...(pieces.count - 1))] }.joined()
    }

    mutating func date() -> CalendarDate? { CalendarDate(year: number(1...9999), month: number(1...12), day: number(1...28)) }

    mutating func decimal() -> ExactDecimal {
        let digits = number(1...38)
        var mantissa: Int128 = 0
        for _ in 0..<digits { mantissa = mantissa * 10 + Int128(number(0...9)) }
        if random.chance(40) { mantissa = -mantissa }
        return (try? ExactDecimal(mantissa: mantissa, scale: random.chance(50) ? number(0...3) : number(0...38))) ?? .zero
    }

    mutating func identifier() -> Identifier { Identifier(text(), scheme: maybe { $0.text() }) }

    mutating func address() -> InvoiceDocument.Address {
        var address = InvoiceDocument.Address(country: text())
        address.street = maybe { $0.text() }
        address.additionalStreet = maybe { $0.text() }
        address.line3 = maybe { $0.text() }
        address.city = maybe { $0.text() }
        address.postalCode = maybe { $0.text() }
        address.subdivision = maybe { $0.text() }
        return address
    }

    mutating func party() -> InvoiceDocument.Party {
        var party = InvoiceDocument.Party(name: text())
        party.tradingName = maybe { $0.text() }
        party.identifiers = (0..<number(0...2)).map { _ in identifier() }
        party.legalRegistration = maybe { $0.identifier() }
        party.vatId = maybe { $0.text() }
        party.taxRegistration = maybe { $0.text() }
        party.legalInformation = maybe { $0.text() }
        party.endpoint = maybe { $0.identifier() }
        party.address = maybe { $0.address() }
        party.contact = maybe { .init(name: $0.maybe { $0.text() }, telephone: $0.maybe { $0.text() }, email: $0.maybe { $0.text() }) }
        return party
    }

    mutating func delivery() -> InvoiceDocument.Delivery {
        var delivery = InvoiceDocument.Delivery()
        delivery.partyName = maybe { $0.text() }
        delivery.location = maybe { $0.identifier() }
        delivery.date = maybe { $0.date() }
        delivery.address = maybe { $0.address() }
        return delivery
    }

    mutating func payment() -> InvoiceDocument.PaymentInstructions {
        var payment = InvoiceDocument.PaymentInstructions(meansCode: text())
        payment.meansText = maybe { $0.text() }
        payment.remittanceInformation = maybe { $0.text() }
        payment.cardNumber = maybe { $0.text() }
        payment.cardHolder = maybe { $0.text() }
        payment.mandateReference = maybe { $0.text() }
        payment.creditorIdentifier = maybe { $0.text() }
        payment.debitedAccount = maybe { $0.text() }
        return payment
    }

    mutating func tax() -> InvoiceDocument.Tax {
        .init(category: text(), rate: maybe { $0.decimal() }, cessRate: maybe { $0.decimal() })
    }

    mutating func allowanceCharge(hasTax: Bool) -> InvoiceDocument.AllowanceCharge {
        .init(
            amount: maybe { $0.decimal() }, baseAmount: maybe { $0.decimal() }, percentage: maybe { $0.decimal() },
            tax: hasTax ? maybe { $0.tax() } : nil, reason: maybe { $0.text() }, reasonCode: maybe { $0.text() })
    }

    mutating func subtotal() -> InvoiceDocument.TaxSubtotal {
        var subtotal = InvoiceDocument.TaxSubtotal(
            taxableAmount: decimal(), taxAmount: decimal(), category: text(), rate: maybe { $0.decimal() })
        subtotal.exemptionReason = maybe { $0.text() }
        subtotal.exemptionReasonCode = maybe { $0.text() }
        return subtotal
    }

    mutating func totals() -> InvoiceDocument.Totals {
        var totals = InvoiceDocument.Totals(lineNet: decimal(), taxExclusive: decimal(), taxInclusive: decimal(), payable: decimal())
        totals.allowances = maybe { $0.decimal() }
        totals.charges = maybe { $0.decimal() }
        totals.tax = maybe { $0.decimal() }
        totals.taxInTaxCurrency = maybe { $0.decimal() }
        return totals
    }

    mutating func attachment() -> InvoiceDocument.Attachment {
        var attachment = InvoiceDocument.Attachment(reference: text())
        attachment.description = maybe { $0.text() }
        attachment.location = maybe { $0.text() }
        attachment.content = maybe { chance in
            .init(
                bytes: (0..<chance.number(0...9)).map { _ in UInt8(truncatingIfNeeded: chance.number(0...255)) }, mimeCode: chance.text(),
                fileName: chance.text())
        }
        return attachment
    }
}
