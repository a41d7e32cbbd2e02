internal import Domain
internal import Ports

/// The statement that keeps anchors. Used by the writer's thread alone.
final class AnchorStatements {
    private let insert: Statement

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        insert = try Statement(
            connection,
            """
            INSERT INTO audit_anchors (partition, tenant, entries, head_hash, signed_at, public_key, signature)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
            WHERE EXISTS (SELECT 1 FROM audit WHERE partition = ?1 AND tenant = ?2 AND head_count = ?3 AND head_hash = ?4)
            ON CONFLICT DO NOTHING
            """)
    }

    func keep(_ anchors: [AuditAnchor], in partition: PartitionId) throws(StoreFailure) {
        for anchor in anchors {
            try insert.bind(1, partition.index)
            try insert.bind(2, text: anchor.tenant.value)
            try insert.bind(3, anchor.head.count)
            try insert.bind(4, blob: anchor.head.hash)
            try insert.bind(5, anchor.at)
            try insert.bind(6, blob: anchor.publicKey)
            try insert.bind(7, blob: anchor.signature)
            try insert.run()
        }
    }
}

extension WriteSession {
    /// Made when first needed.
    func anchors() throws(StoreFailure) -> AnchorStatements {
        if let madeAnchors { return madeAnchors }
        let made = try AnchorStatements(connection)
        madeAnchors = made
        return made
    }
}
