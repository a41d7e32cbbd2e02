import Domain
import HTTPClientAdapter
import NIOCore
import Ports
import Testing

@Suite("Sources that misbehave", .serialized, .timeLimit(.minutes(2)))
struct SOAPHostileTests {
    static let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"

    static let slow: [(name: String, first: String, then: String, phase: FetchPhase)] = [
        ("accepts and is silent", "", "", .firstByte),
        ("never ends its head", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n", .firstByte),
        ("says 100 for ever", "", "HTTP/1.1 100 Continue\r\n\r\n", .firstByte),
        ("falls silent after its head", head + "Content-Length: 10\r\n\r\n", "", .idle),
        ("falls silent in its body", head + "Content-Length: 10\r\n\r\nabc", "", .idle),
        ("falls silent between chunks", head + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", "", .idle),
        ("drips its body", head + "Content-Length: 100000\r\n\r\n", "x", .total),
        ("drips chunks", head + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", .total),
    ]

    @Test("Every phase has its time, and the connection is dropped when it is over", arguments: slow.indices)
    func phases(index: Int) async throws {
        let (name, first, then, phase) = Self.slow[index]
        let source = try await Self.dripping(first, then)
        try await withFeed { feed in
            let failure = try await feed.failure(from: source.url) {
                $0.firstByte = phase == .firstByte ? .milliseconds(300) : .minutes(10)
                // Longer than the time between two drops.
                $0.idle = phase == .idle ? .milliseconds(300) : .minutes(10)
                $0.total = phase == .total ? .milliseconds(600) : .minutes(20)
            }
            #expect(failure == .timedOut(phase), "\(name)")
            #expect(await eventually { source.closed == 1 }, "the connection was kept")
        }
        await source.stop()
    }

    @Test("The time for everything ends every phase", arguments: slow.indices)
    func total(index: Int) async throws {
        let (name, first, then, _) = Self.slow[index]
        let source = try await Self.dripping(first, then)
        try await withFeed { feed in
            let failure = try await feed.failure(from: source.url) { $0.total = .milliseconds(300) }
            #expect(failure == .timedOut(.total), "\(name)")
            #expect(await eventually { source.closed == 1 })
        }
        await source.stop()
    }

    @Test("A name that is not resolved, and a TLS handshake that does not go on, end at the time for connecting")
    func connect() async throws {
        let resolver = SilentResolver()
        let source = try await Self.dripping("", "")
        try await withFeed(resolver: resolver) { feed in
            let unresolved = try await feed.failure(from: "http://slow.example/") { $0.connect = .milliseconds(200) }
            #expect(unresolved == .timedOut(.connect))
            let failure = try await feed.failure(from: "https://127.0.0.1:\(source.port)/") { $0.connect = .milliseconds(200) }
            #expect(failure == .timedOut(.connect))
        }
        resolver.release()
        await source.stop()
    }

    @Test("Cancelling the task ends the fetch, wherever it is", arguments: slow.indices)
    func cancellation(index: Int) async throws {
        let (name, first, then, _) = Self.slow[index]
        let source = try await Self.dripping(first, then)
        try await withFeed { feed in
            let request = try batchRequest(source.url) { $0.total = .minutes(10) }
            let task = Task { await feed.fetched(request).failure }
            #expect(await eventually { !source.received().isEmpty })
            task.cancel()
            #expect(await task.value == .cancelled, "\(name)")
            #expect(await eventually { source.closed == 1 })
        }
        await source.stop()
    }

    @Test("A shutdown ends fetches that run, and refuses later ones")
    func shutdown() async throws {
        let source = try await Self.dripping("", "")
        try await withFeed { feed in
            let request = try batchRequest(source.url)
            let task = Task { await feed.fetched(request).failure }
            #expect(await eventually { !source.received().isEmpty })
            await feed.shutdown()
            #expect(await task.value == .stopped)
            #expect(await feed.fetched(request).failure == .stopped)
        }
        #expect(source.connections == 1)
        await source.stop()
    }

    @Test("An answer that ends too early fails, and what came before it was given")
    func truncated() async throws {
        for rest in ["Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "Content-Length: 10\r\n\r\n"] {
            let source = try await ScriptedTarget(onData: { connection, _ in
                connection.writeAndClose(Self.head + rest)
                return true
            })
            try await withFeed { feed in
                let fetched = await feed.fetched(try batchRequest(source.url))
                #expect(fetched.failure == .connection("the target closed the connection before the answer was complete"))
                #expect(fetched.octets == (rest.hasSuffix("\r\n\r\n") ? [] : Array("abc".utf8)))
            }
            await source.stop()
        }
        for text in ["", "HTTP/1.1 200 OK\r\nContent-Ty", "FTP\r\n\r\n", "<Envelope/>"] {
            let source = try await ScriptedTarget(onData: { connection, _ in
                connection.writeAndClose(text)
                return true
            })
            try await withFeed { feed in
                let failure = try await feed.failure(from: source.url)
                #expect(failure?.code == "connection", "“\(text)”")
            }
            await source.stop()
        }
    }

    @Test("An endless answer is cut off at its limit, and its connection dropped", arguments: ["", "Transfer-Encoding: chunked\r\n"])
    func endless(framing: String) async throws {
        let source = try await ScriptedTarget(onData: { connection, _ in
            connection.write(Self.head + framing + "\r\n")
            let block = [UInt8](repeating: 0x20, count: 4_096)
            connection.flood(framing.isEmpty ? block : Array("1000\r\n".utf8) + block + Array("\r\n".utf8))
            return true
        })
        try await withFeed { feed in
            for (wire, inflated) in [(1 << 20, 2 << 20), (2 << 20, 1 << 20)] {
                let fetched = await feed.fetched(
                    try batchRequest(source.url) { ($0.wireBytes, $0.inflatedBytes) = (wire, inflated) })
                #expect(fetched.failure == .tooLarge(limit: 1 << 20))
                #expect(fetched.octets.count <= 1 << 20)
            }
            #expect(await eventually { source.closed == 2 })
        }
        await source.stop()
    }

    @Test("An answer of up to the limit is taken, one byte more is not, announced or not", arguments: [false, true])
    func limit(announced: Bool) async throws {
        for (size, isTaken) in [(1_000, true), (1_001, false), (200_000, false)] {
            let body = String(repeating: "x", count: size)
            let source = try await ScriptedTarget(onData: { connection, _ in
                connection.writeAndClose(Self.head + (announced ? "Content-Length: \(size)\r\n" : "") + "\r\n" + body)
                return true
            })
            try await withFeed { feed in
                let fetched = await feed.fetched(try batchRequest(source.url) { $0.wireBytes = 1_000 })
                #expect(fetched.failure == (isTaken ? nil : .tooLarge(limit: 1_000)), "\(size)")
                if announced, !isTaken { #expect(fetched.octets.isEmpty) }
            }
            await source.stop()
        }
    }

    @Test("A gzip bomb is cut off at the limit, in small pieces")
    func bomb() async throws {
        // A thousandth of what it becomes.
        let bomb = try gzip([UInt8](repeating: 0x20, count: 16 << 20))
        #expect(bomb.count < 20_000)
        let source = try await source(answer(bomb, fields: ["Content-Encoding: gzip"]))
        try await withFeed { feed in
            let cut = await feed.fetched(try batchRequest(source.url) { $0.inflatedBytes = 1 << 20 })
            #expect(cut.failure == .tooLarge(limit: 1 << 20))
            #expect(cut.octets.count <= 1 << 20)
            #expect(cut.largestPiece <= BatchAnswer.maxPieceBytes)
            let whole = await feed.fetched(try batchRequest(source.url))
            #expect(whole.failure == nil)
            #expect(whole.octets.count == 16 << 20)
            #expect(whole.largestPiece <= BatchAnswer.maxPieceBytes)
        }
        await source.stop()
    }

    @Test("Gzip that is none, is damaged or ends too early is an error, as is an encoding that was not asked for")
    func encodings() async throws {
        let whole = try gzip(batch)
        var damaged = whole
        damaged[whole.count - 6] ^= 1
        let bodies: [(String, [UInt8], [String])] = [
            ("none", batch, ["gzip"]), ("damaged", damaged, ["gzip"]), ("cut", Array(whole.dropLast()), ["gzip"]), ("empty", [], ["gzip"]),
            ("rubbish behind", whole + [1, 2, 3], ["gzip"]), ("br", whole, ["br"]), ("deflate", whole, ["deflate"]),
            ("twice", try gzip(whole), ["gzip, gzip"]), ("in two fields", try gzip(whole), ["gzip", "gzip"]),
        ]
        for (name, body, encodings) in bodies {
            let source = try await source(answer(body, fields: encodings.map { "Content-Encoding: \($0)" }))
            try await withFeed { feed in
                let failure = try await feed.failure(from: source.url)
                #expect(failure?.code == "bad-encoding", "\(name)")
            }
            await source.stop()
        }
    }

    private static func dripping(_ first: String, _ then: String) async throws -> ScriptedTarget {
        try await ScriptedTarget(onData: { connection, received in
            guard RecordedRequest(received) != nil else { return false }
            connection.write(first)
            if !then.isEmpty { connection.drip(then, every: .milliseconds(20)) }
            return true
        })
    }
}
