import Domain
import Foundation
import PortContract
import Ports
import Testing

@testable import SQLiteAdapter

@Suite("A log that is handed on in large pieces")
struct GatheredLogTests {
    @Test(
        "transactions larger than the cache, kept and rolled back in turn beside readers, leave what was committed and nothing else",
        arguments: [false, true])
    func largerThanTheCache(gathers: Bool) async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.gathersLog = gathers
            options.writerCacheBytes = 64 << 10
            options.checkpointBytes = 64 * 4_096
            let store = try await SQLiteStore.open(directory: directory + "/live", options: options)
            var owner = try await Owner(store, 0)
            var model = IndexModel()
            for round in 0..<6 {
                let submissions = try (0..<150).map {
                    try Sample.submission(
                        round * 150 + $0, in: owner, body: Array(repeating: UInt8(round), count: 3_000),
                        dueAt: Sample.start + .hours(Int64($0)))
                }
                let doomed = try submissions.enumerated().map {
                    try owner.change(nil, .submit($1), at: Sample.start, ordinal: owner.lastOrdinal + 1 + Int64($0))
                }
                let twice = try owner.change(nil, .submit(submissions[0]), at: Sample.start, ordinal: owner.lastOrdinal + 900)
                let refused = owner.batch(doomed + [twice])
                async let read = store.events(in: PartitionId(0), after: 0, limit: 10_000)
                try await requireError("a call made twice", { $0.isRejected }) { try await store.commit(refused) }
                #expect(try await read.count == round * 150)
                for stored in try await owner.submit(submissions) { model.note(stored, partition: 0) }
                let copy = directory + "/copy\(round)"
                try copyFiles(of: directory + "/live", to: copy)
                let survivor = try await SQLiteStore.open(directory: copy, options: options)
                try await model.checkLoads(survivor)
                #expect(try await survivor.events(in: owner.partition, after: 0, limit: 10_000).count == (round + 1) * 150)
                await survivor.close()
                try await model.checkLoads(store)
            }
            await store.close()
            #expect(SideConnection(directory + "/live/" + SQLiteStore.databaseName).text("PRAGMA integrity_check") == "ok")
            expectWholeIndexes(directory + "/live")
        }
    }
}
