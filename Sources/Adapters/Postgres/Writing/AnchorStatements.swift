internal import Domain

/// The statements about anchors of the audit.
enum AnchorStatements {
    private static let (int4, int8, text) = (TypeId.int4, TypeId.int8, TypeId.text)

    /// Chains that one part of the grown ones looks at.
    static let chainsAtOnce = 128

    /// $1 partition, $2 the tenant after which, $3 how many chains. From tenant to tenant along the index, which is as long as there are
    /// commits.
    static let chains = Statement(
        "anchor_chains", [int4, text, int8],
        """
        WITH RECURSIVE t (tenant, number) AS (
          (SELECT tenant, 1 FROM audit WHERE partition = $1 AND tenant > $2 ORDER BY tenant LIMIT 1)
          UNION ALL
          SELECT (SELECT a.tenant FROM audit AS a WHERE a.partition = $1 AND a.tenant > t.tenant ORDER BY a.tenant LIMIT 1), t.number + 1
          FROM t WHERE t.tenant IS NOT NULL AND t.number < $3)
        SELECT t.tenant, h.head_count, h.head_hash,
          coalesce((SELECT k.entries FROM audit_anchors AS k WHERE k.partition = $1 AND k.tenant = t.tenant ORDER BY k.entries DESC LIMIT 1), 0)
        FROM t CROSS JOIN LATERAL (
          SELECT head_count, head_hash FROM audit AS a WHERE a.partition = $1 AND a.tenant = t.tenant ORDER BY head_count DESC LIMIT 1) AS h
        WHERE t.tenant IS NOT NULL ORDER BY t.number
        """)

    /// $1 partition; then, one element for each anchor, $2 tenant, $3 entries, $4 hash, $5 time, $6 public key, $7 signature.
    static let keep = Statement(
        "keep_anchors",
        [
            int4, TypeId.textArray, TypeId.int8Array, TypeId.byteaArray, TypeId.int8Array, TypeId.byteaArray, TypeId.byteaArray,
        ],
        """
        INSERT INTO audit_anchors (partition, tenant, entries, head_hash, signed_at, public_key, signature)
        SELECT $1, n.tenant, n.entries, n.hash, n.at, n.key, n.signature
        FROM unnest($2, $3, $4, $5, $6, $7) AS n (tenant, entries, hash, at, key, signature)
        WHERE EXISTS (
          SELECT FROM audit AS a
          WHERE a.partition = $1 AND a.tenant = n.tenant AND a.head_count = n.entries AND a.head_hash = n.hash)
        ON CONFLICT DO NOTHING
        """)

    /// $1 tenant, $2 partition, $3 after how many entries, $4 limit.
    static let anchors = Statement(
        "audit_anchors", [text, int4, int8, int8],
        """
        SELECT entries, head_hash, signed_at, public_key, signature FROM audit_anchors
        WHERE partition = $2 AND tenant = $1 AND entries > $3 ORDER BY entries LIMIT $4
        """)
}
