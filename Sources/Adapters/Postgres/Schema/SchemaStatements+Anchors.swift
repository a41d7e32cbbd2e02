extension SchemaStatements {
    /// Signed statements of where the audit chains stood.
    static let anchors = """
        -- entries: how many entries of the chain are covered. public_key and signature: Ed25519 over a text that AuditAnchor makes of these
        -- columns and the store's id.
        CREATE TABLE audit_anchors (
          entries BIGINT NOT NULL CHECK (entries > 0),
          signed_at BIGINT NOT NULL,
          partition INTEGER NOT NULL,
          tenant TEXT COLLATE "C" NOT NULL,
          head_hash BYTEA NOT NULL,
          public_key BYTEA NOT NULL,
          signature BYTEA NOT NULL,
          PRIMARY KEY (partition, tenant, entries)
        );
        -- Like the audit itself: rows are added, and never changed or taken away.
        GRANT SELECT, INSERT ON audit_anchors TO ledgerflow_writer;
        GRANT SELECT ON audit_anchors TO ledgerflow_query;
        ALTER TABLE audit_anchors ENABLE ROW LEVEL SECURITY;
        ALTER TABLE audit_anchors FORCE ROW LEVEL SECURITY;
        CREATE POLICY writes ON audit_anchors TO ledgerflow_writer USING (true) WITH CHECK (true);
        CREATE POLICY reads ON audit_anchors FOR SELECT TO ledgerflow_query USING (tenant = current_setting('ledgerflow.tenant', true));
        """

    static let dropAnchors = """
        DROP TABLE audit_anchors;
        """
}
