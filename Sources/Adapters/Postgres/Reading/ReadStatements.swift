/// The statements of the reading connections: those of the engine, which span tenants, and those of clients, each within one tenant.
///
/// A client's statement names its tenant, and the database sees to it once more.
enum ReadStatements {
    private static let (int4, int8, text, bytea, uuid) = (TypeId.int4, TypeId.int8, TypeId.text, TypeId.bytea, TypeId.uuid)
    private static let requests = "JOIN service_call_requests AS r ON r.key = c.key"

    // MARK: - The engine's

    /// $1 ids, $2 their tenants, $3 partition.
    static let load = Statement(
        "load", [TypeId.uuidArray, TypeId.textArray, int4],
        """
        SELECT \(CallRow.columns) FROM unnest($1, $2) AS k (id, tenant)
        JOIN service_calls AS c ON c.id = k.id AND c.tenant = k.tenant AND c.partition = $3 \(requests)
        """)

    /// $1 partition, $2 tenant, $3 and $4 the place, $5 the latest, $6 limit.
    static let due = Statement(
        "due", [int4, text, int8, uuid, int8, int8],
        """
        SELECT c.id, c.version, c.due_at, c.status, c.attempts, c.attempt_started_at, c.attempt_epoch,
          CASE WHEN c.status = 2 THEN (SELECT timeout FROM service_call_requests WHERE key = c.key) END,
          (SELECT host FROM service_call_requests WHERE key = c.key)
        FROM service_calls AS c
        WHERE c.partition = $1 AND c.tenant = $2 AND c.due_at IS NOT NULL AND (c.due_at, c.id) > ($3, $4) AND c.due_at <= $5
        ORDER BY c.due_at, c.id LIMIT $6
        """)

    /// Jumps from tenant to tenant in the due index, and looks at each one's earliest due time.
    /// $1 partition, $2 the tenant before, $3 the latest, $4 limit.
    static let dueTenants = Statement(
        "due_tenants", [int4, text, int8, int8],
        """
        WITH RECURSIVE first AS (
          (SELECT tenant, due_at FROM service_calls WHERE partition = $1 AND due_at IS NOT NULL AND tenant > $2
           ORDER BY tenant, due_at LIMIT 1)
          UNION ALL
          SELECT n.tenant, n.due_at FROM first AS f CROSS JOIN LATERAL (
            SELECT tenant, due_at FROM service_calls WHERE partition = $1 AND due_at IS NOT NULL AND tenant > f.tenant
            ORDER BY tenant, due_at LIMIT 1) AS n)
        SELECT tenant FROM first WHERE due_at <= $3 LIMIT $4
        """)

    /// $1 and $2 keys, $3 limit, $4 bytes. The first comes whatever its size; data of any size has its length at hand.
    static let eventRange = Statement(
        "event_range", [int8, int8, int8, int8],
        """
        SELECT \(EventRow.columns)
        FROM (
          SELECT s.*, sum(octet_length(s.data)) OVER places AS bytes, row_number() OVER places AS place
          FROM (SELECT * FROM events WHERE key > $1 AND key <= $2 ORDER BY key LIMIT $3) AS s
          WINDOW places AS (ORDER BY s.key ROWS UNBOUNDED PRECEDING)) AS e
        WHERE e.bytes <= $4 OR e.place = 1 ORDER BY e.key
        """)

    static let heads = Statement("heads", [], "SELECT head, trimmed FROM partitions ORDER BY id")

    /// The position before the first event at $1 or later, in each partition: events up to `low` are earlier, those after `high` are not,
    /// and each round halves what lies between. A migration that was taken back may have left holes: the next event stands for them.
    static let cursorAt = Statement(
        "cursor_at", [int8],
        """
        WITH RECURSIVE search AS (
          SELECT id, trimmed AS low, head AS high FROM partitions
          UNION ALL
          SELECT s.id, CASE WHEN e.time < $1 THEN e.key - (s.id::bigint << 40) ELSE s.low END,
            CASE WHEN e.time < $1 THEN s.high ELSE m.middle - 1 END
          FROM search AS s CROSS JOIN LATERAL (SELECT s.low + (s.high - s.low + 1) / 2 AS middle) AS m
          LEFT JOIN LATERAL (
            SELECT key, time FROM events WHERE key >= (s.id::bigint << 40) + m.middle AND key <= (s.id::bigint << 40) + s.high
            ORDER BY key LIMIT 1) AS e ON true
          WHERE s.low < s.high)
        SELECT low FROM search WHERE low >= high ORDER BY id
        """)

    static let journal =
        [SessionStatements.rollBack, load, due, dueTenants, eventRange, heads, cursorAt] + BookReadStatements.journal
        + ItemReadStatements.journal + IngestionReadStatements.journal + CleaningStatements.reading + [AnchorStatements.chains]

    // MARK: - The clients'

    static let setTenant = Statement("set_tenant", [text], "SELECT set_config('ledgerflow.tenant', $1, true)")

    /// $1 id, $2 tenant.
    static let call = Statement(
        "call", [uuid, text], "SELECT \(CallRow.columns) FROM service_calls AS c \(requests) WHERE c.id = $1 AND c.tenant = $2")

    /// $1 id, $2 tenant.
    static let attempts = Statement(
        "attempts", [uuid, text],
        """
        SELECT a.number, a.started_at, a.ended_at, a.outcome, a.status, a.body_bytes, a.detail, a.retry_after, a.snippet
        FROM service_calls AS c JOIN attempts AS a ON a.call = c.key WHERE c.id = $1 AND c.tenant = $2 ORDER BY a.number
        """)

    /// $1 tenant, $2 the first time of creation, $3 and $4 the place before which.
    private static let listed = """
        FROM service_calls WHERE tenant = $1 AND created_at >= $2 AND (created_at, id) < ($3, $4) ORDER BY created_at DESC, id DESC
        """

    /// $5 limit.
    static let list = Statement(
        "list", [text, int8, int8, uuid, int8],
        """
        SELECT c.key, c.created_at, c.id, octet_length(r.body) FROM (SELECT key, created_at, id \(listed) LIMIT $5) AS c \(requests)
        ORDER BY c.created_at DESC, c.id DESC
        """)

    /// $5 rows to look at, $6 limit, $7 status, $8 host, $9 the tag as a netstring, $10 and $11 due times; NULL means any.
    static let filteredList = Statement(
        "filtered_list", [text, int8, int8, uuid, int8, int8, int4, text, bytea, int8, int8],
        """
        SELECT c.key, c.created_at, c.id, octet_length(r.body)
        FROM (SELECT key, created_at, id, status, due_at \(listed) LIMIT $5) AS c \(requests)
        WHERE ($7 IS NULL OR c.status = $7) AND ($8 IS NULL OR r.host = $8) AND ($9 IS NULL OR position($9 IN r.tags) > 0)
          AND ($10 IS NULL OR c.status IN (1, 3) AND c.due_at >= $10 AND c.due_at < $11)
        ORDER BY c.created_at DESC, c.id DESC LIMIT $6
        """)

    /// The last place that `filteredList` looks at, when there are so many. $5 how many are before it.
    static let listBound = Statement(
        "list_bound", [text, int8, int8, uuid, int8], "SELECT created_at, id \(listed) LIMIT 1 OFFSET $5")

    /// $1 keys, $2 tenant.
    static let callsByKey = Statement(
        "calls_by_key", [TypeId.int8Array, text],
        """
        SELECT \(CallRow.columns) FROM unnest($1) AS k (key) JOIN service_calls AS c ON c.key = k.key \(requests) WHERE c.tenant = $2
        """)

    /// $1 positions, one a partition; $2 tenant, $3 rows to look at in each partition, $4 limit in each.
    static let eventPlaces = Statement(
        "event_places", [TypeId.int8Array, text, int8, int8],
        """
        SELECT e.key, e.time, octet_length(e.data)
        FROM unnest($1) WITH ORDINALITY AS r (position, number) JOIN partitions AS p ON p.id = r.number - 1
        CROSS JOIN LATERAL (
          SELECT key, time, data FROM events
          WHERE key > (p.id::bigint << 40) + r.position AND key <= (p.id::bigint << 40) + least(r.position + $3, p.head)
            AND tenant = $2
          ORDER BY key LIMIT $4) AS e
        """)

    /// $1 keys, $2 tenant.
    static let eventsByKey = Statement(
        "events_by_key", [TypeId.int8Array, text],
        "SELECT \(EventRow.columns) FROM unnest($1) AS k (key) JOIN events AS e ON e.key = k.key WHERE e.tenant = $2")

    static let client =
        [
            SessionStatements.beginRead, SessionStatements.commit, SessionStatements.rollBack, setTenant, call, attempts, list,
            filteredList,
            listBound, callsByKey, heads, eventPlaces, eventsByKey,
        ] + BookReadStatements.client + ItemReadStatements.client
        + [AnchorStatements.anchors] + IngestionReadStatements.client
}
