internal import Domain
internal import Ports

/// How a record of ingestion stands in its row.
enum IngestionRow {
    /// The columns that `read` expects, from `ingestion_records AS r`.
    static let columns = "r.key, r.version, r.tenant, r.kind, r.id, r.state, r.created_at"

    static func read(_ rows: Rows, _ row: Int) throws(StoreFailure) -> IngestionRecord {
        guard let kind = IngestionKey.Kind(rawValue: rows.text(row, 3)),
            let record = IngestionRecord(
                key: IngestionKey(kind: kind, id: try rows.id(row, 4)), tenant: try BookRow.tenant(rows, row, 2),
                version: rows.integer(row, 1), storedState: rows.bytes(row, 5))
        else { throw .unreadable("a stored record of ingestion cannot be read") }
        return record
    }
}
