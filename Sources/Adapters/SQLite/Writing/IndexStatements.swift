internal import Domain
internal import Ports

/// The indexes that are written behind the commits, as the writing connection sees them.
final class IndexStatements {
    private let find: Statement
    private let insertId: Statement
    private let insertDue: Statement
    private let markEntered: Statement

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        find = try Statement(connection, "SELECT 1 FROM service_call_ids WHERE id = ? AND tenant = ?")
        insertId = try Statement(connection, "INSERT OR IGNORE INTO service_call_ids (id, tenant, key) VALUES (?, ?, ?)")
        // A call that has changed meanwhile has its place elsewhere, or none.
        insertDue = try Statement(
            connection,
            """
            INSERT OR IGNORE INTO service_calls_due_later (partition, tenant, due_at, id, key)
            SELECT partition, tenant, due_at, id, key FROM service_calls WHERE key = ? AND due_at = ? AND due_far = 1
            """)
        // Whoever made calls since then knows better.
        markEntered = try Statement(connection, "UPDATE partitions SET indexed_through = ?1 WHERE id = ?2 AND last_ordinal = ?1")
    }

    /// Identifiers that are made in the order of time (RFC 9562, version 7) come one after the other at the end of the index: there is
    /// nothing to gain by waiting.
    static func isEnteredAtOnce(_ id: ServiceCallId) -> Bool { id.value.high >> 12 & 0xF == 7 }

    /// Looks whether the index by id has the call, or enters it at once.
    ///
    /// - Returns: false when there is a call of that id.
    func admit(_ call: ServiceCallKey, _ key: RowKey) throws(StoreFailure) -> Bool {
        if Self.isEnteredAtOnce(call.id) { return try enter(WaitingId(call: call, key: key)) }
        try find.bind(1, call.id.value)
        try find.bind(2, text: call.tenant.value)
        defer { find.reset() }
        return try !find.step()
    }

    /// - Returns: whether it was not there yet.
    private func enter(_ entry: WaitingId) throws(StoreFailure) -> Bool {
        try insertId.bind(1, entry.call.id.value)
        try insertId.bind(2, text: entry.call.tenant.value)
        try insertId.bind(3, entry.key.value)
        try insertId.run()
        return insertId.changes == 1
    }

    /// Enters what is owed, within the open transaction.
    func write(_ slice: IndexBacklog.Slice) throws(StoreFailure) {
        for entry in slice.ids { _ = try enter(entry) }
        for entry in slice.dues {
            try insertDue.bind(1, entry.key.value)
            try insertDue.bind(2, entry.dueAt)
            try insertDue.run()
        }
        for (partition, last) in slice.entered {
            try markEntered.bind(1, last)
            try markEntered.bind(2, partition)
            try markEntered.run()
        }
    }

    /// What the calls of a partition with ordinals above `ordinal` owe to the indexes.
    func missing(_ partition: Int, after ordinal: Int64, _ connection: borrowing Connection) throws(StoreFailure) -> IndexBacklog.Found {
        var found = IndexBacklog.Found()
        try Self.addMissing(partition, after: ordinal, to: &found, try Self.scan(connection))
        return found
    }

    /// What a database owes to its indexes when it is opened. Looks only at the calls that may be missing.
    static func found(_ connection: borrowing Connection) throws(StoreFailure) -> IndexBacklog.Found {
        var found = IndexBacklog.Found()
        let partitions = try Statement(connection, "SELECT last_ordinal, indexed_through FROM partitions ORDER BY id")
        while try partitions.step() {
            found.last.append(partitions.integer(0))
            found.indexedThrough.append(partitions.integer(1))
        }
        let scan = try scan(connection)
        for (partition, through) in found.indexedThrough.enumerated() where through < found.last[partition] {
            try addMissing(partition, after: through, to: &found, scan)
        }
        return found
    }

    private static func scan(_ connection: borrowing Connection) throws(StoreFailure) -> Statement {
        try Statement(
            connection,
            """
            SELECT c.key, c.tenant, c.id, c.due_at,
              NOT EXISTS (SELECT 1 FROM service_call_ids AS i WHERE i.id = c.id AND i.tenant = c.tenant),
              c.due_far = 1 AND c.due_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM service_calls_due_later AS l
                WHERE l.partition = c.partition AND l.tenant = c.tenant AND l.due_at = c.due_at AND l.id = c.id)
            FROM service_calls AS c WHERE c.key > ? AND c.key <= ?
            """)
    }

    private static func addMissing(
        _ partition: Int, after ordinal: Int64, to found: inout IndexBacklog.Found, _ scan: borrowing Statement
    ) throws(StoreFailure) {
        try scan.bind(1, RowKey(partition: partition, ordinal: ordinal).value)
        try scan.bind(2, RowKey.last(ofPartition: partition).value)
        while try scan.step() {
            guard let tenant = TenantId(scan.text(1)) else { throw .unreadable("a stored tenant is not valid") }
            let key = RowKey(value: scan.integer(0))
            if scan.integer(4) == 1 {
                found.ids.append(WaitingId(call: ServiceCallKey(tenant: tenant, id: ServiceCallId(try scan.id(2))), key: key))
            }
            if scan.integer(5) == 1 { found.dues.append(WaitingDue(tenant: tenant, dueAt: scan.integer(3), key: key)) }
        }
    }
}
