/// What is kept apart in a tenant's books. All of a tenant's books lie in one partition, so that what belongs together changes in one commit.
public enum BookKey: Hashable, Sendable {
    case series(TenantId, SeriesId)
    case invoice(TenantId, InvoiceId)
    /// The number that a document has in a series.
    case number(TenantId, SeriesId, DocumentReference)
    case item(TenantId, ItemKey)
    case ingestion(TenantId, IngestionKey)

    public var tenant: TenantId {
        switch self {
        case .series(let tenant, _), .invoice(let tenant, _), .number(let tenant, _, _), .item(let tenant, _), .ingestion(let tenant, _):
            tenant
        }
    }
}

/// One thing in the books, as it is committed.
public enum BookRecord: Hashable, Sendable {
    case series(Series)
    case invoice(Invoice)
    case number(NumberRecord)
    case item(TenantItem)
    case ingestion(IngestionRecord)

    public var key: BookKey {
        switch self {
        case .series(let series): .series(series.tenant, series.plan.id)
        case .invoice(let invoice): .invoice(invoice.tenant, invoice.id)
        case .number(let record): .number(record.tenant, record.number.series, record.document)
        case .item(let item): .item(item.tenant, item.key)
        case .ingestion(let record): .ingestion(record.tenant, record.key)
        }
    }

    /// Counts its changes from 1.
    public var version: Int64 {
        switch self {
        case .series(let series): series.version
        case .invoice(let invoice): invoice.version
        case .number(let record): record.version
        case .item(let item): item.version
        case .ingestion(let record): record.version
        }
    }
}

/// The part of a tenant's books that a decision may look at.
public struct Books {
    public let tenant: TenantId
    private let find: (BookKey) -> BookRecord?

    /// - Parameter find: what is committed, with what was decided before on top; nil where there is nothing.
    public init(tenant: TenantId, find: @escaping (BookKey) -> BookRecord?) {
        self.tenant = tenant
        self.find = find
    }

    func record(_ key: BookKey) -> BookRecord? { find(key) }

    func series(_ id: SeriesId) -> Series? {
        if case .series(let series)? = find(.series(tenant, id)) { series } else { nil }
    }

    func invoice(_ id: InvoiceId) -> Invoice? {
        if case .invoice(let invoice)? = find(.invoice(tenant, id)) { invoice } else { nil }
    }

    func number(_ series: SeriesId, _ document: DocumentReference) -> NumberRecord? {
        if case .number(let record)? = find(.number(tenant, series, document)), record.status != .released { record } else { nil }
    }
}
