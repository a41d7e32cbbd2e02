/// What happened in a tenant's books.
public enum BookEvent: Hashable, Sendable {
    case series(SeriesEvent, SeriesId)
    case invoice(InvoiceEvent, InvoiceId)
    case item(ItemEvent, ItemKey)
    case ingestion(IngestionEvent, IngestionKey)
}

public enum SeriesEvent: Hashable, Sendable {
    case opened(Series.Plan)
    case numberAllocated(AssignedNumber, DocumentReference)
    case numberVoided(AssignedNumber, DocumentReference, reason: String)
    case numbersAdopted([BookCommand.Adoption])
    case numbersReleased([BookCommand.Adoption])

    /// The raw value is the `<what>` of the event type `ledgerflow.series.<what>.v1`.
    public enum Kind: String, Sendable, CaseIterable {
        case opened
        case numberAllocated = "number-allocated"
        case numberVoided = "number-voided"
        case numbersAdopted = "numbers-adopted"
        case numbersReleased = "numbers-released"
    }

    public var kind: Kind {
        switch self {
        case .opened: .opened
        case .numberAllocated: .numberAllocated
        case .numberVoided: .numberVoided
        case .numbersAdopted: .numbersAdopted
        case .numbersReleased: .numbersReleased
        }
    }
}

public enum InvoiceEvent: Hashable, Sendable {
    case drafted(InvoiceContent, creditOf: InvoiceId?, Invoice.Origin)
    case replaced(InvoiceContent)
    case validated
    case issued(AssignedNumber, issueDate: CalendarDate)
    /// A credit note against it was issued; `total` is the sum of all.
    case credited(by: InvoiceId, amount: ExactDecimal, total: ExactDecimal, isWhole: Bool)
    /// A credit note against it was cancelled or voided.
    case creditReversed(by: InvoiceId, amount: ExactDecimal, total: ExactDecimal)
    case signed
    case transmissionStarted
    case transmissionFailed(error: String)
    case accepted
    case rejected(reason: String)
    case cancelled(reason: String)
    case voided(reason: String)

    /// The raw value is the `<what>` of the event type `ledgerflow.invoice.<what>.v1`.
    public enum Kind: String, Sendable, CaseIterable {
        case drafted, replaced, validated, issued, credited
        case creditReversed = "credit-reversed"
        case signed
        case transmissionStarted = "transmission-started"
        case transmissionFailed = "transmission-failed"
        case accepted, rejected, cancelled, voided
    }

    public var kind: Kind {
        switch self {
        case .drafted: .drafted
        case .replaced: .replaced
        case .validated: .validated
        case .issued: .issued
        case .credited: .credited
        case .creditReversed: .creditReversed
        case .signed: .signed
        case .transmissionStarted: .transmissionStarted
        case .transmissionFailed: .transmissionFailed
        case .accepted: .accepted
        case .rejected: .rejected
        case .cancelled: .cancelled
        case .voided: .voided
        }
    }
}
