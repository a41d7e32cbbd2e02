import Domain
import Foundation
import PortContract
import Ports
import SQLiteAdapter
import Testing

/// Prints rows per second of the store alone; runs when `LEDGERFLOW_STORE_BENCH` is set. Nothing is asserted on time.
@Suite("Store benchmark", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH"] != nil), .serialized)
struct StoreBenchmark {
    @Test("rows per second", arguments: [64, 512], [false, true])
    func rows(group: Int, idsAreRandom: Bool) async throws {
        let total = Int(ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH"] ?? "") ?? 100_000
        try await withScratch { directory in
            var options = SQLiteStoreOptions()
            options.partitionCount = 16
            if ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH_LISTS"] == "off" { options.listDelay = .hours(1) }
            let store = try await SQLiteStore.open(directory: directory, options: options)
            let workload = try await Workload(store, total: total, group: group, idsAreRandom: idsAreRandom)
            let kind = "groups of \(group), \(idsAreRandom ? "random" : "time-ordered") ids"
            for (name, batches) in workload.phases {
                let start = ContinuousClock.now
                for batch in batches { try await Self.commit(batch, store) }
                let elapsed = ContinuousClock.now - start
                let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
                print("\(kind): \(name) \(Int(Double(total) / seconds)) calls/s (\(total) calls)")
            }
            let asked = ContinuousClock.now
            _ = try await store.list(tenant: Sample.acme, filter: .init(), after: nil, limit: 50)
            print("\(kind): first list after \(ContinuousClock.now - asked)")
            await store.close()
        }
    }

    /// The batches of all partitions at once, as they come when the partitions work side by side.
    private static func commit(_ batches: [CommitBatch], _ store: SQLiteStore) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for batch in batches { group.addTask { try await store.commit(batch) } }
            try await group.waitForAll()
        }
    }
}

/// The three commits of each call's life, made up before the clock starts: submitted; started; succeeded.
private struct Workload {
    var phases: [(name: String, batches: [[CommitBatch]])] = []

    private static let data = Array(
        (#"{"id":"0190a5f0-0000-7000-8000-000000000000","status":"scheduled","dueAt":"2026-11-20T10:00:00Z","method":"POST","#
            + #""url":"https://example.com/hooks/orders","attempts":0,"run":1,"tags":["orders","eu"]}"#).utf8)

    init(_ store: SQLiteStore, total: Int, group: Int, idsAreRandom: Bool) async throws {
        var owners: [Owner] = []
        for partition in 0..<store.partitionCount { owners.append(try await Owner(store, partition)) }
        var ids = SystemRandomNumberGenerator()
        var waiting = (0..<store.partitionCount).map { _ in [ServiceCallSubmission]() }
        var submitted: [[CommitBatch]] = []
        var started: [[CommitBatch]] = []
        var ended: [[CommitBatch]] = []
        for number in 0..<total {
            let now = Sample.start + .milliseconds(Int64(number / 20))
            let id =
                idsAreRandom ? UniqueId(high: ids.next(), low: ids.next()) : UniqueId.version7(at: now, random: (ids.next(), ids.next()))
            let key = ServiceCallKey(tenant: Sample.acme, id: ServiceCallId(id))
            let partition = key.partition(of: store.partitionCount).index
            waiting[partition].append(try Self.submission(key.id))
            guard (number + 1) % group == 0 || number == total - 1 else { continue }
            var round: (submit: [CommitBatch], start: [CommitBatch], end: [CommitBatch]) = ([], [], [])
            for partition in owners.indices where !waiting[partition].isEmpty {
                let first = owners[partition].lastOrdinal
                let new = try waiting[partition].enumerated().map { offset, submission in
                    try owners[partition].change(nil, .submit(submission), at: now, ordinal: first + Int64(offset) + 1)
                }
                let running = try new.map { try owners[partition].change($0.stored, .dueTimeReached, at: now + .milliseconds(2)) }
                let over = try running.map {
                    try owners[partition].change(
                        $0.stored, .executionSucceeded(attempt: 1, .init(status: 200, bodyBytes: 12)), at: now + .milliseconds(9))
                }
                round.submit.append(owners[partition].batch(new, data: Self.data))
                round.start.append(owners[partition].batch(running, data: Self.data))
                round.end.append(owners[partition].batch(over, data: Self.data))
                owners[partition].lastOrdinal += Int64(new.count)
                owners[partition].head += Int64(new.count)
                waiting[partition] = []
            }
            submitted.append(round.submit)
            started.append(round.start)
            ended.append(round.end)
        }
        var heads = owners.map(\.head)
        phases = [("submitted", submitted)]
        phases.append(("started", started.map { Self.rebased($0, &heads) }))
        phases.append(("succeeded", ended.map { Self.rebased($0, &heads) }))
    }

    /// The same batches from where the log stands by then.
    private static func rebased(_ batches: [CommitBatch], _ heads: inout [Int64]) -> [CommitBatch] {
        batches.map { batch in
            let head = heads[batch.partition.index]
            heads[batch.partition.index] += Int64(batch.events.count)
            let events = batch.events.enumerated().map { offset, event in
                CommittedEvent(
                    partition: event.partition, position: head + Int64(offset) + 1, tenant: event.tenant, subject: event.subject,
                    ordinal: event.ordinal, version: event.version, type: event.type, time: event.time, correlationId: event.correlationId,
                    data: event.data)
            }
            return CommitBatch(
                partition: batch.partition, epoch: batch.epoch, expectedHead: head, serviceCalls: batch.serviceCalls, events: events)
        }
    }

    private static func submission(_ id: ServiceCallId) throws -> ServiceCallSubmission {
        ServiceCallSubmission(
            tenant: Sample.acme, id: id,
            request: Sample.sealed(
                OutgoingRequest(
                    method: .POST, url: try TargetURL("https://example.com/hooks/orders"),
                    headers: [try .init(name: "Content-Type", value: "application/json")], body: Array(repeating: 0x41, count: 200))),
            tags: ["orders", "eu"], fingerprint: Fingerprint(bytes: Array(repeating: 7, count: 32)),
            correlationId: "4bf92f3577b34da6a3ce929d0e0e4736")
    }
}
