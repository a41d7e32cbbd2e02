/// What ingestion asks of a tenant's books.
public enum IngestionCommand: Sendable {
    /// Begins a run, unless one of the source is under way.
    case begin(RunStart)
    /// Ends a run, once everything that came of it is in the books. Its window is done with when the run is complete.
    case end(run: UniqueId, of: SourceName, RunEnd)
    case ingest(IngestedDocument)
    case quarantine(RefusedSlice)
    /// Puts on record what came of mapping a document.
    case mapped(number: String, of: SourceName, IngestedInvoice.Mapping)
    /// Takes a message of a receiver, with the documents in it.
    case receive(ReceivedMessage)

    /// The name under which the audit knows it.
    var name: String {
        switch self {
        case .begin: "ingestion.begin"
        case .end: "ingestion.end"
        case .ingest: "ingestion.ingest"
        case .quarantine: "ingestion.quarantine"
        case .mapped: "ingestion.map"
        case .receive: "ingestion.receive"
        }
    }

    /// What it is about.
    public func subject(in tenant: TenantId) -> IngestionKey {
        switch self {
        case .begin(let start): .run(start.id)
        case .end(let run, _, _): .run(run)
        case .ingest(let document): .invoice(document.number, of: document.source, tenant: tenant)
        case .quarantine(let slice): .quarantine(slice.sha256.bytes, of: slice.source, tenant: tenant)
        case .mapped(let number, let source, _): .invoice(number, of: source, tenant: tenant)
        case .receive(let message): .message(message.messageId, of: message.receiver, tenant: tenant)
        }
    }

    /// About how many bytes it takes.
    public var approximateBytes: Int {
        switch self {
        case .begin, .end: 1_024
        // The octets are held once more in the event and once more for the store.
        case .ingest(let document): 2 * document.octets.count + document.namespaces.approximateBytes + 1_024
        case .quarantine(let slice): slice.octets.count + slice.finding.namespaces.approximateBytes + 1_024
        case .mapped(_, _, let mapping): mapping.problems.reduce(512) { $0 + $1.utf8.count }
        case .receive(let message): message.approximateBytes
        }
    }
}

/// What happened in ingestion.
public enum IngestionEvent: Hashable, Sendable {
    /// - Parameter revision: the version that it is.
    case received(IngestedDocument, revision: Int64)
    case mapped(IngestedInvoice.Mapping)
    case quarantined(RefusedSlice)
    /// - Parameter as: the document that it became.
    case resolved(as: UniqueId)
    case started(RunStart, IngestionRun.Window, requests: Int)
    case ended(RunEnd)
    case messageReceived(ReceivedMessage)

    public var kind: IngestionEventKind {
        switch self {
        case .received: .invoiceReceived
        case .mapped: .invoiceMapped
        case .quarantined: .invoiceQuarantined
        case .resolved: .quarantineResolved
        case .started: .runStarted
        case .ended: .runEnded
        case .messageReceived: .messageReceived
        }
    }
}

/// All that is told of ingestion. The raw value is the `<what>` of the event type `ledgerflow.ingestion.<what>.v1`.
public enum IngestionEventKind: String, Sendable, CaseIterable {
    case sourceCreated = "source-created"
    case sourceChanged = "source-changed"
    case sourcePaused = "source-paused"
    case sourceResumed = "source-resumed"
    case sourceRunRequested = "source-run-requested"
    case sourceDeleted = "source-deleted"
    case invoiceReceived = "invoice-received"
    case invoiceMapped = "invoice-mapped"
    case invoiceQuarantined = "invoice-quarantined"
    case quarantineResolved = "quarantine-resolved"
    case runStarted = "run-started"
    case runEnded = "run-ended"
    case receiverCreated = "receiver-created"
    case receiverChanged = "receiver-changed"
    case receiverPaused = "receiver-paused"
    case receiverResumed = "receiver-resumed"
    case receiverSecretAdded = "receiver-secret-added"
    case receiverDeleted = "receiver-deleted"
    case messageReceived = "message-received"
}
