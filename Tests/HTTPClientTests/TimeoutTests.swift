import Domain
import HTTPClientAdapter
import NIOCore
import Ports
import Testing

@Suite("Time-outs and cancellation", .timeLimit(.minutes(2)))
struct TimeoutTests {
    static let behaviours: [(name: String, first: String, then: String)] = [
        ("accepts and is silent", "", ""),
        ("drips a status line", "HTTP/1.1 2", ""),
        ("never ends its headers", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n"),
        ("drips one header", "HTTP/1.1 200 OK\r\nX-A: ", "b"),
        ("drips its body", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "x"),
        ("drips chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
        ("stops in its body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", ""),
        ("says 100 for ever", "", "HTTP/1.1 100 Continue\r\n\r\n"),
    ]

    @Test("An attempt ends at its time-out, whatever the target does, and the connection is dropped", arguments: behaviours)
    func hardDeadline(name: String, first: String, then: String) async throws {
        let target = try await Self.target(first, then)
        try await withClient { client in
            let failure = await client.failure(
                try attempt(.POST, "http://127.0.0.1:\(target.port)/", body: [1], timeout: .milliseconds(300)))
            #expect(failure?.kind == .timeout)
            #expect(failure?.detail == "no complete answer within 300 ms")
            #expect(await eventually { target.closed == 1 }, "the connection was kept")
        }
        await target.stop()
    }

    @Test("Silence in the middle of an attempt ends it before its time-out", arguments: [0, 6])
    func idle(index: Int) async throws {
        let behaviour = Self.behaviours[index]
        let target = try await Self.target(behaviour.first, behaviour.then)
        try await withClient(settings: { $0.idleTimeout = .milliseconds(200) }) { client in
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/", timeout: .minutes(10)))
            #expect(failure == ExecutionFailure(kind: .timeout, detail: "the target fell silent"))
        }
        await target.stop()
    }

    @Test("A status that is known counts at the time-out, with what it asks for")
    func statusAtDeadline() async throws {
        let target = try await Self.target("HTTP/1.1 429 X\r\nRetry-After: 3\r\nContent-Length: 9\r\n\r\n", "")
        try await withClient { client in
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/", timeout: .seconds(4)))
            #expect(failure?.status == 429)
            #expect(failure?.retryAfter == .seconds(3))
        }
        await target.stop()
    }

    @Test("A target that does not take the request ends at the time-out")
    func requestNotTaken() async throws {
        let target = try await ScriptedTarget(onConnect: { $0.channel.setOption(.autoRead, value: false).whenComplete { _ in } })
        try await withClient { client in
            let body = [UInt8](repeating: 1, count: OutgoingRequest.maxBodyBytes)
            let failure = await client.failure(
                try attempt(.POST, "http://127.0.0.1:\(target.port)/", body: body, timeout: .milliseconds(300)))
            #expect(failure?.kind == .timeout)
        }
        await target.stop()
    }

    @Test("A TLS handshake that does not go on ends at the time for connecting, or at the time-out")
    func handshake() async throws {
        let target = try await ScriptedTarget()
        try await withClient(settings: { $0.connectTimeout = .milliseconds(200) }) { client in
            let failure = await client.failure(try attempt(.POST, "https://127.0.0.1:\(target.port)/", timeout: .minutes(10)))
            #expect(failure?.kind == .timeout)
        }
        try await withClient { client in
            let failure = await client.failure(try attempt(.POST, "https://127.0.0.1:\(target.port)/", timeout: .milliseconds(200)))
            #expect(failure?.kind == .timeout)
        }
        await target.stop()
    }

    @Test("An attempt that waits for a connection ends at its time-out")
    func waitsForConnection() async throws {
        let target = try await Self.target("", "")
        try await withClient(settings: { $0.maxConnectionsPerTarget = 1 }) { client in
            let request = try attempt(.POST, "http://127.0.0.1:\(target.port)/", timeout: .milliseconds(300))
            await withTaskGroup(of: ExecutionFailure.Kind?.self) { group in
                for _ in 0..<5 { group.addTask { await client.failure(request)?.kind } }
                for await kind in group { #expect(kind == .timeout) }
            }
        }
        #expect(target.connections <= 5)
        await target.stop()
    }

    @Test("A name that is not resolved ends the attempt at its time-out, and at the time for connecting")
    func slowResolution() async throws {
        let resolver = SilentResolver()
        try await withClient(resolver: resolver) { client in
            let failure = await client.failure(try attempt(.POST, "http://slow.example/", timeout: .milliseconds(200)))
            #expect(failure?.kind == .timeout)
        }
        try await withClient(resolver: resolver, settings: { $0.connectTimeout = .milliseconds(200) }) { client in
            let failure = await client.failure(try attempt(.POST, "http://slow.example/", timeout: .minutes(10)))
            #expect(failure?.kind == .timeout)
        }
        resolver.release()
    }

    @Test("Cancelling the task ends the attempt, wherever it is, and drops the connection", arguments: behaviours)
    func cancellation(name: String, first: String, then: String) async throws {
        let target = try await Self.target(first, then)
        try await withClient { client in
            let request = try attempt(.POST, "http://127.0.0.1:\(target.port)/", timeout: .minutes(10))
            let task = Task { await client.failure(request) }
            #expect(await eventually { !target.received().isEmpty })
            task.cancel()
            #expect(await task.value?.kind == .cancelled)
            #expect(await eventually { target.closed == 1 })
        }
        await target.stop()
    }

    @Test("Cancelling the task ends a wait for a name, and an attempt that has not begun")
    func cancellationBeforeConnection() async throws {
        let resolver = SilentResolver()
        try await withClient(resolver: resolver) { client in
            let request = try attempt(.POST, "http://slow.example/", timeout: .minutes(10))
            let task = Task { await client.failure(request) }
            #expect(await eventually { resolver.questions == 1 })
            task.cancel()
            #expect(await task.value?.kind == .cancelled)

            let target = try await Self.target("", "")
            let literal = try attempt(.POST, "http://127.0.0.1:\(target.port)/", timeout: .minutes(10))
            let early = Task {
                while !Task.isCancelled { await Task.yield() }
                return await client.failure(literal)
            }
            early.cancel()
            #expect(await early.value?.kind == .cancelled)
            await target.stop()
        }
        resolver.release()
    }

    @Test("A shutdown ends attempts that run as those of an engine that stopped, and refuses later ones")
    func shutdown() async throws {
        let target = try await Self.target("", "")
        let resolver = SilentResolver()
        try await withClient(resolver: resolver) { client in
            let running = try attempt(.POST, "http://127.0.0.1:\(target.port)/", timeout: .minutes(10))
            let resolving = try attempt(.POST, "http://slow.example/", timeout: .minutes(10))
            let first = Task { await client.failure(running) }
            let second = Task { await client.failure(resolving) }
            #expect(await eventually { !target.received().isEmpty && resolver.questions == 1 })
            await client.shutdown()
            #expect(await first.value?.kind == .ownerLost)
            #expect(await second.value?.kind == .ownerLost)
            #expect(await client.failure(running)?.kind == .ownerLost)
            #expect(await client.failure(resolving)?.kind == .ownerLost)
        }
        resolver.release()
        await target.stop()
    }

    private static func target(_ first: String, _ then: String) async throws -> ScriptedTarget {
        try await ScriptedTarget(onData: { connection, bytes in
            guard bytes.count > 3 else { return false }
            connection.write(first)
            if !then.isEmpty { connection.drip(then, every: .milliseconds(20)) }
            return true
        })
    }
}
