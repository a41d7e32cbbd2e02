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

    private struct Entry {
        let place: DuePlace
        let version: Int64
    }

    private var entries: [ServiceCallId: Entry] = [:]
    private var heap = Heap<Node>()
    private(set) var horizon: DuePlace
    /// Set while the window ends earlier than the timer's look-ahead because it was full.
    private(set) var isCapped = false
    /// Set while execution takes no more of this tenant.
    var isBlocked = false
    /// When the timer looks at the window next.
    var plannedAt: Instant?
    let limit: Int

    init(horizon: DuePlace, limit: Int) {
        self.horizon = horizon
        self.limit = max(2, limit)
    }

    var count: Int { entries.count }

    /// Whether a capped window has room for another page.
    var wantsPage: Bool { isCapped && entries.count < limit / 2 }

    /// Keeps the entry if it lies within the horizon; one beyond it is left to the store.
    mutating func insert(_ id: ServiceCallId, dueAt: Instant, version: Int64) {
        if let known = entries[id], known.version > version { return }
        let place = DuePlace(dueAt: dueAt, id: id)
        guard place <= horizon else {
            entries[id] = nil
            return
        }
        if let known = entries[id], known.version == version, known.place == place { return }
        entries[id] = Entry(place: place, version: version)
        heap.insert(Node(place: place, version: version))
        if entries.count > limit { shrink() }
        if heap.count > 2 * entries.count + 64 { rebuild() }
    }

    mutating func remove(_ id: ServiceCallId) { entries[id] = nil }

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
    mutating func popDue(at now: Instant) -> (id: ServiceCallId, dueAt: Instant, version: Int64)? {
        guard let dueAt = earliest(), dueAt <= now, let node = heap.popMin() else { return nil }
        entries[node.place.id] = nil
        return (node.place.id, node.place.dueAt, node.version)
    }

    private func isCurrent(_ node: Node) -> Bool {
        guard let entry = entries[node.place.id] else { return false }
        return entry.version == node.version && entry.place == node.place
    }

    /// Too many: the later half goes back to the store alone.
    private mutating func shrink() {
        let places = entries.values.map(\.place).sorted()
        let keep = limit / 2
        guard places.count > keep, keep > 0 else { return }
        lower(to: places[keep - 1])
        rebuild()
    }

    private mutating func rebuild() {
        heap = Heap(entries.values.map { Node(place: $0.place, version: $0.version) })
    }
}
