public import Domain
public import Ports

extension SQLiteStore {
    public func items(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [TenantItem] {
        try await journal { (session) throws(StoreFailure) in
            try session.books().items.items(of: kind, in: partition, after: after, limit: limit)
        }
    }

    public func cursors(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [FollowerCursor] {
        try await journal { (session) throws(StoreFailure) in
            try session.books().items.cursors(of: kind, in: partition, after: after, limit: limit)
        }
    }

    public func item(_ key: ItemKey, tenant: TenantId) async throws(QueryError) -> TenantItem? {
        try await query { (session) throws(StoreFailure) in try session.books().items.item(key, tenant: tenant)?.item }
    }

    public func items(of kind: ItemKey.Kind, tenant: TenantId, after: String?, limit: Int) async throws(QueryError) -> [TenantItem] {
        let partition = PartitionId(PartitionHash.partition(tenant: tenant, count: partitionCount))
        return try await query { (session) throws(StoreFailure) in
            try session.books().items.items(of: kind, tenant: tenant, in: partition, after: after, limit: limit)
        }
    }
}
