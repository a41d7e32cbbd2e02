extension SchemaStatements {
    /// What comes from sources. The sources themselves are items.
    static let ingestion =
        """
        -- Documents, parts of batches in quarantine, and runs. state is JSON that only ever gains members; the columns before it repeat what
        -- lists are narrowed by. number: of documents alone. No index holds what changes.
        CREATE TABLE ingestion_records (
          key BIGINT PRIMARY KEY,
          version BIGINT NOT NULL CHECK (version > 0),
          created_at BIGINT NOT NULL,
          id UUID NOT NULL,
          tenant TEXT COLLATE "C" NOT NULL,
          kind TEXT COLLATE "C" NOT NULL,
          source TEXT COLLATE "C" NOT NULL,
          status TEXT COLLATE "C" NOT NULL,
          number TEXT COLLATE "C",
          state BYTEA NOT NULL
        ) WITH (fillfactor = 85);
        CREATE UNIQUE INDEX ingestion_records_by_id ON ingestion_records (id, tenant, kind);
        CREATE INDEX ingestion_records_listed ON ingestion_records (tenant, kind, created_at, id);
        CREATE INDEX ingestion_records_of_source ON ingestion_records (tenant, kind, source, created_at, id);
        CREATE INDEX ingestion_records_numbered ON ingestion_records (tenant, number, created_at, id) WHERE number IS NOT NULL;

        -- The octets of each version, as they came. key is that of the record.
        CREATE TABLE ingestion_contents (
          key BIGINT NOT NULL,
          version BIGINT NOT NULL CHECK (version > 0),
          octets BYTEA NOT NULL,
          PRIMARY KEY (key, version)
        );

        GRANT SELECT, INSERT, UPDATE, DELETE ON ingestion_records TO ledgerflow_writer;
        -- Written once: no statement changes or takes away what was received.
        GRANT SELECT, INSERT ON ingestion_contents TO ledgerflow_writer;
        GRANT SELECT ON ingestion_records, ingestion_contents TO ledgerflow_query;

        """
        + ["ingestion_records", "ingestion_contents"].map {
            """
            ALTER TABLE \($0) ENABLE ROW LEVEL SECURITY;
            ALTER TABLE \($0) FORCE ROW LEVEL SECURITY;
            CREATE POLICY writes ON \($0) TO ledgerflow_writer USING (true) WITH CHECK (true);

            """
        }.joined() + """
            -- Of what was received nothing goes; of runs, those that are over may.
            CREATE POLICY keeps ON ingestion_records AS RESTRICTIVE FOR DELETE TO ledgerflow_writer
              USING (kind = 'run' AND status <> 'running');
            CREATE POLICY reads ON ingestion_records FOR SELECT TO ledgerflow_query
              USING (tenant = current_setting('ledgerflow.tenant', true));
            CREATE POLICY reads ON ingestion_contents FOR SELECT TO ledgerflow_query
              USING (EXISTS (SELECT FROM ingestion_records AS r
                WHERE r.key = ingestion_contents.key AND r.tenant = current_setting('ledgerflow.tenant', true)));
            """

    /// Retention may take octets away, in a transaction that says so; any other deletion finds none.
    static let erasure = """
        GRANT DELETE ON ingestion_contents TO ledgerflow_writer;
        CREATE POLICY keeps ON ingestion_contents AS RESTRICTIVE FOR DELETE TO ledgerflow_writer
          USING (current_setting('ledgerflow.erasing', true) = 'on');
        """

    static let dropErasure = """
        DROP POLICY keeps ON ingestion_contents;
        REVOKE DELETE ON ingestion_contents FROM ledgerflow_writer;
        """

    /// The version before knows no sources: neither they nor their events mean anything to it.
    ///
    /// Rows are changed under the writer's role: row level security hides them from the owner of the tables.
    static let dropIngestion = """
        SET LOCAL ROLE ledgerflow_writer;
        DELETE FROM items WHERE kind IN ('ingestion-source', 'ingestion-progress');
        UPDATE items SET state = convert_to((convert_from(state, 'UTF8')::jsonb - 'sources')::text, 'UTF8') WHERE kind = 'counts';
        DELETE FROM events WHERE type BETWEEN 801 AND 899;
        RESET ROLE;
        DROP TABLE ingestion_contents, ingestion_records;
        """
}
