/// The statements that read what ingestion has put on record: those of the engine, which span tenants, and those of clients, each within
/// one tenant.
enum IngestionReadStatements {
    fileprivate static let (int8, text, uuid) = (TypeId.int8, TypeId.text, TypeId.uuid)

    /// $1 tenants, $2 kinds, $3 ids.
    static let load = Statement(
        "load_ingestion", [TypeId.textArray, TypeId.textArray, TypeId.uuidArray],
        """
        SELECT \(IngestionRow.columns) FROM unnest($1, $2, $3) AS k (tenant, kind, id)
        JOIN ingestion_records AS r ON r.id = k.id AND r.tenant = k.tenant AND r.kind = k.kind
        """)

    static let journal = [load]

    /// $1 tenant, $2 kind, $3 id.
    static let record = Statement(
        "ingestion_record", [text, text, uuid],
        "SELECT \(IngestionRow.columns) FROM ingestion_records AS r WHERE r.tenant = $1 AND r.kind = $2 AND r.id = $3")

    /// $1 tenant, $2 kind, $3 id, $4 version.
    static let octets = Statement(
        "ingestion_octets", [text, text, uuid, int8],
        """
        SELECT c.octets FROM ingestion_records AS r JOIN ingestion_contents AS c ON c.key = r.key
        WHERE r.tenant = $1 AND r.kind = $2 AND r.id = $3 AND c.version = $4
        """)

    /// What a list goes through: all of a kind, those of one source, or those of one number.
    struct List {
        /// $1 tenant, $2 kind, $3 and $4 the place before which, $5 rows to look at, $6 limit, $7 status, NULL for any, $8 what narrows it.
        let search: Statement
        /// The last place that a list looks at, when there are so many. $1 to $4 as above, $5 how many are before it, $6 what narrows it.
        let bound: Statement

        fileprivate init(_ name: String, narrowedBy column: String? = nil) {
            let more = column == nil ? [] : [text]
            func listed(_ number: Int) -> String {
                """
                FROM ingestion_records WHERE tenant = $1 AND kind = $2 AND (created_at, id) < ($3, $4)\(column.map { " AND \($0) = $\(number)" } ?? "") \
                ORDER BY created_at DESC, id DESC
                """
            }
            search = Statement(
                name, [text, text, int8, uuid, int8, int8, text] + more,
                """
                SELECT \(IngestionRow.columns)
                FROM (SELECT key, version, tenant, kind, id, state, created_at, status \(listed(8)) LIMIT $5) AS r
                WHERE ($7 IS NULL OR r.status = $7) ORDER BY r.created_at DESC, r.id DESC LIMIT $6
                """)
            bound = Statement(
                name + "_bound", [text, text, int8, uuid, int8] + more, "SELECT created_at, id \(listed(6)) LIMIT 1 OFFSET $5")
        }
    }

    static let ofKind = List("ingestion_listed")
    static let ofSource = List("ingestion_of_source", narrowedBy: "source")
    /// Documents alone have numbers.
    static let ofNumber = List("ingestion_numbered", narrowedBy: "number")

    static let client = [record, octets] + [ofKind, ofSource, ofNumber].flatMap { [$0.search, $0.bound] }
}
