extension SchemaStatements {
    /// No table changes. The number keeps a version away that would find items, records and events here which mean nothing to it.
    static let receivers = "-- Receivers of webhooks are items, and their messages records of ingestion."

    static let withoutReceivers = """
        DELETE FROM ingestion_contents WHERE key IN (SELECT key FROM ingestion_records WHERE kind = 'message');
        DELETE FROM ingestion_records WHERE kind = 'message';
        DELETE FROM items WHERE kind = 'ingestion-receiver';
        UPDATE items SET state = CAST(json_remove(CAST(state AS TEXT), '$.receivers') AS BLOB) WHERE kind = 'counts';
        DELETE FROM events WHERE type BETWEEN 841 AND 859;
        """
}
