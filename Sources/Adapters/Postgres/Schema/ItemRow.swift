internal import Domain
internal import Ports

/// How an item of a tenant stands in its row.
enum ItemRow {
    /// The columns that `read` expects, from `items AS i`.
    static let columns = "i.key, i.version, i.tenant, i.kind, i.id, i.state"

    static func read(_ rows: Rows, _ row: Int) throws(StoreFailure) -> TenantItem {
        guard let kind = ItemKey.Kind(rawValue: rows.text(row, 3)),
            let item = TenantItem(
                kind: kind, tenant: try BookRow.tenant(rows, row, 2), id: rows.text(row, 4), version: rows.integer(row, 1),
                storedState: rows.bytes(row, 5))
        else { throw .unreadable("a stored item cannot be read") }
        return item
    }
}

/// How a follower's cursor stands in its row.
enum CursorRow {
    /// The columns that `read` expects, from `follower_cursors AS f`. The epoch is the partition's at present.
    static let columns = """
        f.partition, f.kind, f.tenant, f.id, f.generation, array_to_string(f.place, ','), f.state,
        (SELECT epoch FROM partitions WHERE partitions.id = f.partition)
        """

    static func read(_ rows: Rows, _ row: Int) throws(StoreFailure) -> FollowerCursor {
        guard let kind = ItemKey.Kind(rawValue: rows.text(row, 1)) else { throw .unreadable("a stored cursor cannot be read") }
        return FollowerCursor(
            partition: PartitionId(Int(rows.integer(row, 0))), epoch: rows.integer(row, 7), tenant: try BookRow.tenant(rows, row, 2),
            kind: kind, id: rows.text(row, 3), generation: Int(rows.integer(row, 4)), place: try place(rows.text(row, 5)),
            state: rows.bytes(row, 6))
    }

    private static func place(_ text: String) throws(StoreFailure) -> [Int64] {
        var place: [Int64] = []
        for part in text.split(separator: ",") {
            guard let number = Int64(part) else { throw .unreadable("the place of a stored cursor cannot be read") }
            place.append(number)
        }
        return place
    }

    /// The place in the textual form of an array.
    static func text(_ place: [Int64]) -> String { "{" + place.map(String.init).joined(separator: ",") + "}" }
}
