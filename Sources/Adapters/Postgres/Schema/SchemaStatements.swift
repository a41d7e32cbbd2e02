internal import Ports

/// The numbered migrations of the store. A migration that has been released is never edited: its checksum is stored.
enum SchemaStatements {
    static let all = [
        Migration(number: 1, name: "service calls, events", up: tables, down: dropTables),
        Migration(number: 2, name: "roles and tenants apart", up: isolation, down: dropIsolation),
        Migration(number: leasesNumber, name: "owners and their leases", up: leases, down: dropLeases),
        Migration(number: 4, name: "books: series, numbers, invoices, audit", up: books, down: dropBooks),
        Migration(number: 5, name: "items, cursors, sealed payloads", up: items, down: dropItems),
        Migration(number: 6, name: "anchors of the audit", up: anchors, down: dropAnchors),
        Migration(number: 7, name: "ingestion", up: ingestion, down: dropIngestion),
        Migration(number: 8, name: "octets that need not be kept", up: erasure, down: dropErasure),
        Migration(number: 9, name: "receivers of webhooks", up: receivers, down: dropReceivers),
    ]

    /// The migration from which on the table `partitions` tells who serves it.
    static let leasesNumber = 3

    /// All tables lie in a schema of our own, so that a database may be shared with others.
    static let schema = "ledgerflow"

    /// Where the migrations themselves are kept; made before the first one.
    static let bookkeeping = """
        CREATE SCHEMA IF NOT EXISTS ledgerflow;
        CREATE TABLE IF NOT EXISTS migrations (
          number INTEGER PRIMARY KEY,
          name TEXT NOT NULL,
          checksum TEXT NOT NULL,
          applied_at BIGINT NOT NULL
        );
        """

    private static let tables = """
        -- Times are microseconds since 1970, spans are microseconds.
        -- A key is partition * 2^40 + ordinal (events: + position), so that the rows of a partition lie together in the
        -- order in which they were made. Texts that may hold a NUL are kept as bytes.
        CREATE TABLE store (
          key TEXT PRIMARY KEY,
          value TEXT NOT NULL
        );

        -- head_epoch: the epoch of the commit that reached the head; resolves ambiguous commits.
        -- Updated by every commit: the free room keeps the new versions of a row on its page.
        CREATE TABLE partitions (
          id INTEGER PRIMARY KEY,
          epoch BIGINT NOT NULL,
          head BIGINT NOT NULL,
          head_epoch BIGINT NOT NULL,
          last_ordinal BIGINT NOT NULL,
          published BIGINT NOT NULL
        ) WITH (fillfactor = 10);

        -- What changes in a call's life: short rows.
        -- status: 1 scheduled, 2 running, 3 waiting for a retry, 4 succeeded, 5 failed, 6 cancelled.
        -- due_at stays while an attempt runs, so that its start touches no index; NULL after the end.
        CREATE TABLE service_calls (
          key BIGINT PRIMARY KEY,
          version BIGINT NOT NULL CHECK (version > 0),
          due_at BIGINT,
          attempt_started_at BIGINT,
          attempt_epoch BIGINT,
          ended_at BIGINT,
          created_at BIGINT NOT NULL,
          updated_at BIGINT NOT NULL,
          partition INTEGER NOT NULL,
          status INTEGER NOT NULL CHECK (status BETWEEN 1 AND 6),
          run INTEGER NOT NULL,
          attempts INTEGER NOT NULL,
          attempts_in_run INTEGER NOT NULL,
          id UUID NOT NULL,
          tenant TEXT COLLATE "C" NOT NULL,
          reason TEXT
        ) WITH (fillfactor = 85);
        CREATE UNIQUE INDEX service_calls_by_id ON service_calls (id, tenant);
        CREATE INDEX service_calls_due ON service_calls (partition, tenant, due_at, id) WHERE due_at IS NOT NULL;
        CREATE INDEX service_calls_listed ON service_calls (tenant, created_at, id);

        -- What was asked for: written once. headers and tags are netstrings (name, value, name, value, ...).
        CREATE TABLE service_call_requests (
          key BIGINT PRIMARY KEY,
          due_at BIGINT,
          timeout BIGINT NOT NULL,
          retry_initial_delay BIGINT NOT NULL,
          retry_max_delay BIGINT NOT NULL,
          retry_deadline BIGINT,
          retry_max_attempts INTEGER NOT NULL,
          method TEXT NOT NULL,
          url TEXT NOT NULL,
          host TEXT COLLATE "C" NOT NULL,
          headers BYTEA NOT NULL,
          tags BYTEA NOT NULL,
          retry_statuses TEXT,
          fingerprint BYTEA NOT NULL,
          correlation_id BYTEA NOT NULL,
          body BYTEA NOT NULL
        );
        -- Bodies are sealed, or compressed by whoever sent them: trying to compress them is in vain.
        ALTER TABLE service_call_requests ALTER COLUMN body SET STORAGE EXTERNAL;

        -- Attempts that have ended; outcome is 'succeeded' or the kind of failure.
        CREATE TABLE attempts (
          call BIGINT NOT NULL,
          number INTEGER NOT NULL,
          status INTEGER,
          started_at BIGINT NOT NULL,
          ended_at BIGINT NOT NULL,
          body_bytes BIGINT,
          retry_after BIGINT,
          outcome TEXT NOT NULL,
          detail BYTEA,
          PRIMARY KEY (call, number)
        );

        -- The log, which is the outbox too. type is the stored number of the event type; ordinal is that of the aggregate.
        CREATE TABLE events (
          key BIGINT PRIMARY KEY,
          ordinal BIGINT NOT NULL,
          version BIGINT NOT NULL,
          time BIGINT NOT NULL,
          type INTEGER NOT NULL,
          subject UUID NOT NULL,
          tenant TEXT COLLATE "C" NOT NULL,
          correlation_id BYTEA NOT NULL,
          data BYTEA NOT NULL
        );

        -- Ends the transaction that finds the state of things not to be what it expects.
        CREATE FUNCTION refuse(state TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the state of the store is not the expected one' USING ERRCODE = state; END $$;
        """

    private static let dropTables = """
        DROP FUNCTION refuse(TEXT);
        DROP TABLE events, attempts, service_call_requests, service_calls, partitions, store;
        """

    /// The writer's commits span tenants. The query role sees the tenant of its transaction, and nothing when none is set.
    private static let isolation = """
        GRANT USAGE ON SCHEMA ledgerflow TO ledgerflow_writer, ledgerflow_query;
        GRANT SELECT, INSERT, UPDATE ON store, partitions TO ledgerflow_writer;
        GRANT SELECT, INSERT, UPDATE, DELETE ON service_calls, service_call_requests, attempts, events TO ledgerflow_writer;
        GRANT SELECT ON service_calls, service_call_requests, attempts, events TO ledgerflow_query;
        GRANT SELECT (id, head) ON partitions TO ledgerflow_query;
        REVOKE EXECUTE ON FUNCTION refuse(TEXT) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION refuse(TEXT) TO ledgerflow_writer;

        ALTER TABLE partitions ENABLE ROW LEVEL SECURITY;
        ALTER TABLE partitions FORCE ROW LEVEL SECURITY;
        ALTER TABLE service_calls ENABLE ROW LEVEL SECURITY;
        ALTER TABLE service_calls FORCE ROW LEVEL SECURITY;
        ALTER TABLE service_call_requests ENABLE ROW LEVEL SECURITY;
        ALTER TABLE service_call_requests FORCE ROW LEVEL SECURITY;
        ALTER TABLE attempts ENABLE ROW LEVEL SECURITY;
        ALTER TABLE attempts FORCE ROW LEVEL SECURITY;
        ALTER TABLE events ENABLE ROW LEVEL SECURITY;
        ALTER TABLE events FORCE ROW LEVEL SECURITY;

        CREATE POLICY writes ON partitions TO ledgerflow_writer USING (true) WITH CHECK (true);
        CREATE POLICY writes ON service_calls TO ledgerflow_writer USING (true) WITH CHECK (true);
        CREATE POLICY writes ON service_call_requests TO ledgerflow_writer USING (true) WITH CHECK (true);
        CREATE POLICY writes ON attempts TO ledgerflow_writer USING (true) WITH CHECK (true);
        CREATE POLICY writes ON events TO ledgerflow_writer USING (true) WITH CHECK (true);

        -- Positions of the log are of no tenant; they are shown where a tenant is set.
        CREATE POLICY reads ON partitions FOR SELECT TO ledgerflow_query
          USING (current_setting('ledgerflow.tenant', true) <> '');
        CREATE POLICY reads ON service_calls FOR SELECT TO ledgerflow_query
          USING (tenant = current_setting('ledgerflow.tenant', true));
        CREATE POLICY reads ON events FOR SELECT TO ledgerflow_query
          USING (tenant = current_setting('ledgerflow.tenant', true));
        CREATE POLICY reads ON service_call_requests FOR SELECT TO ledgerflow_query
          USING (EXISTS (SELECT FROM service_calls AS c
            WHERE c.key = service_call_requests.key AND c.tenant = current_setting('ledgerflow.tenant', true)));
        CREATE POLICY reads ON attempts FOR SELECT TO ledgerflow_query
          USING (EXISTS (SELECT FROM service_calls AS c
            WHERE c.key = attempts.call AND c.tenant = current_setting('ledgerflow.tenant', true)));
        """

    private static let dropIsolation =
        ["partitions", "service_calls", "service_call_requests", "attempts", "events"].map {
            """
            DROP POLICY reads ON \($0);
            DROP POLICY writes ON \($0);
            ALTER TABLE \($0) NO FORCE ROW LEVEL SECURITY;
            ALTER TABLE \($0) DISABLE ROW LEVEL SECURITY;
            """
        }.joined(separator: "\n") + """

            REVOKE ALL ON ALL TABLES IN SCHEMA ledgerflow FROM ledgerflow_writer, ledgerflow_query;
            REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ledgerflow FROM ledgerflow_writer, ledgerflow_query;
            REVOKE ALL ON SCHEMA ledgerflow FROM ledgerflow_writer, ledgerflow_query;
            GRANT EXECUTE ON FUNCTION refuse(TEXT) TO PUBLIC;
            """

    private static let leases = """
        -- owner: the engine that serves the partition; it is taken to be alive until lease_until, and has let go when NULL.
        -- predecessor_may_run: the owner before was another engine that had not let go.
        ALTER TABLE partitions ADD COLUMN owner UUID;
        ALTER TABLE partitions ADD COLUMN owner_name TEXT;
        ALTER TABLE partitions ADD COLUMN lease_until TIMESTAMPTZ;
        ALTER TABLE partitions ADD COLUMN predecessor_may_run BOOLEAN NOT NULL DEFAULT false;
        """

    private static let dropLeases = """
        ALTER TABLE partitions
          DROP COLUMN owner, DROP COLUMN owner_name, DROP COLUMN lease_until, DROP COLUMN predecessor_may_run;
        """
}

/// Where a row lies: `partition * 2^40 + ordinal`, so that the rows of one partition are neighbours.
struct RowKey: Hashable, Sendable {
    let value: Int64

    static let ordinalBits: Int64 = 40
    static let ordinals: ClosedRange<Int64> = 1...((1 << ordinalBits) - 1)

    init(value: Int64) { self.value = value }

    /// - Parameter ordinal: from 0 (before the first) to `ordinals.upperBound`.
    init(partition: Int, ordinal: Int64) {
        value = Int64(partition) << Self.ordinalBits | min(max(0, ordinal), Self.ordinals.upperBound)
    }

    /// The last possible key of a partition.
    static func last(ofPartition partition: Int) -> RowKey { RowKey(partition: partition, ordinal: ordinals.upperBound) }

    var ordinal: Int64 { value & Self.ordinals.upperBound }
    var partition: Int { Int(value >> Self.ordinalBits) }
}
