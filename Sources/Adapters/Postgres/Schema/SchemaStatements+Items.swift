extension SchemaStatements {
    /// What a tenant keeps besides its documents, how far it is followed, and payloads that are kept sealed.
    static let items = """
        -- From now on a call's payload (query, header fields, body) is sealed, and headers and body are empty; both NULL and empty: it has
        -- none. Rows from before keep theirs as they are. body_bytes: how long the body is. origin: the schedule or subscription that
        -- the call came from. erased: 1 when retention has taken the payload away.
        ALTER TABLE service_call_requests ADD COLUMN body_bytes BIGINT;
        ALTER TABLE service_call_requests ADD COLUMN redirects INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE service_call_requests ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE service_call_requests ADD COLUMN origin TEXT COLLATE "C";
        ALTER TABLE service_call_requests ADD COLUMN sealed BYTEA;
        ALTER TABLE service_call_requests ALTER COLUMN sealed SET STORAGE EXTERNAL;
        -- The beginning of the answer, redacted and sealed.
        ALTER TABLE attempts ADD COLUMN snippet BYTEA;
        ALTER TABLE attempts ALTER COLUMN snippet SET STORAGE EXTERNAL;
        -- Events up to this position were taken out of the log.
        ALTER TABLE partitions ADD COLUMN trimmed BIGINT NOT NULL DEFAULT 0;
        GRANT SELECT (trimmed) ON partitions TO ledgerflow_query;

        -- Schedules, subscriptions, keys and holds: one table for all kinds. state is JSON that only ever gains members. A deleted one
        -- stays, so that its identifier is not given to another.
        CREATE TABLE items (
          key BIGINT PRIMARY KEY,
          version BIGINT NOT NULL CHECK (version > 0),
          partition INTEGER NOT NULL,
          deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
          tenant TEXT COLLATE "C" NOT NULL,
          kind TEXT COLLATE "C" NOT NULL,
          id TEXT COLLATE "C" NOT NULL,
          state BYTEA NOT NULL
        ) WITH (fillfactor = 80);
        CREATE UNIQUE INDEX items_by_id ON items (tenant, kind, id);
        CREATE INDEX items_in_use ON items (partition, kind, tenant, id) WHERE deleted = 0;

        -- How far what an item asks for is done. Within one generation no number of place ever falls.
        -- Updated often: the free room keeps the new versions of a row on its page.
        CREATE TABLE follower_cursors (
          generation BIGINT NOT NULL,
          partition INTEGER NOT NULL,
          kind TEXT COLLATE "C" NOT NULL,
          tenant TEXT COLLATE "C" NOT NULL,
          id TEXT COLLATE "C" NOT NULL,
          place BIGINT[] NOT NULL,
          state BYTEA NOT NULL,
          PRIMARY KEY (partition, kind, tenant, id)
        ) WITH (fillfactor = 50);

        GRANT SELECT, INSERT, UPDATE, DELETE ON items, follower_cursors TO ledgerflow_writer;
        -- Numbers that were taken over from another system can be taken back; those that were given here cannot, by no statement.
        CREATE FUNCTION keep_number() RETURNS TRIGGER LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        DECLARE given JSONB;
        BEGIN
          SELECT convert_from(s.state, 'UTF8')::jsonb -> 'allocated' INTO given
          FROM ledgerflow.series AS s WHERE s.tenant = OLD.tenant AND s.id = OLD.series;
          IF jsonb_typeof(given) = 'object' AND coalesce((given ->> OLD.period)::bigint < OLD.sequence, true) THEN RETURN OLD; END IF;
          RAISE EXCEPTION 'a number that was given here cannot be taken back' USING ERRCODE = 'restrict_violation';
        END $$;
        REVOKE EXECUTE ON FUNCTION keep_number() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION keep_number() TO ledgerflow_writer;
        CREATE TRIGGER keep_number BEFORE DELETE ON numbers FOR EACH ROW EXECUTE FUNCTION keep_number();
        GRANT DELETE ON numbers TO ledgerflow_writer;
        GRANT SELECT ON items, follower_cursors TO ledgerflow_query;

        """
        + ["items", "follower_cursors"].map {
            """
            ALTER TABLE \($0) ENABLE ROW LEVEL SECURITY;
            ALTER TABLE \($0) FORCE ROW LEVEL SECURITY;
            CREATE POLICY writes ON \($0) TO ledgerflow_writer USING (true) WITH CHECK (true);
            CREATE POLICY reads ON \($0) FOR SELECT TO ledgerflow_query USING (tenant = current_setting('ledgerflow.tenant', true));
            """
        }.joined(separator: "\n")

    /// A call whose payload is sealed cannot be sent by the version before; it is cancelled rather than sent without it.
    ///
    /// Rows are changed under the writer's role: row level security hides them from the owner of the tables.
    static let dropItems = """
        SET LOCAL ROLE ledgerflow_writer;
        UPDATE service_calls AS c SET status = 6, ended_at = c.updated_at, due_at = NULL, attempt_started_at = NULL, attempt_epoch = NULL,
          reason = NULL
        FROM service_call_requests AS r
        WHERE r.key = c.key AND (r.sealed IS NOT NULL OR r.erased = 1) AND c.status IN (1, 2, 3);
        DELETE FROM events WHERE type >= 401;
        RESET ROLE;
        REVOKE DELETE ON numbers FROM ledgerflow_writer;
        DROP TRIGGER keep_number ON numbers;
        DROP FUNCTION keep_number();
        DROP TABLE follower_cursors, items;
        ALTER TABLE partitions DROP COLUMN trimmed;
        ALTER TABLE attempts DROP COLUMN snippet;
        ALTER TABLE service_call_requests
          DROP COLUMN sealed, DROP COLUMN erased, DROP COLUMN origin, DROP COLUMN redirects, DROP COLUMN body_bytes;
        """
}
