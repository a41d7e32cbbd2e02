import Domain
import Ports
import Synchronization
import Testing

@Suite struct BadInputTests {
    static let submit = "/v1/service-calls"

    /// A wrong body, and the places that the answer names.
    static let wrongFields: [(String, [String])] = [
        ("{}", ["/request"]),
        (#"{"request":7}"#, ["/request"]),
        (#"{"request":{}}"#, ["/request/url"]),
        (
            #"{"request":{"url":7,"method":"BREW","headers":[],"body":{}},"dueAt":1,"tags":"a","timeoutMs":"x","retry":[]}"#,
            ["/request/method", "/request/url", "/request/headers", "/request/body", "/dueAt", "/tags", "/timeoutMs", "/retry"]
        ),
        (#"{"request":{"url":"https://example.com/"},"dueat":"2030-01-01T00:00:00Z","a/b":1}"#, ["/dueat", "/a~1b"]),
        (#"{"request":{"url":"/relative"}}"#, ["/request/url"]),
        (#"{"request":{"url":"file:///etc/passwd"}}"#, ["/request/url"]),
        (#"{"request":{"url":"javascript:alert(1)"}}"#, ["/request/url"]),
        (#"{"request":{"url":"https://user:pw@example.com/"}}"#, ["/request/url"]),
        (#"{"request":{"url":"https://example.com/\r\nX: y"}}"#, ["/request/url"]),
        (#"{"request":{"url":"https://example.com:99999/"}}"#, ["/request/url"]),
        (#"{"request":{"url":"https://example.com/","headers":{"X-A":"b\r\nX-Evil: 1"}}}"#, ["/request/headers/X-A"]),
        (
            #"{"request":{"url":"https://example.com/","headers":{"X A":"b","Host":"x","X-\n":"1","X-N":1}}}"#,
            ["/request/headers/X-N"]
        ),
        (
            #"{"request":{"url":"https://example.com/","headers":{"X A":"b","Host":"x","":"1"}}}"#,
            ["/request/headers/X A", "/request/headers/Host", "/request/headers/"]
        ),
        (#"{"request":{"url":"https://example.com/","body":"a","bodyBase64":"YQ=="}}"#, ["/request/bodyBase64"]),
        (#"{"request":{"url":"https://example.com/","bodyBase64":"a-_="}}"#, ["/request/bodyBase64"]),
        (#"{"request":{"url":"https://example.com/"},"dueAt":"2030-01-01T00:00:00"}"#, ["/dueAt"]),
        (#"{"request":{"url":"https://example.com/"},"dueAt":"2030-02-30T00:00:00Z"}"#, ["/dueAt"]),
        (#"{"request":{"url":"https://example.com/"},"dueAt":"1999-12-31T23:59:59Z"}"#, ["/dueAt"]),
        (#"{"request":{"url":"https://example.com/"},"dueAt":"9999-01-01T00:00:00Z"}"#, ["/dueAt"]),
        (#"{"request":{"url":"https://example.com/"},"dueAt":"tomorrow"}"#, ["/dueAt"]),
        (#"{"request":{"url":"https://example.com/"},"tags":["a","a","","b\u0000"]}"#, ["/tags/2"]),
        (#"{"request":{"url":"https://example.com/"},"tags":["a","a","b\u0000"]}"#, ["/tags/1", "/tags/2"]),
        (#"{"request":{"url":"https://example.com/"},"timeoutMs":1.5}"#, ["/timeoutMs"]),
        (#"{"request":{"url":"https://example.com/"},"timeoutMs":99}"#, ["/timeoutMs"]),
        (#"{"request":{"url":"https://example.com/"},"timeoutMs":99999999999999999999}"#, ["/timeoutMs"]),
        (
            #"{"request":{"url":"https://example.com/"},"retry":{"maxAttempts":0,"statuses":[200],"maxDelayMs":-1}}"#,
            ["/retry/maxAttempts", "/retry/maxDelayMs", "/retry/statuses/0"]
        ),
        (#"{"request":{"url":"https://example.com/"},"retry":{"initialDelayMs":10,"maxDelayMs":5}}"#, ["/retry/initialDelayMs"]),
        (
            #"{"request":{"url":"https://example.com/"},"dueAt":"2030-01-01T00:00:00Z","retry":{"deadline":"2029-01-01T00:00:00Z"}}"#,
            ["/retry/deadline"]
        ),
        (#"{"request":{"url":"https://example.com/"},"correlationId":"a b"}"#, ["/correlationId"]),
    ]

    @Test func everyWrongFieldIsNamedByItsPointerAndNothingIsDone() async throws {
        try await withServer { server in
            for (body, pointers) in Self.wrongFields {
                let answer = try await server.post(Self.submit, body)
                #expect(answer.status == 400, "\(body)")
                #expect(try answer.string("type") == "/problems/invalid-request")
                let count = try answer.count("errors") ?? 0
                let named = try (0..<count).map { try answer.string("errors", String($0), "pointer") ?? "" }
                #expect(named == pointers, "\(body)")
            }
            #expect(server.engine.state.withLock { $0.calls.isEmpty })
        }
    }

    static let notJSON: [[UInt8]] = [
        [], Array("{".utf8), Array("[1,]".utf8), Array("{\"a\":1,\"a\":2}".utf8), Array("{'a':1}".utf8), Array("nul".utf8),
        Array(String(repeating: "[", count: 100_000).utf8), Array("{\"a\":\"\\ud800\"}".utf8), Array("{} {}".utf8),
        Array("{\"a\":\"".utf8) + [0xFF, 0xC0, 0x80] + Array("\"}".utf8), [0xEF, 0xBB, 0xBF] + Array("{}".utf8),
        Array("{\"a\":01}".utf8), Array("{\"a\":\"\u{1}\"}".utf8), [0, 0, 0],
    ]

    @Test func whatIsNotJSONIsRefusedWithThePlace() async throws {
        try await withServer { server in
            for body in Self.notJSON {
                for path in [Self.submit, Self.submit + "/batch"] {
                    let answer = try await server.send("POST", path, headers: [("Content-Type", "application/json")], body: body)
                    #expect(answer.status == 400)
                    #expect(try answer.string("type") == "/problems/malformed-json")
                    #expect(try answer.string("detail")?.contains("byte") == true)
                }
            }
        }
    }

    @Test func onlyJSONInUTF8IsTaken() async throws {
        try await withServer { server in
            let body = Array(ServiceCallRoutesTests.minimal.utf8)
            for type in [
                "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "application/jsonx", "",
            ] {
                let answer = try await server.send("POST", Self.submit, headers: [("Content-Type", type)], body: body)
                #expect(answer.status == 415, "\(type)")
            }
            #expect(try await server.send("POST", Self.submit, body: body).status == 415)
            for type in [
                "application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\"",
                "application/json; profile=x",
            ] {
                let answer = try await server.send("POST", Self.submit, headers: [("Content-Type", type)], body: body)
                #expect(answer.status == 201, "\(type)")
            }
        }
    }

    @Test func unknownPathsMethodsAndTypesAreRefusedAsProblems() async throws {
        try await withServer { server in
            for path in [
                "/nothing", "/v1/service-calls/", "/v1/service-calls/a/b", "/v1//service-calls", "/%2e%2e/etc/passwd",
                "/v1/service-calls/x/../y",
            ] {
                let answer = try await server.get(path)
                #expect(answer.status == 404, "\(path)")
                #expect(answer.header("content-type") == "application/problem+json")
            }
            let answer = try await server.send("DELETE", Self.submit)
            #expect(answer.status == 405)
            #expect(answer.header("allow") == "GET, HEAD, POST")
            #expect(try await server.send("PUT", "/ping").status == 405)
            #expect(try await server.send("BREW", "/ping").status == 400)
            let page = try await server.get(Self.submit, headers: [("Accept", "text/html, application/json;q=0")])
            #expect(page.status == 406)
            #expect(try await server.get(Self.submit, headers: [("Accept", "text/html, */*;q=0.1")]).status == 200)
        }
    }

    @Test func wrongQueryParametersAreAllNamed() async throws {
        try await withServer { server in
            let answer = try await server.get(
                Self.submit
                    + "?status=done&limit=0&dueFrom=2030-01-01&colour=red&tag=&createdTo=2030-01-01T00:00:00+02:00&host=%zz&limit=3"
            )
            #expect(answer.status == 400)
            let names = try (0..<(answer.count("errors") ?? 0)).map { try answer.string("errors", String($0), "parameter") ?? "" }
            #expect(names == ["colour", "", "limit", "status", "tag", "dueFrom", "limit"])
            #expect(try await server.get("/v1/service-calls/\(UniqueId(high: 0, low: 0))?x=1").status == 400)
            #expect(try await server.get(Self.submit + "?createdTo=2030-01-01T00:00:00+02:00&limit=1000").status == 200)
            #expect(try await server.get("/v1/events?waitMs=30001").status == 400)
        }
    }

    @Test func anIdempotencyKeyMustBeVisibleASCIIAndSingle() async throws {
        try await withServer { server in
            for headers in [
                [("Idempotency-Key", "a b")], [("Idempotency-Key", String(repeating: "k", count: 256))],
                [("Idempotency-Key", "a"), ("Idempotency-Key", "b")], [("Idempotency-Key", "ü")],
            ] {
                let answer = try await server.post(Self.submit, ServiceCallRoutesTests.minimal, headers: headers)
                #expect(answer.status == 400)
                #expect(try answer.string("errors", "0", "header") == "Idempotency-Key")
            }
        }
    }

    @Test func theRequestIdIsTakenWhenItIsHarmless() async throws {
        try await withServer { server in
            let answer = try await server.post(
                Self.submit, ServiceCallRoutesTests.minimal, headers: [("X-Request-Id", "abc-1.2_3")])
            #expect(answer.header("x-request-id") == "abc-1.2_3")
            #expect(try answer.string("correlationId") == "abc-1.2_3")
            for bad in ["a b", "a\"b", String(repeating: "x", count: 129), "<script>"] {
                let answer = try await server.get("/nothing", headers: [("X-Request-Id", bad)])
                #expect(UniqueId(answer.header("x-request-id") ?? "") != nil)
                #expect(try answer.string("instance") == answer.header("x-request-id"))
            }
        }
    }
}
