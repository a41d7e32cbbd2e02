internal import Domain
internal import Ports

/// How an item of a tenant stands in its row.
enum ItemRow {
    /// The columns that `read` expects, from `items`.
    static let columns = "key, version, tenant, kind, id, state"

    static func read(_ row: borrowing Statement) throws(StoreFailure) -> TenantItem {
        guard let tenant = TenantId(row.text(2)), let kind = ItemKey.Kind(rawValue: row.text(3)),
            let item = TenantItem(
                kind: kind, tenant: tenant, id: row.text(4), version: row.integer(1), storedState: row.blob(5))
        else { throw .unreadable("a stored item is not valid") }
        return item
    }

    static func key(_ row: borrowing Statement) -> RowKey { RowKey(value: row.integer(0)) }
}

/// How a follower's cursor stands in its row.
enum CursorRow {
    /// The columns that `read` expects, from `follower_cursors`. The epoch is the partition's at present.
    static let columns = """
        partition, kind, tenant, id, generation, place, state,
        (SELECT epoch FROM partitions WHERE partitions.id = follower_cursors.partition)
        """

    static func read(_ row: borrowing Statement) throws(StoreFailure) -> FollowerCursor {
        guard let tenant = TenantId(row.text(2)), let kind = ItemKey.Kind(rawValue: row.text(1)) else {
            throw .unreadable("a stored cursor is not valid")
        }
        return FollowerCursor(
            partition: PartitionId(Int(row.integer(0))), epoch: row.integer(7), tenant: tenant, kind: kind, id: row.text(3),
            generation: Int(row.integer(4)), place: try place(row.text(5)), state: row.blob(6))
    }

    private static func place(_ text: String) throws(StoreFailure) -> [Int64] {
        var place: [Int64] = []
        for part in text.split(separator: ",") {
            guard let number = Int64(part) else { throw .unreadable("the place of a stored cursor is not valid") }
            place.append(number)
        }
        return place
    }

    static func text(_ place: [Int64]) -> String { place.map(String.init).joined(separator: ",") }
}
