import Domain
import PortContract
import Ports
import PostgresAdapter
import PostgresKit
import Testing

@Suite("One engine at a time serves a store", .enabled(if: PostgresServer.isAvailable))
struct LeaseTests {
    private func options(_ name: String, lease: TimeSpan = .seconds(60)) -> PostgresStoreOptions {
        var options = PostgresStoreOptions.small
        options.ownerName = name
        options.lease = lease
        return options
    }

    @Test("another engine is held out while the first is alive, and takes over at once when it lets go")
    func released() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let first = try await PostgresStore.open(url: server.url(database), options: options("first"))
        let second = try await PostgresStore.open(url: server.url(database), options: options("second"))
        var owner = try await Owner(first, 2)
        _ = try await owner.submit([Sample.submission(1, in: owner)])
        for partition in 0..<4 {
            await #expect(throws: JournalError.heldElsewhere("first")) { try await second.takeOwnership(of: PartitionId(partition)) }
        }
        await first.close()
        let taken = try await second.takeOwnership(of: owner.partition)
        #expect(taken.epoch > owner.epoch)
        #expect(taken.head == 1 && taken.headEpoch == owner.epoch)
        #expect(!taken.predecessorMayRun)
        await second.close()
    }

    @Test("an engine whose lease has run out is replaced, and can write nothing afterwards")
    func expired() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let first = try await PostgresStore.open(url: server.url(database), options: options("first"))
        var old = try await Owner(first, 0)
        _ = try await old.submit([Sample.submission(1, in: old)])
        var other = try await Owner(first, 3)
        try server.sql("UPDATE ledgerflow.partitions SET lease_until = clock_timestamp() - interval '1 s'", database: database)
        let second = try await PostgresStore.open(url: server.url(database), options: options("second"))
        let taken = try await second.takeOwnership(of: old.partition)
        #expect(taken.predecessorMayRun)
        #expect(taken.epoch > old.epoch)
        let stale = old.batch([try old.change(nil, .submit(Sample.submission(2, in: old)), at: Sample.start)])
        await #expect(throws: JournalError.ownershipLost) { try await first.commit(stale) }
        // The whole store has changed hands, not the one partition alone.
        await #expect(throws: JournalError.ownershipLost) { _ = try await other.submit([Sample.submission(3, in: other)]) }
        await #expect(throws: JournalError.ownershipLost) {
            try await first.storePublished([PublishedCursor(partition: old.partition, epoch: old.epoch, position: 1)])
        }
        await #expect(throws: JournalError.heldElsewhere("second")) { try await first.takeOwnership(of: old.partition) }
        // The first engine's end takes nothing away from the second.
        await first.close()
        var new = try await Owner(second, 3)
        _ = try await new.submit([Sample.submission(3, in: new)])
        #expect(try await second.takeOwnership(of: other.partition).predecessorMayRun)
        await second.close()
    }

    @Test("an engine that stands by locks nothing of the owner's")
    func quietStandby() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let first = try await PostgresStore.open(url: server.url(database), options: options("first"))
        var owner = try await Owner(first, 0)
        _ = try await owner.submit([Sample.submission(1, in: owner)])
        let second = try await PostgresStore.open(url: server.url(database), options: options("second"))
        func locks() throws -> [String] {
            try server.sql("SELECT id, xmax FROM ledgerflow.partitions ORDER BY id", database: database)
        }
        let before = try locks()
        for partition in 0..<4 {
            await #expect(throws: JournalError.heldElsewhere("first")) { try await second.takeOwnership(of: PartitionId(partition)) }
        }
        #expect(before.count == 4)
        #expect(try locks() == before)
        await first.close()
        await second.close()
    }

    @Test("an idle engine renews its lease; one that is cut off loses it")
    func renewed() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let proxy = try CuttingProxy(to: server.port, commitName: "lf_commit")
        let first = try await PostgresStore.open(
            url: server.url(database, port: proxy.port), options: options("first", lease: .seconds(1)))
        let owner = try await Owner(first, 0)
        func until() throws -> Double {
            let rows = try server.sql(
                "SELECT extract(epoch FROM lease_until) FROM ledgerflow.partitions WHERE id = 0", database: database)
            return rows.first.flatMap { Double($0) } ?? 0
        }
        var last = try until()
        for _ in 0..<3 {
            try await eventually("the lease is renewed") { try until() > last }
            last = try until()
        }
        proxy.close()
        let second = try await PostgresStore.open(url: server.url(database), options: options("second"))
        try await eventually("the lease runs out") {
            do { return try await second.takeOwnership(of: owner.partition).predecessorMayRun } catch JournalError.heldElsewhere {
                return false
            }
        }
        await first.close()
        await second.close()
    }

    @Test("an idle engine whose store was taken says so without a commit")
    func takenFromAnIdleEngine() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let first = try await PostgresStore.open(url: server.url(database), options: options("first", lease: .seconds(1)))
        let owner = try await Owner(first, 0)
        try await eventually("the lease is held") { first.writeTrouble == nil }
        try server.sql(
            """
            UPDATE ledgerflow.partitions SET epoch = epoch + 1, owner = gen_random_uuid(), owner_name = 'second',
              lease_until = clock_timestamp() + interval '1 h'
            """, database: database)
        try await eventually("the loss is noticed") { first.writeTrouble == .takenOver }
        await #expect(throws: JournalError.heldElsewhere("second")) { try await first.takeOwnership(of: owner.partition) }
        #expect(first.writeTrouble == .takenOver)
        try server.sql("UPDATE ledgerflow.partitions SET owner = NULL, lease_until = NULL", database: database)
        _ = try await first.takeOwnership(of: owner.partition)
        try await eventually("what is taken back is held again") { first.writeTrouble == nil }
        await first.close()
    }

    @Test("an engine that stands by has lost nothing")
    func standbyIsNoLoss() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let first = try await PostgresStore.open(url: server.url(database), options: options("first"))
        let owner = try await Owner(first, 0)
        let second = try await PostgresStore.open(url: server.url(database), options: options("second", lease: .seconds(1)))
        await #expect(throws: JournalError.heldElsewhere("first")) { try await second.takeOwnership(of: owner.partition) }
        #expect(second.writeTrouble == nil)
        await first.close()
        await second.close()
    }

    @Test("a lease that is not renewed in its time is told of, although the connections look alive")
    func notRenewed() async throws {
        let (server, database) = try SharedServer.newDatabase()
        let store = try await PostgresStore.open(url: server.url(database), options: options("first", lease: .seconds(1)))
        _ = try await Owner(store, 0)
        try await eventually("the lease is held") { store.writeTrouble == nil }
        // The statement that renews waits for this lock; its connection stays up all the while.
        async let holding: [String]? = Task.detached {
            try? server.sql("BEGIN; LOCK TABLE ledgerflow.partitions IN EXCLUSIVE MODE; SELECT pg_sleep(170)", database: database)
        }.value
        let holder = "FROM pg_stat_activity WHERE datname = '\(database)' AND wait_event = 'PgSleep'"
        try await eventually("the lock is held") { try server.sql("SELECT 1 \(holder)").count == 1 }
        try await eventually("it is told") { store.writeTrouble == .unreachable }
        try server.sql("SELECT pg_terminate_backend(pid) \(holder)")
        _ = await holding
        try await eventually("the lease is renewed") { store.writeTrouble == nil }
        await store.close()
    }

    @Test("taking over waits for a transaction that is still under way")
    func zombie() async throws {
        try await withStore { harness in
            let owner = try await Owner(harness.store, 1)
            async let zombie: [String] = Task.detached {
                try harness.server.sql(
                    "BEGIN; UPDATE ledgerflow.partitions SET head = 9 WHERE id = 1; SELECT pg_sleep(1); COMMIT", database: harness.database)
            }.value
            try await eventually("the transaction holds the row") {
                try harness.server.sql(
                    "SELECT 1 FROM pg_stat_activity WHERE datname = '\(harness.database)' AND wait_event = 'PgSleep'"
                ).count == 1
            }
            #expect(try await harness.store.takeOwnership(of: owner.partition).head == 9)
            _ = try await zombie
        }
    }
}
