import Domain
import Foundation
import PortContract
import Ports
import Synchronization
import Testing

@testable import SQLiteAdapter

/// Submissions that come one at a time to many partitions, with random ids and due times spread over thirty days: what the indexes cost.
/// Prints; runs when `LEDGERFLOW_FAR_BENCH` says how many calls there are before the clock starts. Nothing is asserted on time.
@Suite(
    "Benchmark of far due times", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_FAR_BENCH"] != nil), .serialized)
struct FarDueBenchmark {
    private static let groups: [Int] =
        ProcessInfo.processInfo.environment["LEDGERFLOW_FAR_BENCH_GROUPS"]?.split(separator: ",").compactMap { Int($0) } ?? [
            33, 128, 1_024,
        ]

    @Test("calls per second", arguments: groups)
    func submissions(group: Int) async throws {
        let environment = ProcessInfo.processInfo.environment
        let before = Int(environment["LEDGERFLOW_FAR_BENCH"] ?? "") ?? 200_000
        let measured = Int(environment["LEDGERFLOW_FAR_BENCH_CALLS"] ?? "") ?? 100_000
        try await withScratch { directory in
            var options = SQLiteStoreOptions()
            options.partitionCount = Int(environment["LEDGERFLOW_FAR_BENCH_PARTITIONS"] ?? "") ?? 4
            options.listDelay = .hours(1)
            if let backlog = Int(environment["LEDGERFLOW_FAR_BENCH_BACKLOG"] ?? "") { options.indexBacklog = backlog }
            options.gathersLog = environment["LEDGERFLOW_FAR_BENCH_GATHER"] != "off"
            let store = try await SQLiteStore.open(directory: directory, options: options)
            var source = try await Submissions(store)
            var made = 0
            while made < before {
                for groups in try source.make(8_192, group: 1_024) { try await Self.commit(groups, store) }
                made += 8_192
            }
            // The clock starts when the work is under way as it will go on.
            let warmUp = try source.make(40_000, group: group)
            let groups = try source.make(measured, group: group)
            for batches in warmUp { try await Self.commit(batches, store) }
            var log = LogCounter(store)
            let (start, used) = (ContinuousClock.now, Self.usage())
            for batches in groups {
                try await Self.commit(batches, store)
                log.note()
            }
            let elapsed = ContinuousClock.now - start
            let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
            let (now, calls) = (Self.usage(), Double(measured))
            print(
                "far due, groups of \(group) after \(made + 40_000): \(Int(calls / seconds)) calls/s,",
                "\(Int((now.cpu - used.cpu) / calls)) µs CPU,", "\(log.bytes / measured) B of log,",
                "\(Int((now.written - used.written) / calls)) B written in all, a call")
            await store.close()
        }
    }

    /// As the engine does it: the partitions work on the store's thread.
    private static func commit(_ batches: [CommitBatch], _ store: SQLiteStore) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for batch in batches { group.addTask(executorPreference: store.partitionExecutor) { try await store.commit(batch) } }
            try await group.waitForAll()
        }
    }

    /// Microseconds of CPU, and bytes handed to the system, of the process so far.
    private static func usage() -> (cpu: Double, written: Double) {
        var usage = rusage()
        // RUSAGE_SELF, which the importer gives another type.
        getrusage(0, &usage)
        let (user, system) = (usage.ru_utime, usage.ru_stime)
        let cpu = Double(user.tv_sec + system.tv_sec) * 1e6 + Double(user.tv_usec + system.tv_usec)
        let io = (try? String(contentsOfFile: "/proc/self/io", encoding: .utf8)) ?? ""
        let line = io.split(separator: "\n").first { $0.hasPrefix("wchar: ") }
        return (cpu, line.flatMap { Double($0.dropFirst(7)) } ?? 0)
    }
}

/// Adds up what the log grows by, also when it starts anew.
private struct LogCounter {
    private let store: SQLiteStore
    private var last: Int
    private(set) var pages = 0

    init(_ store: SQLiteStore) {
        self.store = store
        last = store.writer.logPages.load(ordering: .relaxed)
    }

    var bytes: Int { pages * 4_120 }

    mutating func note() {
        let now = store.writer.logPages.load(ordering: .relaxed)
        pages += now >= last ? now - last : now
        last = now
    }
}

private struct Submissions {
    private var owners: [Owner] = []
    private var random = SystemRandomNumberGenerator()
    private var number = 0

    private static let data = Array(
        (#"{"id":"0190a5f0-0000-7000-8000-000000000000","status":"scheduled","dueAt":"2026-11-20T10:00:00Z","method":"POST","#
            + #""url":"https://example.com/hooks/orders","attempts":0,"run":1,"tags":["orders","eu"]}"#).utf8)

    init(_ store: SQLiteStore) async throws {
        for partition in 0..<store.partitionCount { owners.append(try await Owner(store, partition)) }
    }

    /// Groups of batches, each batch of another partition.
    mutating func make(_ count: Int, group: Int) throws -> [[CommitBatch]] {
        var groups: [[CommitBatch]] = []
        var left = count
        while left > 0 {
            var waiting = owners.map { _ in [ServiceCallSubmission]() }
            let now = Sample.start + .milliseconds(Int64(number / 20))
            for _ in 0..<min(group, left) {
                number += 1
                left -= 1
                let key = ServiceCallKey(
                    tenant: Sample.acme, id: ServiceCallId(UniqueId(high: random.next(), low: random.next())))
                waiting[key.partition(of: owners.count).index].append(try submission(key.id, now))
            }
            var batches: [CommitBatch] = []
            for partition in owners.indices where !waiting[partition].isEmpty {
                let first = owners[partition].lastOrdinal
                let new = try waiting[partition].enumerated().map { offset, submission in
                    try owners[partition].change(nil, .submit(submission), at: now, ordinal: first + Int64(offset) + 1)
                }
                batches.append(owners[partition].batch(new, data: Self.data))
                owners[partition].lastOrdinal += Int64(new.count)
                owners[partition].head += Int64(new.count)
            }
            groups.append(batches)
        }
        return groups
    }

    private mutating func submission(_ id: ServiceCallId, _ now: Instant) throws -> ServiceCallSubmission {
        ServiceCallSubmission(
            tenant: Sample.acme, id: id,
            request: Sample.sealed(
                OutgoingRequest(
                    method: .POST, url: try TargetURL("https://example.com/hooks/orders"),
                    headers: [try .init(name: "Content-Type", value: "application/json")], body: Array(repeating: 0x41, count: 200))),
            dueAt: now + .hours(24) + .milliseconds(Int64.random(in: 0..<2_592_000_000, using: &random)), tags: ["orders", "eu"],
            fingerprint: Fingerprint(bytes: Array(repeating: 7, count: 32)), correlationId: "4bf92f3577b34da6a3ce929d0e0e4736")
    }
}
