internal import DequeModule
internal import Domain
internal import HeapModule
internal import Ports

/// What the poller needs to know of a source, which is all but what is sent to it.
struct SourceChange: Sendable {
    let tenant: TenantId
    let source: SourceName
    let version: Int64
    let status: IngestionSource.Status
    let interval: TimeSpan
    /// How often a run was asked for by hand.
    let requests: Int

    init(_ source: IngestionSource) {
        tenant = source.tenant
        self.source = source.name
        version = source.version
        status = source.status
        interval = source.plan.interval
        requests = source.requests
    }

    var key: SourceAgenda.Key { SourceAgenda.Key(tenant: tenant, source: source) }
}

/// The sources of all partitions, by when each is to run next. A source runs once at a time.
struct SourceAgenda {
    struct Key: Hashable, Comparable, Sendable {
        let tenant: TenantId
        let source: SourceName
        static func < (a: Key, b: Key) -> Bool { (a.tenant, a.source) < (b.tenant, b.source) }
    }

    /// One run to be made.
    struct Assignment: Sendable {
        let key: Key
        /// nil: only the orphan is to be ended.
        let trigger: IngestionRun.Trigger?
        /// A run of an engine that is no more.
        let orphan: UniqueId?
    }

    private struct Entry {
        var version: Int64
        var isActive: Bool
        var interval: TimeSpan
        var requests: Int
        var served = 0
        var orphan: UniqueId?
        var isRunning = false
        var isGone = false
        var isQueued = false
        var startedAt: Uptime?
        /// When it runs of its own accord.
        var nextAt: Uptime?

        /// A run that was due and could not begin.
        var owed: IngestionRun.Trigger?

        var isRequested: Bool { requests > served }

        mutating func take(_ change: SourceChange) {
            version = change.version
            isActive = change.status == .active
            interval = change.interval
            requests = change.requests
            isGone = false
            if !isActive, owed == nil, orphan == nil { nextAt = nil }
        }
    }

    private struct Node: Comparable {
        let at: Uptime
        let key: Key
        static func < (a: Node, b: Node) -> Bool { a.at != b.at ? a.at < b.at : a.key < b.key }
    }

    private var entries: [Key: Entry] = [:]
    private var heap = Heap<Node>()
    /// Those whose time has come, or that were asked for.
    private var ready = Deque<Key>()
    private var running: [TenantId: Int] = [:]
    private(set) var runningCount = 0

    var count: Int { entries.count }

    /// How many abandoned runs in a row are made up for at once: a batch that ends its engine would else do so for ever.
    static let patience = 3
    private static let soon = TimeSpan.seconds(1)

    // MARK: - What is there

    /// Takes a source as it was changed just now.
    mutating func put(_ change: SourceChange, at now: Uptime, random: UInt64) {
        let key = change.key
        if let known = entries[key], known.version >= change.version { return }
        guard change.status != .deleted else { return remove(key) }
        var entry = entries[key] ?? Entry(version: 0, isActive: false, interval: change.interval, requests: 0)
        let begins = change.status == .active && !(entry.isActive && !entry.isGone)
        entry.take(change)
        if begins {
            entry.nextAt = now + Self.part(of: Self.soon, random)
        } else if entry.isActive, let startedAt = entry.startedAt {
            entry.nextAt = startedAt + entry.interval
        }
        set(entry, key)
    }

    /// Takes a source as it was read, by an engine that knows nothing of it yet.
    ///
    /// - Parameter source: nil for a deleted one of which a run was left.
    mutating func put(
        _ source: SourceChange?, _ progress: SourceProgress?, _ key: Key, clocks: (now: Instant, uptime: Uptime), random: UInt64
    ) {
        if let known = entries[key] {
            // What is told of is newer than what is read; what was read here and not told of has to be put right.
            if let source, known.version < source.version { put(source, at: clocks.uptime, random: random) }
            if source == nil, !known.isRunning { remove(key) }
            return
        }
        var entry: Entry
        if let source {
            entry = Entry(version: 0, isActive: false, interval: source.interval, requests: 0)
            entry.take(source)
        } else {
            entry = Entry(version: 0, isActive: false, interval: IngestionLimits.intervals.upperBound, requests: 0)
            entry.isGone = true
        }
        entry.served = progress?.served ?? 0
        entry.orphan = progress?.running
        if entry.isActive { entry.nextAt = clocks.uptime + Self.delay(progress, entry.interval, at: clocks.now, random) }
        set(entry, key)
    }

    mutating func remove(_ key: Key) {
        guard let known = entries[key] else { return }
        guard known.isRunning else {
            entries[key] = nil
            return
        }
        entries[key]?.isGone = true
        entries[key]?.isActive = false
        entries[key]?.nextAt = nil
    }

    /// All that are known, in order.
    var keys: [Key] { entries.keys.sorted() }

    private static func delay(_ progress: SourceProgress?, _ interval: TimeSpan, at now: Instant, _ random: UInt64) -> TimeSpan {
        guard let progress, let started = progress.lastStartedAt else { return part(of: soon, random) }
        let isAbandoned = progress.running != nil || progress.lastStatus == .abandoned
        let abandoned = progress.abandonedInRow + (progress.running == nil ? 0 : 1)
        if isAbandoned, abandoned < patience { return part(of: soon, random) }
        // The wall clock may have jumped: never longer than one interval.
        var delay = min(max(started + interval - now, part(of: min(interval, .seconds(10)), random)), interval)
        if case .open(let until) = progress.breaker(at: now) { delay = max(delay, min(until - now, SourceProgress.coolDown)) }
        return delay
    }

    // MARK: - Running

    /// Takes up to `limit` in all that are to run now, at most `perTenant` of one tenant; each is told of by `finished`.
    mutating func take(limit: Int, perTenant: Int, at now: Uptime) -> [Assignment] {
        while let first = heap.min, first.at <= now {
            heap.removeMin()
            guard let entry = entries[first.key], entry.nextAt == first.at else { continue }
            enqueue(first.key)
        }
        var taken: [Assignment] = []
        var left = Deque<Key>()
        while runningCount < limit, let key = ready.popFirst() {
            guard let entry = entries[key], entry.isQueued else { continue }
            guard running[key.tenant, default: 0] < perTenant else {
                left.append(key)
                continue
            }
            taken.append(begin(key, entry, at: now))
        }
        ready = left + ready
        return taken
    }

    private mutating func begin(_ key: Key, _ entry: Entry, at now: Uptime) -> Assignment {
        let trigger: IngestionRun.Trigger? =
            if entry.isGone {
                nil
            } else if entry.isRequested {
                .request
            } else if let owed = entry.owed {
                owed
            } else {
                // One that is paused is here for its orphan alone.
                entry.isActive ? .schedule : nil
            }
        entries[key]?.isQueued = false
        entries[key]?.isRunning = true
        entries[key]?.startedAt = now
        entries[key]?.nextAt = nil
        // Whatever is asked for while it runs is asked for anew.
        entries[key]?.served = entry.requests
        entries[key]?.orphan = nil
        entries[key]?.owed = nil
        running[key.tenant, default: 0] += 1
        runningCount += 1
        return Assignment(key: key, trigger: trigger, orphan: entry.orphan)
    }

    /// What came of an assignment.
    struct Result: Sendable {
        /// Set when it was left under way, and has to be ended first.
        var orphan: UniqueId?
        /// How long the source is left alone at least; nil: its interval.
        var wait: TimeSpan?
        /// The source is no more.
        var isGone = false
        /// The run that was to be made and could not begin.
        var owed: IngestionRun.Trigger?
    }

    mutating func finished(_ key: Key, _ result: Result, at now: Uptime, random: UInt64) {
        runningCount -= 1
        let left = running[key.tenant, default: 1] - 1
        running[key.tenant] = left > 0 ? left : nil
        guard var entry = entries[key] else { return }
        entry.isRunning = false
        entry.orphan = result.orphan
        guard !(entry.isGone || result.isGone) || entry.orphan != nil else {
            entries[key] = nil
            return
        }
        entry.owed = result.owed
        if entry.orphan != nil || entry.owed != nil {
            entry.nextAt = now + (result.wait ?? Self.soon)
        } else if entry.isActive {
            let regular = (entry.startedAt ?? now) + entry.interval
            entry.nextAt = max(regular, now + (result.wait ?? .zero)) + Self.part(of: Self.jitter(entry.interval), random)
        }
        set(entry, key)
    }

    private static func jitter(_ interval: TimeSpan) -> TimeSpan {
        TimeSpan(microseconds: min(interval.microseconds / 10, TimeSpan.seconds(30).microseconds))
    }

    private static func part(of span: TimeSpan, _ random: UInt64) -> TimeSpan {
        TimeSpan(microseconds: Int64(random % UInt64(max(1, span.microseconds))))
    }

    /// When the next one is to run of its own accord; those that wait for another to finish are not counted.
    mutating func nextDue() -> Uptime? {
        while let first = heap.min {
            if let entry = entries[first.key], entry.nextAt == first.at, !entry.isRunning { return first.at }
            heap.removeMin()
        }
        return nil
    }

    private mutating func enqueue(_ key: Key) {
        guard let entry = entries[key], !entry.isQueued, !entry.isRunning else { return }
        entries[key]?.isQueued = true
        ready.append(key)
    }

    private mutating func set(_ entry: Entry, _ key: Key) {
        entries[key] = entry
        guard !entry.isRunning else { return }
        if entry.isRequested, !entry.isGone {
            enqueue(key)
        } else if let nextAt = entry.nextAt {
            heap.insert(Node(at: nextAt, key: key))
        } else if entry.orphan != nil {
            enqueue(key)
        }
        if heap.count > 4 * entries.count + 64 {
            heap = Heap(entries.compactMap { key, entry in entry.nextAt.map { Node(at: $0, key: key) } })
        }
    }
}
