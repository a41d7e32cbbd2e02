import Domain
import HTTPServerAdapter
import Ports
import Synchronization
import Testing

@Suite struct ConnectionTests {
    static func answers(_ bytes: [UInt8]) -> [Answer] {
        var rest = bytes[...]
        var answers: [Answer] = []
        while let (answer, next) = Answer.first(rest) {
            answers.append(answer)
            rest = next
        }
        return answers
    }

    @Test func requestsOnOneConnectionAreAnsweredInTheirOrder() async throws {
        try await withServer { server in
            let connection = try server.connect()
            var text = ""
            for index in 0..<50 {
                let body = ServiceCallRoutesTests.minimal
                text +=
                    "POST /v1/service-calls HTTP/1.1\r\nHost: x\r\nX-Request-Id: r\(index)\r\nAuthorization: Bearer \(server.token)\r\n"
                text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                text += "GET /livez HTTP/1.1\r\nHost: x\r\nX-Request-Id: l\(index)\r\n\r\n"
            }
            await connection.send(text)
            let bytes = await connection.receive { Self.answers($0).count == 100 }
            let answers = Self.answers(bytes)
            #expect(answers.map { $0.header("x-request-id") } == (0..<50).flatMap { ["r\($0)", "l\($0)"] })
            #expect(answers.allSatisfy { $0.status == 201 || $0.status == 200 })
        }
    }

    @Test func pingReadsTheBodyAndAnswersNothing() async throws {
        try await withServer { server in
            let answer = try await server.send("POST", "/ping", body: [UInt8](repeating: 120, count: 1_000), token: .some(nil))
            #expect(answer.status == 204)
            #expect(answer.header("content-length") == nil)
            #expect(answer.body.isEmpty)
        }
    }

    @Test func aHEADIsAnsweredAsTheGETWithoutItsBody() async throws {
        try await withServer { server in
            let connection = try server.connect()
            await connection.send("HEAD /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            let text = String(decoding: await connection.receive(), as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 200"))
            #expect(text.contains("Content-Length: 18"))
            #expect(text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func aBodyOverTheLimitIsRefusedHoweverItsLengthIsTold() async throws {
        try await withServer(settings { $0.maxBodyBytes = 100_000 }) { server in
            let body = [UInt8](repeating: 0x20, count: 3_000_000)
            let declared = try await server.send(
                "POST", "/v1/service-calls", headers: [("Content-Type", "application/json")], body: body)
            #expect(declared.status == 413)
            #expect(declared.header("connection") == "close")
            let connection = try server.connect()
            await connection.send(
                "POST /v1/service-calls HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(server.token)\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            for _ in 0..<30 { await connection.send(Array("186A0\r\n".utf8) + body.prefix(100_000) + Array("\r\n".utf8)) }
            #expect(Answer(await connection.receive())?.status == 413)
            #expect(try await server.post("/v1/service-calls", ServiceCallRoutesTests.minimal).status == 201)
        }
    }

    @Test func aLargeBodyWithoutATokenIsRefusedBeforeItIsRead() async throws {
        try await withServer { server in
            let connection = try server.connect()
            await connection.send(
                "POST /v1/service-calls/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 30000000\r\n\r\n"
            )
            #expect(Answer(await connection.receive { Answer($0) != nil })?.status == 401)
        }
    }

    @Test func bodiesHeldAtOnceAreBounded() async throws {
        try await withServer(settings { $0.maxBodyBytesInFlight = 50_000 }) { server in
            let body = [UInt8](repeating: 0x20, count: 60_000)
            let refused = try await server.send("POST", "/ping", body: body)
            #expect(refused.status == 503)
            let taken = try await server.send("POST", "/ping", body: Array(body.prefix(1_000)))
            #expect(taken.status == 204)
            #expect(Self.gauge("ledgerflow_http_body_bytes", server) == 0)
        }
    }

    static func gauge(_ name: String, _ server: TestServer) -> Int64? {
        for family in server.server.metricFamilies where family.name == name {
            if case .gauge(let read) = family.source { return read() }
        }
        return nil
    }

    static let tooLongHeads = [
        "GET /livez HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "a", count: 20_000) + "\r\n\r\n",
        "GET /livez HTTP/1.1\r\n" + String(repeating: "X-A: b\r\n", count: 200) + "\r\n",
        "GET /livez HTTP/1.1\r\n" + String(repeating: "X-A: \(String(repeating: "b", count: 300))\r\n", count: 90) + "\r\n",
    ]

    @Test func headersOverTheLimitAre431() async throws {
        try await withServer { server in
            for request in Self.tooLongHeads {
                let connection = try server.connect()
                await connection.send(request)
                let answer = try #require(Answer(await connection.receive()))
                #expect(answer.status == 431)
                #expect(answer.header("content-type") == "application/problem+json")
            }
        }
    }

    static let notHTTP = [
        "NOT HTTP AT ALL\r\n\r\n", "GET /livez HTTP/1.1\r\nBad Header\r\n\r\n", "GET /livez HTTP/9.9\r\n\r\n",
        "GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: x\r\nHOST: x\r\nConnection: close\r\n\r\n",
        "\u{0}\u{1}\u{2}\u{3}\r\n\r\n",
        "POST /ping HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        "POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        "POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    ]

    @Test func whatIsNotHTTPIsRefused() async throws {
        try await withServer { server in
            for request in Self.notHTTP {
                let connection = try server.connect()
                await connection.send(request)
                let answer = try #require(Answer(await connection.receive()), "\(request)")
                #expect(answer.status == 400, "\(request)")
                #expect(try answer.string("type") == "/problems/malformed-request")
                #expect(try await server.get("/livez").status == 200)
            }
        }
    }

    @Test func slowClientsAreCutOff() async throws {
        try await withServer(
            settings {
                $0.headTimeout = .milliseconds(50)
                $0.bodyTimeout = .milliseconds(80)
                $0.idleTimeout = .milliseconds(150)
            }
        ) { server in
            let slowHead = try server.connect()
            await slowHead.send("GET /livez HT")
            #expect(await slowHead.receive().isEmpty)
            let slowBody = try server.connect()
            await slowBody.send("POST /ping HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
            #expect(Answer(await slowBody.receive())?.status == 408)
            let idle = try server.connect()
            await idle.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(Answer(await idle.receive())?.status == 200)
        }
    }

    @Test func anEngineThatDoesNotAnswerIsNotWaitedForWithoutEnd() async throws {
        try await withServer(settings { $0.answerTimeout = .milliseconds(50) }) { server in
            server.engine.state.withLock { $0.isStuck = true }
            let answer = try await server.post("/v1/service-calls", ServiceCallRoutesTests.minimal)
            #expect(answer.status == 503)
            #expect(try answer.string("type") == "/problems/unknown-outcome")
            server.engine.state.withLock { $0.isStuck = false }
            let next = try await server.post("/v1/service-calls", ServiceCallRoutesTests.minimal)
            #expect(next.status == 201)
        }
    }

    @Test func aClientThatAsksToContinueIsToldTo() async throws {
        try await withServer { server in
            let connection = try server.connect()
            await connection.send(
                "POST /ping HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
            let text = String(decoding: await connection.receive { !$0.isEmpty }, as: UTF8.self)
            #expect(text.hasPrefix("HTTP/1.1 100"))
            await connection.send("abc")
            #expect(Answer(await connection.receive())?.status == 204)
            let refused = try server.connect()
            await refused.send("POST /nothing HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            #expect(Answer(await refused.receive())?.status == 404)
        }
    }

    @Test func requestsAtOnceAreBoundedButProbesAreAnswered() async throws {
        try await withServer(settings { $0.maxConcurrentRequests = 1 }) { server in
            server.engine.state.withLock { $0.isStuck = true }
            async let held = server.post("/v1/service-calls", ServiceCallRoutesTests.minimal)
            while Self.gauge("ledgerflow_http_requests_in_flight", server) == 0 { try await Task.sleep(for: .milliseconds(1)) }
            let refused = try await server.get("/v1/service-calls")
            #expect(refused.status == 503)
            #expect(refused.header("retry-after") == "1")
            let probe = try await server.get("/livez")
            #expect(probe.status == 200)
            server.engine.state.withLock { $0.isStuck = false }
            #expect(try await held.status == 201)
        }
    }

    @Test func aLongPollIsAnsweredWhenTheServerStops() async throws {
        try await withServer { server in
            async let poll = server.get("/v1/events?waitMs=20000&after=end")
            while Self.gauge("ledgerflow_http_requests_in_flight", server) == 0 { try await Task.sleep(for: .milliseconds(1)) }
            await server.stop()
            #expect(try await poll.status == 200)
        }
    }

    @Test func aClientThatClosesItsSideStillGetsItsAnswer() async throws {
        try await withServer { server in
            let connection = try server.connect()
            await connection.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.shutdownOutput()
            #expect(Answer(await connection.receive())?.status == 200)
        }
    }

    @Test func theOperatorsRoutesTellTheStateOfTheEngine() async throws {
        try await withServer { server in
            #expect(try await server.get("/livez", token: .some(nil)).status == 200)
            #expect(try await server.get("/readyz", token: .some(nil)).status == 200)
            server.readiness.set(.notReady(reason: "The store is being opened."))
            let answer = try await server.get("/readyz", token: .some(nil))
            #expect(answer.status == 503)
            #expect(try answer.string("detail") == "The store is being opened.")
            let metrics = try await server.get("/metrics", token: .some(nil))
            #expect(metrics.header("content-type") == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            #expect(metrics.text.hasSuffix("# EOF\n"))
            #expect(try await server.get("/", token: .some(nil)).string("links", "document") == "/openapi.json")
            let kind = try await server.get(try answer.string("type") ?? "", token: .some(nil))
            #expect(try kind.int("status") == 503)
            #expect(try await server.get("/problems/none", token: .some(nil)).status == 404)
        }
    }
}
