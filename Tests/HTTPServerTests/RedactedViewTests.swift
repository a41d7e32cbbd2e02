import Domain
import Ports
import Testing

/// What of a request and of its answers is shown, and to whom.
@Suite struct RedactedViewTests {
    private let body =
        #"""
        {"request":{"url":"https://example.com/a?token=c4nary","headers":{"Cookie":"c4nary","X-Note":"to jo@example.com"},
        "body":"{\"password\":\"c4nary\",\"card\":\"4111 1111 1111 1111\",\"n\":1}"},"followRedirects":2,"dueAt":"2035-01-01T00:00:00Z"}
        """#

    @Test func theDetailShowsThePayloadWithoutItsSecrets() async throws {
        try await withServer { server in
            let made = try await server.post("/v1/service-calls", body)
            let shown = try await server.get("/v1/service-calls/" + (try made.string("id") ?? ""))
            #expect(shown.body == made.body)
            #expect(!shown.text.contains("c4nary") && !shown.text.contains("jo@example.com") && !shown.text.contains("4111"))
            #expect(try shown.string("request", "headers", "X-Note") == "to [redacted]")
            #expect(try shown.string("request", "bodyPreview") == #"{"password":"[redacted]","card":"[redacted]","n":1}"#)
            #expect(try shown.int("followRedirects") == 2)
            #expect(try shown.json("request", "payload") == nil)
        }
    }

    @Test func aListShowsNoPayload() async throws {
        try await withServer { server in
            _ = try await server.post("/v1/service-calls", body)
            let list = try await server.get("/v1/service-calls")
            #expect(try list.string("items", "0", "request", "url") == "https://example.com/a")
            #expect(try list.json("items", "0", "request", "headers") == nil && list.json("items", "0", "request", "bodyPreview") == nil)
            #expect(try list.int("items", "0", "request", "bodyBytes") ?? 0 > 50)
        }
    }

    @Test func whatRetentionErasedIsSaidToBeErased() async throws {
        try await withServer { server in
            let made = try await server.post("/v1/service-calls", body)
            let id = try #require(ServiceCallId(try made.string("id") ?? ""))
            server.engine.erase(try #require(TenantId("demo")), id)
            let shown = try await server.get("/v1/service-calls/\(id)")
            #expect(shown.status == 200)
            #expect(try shown.string("request", "payload") == "erased")
            #expect(try shown.string("request", "url") == "https://example.com/a")
            #expect(try shown.json("request", "bodyPreview") == .null)
            #expect(try shown.int("request", "bodyBytes") == made.int("request", "bodyBytes"))
        }
    }

    @Test func howAnAnswerBeganIsShownWhereItOpensAndLeftOutWhereItDoesNot() async throws {
        try await withServer { server in
            let made = try await server.post("/v1/service-calls", ServiceCallRoutesTests.minimal)
            let id = try #require(ServiceCallId(try made.string("id") ?? ""))
            let tenant = try #require(TenantId("demo"))
            let snippet = try TestServer.sealer.seal(Array(#"{"error":"no"}"#.utf8), .answer(to: id, tenant: tenant))
            try await server.engine.attempt(tenant, id) {
                .executionFailed(attempt: $0, ExecutionFailure(kind: .status, status: 503, detail: "503"), snippet: snippet)
            }
            try await server.engine.attempt(tenant, id) {
                .executionSucceeded(attempt: $0, ResponseSummary(status: 200, bodyBytes: 2), snippet: SealedBytes(bytes: [1, 2, 3]))
            }
            let shown = try await server.get("/v1/service-calls/\(id)")
            #expect(try shown.string("attempts", "0", "responseSnippet") == #"{"error":"no"}"#)
            #expect(try shown.json("attempts", "1", "responseSnippet") == nil)
        }
    }

    @Test func aCallWhoseRequestIsErasedIsNotOpenedAgain() async throws {
        try await withServer { server in
            let made = try await server.post("/v1/service-calls", #"{"request":{"url":"https://example.com/"},"retry":{"maxAttempts":1}}"#)
            let id = try #require(ServiceCallId(try made.string("id") ?? ""))
            let tenant = try #require(TenantId("demo"))
            try await server.engine.attempt(tenant, id) {
                .executionFailed(attempt: $0, ExecutionFailure(kind: .targetRefused, detail: "x"))
            }
            server.engine.erase(tenant, id)
            let refused = try await server.send("POST", "/v1/service-calls/\(id)/retry")
            #expect(refused.status == 409)
            #expect(refused.text.contains("erased"))
        }
    }
}
