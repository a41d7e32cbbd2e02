internal import Domain
internal import Ports

/// The statements that read the items of tenants, and how far they are followed. Used by one reader's thread alone.
final class ItemReader {
    private let byId: Statement
    private let inUse: Statement
    private let ofTenant: Statement
    private let cursors: Statement

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        byId = try Statement(connection, "SELECT \(ItemRow.columns) FROM items WHERE tenant = ? AND kind = ? AND id = ?")
        inUse = try Statement(connection, Self.inUseQuery)
        ofTenant = try Statement(connection, Self.ofTenantQuery)
        cursors = try Statement(connection, Self.cursorQuery)
    }

    static let inUseQuery = """
        SELECT \(ItemRow.columns) FROM items INDEXED BY items_in_use
        WHERE partition = ? AND kind = ? AND (tenant, id) > (?, ?) AND deleted = 0 ORDER BY tenant, id LIMIT ?
        """

    static let ofTenantQuery = """
        SELECT \(ItemRow.columns) FROM items INDEXED BY items_in_use
        WHERE partition = ? AND kind = ? AND tenant = ? AND id > ? AND deleted = 0 ORDER BY id LIMIT ?
        """

    static let cursorQuery = """
        SELECT \(CursorRow.columns) FROM follower_cursors
        WHERE partition = ? AND kind = ? AND (tenant, id) > (?, ?) ORDER BY tenant, id LIMIT ?
        """

    func endRead() {
        byId.reset()
        inUse.reset()
        ofTenant.reset()
        cursors.reset()
    }

    func item(_ key: ItemKey, tenant: TenantId) throws(StoreFailure) -> (item: TenantItem, key: RowKey)? {
        try byId.bind(1, text: tenant.value)
        try byId.bind(2, text: key.kind.rawValue)
        try byId.bind(3, text: key.id)
        guard try byId.step() else { return nil }
        defer { byId.reset() }
        return (try ItemRow.read(byId), ItemRow.key(byId))
    }

    func items(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) throws(StoreFailure) -> [TenantItem] {
        try bind(kind, partition, after, limit, to: inUse)
        var found: [TenantItem] = []
        while try inUse.step() { found.append(try ItemRow.read(inUse)) }
        return found
    }

    /// - Parameter partition: that of the tenant's books.
    func items(
        of kind: ItemKey.Kind, tenant: TenantId, in partition: PartitionId, after: String?, limit: Int
    ) throws(StoreFailure) -> [TenantItem] {
        try ofTenant.bind(1, partition.index)
        try ofTenant.bind(2, text: kind.rawValue)
        try ofTenant.bind(3, text: tenant.value)
        try ofTenant.bind(4, text: after ?? "")
        try ofTenant.bind(5, max(0, limit))
        var found: [TenantItem] = []
        while try ofTenant.step() { found.append(try ItemRow.read(ofTenant)) }
        return found
    }

    func cursors(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) throws(StoreFailure) -> [FollowerCursor] {
        try bind(kind, partition, after, limit, to: cursors)
        var found: [FollowerCursor] = []
        while try cursors.step() { found.append(try CursorRow.read(cursors)) }
        return found
    }

    private func bind(
        _ kind: ItemKey.Kind, _ partition: PartitionId, _ after: (TenantId, String)?, _ limit: Int, to rows: borrowing Statement
    ) throws(StoreFailure) {
        try rows.bind(1, partition.index)
        try rows.bind(2, text: kind.rawValue)
        try rows.bind(3, text: after?.0.value ?? "")
        try rows.bind(4, text: after?.1 ?? "")
        try rows.bind(5, max(0, limit))
    }
}
