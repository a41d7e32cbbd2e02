extension SchemaStatements {
    /// What comes from sources. The sources themselves are items.
    static let ingestion = """
        -- Documents, parts of batches in quarantine, and runs. state is JSON that only ever gains members; the columns before it repeat what
        -- lists are narrowed by. number: of documents alone.
        CREATE TABLE ingestion_records (
          key INTEGER PRIMARY KEY,
          tenant TEXT NOT NULL,
          kind TEXT NOT NULL,
          id BLOB NOT NULL,
          version INTEGER NOT NULL,
          source TEXT NOT NULL,
          status TEXT NOT NULL,
          number TEXT,
          created_at INTEGER NOT NULL,
          state BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX ingestion_records_by_id ON ingestion_records (tenant, kind, id);
        CREATE INDEX ingestion_records_by_creation ON ingestion_records (tenant, kind, created_at, id);
        CREATE INDEX ingestion_records_by_source ON ingestion_records (tenant, kind, source, created_at, id);
        CREATE INDEX ingestion_records_by_number ON ingestion_records (tenant, number, created_at, id) WHERE number IS NOT NULL;

        -- The octets of each version, as they came: written once, in the order of the commits. key is that of the record.
        CREATE TABLE ingestion_contents (
          key INTEGER NOT NULL,
          version INTEGER NOT NULL,
          octets BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX ingestion_contents_by_version ON ingestion_contents (key, version);
        """

    /// The version before knows no sources: neither they nor their events mean anything to it.
    static let withoutIngestion = """
        DROP TABLE ingestion_contents;
        DROP TABLE ingestion_records;
        DELETE FROM items WHERE kind IN ('ingestion-source', 'ingestion-progress');
        UPDATE items SET state = CAST(json_remove(CAST(state AS TEXT), '$.sources') AS BLOB) WHERE kind = 'counts';
        DELETE FROM events WHERE type BETWEEN 801 AND 899;
        """
}
