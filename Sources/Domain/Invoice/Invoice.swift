internal import Crypto

/// An invoice or credit note on its way: the aggregate keyed by tenant and identifier (IN-1).
public struct Invoice: Hashable, Sendable {
    public enum Status: String, Sendable, CaseIterable {
        case draft, validated, issued, signed, transmitting, accepted, rejected
        /// Its whole amount was credited.
        case credited
        /// Taken back; the number, if it had one, stays that of a document that was once valid.
        case cancelled
        /// The number is on record, but never was a valid document (IN-10).
        case void

        /// Whether it has a number, and so can no longer change.
        public var isIssued: Bool { self != .draft && self != .validated }
    }

    public let tenant: TenantId
    public let id: InvoiceId
    /// Counts the invoice's events from 1.
    public internal(set) var version: Int64
    public internal(set) var status: Status
    /// What it says; never changes once it is issued.
    public internal(set) var content: InvoiceContent
    /// Given when it is issued.
    public internal(set) var number: AssignedNumber?
    /// BT-2 as issued: what the draft stated, or the day of issue in the series' time zone.
    public internal(set) var issueDate: CalendarDate?
    /// The invoice that this one credits.
    public let creditOf: InvoiceId?
    /// The sum of the credit notes that were issued against it, with tax.
    public internal(set) var credited: ExactDecimal
    /// Where it stood when the last credit note made it `credited`, so that taking that one back restores it.
    public internal(set) var statusBeforeCredit: Status?
    /// Why it was cancelled, voided or rejected.
    public internal(set) var reason: String?
    /// How often its transmission was begun again.
    public internal(set) var retryCount: Int
    public internal(set) var lastError: String?
    public let origin: Origin
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant
    public internal(set) var issuedAt: Instant?

    /// Where it came from (IN-8).
    public struct Origin: Hashable, Sendable {
        public enum Source: String, Sendable, CaseIterable { case api, batch, creditNote = "credit-note", ingestion, simulation }

        public let source: Source
        /// Tells a repeated draft from a changed one.
        public let fingerprint: Fingerprint
        /// Ties together what belongs to one piece of work across systems; carried in every event.
        public let correlationId: String

        public init(source: Source, fingerprint: Fingerprint, correlationId: String) {
            self.source = source
            self.fingerprint = fingerprint
            self.correlationId = correlationId
        }
    }

    public init(
        tenant: TenantId, id: InvoiceId, version: Int64, status: Status, content: InvoiceContent, number: AssignedNumber?,
        issueDate: CalendarDate?, creditOf: InvoiceId?, credited: ExactDecimal, statusBeforeCredit: Status? = nil, reason: String?,
        retryCount: Int, lastError: String?, origin: Origin, createdAt: Instant, updatedAt: Instant, issuedAt: Instant?
    ) {
        self.tenant = tenant
        self.id = id
        self.version = version
        self.status = status
        self.content = content
        self.number = number
        self.issueDate = issueDate
        self.creditOf = creditOf
        self.credited = credited
        self.statusBeforeCredit = statusBeforeCredit
        self.reason = reason
        self.retryCount = retryCount
        self.lastError = lastError
        self.origin = origin
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.issuedAt = issuedAt
    }
}

/// What an invoice says, as it was drafted and assessed: the document in its stored form, with what deciding needs to know of it.
///
/// A class, so that the states of one invoice share it, and its digest is made once and not on the partition's way.
public final class InvoiceContent: Sendable, Hashable {
    /// The complete document in the canonical JSON form (`InvoiceDocument`), without number, and without issue date where none was stated.
    public let encoded: [UInt8]
    public let summary: Summary
    public let verdict: Verdict
    /// SHA-256 of `encoded`; 32 bytes.
    public let digest: [UInt8]

    public struct Summary: Hashable, Sendable {
        /// BT-3.
        public let typeCode: String
        /// BT-5.
        public let currency: String
        /// BT-2, where the draft states it.
        public let issueDate: CalendarDate?
        /// BT-9.
        public let dueDate: CalendarDate?
        /// BT-27.
        public let sellerName: String?
        /// BT-44.
        public let buyerName: String?
        /// BT-109.
        public let taxExclusive: ExactDecimal
        /// BT-112.
        public let taxInclusive: ExactDecimal
        /// BT-115.
        public let payable: ExactDecimal
        public let isCreditNote: Bool

        public init(
            typeCode: String, currency: String, issueDate: CalendarDate?, dueDate: CalendarDate?, sellerName: String?, buyerName: String?,
            taxExclusive: ExactDecimal, taxInclusive: ExactDecimal, payable: ExactDecimal, isCreditNote: Bool
        ) {
            self.typeCode = typeCode
            self.currency = currency
            self.issueDate = issueDate
            self.dueDate = dueDate
            self.sellerName = sellerName
            self.buyerName = buyerName
            self.taxExclusive = taxExclusive
            self.taxInclusive = taxInclusive
            self.payable = payable
            self.isCreditNote = isCreditNote
        }
    }

    /// What the rules said of the content.
    public struct Verdict: Hashable, Sendable {
        /// The ruleset's name, `en16931`.
        public let ruleset: String
        public let fatal: Int
        public let warnings: Int

        public init(ruleset: String, fatal: Int, warnings: Int) {
            self.ruleset = ruleset
            self.fatal = fatal
            self.warnings = warnings
        }

        public var isValid: Bool { fatal == 0 }
    }

    public init(encoded: [UInt8], summary: Summary, verdict: Verdict) {
        self.encoded = encoded
        self.summary = summary
        self.verdict = verdict
        digest = Array(SHA256.hash(data: encoded))
    }

    public static func == (a: InvoiceContent, b: InvoiceContent) -> Bool {
        a === b || (a.encoded == b.encoded && a.summary == b.summary && a.verdict == b.verdict)
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
