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
    /// nil: sources are kept, and not asked.
    public let ingestion: IngestionPorts?

    public init(
        journal: any Journal, log: any EventQueries, bus: any EventBus, client: any TargetClient, sealer: any Sealer,
        time: any TimeSource, entropy: any EntropySource, diagnostics: any Diagnostics, calendar: any LocalCalendar,
        housekeeping: (any Housekeeping)? = nil, ingestion: IngestionPorts? = nil
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
        self.ingestion = ingestion
    }
}

/// What asking sources needs from outside.
public struct IngestionPorts: Sendable {
    public let feed: any BatchFeed
    public let splitting: any BatchSplitting
    /// The same store's books, as tenants read them.
    public let books: any BookQueries

    public init(feed: any BatchFeed, splitting: any BatchSplitting, books: any BookQueries) {
        self.feed = feed
        self.splitting = splitting
        self.books = books
    }
}
