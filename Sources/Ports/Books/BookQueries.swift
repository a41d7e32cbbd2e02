public import Domain

/// What a list of invoices may be narrowed by; nil means any.
public struct InvoiceFilter: Hashable, Sendable {
    public var status: Invoice.Status?
    /// BT-3.
    public var typeCode: String?
    /// As printed, exactly.
    public var number: String?
    public var series: SeriesId?
    /// Invoices that credit this one.
    public var creditOf: InvoiceId?
    /// First issue date that matches; drafts without one do not match.
    public var issuedFrom: CalendarDate?
    /// Last issue date that matches.
    public var issuedTo: CalendarDate?
    public var createdFrom: Instant?
    /// First creation that no longer matches.
    public var createdTo: Instant?

    public init() {}

    public func matches(_ invoice: Invoice) -> Bool {
        if let status, invoice.status != status { return false }
        if let typeCode, invoice.content.summary.typeCode != typeCode { return false }
        if let number, invoice.number?.printed != number { return false }
        if let series, invoice.number?.series != series { return false }
        if let creditOf, invoice.creditOf != creditOf { return false }
        if let issuedFrom, invoice.issueDate.map({ $0 < issuedFrom }) ?? true { return false }
        if let issuedTo, invoice.issueDate.map({ $0 > issuedTo }) ?? true { return false }
        if let createdFrom, invoice.createdAt < createdFrom { return false }
        if let createdTo, invoice.createdAt >= createdTo { return false }
        return true
    }
}

/// The place after which a list of invoices goes on: newest first, by creation and then identifier.
public struct InvoicePlace: Hashable, Comparable, Sendable {
    public let createdAt: Instant
    public let id: InvoiceId

    public init(createdAt: Instant, id: InvoiceId) {
        self.createdAt = createdAt
        self.id = id
    }

    public static func < (a: InvoicePlace, b: InvoicePlace) -> Bool {
        a.createdAt != b.createdAt ? a.createdAt < b.createdAt : a.id < b.id
    }
}

/// One page of invoices. It may hold fewer than asked for, even none, and still have a next one.
public struct InvoicePage: Sendable, Equatable {
    public let invoices: [Invoice]
    public let next: InvoicePlace?

    public init(invoices: [Invoice], next: InvoicePlace?) {
        self.invoices = invoices
        self.next = next
    }
}

/// What an auditor asks of a series: whether its numbers run without gap or repeat, as the records say (CT-6).
public struct GapReport: Sendable, Equatable {
    public struct Period: Sendable, Equatable {
        public let period: String
        public let first: Int64
        public let last: Int64
        /// How many numbers are on record, void ones included.
        public let count: Int64
        public let voids: Int64
        /// Runs of numbers that are not on record; there should be none. At most 1,000 are listed.
        public let gaps: [ClosedRange<Int64>]

        public init(period: String, first: Int64, last: Int64, count: Int64, voids: Int64, gaps: [ClosedRange<Int64>]) {
            self.period = period
            self.first = first
            self.last = last
            self.count = count
            self.voids = voids
            self.gaps = gaps
        }
    }

    public let series: Series
    /// In the order of their names.
    public let periods: [Period]

    public init(series: Series, periods: [Period]) {
        self.series = series
        self.periods = periods
    }
}

/// Reads of the books, each within one tenant. Everything committed before the request is seen.
public protocol BookQueries: Sendable {
    /// - Returns: nil when the tenant has no such invoice.
    func invoice(_ id: InvoiceId, tenant: TenantId) async throws(QueryError) -> Invoice?

    /// The tenant's invoices that match, newest first, after `after`, at most `limit`.
    func invoices(tenant: TenantId, filter: InvoiceFilter, after: InvoicePlace?, limit: Int) async throws(QueryError) -> InvoicePage

    /// - Returns: nil when the tenant has no such series (the standard ones exist once they were used).
    func series(_ id: SeriesId, tenant: TenantId) async throws(QueryError) -> Series?

    /// All series of the tenant, by name.
    func series(tenant: TenantId) async throws(QueryError) -> [Series]

    /// The numbers of a series in the order of period and sequence, after `after`, at most `limit`.
    func numbers(
        of series: SeriesId, tenant: TenantId, after: NumberPlace?, limit: Int
    ) async throws(QueryError) -> [NumberRecord]

    /// - Returns: nil when the tenant has no such series.
    func gapReport(of series: SeriesId, tenant: TenantId) async throws(QueryError) -> GapReport?

    /// Which of `printed` are on record already, compared without punctuation; at most 10,000 are asked for.
    func taken(_ printed: [String], tenant: TenantId) async throws(QueryError) -> Set<String>

    /// - Returns: nil when the tenant never had such an item; a deleted one is found.
    func item(_ key: ItemKey, tenant: TenantId) async throws(QueryError) -> TenantItem?

    /// The tenant's items of a kind that are in use (not deleted), in the order of their identifiers, after `after`. Fewer than `limit`:
    /// there are no more.
    func items(of kind: ItemKey.Kind, tenant: TenantId, after: String?, limit: Int) async throws(QueryError) -> [TenantItem]

    /// - Returns: nil when the tenant has no such record.
    func ingestionRecord(_ key: IngestionKey, tenant: TenantId) async throws(QueryError) -> IngestionRecord?

    /// The tenant's records of ingestion that match, newest first, after `after`, at most `limit`.
    func ingestionRecords(
        tenant: TenantId, filter: IngestionFilter, after: IngestionPlace?, limit: Int
    ) async throws(QueryError) -> IngestionPage

    /// The octets of one version, as they came.
    ///
    /// - Returns: nil when there is no such record or version.
    func ingestionContent(_ key: IngestionKey, version: Int64, tenant: TenantId) async throws(QueryError) -> [UInt8]?

    /// The tenant's audit segments of `partition` with entries after number `after`, in order, at most `limit`.
    func auditSegments(tenant: TenantId, partition: PartitionId, after: Int64, limit: Int) async throws(QueryError) -> [AuditSegment]
}

/// A place among the numbers of a series.
public struct NumberPlace: Hashable, Comparable, Sendable {
    public let period: String
    public let sequence: Int64

    public init(period: String, sequence: Int64) {
        self.period = period
        self.sequence = sequence
    }

    public static func < (a: NumberPlace, b: NumberPlace) -> Bool {
        a.period != b.period ? a.period < b.period : a.sequence < b.sequence
    }
}
