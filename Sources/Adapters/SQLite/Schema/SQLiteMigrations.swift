internal import CSQLite
public import Domain
internal import Ports

/// The numbered migrations of the embedded store's database.
///
/// Each is applied once, in order, in a transaction of its own that locks the database for everybody else. A database that a newer
/// program wrote, or in which a migration of another content was applied, is refused.
public enum SQLiteMigrations {
    /// One migration, and whether the database has it.
    public struct Entry: Hashable, Sendable {
        public let number: Int
        public let name: String
        /// A digest of the migration's text.
        public let checksum: String
        /// Nil when it is not applied yet.
        public let appliedAt: Instant?
    }

    /// Every statement that makes the newest schema, in order.
    public static var schemaText: String {
        ([SchemaStatements.bookkeeping + ";"] + SchemaStatements.all.map { "-- \($0.number): \($0.name)\n\($0.up)" })
            .joined(separator: "\n\n") + "\n"
    }

    /// The migrations that this program knows, against the database file at `path`; without such a file none is applied. Changes
    /// nothing. Blocks while it reads.
    public static func status(path: String) throws(SQLiteStoreError) -> [Entry] {
        guard StoreFiles.size(of: path) > 0 else { return entries(applied: [:]) }
        let applied: [Int64: Applied]
        let isForeign: Bool
        do throws(StoreFailure) {
            let connection = try Connection(.init(path: path, cacheBytes: 1 << 20, busyMilliseconds: 5_000))
            isForeign = try Self.isForeign(connection)
            applied = isForeign ? [:] : try read(connection)
        } catch { throw opened(path, error) }
        if isForeign { throw .foreign(path: path) }
        try check(applied, path: path)
        return entries(applied: applied)
    }

    /// Applies what is missing; makes the database when there is none. Blocks while it works.
    ///
    /// - Returns: the numbers that were applied now.
    @discardableResult
    public static func apply(path: String, at now: Instant) throws(SQLiteStoreError) -> [Int] {
        try StoreFiles.prepareFile(path)
        let outcome: Result<[Int], SQLiteStoreError>
        do throws(StoreFailure) {
            let connection = try Connection(.init(path: path, cacheBytes: 4 << 20, busyMilliseconds: 10_000, mayCreate: true))
            outcome = try apply(connection, path: path, at: now)
        } catch { throw opened(path, error) }
        return try outcome.get()
    }

    /// Takes back every applied migration above `last`, the newest first; with 0 all, and everything that the store holds with them. Blocks
    /// while it works; no engine may use the database.
    ///
    /// - Returns: the numbers that were taken back.
    @discardableResult
    public static func down(path: String, to last: Int) throws(SQLiteStoreError) -> [Int] {
        guard StoreFiles.size(of: path) > 0 else { return [] }
        let outcome: Result<[Int], SQLiteStoreError>
        do throws(StoreFailure) {
            let connection = try Connection(.init(path: path, cacheBytes: 4 << 20, busyMilliseconds: 10_000))
            outcome = try down(connection, path: path, to: last)
        } catch { throw opened(path, error) }
        return try outcome.get()
    }

    private static func down(
        _ connection: borrowing Connection, path: String, to last: Int
    ) throws(StoreFailure) -> Result<[Int], SQLiteStoreError> {
        if try isForeign(connection) { return .failure(.foreign(path: path)) }
        let applied = try read(connection)
        do throws(SQLiteStoreError) { try check(applied, path: path) } catch { return .failure(error) }
        var done: [Int] = []
        for migration in SchemaStatements.all.reversed() where migration.number > last && applied[Int64(migration.number)] != nil {
            try connection.execute("BEGIN EXCLUSIVE")
            do throws(StoreFailure) {
                try connection.execute(migration.down)
                try connection.execute("DELETE FROM migrations WHERE number = \(migration.number)")
                try connection.execute("COMMIT")
            } catch {
                connection.rollBack()
                throw error
            }
            done.append(migration.number)
        }
        return .success(done)
    }

    /// What breaks the rule that a migration may only add, over all that this program knows; see `Migration.contractions`.
    static var contractions: [String] { SchemaStatements.all.flatMap(\.contractions) }

    struct Applied {
        let checksum: String
        let at: Instant
    }

    /// The inner result is the refusal, the thrown error one of the library.
    static func apply(
        _ connection: borrowing Connection, path: String, at now: Instant
    ) throws(StoreFailure) -> Result<[Int], SQLiteStoreError> {
        var done: [Int] = []
        if try isForeign(connection) { return .failure(.foreign(path: path)) }
        let before = try read(connection)
        do throws(SQLiteStoreError) { try check(before, path: path) } catch { return .failure(error) }
        for migration in SchemaStatements.all where before[Int64(migration.number)] == nil {
            try connection.execute("BEGIN EXCLUSIVE")
            do throws(StoreFailure) {
                try connection.execute("PRAGMA application_id=\(SchemaStatements.applicationId)")
                try connection.execute(SchemaStatements.bookkeeping)
                let applied = try read(connection)
                do throws(SQLiteStoreError) { try check(applied, path: path) } catch {
                    connection.rollBack()
                    return .failure(error)
                }
                if applied[Int64(migration.number)] == nil {
                    try connection.execute(migration.up)
                    try record(migration, connection, at: now)
                    done.append(migration.number)
                }
                try connection.execute("COMMIT")
            } catch {
                connection.rollBack()
                throw error
            }
        }
        return .success(done)
    }

    private static func record(_ migration: Migration, _ connection: borrowing Connection, at now: Instant)
        throws(StoreFailure)
    {
        let insert = try Statement(connection, "INSERT INTO migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)")
        try insert.bind(1, migration.number)
        try insert.bind(2, text: migration.name)
        try insert.bind(3, text: checksum(migration))
        try insert.bind(4, now)
        try insert.run()
    }

    /// Whether the file holds a database that is not ours.
    private static func isForeign(_ connection: borrowing Connection) throws(StoreFailure) -> Bool {
        let id = try connection.number("PRAGMA application_id") ?? 0
        if id == SchemaStatements.applicationId { return false }
        if id != 0 { return true }
        return try connection.number("SELECT count(*) FROM sqlite_schema") ?? 0 > 0
    }

    private static func read(_ connection: borrowing Connection) throws(StoreFailure) -> [Int64: Applied] {
        guard try connection.number("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'") != nil else { return [:] }
        let query = try Statement(connection, "SELECT number, checksum, applied_at FROM migrations ORDER BY number")
        var applied: [Int64: Applied] = [:]
        while try query.step() { applied[query.integer(0)] = Applied(checksum: query.text(1), at: query.instant(2)) }
        return applied
    }

    private static func check(_ applied: [Int64: Applied], path: String) throws(SQLiteStoreError) {
        let known = SchemaStatements.all.count
        if let newest = applied.keys.max(), newest > Int64(known) {
            throw .newerThanProgram(path: path, stored: Int(newest), known: known)
        }
        for migration in SchemaStatements.all {
            guard let stored = applied[Int64(migration.number)] else { continue }
            guard stored.checksum == checksum(migration) else { throw .migrationChanged(path: path, number: migration.number) }
        }
    }

    private static func entries(applied: [Int64: Applied]) -> [Entry] {
        SchemaStatements.all.map {
            Entry(number: $0.number, name: $0.name, checksum: checksum($0), appliedAt: applied[Int64($0.number)]?.at)
        }
    }

    private static let checksumNamespace = UniqueId(high: 0x6c65_6467_6572_5f6d, low: 0x8967_7261_7469_6f6e)

    private static func checksum(_ migration: Migration) -> String {
        UniqueId.version5(namespace: checksumNamespace, name: Array(migration.up.utf8)).description
    }

    /// What an error of the library means to somebody who wants to open the file.
    static func opened(_ path: String, _ failure: StoreFailure) -> SQLiteStoreError {
        switch failure.primaryCode {
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(path: path, finding: failure.reason)
        case nil: .corrupt(path: path, finding: failure.reason)
        case SQLITE_ERROR: .corrupt(path: path, finding: "its schema is not the expected one: \(failure.reason)")
        default: .unavailable(path: path, reason: failure.reason)
        }
    }
}
