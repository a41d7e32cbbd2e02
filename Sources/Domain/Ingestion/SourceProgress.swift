/// How far a source is followed: what it was asked for last, and whether it answers. It changes in the commits that begin and end runs, so
/// that a crash can neither lose a window nor let two runs overlap.
public struct SourceProgress: Hashable, Sendable {
    public let tenant: TenantId
    public let source: SourceName
    public internal(set) var version: Int64
    public internal(set) var isDeleted: Bool
    /// The run under way.
    public internal(set) var running: UniqueId?
    public internal(set) var lastRun: UniqueId?
    public internal(set) var lastStatus: IngestionRun.Status?
    public internal(set) var lastStartedAt: Instant?
    public internal(set) var lastEndedAt: Instant?
    /// Changes at the source up to then are in the books; nil before the first complete run.
    public internal(set) var completeTo: Instant?
    /// Failed runs since the last complete one, and since the source's settings were changed.
    public internal(set) var failuresInRow: Int
    /// Runs since the last one that ended whose engine ended before they did.
    public internal(set) var abandonedInRow: Int
    /// The requests by hand that runs have answered, of `IngestionSource.requests`.
    public internal(set) var served: Int

    init(tenant: TenantId, source: SourceName) {
        self.tenant = tenant
        self.source = source
        version = 0
        isDeleted = false
        failuresInRow = 0
        abandonedInRow = 0
        served = 0
    }

    /// Whether the source is asked at all.
    public enum Breaker: Hashable, Sendable {
        case closed
        /// It failed too often, and is left alone until then.
        case open(until: Instant)
        /// It is asked once; what comes of it decides.
        case halfOpen
    }

    /// The failed runs in a row that open the breaker, and how long it stays open.
    public static let failuresToOpen = 5
    public static let coolDown = TimeSpan.minutes(15)

    public func breaker(at now: Instant) -> Breaker {
        guard failuresInRow >= Self.failuresToOpen, let lastEndedAt else { return .closed }
        let until = lastEndedAt + Self.coolDown
        return now < until ? .open(until: until) : .halfOpen
    }
}

extension SourceProgress {
    /// What a run that begins now asks for.
    func window(_ plan: IngestionSource.Plan, at now: Instant) -> IngestionRun.Window {
        let from = completeTo.map { $0 - plan.overlap } ?? now - plan.lookback
        return IngestionRun.Window(from: min(from, now), to: now)
    }

    /// After a run was begun or ended.
    ///
    /// - Parameter run: the run after the event.
    func after(_ event: IngestionEvent, _ run: IngestionRun, at now: Instant) -> SourceProgress? {
        var next = self
        next.version += 1
        switch event {
        case .started(let start, _, let requests):
            next.isDeleted = false
            next.running = start.id
            next.lastRun = start.id
            next.lastStatus = .running
            next.lastStartedAt = now
            next.served = max(served, requests)
        case .ended(let end):
            guard running == run.id else { return nil }
            next.running = nil
            next.lastStatus = end.status
            next.lastEndedAt = now
            next.count(end.status)
            if end.status.isComplete { next.completeTo = max(completeTo ?? .earliest, run.window.to) }
        case .received, .mapped, .quarantined, .resolved, .messageReceived: return nil
        }
        return next
    }

    private mutating func count(_ status: IngestionRun.Status) {
        switch status {
        case .running: break
        case .succeeded, .partial: (failuresInRow, abandonedInRow) = (0, 0)
        case .failed: (failuresInRow, abandonedInRow) = (failuresInRow + 1, 0)
        // It says nothing of the source.
        case .abandoned: abandonedInRow += 1
        }
    }

    /// After its source was deleted, changed or made again: a source that is made again begins anew, one that is changed may fail anew.
    func after(_ event: SourceEvent) -> SourceProgress? {
        switch event {
        case .deleted:
            var next = self
            next.version += 1
            next.isDeleted = true
            return next
        case .created:
            var next = SourceProgress(tenant: tenant, source: source)
            next.version = version + 1
            next.running = running
            next.served = served
            return next
        case .changed:
            // Whoever has mended the settings is not kept waiting for what the old ones did.
            guard failuresInRow > 0 else { return nil }
            var next = self
            next.version += 1
            next.failuresInRow = 0
            return next
        case .paused, .resumed, .runRequested, .sealed: return nil
        }
    }
}
