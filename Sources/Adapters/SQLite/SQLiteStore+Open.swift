internal import CSQLite
internal import Domain
internal import Ports

/// What is known of a store once its database is open.
struct OpenedStore: Sendable {
    let storeId: UniqueId
    let partitionCount: Int
    let heads: [Int64]
    /// What its indexes are owed.
    let backlog: IndexBacklog.Found
    let space: StoreSpace
}

extension SQLiteStore {
    /// Opens the store in `directory`, makes it when there is none, applies missing migrations and checks the database: always its header,
    /// its schema and its fixed rows, and with `quick_check` every page when it is not larger than `options.quickCheckBytes`.
    ///
    /// Does not lock the directory against another engine; the fence keeps two from writing one partition.
    ///
    /// - Throws: `SQLiteStoreError`, whose text says what to do; nothing was changed then.
    public static func open(
        directory: String, options: SQLiteStoreOptions = SQLiteStoreOptions()
    ) async throws(SQLiteStoreError) -> SQLiteStore {
        guard (1...4_096).contains(options.partitionCount) else { throw .options("the number of partitions must be from 1 to 4096") }
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<OpenedStore, SQLiteStoreError>, Never>) in
            let thread = DedicatedThread {
                continuation.resume(returning: prepare(directory, options))
            }
            if !thread.hasStarted {
                continuation.resume(returning: .failure(.unavailable(path: directory, reason: "the system gives no more threads")))
            }
        }
        return try SQLiteStore(try result.get(), directory: directory, options: options)
    }

    /// Once in the process, and before any other use of the library; without effect when something else was quicker.
    private static let libraryIsSetUp: Void = { _ = csqlite_without_memory_statistics() }()

    private static func prepare(_ directory: String, _ options: SQLiteStoreOptions) -> Result<OpenedStore, SQLiteStoreError> {
        libraryIsSetUp
        let path = directory + "/" + StoreFiles.main
        do throws(SQLiteStoreError) {
            try StoreFiles.prepareDirectory(directory)
            try StoreFiles.prepareFile(path)
        } catch { return .failure(error) }
        do throws(StoreFailure) {
            var settings = writing(path, options)
            settings.cacheBytes = 4 << 20
            settings.mayCreate = true
            let connection = try Connection(settings)
            if StoreFiles.size(of: path) <= options.quickCheckBytes, let finding = try connection.text("PRAGMA quick_check(1)"),
                finding != "ok"
            {
                throw .unreadable(finding)
            }
            switch try SQLiteMigrations.apply(connection, path: path, at: options.createdAt) {
            case .failure(let refusal): return .failure(refusal)
            case .success:
                let missing = try missingKeys(connection, options)
                if !missing.isEmpty { return .failure(.sealingKeysMissing(path: path, keys: missing)) }
                return .success(try identity(connection, options))
            }
        } catch {
            return .failure(SQLiteMigrations.opened(path, error))
        }
    }

    /// Notes the newest sealing key, unless one that was noted before is missing.
    ///
    /// - Returns: those that are missing.
    private static func missingKeys(_ connection: borrowing Connection, _ options: SQLiteStoreOptions) throws(StoreFailure) -> [String] {
        guard let newest = options.sealingKeys.last else { return [] }
        let prefix = "sealing_key/"
        let query = try Statement(
            connection, "SELECT substr(key, \(prefix.utf8.count + 1)) FROM store WHERE key LIKE '\(prefix)%' ORDER BY key")
        var known: [String] = []
        while try query.step() { known.append(query.text(0)) }
        let missing = known.filter { !options.sealingKeys.contains($0) }
        guard missing.isEmpty, !known.contains(newest) else { return missing }
        let insert = try Statement(connection, "INSERT OR IGNORE INTO store (key, value) VALUES (?, ?)")
        try insert.bind(1, text: prefix + newest)
        try insert.bind(2, text: String(options.createdAt.microseconds))
        try insert.run()
        return []
    }

    /// Reads who the store is; a new store is told.
    private static func identity(_ connection: borrowing Connection, _ options: SQLiteStoreOptions) throws(StoreFailure) -> OpenedStore {
        if try connection.text("SELECT value FROM store WHERE key = 'store_id'") == nil { try create(connection, options) }
        guard let id = try connection.text("SELECT value FROM store WHERE key = 'store_id'").flatMap({ UniqueId($0) }),
            let count = try connection.text("SELECT value FROM store WHERE key = 'partition_count'").flatMap({ Int($0) })
        else { throw .unreadable("the table `store` does not hold what it must") }
        let query = try Statement(connection, "SELECT id, head FROM partitions ORDER BY id")
        var heads: [Int64] = []
        while try query.step() {
            guard query.integer(0) == Int64(heads.count) else { throw .unreadable("a partition is missing") }
            heads.append(query.integer(1))
        }
        guard heads.count == count else { throw .unreadable("the partitions are not \(count)") }
        return OpenedStore(
            storeId: id, partitionCount: count, heads: heads, backlog: try IndexStatements.found(connection),
            space: try connection.space(hasMore: false))
    }

    private static func create(_ connection: borrowing Connection, _ options: SQLiteStoreOptions) throws(StoreFailure) {
        // RFC 9562 §5.4: version 4.
        let random = UniqueId(
            high: UInt64.random(in: 0...UInt64.max) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000, low: UInt64.random(in: 0...UInt64.max) >> 2 | 1 << 63)
        let id = options.storeId ?? random
        try connection.execute("BEGIN IMMEDIATE")
        let insert = try Statement(connection, "INSERT INTO store (key, value) VALUES (?, ?)")
        let facts = [
            ("store_id", id.description), ("partition_count", String(options.partitionCount)),
            ("created_at", String(options.createdAt.microseconds)),
        ]
        for (key, value) in facts {
            try insert.bind(1, text: key)
            try insert.bind(2, text: value)
            try insert.run()
        }
        let partition = try Statement(
            connection, "INSERT INTO partitions (id, epoch, head, head_epoch, last_ordinal, published) VALUES (?, 0, 0, 0, 0, 0)")
        for index in 0..<options.partitionCount {
            try partition.bind(1, index)
            try partition.run()
        }
        try connection.execute("COMMIT")
    }
}
