internal import Domain
internal import Ports

/// How far the log is read by those that follow it: the subscriptions, also those that are paused or disabled.
struct FollowedLog: Sendable {
    let journal: any Journal
    let partitions: Int

    /// One position of each partition, up to which every follower has read; nil when there is none.
    func slowest() async throws(JournalError) -> [Int64]? {
        var slowest: [Int64]?
        for partition in 0..<partitions {
            let places = try await places(of: PartitionId(partition))
            for place in places { slowest = slowest.map { zip($0, place).map { min($0, $1) } } ?? place }
        }
        return slowest
    }

    /// One that has not stored how far it is begins where it was told to, and so does one that is to begin anew.
    private func places(of partition: PartitionId) async throws(JournalError) -> [[Int64]] {
        var stored: [ItemPlace: FollowerCursor] = [:]
        try await journal.readCursors(of: .subscription, in: partition) { cursor in
            stored[ItemPlace(tenant: cursor.tenant, id: cursor.id)] = cursor
        }
        var places: [[Int64]] = []
        try await journal.readItems(of: .subscription, in: partition) { item in
            guard case .subscription(let subscription) = item else { return }
            let cursor = stored[ItemPlace(tenant: item.tenant, id: item.key.id)]
            let place = cursor.flatMap { $0.generation == subscription.generation ? $0.place : nil } ?? subscription.from
            if place.count == partitions { places.append(place) }
        }
        return places
    }

    private struct ItemPlace: Hashable {
        let tenant: TenantId
        let id: String
    }
}
