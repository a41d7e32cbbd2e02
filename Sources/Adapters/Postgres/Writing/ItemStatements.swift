internal import Domain
internal import Ports

/// The statements that write items and cursors. Rows go as one array a column.
enum ItemStatements {
    private static let (int4, int8, text, bytea) = (TypeId.int4, TypeId.int8, TypeId.text, TypeId.bytea)

    static let itemTypes = [int8, int8, int4, text, text, text, bytea]
    static let itemUpdateTypes = [int8, int8, int8, int4, text, text, text, bytea]
    static let dropTypes = [int4, text, text, text]
    static let cursorTypes = [int4, int8, int8, text, text, text, text, bytea]

    private static func unnest(_ types: [UInt32]) -> String { WriteStatements.unnest(types) }
    private static func arrays(_ types: [UInt32]) -> [UInt32] { WriteStatements.arrays(types) }

    static let insertItems = Statement(
        "insert_items", arrays(itemTypes),
        """
        INSERT INTO items (key, version, partition, deleted, tenant, kind, id, state)
        SELECT key, version, (key >> 40)::int, deleted, tenant, kind, id, state
        FROM \(unnest(itemTypes)) AS u (key, version, deleted, tenant, kind, id, state)
        """)

    static let updateItems = Statement(
        "update_items", arrays(itemUpdateTypes),
        """
        WITH changed AS (
          UPDATE items AS i SET version = u.version, deleted = u.deleted, state = u.state
          FROM \(unnest(itemUpdateTypes)) AS u (key, expected, version, deleted, tenant, kind, id, state)
          WHERE i.key = u.key AND i.tenant = u.tenant AND i.kind = u.kind AND i.id = u.id AND i.version = u.expected RETURNING 1)
        SELECT CASE WHEN count(*) = cardinality($1) THEN 0 ELSE refuse('\(WriteStatements.otherVersion)') END FROM changed
        """)

    /// Those of deleted items.
    static let dropCursors = Statement(
        "drop_cursors", arrays(dropTypes),
        """
        DELETE FROM follower_cursors AS f USING \(unnest(dropTypes)) AS u (partition, kind, tenant, id)
        WHERE f.partition = u.partition AND f.kind = u.kind AND f.tenant = u.tenant AND f.id = u.id
        """)

    /// Stores the cursors whose epoch is the partition's, whose item is in use, and that are not behind what is stored; gives the epochs
    /// of the partitions. These are locked by an earlier statement, so that what is seen here is what was committed before. Each item is
    /// looked up by itself: as a plain join it may be planned, while the table is small, as a walk through all that are in use.
    static let storeCursors = Statement(
        "store_cursors", arrays(cursorTypes),
        """
        WITH stored AS (
          INSERT INTO follower_cursors AS f (generation, partition, kind, tenant, id, place, state)
          SELECT u.generation, u.partition, u.kind, u.tenant, u.id, u.place::bigint[], u.state
          FROM \(unnest(cursorTypes)) AS u (partition, epoch, generation, kind, tenant, id, place, state)
          JOIN partitions AS p ON p.id = u.partition AND p.epoch = u.epoch
          JOIN LATERAL (
            SELECT i.deleted FROM items AS i WHERE i.tenant = u.tenant AND i.kind = u.kind AND i.id = u.id LIMIT 1
          ) AS own ON own.deleted = 0
          ON CONFLICT (partition, kind, tenant, id) DO UPDATE
            SET generation = excluded.generation, place = excluded.place, state = excluded.state
            WHERE excluded.generation > f.generation
              OR excluded.generation = f.generation AND cardinality(excluded.place) = cardinality(f.place)
                AND NOT EXISTS (SELECT FROM unnest(excluded.place, f.place) AS n (given, known) WHERE n.given < n.known))
        SELECT id, epoch FROM partitions WHERE id = ANY ($1) ORDER BY id
        """)

    static let all = [insertItems, updateItems, dropCursors, storeCursors]
}

/// The items of a commit in the form in which they are sent.
struct EncodedItems: Sendable {
    private(set) var items = Columns(ItemStatements.itemTypes)
    private(set) var updates = Columns(ItemStatements.itemUpdateTypes)
    /// Whose cursors go with them.
    private(set) var deleted = Columns(ItemStatements.dropTypes)

    var size: Int { items.size + updates.size + deleted.size }

    mutating func insert(_ item: TenantItem, _ key: RowKey) {
        items.columns[0].append(key.value)
        items.columns[1].append(item.version)
        items.columns[2].append(item.isDeleted ? Int64(1) : 0)
        items.columns[3].append(item.tenant.value)
        items.columns[4].append(item.key.kind.rawValue)
        items.columns[5].append(item.key.id)
        items.columns[6].append(item.storedState)
    }

    mutating func update(_ item: TenantItem, _ key: RowKey, expectedVersion: Int64) {
        updates.columns[0].append(key.value)
        updates.columns[1].append(expectedVersion)
        updates.columns[2].append(item.version)
        updates.columns[3].append(item.isDeleted ? Int64(1) : 0)
        updates.columns[4].append(item.tenant.value)
        updates.columns[5].append(item.key.kind.rawValue)
        updates.columns[6].append(item.key.id)
        updates.columns[7].append(item.storedState)
        guard item.isDeleted else { return }
        deleted.columns[0].append(Int64(key.partition))
        deleted.columns[1].append(item.key.kind.rawValue)
        deleted.columns[2].append(item.tenant.value)
        deleted.columns[3].append(item.key.id)
    }
}

extension Columns {
    /// The rows of the table `follower_cursors`, for `ItemStatements.storeCursors`. A row is written once by a statement: of several cursors
    /// of one item that stays which the others do not replace.
    init(cursors: [FollowerCursor]) {
        self.init(ItemStatements.cursorTypes)
        var farthest: [CursorName: FollowerCursor] = [:]
        for cursor in cursors {
            let name = CursorName(cursor)
            if let known = farthest[name], !cursor.replaces(known) { continue }
            farthest[name] = cursor
        }
        // In one order everywhere, so that pages of the table are touched one after the other.
        for (name, cursor) in farthest.sorted(by: { $0.key < $1.key }) {
            columns[0].append(Int64(name.partition))
            columns[1].append(name.epoch)
            columns[2].append(Int64(cursor.generation))
            columns[3].append(name.kind)
            columns[4].append(name.tenant)
            columns[5].append(name.id)
            columns[6].append(CursorRow.text(cursor.place))
            columns[7].append(cursor.state)
        }
    }
}

private struct CursorName: Hashable, Comparable {
    let partition: Int
    let epoch: Int64
    let kind: String
    let tenant: String
    let id: String

    init(_ cursor: FollowerCursor) {
        (partition, epoch, kind) = (cursor.partition.index, cursor.epoch, cursor.kind.rawValue)
        (tenant, id) = (cursor.tenant.value, cursor.id)
    }

    static func < (a: CursorName, b: CursorName) -> Bool {
        (a.partition, a.epoch, a.kind, a.tenant, a.id) < (b.partition, b.epoch, b.kind, b.tenant, b.id)
    }
}
