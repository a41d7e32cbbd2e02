internal import Domain
internal import Ports

/// How a record of ingestion stands in its row.
enum IngestionRow {
    /// The columns that `read` expects, from `ingestion_records`. What else lists look at follows.
    static let columns = "key, version, tenant, kind, id, state, created_at, status, source"

    static func read(_ row: borrowing Statement) throws(StoreFailure) -> IngestionRecord {
        guard let tenant = TenantId(row.text(2)), let kind = IngestionKey.Kind(rawValue: row.text(3)),
            let record = IngestionRecord(
                key: IngestionKey(kind: kind, id: try row.id(4)), tenant: tenant, version: row.integer(1), storedState: row.blob(5))
        else { throw .unreadable("a stored record of ingestion is not valid") }
        return record
    }

    static func key(_ row: borrowing Statement) -> RowKey { RowKey(value: row.integer(0)) }

    static func place(_ row: borrowing Statement) throws(StoreFailure) -> IngestionPlace {
        IngestionPlace(createdAt: row.instant(6), id: try row.id(4))
    }
}
