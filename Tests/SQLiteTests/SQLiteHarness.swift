import Domain
import Foundation
import PortContract
import Ports
import SQLiteAdapter
import Synchronization

/// A store in a scratch directory.
final class SQLiteHarness: StoreHarness {
    private let current: Mutex<SQLiteStore>
    private let directory: String
    private let options: SQLiteStoreOptions

    init(_ directory: String, options: SQLiteStoreOptions = .small) async throws {
        self.directory = directory
        self.options = options
        current = Mutex(try await SQLiteStore.open(directory: directory, options: options))
    }

    var store: SQLiteStore { current.withLock { $0 } }
    var journal: any Journal { store }
    var calls: any ServiceCallQueries { store }
    var books: any BookQueries { store }
    var events: any EventQueries { store }
    var housekeeping: any Housekeeping { store }
    var anchors: any AnchorStore & AuditQueries { store }

    func reopen() async throws { try await reopen(healing: {}) }

    /// - Parameter healing: what comes between closing and opening.
    func reopen(healing: () -> Void) async throws {
        await store.close()
        healing()
        let store = try await SQLiteStore.open(directory: directory, options: options)
        current.withLock { $0 = store }
    }

    func close() async { await store.close() }
}

extension SQLiteStoreOptions {
    static var small: SQLiteStoreOptions {
        var options = SQLiteStoreOptions()
        options.partitionCount = 4
        options.cursorDelay = .milliseconds(2)
        options.listDelay = .milliseconds(5)
        // A loaded test machine may take its time; the promise tested is what the list holds, not when.
        options.listPatience = .seconds(30)
        return options
    }
}

/// Runs `body` with a new directory, which is removed afterwards.
func withScratch<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try await body(directory)
}
