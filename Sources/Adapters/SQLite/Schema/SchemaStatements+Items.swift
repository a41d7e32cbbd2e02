extension SchemaStatements {
    /// What a tenant keeps besides its documents, how far it is followed, and payloads that are kept sealed.
    static let items = """
        -- From now on a call's payload (query, header fields, body) is sealed, and headers and body are empty; both NULL and empty: it has
        -- none. Rows from before keep theirs as they are. body_bytes: how long the body is. origin: the schedule or subscription that
        -- the call came from. erased: 1 when retention has taken the payload away. What is long comes last.
        ALTER TABLE service_call_requests ADD COLUMN body_bytes INTEGER;
        ALTER TABLE service_call_requests ADD COLUMN redirects INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE service_call_requests ADD COLUMN origin TEXT;
        ALTER TABLE service_call_requests ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE service_call_requests ADD COLUMN sealed BLOB;
        -- The beginning of the answer, redacted and sealed.
        ALTER TABLE attempts ADD COLUMN snippet BLOB;
        -- Events up to this position were taken out of the log.
        ALTER TABLE partitions ADD COLUMN trimmed INTEGER NOT NULL DEFAULT 0;

        -- Schedules, subscriptions, keys and holds: one table for all kinds. state is JSON that only ever gains members. A deleted one
        -- stays, so that its identifier is not given to another.
        CREATE TABLE items (
          key INTEGER PRIMARY KEY,
          partition INTEGER NOT NULL,
          tenant TEXT NOT NULL,
          kind TEXT NOT NULL,
          id TEXT NOT NULL,
          version INTEGER NOT NULL,
          deleted INTEGER NOT NULL,
          state BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX items_by_id ON items (tenant, kind, id);
        CREATE INDEX items_in_use ON items (partition, kind, tenant, id) WHERE deleted = 0;

        -- How far what an item asks for is done. place: numbers separated by commas; within one generation none of them ever falls.
        CREATE TABLE follower_cursors (
          partition INTEGER NOT NULL,
          kind TEXT NOT NULL,
          tenant TEXT NOT NULL,
          id TEXT NOT NULL,
          generation INTEGER NOT NULL,
          place TEXT NOT NULL,
          state BLOB NOT NULL,
          PRIMARY KEY (partition, kind, tenant, id)
        ) STRICT, WITHOUT ROWID;
        """

    /// A call whose payload is sealed cannot be sent by the version before; it is cancelled rather than sent without it.
    static let withoutItems = """
        DELETE FROM service_calls_due_later WHERE key IN (
          SELECT c.key FROM service_calls AS c JOIN service_call_requests AS r ON r.key = c.key
          WHERE (r.sealed IS NOT NULL OR r.erased = 1) AND c.status IN (1, 2, 3));
        UPDATE service_calls SET status = 6, ended_at = updated_at, due_at = NULL, due_far = 0, attempt_started_at = NULL,
          attempt_epoch = NULL, reason = NULL
        WHERE status IN (1, 2, 3) AND key IN (SELECT key FROM service_call_requests WHERE sealed IS NOT NULL OR erased = 1);
        DROP TABLE follower_cursors;
        DROP TABLE items;
        DELETE FROM events WHERE type >= 401;
        ALTER TABLE partitions DROP COLUMN trimmed;
        ALTER TABLE attempts DROP COLUMN snippet;
        ALTER TABLE service_call_requests DROP COLUMN sealed;
        ALTER TABLE service_call_requests DROP COLUMN erased;
        ALTER TABLE service_call_requests DROP COLUMN origin;
        ALTER TABLE service_call_requests DROP COLUMN redirects;
        ALTER TABLE service_call_requests DROP COLUMN body_bytes;
        """
}
