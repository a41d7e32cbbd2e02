public import Domain
public import Ports
internal import Synchronization

extension InMemoryStore: AnchorStore, AuditQueries {
    public func grownChains(
        in partition: PartitionId, after tenant: TenantId?, least: Int64
    ) async throws(JournalError) -> GrownChainPage {
        try state.withLock { state throws(JournalError) in
            let index = try Self.index(partition, state)
            var heads: [TenantId: AuditHead] = [:]
            for segment in state.audit[index] where tenant.map({ segment.tenant > $0 }) ?? true { heads[segment.tenant] = segment.head }
            let part = heads.sorted { $0.key < $1.key }.prefix(Self.chainsAtOnce)
            let chains = part.map { tenant, head in
                let anchored = state.anchors[index].filter { $0.tenant == tenant }.map(\.head.count).max() ?? 0
                return GrownChain(tenant: tenant, head: head, anchored: anchored)
            }
            return GrownChainPage(
                chains: chains.filter { $0.head.count - $0.anchored >= max(1, least) },
                next: part.count < heads.count ? part.last?.key : nil)
        }
    }

    private static let chainsAtOnce = 4

    public func keep(_ anchors: [AuditAnchor], in partition: PartitionId) async throws(JournalError) {
        try state.withLock { state throws(JournalError) in
            let index = try Self.index(partition, state)
            for anchor in anchors {
                let isKnown = state.anchors[index].contains { $0.tenant == anchor.tenant && $0.head.count == anchor.head.count }
                let isTrue = state.audit[index].contains { $0.tenant == anchor.tenant && $0.head == anchor.head }
                if isTrue, !isKnown { state.anchors[index].append(anchor) }
            }
        }
    }

    /// All anchors of each partition, for checks by tests and simulation.
    package var allAnchors: [[AuditAnchor]] { state.withLock { $0.anchors } }

    public func auditAnchors(
        tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) async throws(QueryError) -> [AuditAnchor] {
        state.withLock { state in
            guard state.anchors.indices.contains(partition.index) else { return [] }
            let anchors = state.anchors[partition.index].filter { $0.tenant == tenant && $0.head.count > after }
            return Array(anchors.sorted { $0.head.count < $1.head.count }.prefix(max(0, limit)))
        }
    }
}
