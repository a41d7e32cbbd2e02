public import Domain
public import Ports

extension PostgresStore {
    public func items(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [TenantItem] {
        let rows = try await journal(ItemReadStatements.inUse, page(of: kind, in: partition, after, limit))
        return try decoded { () throws(StoreFailure) in try BookRow.all(rows, ItemRow.read) }
    }

    public func cursors(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [FollowerCursor] {
        let rows = try await journal(ItemReadStatements.cursors, page(of: kind, in: partition, after, limit))
        return try decoded { () throws(StoreFailure) in try BookRow.all(rows, CursorRow.read) }
    }

    private func page(of kind: ItemKey.Kind, in partition: PartitionId, _ after: (TenantId, String)?, _ limit: Int) -> [[UInt8]?] {
        [
            Binary.int4(partition.index), Binary.text(kind.rawValue), Binary.text(after?.0.value ?? ""), Binary.text(after?.1 ?? ""),
            Binary.int8(Int64(max(0, limit))),
        ]
    }

    public func item(_ key: ItemKey, tenant: TenantId) async throws(QueryError) -> TenantItem? {
        try await query { () throws(StoreFailure) in
            let values = [Binary.text(tenant.value), Binary.text(key.kind.rawValue), Binary.text(key.id)]
            let rows = try await self.read(tenant, [Command(ItemReadStatements.item, values)])
            return rows[0].count > 0 ? try ItemRow.read(rows[0], 0) : nil
        }
    }

    public func items(of kind: ItemKey.Kind, tenant: TenantId, after: String?, limit: Int) async throws(QueryError) -> [TenantItem] {
        let partition = PartitionHash.partition(tenant: tenant, count: partitionCount)
        return try await query { () throws(StoreFailure) in
            let values = [
                Binary.text(tenant.value), Binary.int4(partition), Binary.text(kind.rawValue), Binary.text(after ?? ""),
                Binary.int8(Int64(max(0, limit))),
            ]
            return try BookRow.all(try await self.read(tenant, [Command(ItemReadStatements.ofTenant, values)])[0], ItemRow.read)
        }
    }
}
