import Domain
import HTTPClientAdapter
import Ports
import Testing

@Suite("How an answer begins", .timeLimit(.minutes(2)))
struct SnippetTests {
    static let most = TargetAnswer.maxSnippetBytes

    @Test("The first bytes of a body are kept, of a success and of a failure", arguments: [200, 299, 302, 404, 500, 503])
    func kept(status: Int) async throws {
        for size in [0, 1, Self.most - 1, Self.most, Self.most + 1, 100_000] {
            for isChunked in [false, true] {
                let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
                let target = try await ScriptedTarget(onData: { connection, _ in
                    let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(size)"
                    connection.write("HTTP/1.1 \(status) X\r\n\(framing)\r\n\r\n")
                    if !isChunked {
                        connection.write(body)
                    } else {
                        for start in stride(from: 0, to: size, by: 700) {
                            let piece = body[start..<min(start + 700, size)]
                            connection.write(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8))
                        }
                        connection.write("0\r\n\r\n")
                    }
                    return true
                })
                try await withClient { client in
                    let request = try attempt(.POST, "http://127.0.0.1:\(target.port)/")
                    let snippet: [UInt8]
                    do throws(AttemptFailed) {
                        let answer = try await client.send(request)
                        #expect(answer.summary.bodyBytes == size)
                        snippet = answer.snippet
                    } catch {
                        #expect(error.failure.status == status)
                        snippet = error.snippet
                    }
                    #expect(snippet == Array(body.prefix(Self.most)), "\(size) \(isChunked)")
                }
                await target.stop()
            }
        }
    }

    @Test("Of a body beyond the limit the beginning is kept too, endless or announced")
    func tooLarge() async throws {
        let page = String(repeating: "<p>bad gateway</p>", count: 100)
        for (status, framing) in [(200, ""), (502, ""), (502, "Content-Length: 99999999\r\n")] {
            let target = try await ScriptedTarget(onData: { connection, _ in
                connection.write("HTTP/1.1 \(status) X\r\n\(framing)\r\n" + page)
                connection.flood([UInt8](repeating: 0x61, count: 4_096))
                return true
            })
            try await withClient { client in
                let error = await client.error(try attempt(.POST, "http://127.0.0.1:\(target.port)/"))
                #expect(error?.failure.kind == (status == 200 ? .responseTooLarge : .status))
                #expect(error?.snippet == Array(page.utf8.prefix(Self.most)))
                #expect(await eventually { target.closed == 1 }, "the rest was read")
            }
            await target.stop()
        }
    }

    @Test("When an answer breaks off or stands still, what had come is kept")
    func broken() async throws {
        for isClosed in [true, false] {
            let target = try await ScriptedTarget(onData: { connection, _ in
                let answer = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npartial"
                if isClosed { connection.writeAndClose(answer) } else { connection.write(answer) }
                return true
            })
            try await withClient { client in
                var snippet: [UInt8] = []
                for timeout in isClosed ? [.seconds(20)] : growingTimeouts where snippet.isEmpty {
                    let error = await client.error(try attempt(.POST, "http://127.0.0.1:\(target.port)/", timeout: timeout))
                    #expect(error?.failure.kind == (isClosed ? .connection : .timeout))
                    snippet = error?.snippet ?? []
                }
                #expect(snippet == Array("partial".utf8))
            }
            await target.stop()
        }
    }

    @Test("Without a body there is no snippet")
    func none() async throws {
        let target = try await ScriptedTarget.answering("HTTP/1.1 204 X\r\n\r\n")
        try await withClient { client in
            #expect(try await client.send(try attempt(.HEAD, "http://127.0.0.1:\(target.port)/")).snippet.isEmpty)
            let refused = await client.error(try attempt(.GET, "http://10.0.0.1/"))
            #expect(refused?.failure.kind == .targetRefused && refused?.snippet.isEmpty == true)
        }
        await target.stop()
    }
}
