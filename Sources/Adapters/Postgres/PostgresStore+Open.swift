internal import Domain
internal import Ports

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// What is known of a store once its database is open.
struct OpenedStore: Sendable {
    let storeId: UniqueId
    let partitionCount: Int
    /// What other engines are told of this one.
    let engineName: String
    /// Whether the store's engines have the keys that this one has.
    let keysAgree: Bool
    /// Sealing keys that the store's engines have used and this one does not have.
    let missingKeys: [String]
    /// The key by which the store's audit is anchored, where that is another than this engine's.
    let otherAnchorKey: String?

    /// RFC 9562 §5.4: version 4.
    static func randomId() -> UniqueId {
        UniqueId(
            high: UInt64.random(in: 0...UInt64.max) & 0xFFFF_FFFF_FFFF_0FFF | 0x4000, low: UInt64.random(in: 0...UInt64.max) >> 2 | 1 << 63)
    }
}

extension PostgresStore {
    /// Finds out, without a connection, whether `url` is one that `open` can use.
    ///
    /// - Throws: `PostgresStoreError.options` with what is wrong; it holds nothing of the URL.
    public static func check(url: String) throws(PostgresStoreError) {
        _ = try ConnectionSettings(url: url, options: PostgresStoreOptions())
    }

    /// Opens the store in the database at `url` (`postgres://user:password@host:port/database`, or the library's form of keywords and
    /// values), makes it when there is none, and applies missing migrations.
    ///
    /// The connecting user owns the tables and must be allowed to make schemas in the database, and roles unless they are there already.
    ///
    /// - Throws: `PostgresStoreError`, whose text says what to do and never holds the password.
    public static func open(
        url: String, options: PostgresStoreOptions = PostgresStoreOptions()
    ) async throws(PostgresStoreError) -> PostgresStore {
        if let problem = options.problem { throw .options(problem) }
        let settings = try ConnectionSettings(url: url, options: options)
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<OpenedStore, PostgresStoreError>, Never>) in
            let thread = DedicatedThread {
                let result: Result<OpenedStore, PostgresStoreError>
                do throws(PostgresStoreError) { result = .success(try prepare(settings, options)) } catch { result = .failure(error) }
                continuation.resume(returning: result)
            }
            if !thread.hasStarted {
                continuation.resume(returning: .failure(.unavailable(server: settings.server, reason: "the system gives no more threads")))
            }
        }
        return try PostgresStore(try result.get(), settings, options)
    }

    private static func prepare(
        _ settings: ConnectionSettings, _ options: PostgresStoreOptions
    ) throws(PostgresStoreError) -> OpenedStore {
        let connection = try AdminConnection(settings)
        let problem: String?
        do throws(StoreFailure) { problem = try unsuitable(connection) } catch { throw PostgresMigrations.opened(settings, error) }
        if let problem { throw .unsuitable(server: settings.server, reason: problem) }
        try PostgresMigrations.up(connection, to: SchemaStatements.all.count, at: options.createdAt)
        let opened: OpenedStore
        do throws(StoreFailure) {
            try warn(connection, options)
            opened = try identity(connection, options)
        } catch { throw PostgresMigrations.opened(settings, error) }
        guard opened.keysAgree else { throw .otherKeys(server: settings.server) }
        if let key = opened.otherAnchorKey { throw .otherAnchorKey(server: settings.server, key: key) }
        guard opened.missingKeys.isEmpty else { throw .sealingKeysMissing(server: settings.server, keys: opened.missingKeys) }
        return opened
    }

    private static func unsuitable(_ connection: borrowing AdminConnection) throws(StoreFailure) -> String? {
        let row = try connection.rows(
            "SELECT current_setting('server_version_num')::int >= 140000, current_setting('server_encoding'), pg_is_in_recovery()")
        guard let row = row.first else { return "it does not answer" }
        if row[0] != "t" { return "PostgreSQL 14 or later is needed" }
        if row[1] != "UTF8" { return "its encoding is \(row[1] ?? ""), and must be UTF8: create the database with ENCODING 'UTF8'" }
        if row[2] != "f" { return "it is a standby, which cannot be written; give the address of the primary server" }
        return nil
    }

    private static func warn(_ connection: borrowing AdminConnection, _ options: PostgresStoreOptions) throws(StoreFailure) {
        for name in ["fsync", "full_page_writes"] where try connection.value("SELECT current_setting($1)", [name]) != "on" {
            let text = "the server runs with \(name) off: a crash of its machine may lose or damage what was committed"
            options.diagnostics?.report(Diagnostic(.warning, "store.not-durable", text))
        }
    }

    /// Reads who the store is; a new store is told. Under the writer's role, for which the tables are open.
    private static func identity(
        _ connection: borrowing AdminConnection, _ options: PostgresStoreOptions
    ) throws(StoreFailure) -> OpenedStore {
        // Apart: a transaction that is rolled back takes a role along that was set in it.
        try connection.execute("SET ROLE \(Roles.writer)")
        try connection.execute("BEGIN")
        _ = try connection.rows("SELECT pg_advisory_xact_lock($1::bigint)", ["5279910321"])
        if try connection.value("SELECT value FROM store WHERE key = 'store_id'") == nil { try create(connection, options) }
        let mark = try connection.value("SELECT value FROM store WHERE key = 'key_mark'")
        if let given = options.keyMark, mark == nil {
            _ = try connection.rows("INSERT INTO store (key, value) VALUES ('key_mark', $1)", [given])
        }
        let agree = options.keyMark == nil || mark == nil || mark == options.keyMark
        let missing = try agree ? missingKeys(connection, options) : []
        let otherAnchorKey = try agree && missing.isEmpty ? otherAnchorKey(connection, options) : nil
        // Of an engine that is refused, nothing is noted.
        try connection.execute(agree && missing.isEmpty && otherAnchorKey == nil ? "COMMIT" : "ROLLBACK")
        guard let id = try connection.value("SELECT value FROM store WHERE key = 'store_id'").flatMap({ UniqueId($0) }),
            let count = try connection.value("SELECT value FROM store WHERE key = 'partition_count'").flatMap({ Int($0) })
        else { throw .unreadable("the table `store` does not hold what it must") }
        let partitions = try connection.rows("SELECT id FROM partitions ORDER BY id").map { $0[0] }
        guard partitions == (0..<count).map({ String($0) }) else { throw .unreadable("the partitions are not \(count)") }
        return OpenedStore(
            storeId: id, partitionCount: count, engineName: options.ownerName.isEmpty ? hostAndProcess() : options.ownerName,
            keysAgree: agree, missingKeys: missing, otherAnchorKey: otherAnchorKey)
    }

    /// Notes the first key for anchors.
    ///
    /// - Returns: the key that was noted before, when it is another.
    private static func otherAnchorKey(
        _ connection: borrowing AdminConnection, _ options: PostgresStoreOptions
    ) throws(StoreFailure) -> String? {
        guard let given = options.anchorKey else { return nil }
        if let known = try connection.value("SELECT value FROM store WHERE key = 'anchor_key'") { return known == given ? nil : known }
        _ = try connection.rows("INSERT INTO store (key, value) VALUES ('anchor_key', $1)", [given])
        return nil
    }

    /// Notes the newest sealing key, unless one that was noted before is missing.
    ///
    /// - Returns: those that are missing.
    private static func missingKeys(_ connection: borrowing AdminConnection, _ options: PostgresStoreOptions) throws(StoreFailure)
        -> [String]
    {
        guard let newest = options.sealingKeys.last else { return [] }
        let prefix = "sealing_key/"
        let known = try connection.rows(
            "SELECT substr(key, $1::int) FROM store WHERE starts_with(key, $2) ORDER BY key",
            [
                String(prefix.utf8.count + 1), prefix,
            ]
        ).compactMap { $0[0] }
        let missing = known.filter { !options.sealingKeys.contains($0) }
        guard missing.isEmpty, !known.contains(newest) else { return missing }
        _ = try connection.rows(
            "INSERT INTO store (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [prefix + newest, String(options.createdAt.microseconds)])
        return []
    }

    private static func create(_ connection: borrowing AdminConnection, _ options: PostgresStoreOptions) throws(StoreFailure) {
        let facts = [
            ("store_id", (options.storeId ?? OpenedStore.randomId()).description), ("partition_count", String(options.partitionCount)),
            ("created_at", String(options.createdAt.microseconds)),
        ]
        for (key, value) in facts { _ = try connection.rows("INSERT INTO store (key, value) VALUES ($1, $2)", [key, value]) }
        _ = try connection.rows(
            """
            INSERT INTO partitions (id, epoch, head, head_epoch, last_ordinal, published)
            SELECT n, 0, 0, 0, 0, 0 FROM generate_series(0, $1::int - 1) AS n
            """, [String(options.partitionCount)])
    }

    private static func hostAndProcess() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "process \(getpid())" }
        let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(host), process \(getpid())"
    }
}
