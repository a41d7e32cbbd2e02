import Domain
import PropertyKit

/// One thing done to a document, so that a document in which a round trip fails can be shrunk change by change.
struct DocumentChange: CustomStringConvertible {
    let description: String
    let apply: (inout InvoiceDocument) -> Void

    static func document(_ changes: [DocumentChange]) -> InvoiceDocument {
        var document = InvoiceDocument(typeCode: "380", currency: "EUR")
        for change in changes { change.apply(&document) }
        return document
    }

    /// Up to 60 changes of a random document, which between them touch every term.
    static func some(_ chance: inout SeededGenerator) -> [DocumentChange] {
        var changes: [DocumentChange] = []
        for _ in 0..<Int.random(in: 0...60, using: &chance) {
            let values = RandomValues(&chance)
            changes.append(makers[Int.random(in: 0..<makers.count, using: &chance)](values))
        }
        return changes
    }

    private static func text(_ name: String, _ path: any WritableKeyPath<InvoiceDocument, String?> & Sendable)
        -> @Sendable (RandomValues) -> DocumentChange
    {
        { values in DocumentChange(description: "\(name) = \(values.text.debugDescription)") { $0[keyPath: path] = values.text } }
    }

    private static func change(
        _ name: String, _ body: @escaping @Sendable (inout InvoiceDocument, RandomValues) -> Void
    ) -> @Sendable (RandomValues) -> DocumentChange {
        { values in DocumentChange(description: "\(name) \(values)") { body(&$0, values) } }
    }

    private static let makers: [@Sendable (RandomValues) -> DocumentChange] =
        [
            text("number", \.number), text("buyerReference", \.buyerReference), text("projectReference", \.projectReference),
            text("contractReference", \.contractReference), text("purchaseOrderReference", \.purchaseOrderReference),
            text("salesOrderReference", \.salesOrderReference), text("receivingAdviceReference", \.receivingAdviceReference),
            text("despatchAdviceReference", \.despatchAdviceReference), text("tenderOrLotReference", \.tenderOrLotReference),
            text("buyerAccountingReference", \.buyerAccountingReference), text("paymentTerms", \.paymentTerms),
            text("businessProcess", \.businessProcess), text("specification", \.specification),
            change("creditNote") { document, values in
                document.typeCode = ["381", "384", "81"][values.index % 3]
                document.isUBLInvoice = document.typeCode == "81" && values.flag
            },
            change("currency") { document, values in document.currency = values.flag ? "SAR" : "JPY" },
            change("issueDate") { document, values in document.issueDate = values.date },
            change("dueDate") { document, values in document.dueDate = values.date },
            change("taxPointDate") { document, values in document.taxPointDate = values.date },
            change("taxPointDateCode") { document, values in document.taxPointDateCode = ["3", "35", "432", "8"][values.index % 4] },
            change("invoicedObject") { document, values in document.invoicedObject = values.identifier("ABZ") },
            change("note") { document, values in
                document.notes.append(InvoiceDocument.Note(values.text, subjectCode: values.flag ? "AAI" : nil))
            },
            change("preceding") { document, values in
                let date = values.flag ? values.date : nil
                document.precedingInvoices.append(InvoiceDocument.PrecedingInvoice(number: values.text, issueDate: date))
            },
            change("period") { document, values in
                document.period = InvoiceDocument.Period(start: values.flag ? values.date : nil, end: values.date)
            },
            change("prepaid") { document, values in document.prepaidAmount = values.decimal },
            change("rounding") { document, values in document.roundingAmount = values.decimal },
            change("attachment") { document, values in
                var attachment = InvoiceDocument.Attachment(reference: values.text)
                if values.flag { attachment.description = values.text }
                if values.index % 3 == 0 { attachment.location = "https://example.com/?a=1&b=" + values.text }
                if values.index % 4 > 1 {
                    attachment.content = InvoiceDocument.Attachment.Content(
                        bytes: values.bytes, mimeCode: "application/pdf", fileName: values.text)
                }
                document.attachments.append(attachment)
            },
            change("delivery") { document, values in
                var delivery = InvoiceDocument.Delivery()
                delivery.partyName = values.text
                if values.flag { delivery.date = values.date }
                if values.index % 3 == 0 { delivery.location = values.identifier("0088") }
                if values.index % 4 > 1 { delivery.address = values.address }
                document.delivery = delivery
            },
        ] + parties + payments + amounts + lines

    private static let parties: [@Sendable (RandomValues) -> DocumentChange] = [
        change("seller") { document, values in
            var party = values.party
            if values.flag { party.taxRegistration = values.text }
            if values.index % 3 == 0 { party.legalInformation = values.text }
            document.seller = party
        },
        change("buyer") { document, values in document.buyer = values.party },
        change("payee") { document, values in
            var party = InvoiceDocument.Party(name: values.text)
            party.identifiers = values.identifiers
            if values.flag { party.legalRegistration = values.identifier("0002") }
            document.payee = party
        },
        change("representative") { document, values in
            var party = InvoiceDocument.Party(name: values.text)
            if values.flag { party.address = values.address }
            party.vatId = values.text
            document.sellerTaxRepresentative = party
        },
    ]

    private static let payments: [@Sendable (RandomValues) -> DocumentChange] = [
        change("payment") { document, values in
            var payment = InvoiceDocument.PaymentInstructions(meansCode: "58")
            payment.creditTransfers = document.payment?.creditTransfers ?? []
            if values.flag { payment.meansText = values.text }
            if values.index % 3 == 0 { payment.remittanceInformation = values.text }
            if values.index % 4 > 1 { payment.cardNumber = "1234" }
            if values.index % 5 > 2 { payment.cardHolder = values.text }
            if values.index % 6 > 2 { payment.mandateReference = values.text }
            if values.index % 7 > 2, document.seller != nil { payment.creditorIdentifier = values.text }
            if values.index % 8 > 2 { payment.debitedAccount = "DE89370400440532013000" }
            document.payment = payment
        },
        change("transfer") { document, values in
            var payment = document.payment ?? InvoiceDocument.PaymentInstructions(meansCode: "30")
            payment.creditTransfers.append(
                InvoiceDocument.CreditTransfer(
                    account: values.flag ? "NL57 RABO 0107307510" : values.text, accountName: values.index % 3 == 0 ? values.text : nil,
                    serviceProvider: values.index % 4 > 1 ? "BIC" + values.text : nil))
            document.payment = payment
        },
    ]

    private static let amounts: [@Sendable (RandomValues) -> DocumentChange] = [
        change("totals") { document, values in
            var totals = InvoiceDocument.Totals(
                lineNet: values.decimal, taxExclusive: values.otherDecimal, taxInclusive: values.decimal, payable: values.otherDecimal)
            if values.flag { totals.allowances = values.decimal }
            if values.index % 3 == 0 { totals.charges = values.otherDecimal }
            if values.index % 4 > 1 { totals.tax = values.decimal }
            if values.index % 5 > 2 {
                document.taxCurrency = "CZK"
                totals.taxInTaxCurrency = values.otherDecimal
            }
            document.totals = totals
        },
        change("taxCurrency") { document, _ in document.taxCurrency = "CZK" },
        change("allowance") { document, values in document.allowances.append(values.allowance(tax: values.tax)) },
        change("charge") { document, values in document.charges.append(values.allowance(tax: values.flag ? values.tax : nil)) },
        change("subtotal") { document, values in
            var subtotal = InvoiceDocument.TaxSubtotal(
                taxableAmount: values.decimal, taxAmount: values.otherDecimal, category: values.tax.category, rate: values.tax.rate)
            if values.flag { subtotal.exemptionReason = values.text }
            if values.index % 3 == 0 { subtotal.exemptionReasonCode = "VATEX-EU-AE" }
            document.taxBreakdown.append(subtotal)
        },
    ]

    private static let lines: [@Sendable (RandomValues) -> DocumentChange] = [
        change("line") { document, values in document.lines.append(values.line) },
        change("line allowance") { document, values in
            guard !document.lines.isEmpty else { return }
            document.lines[0].allowances.append(values.allowance(tax: nil))
        },
        change("line charge") { document, values in
            guard !document.lines.isEmpty else { return }
            document.lines[0].charges.append(values.allowance(tax: nil))
        },
        change("classification") { document, values in
            guard !document.lines.isEmpty else { return }
            document.lines[0].item.classifications.append(
                InvoiceDocument.Classification(code: "65434568", scheme: "STI", schemeVersion: values.flag ? values.text : nil))
        },
        change("item attribute") { document, values in
            guard !document.lines.isEmpty else { return }
            document.lines[0].item.attributes.append(InvoiceDocument.Attribute(name: values.text, value: values.text + "x"))
        },
    ]
}
