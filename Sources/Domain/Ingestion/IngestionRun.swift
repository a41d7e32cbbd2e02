/// One round of asking a source for its documents.
public struct IngestionRun: Hashable, Sendable {
    public enum Trigger: String, Sendable, CaseIterable {
        case schedule, request
    }

    public enum Status: String, Sendable, CaseIterable {
        case running
        /// Everything that came is taken.
        case succeeded
        /// Everything that came is taken or in quarantine, at least one of them in quarantine.
        case partial
        case failed
        /// The engine that ran it ended before it did.
        case abandoned

        /// Whether all that the source had for the run's window is in the books.
        public var isComplete: Bool { self == .succeeded || self == .partial }
    }

    /// Which changes at the source are asked for: from and up to, both placeholders in the request.
    public struct Window: Hashable, Sendable {
        public let from: Instant
        public let to: Instant

        public init(from: Instant, to: Instant) {
            self.from = from
            self.to = to
        }
    }

    public struct Counts: Hashable, Sendable {
        /// Documents in the batch, those in quarantine included.
        public var received = 0
        /// Documents whose number was not known.
        public var new = 0
        /// Documents of which another version was known.
        public var changed = 0
        /// Documents that were known as they are.
        public var unchanged = 0
        public var quarantined = 0
        /// Octets of the batch, after inflation.
        public var bytes = 0

        public init() {}
    }

    public struct Failure: Hashable, Sendable {
        /// A word for machines: `connection`, `timed-out`, `status`, `fault`, `not-an-envelope`, …
        public let code: String
        public let text: String

        public static let maxTextBytes = 1_024

        /// A long text is cut; it is one line.
        public init(code: String, text: String) {
            self.code = code
            self.text = ForeignText.shown(text, atMost: Self.maxTextBytes)
        }
    }

    public let tenant: TenantId
    public let id: UniqueId
    public let source: SourceName
    /// Counts its events from 1.
    public internal(set) var version: Int64
    public internal(set) var status: Status
    public let trigger: Trigger
    public let trace: TraceId
    public let window: Window
    /// When it was begun.
    public let createdAt: Instant
    public internal(set) var endedAt: Instant?
    public internal(set) var counts: Counts
    /// Set when it failed.
    public internal(set) var failure: Failure?
    /// How often the source was asked.
    public internal(set) var attempts: Int

    public var key: IngestionKey { .run(id) }
}

/// A run that is to begin.
public struct RunStart: Hashable, Sendable {
    public let id: UniqueId
    public let source: SourceName
    public let trigger: IngestionRun.Trigger
    public let trace: TraceId
    /// A run that is said to be under way and was looked for in vain: if it is not on record indeed, this one begins in its place.
    public let inPlaceOf: UniqueId?

    public init(id: UniqueId, source: SourceName, trigger: IngestionRun.Trigger, trace: TraceId, inPlaceOf: UniqueId? = nil) {
        self.id = id
        self.source = source
        self.trigger = trigger
        self.trace = trace
        self.inPlaceOf = inPlaceOf
    }
}

/// What came of a run.
public struct RunEnd: Hashable, Sendable {
    public let status: IngestionRun.Status
    public let counts: IngestionRun.Counts
    public let failure: IngestionRun.Failure?
    public let attempts: Int

    public init(status: IngestionRun.Status, counts: IngestionRun.Counts, failure: IngestionRun.Failure? = nil, attempts: Int) {
        self.status = status
        self.counts = counts
        self.failure = failure
        self.attempts = attempts
    }
}
