import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// Where anchors are kept, as one incarnation sees it: the shared store, with delays and faults.
struct SimulatedAnchors: AnchorStore {
    let world: World
    let clock: SimulatedClock
    let store: InMemoryStore
    let faults: FaultsInForce

    private func trouble() async throws(JournalError) {
        await clock.delay(faults.current.slowness)
        if world.generator.chance(faults.current.readFails) { throw .unavailable("simulated") }
    }

    func grownChains(
        in partition: PartitionId, after tenant: TenantId?, least: Int64
    ) async throws(JournalError) -> GrownChainPage {
        try await trouble()
        let page = try await store.grownChains(in: partition, after: tenant, least: least)
        await clock.delay(faults.current.slowness)
        return page
    }

    func keep(_ anchors: [AuditAnchor], in partition: PartitionId) async throws(JournalError) {
        try await trouble()
        try await store.keep(anchors, in: partition)
        world.note("anchors \(partition) \(anchors.map { "\($0.tenant) \($0.head.count)" })")
        try await trouble()
    }
}
