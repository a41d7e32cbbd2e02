import CLibpq
import Domain
import Foundation
import PortContract
import Ports
import PostgresAdapter
import PostgresKit
import Testing

/// Prints rows per second of the store alone, beside a bare connection; runs when `LEDGERFLOW_STORE_BENCH` is set. Nothing is asserted
/// on time.
@Suite("PostgreSQL store benchmark", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH"] != nil), .serialized)
struct PostgresStoreBenchmark {
    private static func setting(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH_\(name)"].flatMap { Int($0) }
    }

    @Test("group commit", arguments: [1, 4, 8], [1, 16, 256, 1_024])
    func groupCommit(partitions: Int, size: Int) async throws {
        let (server, database) = try SharedServer.newDatabase()
        var options = PostgresStoreOptions.small
        options.partitionCount = 8
        if let writers = Self.setting("WRITERS") { options.writers = writers }
        let store = try await PostgresStore.open(url: server.url(database), options: options)
        if let sql = ProcessInfo.processInfo.environment["LEDGERFLOW_STORE_BENCH_SQL"] { try server.sql(sql, database: database) }
        let rounds = max(4, min(400, 40_000 / size / partitions))
        var work: [[CommitBatch]] = []
        for partition in 0..<partitions { work.append(try await Self.batches(store, partition, size: size, rounds: rounds)) }
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for batches in work { group.addTask { for batch in batches { try await store.commit(batch) } } }
            try await group.waitForAll()
        }
        let seconds = Self.seconds(since: start)
        let rows = Double(rounds * partitions * size * 2)
        print(
            "\(partitions) partitions × \(size) calls: \(Int(rows / seconds)) calls+events/s, \(rounds) rounds, \(seconds / Double(rounds) * 1e3) ms a round"
        )
        await store.close()
    }

    @Test("whole lives: submitted, started, succeeded; then reads", arguments: [16, 256])
    func lives(size: Int) async throws {
        let (server, database) = try SharedServer.newDatabase()
        var options = PostgresStoreOptions.small
        if let writers = Self.setting("WRITERS") { options.writers = writers }
        let store = try await PostgresStore.open(url: server.url(database), options: options)
        let rounds = 30_000 / size / 4
        var work: [[CommitBatch]] = []
        for partition in 0..<4 { work.append(try await Self.batches(store, partition, size: size, rounds: rounds, wholeLives: true)) }
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for batches in work { group.addTask { for batch in batches { try await store.commit(batch) } } }
            try await group.waitForAll()
        }
        let seconds = Self.seconds(since: start)
        print("4 partitions × \(size) calls, whole lives: \(Int(Double(rounds * size * 4) / seconds)) calls/s of three commits each")
        var status = ServiceCallFilter()
        status.status = .failed
        var host = ServiceCallFilter()
        host.host = "example.com"
        for (name, filter) in [("all", ServiceCallFilter()), ("by a common host", host), ("by a status that none has", status)] {
            let start = ContinuousClock.now
            for _ in 0..<20 { _ = try await store.list(tenant: Sample.acme, filter: filter, after: nil, limit: 50) }
            print("list \(name): \(Self.seconds(since: start) / 20 * 1e3) ms")
        }
        let asked = ContinuousClock.now
        for _ in 0..<20 { _ = try await store.events(tenant: Sample.acme, after: .beginning(partitions: 4), limit: 100) }
        print("log page of 100: \(Self.seconds(since: asked) / 20 * 1e3) ms")
        let keys = work[0].prefix(4).flatMap(\.serviceCalls).prefix(64).map {
            ServiceCallKey(tenant: $0.stored.call.tenant, id: $0.stored.call.id)
        }
        let loaded = ContinuousClock.now
        for _ in 0..<50 { _ = try await store.load(Array(keys), in: PartitionId(0)) }
        print("load of \(keys.count): \(Self.seconds(since: loaded) / 50 * 1e3) ms")
        await store.close()
    }

    static func seconds(since start: ContinuousClock.Instant) -> Double {
        let elapsed = (ContinuousClock.now - start).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    }

    static func batches(
        _ store: PostgresStore, _ partition: Int, size: Int, rounds: Int, wholeLives: Bool = false
    ) async throws -> [CommitBatch] {
        var owner = try await Owner(store, partition)
        var random = SystemRandomNumberGenerator()
        return try (0..<rounds).flatMap { _ in
            var changes = try (0..<size).map { offset in
                let id = UniqueId.version7(at: Sample.start + .milliseconds(owner.head), random: (random.next(), random.next()))
                return try owner.change(
                    nil, .submit(Self.submission(ServiceCallId(id))), at: Sample.start, ordinal: owner.lastOrdinal + 1 + Int64(offset))
            }
            var batches = [owner.batch(changes, data: Self.data)]
            owner.lastOrdinal += Int64(size)
            owner.head += Int64(batches[0].events.count)
            guard wholeLives else { return batches }
            for command in [ServiceCallCommand.dueTimeReached, .executionSucceeded(attempt: 1, .init(status: 200, bodyBytes: 9))] {
                changes = try changes.map { try owner.change($0.stored, command, at: Sample.start + .seconds(1)) }
                batches.append(owner.batch(changes, data: Self.data))
                owner.head = batches[batches.count - 1].head
            }
            return batches
        }
    }

    static let data = Array(
        (#"{"id":"0190a5f0-0000-7000-8000-000000000000","status":"scheduled","dueAt":"2026-11-20T10:00:00Z","method":"POST","#
            + #""url":"https://example.com/hooks/orders","attempts":0,"run":1,"tags":["orders","eu"]}"#).utf8)

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

    /// What a client without a store would do: one connection, a prepared statement a row and table, pipelined, one transaction and one
    /// sync for so many rows.
    @Test("bare pipelined connection", arguments: [16, 256, 1_024])
    func bare(size: Int) async throws {
        let (server, database) = try SharedServer.newDatabase()
        let store = try await PostgresStore.open(url: server.url(database), options: .small)
        await store.close()
        guard let connection = PQconnectdb(server.url(database)), PQstatus(connection) == CONNECTION_OK else {
            throw ContractFailure("no connection")
        }
        defer { PQfinish(connection) }
        PQclear(PQexec(connection, "SET search_path = ledgerflow"))
        let statements = [
            """
            INSERT INTO service_calls (key, version, due_at, created_at, updated_at, partition, status, run, attempts, attempts_in_run,
              id, tenant) VALUES ($1, 1, $2, $2, $2, 0, 1, 1, 0, 0, $3, 'acme')
            """,
            """
            INSERT INTO service_call_requests (key, timeout, retry_initial_delay, retry_max_delay, retry_max_attempts, method, url, host,
              headers, tags, fingerprint, correlation_id, body)
            VALUES ($1, 30000000, 1000000, 3600000000, 10, 'POST', 'https://example.com/hooks/orders', 'example.com',
              '12:Content-Type,16:application/json,', '6:orders,2:eu,', $2, '4bf92f3577b34da6a3ce929d0e0e4736', $3)
            """,
            """
            INSERT INTO events (key, ordinal, version, time, type, subject, tenant, correlation_id, data)
            VALUES ($1, $1, 1, $2, 101, $3, 'acme', '4bf92f3577b34da6a3ce929d0e0e4736', $4)
            """,
        ]
        for (index, sql) in statements.enumerated() { PQclear(PQprepare(connection, "s\(index)", sql, 0, nil)) }
        guard PQenterPipelineMode(connection) == 1 else { throw ContractFailure("no pipeline") }
        let rounds = max(4, 20_000 / size)
        var key: Int64 = 0
        let start = ContinuousClock.now
        for _ in 0..<rounds {
            Self.run(connection, "BEGIN")
            for _ in 0..<size {
                key += 1
                let id = UniqueId.version7(at: Sample.start + .milliseconds(key), random: (UInt64(key), UInt64(key) &* 0x9E37_79B9)).bytes
                let (number, time) = (Self.bytes(key), Self.bytes(Sample.start.microseconds))
                Self.send(connection, "s0", [number, time, id])
                Self.send(connection, "s1", [number, [UInt8](repeating: 7, count: 32), [UInt8](repeating: 0x41, count: 200)])
                Self.send(connection, "s2", [number, time, id, Self.data])
            }
            Self.run(connection, "COMMIT")
            PQpipelineSync(connection)
            try Self.drain(connection)
        }
        let seconds = Self.seconds(since: start)
        print("bare connection × \(size) calls: \(Int(Double(rounds * size * 2) / seconds)) calls+events/s")
    }

    private static func bytes(_ value: Int64) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }

    private static func run(_ connection: OpaquePointer, _ sql: String) {
        PQsendQueryParams(connection, sql, 0, nil, nil, nil, nil, 1)
    }

    private static func send(_ connection: OpaquePointer, _ name: String, _ values: [[UInt8]]) {
        let flat = values.flatMap { $0 }
        flat.withUnsafeBytes { bytes in
            var offset = 0
            let pointers = values.map { value in
                defer { offset += value.count }
                return bytes.baseAddress.map { UnsafePointer(($0 + offset).assumingMemoryBound(to: CChar.self)) }
            }
            _ = PQsendQueryPrepared(
                connection, name, Int32(values.count), pointers, values.map { Int32($0.count) }, values.map { _ in 1 }, 1)
        }
    }

    private static func drain(_ connection: OpaquePointer) throws {
        while true {
            guard let result = PQgetResult(connection) else { continue }
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC: return
            case PGRES_COMMAND_OK: continue
            default: throw ContractFailure(String(cString: PQresultErrorMessage(result)))
            }
        }
    }
}
