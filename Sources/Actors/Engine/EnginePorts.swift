public import Domain
public import Ports

/// Everything that the engine needs from outside.
public struct EnginePorts: Sendable {
    public let journal: any Journal
    /// The same store's log, as tenants read it.
    public let log: any EventQueries
    public let bus: any EventBus
    public let client: any TargetClient
    public let sealer: any Sealer
    public let time: any TimeSource
    public let entropy: any EntropySource
    public let diagnostics: any Diagnostics
    public let calendar: any LocalCalendar
    /// nil: everything is kept for ever.
    public let housekeeping: (any Housekeeping)?
    /// What the audit is anchored by, and where; nil: it is not.
    public let anchors: (store: any AnchorStore, key: AuditAnchorKey)?
    /// nil: sources are kept, and not asked.
    public let ingestion: IngestionPorts?
    /// nil: no spans are made.
    public let tracing: Tracing?

    public init(
        journal: any Journal, log: any EventQueries, bus: any EventBus, client: any TargetClient, sealer: any Sealer,
        time: any TimeSource, entropy: any EntropySource, diagnostics: any Diagnostics, calendar: any LocalCalendar,
        housekeeping: (any Housekeeping)? = nil, anchors: (store: any AnchorStore, key: AuditAnchorKey)? = nil,
        ingestion: IngestionPorts? = nil, tracing: Tracing? = nil
    ) {
        self.journal = journal
        self.log = log
        self.bus = bus
        self.client = client
        self.sealer = sealer
        self.time = time
        self.entropy = entropy
        self.diagnostics = diagnostics
        self.calendar = calendar
        self.housekeeping = housekeeping
        self.anchors = anchors
        self.ingestion = ingestion
        self.tracing = tracing
    }
}

/// What asking sources needs from outside.
public struct IngestionPorts: Sendable {
    public let feed: any BatchFeed
    public let splitting: any BatchSplitting
    /// The same store's books, as tenants read them.
    public let books: any BookQueries
    /// nil: no drafts are made of documents.
    public let drafting: DraftMaking?

    public init(feed: any BatchFeed, splitting: any BatchSplitting, books: any BookQueries, drafting: DraftMaking? = nil) {
        self.feed = feed
        self.splitting = splitting
        self.books = books
        self.drafting = drafting
    }
}

/// What making drafts of documents needs.
public struct DraftMaking: Sendable {
    /// Reads one document, given the encoding that its octets are in and the namespaces that were declared around it.
    public typealias Parse =
        @Sendable (
            _ octets: [UInt8], _ encoding: String, _ namespaces: [InheritedNamespace]
        ) throws(XMLError) -> XMLTree

    public let parse: Parse
    public let desk: InvoiceDesk

    public init(parse: @escaping Parse, desk: InvoiceDesk) {
        self.parse = parse
        self.desk = desk
    }
}
