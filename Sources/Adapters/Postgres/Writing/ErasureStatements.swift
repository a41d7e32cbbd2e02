internal import Domain
internal import Ports

/// The statements that find what was received and need not be kept, and take its octets away.
enum ErasureStatements {
    private static let (int4, int8) = (TypeId.int4, TypeId.int8)

    /// Where in a row of `kept` the first key of the part stands: behind the columns of a record.
    static let firstKeyColumn = 7

    /// $1 the key after which, $2 the last key of the partition, $3 the latest time. Every row ends with the first key of the part; a row
    /// without a record stands for a part that has none. A record that is younger has octets that are younger.
    static let kept = Statement(
        "kept_contents", [int8, int8, int8],
        """
        SELECT \(IngestionRow.columns), f.key
        FROM (SELECT key FROM ingestion_records WHERE key > $1 AND key <= $2 ORDER BY key LIMIT 1) AS f
        LEFT JOIN LATERAL (
          SELECT i.* FROM ingestion_records AS i
          WHERE i.key >= f.key AND i.key < f.key + \(CleaningStatements.window) AND i.key <= $2 AND i.created_at <= $3 AND i.kind <> 'run'
            AND EXISTS (SELECT FROM ingestion_contents AS c WHERE c.key = i.key)
          ORDER BY i.key) AS r ON true
        """)

    /// Without it the policy lets nothing go.
    static let allow = Statement("allow_erasing", [], "SELECT set_config('ledgerflow.erasing', 'on', true)")

    /// $1 keys, $2 versions of their records, $3 since when they are so, $4 partition, $5 epoch. A version that is committed at the moment
    /// is not seen, and stays.
    static let erase = Statement(
        "erase_contents", [TypeId.int8Array, TypeId.int8Array, TypeId.int8Array, int4, int8],
        """
        WITH place AS MATERIALIZED (
          SELECT (id::bigint << 40) + published AS published, (id::bigint << 40) + head AS head FROM partitions WHERE id = $4 AND epoch = $5),
        unpublished AS MATERIALIZED (
          SELECT e.time FROM place AS p CROSS JOIN LATERAL (
            SELECT time FROM events WHERE key > p.published AND key <= p.head ORDER BY key LIMIT \(ContentErasure.mostUnpublished + 1)) AS e),
        bound AS MATERIALIZED (
          SELECT CASE WHEN count(*) > \(ContentErasure.mostUnpublished) THEN '-9223372036854775808'::bigint
            ELSE coalesce(min(time), 9223372036854775807) END AS time FROM unpublished),
        gone AS (
          DELETE FROM ingestion_contents AS c USING unnest($1, $2, $3) AS k (key, version, since), ingestion_records AS r, bound AS b, place
          WHERE c.key = k.key AND r.key = k.key AND r.version = k.version AND k.since < b.time RETURNING c.key)
        SELECT (SELECT count(*) FROM place), (SELECT count(DISTINCT key) FROM gone)
        """)

    static let writing = [allow, erase]
    static let reading = [kept]
}
