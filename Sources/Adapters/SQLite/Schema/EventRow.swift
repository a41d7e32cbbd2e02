internal import Domain
internal import Ports

/// How an event stands in its row.
enum EventRow {
    /// The columns that `read` expects, from `events`.
    static let columns = "key, tenant, subject, ordinal, version, type, time, correlation_id, data"

    static func read(_ row: borrowing Statement) throws(StoreFailure) -> CommittedEvent {
        let key = RowKey(value: row.integer(0))
        guard let tenant = TenantId(row.text(1)) else { throw .unreadable("a stored tenant is not valid") }
        guard let type = EventType(code: Int32(truncatingIfNeeded: row.integer(5))) else {
            throw .unreadable("a stored event is of a type that this program does not know")
        }
        return CommittedEvent(
            partition: PartitionId(key.partition), position: key.ordinal, tenant: tenant, subject: try row.id(2), ordinal: row.integer(3),
            version: row.integer(4), type: type, time: row.instant(6), correlationId: row.text(7), data: row.blob(8))
    }
}
