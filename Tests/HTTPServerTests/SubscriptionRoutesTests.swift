import Domain
import Ports
import Synchronization
import Testing

@testable import HTTPServerAdapter

@Suite struct SubscriptionRoutesTests {
    static let path = "/v1/subscriptions"
    static let billing = #"""
        {"name":"billing","types":["ledgerflow.invoice.*","ledgerflow.service-call.failed.v1"],
        "filter":{"all":[{"path":"/currency","equals":"EUR"}]},
        "target":{"url":"https://example.com/hook?key=q-canary","headers":{"X-Api-Key":"h-canary","X-A":"b"}},"retry":{"maxAttempts":20}}
        """#

    @Test func aSubscriptionIsMadeAndBeginsWithWhatComes() async throws {
        try await withServer { server in
            _ = try await server.post("/v1/service-calls", ServiceCallRoutesTests.minimal)
            let made = try await server.post(Self.path, Self.billing)
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(try made.string("id"))
            #expect(made.header("location") == "\(Self.path)/\(id)")
            #expect(try made.string("status") == "active")
            #expect(try made.string("types", "1") == "ledgerflow.service-call.failed.v1")
            #expect(try made.string("filter", "all", "0", "equals") == "EUR")
            #expect(try made.string("target", "headers", "X-Api-Key") == "[redacted]")
            #expect(try made.string("target", "headers", "X-A") == "b")
            #expect(try made.int("retry", "maxAttempts") == 20)
            #expect(try made.int("generation") == 0)
            let shown = try await server.get("\(Self.path)/\(id)")
            #expect(shown.body == made.body)
            for answer in [made, shown, try await server.get(Self.path)] { #expect(!answer.text.contains("canary"), "\(answer.text)") }
            let key = try #require(SubscriptionId(id))
            #expect(server.subscription(key)?.from == [1])
        }
    }

    @Test func theSameKeyAndBodyGiveTheSameSubscription() async throws {
        try await withServer { server in
            let key = [("Idempotency-Key", "b-1")]
            let first = try await server.post(Self.path, Self.billing, headers: key)
            #expect(first.status == 201)
            let again = try await server.post(Self.path, Self.billing, headers: key)
            #expect(again.status == 200)
            #expect(again.body == first.body)
            let other = try await server.post(Self.path, Self.billing.replacing("EUR", with: "USD"), headers: key)
            #expect(other.status == 409)
            #expect(try await server.get(Self.path).count("items") == 1)
        }
    }

    @Test(arguments: [
        ("{}", ["/name", "/types", "/target"]),
        (#"{"name":"a","types":[],"target":{"url":"x","body":"y"}}"#, ["/types", "/target/url", "/target/body"]),
        (
            #"{"name":"a","types":["ledgerflow.invoice.*","invoice","ledgerflow.none.v1"],"target":{"url":"https://x/"}}"#,
            ["/types/1", "/types/2"]
        ),
        (
            #"{"name":"a","types":["*"],"filter":{"all":[{"path":"x","equals":{}}],"any":1},"target":{"url":"https://x/"},"request":{}}"#,
            ["/filter/all/0/path", "/filter/any", "/request"]
        ),
        (
            #"{"name":"a","types":["*"],"target":{"url":"https://x/","headers":{"Idempotency-Key":"h-canary","B":"h-canary\n"}}}"#,
            ["/target/headers/Idempotency-Key", "/target/headers/B"]
        ),
    ])
    func everyWrongFieldIsNamedAtOnceWithoutWhatWasSent(_ body: String, _ pointers: [String]) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path, body)
            #expect(answer.status == 400, "\(answer.text)")
            for pointer in pointers { #expect(answer.text.contains("\"pointer\":\"\(pointer)\""), "\(pointer) \(answer.text)") }
            #expect(!answer.text.contains("canary"))
        }
    }

    @Test func aPatchChangesWhatItNamesAndLeavesTheRest() async throws {
        try await withServer { server in
            let id = try await server.post(Self.path, Self.billing).string("id") ?? ""
            let changed = try await server.patch(
                "\(Self.path)/\(id)", #"{"types":["*"],"filter":null,"target":{"headers":{"x-api-key":"n-canary"}},"followRedirects":2}"#)
            #expect(changed.status == 200, "\(changed.text)")
            #expect(try changed.json("filter") == nil)
            #expect(try changed.count("types") == 1)
            #expect(try changed.string("target", "headers", "x-api-key") == "[redacted]")
            #expect(try changed.json("target", "headers", "X-Api-Key") == nil)
            #expect(try changed.string("target", "headers", "X-A") == "b")
            #expect(try changed.int("retry", "maxAttempts") == 20)
            #expect(!changed.text.contains("canary"))
            let refused = try await server.patch("\(Self.path)/\(id)", #"{"types":null,"target":{"url":1},"what":null}"#)
            #expect(refused.status == 400)
            for pointer in ["/types", "/target/url", "/what"] { #expect(refused.text.contains("\"pointer\":\"\(pointer)\"")) }
            #expect(try await server.patch("\(Self.path)/\(id)", #"{"name":"x"}"#, headers: [("If-Match", "\"1\"")]).status == 412)
        }
    }

    @Test func itIsPausedResumedReplayedAndDeleted() async throws {
        try await withServer { server in
            let id = try await server.post(Self.path, Self.billing).string("id") ?? ""
            let path = "\(Self.path)/\(id)"
            let key = try #require(SubscriptionId(id))
            #expect(try await server.send("POST", path + "/pause").string("status") == "paused")
            #expect(try await server.send("POST", path + "/resume").string("status") == "active")
            server.books.intrude(.item(.subscription(key, .disable(reason: "It failed for 5 days."))))
            let disabled = try await server.patch(path, #"{"name":"other"}"#)
            #expect(try disabled.string("status") == "disabled", "\(disabled.text)")
            #expect(try disabled.string("disabledReason") == "It failed for 5 days.")
            #expect(try await server.send("POST", path + "/resume").json("disabledReason") == nil)
            _ = try await server.post("/v1/service-calls", ServiceCallRoutesTests.minimal)
            let replayed = try await server.post(path + "/replay", #"{"from":"2026-01-01T00:00:00Z"}"#)
            #expect(replayed.status == 200, "\(replayed.text)")
            #expect(try replayed.int("generation") == 1)
            #expect(server.subscription(key)?.from == [0])
            #expect(try await server.post(path + "/replay", "{}").string("errors", "0", "pointer") == "/from")
            #expect(try await server.send("DELETE", path).status == 204)
            #expect(try await server.send("DELETE", path).status == 204)
            #expect(try await server.get(path).status == 404)
            #expect(try await server.send("POST", path + "/test").status == 404)
        }
    }

    @Test func aTestDeliversASampleEventAsACallLikeAnyOther() async throws {
        try await withServer { server in
            let id = try await server.post(Self.path, Self.billing).string("id") ?? ""
            let tested = try await server.send("POST", "\(Self.path)/\(id)/test")
            #expect(tested.status == 201, "\(tested.text)")
            #expect(try tested.string("origin")?.hasPrefix("subscription/\(id)/") == true)
            let submission = try #require(server.engine.state.withLock { $0.submissions.first })
            let opened = try TestServer.sealer.open(submission.request, submission.sealContext)
            #expect(opened.method == .POST)
            #expect(opened.headers.contains { $0.name == "X-Api-Key" && $0.value == "h-canary" })
            #expect(opened.headers.contains { $0.name == "content-type" && $0.value.hasPrefix("application/cloudevents+json") })
            let event = try JSONReader.read(opened.body)
            #expect(event.at(["specversion"]) == .string("1.0"))
            #expect(event.at(["type"]) == .string("ledgerflow.subscription.test.v1"))
            let messageId = opened.headers.first { $0.name == "webhook-id" }?.value
            let expected: UniqueId? =
                if case .string(let text)? = event.at(["id"]), let event = UniqueId(text), let own = UniqueId(id) {
                    UniqueId.version5(namespace: own, name: event.bytes)
                } else {
                    nil
                }
            #expect(messageId == expected?.description)
            #expect(submission.retry.maxAttempts == 20)
        }
    }

    @Test func anotherTenantsSubscriptionIsNotFound() async throws {
        try await withServer { server in
            let path = "\(Self.path)/\(try await server.post(Self.path, Self.billing).string("id") ?? "")"
            let other = server.otherToken
            let json = [("Content-Type", "application/json")]
            for (method, target, body) in [
                ("GET", path, nil), ("PATCH", path, "{}"), ("DELETE", path, nil), ("POST", path + "/pause", nil),
                ("POST", path + "/resume", nil), ("POST", path + "/test", nil),
                ("POST", path + "/replay", #"{"from":"2026-01-01T00:00:00Z"}"#),
            ] as [(String, String, String?)] {
                let answer = try await server.send(
                    method, target, headers: body == nil ? [] : json, body: body.map { Array($0.utf8) }, token: other)
                #expect(answer.status == 404, "\(method) \(target)")
            }
            #expect(try await server.get(Self.path, token: other).count("items") == 0)
            #expect(try await server.get(Self.path + "/not-an-id").status == 404)
        }
    }
}

extension TestServer {
    /// As the books hold it.
    func subscription(_ id: SubscriptionId) -> Subscription? {
        guard let tenant = TenantId("demo"),
            case .item(.subscription(let subscription))? = books.state.withLock({ $0.records[.item(tenant, .subscription(id))] })
        else { return nil }
        return subscription
    }
}
