import Domain
import HTTPClientAdapter
import NIOCore
import Ports
import PropertyKit
import Testing

@Suite("Targets that misbehave", .timeLimit(.minutes(2)))
struct HostileTargetTests {
    @Test("A body of up to the limit succeeds, one byte more fails, announced or not", arguments: [false, true])
    func limit(announced: Bool) async throws {
        for (size, isAccepted) in [(1_000, true), (1_001, false), (500_000, false)] {
            let body = String(repeating: "x", count: size)
            let target = try await ScriptedTarget(onData: { connection, _ in
                connection.writeAndClose("HTTP/1.1 200 OK\r\n" + (announced ? "Content-Length: \(size)\r\n" : "") + "\r\n" + body)
                return true
            })
            try await withClient(settings: { $0.maxResponseBytes = 1_000 }) { client in
                let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/"))
                #expect(failure?.kind == (isAccepted ? nil : .responseTooLarge), "\(size)")
            }
            await target.stop()
        }
    }

    @Test("An endless body is cut off and its connection dropped", arguments: ["", "Transfer-Encoding: chunked\r\n"])
    func endlessBody(framing: String) async throws {
        let target = try await ScriptedTarget(onData: { connection, _ in
            connection.write("HTTP/1.1 200 OK\r\n\(framing)\r\n")
            let block = [UInt8](repeating: 0x61, count: 4_096)
            connection.flood(framing.isEmpty ? block : Array("1000\r\n".utf8) + block + Array("\r\n".utf8))
            return true
        })
        try await withClient { client in
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/"))
            #expect(failure?.kind == .responseTooLarge)
            #expect(await eventually { target.closed == 1 })
        }
        await target.stop()
    }

    @Test("An announced body beyond the limit fails at once, without a byte of it")
    func announcedTooLarge() async throws {
        let target = try await ScriptedTarget(onData: { connection, _ in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n")
            return true
        })
        try await withClient { client in
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/"))
            #expect(failure?.kind == .responseTooLarge)
            #expect(await eventually { target.closed == 1 })
        }
        await target.stop()
    }

    @Test("The status of an answer that is not 2xx counts, whatever becomes of its body")
    func statusWins() async throws {
        for rest in ["Content-Length: 99999999\r\n\r\n", "Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"] {
            let target = try await ScriptedTarget(onData: { connection, _ in
                connection.writeAndClose("HTTP/1.1 503 X\r\nRetry-After: 7\r\n" + rest)
                return true
            })
            try await withClient { client in
                let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/"))
                #expect(failure?.status == 503, "\(rest)")
                #expect(failure?.retryAfter == .seconds(7))
            }
            await target.stop()
        }
    }

    static let malformed = [
        "\r\n\r\n\r\n", "hello\r\n\r\n", "HTTP/1.1\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n",
        "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\0\u{1}",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nnoise",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", "HTTP/1.1 200 OK\r\nContent-", "HTTP", "",
    ]

    @Test("What is not an HTTP answer fails as a connection failure", arguments: malformed)
    func malformedAnswer(answer: String) async throws {
        let target = try await ScriptedTarget(onData: { connection, _ in
            connection.writeAndClose(answer)
            return true
        })
        try await withClient { client in
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/", body: [1, 2, 3]))
            // A status is sometimes read before the fault is found; what must not be is success, or an end by time-out.
            #expect(failure?.kind == .connection || failure?.kind == .status, "\(String(describing: failure))")
        }
        await target.stop()
    }

    @Test("What comes before any request, or beside one, harms nobody")
    func unsolicited() async throws {
        let noises = ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", "noise", "\0\0\0\0"]
        for noise in noises {
            let target = try await ScriptedTarget(onConnect: { $0.write(noise + noise) })
            try await withClient { client in
                let big = [UInt8](repeating: 7, count: OutgoingRequest.maxBodyBytes)
                for body in [[], [1], big] {
                    _ = await client.failure(
                        try attempt(.POST, "http://127.0.0.1:\(target.port)/", body: body, timeout: .milliseconds(300)))
                }
            }
            await target.stop()
        }
    }

    @Test("Two answers to one request are not taken for the answer of the next")
    func doubleAnswer() async throws {
        let target = try await ScriptedTarget(onData: { connection, bytes in
            let mark =
                connection.number == 1
                ? "HTTP/1.1 201 A\r\nContent-Length: 0\r\n\r\nHTTP/1.1 299 B\r\nContent-Length: 0\r\n\r\n"
                : "HTTP/1.1 202 C\r\nContent-Length: 0\r\n\r\n"
            connection.write(mark)
            return true
        })
        try await withClient { client in
            var statuses: [Int] = []
            for _ in 0..<3 {
                let status = try? await client.send(try attempt(.POST, "http://127.0.0.1:\(target.port)/")).summary.status
                statuses.append(status ?? 0)
            }
            #expect(!statuses.contains(299))
        }
        await target.stop()
    }

    @Test("Answers that come before the request is complete, and once more after it, harm nobody")
    func earlyAndDoubleAnswers() async throws {
        // One answer for every packet: for many requests that is one for the head and another for the body.
        let target = try await ScriptedTarget(onData: { connection, _ in
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            return true
        })
        try await withClient { client in
            let request = try attempt(.POST, "http://127.0.0.1:\(target.port)/", body: [UInt8](repeating: 1, count: 2_000))
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        for _ in 0..<60 {
                            let failure = await client.failure(request)
                            #expect(failure == nil || failure?.kind == .connection)
                        }
                    }
                }
            }
        }
        await target.stop()
    }

    @Test("A target of any behaviour harms nobody, and every attempt ends", arguments: 1...6)
    func anyBehaviour(seed: UInt64) async throws {
        let target = try await ScriptedTarget(
            onConnect: { connection in
                var dice = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(connection.number))
                if Int.random(in: 0..<4, using: &dice) == 0 { Self.misbehave(connection, &dice) }
            },
            onData: { connection, bytes in
                var dice = SeededGenerator(seed: seed &* 7_919 &+ UInt64(connection.number) &* 31 &+ UInt64(bytes.count))
                Self.misbehave(connection, &dice)
                return Bool.random(using: &dice)
            })
        try await withClient(settings: { $0.maxConnectionsPerTarget = 16 }) { client in
            let requests = try [0, 1, 2_000, 200_000].map { size in
                try attempt(
                    .POST, "http://127.0.0.1:\(target.port)/", body: [UInt8](repeating: 1, count: size), timeout: .milliseconds(200))
            }
            await withTaskGroup(of: Void.self) { group in
                for worker in 0..<32 {
                    group.addTask { for turn in 0..<12 { _ = await client.failure(requests[(worker + turn) % requests.count]) } }
                }
            }
        }
        await target.stop()
    }

    private static func misbehave(_ connection: ScriptedTarget.Connection, _ dice: inout SeededGenerator) {
        let pieces = [
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 X\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "1\r\na\r\n",
            "0\r\n\r\n", "HTTP/1.1 204 No\r\nConnection: close\r\n\r\n", "HTTP/1.1 ", "\r\n", "noise", "\0",
        ]
        for _ in 0..<Int.random(in: 0...3, using: &dice) { connection.write(pieces[Int.random(in: 0..<pieces.count, using: &dice)]) }
        switch Int.random(in: 0..<8, using: &dice) {
        case 0: connection.close()
        case 1: connection.reset()
        case 2: connection.drip("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", every: .milliseconds(3))
        default: break
        }
    }

    @Test("A connection that is reset or closed fails as a connection failure, and the next attempt goes through")
    func resets() async throws {
        for isReset in [true, false] {
            let target = try await ScriptedTarget(onData: { connection, _ in
                if connection.number == 1 {
                    if isReset { connection.reset() } else { connection.close() }
                } else {
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
                return true
            })
            try await withClient { client in
                let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/"))
                #expect(failure?.kind == .connection)
                #expect(await client.failure(posting: "http://127.0.0.1:\(target.port)/") == nil)
            }
            await target.stop()
        }
    }

    @Test("A closed port fails at once as a connection failure, in words that give nothing away")
    func refusedConnection() async throws {
        let target = try await ScriptedTarget()
        await target.stop()
        try await withClient { client in
            let failure = await client.failure(
                try attempt(
                    .POST, "http://127.0.0.1:\(target.port)/secret-path?token=secret", headers: [("Authorization", "Bearer secret")]))
            #expect(failure == ExecutionFailure(kind: .connection, detail: "the connection was refused"))
        }
    }

    @Test("Headers beyond every measure are cut off")
    func hugeHeaders() async throws {
        let target = try await ScriptedTarget(onData: { connection, _ in
            connection.write("HTTP/1.1 200 OK\r\nX: ")
            connection.flood([UInt8](repeating: 0x61, count: 65_536))
            return true
        })
        try await withClient { client in
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/"))
            #expect(failure?.kind == .connection)
            #expect(await eventually { target.closed == 1 })
        }
        await target.stop()
    }
}
