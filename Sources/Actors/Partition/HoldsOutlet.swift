internal import Domain
internal import Ports

/// Tells execution what operators have paused.
struct HoldsOutlet: Sendable {
    let journal: any Journal
    let queue: ExecutionQueue
    let time: any TimeSource

    func changed(_ holds: Holds) { queue.hold(LaneHolds(holds), of: holds.tenant, at: time.uptime()) }

    /// Reads all that is paused in a partition that has become ours.
    func read(_ partition: PartitionId) async throws(JournalError) {
        try await journal.readItems(of: .holds, in: partition) { item in if case .holds(let holds) = item { changed(holds) } }
        queue.knowsHolds(of: partition)
    }
}
