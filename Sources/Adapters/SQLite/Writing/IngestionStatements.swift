internal import Domain
internal import Ports

/// The statements that write what ingestion puts on record, and the octets that it brings. Used by the writer's thread alone.
final class IngestionStatements {
    private let insert: Statement
    private let update: Statement
    private let dropRuns: Statement
    private let insertOctets: Statement

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        insert = try Statement(
            connection,
            """
            INSERT INTO ingestion_records (key, version, status, state, tenant, kind, id, source, number, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        update = try Statement(
            connection,
            """
            UPDATE ingestion_records SET version = ?2, status = ?3, state = ?4
            WHERE key = ?1 AND tenant = ?5 AND kind = ?6 AND id = ?7 AND version = ?8
            """)
        dropRuns = try Statement(connection, Self.dropRunsQuery)
        insertOctets = try Statement(connection, "INSERT INTO ingestion_contents (key, version, octets) VALUES (?, ?, ?)")
    }

    /// Of a source's runs, those that are older than the newest so many and have ended.
    static let dropRunsQuery = """
        DELETE FROM ingestion_records WHERE status <> 'running' AND key IN (
          SELECT key FROM ingestion_records INDEXED BY ingestion_records_by_source
          WHERE tenant = ?1 AND kind = 'run' AND source = ?2 ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?3)
        """

    func apply(_ record: IngestionRecord, _ key: RowKey, expectedVersion: Int64) throws(StoreFailure) {
        guard expectedVersion == 0 else {
            try bind(record, key, to: update)
            try update.bind(8, expectedVersion)
            try update.run()
            guard update.changes == 1 else { throw .fault(.rejected("a record of ingestion has not the version that the commit expects")) }
            return
        }
        try bind(record, key, to: insert)
        try insert.bind(8, text: record.source.value)
        try insert.bind(9, text: record.number)
        try insert.bind(10, record.createdAt)
        try insert.run()
        guard record.key.kind == .run else { return }
        try dropRuns.bind(1, text: record.tenant.value)
        try dropRuns.bind(2, text: record.source.value)
        try dropRuns.bind(3, IngestionLimits.runsKept)
        try dropRuns.run()
    }

    private func bind(_ record: IngestionRecord, _ key: RowKey, to statement: borrowing Statement) throws(StoreFailure) {
        try statement.bind(1, key.value)
        try statement.bind(2, record.version)
        try statement.bind(3, text: record.status)
        try statement.bind(4, blob: record.storedState)
        try statement.bind(5, text: record.tenant.value)
        try statement.bind(6, text: record.key.kind.rawValue)
        try statement.bind(7, record.key.id)
    }

    func write(_ content: IngestionContent, _ key: RowKey) throws(StoreFailure) {
        try insertOctets.bind(1, key.value)
        try insertOctets.bind(2, content.version)
        try insertOctets.bind(3, blob: content.octets)
        try insertOctets.run()
    }
}
