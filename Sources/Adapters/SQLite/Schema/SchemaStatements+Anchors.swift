extension SchemaStatements {
    /// Signed statements of where the audit chains stood.
    static let anchors = """
        -- entries: how many entries of the chain are covered. public_key and signature: Ed25519 over a text that AuditAnchor makes of these
        -- columns and the store's id. Rows are added, and never changed or taken away.
        CREATE TABLE audit_anchors (
          partition INTEGER NOT NULL,
          tenant TEXT NOT NULL,
          entries INTEGER NOT NULL,
          head_hash BLOB NOT NULL,
          signed_at INTEGER NOT NULL,
          public_key BLOB NOT NULL,
          signature BLOB NOT NULL,
          PRIMARY KEY (partition, tenant, entries)
        ) STRICT, WITHOUT ROWID;
        """

    static let withoutAnchors = """
        DROP TABLE audit_anchors;
        """
}
