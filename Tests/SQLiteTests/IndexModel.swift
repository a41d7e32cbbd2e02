import Domain
import Foundation
import PortContract
import Ports
import Testing

@testable import SQLiteAdapter

/// What a store must know of its calls, kept without any index.
struct IndexModel: Sendable {
    struct Known: Sendable {
        var stored: StoredServiceCall
        let partition: Int
        /// The due time that the store lists the call by; nil when it has ended.
        var listedAt: Instant?
    }

    private(set) var calls: [ServiceCallKey: Known] = [:]

    mutating func note(_ stored: StoredServiceCall, partition: Int) {
        let key = Self.key(stored)
        var listedAt = stored.call.dueAt
        if case .running(let attempt) = stored.call.state {
            // A start leaves the due time as it is; only one that was brought forward in the same commit has none in the past.
            let before = calls[key]?.listedAt
            listedAt = before.flatMap { $0 <= attempt.startedAt ? $0 : nil } ?? attempt.startedAt
        }
        calls[key] = Known(stored: stored, partition: partition, listedAt: listedAt)
    }

    static func key(_ stored: StoredServiceCall) -> ServiceCallKey {
        ServiceCallKey(tenant: stored.call.tenant, id: stored.call.id)
    }

    func due(_ partition: Int, _ tenant: TenantId, upTo latest: Instant) -> [DueEntry] {
        calls.values.compactMap { known -> DueEntry? in
            guard known.partition == partition, known.stored.call.tenant == tenant, let at = known.listedAt, at <= latest else {
                return nil
            }
            var running: DueEntry.Running?
            if case .running(let attempt) = known.stored.call.state {
                running = .init(
                    attempt: known.stored.call.attempts, epoch: attempt.epoch,
                    deadline: attempt.startedAt + known.stored.call.submission.timeout)
            }
            return DueEntry(
                tenant: tenant, id: known.stored.call.id, host: known.stored.call.submission.request.url.host,
                version: known.stored.call.version, dueAt: at, running: running)
        }.sorted { $0.place < $1.place }
    }

    func dueTenants(_ partition: Int, upTo latest: Instant) -> [TenantId] {
        Set(
            calls.values.filter { known in known.partition == partition && known.listedAt.map { $0 <= latest } == true }.map(
                \.stored.call.tenant)
        )
        .sorted()
    }

    /// Compares what the store lists as due up to `latest`, in pages.
    func checkDue(_ journal: any Journal, upTo latest: Instant, page: Int) async throws {
        for partition in 0..<journal.partitionCount {
            let id = PartitionId(partition)
            try requireEqual(
                try await journal.dueTenants(in: id, upTo: latest, after: nil, limit: 99), dueTenants(partition, upTo: latest), "tenants")
            for tenant in [Sample.acme, Sample.zenith] {
                var entries: [DueEntry] = []
                while true {
                    let found = try await journal.due(in: id, tenant: tenant, after: entries.last?.place, upTo: latest, limit: page)
                    entries += found
                    if found.count < page { break }
                }
                try requireEqual(entries, due(partition, tenant, upTo: latest), "calls of \(tenant) due up to \(latest)")
            }
        }
    }

    /// Loads every call, and one that was never made.
    func checkLoads(_ journal: any Journal) async throws {
        for partition in 0..<journal.partitionCount {
            let mine = calls.filter { $0.value.partition == partition }
            let stranger = Sample.id(999_999, partition: partition, of: journal.partitionCount)
            let asked = Array(mine.keys) + [ServiceCallKey(tenant: Sample.acme, id: stranger)]
            let found = try await journal.load(asked, in: PartitionId(partition))
            let missing = Set(mine.keys).subtracting(found.map { Self.key($0) })
            try require(
                missing.isEmpty,
                "not found in partition \(partition): ordinals \(missing.compactMap { mine[$0]?.stored.ordinal }.sorted()) of \(mine.count)"
            )
            try requireEqual(byId(found), byId(mine.values.map(\.stored)), "calls of partition \(partition)")
        }
    }

    /// Submits each call again.
    func checkDuplicatesAreRefused(_ journal: any Journal, every step: Int = 1) async throws {
        for partition in 0..<journal.partitionCount {
            let owner = try await Owner(journal, partition)
            let mine = calls.values.filter { $0.partition == partition }.sorted { $0.stored.ordinal < $1.stored.ordinal }
            for index in stride(from: 0, to: mine.count, by: step) {
                let again = try owner.change(nil, .submit(mine[index].stored.call.submission), at: Sample.start)
                try await requireError("the same call again", { $0.isRejected }) { try await journal.commit(owner.batch([again])) }
            }
        }
    }
}

/// The files of a store as they are at this moment, as a killed process leaves them, whatever the store does meanwhile.
func copyFiles(of directory: String, to copy: String) throws {
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    let path = directory + "/" + SQLiteStore.databaseName
    // A reader keeps the log from starting anew: what is copied into the database meanwhile stays in the log as well.
    let side = SideConnection(path)
    try #require(side.execute("BEGIN"))
    try #require(side.text("SELECT count(*) FROM partitions") != nil)
    for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + "/" + SQLiteStore.databaseName + suffix)
    }
    _ = side.execute("COMMIT")
}
