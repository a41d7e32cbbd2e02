internal import Domain
internal import Ports

/// How far the log is read by those that follow it: the subscriptions, also those that are paused or disabled.
struct FollowedLog: Sendable {
    let journal: any Journal
    let partitions: Int

    private static let page = 256

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
        var after: (TenantId, String)?
        while true {
            let cursors = try await journal.cursors(of: .subscription, in: partition, after: after, limit: Self.page)
            for cursor in cursors { stored[ItemPlace(tenant: cursor.tenant, id: cursor.id)] = cursor }
            guard cursors.count == Self.page, let last = cursors.last else { break }
            after = (last.tenant, last.id)
        }
        var places: [[Int64]] = []
        after = nil
        while true {
            let items = try await journal.items(of: .subscription, in: partition, after: after, limit: Self.page)
            for item in items {
                guard case .subscription(let subscription) = item else { continue }
                let cursor = stored[ItemPlace(tenant: item.tenant, id: item.key.id)]
                let place = cursor.flatMap { $0.generation == subscription.generation ? $0.place : nil } ?? subscription.from
                if place.count == partitions { places.append(place) }
            }
            guard items.count == Self.page, let last = items.last else { return places }
            after = (last.tenant, last.key.id)
        }
    }

    private struct ItemPlace: Hashable {
        let tenant: TenantId
        let id: String
    }
}
