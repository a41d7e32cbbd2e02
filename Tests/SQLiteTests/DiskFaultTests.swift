import Domain
import PortContract
import Ports
import Synchronization
import Testing

@testable import SQLiteAdapter

@Suite("When the disk fails, nothing is acknowledged that is not durable", .serialized)
struct DiskFaultTests {
    private static func faulty(_ backlog: Int) -> SQLiteStoreOptions {
        FaultyDisk.register()
        var options = SQLiteStoreOptions.small
        options.indexBacklog = backlog
        options.fileSystem = FaultyDisk.name
        return options
    }

    /// Opens a store on the faulty disk, has `body` break it, and heals it whatever comes.
    private func withFaultyStore(
        backlog: Int = 1, trials: TimeSpan = .seconds(2), diagnostics: (any Diagnostics)? = nil,
        _ body: (SQLiteHarness, inout Owner) async throws -> Void
    ) async throws {
        try await withScratch { directory in
            var options = Self.faulty(backlog)
            options.trialInterval = trials
            options.diagnostics = diagnostics
            let harness = try await SQLiteHarness(directory, options: options)
            var owner = try await Owner(harness.journal, 0)
            _ = try await owner.submit([Sample.submission(1, in: owner)])
            defer { FaultyDisk.set(.none) }
            do { try await body(harness, &owner) } catch {
                FaultyDisk.set(.none)
                await harness.close()
                throw error
            }
            FaultyDisk.set(.none)
            await harness.close()
        }
    }

    private func error(of batch: CommitBatch, _ harness: SQLiteHarness) async -> JournalError? {
        do { try await harness.store.commit(batch) } catch { return error }
        return nil
    }

    /// The store is opened again after a failure, not at once: asks until it answers.
    private func takeOwnership(_ harness: SQLiteHarness) async throws -> Ownership {
        for _ in 0..<200 {
            do { return try await harness.store.takeOwnership(of: PartitionId(0)) } catch { try await Task.sleep(for: .milliseconds(50)) }
        }
        throw ContractFailure("the store does not come back")
    }

    @Test(
        "a failed flush is ambiguous; afterwards head, rows and events agree on what is stored, also after opening again",
        arguments: [
            FaultyDisk.Fault.syncFails, .writesFail,
        ])
    func failedFlush(_ fault: FaultyDisk.Fault) async throws {
        try await withFaultyStore { harness, owner in
            let submission = try Sample.submission(2, in: owner)
            let batch = owner.batch([try owner.change(nil, .submit(submission), at: Sample.start)])
            FaultyDisk.set(fault)
            let failure = await error(of: batch, harness)
            #expect({ if case .ambiguous = failure { true } else { false } }())
            FaultyDisk.set(.none)
            let ownership = try await takeOwnership(harness)
            let isStored = ownership.head == batch.head && ownership.headEpoch == batch.epoch
            for _ in 0..<2 {
                let found = try await harness.journal.load(submission, in: owner.partition)
                #expect((found != nil) == isStored)
                let events = try await harness.journal.events(in: owner.partition, after: 0, limit: 9)
                #expect(events.count == Int(ownership.head))
                try await harness.reopen()
            }
            var next = try await Owner(harness.journal, 0)
            #expect(next.head == ownership.head)
            _ = try await next.submit([Sample.submission(3, in: next)])
        }
    }

    @Test(
        "an item or a cursor whose flush failed is there or not, and can be stored again after taking over",
        arguments: [FaultyDisk.Fault.syncFails, .writesFail], [false, true])
    func failedItem(_ fault: FaultyDisk.Fault, isCursor: Bool) async throws {
        try await withFaultyStore { harness, owner in
            let item = try ItemSample.subscription(1)
            if isCursor { try await owner.record([.item(item)]) }
            let batch = owner.batch(books: owner.numbered([.item(item)]))
            let cursor = ItemSample.cursor(item, owner, [7])
            FaultyDisk.set(fault)
            await #expect {
                if isCursor { try await harness.store.storeCursors([cursor]) } else { try await harness.store.commit(batch) }
            } throws: { error in
                if case .ambiguous = error as? JournalError { true } else { false }
            }
            FaultyDisk.set(.none)
            let ownership = try await takeOwnership(harness)
            for _ in 0..<2 {
                let found = try await harness.books.item(item.key, tenant: item.tenant)
                #expect(found == (isCursor || ownership.head == batch.head ? item : nil))
                let cursors = try await harness.journal.cursors(of: .subscription, in: owner.partition, after: nil, limit: 9)
                #expect(cursors.isEmpty || isCursor && cursors.map(\.place) == [[7]])
                try await harness.reopen()
            }
            var next = try await Owner(harness.journal, 0)
            if try await harness.books.item(item.key, tenant: item.tenant) == nil { try await next.record([.item(item)]) }
            await #expect(throws: JournalError.ownershipLost) { try await harness.journal.storeCursors([cursor]) }
            try await harness.journal.storeCursors([ItemSample.cursor(item, next, [7])])
            let cursors = try await harness.journal.cursors(of: .subscription, in: owner.partition, after: nil, limit: 9)
            #expect(cursors == [ItemSample.cursor(item, next, [7])])
        }
    }

    @Test("while flushes fail, nothing is acknowledged and the store does not hang")
    func persistentFailure() async throws {
        try await withFaultyStore { harness, owner in
            let batch = owner.batch([try owner.change(nil, .submit(Sample.submission(2, in: owner)), at: Sample.start)])
            FaultyDisk.set(.syncFails)
            for _ in 0..<5 { #expect(await error(of: batch, harness) != nil) }
            FaultyDisk.set(.none)
            _ = try await takeOwnership(harness)
        }
    }

    @Test("a full disk is unavailable and definite; when there is space again the same commit succeeds")
    func fullDisk() async throws {
        try await withFaultyStore { harness, owner in
            let submission = try Sample.submission(2, in: owner)
            let batch = owner.batch([try owner.change(nil, .submit(submission), at: Sample.start)])
            FaultyDisk.set(.diskFull)
            #expect(await error(of: batch, harness)?.isUnavailable == true)
            #expect(try await harness.journal.load(submission, in: owner.partition) == nil)
            FaultyDisk.set(.none)
            #expect(await error(of: batch, harness) == nil)
            #expect(try await harness.journal.load(submission, in: owner.partition) != nil)
        }
    }

    @Test(
        "while commits fail the store says so and why, and finds out by itself when they succeed again",
        arguments: [(FaultyDisk.Fault.diskFull, WriteTrouble.full), (.syncFails, .failing), (.writesFail, .failing)])
    func trouble(_ fault: FaultyDisk.Fault, _ trouble: WriteTrouble) async throws {
        try await withFaultyStore(trials: .milliseconds(5)) { harness, owner in
            #expect(harness.store.writeTrouble == nil)
            let batch = owner.batch([try owner.change(nil, .submit(Sample.submission(2, in: owner)), at: Sample.start)])
            FaultyDisk.set(fault)
            #expect(await error(of: batch, harness) != nil)
            #expect(harness.store.writeTrouble == trouble)
            FaultyDisk.set(.none)
            for _ in 0..<1_200 where harness.store.writeTrouble != nil { try await Task.sleep(for: .milliseconds(25)) }
            #expect(harness.store.writeTrouble == nil)
            _ = try await takeOwnership(harness)
        }
    }

    @Test("a disk that stays full is told of once and not at each commit, and so is its end")
    func fewReports() async throws {
        let told = Told()
        try await withFaultyStore(trials: .hours(1), diagnostics: told) { harness, owner in
            let batch = owner.batch([try owner.change(nil, .submit(Sample.submission(2, in: owner)), at: Sample.start)])
            FaultyDisk.set(.diskFull)
            for _ in 0..<20 { #expect(await error(of: batch, harness)?.isUnavailable == true) }
            let failures = told.texts(of: "store.write-failed")
            #expect(!failures.isEmpty)
            #expect(Set(failures).count == failures.count, "\(failures)")
            FaultyDisk.set(.none)
            #expect(await error(of: batch, harness) == nil)
            #expect(told.texts(of: "store.write-recovered").count == 1)
        }
    }

    private final class Told: Diagnostics {
        private let all = Mutex<[Diagnostic]>([])
        func report(_ diagnostic: Diagnostic) { all.withLock { $0.append(diagnostic) } }
        func texts(of event: String) -> [String] { all.withLock { $0.filter { $0.event == event }.map(\.message) } }
    }

    @Test("what goes on is told again once a minute, what is new at once, and what comes back after its end as well")
    func repeatedReports() {
        var reports = RepeatedReports()
        var told: [Bool] = []
        func tell(_ text: String, _ tick: Int64) { told.append(reports.tells(text, at: tick)) }
        tell("full", 0)
        tell("full", 59_999_999)
        tell("failing", 59_999_999)
        tell("full", 60_000_000)
        reports.forget()
        tell("full", 60_000_001)
        #expect(told == [true, false, true, true, true])
        told = []
        for number in 0..<40 { tell("\(number)", 60_000_002) }
        tell("full", 60_000_003)
        tell("39", 60_000_003)
        #expect(told == Array(repeating: true, count: 41) + [false], "only so many are remembered")
    }

    @Test("a commit that succeeds ends the trouble; one that is refused for what it holds is none")
    func noTrouble() async throws {
        try await withFaultyStore(trials: .hours(1)) { harness, owner in
            let batch = owner.batch([try owner.change(nil, .submit(Sample.submission(2, in: owner)), at: Sample.start)])
            FaultyDisk.set(.diskFull)
            #expect(await error(of: batch, harness) != nil)
            FaultyDisk.set(.none)
            #expect(harness.store.writeTrouble == .full)
            #expect(await error(of: batch, harness) == nil)
            #expect(harness.store.writeTrouble == nil)
            #expect(await error(of: batch, harness) == .ownershipLost)
            #expect(harness.store.writeTrouble == nil)
        }
    }

    @Test(
        "when what is owed to the indexes cannot be written, nothing is lost: it is written when the disk is well, or found at the next opening",
        arguments: [FaultyDisk.Fault.syncFails, .writesFail, .diskFull], [false, true])
    func failedPayBack(_ fault: FaultyDisk.Fault, reopens: Bool) async throws {
        try await withFaultyStore(backlog: 1_000) { harness, owner in
            var model = IndexModel()
            let first = try #require(try await harness.journal.load(Sample.submission(1, in: owner), in: owner.partition))
            model.note(first, partition: 0)
            let submissions = try (10..<700).map { try Sample.submission($0, in: owner, dueAt: Sample.start + .hours(Int64(1 + $0 % 90))) }
            for stored in try await owner.submit(submissions) { model.note(stored, partition: 0) }
            FaultyDisk.set(fault)
            for _ in 0..<3 {
                await #expect(throws: JournalError.self) {
                    try await harness.journal.due(in: owner.partition, tenant: Sample.acme, after: nil, upTo: .latest, limit: 9)
                }
            }
            if reopens {
                try await harness.reopen(healing: { FaultyDisk.set(.none) })
            } else {
                FaultyDisk.set(.none)
                _ = try await takeOwnership(harness)
            }
            for round in 0..<2 {
                try await model.checkLoads(harness.journal)
                try await model.checkDue(harness.journal, upTo: .latest, page: 100 + round)
                try await model.checkDuplicatesAreRefused(harness.journal, every: 7)
                try await harness.reopen()
            }
        }
    }

    @Test("a database at its largest size refuses what does not fit, keeps what it has, and goes on with what fits")
    func largestSize() async throws {
        try await withScratch { directory in
            var options = SQLiteStoreOptions.small
            options.maxPages = 200
            let harness = try await SQLiteHarness(directory, options: options)
            var owner = try await Owner(harness.journal, 0)
            var kept: [StoredServiceCall] = []
            var refused: JournalError?
            for number in 0..<400 where refused == nil {
                do {
                    kept += try await owner.submit([Sample.submission(number, in: owner, body: Array(repeating: 1, count: 20_000))])
                } catch let error as JournalError {
                    refused = error
                }
            }
            #expect(refused?.isUnavailable == true)
            _ = try await owner.commit(kept[0], .cancel, at: Sample.start)
            try await harness.reopen()
            for stored in kept.dropFirst() {
                #expect(try await harness.journal.load(stored.call.submission, in: owner.partition) == stored)
            }
            await harness.close()
        }
    }
}
