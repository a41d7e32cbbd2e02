internal import Domain
internal import Ports

/// The statements that find what need not be kept, and take it away.
///
/// A call that a commit holds at the moment is passed over, and one that has changed since it was found no longer has its version: it is
/// taken whole, or stays whole. Nothing here waits for a commit but the statement that notes how far the log is trimmed.
enum CleaningStatements {
    private static let (int4, int8) = (TypeId.int4, TypeId.int8)

    /// Over the columns of `service_call_requests AS r`. Rows from before payloads were sealed have theirs in the other columns.
    private static let hasPayload = """
        r.erased = 0 AND (r.sealed IS NOT NULL OR octet_length(r.headers) > 0 OR octet_length(r.body) > 0 OR position('?' IN r.url) > 0)
        """

    /// Ordinals that one part of the ended calls covers. It stands before the partitions' own reads.
    static let window: Int64 = 512

    /// $1 the key after which, $2 the last key of the partition, $3 the latest end. Every row begins with the first key of the part; a row
    /// without a call stands for a part that has none.
    static let endedCalls = Statement(
        "ended_calls", [int8, int8, int8],
        """
        SELECT f.key, e.key, e.version, e.tenant, e.status, e.ended_at, e.has_payload
        FROM (SELECT key FROM service_calls WHERE key > $1 AND key <= $2 ORDER BY key LIMIT 1) AS f
        LEFT JOIN LATERAL (
          SELECT c.key, c.version, c.tenant, c.status, c.ended_at,
            CASE WHEN \(hasPayload) OR EXISTS (SELECT FROM attempts AS a WHERE a.call = c.key AND a.snippet IS NOT NULL)
              THEN 1 ELSE 0 END AS has_payload
          FROM service_calls AS c JOIN service_call_requests AS r ON r.key = c.key
          WHERE c.key >= f.key AND c.key < f.key + \(window) AND c.key <= $2 AND c.ended_at <= $3
          ORDER BY c.key) AS e ON true
        """)

    /// What is lost of it with a crash of the server is done again.
    static let withoutFlush = Statement("without_flush", [], "SELECT set_config('synchronous_commit', 'off', true)")

    /// 1 when the epoch is the partition's.
    private static func isOwner(_ partition: String, _ epoch: String) -> String {
        "(SELECT count(*) FROM partitions WHERE id = \(partition) AND epoch = \(epoch))"
    }

    /// $1 keys, $2 their versions, $3 partition, $4 epoch.
    static let purge = Statement(
        "purge", [TypeId.int8Array, TypeId.int8Array, int4, int8],
        """
        WITH gone AS MATERIALIZED (
          SELECT c.key FROM unnest($1, $2) AS k (key, version) JOIN service_calls AS c ON c.key = k.key
          WHERE c.version = k.version AND c.status IN (4, 5, 6) AND \(isOwner("$3", "$4")) = 1
          FOR UPDATE OF c SKIP LOCKED),
        attempts_gone AS (DELETE FROM attempts AS a USING gone WHERE a.call = gone.key),
        requests_gone AS (DELETE FROM service_call_requests AS r USING gone WHERE r.key = gone.key),
        calls_gone AS (DELETE FROM service_calls AS c USING gone WHERE c.key = gone.key)
        SELECT \(isOwner("$3", "$4")), count(*) FROM gone
        """)

    /// $1 keys, $2 their versions, $3 partition, $4 epoch. Calls that succeeded or were cancelled never change again.
    static let erase = Statement(
        "erase", [TypeId.int8Array, TypeId.int8Array, int4, int8],
        """
        WITH final AS MATERIALIZED (
          SELECT c.key FROM unnest($1, $2) AS k (key, version) JOIN service_calls AS c ON c.key = k.key
          WHERE c.version = k.version AND c.status IN (4, 6) AND \(isOwner("$3", "$4")) = 1),
        requests AS (
          UPDATE service_call_requests AS r SET erased = 1, sealed = NULL, headers = '', body = '', url = split_part(r.url, '?', 1),
            body_bytes = coalesce(r.body_bytes, octet_length(r.body))
          FROM final WHERE r.key = final.key AND \(hasPayload) RETURNING r.key),
        snippets AS (
          UPDATE attempts AS a SET snippet = NULL FROM final WHERE a.call = final.key AND a.snippet IS NOT NULL RETURNING a.call)
        SELECT \(isOwner("$3", "$4")), count(*) FROM (SELECT key FROM requests UNION SELECT call FROM snippets) AS erased
        """)

    /// $1 partition, $2 epoch, $3 the last position that may go, $4 the time before which, $5 limit. The owner, the position up to which
    /// the log is trimmed now, and how many events went.
    static let trim = Statement(
        "trim", [int4, int8, int8, int8, int8],
        """
        WITH place AS MATERIALIZED (
          SELECT id::bigint << 40 AS base, trimmed, least($3, published) AS last FROM partitions WHERE id = $1 AND epoch = $2),
        next AS MATERIALIZED (
          SELECT e.key, e.time FROM place AS p CROSS JOIN LATERAL (
            SELECT key, time FROM events WHERE key > p.base + p.trimmed AND key <= p.base + p.last ORDER BY key LIMIT $5) AS e),
        bound AS MATERIALIZED (
          SELECT max(key) AS key FROM next
          WHERE key < coalesce((SELECT min(key) FROM next WHERE time >= $4), 9223372036854775807)),
        gone AS (
          DELETE FROM events AS e USING place AS p, bound AS b WHERE e.key > p.base + p.trimmed AND e.key <= b.key RETURNING 1),
        moved AS (
          UPDATE partitions AS t SET trimmed = b.key - p.base FROM place AS p, bound AS b
          WHERE t.id = $1 AND t.epoch = $2 AND b.key IS NOT NULL RETURNING t.trimmed)
        SELECT (SELECT count(*) FROM place), coalesce((SELECT trimmed FROM moved), (SELECT trimmed FROM place), 0),
          (SELECT count(*) FROM gone)
        """)

    /// $1 partition. The time of the first event that is left.
    static let oldest = Statement(
        "oldest", [int4],
        """
        SELECT e.time FROM partitions AS p CROSS JOIN LATERAL (
          SELECT time FROM events WHERE key > (p.id::bigint << 40) + p.trimmed AND key <= (p.id::bigint << 40) + p.head
          ORDER BY key LIMIT 1) AS e
        WHERE p.id = $1
        """)

    static let writing = [withoutFlush, purge, erase, trim, oldest]
    static let reading = [endedCalls]
}
