import Domain
import Foundation
import PortContract
import Ports
import PropertyKit
import Synchronization
import Testing

@testable import SQLiteAdapter

@Suite("Indexes written behind the commits answer as if they were written with them")
struct WrittenBehindTests {
    private static func options(backlog: Int, checkpointBytes: Int = 32 << 20) -> SQLiteStoreOptions {
        var options = SQLiteStoreOptions.small
        options.indexBacklog = backlog
        options.checkpointBytes = checkpointBytes
        return options
    }

    @Test("random histories: loads, due calls and refusals are right after every step, and after opening again", arguments: 1...12)
    func histories(_ seed: UInt64) async throws {
        try await withScratch { directory in
            let harness = try await SQLiteHarness(directory, options: Self.options(backlog: 8))
            var history = try await History(harness.journal, seed: seed)
            for step in 0..<120 {
                try await history.step()
                try await history.model.checkLoads(harness.journal)
                // Near due times, as the timer asks; now and then all, which has everything entered first.
                try await history.model.checkDue(harness.journal, upTo: history.now + .minutes(10), page: 1 + step % 5)
                if step % 13 == 12 { try await history.model.checkDue(harness.journal, upTo: .latest, page: 1 + step % 7) }
                if step % 17 == 16 {
                    let copy = directory + "/copy\(step)"
                    try copyFiles(of: directory, to: copy)
                    let survivor = try await SQLiteHarness(copy, options: Self.options(backlog: 8))
                    try await history.model.checkLoads(survivor.journal)
                    try await history.model.checkDue(survivor.journal, upTo: .latest, page: 3)
                    try await history.model.checkDuplicatesAreRefused(survivor.journal)
                    await survivor.close()
                }
                if step % 29 == 28 {
                    try await harness.reopen()
                    try await history.take(harness.journal)
                    try await history.model.checkLoads(harness.journal)
                }
            }
            try await history.model.checkDuplicatesAreRefused(harness.journal)
            await harness.close()
        }
    }

    @Test("files copied at any moment under load hold every acknowledged call: found by id, refused again, due exactly once")
    func copiedUnderLoad() async throws {
        try await withScratch { directory in
            let live = directory + "/live"
            let options = Self.options(backlog: 64, checkpointBytes: 256 * 4_096)
            let store = try await SQLiteStore.open(directory: live, options: options)
            let acknowledged = Acknowledged()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for partition in 0..<4 {
                    group.addTask {
                        var owner = try await Owner(store, partition)
                        var random = SeededGenerator(seed: UInt64(partition))
                        for round in 0..<120 {
                            let due = (0..<7).map { _ in Sample.start + .minutes(Int64.random(in: 0...6_000, using: &random)) }
                            let calls = try await owner.submit(
                                due.enumerated().map { try Sample.submission(round * 7 + $0, in: owner, dueAt: $1) })
                            let cancelled = try await owner.commit(calls[0], .cancel, at: Sample.start)
                            let moved = try await owner.commit(
                                calls[1], .reschedule(dueAt: Sample.start + .minutes(Int64(round))), at: Sample.start)
                            await acknowledged.note(calls[2...] + [cancelled, moved], partition)
                        }
                    }
                }
                group.addTask {
                    for number in 0..<8 {
                        let model = await acknowledged.model
                        let copy = directory + "/copy\(number)"
                        try copyFiles(of: live, to: copy)
                        try await Self.check(copy, model, options)
                    }
                }
                try await group.waitForAll()
            }
            let model = await acknowledged.model
            try await model.checkDue(store, upTo: .latest, page: 500)
            await store.close()
            try await Self.check(live, model, options)
        }
    }

    private actor Acknowledged {
        private(set) var model = IndexModel()
        func note(_ calls: [StoredServiceCall], _ partition: Int) { for call in calls { model.note(call, partition: partition) } }
    }

    /// The copy may hold more than what was acknowledged, never less, and each call in one place.
    private static func check(_ directory: String, _ model: IndexModel, _ options: SQLiteStoreOptions) async throws {
        let store = try await SQLiteStore.open(directory: directory, options: options)
        for partition in 0..<store.partitionCount {
            let mine = model.calls.filter { $0.value.partition == partition }
            let found = try await store.load(Array(mine.keys), in: PartitionId(partition))
            // Calls that were changed before they were noted are there as well, in a later version.
            let lost = Set(mine.keys).subtracting(found.map { IndexModel.key($0) })
            #expect(lost.isEmpty)
            let entries = try await store.due(in: PartitionId(partition), tenant: Sample.acme, after: nil, upTo: .latest, limit: 1 << 20)
            #expect(Set(entries.map(\.id)).count == entries.count)
            #expect(entries.map(\.place) == entries.map(\.place).sorted())
            let waiting = found.filter { $0.call.dueAt != nil }
            #expect(Set(entries.map(\.id)).isSuperset(of: waiting.map(\.call.id)))
        }
        try await model.checkDuplicatesAreRefused(store, every: 41)
        await store.close()
        expectWholeIndexes(directory)
    }

    @Test("an idle store owes its indexes nothing, and a closed one leaves nothing to look for")
    func idle() async throws {
        try await withScratch { directory in
            let store = try await SQLiteStore.open(directory: directory, options: .small)
            var owner = try await Owner(store, 0)
            _ = try await owner.submit(
                (0..<1_500).map { try Sample.submission($0, in: owner, dueAt: Sample.start + .hours(Int64($0 % 50))) })
            for _ in 0..<2_000 where store.writer.waiting.count.load(ordering: .relaxed) > 0 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(store.writer.waiting.count.load(ordering: .relaxed) == 0)
            expectWholeIndexes(directory)
            _ = try await owner.submit([Sample.submission(5_000, in: owner, dueAt: Sample.start + .hours(9))])
            await store.close()
            expectWholeIndexes(directory)
        }
    }

    @Test("a store takes over what another engine on the same files has made meanwhile")
    func anotherEngine() async throws {
        try await withScratch { directory in
            let (old, new) = (
                try await SQLiteStore.open(directory: directory, options: .small),
                try await SQLiteStore.open(directory: directory, options: .small)
            )
            var owner = try await Owner(old, 0)
            var model = IndexModel()
            for call in try await owner.submit(
                (0..<20).map { try Sample.submission($0, in: owner, dueAt: Sample.start + .hours(Int64($0))) })
            { model.note(call, partition: 0) }
            _ = try await new.takeOwnership(of: PartitionId(0))
            try await model.checkLoads(new)
            try await model.checkDue(new, upTo: .latest, page: 7)
            try await model.checkDuplicatesAreRefused(new)
            await old.close()
            await new.close()
            expectWholeIndexes(directory)
        }
    }
}

/// Every call is in the index by id, every far due time in its table, and the database says so.
func expectWholeIndexes(_ directory: String) {
    let side = SideConnection(directory + "/" + SQLiteStore.databaseName)
    #expect(side.text("SELECT count(*) FROM partitions WHERE indexed_through <> last_ordinal") == "0")
    #expect(
        side.text(
            "SELECT count(*) FROM service_calls c LEFT JOIN service_call_ids i ON i.id = c.id AND i.tenant = c.tenant WHERE i.key IS NOT c.key"
        )
            == "0")
    #expect(
        side.text("SELECT (SELECT count(*) FROM service_call_ids) - (SELECT count(*) FROM service_calls)") == "0")
    #expect(
        side.text(
            """
            SELECT count(*) FROM service_calls c LEFT JOIN service_calls_due_later l
              ON l.partition = c.partition AND l.tenant = c.tenant AND l.due_at = c.due_at AND l.id = c.id
            WHERE c.due_far = 1 AND l.key IS NOT c.key
            """) == "0")
    #expect(
        side.text(
            "SELECT (SELECT count(*) FROM service_calls_due_later) - (SELECT count(*) FROM service_calls WHERE due_far = 1)") == "0")
}

/// Random commands to random calls, one commit at a time.
private struct History {
    private(set) var model = IndexModel()
    private(set) var now = Sample.start
    private var owners: [Owner] = []
    private var random: SeededGenerator
    private var number = 0

    init(_ journal: any Journal, seed: UInt64) async throws {
        random = SeededGenerator(seed: seed)
        try await take(journal)
    }

    mutating func take(_ journal: any Journal) async throws {
        owners = []
        for partition in 0..<2 { owners.append(try await Owner(journal, partition)) }
    }

    mutating func step() async throws {
        let partition = Int.random(in: owners.indices, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0...3: try await submit(partition, count: Int.random(in: 1...6, using: &random))
        case 4: try await submitAndCancel(partition)
        case 5: try await submitAgain(partition)
        default: try await change(partition)
        }
    }

    private mutating func dueAt() -> Instant? {
        let choices: [Instant?] = [
            nil, now + .minutes(5), now + .hours(1) - .milliseconds(1), now + .hours(1),
            now + .minutes(Int64.random(in: 61...90, using: &random)), now + .hours(Int64.random(in: 1...700, using: &random)),
        ]
        return choices.randomElement(using: &random) ?? nil
    }

    private mutating func submission(_ partition: Int) throws -> ServiceCallSubmission {
        number += 1
        return try Sample.submission(
            number, in: owners[partition], tenant: Bool.random(using: &random) ? Sample.acme : Sample.zenith, dueAt: dueAt(),
            retry: RetryPolicy(maxAttempts: 3, initialDelay: .minutes(50), maxDelay: .hours(5)))
    }

    private mutating func submit(_ partition: Int, count: Int) async throws {
        var submissions: [ServiceCallSubmission] = []
        for _ in 0..<count { submissions.append(try submission(partition)) }
        for stored in try await owners[partition].submit(submissions, at: now) { model.note(stored, partition: partition) }
    }

    /// A call that is made and ended in one commit.
    private mutating func submitAndCancel(_ partition: Int) async throws {
        let new = try owners[partition].change(nil, .submit(submission(partition)), at: now)
        let over = try owners[partition].change(new.stored, .cancel, at: now)
        let write = ServiceCallWrite(stored: over.stored, expectedVersion: 0, endedAttempts: [])
        let batch = owners[partition].batch([new, over])
        try await owners[partition].journal.commit(
            CommitBatch(
                partition: batch.partition, epoch: batch.epoch, expectedHead: batch.expectedHead, serviceCalls: [write],
                events: batch.events))
        owners[partition].head = batch.head
        owners[partition].lastOrdinal = over.stored.ordinal
        model.note(over.stored, partition: partition)
    }

    /// Twice in one commit, or again what is there; refused, and nothing of the commit stays.
    private mutating func submitAgain(_ partition: Int) async throws {
        let owner = owners[partition]
        let known = model.calls.values.filter { $0.partition == partition }.map(\.stored).sorted { $0.ordinal < $1.ordinal }
        let new = try submission(partition)
        let again = known.randomElement(using: &random)?.call.submission ?? new
        let changes = [
            try owner.change(nil, .submit(new), at: now, ordinal: owner.lastOrdinal + 1),
            try owner.change(nil, .submit(Bool.random(using: &random) ? new : again), at: now, ordinal: owner.lastOrdinal + 2),
        ]
        try await requireError("a call made twice", { $0.isRejected }) { try await owner.journal.commit(owner.batch(changes)) }
    }

    private mutating func change(_ partition: Int) async throws {
        let open = model.calls.values.filter { $0.partition == partition && $0.listedAt != nil }.sorted {
            $0.stored.ordinal < $1.stored.ordinal
        }
        guard let known = open.randomElement(using: &random) else { return }
        let command: ServiceCallCommand
        switch known.stored.call.state {
        case .running:
            let attempt = known.stored.call.attempts
            let failure = ExecutionFailure(kind: .status, status: 503, detail: "", retryAfter: nil)
            command =
                Bool.random(using: &random)
                ? .executionSucceeded(attempt: attempt, .init(status: 200, bodyBytes: 1)) : .executionFailed(attempt: attempt, failure)
        default:
            switch Int.random(in: 0..<3, using: &random) {
            case 0: command = .cancel
            case 1: command = .reschedule(dueAt: dueAt() ?? now)
            default:
                now = max(now, known.listedAt ?? now)
                command = .dueTimeReached
            }
        }
        if case .reschedule = command, known.stored.call.status != .scheduled { return }
        model.note(try await owners[partition].commit(known.stored, command, at: now), partition: partition)
    }
}
