extension SeriesEvent.Kind {
    var summary: String {
        switch self {
        case .opened: "A number series was opened."
        case .numberAllocated: "A number was given to a document, for ever."
        case .numberVoided: "A number stays on record, but its document is not valid."
        case .numbersAdopted: "Numbers that another system had given were taken over."
        case .numbersReleased: "Numbers that were taken over last were taken back; they are no longer on record."
        }
    }

    var fields: [EventField] {
        let series = EventField("series", .text, "The series.")
        let number = [
            EventField("period", .text, "The period in which the series counts; empty when it never begins anew."),
            EventField("sequence", .integer, "The place in the period."),
            EventField("number", .text, "The number as it is printed."),
            EventField("document", .text, "The document that it is bound to."),
        ]
        switch self {
        case .opened:
            return [
                series, EventField("format", .text, "How its numbers are printed."),
                EventField("reset", .choice(["never", "year", "fiscal-year", "month"]), "When it counts anew."),
                EventField("fiscalYearStartMonth", .integer, "The month in which the fiscal year starts.", isOptional: true),
                EventField("start", .integer, "The first number of every period."),
                EventField("timeZone", .text, "In which zone today is."),
            ]
        case .numberAllocated: return [series] + number
        case .numberVoided: return [series] + number + [EventField("reason", .text, "Why.")]
        case .numbersAdopted, .numbersReleased:
            return [
                series, EventField("count", .integer, "How many."),
                EventField("voids", .integer, "How many of them are void, such as gaps on record."),
                EventField(
                    "periods",
                    .list(
                        of: .object([
                            EventField("period", .text, "The period."), EventField("from", .integer, "The first number taken over."),
                            EventField("to", .integer, "The last number taken over."),
                        ])), "What was taken over, by period."),
            ]
        }
    }
}

extension InvoiceEvent.Kind {
    var summary: String {
        switch self {
        case .drafted: "An invoice was drafted; it has no number yet."
        case .replaced: "A draft was given another content."
        case .validated: "The rules found nothing fatal in the draft."
        case .issued: "The invoice got its number, and does not change any more."
        case .credited: "A credit note against the invoice was issued."
        case .creditReversed: "A credit note against the invoice was taken back."
        case .signed: "The invoice was signed, or registered with the authority."
        case .transmissionStarted: "The invoice is on its way to the authority or the buyer."
        case .transmissionFailed: "An attempt to transmit the invoice failed."
        case .accepted: "The authority or the buyer accepted the invoice."
        case .rejected: "The authority or the buyer rejected the invoice."
        case .cancelled: "The invoice was cancelled."
        case .voided: "The invoice was declared void; its number stays on record."
        }
    }

    var fields: [EventField] {
        let type = EventField("typeCode", .text, "BT-3, a code of UNTDID 1001.")
        let currency = EventField("currency", .text, "BT-5, ISO 4217.")
        let amounts = [
            EventField("taxExclusive", .text, "BT-109, a decimal."), EventField("taxInclusive", .text, "BT-112, a decimal."),
            EventField("payable", .text, "BT-115, a decimal."),
        ]
        let number = EventField("number", .text, "BT-1.", isOptional: true)
        let findings = [
            EventField("fatal", .integer, "Fatal findings of the rules."), EventField("warnings", .integer, "Warnings of the rules."),
        ]
        switch self {
        case .drafted:
            return [type, currency] + amounts + findings + [
                EventField("creditOf", .text, "The invoice that it credits.", isOptional: true),
                EventField("source", .choice(Invoice.Origin.Source.allCases.map(\.rawValue)), "Where it came from."),
            ]
        case .replaced: return [type, currency] + amounts + findings
        case .validated: return [EventField("ruleset", .text, "The rules that were applied.")] + findings
        case .issued:
            return [
                EventField("number", .text, "BT-1."), EventField("series", .text, "The series."),
                EventField("period", .text, "The period of the series."), EventField("sequence", .integer, "The place in the period."),
                EventField("issueDate", .text, "BT-2, YYYY-MM-DD."), type, currency,
            ] + amounts + [
                EventField("creditOf", .text, "The invoice that it credits.", isOptional: true),
                EventField("contentDigest", .text, "SHA-256 of what it says, in hexadecimal."),
            ]
        case .credited, .creditReversed:
            return [
                number, EventField("creditNote", .text, "The credit note's identifier."),
                EventField("amount", .text, "The credit note's amount with tax, a decimal."),
                EventField("credited", .text, "The sum of all credit notes, a decimal."),
                EventField("currency", .text, "BT-5, ISO 4217."),
            ]
        case .signed, .transmissionStarted, .accepted: return [number]
        case .transmissionFailed: return [number, EventField("error", .text, "What went wrong.")]
        case .rejected, .cancelled, .voided: return [number, EventField("reason", .text, "Why.")]
        }
    }
}
