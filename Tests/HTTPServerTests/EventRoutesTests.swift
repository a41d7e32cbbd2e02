import Domain
import HTTPServerAdapter
import Ports
import Synchronization
import Testing

@Suite struct EventRoutesTests {
    static func submit(_ server: TestServer, _ count: Int, token: String? = nil) async throws {
        for _ in 0..<count {
            #expect(
                try await server.post("/v1/service-calls", ServiceCallRoutesTests.minimal, token: token ?? server.token).status
                    == 201)
        }
    }

    /// A stream that was opened, and what comes on it.
    static func open(
        _ server: TestServer, _ target: String = "/v1/events", headers: [(String, String)] = [], token: String? = nil
    ) async throws
        -> RawConnection
    {
        let connection = try server.connect()
        let extra = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        await connection.send(
            "GET \(target) HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer \(token ?? server.token)\r\n\(extra)\r\n"
        )
        return connection
    }

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// The values of the lines that start with `field`.
    static func lines(_ field: String, _ text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).filter { $0.hasPrefix(field + ": ") }.map {
            String($0.dropFirst(field.count + 2))
        }
    }

    @Test func eventsArePagedAsCloudEventsOfTheTenantAlone() async throws {
        try await withServer { server in
            try await Self.submit(server, 3)
            try await Self.submit(server, 1, token: server.otherToken)
            let page = try await server.get("/v1/events?limit=2")
            #expect(page.status == 200)
            #expect(try page.count("items") == 2)
            #expect(try page.string("items", "0", "specversion") == "1.0")
            #expect(try page.string("items", "0", "type") == "ledgerflow.service-call.submitted.v1")
            #expect(try page.string("items", "0", "source") == "/tenants/demo/service-calls")
            #expect(try page.string("items", "0", "tenantid") == "demo")
            #expect(try page.int("items", "0", "version") == 1)
            #expect(try page.string("items", "0", "data", "status") == "x")
            #expect(try page.string("items", "0", "id") != page.string("items", "1", "id"))
            let cursor = try page.string("nextCursor") ?? ""
            let rest = try await server.get("/v1/events?after=" + cursor)
            #expect(try rest.count("items") == 1)
            #expect(try await server.get("/v1/events?after=\(cursor)", token: server.otherToken).status == 400)
            #expect(try await server.get("/v1/events", token: server.otherToken).count("items") == 1)
            #expect(try await server.get("/v1/events?after=end").count("items") == 0)
        }
    }

    @Test func aLongPollReturnsWithTheNextEvent() async throws {
        try await withServer { server in
            let start = try await server.get("/v1/events?after=end").string("nextCursor") ?? ""
            async let waiting = server.get("/v1/events?waitMs=20000&after=" + start)
            try await Task.sleep(for: .milliseconds(50))
            try await Self.submit(server, 1, token: server.otherToken)
            try await Self.submit(server, 1)
            #expect(try await waiting.count("items") == 1)
            let nothing = try await server.get("/v1/events?waitMs=20&after=end")
            #expect(try nothing.count("items") == 0)
        }
    }

    @Test func aStreamCarriesEveryEventOnceAndResumesBehindTheLastSeen() async throws {
        try await withServer { server in
            server.engine.state.withLock { $0.pageSize = 2 }
            try await Self.submit(server, 5)
            let first = try await Self.open(server)
            let head = Self.text(await first.receive { Self.lines("id", Self.text($0)).count >= 5 })
            #expect(head.hasPrefix("HTTP/1.1 200"))
            #expect(head.lowercased().contains("content-type: text/event-stream"))
            let ids = Self.lines("id", head)
            let events = Self.lines("data", head)
            #expect(Self.lines("event", head).allSatisfy { $0 == "ledgerflow.service-call.submitted.v1" })
            let second = try await Self.open(server, headers: [("Last-Event-ID", ids[2])])
            try await Self.submit(server, 1)
            let resumed = Self.lines("data", Self.text(await second.receive { Self.lines("data", Self.text($0)).count >= 3 }))
            #expect(resumed.count == 3)
            #expect(Array(resumed.prefix(2)) == Array(events[3...4]))
            let live = Self.lines("data", Self.text(await first.receive { Self.lines("data", Self.text($0)).count >= 1 }))
            #expect(live == [resumed[2]])
            let refused = try await server.get(
                "/v1/events", headers: [("Accept", "text/event-stream"), ("Last-Event-ID", "nonsense")])
            #expect(refused.status == 400)
        }
    }

    @Test func aQuietStreamCarriesKeepAlives() async throws {
        try await withServer(settings { $0.streamKeepAlive = .milliseconds(20) }) { server in
            let stream = try await Self.open(server)
            let text = Self.text(await stream.receive { Self.text($0).components(": keep-alive").count > 3 })
            #expect(text.components(": keep-alive").count > 3)
        }
    }

    @Test func streamsAreBoundedAndTheirPlacesComeBack() async throws {
        try await withServer(
            settings {
                $0.maxStreams = 3
                $0.maxStreamsPerTenant = 2
            }
        ) { server in
            let isOpen: @Sendable ([UInt8]) -> Bool = { Self.text($0).contains("retry:") }
            var streams = [try await Self.open(server), try await Self.open(server)]
            for stream in streams { #expect(isOpen(await stream.receive(until: isOpen))) }
            let refused = try await server.get("/v1/events", headers: [("Accept", "text/event-stream")])
            #expect(refused.status == 503)
            #expect(refused.header("retry-after") != nil)
            let other = try await Self.open(server, token: server.otherToken)
            #expect(isOpen(await other.receive(until: isOpen)))
            #expect(
                try await server.get("/v1/events", headers: [("Accept", "text/event-stream")], token: server.otherToken).status
                    == 503)
            #expect(try await server.get("/v1/events").status == 200)
            streams.removeAll()
            var isFree = false
            for _ in 0..<500 where !isFree {
                let again = try await Self.open(server)
                isFree = Self.text(await again.receive { $0.contains(0x0A) && Self.text($0).contains("\r\n\r\n") }).hasPrefix(
                    "HTTP/1.1 200")
                if !isFree { try await Task.sleep(for: .milliseconds(5)) }
            }
            #expect(isFree)
        }
    }

    @Test func streamsAndLongPollsEndWhenTheServerStops() async throws {
        try await withServer { server in
            let stream = try await Self.open(server)
            _ = await stream.receive { Self.text($0).contains("retry:") }
            async let poll = server.get("/v1/events?waitMs=30000&after=end")
            try await Task.sleep(for: .milliseconds(50))
            await server.stop()
            // The end of the stream's chunks, and then of the connection.
            #expect(Self.text(await stream.receive()).hasSuffix("0\r\n\r\n"))
            #expect(try await poll.status == 200)
            await #expect(throws: (any Error).self) { _ = try await server.get("/livez") }
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
