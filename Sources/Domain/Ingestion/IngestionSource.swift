/// Where documents come from: a SOAP service that is asked for its batch at intervals (IG-1).
///
/// Its name is its identity: a source that is made again under the name of a deleted one goes on with its versions, and what it brings is
/// compared with what the one before had brought.
public struct IngestionSource: Hashable, Sendable {
    /// What a source is asked, and how its answer is read; it may be changed.
    public struct Plan: Hashable, Sendable {
        public let request: SourceRequest
        /// From the beginning of a run to that of the next.
        public let interval: TimeSpan
        /// How much of the window before is asked for again: what the source enters late is not lost.
        public let overlap: TimeSpan
        /// How far back the first window reaches.
        public let lookback: TimeSpan
        /// How documents are found in the answer.
        public let split: SplitPlan
        /// The topic that the documents' events go to on a bus; nil: that of all ingestion.
        public let topic: TopicName?
        /// How an invoice of the engine is made of each document; nil: none is.
        public let mapping: IngestionMapping?
        /// Tells a repeated request from another one: the same password sealed twice differs.
        public let fingerprint: Fingerprint

        /// Times are moved into their bounds (`IngestionLimits`).
        public init(
            request: SourceRequest, interval: TimeSpan, overlap: TimeSpan = .minutes(5), lookback: TimeSpan = .hours(24), split: SplitPlan,
            topic: TopicName? = nil, mapping: IngestionMapping? = nil, fingerprint: Fingerprint
        ) {
            self.request = request
            self.interval = interval.moved(into: IngestionLimits.intervals)
            self.overlap = overlap.moved(into: IngestionLimits.overlaps)
            self.lookback = lookback.moved(into: IngestionLimits.lookbacks)
            self.split = split
            self.topic = topic
            self.mapping = mapping
            self.fingerprint = fingerprint
        }

        /// The same without what only its runs need; for a source that is deleted.
        var erased: Plan {
            Plan(
                request: request.erased, interval: interval, overlap: overlap, lookback: lookback, split: split, topic: topic,
                fingerprint: fingerprint)
        }

        fileprivate func with(_ request: SourceRequest) -> Plan {
            Plan(
                request: request, interval: interval, overlap: overlap, lookback: lookback, split: split, topic: topic, mapping: mapping,
                fingerprint: fingerprint)
        }
    }

    public enum Status: String, Sendable, CaseIterable {
        case active
        /// It runs only when asked to.
        case paused
        case deleted
    }

    public let tenant: TenantId
    public let name: SourceName
    /// Counts its events from 1.
    public internal(set) var version: Int64
    public internal(set) var plan: Plan
    public internal(set) var status: Status
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant
    /// How often a run was asked for by hand.
    public internal(set) var requests: Int
}

/// What is sent to a source, its password and what else is secret in it sealed.
public struct SourceRequest: Hashable, Sendable {
    public enum Secret: Hashable, Sendable {
        /// Under `SealContext.password(of:tenant:)`, or `secrets(of:tenant:)`.
        case sealed(SealedBytes)
        /// The source was deleted.
        case erased
    }

    public let url: TargetURL
    public let user: String?
    /// Set when there is a user.
    public let password: Secret?
    /// What stands where URL and parameters have only the mark of redaction; nil when nothing is hidden.
    public let secrets: Secret?
    /// Whether a password may go over plain http to another machine.
    public let allowsUnencryptedPassword: Bool
    public let soapVersion: SOAPVersion
    public let action: String?
    public let operation: SOAPOperation
    /// A value may hold `{from}` and `{to}`, for which the run's window is put in (RFC 3339, UTC).
    public let parameters: [SOAPParameter]
    public let limits: FetchLimits

    public init(
        url: TargetURL, user: String? = nil, password: Secret? = nil, secrets: Secret? = nil, allowsUnencryptedPassword: Bool = false,
        soapVersion: SOAPVersion = .v11, action: String? = nil, operation: SOAPOperation, parameters: [SOAPParameter] = [],
        limits: FetchLimits = .standard
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.secrets = secrets
        self.allowsUnencryptedPassword = allowsUnencryptedPassword
        self.soapVersion = soapVersion
        self.action = action
        self.operation = operation
        self.parameters = parameters
        self.limits = limits
    }
}

extension SealContext {
    /// For the password of a source.
    public static func password(of source: SourceName, tenant: TenantId) -> SealContext {
        SealContext(tenant: tenant, id: ItemKey.source(source).subject(in: tenant), field: .password)
    }
}

extension SealContext {
    /// For what else is secret in the request to a source.
    public static func secrets(of source: SourceName, tenant: TenantId) -> SealContext {
        SealContext(tenant: tenant, id: ItemKey.source(source).subject(in: tenant), field: .sourceSecrets)
    }
}

/// The name of a topic of a bus: 1 to 249 characters of `a–z A–Z 0–9 . _ -`, but neither `.` nor `..` (Kafka's rule).
public struct TopicName: Hashable, Sendable, CustomStringConvertible {
    public let value: String
    public static let maxBytes = 249

    /// - Returns: nil when `value` is not of the form above.
    public init?(_ value: String) {
        guard (1...Self.maxBytes).contains(value.utf8.count), value != ".", value != ".." else { return nil }
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                continue
            default: return nil
            }
        }
        self.value = value
    }

    public var description: String { value }
}

public enum SourceCommand: Sendable {
    /// Makes it; refused when there is another one of that name.
    case create(IngestionSource.Plan)
    /// Makes it, or gives it another plan.
    ///
    /// - Parameter ifVersion: refused when the source has another version; nil: whatever it is, also none.
    case put(IngestionSource.Plan, ifVersion: Int64?)
    case pause
    case resume
    /// Has it run at once, also while it is paused.
    case run
    case delete
    /// Puts the same request in its place, with what was open in it sealed. It does nothing when the source has another version: whoever
    /// changed it has sealed it.
    case seal(SourceRequest, ifVersion: Int64)

    var name: String {
        switch self {
        case .create: "create"
        case .put: "put"
        case .pause: "pause"
        case .resume: "resume"
        case .run: "run"
        case .delete: "delete"
        case .seal: "seal"
        }
    }
}

public enum SourceEvent: Hashable, Sendable {
    case created(IngestionSource.Plan)
    case changed(IngestionSource.Plan)
    case paused
    case resumed
    case runRequested
    case deleted
    /// Nothing is other than before, but that secrets in it are sealed.
    case sealed(SourceRequest)

    public var kind: IngestionEventKind {
        switch self {
        case .created: .sourceCreated
        case .changed, .sealed: .sourceChanged
        case .paused: .sourcePaused
        case .resumed: .sourceResumed
        case .runRequested: .sourceRunRequested
        case .deleted: .sourceDeleted
        }
    }
}

extension IngestionSource {
    static func decide(_ state: IngestionSource?, _ command: SourceCommand, counts: ItemCounts) throws(BookError) -> [SourceEvent] {
        let inUse = state.flatMap { $0.status == .deleted ? nil : $0 }
        switch command {
        case .create(let plan):
            if let inUse {
                guard inUse.plan.fingerprint == plan.fingerprint else { throw .itemExists(.source) }
                return []
            }
            return try creation(plan, counts)
        case .put(let plan, let version):
            guard let inUse else {
                if let version, version != 0 { throw .noSuchItem(.source) }
                return try creation(plan, counts)
            }
            if inUse.plan.fingerprint == plan.fingerprint { return [] }
            if let version, version != inUse.version { throw .versionConflict(actual: inUse.version) }
            return [.changed(plan)]
        case .delete:
            guard let state else { throw .noSuchItem(.source) }
            return state.status == .deleted ? [] : [.deleted]
        case .seal(let request, let version):
            guard let inUse else { throw .noSuchItem(.source) }
            return inUse.version == version && inUse.plan.request != request ? [.sealed(request)] : []
        case .pause, .resume, .run:
            guard let inUse else { throw .noSuchItem(.source) }
            if case .pause = command { return inUse.status == .paused ? [] : [.paused] }
            if case .resume = command { return inUse.status == .active ? [] : [.resumed] }
            return [.runRequested]
        }
    }

    private static func creation(_ plan: Plan, _ counts: ItemCounts) throws(BookError) -> [SourceEvent] {
        guard counts.sources < IngestionLimits.sources else { throw .tooManyItems(.source, limit: IngestionLimits.sources) }
        return [.created(plan)]
    }

    static func evolve(
        _ state: IngestionSource?, _ event: SourceEvent, name: SourceName, tenant: TenantId, at now: Instant
    ) -> IngestionSource? {
        if case .created(let plan) = event {
            return IngestionSource(
                tenant: tenant, name: name, version: (state?.version ?? 0) + 1, plan: plan, status: .active,
                createdAt: state?.createdAt ?? now, updatedAt: now, requests: state?.requests ?? 0)
        }
        guard var source = state else { return nil }
        source.version += 1
        source.updatedAt = max(now, source.updatedAt)
        switch event {
        case .created: break
        case .changed(let plan): source.plan = plan
        case .paused: source.status = .paused
        case .resumed: source.status = .active
        case .runRequested: source.requests += 1
        case .deleted:
            source.status = .deleted
            source.plan = source.plan.erased
        case .sealed(let request): source.plan = source.plan.with(request)
        }
        return source
    }
}

extension TimeSpan {
    func moved(into bounds: ClosedRange<TimeSpan>) -> TimeSpan { min(max(self, bounds.lowerBound), bounds.upperBound) }
}
