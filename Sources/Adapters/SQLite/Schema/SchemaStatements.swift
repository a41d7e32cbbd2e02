internal import Ports

/// The numbered migrations of the store. A migration that has been released is never edited: its checksum is stored.
enum SchemaStatements {
    static let all = [
        Migration(number: 1, name: "service calls, events", up: first, down: withoutFirst),
        Migration(number: 2, name: "indexes written behind", up: second, down: withoutSecond),
        Migration(number: 3, name: "books, audit", up: third, down: withoutThird),
        Migration(number: 4, name: "items, cursors, sealed payloads", up: items, down: withoutItems),
        Migration(number: 5, name: "anchors of the audit", up: anchors, down: withoutAnchors),
        Migration(number: 6, name: "ingestion", up: ingestion, down: withoutIngestion),
        Migration(number: 7, name: "receivers of webhooks", up: receivers, down: withoutReceivers),
    ]

    /// `PRAGMA application_id` of the product's databases: "LFLW".
    static let applicationId: Int64 = 0x4C46_4C57

    /// Where the migrations themselves are kept; made before the first one.
    static let bookkeeping = """
        CREATE TABLE IF NOT EXISTS migrations (
          number INTEGER PRIMARY KEY,
          name TEXT NOT NULL,
          checksum TEXT NOT NULL,
          applied_at INTEGER NOT NULL
        ) STRICT
        """

    private static let first = """
        -- Times are microseconds since 1970, spans are microseconds.
        -- A key is partition * 2^40 + ordinal (events: + position), so that the rows of a partition lie together in the
        -- order in which they were made.
        CREATE TABLE store (
          key TEXT PRIMARY KEY,
          value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- head_epoch: the epoch under which the last commit was made; it tells whose commit that was.
        CREATE TABLE partitions (
          id INTEGER PRIMARY KEY,
          epoch INTEGER NOT NULL,
          head INTEGER NOT NULL,
          -- The epoch of the commit that reached the head: resolves ambiguous commits.
          head_epoch INTEGER NOT NULL,
          last_ordinal INTEGER NOT NULL,
          published INTEGER NOT NULL
        ) STRICT;

        -- What changes in a call's life: short rows.
        -- status: 1 scheduled, 2 running, 3 waiting for a retry, 4 succeeded, 5 failed, 6 cancelled.
        -- due_at stays while an attempt runs, so that its start touches no index; NULL after the end.
        CREATE TABLE service_calls (
          key INTEGER PRIMARY KEY,
          partition INTEGER NOT NULL,
          tenant TEXT NOT NULL,
          id BLOB NOT NULL,
          version INTEGER NOT NULL,
          status INTEGER NOT NULL,
          due_at INTEGER,
          attempt_started_at INTEGER,
          attempt_epoch INTEGER,
          run INTEGER NOT NULL,
          attempts INTEGER NOT NULL,
          attempts_in_run INTEGER NOT NULL,
          ended_at INTEGER,
          reason TEXT,
          created_at INTEGER NOT NULL,
          updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX service_calls_by_id ON service_calls (id, tenant);
        CREATE INDEX service_calls_due ON service_calls (partition, tenant, due_at, id) WHERE due_at IS NOT NULL;

        -- What was asked for: written once. headers and tags are netstrings (name, value, name, value, ...).
        CREATE TABLE service_call_requests (
          key INTEGER PRIMARY KEY,
          method TEXT NOT NULL,
          url TEXT NOT NULL,
          host TEXT NOT NULL,
          headers BLOB NOT NULL,
          tags BLOB NOT NULL,
          due_at INTEGER,
          timeout INTEGER NOT NULL,
          retry_max_attempts INTEGER NOT NULL,
          retry_initial_delay INTEGER NOT NULL,
          retry_max_delay INTEGER NOT NULL,
          retry_deadline INTEGER,
          retry_statuses TEXT,
          fingerprint BLOB NOT NULL,
          correlation_id TEXT NOT NULL,
          body BLOB NOT NULL
        ) STRICT;

        -- Attempts that have ended; outcome is 'succeeded' or the kind of failure.
        CREATE TABLE attempts (
          call INTEGER NOT NULL,
          number INTEGER NOT NULL,
          started_at INTEGER NOT NULL,
          ended_at INTEGER NOT NULL,
          outcome TEXT NOT NULL,
          status INTEGER,
          body_bytes INTEGER,
          detail TEXT,
          retry_after INTEGER,
          PRIMARY KEY (call, number)
        ) STRICT, WITHOUT ROWID;

        -- The log, which is the outbox too. type is the stored number of the event type; ordinal is that of the aggregate.
        CREATE TABLE events (
          key INTEGER PRIMARY KEY,
          tenant TEXT NOT NULL,
          subject BLOB NOT NULL,
          ordinal INTEGER NOT NULL,
          version INTEGER NOT NULL,
          type INTEGER NOT NULL,
          time INTEGER NOT NULL,
          correlation_id TEXT NOT NULL,
          data BLOB NOT NULL
        ) STRICT;
        """
}

extension SchemaStatements {
    fileprivate static let second = """
        -- The index by id, and the one by due times that were far when the call was made, are written behind the commits, in the
        -- order of their keys. indexed_through: calls with ordinals up to it are in both; those above may have to be entered still.
        ALTER TABLE partitions ADD COLUMN indexed_through INTEGER NOT NULL DEFAULT 0;
        UPDATE partitions SET indexed_through = last_ordinal;

        CREATE TABLE service_call_ids (
          id BLOB NOT NULL,
          tenant TEXT NOT NULL,
          key INTEGER NOT NULL,
          PRIMARY KEY (id, tenant)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO service_call_ids (id, tenant, key) SELECT id, tenant, key FROM service_calls ORDER BY id, tenant;
        DROP INDEX service_calls_by_id;

        -- due_far: 1 when due_at is to be found in service_calls_due_later, 0 when it is in the index service_calls_due. It is 1 only
        -- as long as the call has the due time that it was made with.
        ALTER TABLE service_calls ADD COLUMN due_far INTEGER NOT NULL DEFAULT 0;
        DROP INDEX service_calls_due;
        CREATE INDEX service_calls_due ON service_calls (partition, tenant, due_at, id) WHERE due_at IS NOT NULL AND due_far = 0;
        CREATE TABLE service_calls_due_later (
          partition INTEGER NOT NULL,
          tenant TEXT NOT NULL,
          due_at INTEGER NOT NULL,
          id BLOB NOT NULL,
          key INTEGER NOT NULL,
          PRIMARY KEY (partition, tenant, due_at, id)
        ) STRICT, WITHOUT ROWID;
        """
}

extension SchemaStatements {
    fileprivate static let third = """
        -- Number series. state is JSON that only ever gains members; it holds the last number of each period.
        CREATE TABLE series (
          tenant TEXT NOT NULL,
          id TEXT NOT NULL,
          partition INTEGER NOT NULL,
          ordinal INTEGER NOT NULL,
          version INTEGER NOT NULL,
          state BLOB NOT NULL,
          PRIMARY KEY (tenant, id)
        ) STRICT, WITHOUT ROWID;

        -- What changes in an invoice's life. state is JSON that only ever gains members; the columns before it repeat what lists are
        -- narrowed by. content_digest is SHA-256 of the row's document, so that a document is written only when it is another one.
        CREATE TABLE invoices (
          key INTEGER PRIMARY KEY,
          tenant TEXT NOT NULL,
          id BLOB NOT NULL,
          version INTEGER NOT NULL,
          status TEXT NOT NULL,
          type_code TEXT NOT NULL,
          number TEXT,
          series TEXT,
          credit_of BLOB,
          issue_date TEXT,
          created_at INTEGER NOT NULL,
          content_digest BLOB NOT NULL,
          state BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX invoices_by_id ON invoices (tenant, id);
        CREATE INDEX invoices_by_creation ON invoices (tenant, created_at, id);
        CREATE INDEX invoices_by_original ON invoices (tenant, credit_of, created_at, id) WHERE credit_of IS NOT NULL;

        -- The documents, as JSON.
        CREATE TABLE invoice_contents (
          key INTEGER PRIMARY KEY,
          content BLOB NOT NULL
        ) STRICT;

        -- Every number that was given, with the document that it is bound to. printed_key is the printed number in capitals and without
        -- punctuation.
        CREATE TABLE numbers (
          tenant TEXT NOT NULL,
          series TEXT NOT NULL,
          period TEXT NOT NULL,
          sequence INTEGER NOT NULL,
          printed TEXT NOT NULL,
          printed_key TEXT NOT NULL,
          document TEXT NOT NULL,
          allocated_at INTEGER NOT NULL,
          void_reason TEXT,
          voided_at INTEGER,
          PRIMARY KEY (tenant, series, period, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX numbers_by_print ON numbers (tenant, printed_key);
        CREATE UNIQUE INDEX numbers_by_document ON numbers (tenant, series, document);

        -- The audit: what each commit added to a tenant's chain in a partition. bytes holds the entries; the hashes are SHA-256.
        CREATE TABLE audit (
          partition INTEGER NOT NULL,
          tenant TEXT NOT NULL,
          previous_count INTEGER NOT NULL,
          head_count INTEGER NOT NULL,
          previous_hash BLOB NOT NULL,
          head_hash BLOB NOT NULL,
          bytes BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX audit_by_head ON audit (partition, tenant, head_count);
        """
}

extension SchemaStatements {
    fileprivate static let withoutThird = """
        DROP TABLE audit;
        DROP TABLE numbers;
        DROP TABLE invoice_contents;
        DROP TABLE invoices;
        DROP TABLE series;
        DELETE FROM events WHERE type NOT BETWEEN 101 AND 110;
        """

    fileprivate static let withoutFirst = """
        DROP TABLE attempts;
        DROP TABLE events;
        DROP TABLE service_call_requests;
        DROP TABLE service_calls;
        DROP TABLE partitions;
        DROP TABLE store;
        """

    fileprivate static let withoutSecond = """
        DROP TABLE service_calls_due_later;
        DROP TABLE service_call_ids;
        DROP INDEX service_calls_due;
        ALTER TABLE service_calls DROP COLUMN due_far;
        ALTER TABLE partitions DROP COLUMN indexed_through;
        CREATE UNIQUE INDEX service_calls_by_id ON service_calls (id, tenant);
        CREATE INDEX service_calls_due ON service_calls (partition, tenant, due_at, id) WHERE due_at IS NOT NULL;
        """
}

/// Where a row lies: `partition * 2^40 + ordinal`, so that the rows of one partition are neighbours.
struct RowKey: Hashable, Comparable, Sendable {
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

    static func < (a: RowKey, b: RowKey) -> Bool { a.value < b.value }
}
