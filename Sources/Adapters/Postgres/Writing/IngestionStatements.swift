internal import Domain
internal import Ports

/// The statements that write what ingestion puts on record, and the octets that it brings. Rows go as one array a column.
enum IngestionStatements {
    private static let (int8, text, bytea, uuid) = (TypeId.int8, TypeId.text, TypeId.bytea, TypeId.uuid)

    static let recordTypes = [int8, int8, int8, uuid, text, text, text, text, text, bytea]
    static let updateTypes = [int8, int8, int8, uuid, text, text, text, bytea]
    static let runTypes = [text, text]
    static let octetTypes = [int8, int8, bytea]

    private static func unnest(_ types: [UInt32]) -> String { WriteStatements.unnest(types) }
    private static func arrays(_ types: [UInt32]) -> [UInt32] { WriteStatements.arrays(types) }

    static let insertRecords = Statement(
        "insert_ingestion", arrays(recordTypes),
        """
        INSERT INTO ingestion_records (key, version, created_at, id, tenant, kind, source, status, number, state)
        SELECT * FROM \(unnest(recordTypes))
        """)

    static let updateRecords = Statement(
        "update_ingestion", arrays(updateTypes),
        """
        WITH changed AS (
          UPDATE ingestion_records AS r SET version = u.version, status = u.status, state = u.state
          FROM \(unnest(updateTypes)) AS u (key, expected, version, id, tenant, kind, status, state)
          WHERE r.key = u.key AND r.id = u.id AND r.tenant = u.tenant AND r.kind = u.kind AND r.version = u.expected RETURNING 1)
        SELECT CASE WHEN count(*) = cardinality($1) THEN 0 ELSE refuse('\(WriteStatements.otherVersion)') END FROM changed
        """)

    /// Of the sources' runs, those that are older than the newest so many and have ended. $1 tenants, $2 sources.
    static let dropRuns = Statement(
        "drop_runs", arrays(runTypes),
        """
        DELETE FROM ingestion_records AS r USING (
          SELECT o.key FROM (SELECT DISTINCT tenant, source FROM \(unnest(runTypes)) AS u (tenant, source)) AS s
          CROSS JOIN LATERAL (
            SELECT key FROM ingestion_records AS i WHERE i.tenant = s.tenant AND i.kind = 'run' AND i.source = s.source
            ORDER BY i.created_at DESC, i.id DESC OFFSET \(IngestionLimits.runsKept)) AS o) AS old
        WHERE r.key = old.key AND r.kind = 'run' AND r.status <> 'running'
        """)

    static let insertOctets = Statement(
        "insert_octets", arrays(octetTypes),
        "INSERT INTO ingestion_contents (key, version, octets) SELECT * FROM \(unnest(octetTypes))")

    static let all = [insertRecords, updateRecords, dropRuns, insertOctets]
}

/// What a commit puts on record of ingestion, in the form in which it is sent.
struct EncodedIngestion: Sendable {
    private(set) var records = Columns(IngestionStatements.recordTypes)
    private(set) var updates = Columns(IngestionStatements.updateTypes)
    /// Of which a run is begun.
    private(set) var sources = Columns(IngestionStatements.runTypes)
    private(set) var octets = Columns(IngestionStatements.octetTypes)

    var size: Int { records.size + updates.size + sources.size + octets.size }

    mutating func insert(_ record: IngestionRecord, _ key: RowKey) {
        records.columns[0].append(key.value)
        records.columns[1].append(record.version)
        records.columns[2].append(record.createdAt.microseconds)
        records.columns[3].append(record.key.id)
        records.columns[4].append(record.tenant.value)
        records.columns[5].append(record.key.kind.rawValue)
        records.columns[6].append(record.source.value)
        records.columns[7].append(record.status)
        records.columns[8].append(record.number)
        records.columns[9].append(record.storedState)
        guard record.key.kind == .run else { return }
        sources.columns[0].append(record.tenant.value)
        sources.columns[1].append(record.source.value)
    }

    mutating func update(_ record: IngestionRecord, _ key: RowKey, expectedVersion: Int64) {
        updates.columns[0].append(key.value)
        updates.columns[1].append(expectedVersion)
        updates.columns[2].append(record.version)
        updates.columns[3].append(record.key.id)
        updates.columns[4].append(record.tenant.value)
        updates.columns[5].append(record.key.kind.rawValue)
        updates.columns[6].append(record.status)
        updates.columns[7].append(record.storedState)
    }

    mutating func insert(_ content: IngestionContent, _ key: RowKey) {
        octets.columns[0].append(key.value)
        octets.columns[1].append(content.version)
        octets.columns[2].append(content.octets)
    }
}
