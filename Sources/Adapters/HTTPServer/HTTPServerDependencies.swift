public import Domain
public import Ports

/// Whether the engine can take requests.
public enum Readiness: Hashable, Sendable {
    case ready
    /// - Parameter reason: one line for an operator.
    case notReady(reason: String)
}

/// What the server needs from the rest of the engine.
public struct HTTPServerDependencies: Sendable {
    public typealias ReceivedParse = @Sendable ([UInt8], String, [InheritedNamespace]) throws(XMLError) -> XMLTree

    public let intents: any ServiceCallIntents
    public let calls: any ServiceCallQueries
    public let books: any BookIntents
    public let bookQueries: any BookQueries
    public let audit: any AuditQueries
    /// The public key by which the engine signs anchors of the audit.
    public let anchorKey: [UInt8]
    /// Assesses what is drafted, and has the rules look at it.
    public let desk: InvoiceDesk
    /// Reads a document in XML that is to be looked at.
    public let parse: InvoiceDesk.Parse
    /// Reads a document that came from a source, given the encoding that its octets are in and the namespaces that were declared around it.
    public let parseReceived: ReceivedParse
    public let quarantine: any QuarantineDesk
    public let webhooks: any WebhookDoor
    public let calendar: any LocalCalendar
    public let events: any EventQueries
    public let signal: any EventSignal
    public let targets: any TargetOverview
    public let authenticator: any Authenticator
    public let fingerprinter: any Fingerprinter
    public let sealer: any Sealer
    /// What of requests and answers is shown.
    public let redaction: RedactionPolicy
    /// The secret that page cursors are signed with; changing it makes the cursors handed out invalid.
    public let cursorKey: [UInt8]
    public let time: any TimeSource
    public let entropy: any EntropySource
    public let readiness: @Sendable () -> Readiness
    /// The metrics as text, and the type that the text is served as.
    public let metrics: @Sendable () -> (contentType: String, text: String)
    public let diagnostics: any Diagnostics
    /// nil: no spans are made.
    public let tracing: Tracing?

    public init(
        intents: any ServiceCallIntents, calls: any ServiceCallQueries, books: any BookIntents, bookQueries: any BookQueries,
        audit: any AuditQueries, anchorKey: [UInt8], desk: InvoiceDesk, parse: @escaping InvoiceDesk.Parse,
        parseReceived: @escaping ReceivedParse, quarantine: any QuarantineDesk, webhooks: any WebhookDoor, calendar: any LocalCalendar,
        events: any EventQueries,
        signal: any EventSignal, targets: any TargetOverview,
        authenticator: any Authenticator, fingerprinter: any Fingerprinter, sealer: any Sealer, redaction: RedactionPolicy = .standard,
        cursorKey: [UInt8], time: any TimeSource, entropy: any EntropySource, readiness: @escaping @Sendable () -> Readiness,
        metrics: @escaping @Sendable () -> (contentType: String, text: String), diagnostics: any Diagnostics,
        tracing: Tracing? = nil
    ) {
        self.intents = intents
        self.calls = calls
        self.books = books
        self.bookQueries = bookQueries
        self.audit = audit
        self.anchorKey = anchorKey
        self.desk = desk
        self.parse = parse
        self.parseReceived = parseReceived
        self.quarantine = quarantine
        self.webhooks = webhooks
        self.calendar = calendar
        self.events = events
        self.signal = signal
        self.targets = targets
        self.authenticator = authenticator
        self.fingerprinter = fingerprinter
        self.sealer = sealer
        self.redaction = redaction
        self.cursorKey = cursorKey
        self.time = time
        self.entropy = entropy
        self.readiness = readiness
        self.metrics = metrics
        self.diagnostics = diagnostics
        self.tracing = tracing
    }
}
