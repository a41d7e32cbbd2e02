/// What ingestion has put on record, as it is committed.
public enum IngestionRecord: Hashable, Sendable {
    case invoice(IngestedInvoice)
    case quarantine(QuarantinedSlice)
    case run(IngestionRun)
    case message(IngestedMessage)

    public var key: IngestionKey {
        switch self {
        case .invoice(let invoice): invoice.key
        case .quarantine(let slice): slice.key
        case .run(let run): run.key
        case .message(let message): message.key
        }
    }

    public var tenant: TenantId {
        switch self {
        case .invoice(let invoice): invoice.tenant
        case .quarantine(let slice): slice.tenant
        case .run(let run): run.tenant
        case .message(let message): message.tenant
        }
    }

    /// The source, or the receiver, that it came by.
    public var source: SourceName {
        switch self {
        case .invoice(let invoice): invoice.source
        case .quarantine(let slice): slice.source
        case .run(let run): run.source
        case .message(let message): message.receiver
        }
    }

    /// Counts its events from 1.
    public var version: Int64 {
        switch self {
        case .invoice(let invoice): invoice.version
        case .quarantine(let slice): slice.version
        case .run(let run): run.version
        case .message: 1
        }
    }

    public var createdAt: Instant {
        switch self {
        case .invoice(let invoice): invoice.createdAt
        case .quarantine(let slice): slice.createdAt
        case .run(let run): run.createdAt
        case .message(let message): message.createdAt
        }
    }

    /// Since when its octets are as they are, of which retention counts their age; nil for a run, which has none.
    public var contentSince: Instant? {
        switch self {
        case .invoice(let invoice): invoice.latest.receivedAt
        case .quarantine(let slice): slice.updatedAt
        case .run: nil
        case .message(let message): message.createdAt
        }
    }

    /// What lists are narrowed by: where a slice or a run stands, and for a document whether it was mapped (`received`, `mapped`,
    /// `not-mapped`).
    public var status: String {
        switch self {
        // A version that has come since is not.
        case .invoice(let invoice) where invoice.mapping?.revision != invoice.latest.number: "received"
        case .invoice(let invoice): invoice.mapping?.invoice == nil ? "not-mapped" : "mapped"
        case .quarantine(let slice): slice.status.rawValue
        case .run(let run): run.status.rawValue
        case .message: "received"
        }
    }

    /// A document's number; nil for others.
    public var number: String? { if case .invoice(let invoice) = self { invoice.number } else { nil } }

    /// About how many bytes it takes in memory.
    public var approximateBytes: Int {
        switch self {
        case .invoice(let invoice):
            640 + invoice.forms.reduce(invoice.latest.namespaces.approximateBytes) { $0 + 32 + ($1.namespaces?.approximateBytes ?? 0) }
                + (invoice.mapping?.problems.reduce(0) { $0 + $1.utf8.count + 32 } ?? 0)
        case .quarantine(let slice): 640 + slice.finding.text.utf8.count + slice.finding.namespaces.approximateBytes
        case .run: 768
        case .message(let message): 640 + message.messageId.utf8.count + (message.contentType?.utf8.count ?? 0)
        }
    }
}
