internal import Crypto
public import Domain
internal import Ports

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Glibc
#endif

/// The numbered migrations of a PostgreSQL database.
///
/// Each is applied once, in order, in a transaction of its own; a lock of the database keeps a second program out meanwhile. A
/// database that a newer program wrote, or in which a migration of another content was applied, is refused. All of it blocks.
public enum PostgresMigrations {
    /// One migration, and whether the database has it.
    public struct Entry: Hashable, Sendable {
        public let number: Int
        public let name: String
        /// SHA-256 of the migration's SQL, in hexadecimal.
        public let checksum: String
        /// Nil when it is not applied yet.
        public let appliedAt: Instant?
    }

    /// Every statement that makes the newest schema, in order.
    public static var schemaText: String {
        ([SchemaStatements.bookkeeping] + SchemaStatements.all.map { "-- \($0.number): \($0.name)\n\($0.up)" })
            .joined(separator: "\n\n") + "\n"
    }

    /// What breaks the rule that a migration may only add, over all that this program knows.
    public static var contractions: [String] { SchemaStatements.all.flatMap(\.contractions) }

    /// The migrations that this program knows, against the database. Changes nothing.
    public static func status(url: String) throws(PostgresStoreError) -> [Entry] {
        let connection = try AdminConnection(try ConnectionSettings(url: url, options: PostgresStoreOptions()))
        let applied: [Int: Applied]
        do throws(StoreFailure) { applied = try read(connection) } catch { throw opened(connection.settings, error) }
        try check(applied, connection.settings.server)
        return SchemaStatements.all.map {
            Entry(number: $0.number, name: $0.name, checksum: checksum($0), appliedAt: applied[$0.number]?.at)
        }
    }

    /// Applies what is missing.
    ///
    /// - Parameter to: the last to apply; nil for all.
    /// - Returns: the numbers that were applied now.
    @discardableResult
    public static func up(url: String, to last: Int? = nil, at now: Instant) throws(PostgresStoreError) -> [Int] {
        let connection = try AdminConnection(try ConnectionSettings(url: url, options: PostgresStoreOptions()))
        return try up(connection, to: last ?? SchemaStatements.all.count, at: now)
    }

    /// Takes back every applied migration above `to`, the newest first; with 0 all, and everything that the store holds with them.
    ///
    /// Refused while an engine holds a partition; none may start meanwhile.
    ///
    /// - Returns: the numbers that were taken back.
    @discardableResult
    public static func down(url: String, to last: Int) throws(PostgresStoreError) -> [Int] {
        let connection = try AdminConnection(try ConnectionSettings(url: url, options: PostgresStoreOptions()))
        let server = connection.settings.server
        let outcome = try locked(connection) { connection, applied throws(StoreFailure) -> Result<[Int], PostgresStoreError> in
            if let owner = try livingOwner(connection, applied) { return .failure(.inUse(server: server, owner: owner)) }
            var done: [Int] = []
            for migration in SchemaStatements.all.reversed() where migration.number > last && applied[migration.number] != nil {
                try transaction(connection) { connection throws(StoreFailure) in
                    try connection.execute(migration.down)
                    _ = try connection.rows("DELETE FROM migrations WHERE number = $1::int", [String(migration.number)])
                }
                done.append(migration.number)
            }
            return .success(done)
        }
        return try outcome.get()
    }

    /// Who holds a partition by a lease that has not run out; nil when nobody does, or before there were leases.
    private static func livingOwner(_ connection: borrowing AdminConnection, _ applied: [Int: Applied]) throws(StoreFailure) -> String? {
        guard applied[SchemaStatements.leasesNumber] != nil else { return nil }
        // Under the writer's role, for which the table is open.
        try connection.execute("SET ROLE \(Roles.writer)")
        let owner = try connection.value(
            "SELECT coalesce(owner_name, '') FROM partitions WHERE owner IS NOT NULL AND lease_until > clock_timestamp() ORDER BY id LIMIT 1"
        )
        try connection.execute("RESET ROLE")
        return owner
    }

    @discardableResult
    static func up(_ connection: borrowing AdminConnection, to last: Int, at now: Instant) throws(PostgresStoreError) -> [Int] {
        try locked(connection) { connection, applied throws(StoreFailure) in
            var done: [Int] = []
            for migration in SchemaStatements.all where migration.number <= last && applied[migration.number] == nil {
                try transaction(connection) { connection throws(StoreFailure) in
                    try connection.execute(migration.up)
                    _ = try connection.rows(
                        "INSERT INTO migrations (number, name, checksum, applied_at) VALUES ($1::int, $2, $3, $4::bigint)",
                        [String(migration.number), migration.name, checksum(migration), String(now.microseconds)])
                }
                done.append(migration.number)
            }
            return done
        }
    }

    private struct Applied {
        let checksum: String
        let at: Instant
    }

    /// The number of our lock among the locks of the database: "LFLW".
    private static let lockNumber = 0x4C46_4C57

    /// Runs `body` while no other program migrates, on a database that this program may touch.
    private static func locked<Value>(
        _ connection: borrowing AdminConnection,
        _ body: (borrowing AdminConnection, [Int: Applied]) throws(StoreFailure) -> Value
    ) throws(PostgresStoreError) -> Value {
        let settings = connection.settings
        do throws(StoreFailure) {
            try connection.execute("SET lock_timeout = '60s'; SET search_path = ledgerflow, pg_temp; SET client_min_messages = warning")
            _ = try connection.rows("SELECT pg_advisory_lock(\(lockNumber))")
        } catch { throw opened(settings, error) }
        try Roles.make(connection)
        do throws(StoreFailure) { try prepare(connection) } catch { throw opened(settings, error) }
        let applied: [Int: Applied]
        do throws(StoreFailure) { applied = try read(connection) } catch { throw opened(settings, error) }
        try check(applied, settings.server)
        do throws(StoreFailure) {
            let value = try body(connection, applied)
            _ = try connection.rows("SELECT pg_advisory_unlock(\(lockNumber))")
            return value
        } catch { throw opened(settings, error) }
    }

    private static func prepare(_ connection: borrowing AdminConnection) throws(StoreFailure) {
        // Only where it is missing: making it needs a right that using it does not.
        if try connection.value("SELECT to_regclass('ledgerflow.migrations')") == nil {
            try connection.execute(SchemaStatements.bookkeeping)
        }
    }

    /// How often a migration is tried that others get in the way of: for about a minute.
    private static let attempts = 30
    /// Behind a migration that waits for a table everybody waits, a running engine's commits too, and those have five seconds. So it does
    /// not wait longer, and lets them through before it tries again: a backup may hold the tables for hours.
    private static let patience = "2s"
    private static let pause: UInt32 = 100_000

    /// Tried again when another session and this one waited for each other, or this one for too long: that of an engine which still runs, or
    /// has just gone and left its server process at work, locks the tables in an order of its own.
    private static func transaction(
        _ connection: borrowing AdminConnection, _ body: (borrowing AdminConnection) throws(StoreFailure) -> Void
    ) throws(StoreFailure) {
        for attempt in 1...attempts {
            try connection.execute("BEGIN; SET LOCAL lock_timeout = '\(patience)'")
            do throws(StoreFailure) {
                try body(connection)
                return try connection.execute("COMMIT")
            } catch {
                connection.rollBack()
                guard attempt < attempts, error.isConflict else { throw error }
                usleep(pause)
            }
        }
    }

    private static func read(_ connection: borrowing AdminConnection) throws(StoreFailure) -> [Int: Applied] {
        guard try connection.value("SELECT to_regclass('ledgerflow.migrations')") != nil else { return [:] }
        var applied: [Int: Applied] = [:]
        for row in try connection.rows("SELECT number, checksum, applied_at FROM ledgerflow.migrations") {
            guard let number = row[0].flatMap({ Int($0) }), let checksum = row[1], let at = row[2].flatMap({ Int64($0) }) else {
                throw .unreadable("the table `migrations` does not hold what it must")
            }
            applied[number] = Applied(checksum: checksum, at: Instant(microseconds: at))
        }
        return applied
    }

    private static func check(_ applied: [Int: Applied], _ server: String) throws(PostgresStoreError) {
        let known = SchemaStatements.all.count
        if let newest = applied.keys.max(), newest > known { throw .newerThanProgram(server: server, stored: newest, known: known) }
        for migration in SchemaStatements.all {
            guard let stored = applied[migration.number] else { continue }
            guard stored.checksum == checksum(migration) else { throw .migrationChanged(server: server, number: migration.number) }
        }
    }

    private static func checksum(_ migration: Migration) -> String {
        let digits = Array("0123456789abcdef")
        return String(SHA256.hash(data: Array(migration.up.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// What an error of the server means to somebody who wants to open the store.
    static func opened(_ settings: ConnectionSettings, _ failure: StoreFailure) -> PostgresStoreError {
        let reason = settings.redacted(failure.reason)
        if case .server(let state, _, _) = failure, state.hasPrefix("42") || state.hasPrefix("0A") {
            return .unsuitable(server: settings.server, reason: reason)
        }
        return .unavailable(server: settings.server, reason: reason)
    }
}
