internal import Domain
internal import Ports

/// The lanes of one tenant in one partition of which calls wait in the store alone, because execution takes none of them now.
///
/// Of each only a place is kept: what lies after it, up to the window's horizon, may be missing from memory and must be read once the lane
/// is released.
struct ParkedLanes {
    private struct Lane {
        var after: DuePlace
        var isReleased: Bool
    }

    private var lanes: [String: Lane] = [:]
    /// How much more than there is room for is read at once, since calls of other lanes lie between.
    var stretch = 1

    var isEmpty: Bool { lanes.isEmpty }
    var count: Int { lanes.count }
    var hasReleased: Bool { lanes.values.contains { $0.isReleased } }
    /// In order.
    var released: [String] { lanes.filter(\.value.isReleased).keys.sorted() }

    func place(of host: String) -> DuePlace? { lanes[host]?.after }
    func contains(_ host: String) -> Bool { lanes[host] != nil }

    /// Whether the store will be read for what lies at `place`.
    func covers(_ host: String, _ place: DuePlace) -> Bool { lanes[host].map { place > $0.after } ?? false }

    /// From here on the lane's calls wait in the store.
    mutating func park(_ host: String, after place: DuePlace, isReleased: Bool) {
        lanes[host] = Lane(after: min(place, lanes[host]?.after ?? place), isReleased: isReleased)
    }

    /// - Returns: whether the lane is parked.
    mutating func release(_ host: String) -> Bool {
        guard lanes[host] != nil else { return false }
        lanes[host]?.isReleased = true
        return true
    }

    mutating func wait(_ host: String) { lanes[host]?.isReleased = false }
    mutating func remove(_ host: String) { lanes[host] = nil }
}

extension DuePlace {
    /// The place just before this one.
    var before: DuePlace {
        let value = id.value
        if value.low > 0 { return DuePlace(dueAt: dueAt, id: ServiceCallId(UniqueId(high: value.high, low: value.low - 1))) }
        if value.high > 0 { return DuePlace(dueAt: dueAt, id: ServiceCallId(UniqueId(high: value.high - 1, low: .max))) }
        return DuePlace(dueAt: dueAt - TimeSpan(microseconds: 1), id: ServiceCallId(UniqueId(high: .max, low: .max)))
    }
}
