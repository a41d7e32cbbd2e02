import Domain
import Ports
import Testing

@Suite struct ServiceCallRoutesTests {
    static let minimal = #"{"request":{"url":"https://example.com/hook"}}"#

    @Test func aSubmissionIsAnsweredWith201ItsLocationAndItsDetail() async throws {
        try await withServer { server in
            let answer = try await server.post(
                "/v1/service-calls",
                #"""
                {"request":{"method":"PUT","url":"https://example.com/a?b=c","headers":{"X-A":"b","Authorization":"Bearer s3cret","X-Api-Key":"k"},"body":"hé"},
                 "dueAt":"2030-01-01T00:00:00+02:00","tags":["a","b"],"timeoutMs":5000,
                 "retry":{"maxAttempts":3,"initialDelayMs":10,"maxDelayMs":100,"deadline":"2030-02-01T00:00:00Z","statuses":[503,500]},"correlationId":"c-1"}
                """#)
            #expect(answer.status == 201)
            let id = try #require(try answer.string("id"))
            #expect(answer.header("location") == "/v1/service-calls/\(id)")
            #expect(try answer.string("status") == "scheduled")
            #expect(try answer.string("dueAt") == "2029-12-31T22:00:00Z")
            #expect(try answer.count("attempts") == 0)
            #expect(try answer.string("request", "headers", "X-A") == "b")
            #expect(try answer.string("request", "headers", "Authorization") == "[redacted]")
            #expect(try answer.string("request", "headers", "X-Api-Key") == "[redacted]")
            #expect(!answer.text.contains("s3cret"))
            #expect(try answer.int("request", "bodyBytes") == 3)
            #expect(try answer.string("request", "bodyPreview") == "hé")
            #expect(try answer.string("request", "url") == "https://example.com/a?b=[redacted]")
            #expect(try answer.int("followRedirects") == 0)
            #expect(try answer.int("retry", "statuses", "0") == 500)
            #expect(try answer.string("correlationId") == "c-1")
            #expect(answer.header("x-content-type-options") == "nosniff")
            #expect(answer.header("cache-control") == "no-store")
            let shown = try await server.get("/v1/service-calls/\(id)")
            #expect(shown.status == 200)
            #expect(shown.body == answer.body)
        }
    }

    @Test func theSameKeyAndSubmissionGiveTheSameCallWhateverItsWriting() async throws {
        try await withServer { server in
            let key = [("Idempotency-Key", "order-1")]
            let first = try await server.post(
                "/v1/service-calls",
                #"{"request":{"url":"https://example.com/","headers":{"A":"1","B":"2"},"body":"x"},"dueAt":"2030-01-01T00:00:00Z"}"#,
                headers: key)
            let again = try await server.post(
                "/v1/service-calls",
                #" {"dueAt" : "2030-01-01T02:00:00+02:00", "request":{"bodyBase64":"eA==","headers":{"B":"2","A":"1"},"url":"https://example.com/"} } "#,
                headers: key)
            let changed = try await server.post(
                "/v1/service-calls",
                #"{"request":{"url":"https://example.com/","headers":{"A":"1","B":"2"},"body":"y"},"dueAt":"2030-01-01T00:00:00Z"}"#,
                headers: key)
            #expect(first.status == 201)
            #expect(again.status == 200)
            #expect(try again.string("id") == first.string("id"))
            #expect(changed.status == 409)
            #expect(try changed.string("type") == "/problems/idempotency-conflict")
            let defaulted = try await server.post(
                "/v1/service-calls",
                #"{"request":{"method":"POST","url":"https://example.com/","headers":{"A":"1","B":"2"},"body":"x"},"dueAt":"2030-01-01T00:00:00Z"}"#,
                headers: key)
            #expect(defaulted.status == 409)
        }
    }

    @Test func attemptsAreShownInTheDetailAndCountedInLists() async throws {
        try await withServer { server in
            let made = try await server.post("/v1/service-calls", Self.minimal)
            let id = try #require(ServiceCallId(try made.string("id") ?? ""))
            let tenant = try #require(TenantId("demo"))
            try await server.engine.attempt(tenant, id) {
                .executionFailed(attempt: $0, ExecutionFailure(kind: .status, status: 503, detail: "503"))
            }
            try await server.engine.attempt(tenant, id) {
                .executionSucceeded(attempt: $0, ResponseSummary(status: 204, bodyBytes: 0))
            }
            let shown = try await server.get("/v1/service-calls/\(id)")
            #expect(try shown.string("status") == "succeeded")
            #expect(try shown.json("dueAt") == .null)
            #expect(try shown.string("attempts", "0", "outcome") == "failed")
            #expect(try shown.int("attempts", "0", "status") == 503)
            #expect(try shown.string("attempts", "0", "error", "kind") == "status")
            #expect(try shown.string("attempts", "1", "outcome") == "succeeded")
            let list = try await server.get("/v1/service-calls?status=succeeded&host=EXAMPLE.com&limit=1")
            #expect(try list.int("items", "0", "attemptCount") == 2)
            #expect(try list.json("items", "0", "attempts") == nil)
            #expect(try list.json("nextCursor") == .null)
        }
    }

    @Test func commandsFollowTheStateMachine() async throws {
        try await withServer { server in
            let made = try await server.post(
                "/v1/service-calls", #"{"request":{"url":"https://example.com/"},"dueAt":"2030-01-01T00:00:00Z"}"#)
            let path = "/v1/service-calls/" + (try made.string("id") ?? "")
            let moved = try await server.post(path + "/reschedule", #"{"dueAt":"2031-01-01T00:00:00Z"}"#)
            #expect(moved.status == 200)
            #expect(try moved.string("dueAt") == "2031-01-01T00:00:00Z")
            #expect(try await server.post(path + "/retry", "{}").status == 409)
            let cancelled = try await server.send("POST", path + "/cancel")
            #expect(cancelled.status == 200)
            #expect(try cancelled.string("status") == "cancelled")
            #expect(try await server.send("POST", path + "/cancel").status == 200)
            let late = try await server.post(path + "/reschedule", #"{"dueAt":"2031-01-01T00:00:00Z"}"#)
            #expect(late.status == 409)
            #expect(try late.string("type") == "/problems/illegal-transition")
            #expect(try await server.post(path + "/cancel", #"{"reason":"x"}"#).status == 400)
            #expect(try await server.post(path + "/reschedule", "{}").status == 400)
        }
    }

    @Test func anotherTenantsCallIsNotFound() async throws {
        try await withServer { server in
            let made = try await server.post("/v1/service-calls", Self.minimal)
            let path = "/v1/service-calls/" + (try made.string("id") ?? "")
            for suffix in ["/cancel", "/retry"] {
                #expect(try await server.send("POST", path + suffix, token: server.otherToken).status == 404)
            }
            #expect(
                try await server.post(path + "/reschedule", #"{"dueAt":"2031-01-01T00:00:00Z"}"#, token: server.otherToken).status
                    == 404)
            #expect(try await server.get(path, token: server.otherToken).status == 404)
            #expect(try await server.get("/v1/service-calls/not-an-id").status == 404)
            #expect(try await server.get("/v1/service-calls", token: server.otherToken).count("items") == 0)
        }
    }

    @Test func listsArePagedByCursorsThatBelongToTheTenant() async throws {
        try await withServer { server in
            for _ in 0..<5 { _ = try await server.post("/v1/service-calls", Self.minimal) }
            var seen: Set<String> = []
            var cursor = ""
            var last = ""
            repeat {
                let page = try await server.get("/v1/service-calls?limit=2" + cursor)
                for index in 0..<(try page.count("items") ?? 0) {
                    seen.insert(try page.string("items", String(index), "id") ?? "")
                }
                let next = try page.string("nextCursor")
                if let next { last = next }
                cursor = next.map { "&cursor=" + $0 } ?? ""
            } while !cursor.isEmpty
            #expect(seen.count == 5)
            for (bad, token) in [
                (last, server.otherToken), (last + "AAAA", server.token), ("x", server.token),
            ] {
                let answer = try await server.get("/v1/service-calls?cursor=" + bad, token: token)
                #expect(answer.status == 400)
                #expect(try answer.string("type") == "/problems/invalid-cursor")
            }
            let unreadable = try await server.get("/v1/service-calls?cursor=%00")
            #expect(unreadable.status == 400)
            #expect(try unreadable.string("type") == "/problems/invalid-query")
            #expect(try await server.get("/v1/events?after=" + last).status == 400)
        }
    }

    @Test func aBatchGivesEachItemItsOwnResult() async throws {
        try await withServer { server in
            let answer = try await server.post(
                "/v1/service-calls/batch",
                #"""
                {"items":[{"idempotencyKey":"k","request":{"url":"https://example.com/1"}},
                {"request":{"url":"ftp://example.com/"},"colour":1},
                {"idempotencyKey":"k","request":{"url":"https://example.com/1"}},
                {"idempotencyKey":"k","request":{"url":"https://example.com/2"}},
                7,
                {"request":{"url":"https://example.com/3"}}]}
                """#)
            #expect(answer.status == 200)
            let statuses = try (0..<6).map { try answer.int("results", String($0), "status") }
            #expect(statuses == [201, 400, 200, 409, 400, 201])
            #expect(try answer.string("results", "0", "callStatus") == "scheduled")
            #expect(try answer.string("results", "0", "id") == answer.string("results", "2", "id"))
            #expect(try answer.string("results", "1", "problem", "errors", "0", "pointer") == "/items/1/request/url")
            #expect(try answer.string("results", "1", "problem", "errors", "1", "pointer") == "/items/1/colour")
            server.engine.fail(intents: .busy(retryAfter: .milliseconds(1_500)))
            let busy = try await server.post(
                "/v1/service-calls/batch", #"{"items":[{"request":{"url":"https://example.com/3"}}]}"#)
            #expect(busy.status == 200)
            #expect(try busy.int("results", "0", "status") == 503)
        }
    }

    @Test func aLargeBatchIsTakenAndOneThatIsTooLongIsNot() async throws {
        try await withServer { server in
            let item = #"{"request":{"url":"https://example.com/hook","body":"0123456789012345678901234567890123456789"}}"#
            let most = "{\"items\":[" + Array(repeating: item, count: 10_000).joined(separator: ",") + "]}"
            let answer = try await server.post("/v1/service-calls/batch", most)
            #expect(answer.status == 200)
            #expect(try answer.count("results") == 10_000)
            #expect(try answer.int("results", "9999", "status") == 201)
            let more = "{\"items\":[" + Array(repeating: item, count: 10_001).joined(separator: ",") + "]}"
            let refused = try await server.post("/v1/service-calls/batch", more)
            #expect(refused.status == 400)
            #expect(try refused.string("errors", "0", "pointer") == "/items")
            #expect(try await server.post("/v1/service-calls/batch", most, token: .some(nil)).status == 401)
        }
    }

    @Test(arguments: [
        (IntentError.busy(retryAfter: .milliseconds(2_100)), "busy", "3"), (.unavailable("disk full"), "unavailable", "1"),
        (.unknownOutcome("io"), "unknown-outcome", "1"), (.stopping, "stopping", "5"),
    ])
    func whatTheEngineCannotDoIs503WithATimeToTryAgain(error: IntentError, slug: String, seconds: String) async throws {
        try await withServer { server in
            server.engine.fail(intents: error)
            let answer = try await server.post("/v1/service-calls", Self.minimal)
            #expect(answer.status == 503)
            #expect(answer.header("retry-after") == seconds)
            #expect(answer.header("content-type") == "application/problem+json")
            #expect(try answer.string("type") == "/problems/" + slug)
            #expect(!answer.text.contains("disk full"))
            server.engine.fail(queries: QueryError("SELECT secret"))
            let read = try await server.get("/v1/service-calls")
            #expect(read.status == 503)
            #expect(!read.text.contains("SELECT"))
        }
    }
}
