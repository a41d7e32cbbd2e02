/// What a tenant's books may be asked to record.
public enum BookCommand: Sendable {
    case openSeries(Series.Plan)
    /// Gives a document of another system a number.
    case allocate(SeriesId, DocumentReference, issueDate: CalendarDate?)
    case voidNumber(SeriesId, DocumentReference, reason: String)
    /// Takes over the numbers that another system gave, each with its document (CT-5, CT-8).
    case adopt(SeriesId, [Adoption])
    /// Takes the latest of what was taken over back, as long as no number was given behind it (CT-8).
    case release(SeriesId, [Adoption])

    case draft(InvoiceDraft)
    /// - Parameter ifVersion: refused when the invoice has another version; nil: whatever it is.
    case replace(InvoiceId, InvoiceContent, ifVersion: Int64?)
    case validate(InvoiceId)
    case issue(InvoiceId, IssueOrder)
    case cancel(InvoiceId, reason: String)
    case void(InvoiceId, reason: String)
    case transmission(InvoiceId, TransmissionStep)

    case item(ItemCommand)
    case ingestion(IngestionCommand)

    /// A number of another system.
    public struct Adoption: Hashable, Sendable {
        public let number: AssignedNumber
        public let document: DocumentReference
        /// Set for a number that was never a valid document, such as a gap on record.
        public let voidReason: String?

        public init(number: AssignedNumber, document: DocumentReference, voidReason: String? = nil) {
            self.number = number
            self.document = document
            self.voidReason = voidReason
        }
    }

    /// The name under which the audit knows it.
    public var name: String {
        switch self {
        case .openSeries: "series.open"
        case .allocate: "series.allocate"
        case .voidNumber: "series.void-number"
        case .adopt: "series.adopt"
        case .release: "series.release"
        case .draft: "invoice.draft"
        case .replace: "invoice.replace"
        case .validate: "invoice.validate"
        case .issue: "invoice.issue"
        case .cancel: "invoice.cancel"
        case .void: "invoice.void"
        case .transmission(_, let step): "invoice." + step.name
        case .item(let command): command.name
        case .ingestion(let command): command.name
        }
    }
}

/// A new invoice.
public struct InvoiceDraft: Sendable {
    public let id: InvoiceId
    public let content: InvoiceContent
    /// The invoice that this one credits.
    public let creditOf: InvoiceId?
    public let origin: Invoice.Origin
    /// Set when it is to be issued at once, in the same commit.
    public let issue: IssueOrder?

    public init(id: InvoiceId, content: InvoiceContent, creditOf: InvoiceId? = nil, origin: Invoice.Origin, issue: IssueOrder? = nil) {
        self.id = id
        self.content = content
        self.creditOf = creditOf
        self.origin = origin
        self.issue = issue
    }
}

/// How an invoice is to be issued.
public struct IssueOrder: Hashable, Sendable {
    /// nil: the standard series of its kind.
    public let series: SeriesId?

    public init(series: SeriesId? = nil) { self.series = series }
}

/// What the way to a tax authority reports back.
public enum TransmissionStep: Hashable, Sendable {
    case signed
    case started
    case accepted
    case rejected(reason: String)
    case failed(error: String)

    var name: String {
        switch self {
        case .signed: "sign"
        case .started: "transmit"
        case .accepted: "accept"
        case .rejected: "reject"
        case .failed: "fail-transmission"
        }
    }
}

/// What a decision on the books may know besides the books and the command.
public struct BookContext {
    public let now: Instant
    /// The day that it is in a zone by its IANA name; nil for a zone that is not known.
    public let today: (_ zone: String) -> CalendarDate?

    public init(now: Instant, today: @escaping (_ zone: String) -> CalendarDate?) {
        self.now = now
        self.today = today
    }
}

/// Why the books refused a command. Nothing changed.
public enum BookError: Error, Hashable, Sendable {
    case noSuchInvoice
    case noSuchSeries(SeriesId)
    case noSuchNumber
    /// The series exists, and is another one than asked for.
    case seriesDiffers
    /// The same idempotency key came with another body.
    case idempotencyConflict
    case unknownTimeZone(String)
    /// The invoice has changed since.
    case versionConflict(actual: Int64)
    case illegalTransition(from: Invoice.Status, command: String)
    /// The rules found what is fatal; the invoice must be mended first.
    case notValid(fatal: Int)
    /// The document's number in this series is void.
    case numberVoid
    /// The series has no number left for that date, or counts in too many periods.
    case seriesExhausted
    case originalNotIssued
    case originalIsCreditNote
    case notACreditNote
    case currencyDiffers
    /// More would be credited than was invoiced.
    case creditExceeds(remaining: ExactDecimal)
    case nothingToCredit
    /// Amounts beyond what can be added exactly.
    case amountOverflow
    /// The invoice has been credited, wholly or in part, and so can be neither cancelled nor voided.
    case hasCredits
    /// What is adopted does not run on from the start of its period without gap or repeat, or clashes with numbers given already.
    case adoptionNotContiguous(period: String, expected: Int64)
    case adoptionTooLarge(limit: Int)
    /// The document has a number in the series already, or is named twice.
    case adoptionOfNumbered(DocumentReference)
    /// What is to be taken back is not what was taken over last, or numbers were given behind it.
    case notReleasable(period: String)
    /// The printed number stands on another document of the tenant already, also when only punctuation tells them apart (CT-3, CT-7).
    case numberCollision(printed: String)
    /// There is none, or it was deleted.
    case noSuchItem(ItemKey.Kind)
    /// There is another one of that name.
    case itemExists(ItemKey.Kind)
    case noSuchIngestion(IngestionKey.Kind)
    /// A run of the source has begun and not ended.
    case runUnderWay(UniqueId)
    /// The tenant has as many as it may have.
    case tooManyItems(ItemKey.Kind, limit: Int)
}

extension BookCommand {
    /// What the command is about, and its reply tells.
    public func subject(in tenant: TenantId) -> BookKey {
        switch self {
        case .openSeries(let plan): .series(tenant, plan.id)
        case .allocate(let id, let document, _), .voidNumber(let id, let document, _): .number(tenant, id, document)
        case .adopt(let id, _), .release(let id, _): .series(tenant, id)
        case .draft(let draft): .invoice(tenant, draft.id)
        case .replace(let id, _, _), .validate(let id), .issue(let id, _), .cancel(let id, _), .void(let id, _), .transmission(let id, _):
            .invoice(tenant, id)
        case .item(let command): .item(tenant, command.key)
        case .ingestion(let command): .ingestion(tenant, command.subject(in: tenant))
        }
    }

    /// What its reply tells when there is no record: of what every tenant has and has not touched.
    public func blank(in tenant: TenantId, at now: Instant) -> BookRecord? {
        if case .item(let command) = self { command.blank(in: tenant, at: now).map(BookRecord.item) } else { nil }
    }

    /// Whether `key` names what this command is mostly the first to make, so that it may be taken to be absent without a look: the commit, which
    /// may only insert where nothing is, proves it. Not so a credit note: one that stands already would be refused for crediting too much, and
    /// a refusal commits nothing that could prove it wrong.
    public func expectsAbsence(of key: BookKey) -> Bool {
        switch (self, key) {
        case (.draft(let draft), .invoice(_, let id)): draft.id == id && draft.creditOf == nil
        case (.allocate(_, let document, _), .number(_, _, let known)): document == known
        case (.item(let command), .item(_, let known)): command.expectsAbsence && command.key == known
        default: false
        }
    }
}
