internal import Domain

/// The writing side of the lists. Used by the projector's thread alone.
final class ListStore {
    private struct Progress {
        var position: Int64
        var scanned: Int64
        let scanEnd: Int64
        var isScanned: Bool { scanned >= scanEnd }
    }

    private enum Change {
        case row(ListSource.Row)
        case state(RowKey, status: Int64, dueAt: Int64?)
    }

    private let main: ListSource
    private let storeId: UniqueId
    private var progress: [Progress] = []
    private(set) var lag = 0
    /// Whether the database, not the lists, is being read: whose error it is.
    private(set) var isReading = false
    private let insertCall: Statement
    private let updateCall: Statement
    private let insertTag: Statement
    private let deleteCall: Statement
    private let deleteTag: Statement
    private let saveProgress: Statement
    private let connection: Connection

    /// Events looked at in one round, or calls copied.
    private static let round = 4_096

    init(_ settings: Connection.Settings, main: ListSource, storeId: UniqueId, creating: Bool) throws(StoreFailure) {
        let connection = try Connection(settings)
        self.main = main
        self.storeId = storeId
        if creating { try Self.create(connection, main, storeId) }
        insertCall = try Statement(
            connection,
            """
            INSERT INTO calls (key, tenant, id, created_at, status, host, due_at) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET status = excluded.status, due_at = excluded.due_at
            """)
        updateCall = try Statement(connection, "UPDATE calls SET status = ?, due_at = ? WHERE key = ?")
        insertTag = try Statement(connection, "INSERT OR IGNORE INTO tags (tenant, tag, created_at, id, key) VALUES (?, ?, ?, ?, ?)")
        deleteCall = try Statement(connection, "DELETE FROM calls WHERE key = ?")
        deleteTag = try Statement(connection, "DELETE FROM tags WHERE tenant = ? AND tag = ? AND created_at = ? AND id = ?")
        saveProgress = try Statement(connection, "UPDATE progress SET position = ?, scanned = ? WHERE partition = ?")
        do {
            let read = try Statement(connection, "SELECT position, scanned, scan_end FROM progress ORDER BY partition")
            while try read.step() {
                progress.append(Progress(position: read.integer(0), scanned: read.integer(1), scanEnd: read.integer(2)))
            }
        }
        self.connection = connection
    }

    private static func create(_ connection: borrowing Connection, _ main: ListSource, _ storeId: UniqueId) throws(StoreFailure) {
        // The ends are read before the calls are copied: what changes later is in the log after them.
        let ends = try main.partitionEnds()
        try connection.execute("BEGIN IMMEDIATE")
        try connection.execute(ListSchema.statements)
        try connection.execute("INSERT INTO facts VALUES ('store_id', '\(storeId)'), ('form', '\(ListSchema.form)')")
        let insert = try Statement(connection, "INSERT INTO progress (partition, position, scanned, scan_end) VALUES (?, ?, 0, ?)")
        for (partition, end) in ends.enumerated() {
            try insert.bind(1, partition)
            try insert.bind(2, end.head)
            try insert.bind(3, end.lastOrdinal)
            try insert.run()
        }
        try connection.execute("COMMIT")
    }

    /// Whether the lists on the disk are of this store, of this form, not ahead of it, not behind what is left of the log, and sound.
    func isUsable(partitionCount: Int) throws(StoreFailure) -> Bool {
        guard try connection.text("SELECT value FROM facts WHERE key = 'store_id'") == storeId.description,
            try connection.text("SELECT value FROM facts WHERE key = 'form'") == ListSchema.form,
            progress.count == partitionCount
        else { return false }
        let ends = try main.partitionEnds()
        guard ends.count == partitionCount, zip(progress, ends).allSatisfy({ $1.trimmed <= $0.position && $0.position <= $1.head }) else {
            return false
        }
        return try connection.text("PRAGMA quick_check(1)") == "ok"
    }

    /// How far each partition's events are in the lists.
    var positions: [Int64] { progress.map(\.position) }

    /// Whether every call that there was when the lists were made is in them.
    var isComplete: Bool { progress.allSatisfy(\.isScanned) }

    /// One round over the partitions.
    ///
    /// - Returns: whether there is more to do.
    func catchUp() throws(StoreFailure) -> Bool {
        var isBehind = false
        for partition in progress.indices {
            if progress[partition].isScanned {
                if try follow(partition) { isBehind = true }
            } else {
                try scan(partition)
                isBehind = true
            }
        }
        lag = try reading { () throws(StoreFailure) in
            zip(try main.partitionEnds(), progress).reduce(0) { $0 + Int($1.0.head - $1.1.position) }
        }
        return isBehind
    }

    private func reading<Value>(_ body: () throws(StoreFailure) -> Value) throws(StoreFailure) -> Value {
        isReading = true
        try main.beginRead()
        defer { main.endRead() }
        let value = try body()
        isReading = false
        return value
    }

    private func scan(_ partition: Int) throws(StoreFailure) {
        var state = progress[partition]
        let rows = try reading { () throws(StoreFailure) in
            try main.rows(partition: partition, after: state.scanned, upTo: state.scanEnd, limit: Self.round)
        }
        state.scanned = rows.count < Self.round ? state.scanEnd : rows.last?.key.ordinal ?? state.scanEnd
        try write(rows.map { .row($0) }, partition, state)
    }

    private func follow(_ partition: Int) throws(StoreFailure) -> Bool {
        var state = progress[partition]
        var changes: [Change] = []
        let isFull = try reading { () throws(StoreFailure) in
            let touched = try main.touched(partition: partition, after: state.position, limit: Self.round)
            changes.reserveCapacity(touched.calls.count)
            for call in touched.calls {
                let key = RowKey(partition: partition, ordinal: call.ordinal)
                if call.isNew {
                    if let row = try main.row(at: key) { changes.append(.row(row)) }
                } else if let current = try main.state(at: key) {
                    changes.append(.state(key, status: current.status, dueAt: current.dueAt))
                }
            }
            state.position = touched.last
            return touched.isFull
        }
        guard state.position > progress[partition].position else { return false }
        try write(changes, partition, state)
        return isFull
    }

    private func write(_ changes: [Change], _ partition: Int, _ state: Progress) throws(StoreFailure) {
        try connection.execute("BEGIN IMMEDIATE")
        do throws(StoreFailure) {
            for change in changes {
                switch change {
                case .row(let row): try insert(row)
                case .state(let key, let status, let dueAt): try update(key, status, dueAt)
                }
            }
            try saveProgress.bind(1, state.position)
            try saveProgress.bind(2, state.scanned)
            try saveProgress.bind(3, partition)
            try saveProgress.run()
            try connection.execute("COMMIT")
        } catch {
            connection.rollBack()
            throw error
        }
        progress[partition] = state
    }

    private func insert(_ row: ListSource.Row) throws(StoreFailure) {
        try insertCall.bind(1, row.key.value)
        try insertCall.bind(2, text: row.tenant)
        try insertCall.bind(3, row.id)
        try insertCall.bind(4, row.createdAt)
        try insertCall.bind(5, row.status)
        try insertCall.bind(6, text: row.host)
        try insertCall.bind(7, row.dueAt)
        try insertCall.run()
        for tag in row.tags {
            try insertTag.bind(1, text: row.tenant)
            try insertTag.bind(2, text: tag)
            try insertTag.bind(3, row.createdAt)
            try insertTag.bind(4, row.id)
            try insertTag.bind(5, row.key.value)
            try insertTag.run()
        }
    }

    private func update(_ key: RowKey, _ status: Int64, _ dueAt: Int64?) throws(StoreFailure) {
        try updateCall.bind(1, status)
        try updateCall.bind(2, dueAt)
        try updateCall.bind(3, key.value)
        try updateCall.run()
        guard connection.changes == 0 else { return }
        let row = try reading { () throws(StoreFailure) in try main.row(at: key) }
        if let row { try insert(row) }
    }

    /// Takes calls that have ended out of the lists, and leaves those alone that have changed since.
    func remove(_ calls: [(key: RowKey, version: Int64)]) throws(StoreFailure) {
        let rows = try reading { () throws(StoreFailure) in
            var rows: [ListSource.Row] = []
            for (key, version) in calls where try main.hasEnded(key, version: version) {
                if let row = try main.row(at: key) { rows.append(row) }
            }
            return rows
        }
        try connection.execute("BEGIN IMMEDIATE")
        do throws(StoreFailure) {
            for row in rows { try delete(row) }
            try connection.execute("COMMIT")
        } catch {
            connection.rollBack()
            throw error
        }
    }

    private func delete(_ row: ListSource.Row) throws(StoreFailure) {
        try deleteCall.bind(1, row.key.value)
        try deleteCall.run()
        for tag in row.tags {
            try deleteTag.bind(1, text: row.tenant)
            try deleteTag.bind(2, text: tag)
            try deleteTag.bind(3, row.createdAt)
            try deleteTag.bind(4, row.id)
            try deleteTag.run()
        }
    }
}
