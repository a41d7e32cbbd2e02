internal import Domain
internal import Ports

/// The statements that write the items of tenants, and how far they are followed. Used by the writer's thread alone.
final class ItemStatements {
    private let insert: Statement
    private let update: Statement
    private let epoch: Statement
    private let itemInUse: Statement
    private let storedCursor: Statement
    private let writeCursor: Statement
    private let dropCursor: Statement

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        insert = try Statement(
            connection,
            "INSERT INTO items (key, version, deleted, state, tenant, kind, id, partition) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        update = try Statement(
            connection,
            """
            UPDATE items SET version = ?2, deleted = ?3, state = ?4
            WHERE key = ?1 AND tenant = ?5 AND kind = ?6 AND id = ?7 AND version = ?8
            """)
        epoch = try Statement(connection, "SELECT epoch FROM partitions WHERE id = ?")
        itemInUse = try Statement(connection, "SELECT 1 FROM items WHERE tenant = ? AND kind = ? AND id = ? AND deleted = 0")
        storedCursor = try Statement(
            connection, "SELECT \(CursorRow.columns) FROM follower_cursors WHERE partition = ? AND kind = ? AND tenant = ? AND id = ?")
        writeCursor = try Statement(
            connection,
            "INSERT OR REPLACE INTO follower_cursors (partition, kind, tenant, id, generation, place, state) VALUES (?, ?, ?, ?, ?, ?, ?)")
        dropCursor = try Statement(
            connection, "DELETE FROM follower_cursors WHERE partition = ? AND kind = ? AND tenant = ? AND id = ?")
    }

    func apply(_ item: TenantItem, _ key: RowKey, expectedVersion: Int64) throws(StoreFailure) {
        if expectedVersion == 0 {
            try bind(item, key, to: insert)
            try insert.bind(8, key.partition)
            return try insert.run()
        }
        try bind(item, key, to: update)
        try update.bind(8, expectedVersion)
        try update.run()
        guard update.changes == 1 else { throw .fault(.rejected("an item has not the version that the commit expects")) }
        if item.isDeleted {
            try bindName(key.partition, item.key.kind, item.tenant, item.key.id, to: dropCursor)
            try dropCursor.run()
        }
    }

    private func bind(_ item: TenantItem, _ key: RowKey, to statement: borrowing Statement) throws(StoreFailure) {
        try statement.bind(1, key.value)
        try statement.bind(2, item.version)
        try statement.bind(3, item.isDeleted ? 1 : 0)
        try statement.bind(4, blob: item.storedState)
        try statement.bind(5, text: item.tenant.value)
        try statement.bind(6, text: item.key.kind.rawValue)
        try statement.bind(7, text: item.key.id)
    }

    private func bindName(
        _ partition: Int, _ kind: ItemKey.Kind, _ tenant: TenantId, _ id: String, to statement: borrowing Statement
    ) throws(StoreFailure) {
        try statement.bind(1, partition)
        try statement.bind(2, text: kind.rawValue)
        try statement.bind(3, text: tenant.value)
        try statement.bind(4, text: id)
    }

    /// - Returns: false when the epoch is not the partition's any more.
    func store(_ cursor: FollowerCursor) throws(StoreFailure) -> Bool {
        guard try holds(cursor.epoch, cursor.partition) else { return false }
        guard try isInUse(cursor) else { return true }
        try bindName(cursor.partition.index, cursor.kind, cursor.tenant, cursor.id, to: storedCursor)
        if try storedCursor.step() {
            defer { storedCursor.reset() }
            if !cursor.replaces(try CursorRow.read(storedCursor)) { return true }
        }
        try bindName(cursor.partition.index, cursor.kind, cursor.tenant, cursor.id, to: writeCursor)
        try writeCursor.bind(5, cursor.generation)
        try writeCursor.bind(6, text: CursorRow.text(cursor.place))
        try writeCursor.bind(7, blob: cursor.state)
        try writeCursor.run()
        return true
    }

    private func holds(_ expected: Int64, _ partition: PartitionId) throws(StoreFailure) -> Bool {
        try epoch.bind(1, partition.index)
        defer { epoch.reset() }
        return try epoch.step() && epoch.integer(0) == expected
    }

    private func isInUse(_ cursor: FollowerCursor) throws(StoreFailure) -> Bool {
        try itemInUse.bind(1, text: cursor.tenant.value)
        try itemInUse.bind(2, text: cursor.kind.rawValue)
        try itemInUse.bind(3, text: cursor.id)
        defer { itemInUse.reset() }
        return try itemInUse.step()
    }
}
