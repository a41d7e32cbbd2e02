import Foundation

/// What applications do without an engine: one row that holds the last number, and `UPDATE … RETURNING`, each in a durable transaction of its
/// own.
public struct HotRow: Sendable {
    private let path: String

    /// Creates the database at `path`.
    public init(path: String, settings: StoreSettings) throws {
        self.path = path
        let connection = try SQLiteConnection(path: path, readOnly: false)
        try connection.execute("PRAGMA journal_mode = WAL")
        try connection.execute("CREATE TABLE IF NOT EXISTS counters (series TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID")
        try connection.execute("INSERT OR IGNORE INTO counters VALUES ('INV', 0)")
        self.settings = settings
    }

    private let settings: StoreSettings

    /// Numbers a second of `clients` connections, each on a thread of its own.
    public func numbersPerSecond(clients: Int, seconds: Double) async throws -> Double {
        let started = ContinuousClock.now
        let end = started + .seconds(seconds)
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<clients { group.addTask { try await Self.onThread { try self.take(until: end) } } }
            return try await group.reduce(0, +)
        }
        let spent = ContinuousClock.now - started
        return Double(counts) / (Double(spent.components.seconds) + Double(spent.components.attoseconds) * 1e-18)
    }

    private func take(until end: ContinuousClock.Instant) throws -> Int {
        let connection = try SQLiteConnection(path: path, readOnly: false)
        for pragma in settings.pragmas { try connection.execute(pragma) }
        let statement = try connection.prepare("UPDATE counters SET last = last + 1 WHERE series = 'INV' RETURNING last")
        var count = 0
        while ContinuousClock.now < end {
            try statement.run()
            count += 1
        }
        return count
    }

    /// The statements block, which the pool of tasks must not.
    private static func onThread(_ body: @escaping @Sendable () throws -> Int) async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }
}
