internal import Domain
internal import Ports

/// Tells execution what operators have paused.
struct HoldsOutlet: Sendable {
    let source: any HoldSource
    let queue: ExecutionQueue
    let time: any TimeSource

    private static let page = 256

    /// Reads all that is paused in a partition that has become ours.
    func read(_ partition: PartitionId) async throws(JournalError) {
        var after: TenantId?
        while true {
            let found = try await source.holds(in: partition, after: after, limit: Self.page)
            for (tenant, holds) in found { queue.hold(holds, of: tenant, at: time.uptime()) }
            guard found.count == Self.page, let last = found.last else { break }
            after = last.tenant
        }
        queue.knowsHolds(of: partition)
    }
}
