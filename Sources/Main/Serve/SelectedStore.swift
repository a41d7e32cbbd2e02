internal import ArgumentParser
internal import Domain
internal import Ports
internal import PostgresAdapter
internal import SQLiteAdapter
internal import SystemAdapter

/// The store that the settings select: the embedded one, or a PostgreSQL database.
struct SelectedStore: Sendable {
    let journal: any Journal
    let housekeeping: any Housekeeping
    let anchors: any AnchorStore
    let queries: any ServiceCallQueries & BookQueries & EventQueries & AuditQueries
    let metrics: @Sendable () -> [MetricFamily]
    let close: @Sendable () async -> Void

    /// - Parameter database: the URL of a PostgreSQL database; nil for the embedded store in `directory`.
    static func open(
        _ database: String?, directory: DataDirectory, keyMark: String, sealingKeys: [String], anchorKey: String, partitions: Int,
        at now: Instant, diagnostics: any Diagnostics
    ) async throws -> SelectedStore {
        if let database {
            var options = PostgresStoreOptions()
            options.partitionCount = partitions
            options.createdAt = now
            options.lease = lease
            options.keyMark = keyMark
            options.sealingKeys = sealingKeys
            options.anchorKey = anchorKey
            options.engineId = try directory.identity()
            options.diagnostics = diagnostics
            let store = try await PostgresStore.open(url: database, options: options)
            return SelectedStore(
                journal: store, housekeeping: store, anchors: store, queries: store, metrics: { store.metrics },
                close: { await store.close() })
        }
        var options = SQLiteStoreOptions()
        options.partitionCount = partitions
        options.sealingKeys = sealingKeys
        options.createdAt = now
        options.diagnostics = diagnostics
        let store = try await SQLiteStore.open(directory: directory.path, options: options)
        return SelectedStore(
            journal: store, housekeeping: store, anchors: store, queries: store, metrics: { store.metrics },
            close: { await store.close() })
    }

    /// Why nothing can be stored at present, for whoever asks whether the engine is ready; nil while it can.
    var trouble: String? {
        switch journal.writeTrouble {
        case nil: nil
        case .unreachable: "The database cannot be reached; the engine tries again by itself."
        case .full: "The store's disk is full, so nothing can be stored; the engine tries again by itself."
        case .failing: "The store cannot write, its diagnostics say why; the engine tries again by itself."
        case .takenOver: "Another engine has taken the store over; this one ends. Started again it stands by."
        }
    }

    /// How long an engine that cannot be heard of is taken to be alive. What it sends to a bus ends before.
    static let lease = TimeSpan.seconds(10)
}

/// Which database is used.
struct DatabaseOption: ParsableArguments {
    @Option(
        help: """
            A PostgreSQL database, postgres://user:password@host:port/name, in place of the embedded store. Better given as \
            LEDGERFLOW_DATABASE_URL, since others on the machine can read a command line; libpq's PGPASSFILE works as well.
            """)
    var databaseUrl: String?

    var url: String? { databaseUrl ?? Setting.environment("database-url") }

    func validate() throws {
        guard let url else { return }
        do { try PostgresStore.check(url: url) } catch .options(let reason) {
            throw ValidationError("--database-url (or LEDGERFLOW_DATABASE_URL): \(reason).")
        }
    }
}
