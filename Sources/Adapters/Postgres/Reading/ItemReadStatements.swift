/// The statements that read items: those of the engine, which span tenants, and those of clients, each within one tenant.
enum ItemReadStatements {
    private static let (int4, int8, text) = (TypeId.int4, TypeId.int8, TypeId.text)

    /// $1 tenants, $2 kinds, $3 ids.
    static let load = Statement(
        "load_items", [TypeId.textArray, TypeId.textArray, TypeId.textArray],
        """
        SELECT \(ItemRow.columns) FROM unnest($1, $2, $3) AS k (tenant, kind, id)
        JOIN items AS i ON i.tenant = k.tenant AND i.kind = k.kind AND i.id = k.id
        """)

    /// $1 partition, $2 kind, $3 and $4 the place, $5 limit.
    static let inUse = Statement(
        "items_in_use", [int4, text, text, text, int8],
        """
        SELECT \(ItemRow.columns) FROM items AS i
        WHERE i.partition = $1 AND i.kind = $2 AND (i.tenant, i.id) > ($3, $4) AND i.deleted = 0 ORDER BY i.tenant, i.id LIMIT $5
        """)

    /// $1 partition, $2 kind, $3 and $4 the place, $5 limit.
    static let cursors = Statement(
        "cursors", [int4, text, text, text, int8],
        """
        SELECT \(CursorRow.columns) FROM follower_cursors AS f
        WHERE f.partition = $1 AND f.kind = $2 AND (f.tenant, f.id) > ($3, $4) ORDER BY f.tenant, f.id LIMIT $5
        """)

    static let journal = [load, inUse, cursors]

    /// $1 tenant, $2 kind, $3 id.
    static let item = Statement(
        "item", [text, text, text], "SELECT \(ItemRow.columns) FROM items AS i WHERE i.tenant = $1 AND i.kind = $2 AND i.id = $3")

    /// $1 tenant, $2 the partition of its books, $3 kind, $4 the place, $5 limit.
    static let ofTenant = Statement(
        "items_of_tenant", [text, int4, text, text, int8],
        """
        SELECT \(ItemRow.columns) FROM items AS i
        WHERE i.partition = $2 AND i.kind = $3 AND i.tenant = $1 AND i.id > $4 AND i.deleted = 0
        ORDER BY i.partition, i.kind, i.tenant, i.id LIMIT $5
        """)

    static let client = [item, ofTenant]
}
