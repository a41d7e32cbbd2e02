import Domain
import Foundation
import PortContract
import Ports
import PropertyKit
import Testing

@testable import SQLiteAdapter

@Suite("Retention leaves the embedded store whole, at every moment")
struct RetentionStoreTests {
    private static func options(backlog: Int = 8) -> SQLiteStoreOptions {
        var options = SQLiteStoreOptions.small
        options.indexBacklog = backlog
        options.checkpointBytes = 256 * 4_096
        return options
    }

    @Test("random histories: after every step, in files copied at any moment, and after opening again", arguments: 1...8)
    func histories(_ seed: UInt64) async throws {
        try await withScratch { directory in
            let harness = try await SQLiteHarness(directory, options: Self.options())
            var history = try await CleanedHistory(harness, seed: seed)
            for step in 0..<150 {
                try await history.step()
                try await history.checkLoads()
                if step % 19 == 18 {
                    let copy = directory + "/copy\(step)"
                    try copyFiles(of: directory, to: copy)
                    try await expectWholeStore(copy)
                }
                if step % 37 == 36 {
                    try await harness.reopen()
                    try await history.take()
                    try await history.checkLists()
                }
            }
            try await history.checkLists()
            await harness.close()
            try await expectWholeStore(directory)
            try expectListsWithoutStrangers(directory)
        }
    }

    @Test("files copied while calls come, end and are purged under load are those of a whole store")
    func copiedUnderLoad() async throws {
        try await withScratch { directory in
            let live = directory + "/live"
            let store = try await SQLiteStore.open(directory: live, options: Self.options(backlog: 64))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for partition in 0..<4 {
                    group.addTask { try await Self.work(store, partition) }
                }
                group.addTask {
                    for number in 0..<8 {
                        let copy = directory + "/copy\(number)"
                        try copyFiles(of: live, to: copy)
                        try await expectWholeStore(copy)
                    }
                    return 0
                }
                var purged = 0
                for try await count in group { purged += count }
                #expect(purged > 100)
            }
            await store.close()
            try await expectWholeStore(live)
            try expectListsWithoutStrangers(live)
        }
    }

    /// Submits and cancels, and cleans what has ended meanwhile.
    private static func work(_ store: SQLiteStore, _ partition: Int) async throws -> Int {
        var owner = try await Owner(store, partition)
        var purged = 0
        for round in 0..<60 {
            let calls = try await owner.submit((0..<8).map { try Sample.submission(round * 8 + $0, in: owner, tags: ["t\($0 % 3)"]) })
            for call in calls.prefix(5) { _ = try await owner.commit(call, .cancel, at: Sample.start) }
            guard round % 10 == 9 else { continue }
            try await store.storePublished([PublishedCursor(partition: owner.partition, epoch: owner.epoch, position: owner.head)])
            let page = try await store.endedCalls(in: owner.partition, after: 0, upTo: .latest)
            let (erase, purge) = (page.calls.filter { $0.ordinal % 2 == 0 }, page.calls.filter { $0.ordinal % 2 == 1 })
            _ = try await store.clean(erase, .erasePayloads, in: owner.partition, epoch: owner.epoch)
            purged += try await store.clean(purge, .purge, in: owner.partition, epoch: owner.epoch).done
            _ = try await store.trimEvents(in: owner.partition, through: owner.head / 2, before: .latest, epoch: owner.epoch)
        }
        return purged
    }

    @Test("a call whose place in the index by id is still owed is purged later, and leaves nothing behind")
    func owedIndex() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner(store, 0)
            let submission = try Sample.submission(1, in: owner)
            let call = try await owner.submit([submission])[0]
            _ = try await owner.commit(call, .cancel, at: Sample.start)
            let found = try await store.endedCalls(in: owner.partition, after: 0, upTo: .latest).calls
            var done = 0
            for _ in 0..<6_000 where done == 0 {
                done = try await store.clean(found, .purge, in: owner.partition, epoch: owner.epoch).done
                if store.writer.waiting.key(of: IndexModel.key(call)) != nil { #expect(done == 0) }
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(done == 1)
            #expect(try await owner.submit([submission]).count == 1)
            await store.close()
            try await expectWholeStore(directory)
        }
    }

    @Test("free room is given back to the system, and the database stays whole")
    func space() async throws {
        try await withScratch { directory in
            var options = Self.options()
            options.keptFreePages = 64
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var owner = try await Owner(store, 0)
            let body = [UInt8](repeating: 7, count: 20_000)
            for round in 0..<10 {
                let calls = try await owner.submit((0..<20).map { try Sample.submission(round * 20 + $0, in: owner, body: body) })
                for call in calls where call.ordinal > 20 { _ = try await owner.commit(call, .cancel, at: Sample.start) }
            }
            let full = try #require(try await store.giveBackSpace())
            #expect(!full.hasMore)
            var ended = try await store.endedCalls(in: owner.partition, after: 0, upTo: .latest).calls[...]
            while !ended.isEmpty {
                let step = try await store.clean(Array(ended), .erasePayloads, in: owner.partition, epoch: owner.epoch)
                ended = ended.dropFirst(step.looked)
            }
            var space = try #require(try await store.giveBackSpace())
            for _ in 0..<1_000 where space.hasMore { space = try #require(try await store.giveBackSpace()) }
            #expect(space.bytes < full.bytes / 2)
            #expect(space.freeBytes <= max(space.bytes / 8, 64 * 4_096))
            await store.close()
            #expect(StoreFiles.size(of: directory + "/" + SQLiteStore.databaseName) < full.bytes / 2)
            try await expectWholeStore(directory)
        }
    }

    @Test("a database from before can be written anew, so that it gives room back from then on")
    func vacuum() async throws {
        try await withScratch { directory in
            let path = directory + "/" + SQLiteStore.databaseName
            let harness = try await SQLiteHarness(directory)
            var owner = try await Owner(harness.journal, 0)
            let call = try await owner.submit([Sample.submission(1, in: owner)])[0]
            await harness.close()
            do {
                let side = SideConnection(path)
                #expect(side.text("PRAGMA auto_vacuum") == "2")
                try #require(side.execute("PRAGMA auto_vacuum=NONE") && side.execute("VACUUM"))
                #expect(side.text("PRAGMA auto_vacuum") == "0")
            }
            try await harness.reopen()
            #expect(try await harness.store.giveBackSpace()?.hasMore == false)
            await harness.close()
            let (before, after) = try SQLiteMaintenance.vacuum(path: path)
            #expect(before > 0 && after > 0)
            #expect(SideConnection(path).text("PRAGMA auto_vacuum") == "2")
            try await harness.reopen()
            #expect(try await harness.journal.load(call.call.submission, in: owner.partition) == call)
            await harness.close()
            #expect(throws: SQLiteStoreError.self) { try SQLiteMaintenance.vacuum(path: directory + "/nothing") }
        }
    }

    @Test("lists that are behind what is left of the log are made anew")
    func listsBehindTheLog() async throws {
        try await withScratch { directory in
            let harness = try await SQLiteHarness(directory)
            var owner = try await Owner(harness.journal, 0)
            let early = try await owner.submit([Sample.submission(1, in: owner)])[0]
            _ = try await HousekeepingContract.listed(harness, Sample.acme)
            await harness.close()
            let lists = directory + "/" + SQLiteStore.listsName
            try FileManager.default.copyItem(atPath: lists, toPath: lists + ".old")
            try await harness.reopen()
            owner = try await Owner(harness.journal, 0)
            let late = try await owner.submit([Sample.submission(2, in: owner)])[0]
            _ = try await HousekeepingContract.listed(harness, Sample.acme)
            try await HousekeepingContract.publish(owner)
            for _ in 0..<6_000 {
                let step = try await harness.store.trimEvents(in: owner.partition, through: .max, before: .latest, epoch: owner.epoch)
                if step.trimmed == owner.head { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            await harness.close()
            try FileManager.default.removeItem(atPath: lists)
            try FileManager.default.moveItem(atPath: lists + ".old", toPath: lists)
            try await harness.reopen()
            var found: [ServiceCallId] = []
            for _ in 0..<1_000 where found.count < 2 {
                found = (try? await HousekeepingContract.listed(harness, Sample.acme)) ?? []
                if found.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(Set(found) == [early.call.id, late.call.id])
            await harness.close()
        }
    }
}

/// Opens and closes the store, and then looks into its database: every row belongs to a call that is there, and the log has no hole.
func expectWholeStore(_ directory: String) async throws {
    let store = try await SQLiteStore.open(directory: directory, options: .small)
    await store.close()
    let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
    let strangers = [
        "service_call_requests":
            "SELECT count(*) FROM service_call_requests AS x WHERE NOT EXISTS (SELECT 1 FROM service_calls WHERE key = x.key)",
        "calls without a request":
            "SELECT count(*) FROM service_calls AS x WHERE NOT EXISTS (SELECT 1 FROM service_call_requests WHERE key = x.key)",
        "attempts": "SELECT count(*) FROM attempts AS x WHERE NOT EXISTS (SELECT 1 FROM service_calls WHERE key = x.call)",
        "ids":
            "SELECT count(*) FROM service_call_ids AS x WHERE NOT EXISTS (SELECT 1 FROM service_calls AS c WHERE c.key = x.key AND c.id = x.id)",
        "calls without an id":
            "SELECT count(*) FROM service_calls AS x WHERE NOT EXISTS (SELECT 1 FROM service_call_ids AS i WHERE i.key = x.key AND i.id = x.id)",
        "due later": "SELECT count(*) FROM service_calls_due_later AS x WHERE NOT EXISTS (SELECT 1 FROM service_calls WHERE key = x.key)",
        "holes in the log": """
        SELECT count(*) FROM partitions AS p WHERE head - trimmed <> (
          SELECT count(*) FROM events WHERE key > (p.id << 40) + p.trimmed AND key <= (p.id << 40) + p.head)
        """,
        "events that were trimmed":
            "SELECT count(*) FROM partitions AS p JOIN events AS e ON e.key > p.id << 40 AND e.key <= (p.id << 40) + p.trimmed",
        "unpublished events that were trimmed": "SELECT count(*) FROM partitions WHERE trimmed > published",
    ]
    for (what, query) in strangers { #expect(side.text(query) == "0", "\(what)") }
    #expect(side.text("PRAGMA integrity_check(1)") == "ok")
}

/// Looks into the lists of a closed store: no call and no tag that the database does not have.
func expectListsWithoutStrangers(_ directory: String) throws {
    let side = SideConnection(directory + "/" + SQLiteStore.listsName)
    try #require(side.execute("ATTACH '\(directory)/\(SQLiteStore.databaseName)' AS main_store"))
    for table in ["calls", "tags"] {
        let query = "SELECT count(*) FROM \(table) AS x WHERE NOT EXISTS (SELECT 1 FROM main_store.service_calls WHERE key = x.key)"
        #expect(side.text(query) == "0", "\(table)")
    }
}

/// Calls that come, end, are opened again, erased and purged, as a seed has it.
struct CleanedHistory {
    private let harness: SQLiteHarness
    private var owners: [Owner] = []
    private var random: SeededGenerator
    private var now = Sample.start
    private var number = 0
    private var calls: [ServiceCallKey: (stored: StoredServiceCall, partition: Int)] = [:]
    /// What was found to have ended, some of it a while ago.
    private var found: [[EndedCall]] = [[], []]

    init(_ harness: SQLiteHarness, seed: UInt64) async throws {
        self.harness = harness
        random = SeededGenerator(seed: seed)
        try await take()
    }

    mutating func take() async throws {
        owners = []
        for partition in 0..<2 { owners.append(try await Owner(harness.journal, partition)) }
    }

    mutating func step() async throws {
        now = now + .minutes(1)
        let partition = Int.random(in: owners.indices, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0...2: try await submit(partition)
        case 3...6: try await change(partition)
        case 7:
            found[partition] = try await HousekeepingContract.ended(
                harness, in: owners[partition], upTo: now - .minutes(Int64.random(in: 0...10, using: &random)))
        case 8, 9: try await purge(partition)
        case 10: try await erase(partition)
        default: try await trim(partition)
        }
    }

    private mutating func submit(_ partition: Int) async throws {
        var submissions: [ServiceCallSubmission] = []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            number += 1
            let due: Instant? = Bool.random(using: &random) ? nil : now + .hours(Int64.random(in: 0...90, using: &random))
            submissions.append(
                try Sample.submission(
                    number, in: owners[partition], tenant: Bool.random(using: &random) ? Sample.acme : Sample.zenith, dueAt: due,
                    tags: ["t\(number % 3)", "all"]))
        }
        for stored in try await owners[partition].submit(submissions, at: now) { note(stored, partition) }
    }

    private mutating func note(_ stored: StoredServiceCall, _ partition: Int) { calls[IndexModel.key(stored)] = (stored, partition) }

    private mutating func change(_ partition: Int) async throws {
        let mine = calls.values.filter { $0.partition == partition }.map(\.stored).sorted { $0.ordinal < $1.ordinal }
        guard let stored = mine.randomElement(using: &random) else { return }
        switch stored.call.status {
        case .failed: note(try await owners[partition].commit(stored, .retry, at: now), partition)
        case .scheduled:
            let end = CallEnd.allCases.randomElement(using: &random) ?? .cancelled
            if stored.call.run > 1 {
                note(try await owners[partition].commit(stored, .cancel, at: now), partition)
            } else {
                note(try await HousekeepingContract.finish(stored, end, &owners[partition], at: now), partition)
            }
        case .running, .waitingRetry, .succeeded, .cancelled: break
        }
    }

    private mutating func purge(_ partition: Int) async throws {
        let some = found[partition].filter { _ in Bool.random(using: &random) }
        guard !some.isEmpty else { return }
        let owner = owners[partition]
        _ = try await harness.housekeeping.clean(some, .purge, in: owner.partition, epoch: owner.epoch)
        // What could be taken is gone, what has changed is whole.
        for call in some {
            guard let (key, known) = calls.first(where: { $0.value.partition == partition && $0.value.stored.ordinal == call.ordinal })
            else {
                continue
            }
            guard try await harness.journal.load(known.stored.call.submission, in: owner.partition) == nil else { continue }
            #expect(known.stored.call.version == call.version)
            #expect(known.stored.call.status.isTerminal)
            calls[key] = nil
        }
    }

    private mutating func erase(_ partition: Int) async throws {
        let owner = owners[partition]
        _ = try await harness.housekeeping.clean(found[partition], .erasePayloads, in: owner.partition, epoch: owner.epoch)
        for call in found[partition] {
            guard let (key, known) = calls.first(where: { $0.value.partition == partition && $0.value.stored.ordinal == call.ordinal }),
                let now = try await harness.journal.load(known.stored.call.submission, in: owner.partition)
            else { continue }
            if now != known.stored { #expect(known.stored.call.status == .succeeded || known.stored.call.status == .cancelled) }
            #expect(now.call.version == known.stored.call.version)
            calls[key] = (now, partition)
        }
    }

    private mutating func trim(_ partition: Int) async throws {
        let owner = owners[partition]
        try await HousekeepingContract.publish(owner, upTo: Int64.random(in: 0...owner.head, using: &random))
        _ = try await harness.housekeeping.trimEvents(
            in: owner.partition, through: Int64.random(in: 0...owner.head, using: &random), before: now - .minutes(20), epoch: owner.epoch)
    }

    func checkLoads() async throws {
        for partition in owners.indices {
            let mine = calls.filter { $0.value.partition == partition }
            let found = try await harness.journal.load(Array(mine.keys), in: PartitionId(partition))
            try requireEqual(byId(found), byId(mine.values.map(\.stored)), "calls of partition \(partition)")
        }
    }

    func checkLists() async throws {
        for tenant in [Sample.acme, Sample.zenith] {
            for tag in [nil, "all", "t1"] {
                let expected = calls.values.map(\.stored.call).filter {
                    $0.tenant == tenant && (tag.map($0.submission.tags.contains) ?? true)
                }
                let listed = try await HousekeepingContract.listed(harness, tenant, tag: tag)
                // A call that could not be taken yet may have left the lists already: it has ended, and goes with the next look.
                let ended = Set(expected.filter(\.status.isTerminal).map(\.id))
                try require(Set(listed).isSubset(of: expected.map(\.id)), "the list of \(tenant) by \(tag ?? "nothing") has too many")
                try require(
                    Set(expected.map(\.id)).subtracting(listed).isSubset(of: ended),
                    "the list of \(tenant) by \(tag ?? "nothing") has too few")
            }
        }
    }
}
