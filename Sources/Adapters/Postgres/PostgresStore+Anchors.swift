public import Domain
public import Ports

extension PostgresStore: AnchorStore, AuditQueries {
    public func grownChains(
        in partition: PartitionId, after tenant: TenantId?, least: Int64
    ) async throws(JournalError) -> GrownChainPage {
        let limit = AnchorStatements.chainsAtOnce
        let rows = try await journal(
            AnchorStatements.chains,
            [Binary.int4(partition.index), Binary.text(tenant?.value ?? ""), Binary.int8(Int64(limit))])
        return try decoded { () throws(StoreFailure) in
            var chains: [GrownChain] = []
            var last: TenantId?
            for row in 0..<rows.count {
                let tenant = try BookRow.tenant(rows, row, 0)
                last = tenant
                let chain = GrownChain(
                    tenant: tenant, head: AuditHead(count: rows.integer(row, 1), hash: rows.bytes(row, 2)), anchored: rows.integer(row, 3))
                if chain.head.count - chain.anchored >= max(1, least) { chains.append(chain) }
            }
            return GrownChainPage(chains: chains, next: rows.count < limit ? nil : last)
        }
    }

    public func keep(_ anchors: [AuditAnchor], in partition: PartitionId) async throws(JournalError) {
        guard !anchors.isEmpty else { return }
        var (tenants, hashes) = (ArrayColumn(TypeId.text), ArrayColumn(TypeId.bytea))
        var (keys, signatures) = (ArrayColumn(TypeId.bytea), ArrayColumn(TypeId.bytea))
        for anchor in anchors {
            tenants.append(anchor.tenant.value)
            hashes.append(anchor.head.hash)
            keys.append(anchor.publicKey)
            signatures.append(anchor.signature)
        }
        let values = [
            Binary.int4(partition.index), tenants.parameter, ArrayColumn(anchors.map(\.head.count)).parameter, hashes.parameter,
            ArrayColumn(anchors.map(\.at.microseconds)).parameter, keys.parameter, signatures.parameter,
        ]
        _ = try await chore([Command(AnchorStatements.keep, values)], isFlushed: true)
    }

    public func auditAnchors(
        tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) async throws(QueryError) -> [AuditAnchor] {
        guard limit > 0 else { return [] }
        let store = storeId
        return try await query { () throws(StoreFailure) in
            let values = [
                Binary.text(tenant.value), Binary.int4(partition.index), Binary.int8(after), Binary.int8(Int64(limit)),
            ]
            let rows = try await self.read(tenant, [Command(AnchorStatements.anchors, values)])[0]
            return (0..<rows.count).map { row in
                AuditAnchor(
                    store: store, tenant: tenant, partition: partition.index,
                    head: AuditHead(count: rows.integer(row, 0), hash: rows.bytes(row, 1)), at: rows.instant(row, 2),
                    publicKey: rows.bytes(row, 3), signature: rows.bytes(row, 4))
            }
        }
    }
}
