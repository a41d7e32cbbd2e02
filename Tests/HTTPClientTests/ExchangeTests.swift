import Domain
import HTTPClientAdapter
import NIOCore
import Ports
import PropertyKit
import Testing

@Suite("One attempt", .timeLimit(.minutes(2)))
struct ExchangeTests {
    static let okay = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    @Test("A 2xx answer succeeds with its status and the bytes of its body", arguments: [200, 201, 202, 204, 206, 299])
    func succeeds(status: Int) async throws {
        let body = status == 204 ? "" : "hello"
        let target = try await ScriptedTarget.answering(
            "HTTP/1.1 \(status) X\r\n" + (status == 204 ? "" : "Content-Length: 5\r\n") + "\r\n\(body)")
        try await withClient { client in
            let summary = try await client.send(try attempt(.POST, "http://127.0.0.1:\(target.port)/")).summary
            #expect(summary == ResponseSummary(status: status, bodyBytes: body.utf8.count))
        }
        await target.stop()
    }

    @Test(
        "Any other status fails with it, and no redirect is followed",
        arguments: [300, 301, 302, 304, 307, 308, 400, 404, 408, 429, 500, 503, 599, 999])
    func otherStatus(status: Int) async throws {
        let target = try await ScriptedTarget.answering(
            "HTTP/1.1 \(status) X\r\nLocation: /elsewhere\r\n" + (status == 304 ? "\r\n" : "Content-Length: 2\r\n\r\nno"))
        try await withClient { client in
            let failure = await client.failure(try attempt(.GET, "http://127.0.0.1:\(target.port)/a"))
            #expect(failure?.kind == .status)
            #expect(failure?.status == status)
            #expect(failure?.retryAfter == nil)
        }
        #expect(target.connections == 1)
        #expect(RecordedRequest(target.received())?.body.isEmpty == true, "there was a second request")
        await target.stop()
    }

    @Test("A request arrives exactly as it was given")
    func exactRequest() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        let body: [UInt8] = Array("{\"a\":\"\0\u{1F4C4}\"}\r\n\r\n".utf8) + [0, 0xFF, 0xFE, 0x0D, 0x0A, 0]
        let path = "/a//b/../c;p=1/%2F%00%e2?x=1&y=%20&&z==?:@!$'()*+,~-._"
        try await withClient { client in
            let request = try attempt(
                .POST, "http://127.0.0.1:\(target.port)\(path)",
                headers: [("X-B", "2"), ("X-A", "1"), ("x-b", "3, \"q\"\té"), ("Content-Type", "application/json")], body: body,
                engineHeaders: [("Idempotency-Key", "k-1"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")])
            _ = try await client.send(request)
        }
        let request = try #require(RecordedRequest(target.received()))
        #expect(request.line == "POST \(path) HTTP/1.1")
        #expect(request.values("host") == ["127.0.0.1:\(target.port)"])
        #expect(request.values("user-agent") == ["ledgerflow"])
        #expect(request.values("x-a") == ["1"])
        #expect(request.values("x-b") == ["2", "3, \"q\"\té"])
        #expect(request.values("content-type") == ["application/json"])
        #expect(request.values("idempotency-key") == ["k-1"])
        #expect(request.values("traceparent").count == 1)
        #expect(request.values("content-length") == ["\(body.count)"])
        #expect(request.values("transfer-encoding") == [])
        #expect(request.values("accept-encoding") == [])
        #expect(request.headers.count == 9)
        #expect(request.body == body)
        await target.stop()
    }

    @Test(
        "Path and query arrive as they stand in the URL",
        arguments: [
            ("", "/"), ("/", "/"), ("/?", "/?"), ("?a=b", "/?a=b"), ("/a?", "/a?"), ("//", "//"), ("//a//b", "//a//b"), ("/%41", "/%41"),
            ("/a/./b/../c", "/a/./b/../c"), ("/a?b?c", "/a?b?c"), ("/a:b@c", "/a:b@c"), ("/[x]?y[]=1&z=%5B", "/[x]?y[]=1&z=%5B"),
            ("/%25%2e%2E/", "/%25%2e%2E/"), ("/%e2", "/%e2"), ("/%00?a", "/%00?a"), ("/%FF%255B?%ff%00[%25", "/%FF%255B?%ff%00[%25"),
            ("/a?%e2%00", "/a?%e2%00"), ("/a;b,c!d$e'f(g)*h+i=j&k~l", "/a;b,c!d$e'f(g)*h+i=j&k~l"),
        ])
    func exactPath(given: String, sent: String) async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        try await withClient { client in
            _ = try await client.send(try attempt(.POST, "HTTP://127.0.0.1:\(target.port)\(given)"))
        }
        #expect(RecordedRequest(target.received())?.line == "POST \(sent) HTTP/1.1")
        await target.stop()
    }

    @Test("Any path and query that a URL may hold arrives byte for byte")
    func anyPath() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        var generator = SeededGenerator(seed: 7)
        let pieces =
            (0x21...0x7E).map { String(UnicodeScalar(UInt8($0))) } + [
                "%00", "%E2", "%e2%82%ac", "%2F", "%25", "%5B", "..", "/./", "//", "?",
            ]
        try await withClient { client in
            for _ in 0..<300 {
                let path =
                    "/"
                    + (0..<Int.random(in: 0...12, using: &generator)).compactMap { _ in pieces.randomElement(using: &generator) }.joined()
                // What a URL may not hold never gets this far.
                guard let request = try? attempt(.PUT, "http://127.0.0.1:\(target.port)\(path)", body: [1]) else { continue }
                let before = (1...max(1, target.connections)).map { target.received($0).count }
                _ = try await client.send(request)
                let line = Array("PUT \(path) HTTP/1.1\r\n".utf8)
                let isExact = (1...target.connections).contains { number in
                    target.received(number).dropFirst(number <= before.count ? before[number - 1] : 0).starts(with: line)
                }
                #expect(isExact, "\(path)")
            }
        }
        await target.stop()
    }

    @Test("Every method is sent, with a body where it has one", arguments: OutgoingRequest.Method.allCases)
    func methods(method: OutgoingRequest.Method) async throws {
        let target = try await ScriptedTarget.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        try await withClient { client in
            let url = "http://127.0.0.1:\(target.port)/m"
            _ = try await client.send(try attempt(method, url, body: [1, 0, 2]))
            let hasNoBody = method == .GET || method == .HEAD
            let request = try #require(RecordedRequest(target.received()))
            #expect(request.line == "\(method.rawValue) /m HTTP/1.1")
            #expect(request.body == (hasNoBody ? [UInt8]() : [1, 0, 2]))
            #expect(request.values("content-length") == (hasNoBody ? [] : ["3"]))
            _ = try await client.send(try attempt(method, url))
        }
        await target.stop()
    }

    @Test("A user agent that the caller gives takes the place of ours")
    func userAgent() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        try await withClient { client in
            _ = try await client.send(try attempt(.GET, "http://127.0.0.1:\(target.port)/", headers: [("user-AGENT", "mine/1")]))
        }
        #expect(RecordedRequest(target.received())?.values("user-agent") == ["mine/1"])
        await target.stop()
    }

    @Test("A body of the greatest size arrives whole")
    func greatestBody() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        let body = (0..<OutgoingRequest.maxBodyBytes).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withClient { client in
            _ = try await client.send(try attempt(.PUT, "http://127.0.0.1:\(target.port)/", body: body))
        }
        #expect(RecordedRequest(target.received())?.body == body)
        await target.stop()
    }

    @Test("An answer to HEAD has no body, whatever length it names")
    func head() async throws {
        let target = try await ScriptedTarget.answering("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
        try await withClient { client in
            let summary = try await client.send(try attempt(.HEAD, "http://127.0.0.1:\(target.port)/")).summary
            #expect(summary == ResponseSummary(status: 200, bodyBytes: 0))
        }
        await target.stop()
    }

    @Test("A connection serves one attempt after another")
    func keepsConnection() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        try await withClient { client in
            for _ in 0..<20 { _ = try await client.send(try attempt(.POST, "http://127.0.0.1:\(target.port)/", body: [1])) }
        }
        // An attempt may start before the connection of the one before is back in the pool, so there may be a few.
        #expect(target.connections <= 5)
        #expect(await eventually { target.closed == target.connections }, "the shutdown left a connection open")
        await target.stop()
    }

    @Test("Bytes are counted as they come, chunked or until the connection ends, and never decompressed")
    func bodyForms() async throws {
        let forms = [
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n", 5),
            ("HTTP/1.1 200 OK\r\n\r\nuntil the end", 13),
            ("HTTP/1.0 200 OK\r\n\r\nold", 3),
            ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nXXXX", 4),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz", 1),
        ]
        for (answer, count) in forms {
            let target = try await ScriptedTarget(onData: { connection, bytes in
                connection.writeAndClose(answer)
                return true
            })
            try await withClient { client in
                let summary = try await client.send(try attempt(.POST, "http://127.0.0.1:\(target.port)/")).summary
                #expect(summary == ResponseSummary(status: 200, bodyBytes: count), "\(answer)")
            }
            await target.stop()
        }
    }
}
