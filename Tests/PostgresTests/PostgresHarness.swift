import Domain
import Foundation
import PortContract
import Ports
import PostgresKit
import Synchronization
import Testing

@testable import PostgresAdapter

/// The server that all tests share which do not disturb it.
enum SharedServer {
    private static let started = Result { try PostgresServer(settings: ["max_prepared_transactions = 10"]) }
    private static let number = Atomic<Int>(0)

    static func get() throws -> PostgresServer { try started.get() }

    static func newDatabase() throws -> (server: PostgresServer, name: String) {
        let server = try get()
        let name = "t\(number.wrappingAdd(1, ordering: .relaxed).newValue)"
        try server.createDatabase(name)
        return (server, name)
    }
}

/// A store in a database of its own.
final class PostgresHarness: StoreHarness {
    private let current: Mutex<PostgresStore>
    let url: String
    let server: PostgresServer
    let database: String
    private let options: PostgresStoreOptions

    init(options: PostgresStoreOptions = .small) async throws {
        (server, database) = try SharedServer.newDatabase()
        url = server.url(database)
        self.options = options
        current = Mutex(try await PostgresStore.open(url: url, options: options))
    }

    var store: PostgresStore { current.withLock { $0 } }
    var journal: any Journal { store }
    var calls: any ServiceCallQueries { store }
    var books: any BookQueries { store }
    var events: any EventQueries { store }
    var housekeeping: any Housekeeping { store }
    var anchors: any AnchorStore & AuditQueries { store }

    func reopen() async throws {
        await store.close()
        let store = try await PostgresStore.open(url: url, options: options)
        current.withLock { $0 = store }
    }

    func close() async { await store.close() }
}

extension PostgresStoreOptions {
    static var small: PostgresStoreOptions {
        var options = PostgresStoreOptions()
        options.partitionCount = 4
        options.readers = 2
        options.cursorDelay = .milliseconds(2)
        // A loaded test machine may take its time; no promise tested here is about when.
        options.patience = .seconds(20)
        options.statementTimeout = .seconds(30)
        options.lease = .seconds(60)
        return options
    }
}

/// Runs `body` with a new store, which is closed afterwards.
func withStore<Value>(_ options: PostgresStoreOptions = .small, _ body: (PostgresHarness) async throws -> Value) async throws -> Value {
    await OpenStores.shared.enter()
    let harness: PostgresHarness
    do { harness = try await PostgresHarness(options: options) } catch {
        await OpenStores.shared.leave()
        throw error
    }
    let result: Result<Value, any Error>
    do { result = .success(try await body(harness)) } catch { result = .failure(error) }
    await harness.close()
    await OpenStores.shared.leave()
    return try result.get()
}

/// Tests run all at once, and a server takes so many connections: the others wait for their turn.
private actor OpenStores {
    static let shared = OpenStores()

    private var free = 32
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

extension PostgresHarness {
    /// What a store must be opened with so that its commits can be held up for as long as it takes.
    static var patient: PostgresStoreOptions {
        var options = PostgresStoreOptions.small
        options.writers = 1
        options.lockTimeout = .seconds(180)
        options.statementTimeout = .seconds(180)
        return options
    }

    /// Holds up all commits while `body` runs, until it calls what it is given.
    func holdingUpCommits<Value>(_ body: (_ release: () throws -> Void) async throws -> Value) async throws -> Value {
        let (server, database) = (server, database)
        // Ended from outside; the time is for a test that fails before.
        async let holding: [String]? = Task.detached {
            try? server.sql("BEGIN; LOCK TABLE ledgerflow.partitions IN EXCLUSIVE MODE; SELECT pg_sleep(170)", database: database)
        }.value
        let holder = "FROM pg_stat_activity WHERE datname = '\(database)' AND wait_event = 'PgSleep'"
        try await eventually("the lock is held") { try server.sql("SELECT 1 \(holder)").count == 1 }
        let value = try await body { try server.sql("SELECT pg_terminate_backend(pid) \(holder)") }
        _ = await holding
        return value
    }

    /// Waits until one commit has got as far as the lock, and nothing else that writes is under way.
    func oneCommitIsHeldUp() async throws {
        try await eventually("a commit waits for the lock") {
            try server.sql("SELECT 1 FROM pg_stat_activity WHERE datname = '\(database)' AND wait_event_type = 'Lock'").count == 1
        }
    }

    /// Waits until so many requests that write wait in the store for a connection.
    func waiting(_ count: Int) async throws {
        try await eventually("\(count) requests wait") { store.pump.withInbox { $0.writes } == count }
    }
}

/// Asks until it holds, for a bounded number of times.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    for _ in 0..<6_000 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    throw ContractFailure("it did not come about: \(what)")
}
