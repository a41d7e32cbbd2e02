public import Domain

/// What becomes of a part of a batch that is judged again.
public enum QuarantineOutcome: Sendable {
    /// It was taken, and is resolved.
    case ingested(IngestedInvoice)
    /// It still cannot be taken; why stands in its finding.
    case refused(QuarantinedSlice)
}

public enum QuarantineError: Error, Sendable {
    case noSuchSlice
    /// Its octets are older than they are kept.
    case erased
    /// Its source was deleted; only a source says how its documents are read.
    case noSuchSource(SourceName)
    /// It is resolved, as this document.
    case resolved(UniqueId?)
    case unreadable(QueryError)
    case refused(IntentError)
    /// No ingestion is set up in this engine.
    case notOffered
}

/// Judges what lies in quarantine again, by the source's present settings.
public protocol QuarantineDesk: Sendable {
    func retry(_ id: UniqueId, tenant: TenantId, by: String) async throws(QuarantineError) -> QuarantineOutcome
}
