import Domain
import Foundation
import PortContract
import Ports
import Testing

@testable import SQLiteAdapter

@Suite("The store's files")
struct StoreFileTests {
    private func database(_ directory: String) -> String { directory + "/" + SQLiteStore.databaseName }

    private func overwrite(_ path: String, at offset: UInt64, with bytes: [UInt8]) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    /// A store with some calls, closed.
    private func filled(_ directory: String, calls: Int = 200) async throws {
        let store = try await SQLiteStore.open(directory: directory, options: .small)
        var owner = try await Owner(store, 0)
        _ = try await owner.submit((0..<calls).map { try Sample.submission($0, in: owner) })
        await store.close()
        #expect(!FileManager.default.fileExists(atPath: database(directory) + "-wal"), "closing leaves no log behind")
    }

    private func openingError(_ directory: String, options: SQLiteStoreOptions = .small) async -> SQLiteStoreError? {
        do throws(SQLiteStoreError) {
            let store = try await SQLiteStore.open(directory: directory, options: options)
            await store.close()
            return nil
        } catch { return error }
    }

    @Test("their size is known as soon as the store is open")
    func size() async throws {
        try await withScratch { directory in
            var sizes: [Int64] = []
            for round in 0..<2 {
                let store = try await SQLiteStore.open(directory: directory, options: .small)
                for family in store.metrics where family.name == "ledgerflow_store_bytes" {
                    if case .gauge(let read) = family.source { sizes.append(read()) }
                }
                if round == 0 {
                    var owner = try await Owner(store, 0)
                    _ = try await owner.submit(
                        (0..<50).map { try Sample.submission($0, in: owner, body: Array(repeating: 1, count: 20_000)) })
                }
                await store.close()
            }
            try #require(sizes.count == 2)
            #expect(sizes[0] > 0 && sizes[1] > sizes[0] + 50 * 20_000)
        }
    }

    @Test("only their owner may read them")
    func mode() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner(store, 0)
            _ = try await owner.submit([Sample.submission(1, in: owner)])
            _ = try await store.list(tenant: Sample.acme, filter: .init(), after: nil, limit: 1)
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(names.count >= 4)
            for name in names {
                let mode = try FileManager.default.attributesOfItem(atPath: directory + "/" + name)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(name)")
            }
            await store.close()
        }
    }

    @Test("a damaged database is not opened, and the error says what to do", arguments: [0, 100, 4_096 * 20, 4_096 * 25])
    func damage(_ offset: Int) async throws {
        try await withScratch { directory in
            try await filled(directory)
            try overwrite(database(directory), at: UInt64(offset), with: (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* 37) })
            let error = try #require(await openingError(directory))
            #expect({ if case .corrupt = error { true } else { false } }(), "\(error)")
            #expect(error.description.contains("restore") && error.description.contains("corrupt-database.md"))
        }
    }

    @Test("a truncated database is not opened")
    func truncated() async throws {
        try await withScratch { directory in
            try await filled(directory)
            #expect(truncate(database(directory), 4_096 * 9) == 0)
            let error = try #require(await openingError(directory))
            #expect({ if case .corrupt = error { true } else { false } }(), "\(error)")
        }
    }

    @Test("a database of something else is refused and left alone")
    func foreign() async throws {
        try await withScratch { directory in
            #expect(FileManager.default.createFile(atPath: database(directory), contents: nil))
            #expect(SideConnection(database(directory)).execute("CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')"))
            #expect(await openingError(directory) == .foreign(path: database(directory)))
            #expect(SideConnection(database(directory)).text("SELECT text FROM notes") == "mine")
        }
    }

    @Test("a path that is no directory is refused")
    func noDirectory() async throws {
        try await withScratch { directory in
            #expect(FileManager.default.createFile(atPath: directory + "/file", contents: nil))
            #expect({ if case .unavailable = $0 { true } else { false } }(await openingError(directory + "/file")))
            #expect({ if case .unavailable = $0 { true } else { false } }(await openingError(directory + "/a/b/c")))
        }
    }

    @Test("a store keeps its number of partitions and its identity")
    func identity() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.storeId = UniqueId(high: 5, low: 6)
            let store = try await SQLiteStore.open(directory: directory, options: options)
            #expect(store.storeId == UniqueId(high: 5, low: 6))
            await store.close()
            options.partitionCount = 32
            options.storeId = UniqueId(high: 7, low: 8)
            let again = try await SQLiteStore.open(directory: directory, options: options)
            #expect(again.partitionCount == 4)
            #expect(again.storeId == UniqueId(high: 5, low: 6))
            await again.close()
        }
    }

    /// What a killed process leaves behind is what is in the files at that moment.
    @Test("what was acknowledged is in the files at once, as a killed process leaves them")
    func killed() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory + "/live", options: .small)
            var owner = try await Owner(store, 0)
            for round in 0..<5 {
                let stored = try await owner.submit((0..<20).map { try Sample.submission(round * 20 + $0, in: owner) })
                let copy = directory + "/copy\(round)"
                try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(
                        atPath: database(directory + "/live") + suffix, toPath: database(copy) + suffix)
                }
                let survivor = try await SQLiteStore.open(directory: copy, options: .small)
                let ownership = try await survivor.takeOwnership(of: owner.partition)
                #expect(ownership.head == owner.head)
                #expect(ownership.lastOrdinal == owner.lastOrdinal)
                for call in stored { #expect(try await survivor.load(call.call.submission, in: owner.partition) == call) }
                let page = try await survivor.list(tenant: Sample.acme, filter: .init(), after: nil, limit: 1_000)
                #expect(page.calls.count == (round + 1) * 20)
                await survivor.close()
            }
            await store.close()
        }
    }

    @Test("the write-ahead log stays bounded under constant load with readers")
    func logStaysBounded() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.checkpointBytes = 512 * 4_096
            let store = try await SQLiteStore.open(directory: directory, options: options)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for partition in 0..<4 {
                    group.addTask {
                        var owner = try await Owner(store, partition)
                        var largest = 0
                        for round in 0..<150 {
                            _ = try await owner.submit((0..<20).map { try Sample.submission(round * 20 + $0, in: owner) })
                            _ = try await store.events(in: PartitionId(partition), after: 0, limit: 500)
                            let size = try FileManager.default.attributesOfItem(atPath: database(directory) + "-wal")[.size] as? Int
                            largest = max(largest, size ?? 0)
                        }
                        return largest
                    }
                }
                for try await largest in group { #expect(largest < 5 * options.checkpointBytes) }
            }
            #expect(store.writer.metrics.checkpoints.value > 0)
            #expect(store.writer.metrics.writerCheckpoints.value > 0)
            await store.close()
            let written = try FileManager.default.attributesOfItem(atPath: database(directory))[.size] as? Int ?? 0
            #expect(written > 2 * options.checkpointBytes)
        }
    }
}
