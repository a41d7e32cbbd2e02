internal import Domain

/// What the projection reads of the database.
final class ListSource {
    struct Row {
        let key: RowKey
        let tenant: String
        let id: UniqueId
        let createdAt: Int64
        let status: Int64
        let dueAt: Int64?
        let host: String
        let tags: [String]
    }

    private let begin: Statement
    private let events: Statement
    private let state: Statement
    private let row: Statement
    private let rows: Statement
    private let partitions: Statement
    private let ended: Statement
    private let connection: Connection

    init(_ settings: Connection.Settings) throws(StoreFailure) {
        let connection = try Connection(settings)
        // A running attempt has no due time in the lists.
        let due = "CASE WHEN c.status = 2 THEN NULL ELSE c.due_at END"
        let columns = "c.key, c.tenant, c.id, c.created_at, c.status, \(due), r.host, r.tags"
        let calls = "FROM service_calls AS c JOIN service_call_requests AS r ON r.key = c.key"
        begin = try Statement(connection, "BEGIN")
        events = try Statement(
            connection, "SELECT key, ordinal, version, type FROM events WHERE key > ? AND key <= ? ORDER BY key LIMIT ?")
        state = try Statement(connection, "SELECT c.status, \(due) FROM service_calls AS c WHERE c.key = ?")
        row = try Statement(connection, "SELECT \(columns) \(calls) WHERE c.key = ?")
        rows = try Statement(connection, "SELECT \(columns) \(calls) WHERE c.key > ? AND c.key <= ? ORDER BY c.key LIMIT ?")
        partitions = try Statement(connection, "SELECT head, last_ordinal, trimmed FROM partitions ORDER BY id")
        ended = try Statement(connection, "SELECT 1 FROM service_calls WHERE key = ? AND version = ? AND ended_at IS NOT NULL")
        self.connection = connection
    }

    func beginRead() throws(StoreFailure) {
        if connection.isIdle { try begin.run() }
    }

    func endRead() {
        events.reset()
        state.reset()
        row.reset()
        rows.reset()
        partitions.reset()
        ended.reset()
        connection.rollBack()
    }

    /// The position of a partition's last event, the ordinal of its last record, and the position up to which its log is trimmed.
    typealias End = (head: Int64, lastOrdinal: Int64, trimmed: Int64)

    func partitionEnds() throws(StoreFailure) -> [End] {
        var ends: [End] = []
        while try partitions.step() { ends.append((partitions.integer(0), partitions.integer(1), partitions.integer(2))) }
        return ends
    }

    /// Whether the call has ended, and is still at this version.
    func hasEnded(_ key: RowKey, version: Int64) throws(StoreFailure) -> Bool {
        try ended.bind(1, key.value)
        try ended.bind(2, version)
        defer { ended.reset() }
        return try ended.step()
    }

    /// The stored numbers of the events of calls; those of books are not in the lists.
    private static let typesOfCalls = Set(ServiceCallEvent.Kind.allCases.map { Int64(EventType.serviceCall($0).code) })

    /// The calls that events after `position` touched, by ordinal, and whether each was made then; and the last position seen.
    func touched(
        partition: Int, after position: Int64, limit: Int
    ) throws(StoreFailure) -> (calls: [(ordinal: Int64, isNew: Bool)], last: Int64, isFull: Bool) {
        try events.bind(1, RowKey(partition: partition, ordinal: position).value)
        try events.bind(2, RowKey.last(ofPartition: partition).value)
        try events.bind(3, limit)
        var isNew: [Int64: Bool] = [:]
        var last = position
        var count = 0
        while try events.step() {
            count += 1
            last = RowKey(value: events.integer(0)).ordinal
            guard Self.typesOfCalls.contains(events.integer(3)) else { continue }
            if events.integer(2) == 1 {
                isNew[events.integer(1)] = true
            } else {
                isNew[events.integer(1), default: false] = isNew[events.integer(1)] ?? false
            }
        }
        return (isNew.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, last, count == limit)
    }

    func state(at key: RowKey) throws(StoreFailure) -> (status: Int64, dueAt: Int64?)? {
        try state.bind(1, key.value)
        guard try state.step() else { return nil }
        let found = (state.integer(0), state.optionalInteger(1))
        state.reset()
        return found
    }

    func row(at key: RowKey) throws(StoreFailure) -> Row? {
        try row.bind(1, key.value)
        guard try row.step() else { return nil }
        let found = try Self.read(row)
        row.reset()
        return found
    }

    func rows(partition: Int, after ordinal: Int64, upTo end: Int64, limit: Int) throws(StoreFailure) -> [Row] {
        try rows.bind(1, RowKey(partition: partition, ordinal: ordinal).value)
        try rows.bind(2, RowKey(partition: partition, ordinal: end).value)
        try rows.bind(3, limit)
        var found: [Row] = []
        while try rows.step() { found.append(try Self.read(rows)) }
        return found
    }

    private static func read(_ row: borrowing Statement) throws(StoreFailure) -> Row {
        Row(
            key: RowKey(value: row.integer(0)), tenant: row.text(1), id: try row.id(2), createdAt: row.integer(3), status: row.integer(4),
            dueAt: row.optionalInteger(5), host: row.text(6), tags: try Netstrings.read(row.blob(7)))
    }
}
