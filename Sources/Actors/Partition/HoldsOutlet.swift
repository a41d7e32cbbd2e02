internal import Domain
internal import Ports

/// Tells execution what operators have paused.
struct HoldsOutlet: Sendable {
    let journal: any Journal
    let queue: ExecutionQueue
    let time: any TimeSource

    private static let page = 256

    func changed(_ holds: Holds) { queue.hold(LaneHolds(holds), of: holds.tenant, at: time.uptime()) }

    /// Reads all that is paused in a partition that has become ours.
    func read(_ partition: PartitionId) async throws(JournalError) {
        var after: (TenantId, String)?
        while true {
            let found = try await journal.items(of: .holds, in: partition, after: after, limit: Self.page)
            for item in found { if case .holds(let holds) = item { changed(holds) } }
            guard found.count == Self.page, let last = found.last else { break }
            after = (last.tenant, last.key.id)
        }
        queue.knowsHolds(of: partition)
    }
}
