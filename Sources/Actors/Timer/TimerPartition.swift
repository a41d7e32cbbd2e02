internal import Domain
internal import HeapModule
internal import Ports

/// What the timer knows of one partition. Pure: it is told what is committed and read, and says what is due and what must be read.
struct TimerPartition {
    /// A read of the store that the timer needs.
    struct Page: Hashable {
        let tenant: TenantId
        let after: DuePlace
        let upTo: Instant
    }

    /// An attempt that runs, and when it is given up.
    struct Overdue: Hashable {
        let key: ServiceCallKey
        let attempt: Int
        /// Started by an owner that is gone.
        let isOrphan: Bool
    }

    private struct Agenda: Comparable {
        let at: Instant
        let tenant: TenantId
        static func < (a: Agenda, b: Agenda) -> Bool { a.at != b.at ? a.at < b.at : a.tenant < b.tenant }
    }

    private struct Watch: Comparable {
        let until: Uptime
        let overdue: Overdue

        static func < (a: Watch, b: Watch) -> Bool {
            if a.until != b.until { return a.until < b.until }
            let (x, y) = (a.overdue.key, b.overdue.key)
            return x.tenant != y.tenant ? x.tenant < y.tenant : x.id < y.id
        }
    }

    private struct Postponed: Comparable {
        let until: Uptime
        let call: DueCall
        static func < (a: Postponed, b: Postponed) -> Bool {
            a.until != b.until ? a.until < b.until : a.call.key.id < b.call.key.id
        }
    }

    let id: PartitionId
    /// The first epoch under which this engine owns the partition: running attempts of earlier ones are orphans.
    let firstEpoch: Int64
    /// Whether orphans may still be under way, and so get until their time-out.
    private let orphansMayRun: Bool
    let windowLimit: Int
    var windows: [TenantId: DueWindow] = [:]
    /// Tenants whose window is, or was lately, capped.
    var capped: Set<TenantId> = []
    /// What waits in the store alone since execution takes none of it; those of which lanes were released; and the read under way for one.
    var parked: [TenantId: ParkedLanes] = [:]
    var refillable: Set<TenantId> = []
    var refill: Refill?
    var refills = 0
    private var agenda = Heap<Agenda>()
    private var watches: [ServiceCallKey: Watch] = [:]
    private var watchHeap = Heap<Watch>()
    /// Calls that execution gave back. Not part of a window: their place in it is behind its horizon's promise.
    private var postponed = Heap<Postponed>()
    /// Retries that wait in the windows, by the clock that never jumps.
    var backOffs = Heap<BackOff>()
    var backOffLimit = 1_024
    private(set) var pausedUntil: Uptime?
    /// Up to here every tenant's window is complete, unless it is capped or a read is under way.
    private(set) var sweptTo: Instant = .earliest

    /// Lanes of one tenant that are parked one by one.
    static let mostParkedLanes = 1_024
    private static let longestRest = TimeSpan.seconds(1)

    init(id: PartitionId, firstEpoch: Int64, orphansMayRun: Bool = false, windowLimit: Int) {
        self.id = id
        self.orphansMayRun = orphansMayRun
        self.firstEpoch = firstEpoch
        self.windowLimit = windowLimit
    }

    /// Due calls in memory.
    var dueCount: Int { windows.values.reduce(0) { $0 + $1.count } }
    var watchCount: Int { watches.count }
    var parkedLanes: Int { parked.values.reduce(0) { $0 + $1.count } }

    // MARK: - What is committed

    /// - Parameters:
    ///   - clocks: the wall and the monotonic clock, read together.
    ///   - grace: how long after its time-out a running attempt is given up.
    mutating func apply(_ change: TimerChange, clocks: (now: Instant, uptime: Uptime), grace: TimeSpan) {
        switch change.kind {
        case .due(let dueAt):
            watches[change.key] = nil
            let isKept = insert(change.key, dueAt: dueAt, version: change.version, host: change.host)
            if isKept, let backOff = change.backOff { wait(for: change.key, version: change.version, until: clocks.uptime + backOff) }
        case .running(let attempt, let deadline):
            windows[change.key.tenant]?.remove(change.key.id)
            let overdue = Overdue(key: change.key, attempt: attempt, isOrphan: false)
            watch(overdue, until: clocks.uptime + Self.left(until: deadline, clocks) + grace)
        case .ended:
            watches[change.key] = nil
            windows[change.key.tenant]?.remove(change.key.id)
        }
    }

    /// - Returns: false when the store has it and will be read for it.
    @discardableResult
    mutating func insert(_ key: ServiceCallKey, dueAt: Instant, version: Int64, host: String) -> Bool {
        let horizon = windows[key.tenant]?.horizon ?? Self.end(of: sweptTo)
        let place = DuePlace(dueAt: dueAt, id: key.id)
        guard place <= horizon, parked[key.tenant]?.covers(host, place) != true else {
            _ = windows[key.tenant]?.remove(key.id, upTo: version)
            return false
        }
        windows[key.tenant, default: DueWindow(horizon: horizon, limit: windowLimit)].insert(
            key.id, dueAt: dueAt, version: version, host: host)
        if windows[key.tenant]?.isCapped ?? false { capped.insert(key.tenant) }
        plan(key.tenant, at: dueAt)
        return true
    }

    mutating func watch(_ overdue: Overdue, until: Uptime) {
        if let known = watches[overdue.key], known.overdue.attempt > overdue.attempt { return }
        let watch = Watch(until: until, overdue: overdue)
        watches[overdue.key] = watch
        watchHeap.insert(watch)
        if watchHeap.count > 2 * watches.count + 1_024 { watchHeap = Heap(watches.values) }
    }

    // MARK: - What is read

    /// Where the next sweep begins for tenants without a window.
    var sweepStart: DuePlace { sweptTo == .earliest ? .first : Self.end(of: sweptTo) }

    /// Raises the horizon of the whole partition, ahead of the sweep that makes it true.
    ///
    /// - Returns: from where on the tenants must be read that have no window now, those that have one, and the pages of these.
    mutating func raise(to instant: Instant) -> (from: DuePlace, known: Set<TenantId>, pages: [Page]) {
        let from = sweepStart
        let known = Set(windows.keys)
        sweptTo = max(sweptTo, instant)
        var pages: [Page] = []
        for tenant in windows.keys.sorted() {
            if windows[tenant]?.isCapped ?? true { continue }
            guard let after = windows[tenant]?.raise(to: Self.end(of: sweptTo)) else { continue }
            pages.append(Page(tenant: tenant, after: after, upTo: sweptTo))
        }
        return (from, known, pages)
    }

    /// Raises the horizon of one capped window, ahead of the read of its next page.
    mutating func raiseWindow(of tenant: TenantId) -> Page? {
        capped.remove(tenant)
        guard let after = windows[tenant]?.raise(to: Self.end(of: sweptTo)) else { return nil }
        return Page(tenant: tenant, after: after, upTo: sweptTo)
    }

    /// Takes in a page. A full one ends where its last entry lies. One that mostly told of parked lanes is followed by a rest nine times as
    /// long as reading took: the search behind them for other lanes' calls is to cost little.
    mutating func add(
        _ entries: [DueEntry], of tenant: TenantId, isFull: Bool, clocks: (now: Instant, uptime: Uptime), grace: TimeSpan,
        took: TimeSpan = .zero
    ) {
        var covered = 0
        for entry in entries {
            let key = ServiceCallKey(tenant: tenant, id: entry.id)
            if let running = entry.running {
                let overdue = Overdue(key: key, attempt: running.attempt, isOrphan: running.epoch < firstEpoch)
                let left = overdue.isOrphan && !orphansMayRun ? .zero : Self.left(until: running.deadline, clocks) + grace
                watch(overdue, until: clocks.uptime + left)
            } else if !insert(key, dueAt: entry.dueAt, version: entry.version, host: entry.host) {
                covered += 1
            }
        }
        guard isFull, let last = entries.last else { return }
        let horizon = windows[tenant]?.horizon ?? Self.end(of: sweptTo)
        windows[tenant, default: DueWindow(horizon: horizon, limit: windowLimit)].lower(to: min(horizon, last.place))
        capped.insert(tenant)
        let rest = covered * 2 > entries.count ? min(took.multiplied(by: 9), Self.longestRest) : .zero
        windows[tenant]?.pageFrom = rest > .zero ? clocks.uptime + rest : nil
    }

    /// A read failed, or messages were dropped: nothing is known of due times until the next sweep. Watches stay.
    mutating func forget() {
        windows = [:]
        capped = []
        parked = [:]
        refillable = []
        refill = nil
        postponed = Heap()
        agenda = Heap()
        sweptTo = .earliest
    }

    // MARK: - What is due

    /// When the next call is due, on the wall clock; nil while the partition is paused.
    mutating func nextDue() -> Instant? { pausedUntil == nil ? nextWindow()?.at : nil }

    /// When a pause, or the wait of a postponed call, is over.
    var nextResumption: Uptime? {
        guard let postponed = postponed.min?.until else { return pausedUntil }
        return pausedUntil ?? postponed
    }

    /// When the next running attempt is given up.
    mutating func nextOverdue() -> Uptime? {
        while let first = watchHeap.min, watches[first.overdue.key] != first { watchHeap.removeMin() }
        return watchHeap.min?.until
    }

    /// Takes out the next call that is due.
    mutating func popDue(_ clocks: (now: Instant, uptime: Uptime)) -> DueCall? {
        if let pausedUntil, clocks.uptime < pausedUntil { return nil }
        pausedUntil = nil
        if let first = postponed.min, first.until <= clocks.uptime { return postponed.popMin()?.call }
        guard let first = nextWindow(), first.at <= clocks.now, var window = windows.removeValue(forKey: first.tenant) else { return nil }
        let popped = window.popDue(at: clocks.now)
        let following = window.earliest()
        window.plannedAt = nil
        windows[first.tenant] = window
        agenda.removeMin()
        if let following { plan(first.tenant, at: following) }
        return popped.map {
            DueCall(
                partition: id, key: ServiceCallKey(tenant: first.tenant, id: $0.place.id), host: $0.host, dueAt: $0.place.dueAt,
                version: $0.version)
        }
    }

    /// The attempt could not be begun. Nothing else of the partition can be either, because its store is away: what is due stays in its
    /// windows, and memory stays bounded.
    mutating func postpone(_ call: DueCall, until: Uptime) {
        postponed.insert(Postponed(until: until, call: call))
        pausedUntil = max(pausedUntil ?? until, until)
    }

    /// Takes out the next attempt whose time has passed without a report.
    mutating func popOverdue(at uptime: Uptime) -> Overdue? {
        guard let until = nextOverdue(), until <= uptime, let first = watchHeap.popMin() else { return nil }
        watches[first.overdue.key] = nil
        return first.overdue
    }

    /// Execution takes no more of the tenant: its calls stay here until `unblock`.
    mutating func block(_ call: DueCall) {
        insert(call.key, dueAt: call.dueAt, version: call.version, host: call.host)
        windows[call.key.tenant]?.isBlocked = true
        windows[call.key.tenant]?.plannedAt = nil
    }

    mutating func unblock(_ tenant: TenantId) {
        guard windows[tenant]?.isBlocked == true else { return }
        windows[tenant]?.isBlocked = false
        if let at = windows[tenant]?.earliest() { plan(tenant, at: at) }
    }

    /// Tenants whose capped window has room for another page, in order.
    func tenantsWantingPage(at uptime: Uptime) -> [TenantId] {
        capped.isEmpty ? [] : capped.filter { windows[$0]?.wantsPage ?? false && windows[$0]?.pageFrom ?? uptime <= uptime }.sorted()
    }

    /// When the next rest between two pages is over; nil when none is under way.
    func nextPage(after uptime: Uptime) -> Uptime? {
        if capped.isEmpty { return nil }
        return capped.compactMap { windows[$0]?.wantsPage ?? false ? windows[$0]?.pageFrom : nil }.filter { $0 > uptime }.min()
    }

    /// Drops windows that hold nothing and end where the sweep ends: they say no more than the sweep does.
    mutating func dropEmptyWindows() {
        let end = Self.end(of: sweptTo)
        windows = windows.filter { $0.value.count > 0 || $0.value.isCapped || $0.value.isBlocked || $0.value.horizon != end }
    }

    private mutating func plan(_ tenant: TenantId, at instant: Instant) {
        guard windows[tenant]?.isBlocked == false else { return }
        if let planned = windows[tenant]?.plannedAt, planned <= instant { return }
        windows[tenant]?.plannedAt = instant
        agenda.insert(Agenda(at: instant, tenant: tenant))
        if agenda.count > 2 * windows.count + 1_024 {
            agenda = Heap(windows.compactMap { tenant, window in window.plannedAt.map { Agenda(at: $0, tenant: tenant) } })
        }
    }

    /// The first item of the agenda that still holds. Each window has at most one; the others are dropped as they come up.
    private mutating func nextWindow() -> Agenda? {
        while let first = agenda.min {
            guard windows[first.tenant]?.plannedAt == first.at else {
                agenda.removeMin()
                continue
            }
            let earliest = windows[first.tenant]?.earliest()
            if let earliest, earliest <= first.at { return first }
            agenda.removeMin()
            windows[first.tenant]?.plannedAt = nil
            if let earliest { plan(first.tenant, at: earliest) }
        }
        return nil
    }

    /// No attempt runs longer than any may, whatever the wall clock says.
    private static func left(until deadline: Instant, _ clocks: (now: Instant, uptime: Uptime)) -> TimeSpan {
        min(deadline - clocks.now, ServiceCallSubmission.timeouts.upperBound)
    }

    static func end(of instant: Instant) -> DuePlace {
        DuePlace(dueAt: instant, id: ServiceCallId(UniqueId(high: .max, low: .max)))
    }
}
