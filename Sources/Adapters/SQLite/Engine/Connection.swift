internal import CSQLite

/// One connection of the library. It stays on the thread that opened it, so it is opened without the library's own mutex.
struct Connection: ~Copyable {
    let handle: OpaquePointer
    /// Pages in the write-ahead log after the last commit on this connection.
    private let logPagesCell: UnsafeMutablePointer<Int32>

    struct Settings {
        var path: String
        var cacheBytes: Int
        var busyMilliseconds: Int32
        var isReader = false
        var mayCreate = false
        var maxPages: Int64?
        /// FULL: a commit is on the disk when it returns. NORMAL: only checkpoints wait for the disk.
        var synchronous = "FULL"
        /// Bytes of its log that a database keeps when the log starts anew.
        var keptLogBytes = 16 << 20
        var fileSystem: String?
    }

    /// Size of a page in bytes; fixed when a database is created.
    static let pageBytes = 4_096

    init(_ settings: Settings) throws(StoreFailure) {
        handle = try Self.open(settings)
        logPagesCell = .allocate(capacity: 1)
        logPagesCell.initialize(to: 0)
    }

    private static func open(_ settings: Settings) throws(StoreFailure) -> OpaquePointer {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (settings.mayCreate ? SQLITE_OPEN_CREATE : 0)
        let code = sqlite3_open_v2(settings.path, &opened, flags, settings.fileSystem)
        guard let opened else { throw .sqlite(code: SQLITE_NOMEM, message: "out of memory") }
        guard code == SQLITE_OK else {
            let failure = failure(opened, code)
            sqlite3_close_v2(opened)
            throw failure
        }
        do throws(StoreFailure) { try configure(opened, settings) } catch {
            sqlite3_close_v2(opened)
            throw error
        }
        return opened
    }

    private static func configure(_ handle: OpaquePointer, _ settings: Settings) throws(StoreFailure) {
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, settings.busyMilliseconds)
        // Untrusted files: no trigger or view of a tampered schema may call functions with side effects.
        try execute(handle, "PRAGMA trusted_schema=OFF")
        try execute(handle, "PRAGMA page_size=\(Self.pageBytes)")
        // A file that holds somebody else's database is refused later, and is not changed before.
        let isOurs = try number(handle, "PRAGMA application_id") == SchemaStatements.applicationId
        if !isOurs, try number(handle, "SELECT count(*) FROM sqlite_schema") == 0 {
            // A new database gets the form in which free pages can be given back to the system.
            try execute(handle, "PRAGMA auto_vacuum=INCREMENTAL")
            try execute(handle, "PRAGMA journal_mode=WAL")
        }
        if isOurs { try execute(handle, "PRAGMA journal_mode=WAL") }
        try execute(handle, "PRAGMA synchronous=\(settings.synchronous)")
        try execute(handle, "PRAGMA cache_size=-\(settings.cacheBytes / 1_024)")
        try execute(handle, "PRAGMA temp_store=MEMORY")
        // Space of the log that is used again is cheaper to flush than space that the file must grow into, so it keeps some.
        try execute(handle, "PRAGMA journal_size_limit=\(settings.keptLogBytes)")
        if let pages = settings.maxPages { try execute(handle, "PRAGMA max_page_count=\(pages)") }
        if settings.isReader { try execute(handle, "PRAGMA query_only=1") }
    }

    private static func number(_ handle: OpaquePointer, _ sql: String) throws(StoreFailure) -> Int64 {
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
        guard code == SQLITE_OK else { throw failure(handle, code) }
        defer { sqlite3_finalize(statement) }
        let step = sqlite3_step(statement)
        guard step == SQLITE_ROW else { throw failure(handle, step) }
        return sqlite3_column_int64(statement, 0)
    }

    deinit {
        sqlite3_close_v2(handle)
        logPagesCell.deallocate()
    }

    /// Checkpoints are the store's own affair: the hook that the library would use only counts.
    func countLogPages() {
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, logPagesCell)
    }

    var logPages: Int { Int(logPagesCell.pointee) }

    /// Runs statements that return nothing of interest.
    func execute(_ sql: String) throws(StoreFailure) { try Self.execute(handle, sql) }

    private static func execute(_ handle: OpaquePointer, _ sql: String) throws(StoreFailure) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(handle, code) }
    }

    /// Whether no transaction is open.
    var isIdle: Bool { sqlite3_get_autocommit(handle) != 0 }

    /// Ends an open transaction without effect.
    func rollBack() {
        if !isIdle { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    }

    /// Rows that the last statement changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    /// - passive: copies what it can without waiting for anybody.
    /// - restart: also waits for readers, so that the next transaction starts the log anew.
    /// - truncate: also empties the file.
    enum Checkpoint { case passive, restart, truncate }

    /// How long a statement waits for another connection.
    func setBusyMilliseconds(_ milliseconds: Int32) { sqlite3_busy_timeout(handle, milliseconds) }

    /// Copies the write-ahead log into the database.
    ///
    /// - Returns: pages in the log, and how many of them are copied; nil when another connection stood in the way.
    func checkpoint(_ mode: Checkpoint) throws(StoreFailure) -> (inLog: Int, copied: Int)? {
        var inLog: Int32 = 0
        var copied: Int32 = 0
        let flag =
            switch mode {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .restart: SQLITE_CHECKPOINT_RESTART
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        let code = sqlite3_wal_checkpoint_v2(handle, nil, flag, &inLog, &copied)
        if code & 0xFF == SQLITE_BUSY || code & 0xFF == SQLITE_LOCKED { return nil }
        guard code == SQLITE_OK else { throw failure(code) }
        return (Int(inLog), Int(copied))
    }

    /// Waits until what checkpoints have copied into the database is on the disk.
    ///
    /// By the library's own handle of the file: closing another one would give up the locks that this process holds on it.
    func flushDatabase() throws(StoreFailure) {
        var file: UnsafeMutablePointer<sqlite3_file>?
        let code = sqlite3_file_control(handle, nil, SQLITE_FCNTL_FILE_POINTER, &file)
        guard code == SQLITE_OK, let file, let flush = file.pointee.pMethods?.pointee.xSync else { throw failure(code) }
        let flushed = flush(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY)
        guard flushed == SQLITE_OK else { throw .sqlite(code: flushed, message: "the database could not be flushed") }
    }

    func failure(_ code: Int32) -> StoreFailure { Self.failure(handle, code) }

    static func failure(_ handle: OpaquePointer, _ code: Int32) -> StoreFailure {
        .sqlite(code: code, message: sqlite3_errmsg(handle).map { String(cString: $0) } ?? "no message")
    }

    /// The single number that a query returns; nil when it returns no row or NULL.
    func number(_ sql: String) throws(StoreFailure) -> Int64? {
        let statement = try Statement(self, sql)
        return try statement.step() ? statement.optionalInteger(0) : nil
    }

    /// The single text that a query returns.
    func text(_ sql: String) throws(StoreFailure) -> String? {
        let statement = try Statement(self, sql)
        return try statement.step() ? statement.text(0) : nil
    }
}
