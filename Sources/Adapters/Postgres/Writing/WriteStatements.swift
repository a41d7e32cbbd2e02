/// The statements of the writing connections. Rows go as one array a column.
enum WriteStatements {
    private static let (int4, int8, text, bytea, uuid) = (TypeId.int4, TypeId.int8, TypeId.text, TypeId.bytea, TypeId.uuid)

    static let callTypes = [int8, int8, int8, int8, int8, int8, int8, int8, int4, int4, int4, int4, uuid, text, text]
    static let requestTypes = [
        int8, int8, int8, int8, int8, int8, int8, int4, int4, text, text, text, bytea, text, text, bytea, bytea, bytea,
    ]
    static let updateTypes = [int8, int8, int8, int8, int8, int8, int8, int8, int4, int4, int4, int4, text]
    static let attemptTypes = [int8, int4, int4, int8, int8, int8, int8, text, bytea, bytea]
    static let eventTypes = [int8, int8, int8, int8, int4, uuid, text, bytea, bytea]

    /// `unnest($1, $2, …)`
    static func unnest(_ types: [UInt32]) -> String {
        "unnest(" + (1...types.count).map { "$\($0)" }.joined(separator: ", ") + ")"
    }

    static func arrays(_ types: [UInt32]) -> [UInt32] { types.map { TypeId.array(of: $0) } }

    /// SQLSTATEs of our own, raised by `refuse`.
    static let ownershipLost = "LF001"
    static let otherVersion = "LF002"

    /// Locks in ascending order, so that no two transactions wait for each other.
    static let lock = Statement(
        "lock", [TypeId.int4Array], "SELECT id FROM partitions WHERE id = ANY ($1) ORDER BY id FOR UPDATE")

    /// Moves the heads, each under its epoch and from its expected value; ends the transaction when one of them is not as expected.
    static let fence = Statement(
        "fence", [TypeId.int4Array, TypeId.int8Array, TypeId.int8Array, TypeId.int8Array, TypeId.int8Array, int8],
        """
        WITH moved AS (
          UPDATE partitions AS p SET head = b.head, head_epoch = b.epoch, last_ordinal = greatest(p.last_ordinal, b.last_ordinal),
            lease_until = clock_timestamp() + $6 * interval '1 microsecond'
          FROM unnest($1, $2, $3, $4, $5) AS b (id, epoch, expected, head, last_ordinal)
          WHERE p.id = b.id AND p.epoch = b.epoch AND p.head = b.expected RETURNING 1)
        SELECT CASE WHEN count(*) = cardinality($1) THEN 0 ELSE refuse('\(ownershipLost)') END FROM moved
        """)

    static let insertCalls = Statement(
        "insert_calls", arrays(callTypes),
        """
        INSERT INTO service_calls (key, version, due_at, attempt_started_at, attempt_epoch, ended_at, created_at, updated_at, partition,
          status, run, attempts, attempts_in_run, id, tenant, reason)
        SELECT key, version, due_at, attempt_started_at, attempt_epoch, ended_at, created_at, updated_at, (key >> 40)::int,
          status, run, attempts, attempts_in_run, id, tenant, reason
        FROM \(unnest(callTypes)) AS c (key, version, due_at, attempt_started_at, attempt_epoch, ended_at, created_at, updated_at,
          status, run, attempts, attempts_in_run, id, tenant, reason)
        """)

    static let insertRequests = Statement(
        "insert_requests", arrays(requestTypes),
        """
        INSERT INTO service_call_requests (key, due_at, timeout, retry_initial_delay, retry_max_delay, retry_deadline, body_bytes,
          retry_max_attempts, redirects, method, url, host, tags, retry_statuses, origin, fingerprint, correlation_id, sealed, headers,
          body)
        SELECT *, ''::bytea, ''::bytea FROM \(unnest(requestTypes))
        """)

    /// An attempt that started when its time had come keeps the due time as it is, so that no index is touched.
    static let updateCalls = Statement(
        "update_calls", arrays(updateTypes),
        """
        WITH changed AS (
          UPDATE service_calls AS c SET version = u.version, status = u.status, attempt_started_at = u.attempt_started_at,
            attempt_epoch = u.attempt_epoch, run = u.run, attempts = u.attempts, attempts_in_run = u.attempts_in_run,
            updated_at = u.updated_at, ended_at = u.ended_at, reason = u.reason,
            due_at = CASE WHEN u.status = 2 AND c.due_at <= u.attempt_started_at THEN c.due_at ELSE u.due_at END
          FROM \(unnest(updateTypes)) AS u (key, expected, version, due_at, attempt_started_at, attempt_epoch, ended_at, updated_at,
            status, run, attempts, attempts_in_run, reason)
          WHERE c.key = u.key AND c.version = u.expected RETURNING 1)
        SELECT CASE WHEN count(*) = cardinality($1) THEN 0 ELSE refuse('\(otherVersion)') END FROM changed
        """)

    static let insertAttempts = Statement(
        "insert_attempts", arrays(attemptTypes),
        """
        INSERT INTO attempts (call, number, status, started_at, ended_at, body_bytes, retry_after, outcome, detail, snippet)
        SELECT * FROM \(unnest(attemptTypes))
        """)

    static let insertEvents = Statement(
        "insert_events", arrays(eventTypes),
        """
        INSERT INTO events (key, ordinal, version, time, type, subject, tenant, correlation_id, data)
        SELECT * FROM \(unnest(eventTypes))
        """)

    /// Gives those back whose epoch is the partition's.
    static let publish = Statement(
        "publish", [TypeId.int4Array, TypeId.int8Array, TypeId.int8Array],
        """
        UPDATE partitions AS p SET published = greatest(p.published, c.position)
        FROM unnest($1, $2, $3) AS c (id, epoch, position) WHERE p.id = c.id AND p.epoch = c.epoch RETURNING p.id, p.epoch
        """)

    /// $1 engine. Notes, for the rest of the transaction, whether another engine is alive. One that stands by asks many times a second: as
    /// long as it is, nothing is locked, which would hold up the owner's commits and have to be flushed.
    static let lookForOwner = Statement(
        "look_for_owner", [uuid],
        """
        SELECT set_config('ledgerflow.is_held',
          CASE WHEN EXISTS (SELECT FROM partitions WHERE owner <> $1 AND lease_until > clock_timestamp()) THEN 'on' ELSE 'off' END, true)
        """)

    private static let isHeld = "current_setting('ledgerflow.is_held', true) = 'on'"

    static let lockAll = Statement("lock_all", [], "SELECT id FROM partitions WHERE NOT \(isHeld) ORDER BY id FOR UPDATE")

    /// $1 partition, $2 engine, $3 its name, $4 lease. While another engine is alive nothing changes, and its name comes back; nor is anything
    /// taken that is not locked. Otherwise the partition gets a new epoch, and so does every other one that is not ours yet: a store has one owner.
    static let takeOver = Statement(
        "take_over", [int4, uuid, text, int8],
        """
        WITH held AS MATERIALIZED (
          SELECT owner_name FROM partitions WHERE owner <> $2 AND (lease_until > clock_timestamp() OR \(isHeld)) ORDER BY id LIMIT 1),
        taken AS (
          UPDATE partitions SET epoch = epoch + 1, owner = $2, owner_name = $3,
            lease_until = clock_timestamp() + $4 * interval '1 microsecond',
            predecessor_may_run = CASE WHEN owner = $2 THEN predecessor_may_run ELSE owner IS NOT NULL END
          WHERE (id = $1 OR owner IS DISTINCT FROM $2) AND NOT EXISTS (SELECT FROM held) AND NOT \(isHeld)
          RETURNING id, epoch, head, head_epoch, last_ordinal, published, predecessor_may_run)
        SELECT coalesce((SELECT coalesce(owner_name, '') FROM held), CASE WHEN \(isHeld) THEN '' END), t.epoch, t.head, t.head_epoch, t.last_ordinal, t.published,
          t.predecessor_may_run
        FROM (SELECT 1) AS one LEFT JOIN taken AS t ON t.id = $1
        """)

    /// $1 engine, $2 lease. Rows that a commit holds at the moment are extended by that commit.
    static let renew = Statement(
        "renew", [uuid, int8],
        """
        UPDATE partitions SET lease_until = clock_timestamp() + $2 * interval '1 microsecond'
        WHERE owner = $1 AND id IN (SELECT id FROM partitions WHERE owner = $1 ORDER BY id FOR UPDATE SKIP LOCKED)
        """)

    /// $1 engine. How many partitions are not its own; of a store that it has taken that is none, or it was taken from it.
    static let lost = Statement(
        "count_lost", [uuid], "SELECT count(*) FROM partitions WHERE owner IS DISTINCT FROM $1")

    static let release = Statement(
        "release", [uuid], "UPDATE partitions SET owner = NULL, owner_name = NULL, lease_until = NULL WHERE owner = $1")

    /// $1 pieces of 32 bytes. Needs room of its own, and is undone before its transaction is committed, so that nothing of it stays.
    static let trial = Statement(
        "write_trial", [int4],
        """
        INSERT INTO store (key, value) SELECT 'write_trial', string_agg(md5(random()::text), '') FROM generate_series(1, $1)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
        """)
    static let trialBytes = 32
    static let mark = Statement("mark", [], "SAVEPOINT trial")
    static let undo = Statement("undo", [], "ROLLBACK TO SAVEPOINT trial")

    static let all =
        [
            trial, mark, undo,
            SessionStatements.begin, SessionStatements.commit, SessionStatements.rollBack, lock, fence, insertCalls, insertRequests,
            updateCalls, insertAttempts, insertEvents, publish, lookForOwner, lockAll, takeOver, renew, lost, release,
        ] + BookStatements.all + ItemStatements.all + IngestionStatements.all + CleaningStatements.writing + ErasureStatements.writing
        + [AnchorStatements.keep]
}
