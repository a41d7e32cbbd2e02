/// How long the records of ended calls are kept, each from the end of the call.
public struct RetentionRules: Hashable, Sendable {
    public var succeeded: RetentionAge
    public var failed: RetentionAge
    public var cancelled: RetentionAge
    /// Query, header fields, body, and the beginnings of answers, of a call that can never be made again: one that succeeded or was
    /// cancelled. A failed call keeps them as long as its record, since it may be retried by hand.
    public var payload: RetentionAge

    public init(succeeded: RetentionAge, failed: RetentionAge, cancelled: RetentionAge, payload: RetentionAge) {
        self.succeeded = succeeded
        self.failed = failed
        self.cancelled = cancelled
        self.payload = payload
    }

    public static let standard = RetentionRules(succeeded: .days(30), failed: .days(90), cancelled: .days(30), payload: .days(7))
    public static let keepAll = RetentionRules(succeeded: .forever, failed: .forever, cancelled: .forever, payload: .forever)

    fileprivate var shortest: TimeSpan? { [succeeded, failed, cancelled, payload].compactMap(\.span).min() }

    fileprivate func record(_ end: CallEnd) -> RetentionAge {
        switch end {
        case .succeeded: succeeded
        case .failed: failed
        case .cancelled: cancelled
        }
    }
}

/// The ways in which a call ends.
public enum CallEnd: String, Hashable, Sendable, CaseIterable {
    case succeeded, failed, cancelled

    /// Whether nothing can open the call again.
    public var isFinal: Bool { self != .failed }

    /// - Returns: nil for the status of a call that has not ended.
    public init?(_ status: ServiceCall.Status) {
        switch status {
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        case .scheduled, .running, .waitingRetry: return nil
        }
    }
}

/// What is to happen to a call that has ended.
public enum RetentionVerdict: Hashable, Sendable {
    case keep
    /// The record stays, what was sent and answered goes.
    case erasePayload
    /// Everything of it goes, and with it its idempotency (SC-7).
    case purge
}

/// What is kept for how long (SC-9, PF-19).
public struct RetentionPolicy: Hashable, Sendable {
    /// For every tenant without rules of its own.
    public var standard: RetentionRules
    public var ofTenants: [TenantId: RetentionRules] = [:]
    /// Events in the log. Those that are not published, or that a follower has not read, are kept longer.
    public var events: RetentionAge
    /// Events that a follower has not read. Without an end to it, one that nobody enables again would keep the log for ever.
    public var unreadEvents: RetentionAge
    /// The octets of received documents, all versions of one together, from when the latest was received. Number, digest and version stay
    /// on record: a document that comes again unchanged is known.
    public var documents: RetentionAge
    /// The octets in quarantine, from when they were last put there or resolved.
    public var quarantine: RetentionAge

    /// Received documents are what was invoiced, and books are kept for ten years from the end of their year (§ 147 AO, article L123-22
    /// code de commerce): so eleven, and nobody has to know of the setting who must keep them.
    public init(
        standard: RetentionRules = .standard, events: RetentionAge = .days(30), unreadEvents: RetentionAge = .days(60),
        documents: RetentionAge = .days(4_018), quarantine: RetentionAge = .days(365)
    ) {
        self.standard = standard
        self.events = events
        self.unreadEvents = unreadEvents
        self.documents = documents
        self.quarantine = quarantine
    }

    /// Nothing is ever taken away.
    public static let keepAll = RetentionPolicy(
        standard: .keepAll, events: .forever, unreadEvents: .forever, documents: .forever, quarantine: .forever)

    public func rules(for tenant: TenantId) -> RetentionRules { ofTenants[tenant] ?? standard }

    /// - Parameter hasPayload: whether there is something to erase.
    public func verdict(on end: CallEnd, at endedAt: Instant, of tenant: TenantId, hasPayload: Bool, now: Instant) -> RetentionVerdict {
        let rules = rules(for: tenant)
        if let cutoff = rules.record(end).cutoff(at: now), endedAt <= cutoff { return .purge }
        if hasPayload, end.isFinal, let cutoff = rules.payload.cutoff(at: now), endedAt <= cutoff { return .erasePayload }
        return .keep
    }

    /// No call that ended later is anything but kept; nil: none at all is.
    public func lastEnd(at now: Instant) -> Instant? { shortest.map { now - $0 } }

    private var shortest: TimeSpan? { ([standard] + ofTenants.values).compactMap(\.shortest).min() }

    /// How often all ended calls are looked through: an eighth of the shortest age, from one minute to a day. So much later at most, and
    /// the time that the look itself takes, comes what is due.
    public var interval: TimeSpan { Self.interval(shortest) }

    private static func interval(_ shortest: TimeSpan?) -> TimeSpan {
        guard let shortest else { return .hours(24) }
        return min(max(TimeSpan(microseconds: shortest.microseconds / 8), .minutes(1)), .hours(24))
    }

    // MARK: - What was received

    /// Whether the octets of a document, a message or a part in quarantine go that stands as it is since `since`. Runs have none.
    public func erasesContent(of kind: IngestionKey.Kind, since: Instant, now: Instant) -> Bool {
        switch kind {
        case .invoice, .message: documents.cutoff(at: now).map { since <= $0 } ?? false
        case .quarantine: quarantine.cutoff(at: now).map { since <= $0 } ?? false
        case .run: false
        }
    }

    /// No octets that came later are anything but kept; nil: none at all are erased.
    public func lastContent(at now: Instant) -> Instant? { shortestContent.map { now - $0 } }

    private var shortestContent: TimeSpan? { [documents, quarantine].compactMap(\.span).min() }

    /// How often all that was received is looked through, as `interval`.
    public var contentInterval: TimeSpan { Self.interval(shortestContent) }
}
