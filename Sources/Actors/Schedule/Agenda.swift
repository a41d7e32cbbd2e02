internal import Domain
internal import HeapModule
internal import Ports

/// What the scheduler needs to know of a schedule, which is all but what it sends.
struct ScheduleChange: Sendable {
    let tenant: TenantId
    let id: ScheduleId
    let version: Int64
    let isActive: Bool
    let timing: ScheduleTiming
    let activeSince: Instant
    let generation: Int

    init(_ schedule: Schedule) {
        tenant = schedule.tenant
        id = schedule.id
        version = schedule.version
        isActive = schedule.status == .active
        timing = schedule.timing
        activeSince = schedule.activeSince
        generation = schedule.generation
    }

    var key: Agenda.Key { Agenda.Key(tenant: tenant, id: id) }
}

/// The active schedules of one partition, by when each is due next.
struct Agenda {
    struct Key: Hashable, Comparable, Sendable {
        let tenant: TenantId
        let id: ScheduleId
        static func < (a: Key, b: Key) -> Bool { (a.tenant, a.id) < (b.tenant, b.id) }
    }

    struct Entry: Sendable {
        let version: Int64
        let timing: ScheduleTiming
        let generation: Int
        /// Everything up to then is submitted, or not this schedule's.
        var cursor: Instant
        fileprivate var next: Instant?
        /// Set while it cannot be submitted.
        fileprivate var waitsUntil: Uptime?
    }

    private struct Node: Comparable {
        let at: Instant
        let key: Key
        static func < (a: Node, b: Node) -> Bool { a.at != b.at ? a.at < b.at : a.key < b.key }
    }

    private struct Waiting: Comparable {
        let until: Uptime
        let key: Key
        static func < (a: Waiting, b: Waiting) -> Bool { a.until != b.until ? a.until < b.until : a.key < b.key }
    }

    private var entries: [Key: Entry] = [:]
    private var heap = Heap<Node>()
    private var waiting = Heap<Waiting>()

    var count: Int { entries.count }

    func entry(_ key: Key) -> Entry? { entries[key] }

    /// Takes a schedule as it is now.
    ///
    /// - Parameters:
    ///   - cursor: where it has been followed to in its present generation, as far as is known.
    ///   - zone: nil when its zone is not known; it is looked at again at `retryAt`.
    mutating func put(_ change: ScheduleChange, cursor: Instant? = nil, zone: (any ZoneRules)?, retryAt: Uptime) {
        let known = entries[change.key]
        if let known, known.version > change.version { return }
        guard change.isActive else {
            entries[change.key] = nil
            return
        }
        var start = max(change.activeSince, cursor ?? .earliest)
        if let known, known.generation == change.generation { start = max(start, known.cursor) }
        var entry = Entry(version: change.version, timing: change.timing, generation: change.generation, cursor: start)
        if let zone { entry.next = change.timing.next(after: start, zone: zone) } else { entry.waitsUntil = retryAt }
        set(entry, change.key)
    }

    mutating func remove(_ key: Key) { entries[key] = nil }

    /// Takes up to `limit` schedules with an occurrence that is due; they are left out until told of by `advance` or `postpone`.
    mutating func popDue(_ clocks: (now: Instant, uptime: Uptime), limit: Int) -> [Key] {
        var due: [Key] = []
        while due.count < limit, let first = waiting.min, first.until <= clocks.uptime {
            waiting.removeMin()
            guard entries[first.key]?.waitsUntil == first.until else { continue }
            entries[first.key]?.waitsUntil = nil
            due.append(first.key)
        }
        while due.count < limit, let first = heap.min, first.at <= clocks.now {
            heap.removeMin()
            guard let entry = entries[first.key], entry.next == first.at, entry.waitsUntil == nil else { continue }
            if !due.contains(first.key) { due.append(first.key) }
        }
        return due
    }

    /// Everything up to `cursor` is submitted; the next is due at `next`, if there is one.
    mutating func advance(_ key: Key, to cursor: Instant, next: Instant?) {
        guard var entry = entries[key] else { return }
        entry.cursor = max(entry.cursor, cursor)
        entry.next = next
        entry.waitsUntil = nil
        set(entry, key)
    }

    /// It could not be submitted; try it again at `moment`.
    mutating func postpone(_ key: Key, until moment: Uptime) {
        guard var entry = entries[key] else { return }
        entry.waitsUntil = moment
        set(entry, key)
    }

    /// When the next occurrence is due, of those that are not postponed.
    mutating func nextDue() -> Instant? {
        while let first = heap.min {
            if let entry = entries[first.key], entry.next == first.at, entry.waitsUntil == nil { return first.at }
            heap.removeMin()
        }
        return nil
    }

    mutating func nextRetry() -> Uptime? {
        while let first = waiting.min {
            if entries[first.key]?.waitsUntil == first.until { return first.until }
            waiting.removeMin()
        }
        return nil
    }

    private mutating func set(_ entry: Entry, _ key: Key) {
        entries[key] = entry
        if let until = entry.waitsUntil {
            waiting.insert(Waiting(until: until, key: key))
        } else if let next = entry.next {
            heap.insert(Node(at: next, key: key))
        }
        if heap.count + waiting.count > 4 * entries.count + 64 { rebuild() }
    }

    private mutating func rebuild() {
        heap = Heap(
            entries.compactMap { key, entry in
                entry.waitsUntil == nil ? entry.next.map { Node(at: $0, key: key) } : nil
            })
        waiting = Heap(entries.compactMap { key, entry in entry.waitsUntil.map { Waiting(until: $0, key: key) } })
    }
}
