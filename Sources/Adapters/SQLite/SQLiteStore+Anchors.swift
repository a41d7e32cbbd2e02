public import Domain
public import Ports

extension SQLiteStore: AnchorStore, AuditQueries {
    public func grownChains(
        in partition: PartitionId, after tenant: TenantId?, least: Int64
    ) async throws(JournalError) -> GrownChainPage {
        try await look { (session) throws(StoreFailure) in
            try session.anchors().grownChains(in: partition, after: tenant, least: least)
        }
    }

    public func keep(_ anchors: [AuditAnchor], in partition: PartitionId) async throws(JournalError) {
        guard (0..<partitionCount).contains(partition.index) else { throw .rejected("there is no partition \(partition)") }
        // A chore is short: what waits for the writer meanwhile are commits.
        var rest = anchors[...]
        while !rest.isEmpty {
            let some = Array(rest.prefix(Self.anchorsAtOnce))
            rest = rest.dropFirst(some.count)
            try await chore { (session) throws(StoreFailure) in try session.anchors().keep(some, in: partition) }
        }
    }

    private static let anchorsAtOnce = 64

    public func auditAnchors(
        tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) async throws(QueryError) -> [AuditAnchor] {
        let store = storeId
        return try await query { (session) throws(StoreFailure) in
            try session.anchors().anchors(store: store, tenant: tenant, partition: partition, after: after, limit: limit)
        }
    }
}
