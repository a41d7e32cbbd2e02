public import Domain

/// One command for a tenant's books, on its way to the partition that owns them.
public struct BookIntent: Sendable {
    public let tenant: TenantId
    public let command: BookCommand
    /// Who asks, for the audit.
    public let by: String
    /// Ties together what belongs to one piece of work across systems; carried in the events.
    public let correlationId: String

    public init(tenant: TenantId, command: BookCommand, by: String, correlationId: String) {
        self.tenant = tenant
        self.command = command
        self.by = by
        self.correlationId = correlationId
    }

    /// The partition that owns the tenant's books, in a store of `count` partitions.
    public func partition(of count: Int) -> PartitionId { PartitionId(PartitionHash.partition(tenant: tenant, count: count)) }
}

/// The outcome of an accepted command.
public struct BookReply: Sendable {
    /// What the command is about, as it is committed: the invoice, the series, or the document's number.
    public let record: BookRecord
    /// Whether the command changed it; false for a repetition.
    public let changed: Bool

    public init(record: BookRecord, changed: Bool) {
        self.record = record
        self.changed = changed
    }
}

/// How commands reach the books, from wherever they come.
public protocol BookIntents: Sendable {
    /// - Returns: after the commit that the reply reports.
    func send(_ intent: BookIntent) async throws(IntentError) -> BookReply

    /// Sends many at once; results in the order given, each its own success or failure.
    func send(_ intents: [BookIntent]) async -> [Result<BookReply, IntentError>]
}
