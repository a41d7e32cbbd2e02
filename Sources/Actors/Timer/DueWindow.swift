internal import Domain
internal import HeapModule
internal import Ports

/// The near part of one tenant's due times in one partition: everything up to `horizon` is in memory, nothing beyond it.
///
/// The horizon is where completeness ends. It may only be moved forward together with a read of the store that covers the way, and the
/// move comes first, so that what is committed during the read is kept.
struct DueWindow {
    private struct Node: Comparable {
        let place: DuePlace
        let version: Int64
        static func < (a: Node, b: Node) -> Bool { a.place < b.place }
    }

    /// A call that waits.
    struct Entry {
        let place: DuePlace
        let version: Int64
        let host: String
    }

    private var entries: [ServiceCallId: Entry] = [:]
    private var heap = Heap<Node>()
    private(set) var horizon: DuePlace
    /// Set while the window ends earlier than the timer's look-ahead because it was full.
    private(set) var isCapped = false
    /// Set while execution takes no more of this tenant.
    var isBlocked = false {
        didSet { if !isBlocked { isPaused = false } }
    }
    /// Set, besides, while that may last long, so that nothing more is read.
    private var isPaused = false
    /// When the next page may be read. One that told nothing new is followed by a rest.
    var pageFrom: Uptime?
    /// When the timer looks at the window next.
    var plannedAt: Instant?
    let limit: Int
    private static let limitOfPaused = 16

    init(horizon: DuePlace, limit: Int) {
        self.horizon = horizon
        self.limit = max(2, limit)
    }

    var count: Int { entries.count }

    /// Whether a capped window has room for another page.
    var wantsPage: Bool { isCapped && !isPaused && entries.count < limit / 2 }

    /// Keeps the entry if it lies within the horizon; one beyond it is left to the store.
    mutating func insert(_ id: ServiceCallId, dueAt: Instant, version: Int64, host: String) {
        if let known = entries[id], known.version > version { return }
        let place = DuePlace(dueAt: dueAt, id: id)
        guard place <= horizon else {
            entries[id] = nil
            return
        }
        if let known = entries[id], known.version == version, known.place == place { return }
        entries[id] = Entry(place: place, version: version, host: host)
        heap.insert(Node(place: place, version: version))
        let bound = isPaused ? min(limit, Self.limitOfPaused) : limit
        if entries.count > bound { shrink(to: bound / 2) }
        if heap.count > 2 * entries.count + 64 { rebuild() }
    }

    mutating func remove(_ id: ServiceCallId) { entries[id] = nil }

    /// When the call is due, if it waits here in that version.
    func dueAt(of id: ServiceCallId, version: Int64) -> Instant? {
        entries[id].flatMap { $0.version == version ? $0.place.dueAt : nil }
    }

    /// - Returns: false when the window knows of a later version, which stays.
    mutating func remove(_ id: ServiceCallId, upTo version: Int64) -> Bool {
        if let known = entries[id], known.version > version { return false }
        entries[id] = nil
        return true
    }

    /// Moves the horizon forward, ahead of the read that makes it true.
    ///
    /// - Returns: where that read must begin.
    mutating func raise(to place: DuePlace) -> DuePlace {
        defer {
            horizon = max(horizon, place)
            isCapped = false
        }
        return horizon
    }

    /// The read stopped at `place`: beyond it the window knows nothing.
    mutating func lower(to place: DuePlace) {
        horizon = place
        isCapped = true
        let beyond = entries.filter { $0.value.place > place }
        for id in beyond.keys { entries[id] = nil }
    }

    /// The earliest due time in memory.
    mutating func earliest() -> Instant? {
        while let first = heap.min {
            if isCurrent(first) { return first.place.dueAt }
            heap.removeMin()
        }
        return nil
    }

    /// Takes out the earliest entry if it is due.
    mutating func popDue(at now: Instant) -> Entry? {
        guard let dueAt = earliest(), dueAt <= now, let node = heap.popMin() else { return nil }
        return entries.removeValue(forKey: node.place.id)
    }

    private func isCurrent(_ node: Node) -> Bool {
        guard let entry = entries[node.place.id] else { return false }
        return entry.version == node.version && entry.place == node.place
    }

    /// Keeps little, and reads nothing more.
    mutating func pause() {
        isPaused = true
        shrink(to: max(1, min(limit, Self.limitOfPaused) / 2))
    }

    /// Too many: the later ones go back to the store alone.
    private mutating func shrink(to keep: Int) {
        guard entries.count > keep, keep > 0 else { return }
        let places = entries.values.map(\.place).sorted()
        lower(to: places[keep - 1])
        rebuild()
    }

    private mutating func rebuild() {
        heap = Heap(entries.values.map { Node(place: $0.place, version: $0.version) })
    }
}
