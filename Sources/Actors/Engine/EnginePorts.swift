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

    public init(
        journal: any Journal, log: any EventQueries, bus: any EventBus, client: any TargetClient, sealer: any Sealer,
        time: any TimeSource, entropy: any EntropySource, diagnostics: any Diagnostics, calendar: any LocalCalendar,
        housekeeping: (any Housekeeping)? = nil, anchors: (store: any AnchorStore, key: AuditAnchorKey)? = nil
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
    }
}
