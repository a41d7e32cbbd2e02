extension SchemaStatements {
    /// No table changes. The number keeps a version away that would find items, records and events here which mean nothing to it.
    static let receivers = """
        COMMENT ON TABLE ingestion_records IS 'Documents, parts of batches in quarantine, runs, and messages of receivers of webhooks.';
        """

    /// Rows are changed under the writer's role: row level security hides them from the owner of the tables, who sets aside for that time
    /// that nothing which was received goes.
    static let dropReceivers = """
        DROP POLICY keeps ON ingestion_records;
        SET LOCAL ROLE ledgerflow_writer;
        SET LOCAL ledgerflow.erasing = 'on';
        DELETE FROM ingestion_contents AS c USING ingestion_records AS r WHERE r.key = c.key AND r.kind = 'message';
        DELETE FROM ingestion_records WHERE kind = 'message';
        DELETE FROM items WHERE kind = 'ingestion-receiver';
        UPDATE items SET state = convert_to((convert_from(state, 'UTF8')::jsonb - 'receivers')::text, 'UTF8') WHERE kind = 'counts';
        DELETE FROM events WHERE type BETWEEN 841 AND 859;
        SET LOCAL ledgerflow.erasing = 'off';
        RESET ROLE;
        CREATE POLICY keeps ON ingestion_records AS RESTRICTIVE FOR DELETE TO ledgerflow_writer
          USING (kind = 'run' AND status <> 'running');
        COMMENT ON TABLE ingestion_records IS NULL;
        """
}
