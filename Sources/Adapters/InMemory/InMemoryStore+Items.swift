public import Domain
public import Ports
internal import Synchronization

extension InMemoryStore {
    public func items(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [TenantItem] {
        let items = itemsInUse(kind) { self.partition(of: $0) == partition }
        return Array(items.filter { item in after.map { (item.tenant, item.key.id) > $0 } ?? true }.prefix(max(0, limit)))
    }

    public func cursors(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [FollowerCursor] {
        state.withLock { state in
            let found = state.cursors.values.filter { cursor in
                cursor.kind == kind && cursor.partition == partition && after.map { (cursor.tenant, cursor.id) > $0 } ?? true
            }
            let page = found.sorted { ($0.tenant, $0.id) < ($1.tenant, $1.id) }.prefix(max(0, limit))
            return page.map { $0.under(epoch: state.partitions[partition.index].epoch) }
        }
    }

    public func storeCursors(_ cursors: [FollowerCursor]) async throws(JournalError) {
        try state.withLock { state throws(JournalError) in
            for cursor in cursors {
                let index = try Self.index(cursor.partition, state)
                guard state.partitions[index].epoch == cursor.epoch else { throw .ownershipLost }
            }
            for cursor in cursors {
                let key = BookKey.item(cursor.tenant, ItemKey(kind: cursor.kind, id: cursor.id))
                guard case .item(let item)? = state.books[key]?.record, !item.isDeleted else { continue }
                if let stored = state.cursors[key], !cursor.replaces(stored) { continue }
                state.cursors[key] = cursor
            }
        }
    }

    public func item(_ key: ItemKey, tenant: TenantId) async throws(QueryError) -> TenantItem? {
        state.withLock { state in
            if case .item(let item)? = state.books[.item(tenant, key)]?.record { item } else { nil }
        }
    }

    public func items(of kind: ItemKey.Kind, tenant: TenantId, after: String?, limit: Int) async throws(QueryError) -> [TenantItem] {
        let items = itemsInUse(kind) { $0 == tenant }
        return Array(items.filter { item in after.map { item.key.id > $0 } ?? true }.prefix(max(0, limit)))
    }

    private func partition(of tenant: TenantId) -> PartitionId {
        PartitionId(PartitionHash.partition(tenant: tenant, count: partitionCount))
    }

    private func itemsInUse(_ kind: ItemKey.Kind, of isWanted: (TenantId) -> Bool) -> [TenantItem] {
        let items = state.withLock { state in
            state.books.values.compactMap { stored -> TenantItem? in
                guard case .item(let item) = stored.record, item.key.kind == kind, !item.isDeleted else { return nil }
                return item
            }
        }
        return items.filter { isWanted($0.tenant) }.sorted { ($0.tenant, $0.key.id) < ($1.tenant, $1.key.id) }
    }

    /// All cursors, for checks by tests and simulation; ordered by tenant, kind and identifier.
    package var allCursors: [FollowerCursor] {
        state.withLock { state in
            state.cursors.values.sorted { ($0.tenant, $0.kind.rawValue, $0.id) < ($1.tenant, $1.kind.rawValue, $1.id) }
        }
    }
}

extension FollowerCursor {
    /// The same, as the owner of `epoch` would store it.
    fileprivate func under(epoch: Int64) -> FollowerCursor {
        FollowerCursor(
            partition: partition, epoch: epoch, tenant: tenant, kind: kind, id: id, generation: generation, place: place, state: state)
    }
}
