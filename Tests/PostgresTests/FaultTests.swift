import Domain
import Foundation
import PortContract
import Ports
import PostgresAdapter
import PostgresKit
import Testing

@Suite("What happens to a commit when the database goes away", .enabled(if: PostgresServer.isAvailable))
struct FaultTests {
    @Test("a commit whose answer was lost is ambiguous, and the head tells what became of it", arguments: [true, false])
    func ambiguous(isStored: Bool) async throws {
        let (server, database) = try SharedServer.newDatabase()
        let proxy = try CuttingProxy(to: server.port, commitName: "lf_commit")
        defer { proxy.close() }
        let store = try await PostgresStore.open(url: server.url(database, port: proxy.port), options: .small)
        var owner = try await Owner(store, 1)
        _ = try await owner.submit([Sample.submission(1, in: owner)])
        for number in 2..<8 {
            let change = try owner.change(nil, .submit(Sample.submission(number, in: owner)), at: Sample.start)
            let batch = owner.batch([change])
            proxy.arm(isStored ? .beforeAnswer : .beforeCommit)
            await #expect { try await store.commit(batch) } throws: { error in
                if case .ambiguous = error as? JournalError { true } else { false }
            }
            #expect(proxy.cuts == number - 1)
            let taken = try await store.takeOwnership(of: owner.partition)
            #expect(taken.epoch == owner.epoch + 1)
            #expect(taken.head == (isStored ? batch.head : batch.expectedHead))
            #expect(taken.headEpoch == batch.epoch || !isStored)
            // The old epoch is over, whatever was stored.
            await #expect(throws: JournalError.ownershipLost) { try await store.commit(batch) }
            owner.epoch = taken.epoch
            owner.head = taken.head
            owner.lastOrdinal = taken.lastOrdinal
            if !isStored { try await owner.commit([try owner.change(nil, .submit(change.call.submission), at: Sample.start)]) }
        }
        let events = try await store.events(in: owner.partition, after: 0, limit: 100)
        #expect(events.map(\.position) == (1...7).map { Int64($0) })
        await store.close()
    }

    @Test("connections that the server ends under load cost nothing but time")
    func terminated() async throws {
        try await withStore { harness in
            try await underLoad(harness.store, calls: 150) { loads in
                for step in 1...12 {
                    try await eventually("the load goes on") { loads.allSatisfy { $0.stored.value >= min(150, step * 10) } }
                    try harness.server.sql(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(harness.database)'")
                }
            }
        }
    }

    @Test(
        "a server that starts anew again and again under load loses and doubles nothing",
        arguments: [PostgresServer.StopMode.fast, .immediate])
    func restarted(mode: PostgresServer.StopMode) async throws {
        let server = try PostgresServer()
        defer { server.remove() }
        try server.createDatabase("x")
        let store = try await PostgresStore.open(url: server.url("x"), options: .small)
        try await underLoad(store, calls: 120) { loads in
            for step in 1...4 {
                try await eventually("the load goes on") { loads.allSatisfy { $0.stored.value >= step * 20 } }
                try server.restart(mode)
            }
        }
        await store.close()
    }

    @Test("while the server is away requests are refused in time, and afterwards the store goes on by itself")
    func away() async throws {
        let server = try PostgresServer()
        defer { server.remove() }
        try server.createDatabase("x")
        var options = PostgresStoreOptions.small
        options.patience = .milliseconds(200)
        options.statementTimeout = .milliseconds(500)
        options.trialInterval = .milliseconds(50)
        let store = try await PostgresStore.open(url: server.url("x"), options: options)
        var owner = try await Owner(store, 0)
        let stored = try await owner.submit([Sample.submission(1, in: owner)])[0]
        #expect(store.writeTrouble == nil)
        try server.stop()
        let next = owner.batch([try owner.change(nil, .submit(Sample.submission(2, in: owner)), at: Sample.start)])
        for _ in 0..<5 {
            do { try await store.commit(next) } catch .unavailable {} catch .ambiguous {}
            await #expect(throws: JournalError.self) { try await store.events(in: owner.partition, after: 0, limit: 9) }
            await #expect(throws: QueryError.self) { try await store.detail(of: stored.call.id, tenant: Sample.acme) }
        }
        try await eventually("the store says that nobody answers") { store.writeTrouble == .unreachable }
        try server.start()
        try await eventually("the store knows without a commit that it can write") { store.writeTrouble == nil }
        let left = try server.sql("SELECT count(*) FROM ledgerflow.store WHERE key = 'write_trial'", database: "x")
        #expect(left == ["0"], "what was written to find out does not stay")
        try await eventually("the store is back") { (try? await store.takeOwnership(of: owner.partition)) != nil }
        owner = try await Owner(store, 0)
        #expect(owner.head == 1)
        _ = try await owner.submit([Sample.submission(2, in: owner)])
        try await eventually("clients are served again") {
            (try? await store.detail(of: stored.call.id, tenant: Sample.acme))??.call == stored.call
        }
        await store.close()
    }

    @Test("a full disk refuses commits, keeps what is stored readable, and is over when there is room")
    func diskFull() async throws {
        let server = try PostgresServer()
        defer { server.remove() }
        guard let disk = SmallDisk(in: server.folder, mebibytes: 32) else {
            print("skipped: a small file system cannot be mounted here")
            return
        }
        defer { disk.remove() }
        try disk.fill(mebibytes: 8)
        try server.sql("CREATE TABLESPACE small LOCATION '\(disk.path)/data'")
        try server.sql("CREATE DATABASE x TABLESPACE small")
        var options = PostgresStoreOptions.small
        options.trialInterval = .hours(1)
        let store = try await PostgresStore.open(url: server.url("x"), options: options)
        var owner = try await Owner(store, 0)
        let body = [UInt8](repeating: 7, count: OutgoingRequest.maxBodyBytes)
        var refused: JournalError?
        for number in 0..<400 where refused == nil {
            let change = try owner.change(nil, .submit(Sample.submission(number, in: owner, body: body)), at: Sample.start)
            do { try await owner.commit([change]) } catch let error as JournalError { refused = error }
        }
        #expect(refused?.isUnavailable == true, "\(String(describing: refused))")
        #expect(store.writeTrouble == .full)
        let head = owner.head
        #expect(head > 0)
        #expect(try await store.events(in: owner.partition, after: 0, limit: 1_000).count == Int(head))
        disk.free()
        try await owner.commit([try owner.change(nil, .submit(Sample.submission(900, in: owner, body: body)), at: Sample.start)])
        #expect(store.writeTrouble == nil)
        #expect(try await store.takeOwnership(of: owner.partition).head == head + 1)
        await store.close()
    }
}
