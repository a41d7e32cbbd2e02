import Domain
import Ports
import Synchronization
import Testing

@testable import HTTPServerAdapter

@Suite struct ScheduleRoutesTests {
    static let path = "/v1/schedules"
    static let nightly = #"""
        {"name":"nightly","cron":"0 3 * * *","timeZone":"Europe/Berlin","misfire":"latest",
        "request":{"method":"PUT","url":"https://example.com/n?key=q-canary","headers":{"Authorization":"Bearer h-canary","X-A":"b"},"body":"hé"},
        "tags":["a"],"timeoutMs":5000,"retry":{"maxAttempts":3},"followRedirects":1}
        """#

    // MARK: Making

    @Test func aScheduleIsMadeAndShownWithItsNextTenOccurrences() async throws {
        try await withServer { server in
            let made = try await server.post(Self.path, Self.nightly)
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(try made.string("id"))
            #expect(made.header("location") == "\(Self.path)/\(id)")
            #expect(made.header("etag") == "\"1\"")
            #expect(try made.string("status") == "active")
            #expect(try made.string("cron") == "0 3 * * *")
            #expect(try made.string("misfire") == "latest")
            #expect(try made.int("timeoutMs") == 5_000)
            #expect(try made.int("retry", "maxAttempts") == 3)
            #expect(try made.int("followRedirects") == 1)
            #expect(try made.count("next") == 10)
            let next = try #require(try made.string("nextAt"))
            #expect(try made.string("next", "0") == next)
            #expect(next.contains("T03:00:00+0"), "\(next)")
            #expect(try await server.get(Self.path + "/" + id).body == made.body)
        }
    }

    @Test func whatItSendsIsShownRedactedAndKeptSealed() async throws {
        try await withServer { server in
            let made = try await server.post(Self.path, Self.nightly)
            let id = try #require(try made.string("id"))
            for answer in [made, try await server.get(Self.path + "/" + id), try await server.get(Self.path)] {
                #expect(!answer.text.contains("canary"), "\(answer.text)")
            }
            #expect(try made.string("request", "headers", "Authorization") == "[redacted]")
            #expect(try made.string("request", "headers", "X-A") == "b")
            #expect(try made.int("request", "bodyBytes") == 3)
            #expect(try await server.get(Self.path).json("items", "0", "request", "headers") == nil)
            for record in server.books.state.withLock({ Array($0.records.values) }) {
                if case .item(let item) = record { #expect(!String(decoding: item.storedState, as: UTF8.self).contains("canary")) }
            }
        }
    }

    @Test func theSameKeyAndBodyGiveTheSameScheduleAndAnotherBodyIsRefused() async throws {
        try await withServer { server in
            let key = [("Idempotency-Key", "nightly-1")]
            let every = #"{"name":"poll","every":"PT15M","request":{"url":"https://example.com/"}}"#
            let first = try await server.post(Self.path, every, headers: key)
            #expect(first.status == 201, "\(first.text)")
            server.time.move(by: .hours(1))
            let again = try await server.post(
                Self.path, #" {"request": {"url":"https://example.com/"}, "every":"PT15M","name":"poll"}"#, headers: key)
            #expect(again.status == 200)
            #expect(try again.string("id") == first.string("id"))
            let other = try await server.post(Self.path, every.replacing("PT15M", with: "PT16M"), headers: key)
            #expect(other.status == 409)
            #expect(try other.string("type") == "/problems/idempotency-conflict")
            let elsewhere = try await server.post(Self.path, every, headers: key, token: server.otherToken)
            #expect(elsewhere.status == 201)
            #expect(try elsewhere.string("id") != first.string("id"))
            #expect(try await server.send("DELETE", "\(Self.path)/\(try first.string("id") ?? "")").status == 204)
            #expect(try await server.post(Self.path, every, headers: key).status == 409)
        }
    }

    @Test(arguments: [
        ("{}", ["/name", "/request", ""]),
        (#"{"name":"","cron":"61 * * * *","request":{"url":"ftp://x/"}}"#, ["/name", "/cron", "/request/url"]),
        (#"{"name":"a","cron":"* * * * *","every":"PT1M","request":{"url":"https://x/"}}"#, ["/every"]),
        (
            #"{"name":"a","cron":"* * * * *","timeZone":"Mars/Olympus","misfire":"some","request":{"url":"https://x/"},"dueAt":"x"}"#,
            ["/timeZone", "/misfire", "/dueAt"]
        ),
        (
            #"{"name":"a","every":"PT","request":{"url":"https://x/","headers":{"Host":"y"}},"retry":{"deadline":"2030-01-01T00:00:00Z"}}"#,
            ["/every", "/request/headers/Host", "/retry/deadline"]
        ),
        (
            #"{"name":"a","cron":"* * * * *","request":{"url":"https://x/"},"followRedirects":6,"tags":["a","a"],"timeoutMs":1}"#,
            ["/followRedirects", "/tags/1", "/timeoutMs"]
        ),
    ])
    func everyWrongFieldIsNamedAtOnce(_ body: String, _ pointers: [String]) async throws {
        try await withServer { server in
            let answer = try await server.post(Self.path, body)
            #expect(answer.status == 400, "\(answer.text)")
            for pointer in pointers { #expect(answer.text.contains("\"pointer\":\"\(pointer)\""), "\(pointer) \(answer.text)") }
            #expect(try await server.get(Self.path).count("items") == 0)
        }
    }

    // MARK: Changing

    @Test func aPatchChangesWhatItNamesAndLeavesTheRest() async throws {
        try await withServer { server in
            let path = "\(Self.path)/\(try await server.post(Self.path, Self.nightly).string("id") ?? "")"
            // With a start of its own: the next full second would come between the two answers now and then.
            let body =
                #"{"every":"R/2090-01-01T00:00:00Z/PT1H","misfire":null,"tags":null,"#
                + #""request":{"headers":{"x-a":"c","X-New":"d","Authorization":null}}}"#
            let changed = try await server.patch(path, body)
            #expect(changed.status == 200, "\(changed.text)")
            #expect(try changed.json("cron") == nil)
            #expect(try changed.string("every")?.contains("PT1H") == true)
            #expect(try changed.string("misfire") == "all")
            #expect(try changed.string("timeZone") == "Europe/Berlin")
            #expect(try changed.count("tags") == 0)
            #expect(try changed.string("request", "method") == "PUT")
            #expect(changed.text.contains(#""headers":{"x-a":"c","X-New":"d"}"#), "\(changed.text)")
            #expect(try changed.int("request", "bodyBytes") == 3)
            #expect(try changed.int("version") == 2)
            #expect(try await server.get(path).body == changed.body)
            let bytes = try await server.patch(path, #"{"request":{"bodyBase64":"AAE="}}"#)
            #expect(try bytes.int("request", "bodyBytes") == 2)
            let again = try await server.patch(path, #"{"request":{"body":"xyz"},"timeoutMs":null}"#)
            #expect(try again.int("request", "bodyBytes") == 3)
            #expect(try again.int("timeoutMs") == 30_000)
        }
    }

    @Test func aPatchThatChangesNothingIsNoChange() async throws {
        try await withServer { server in
            let path = "\(Self.path)/\(try await server.post(Self.path, Self.nightly).string("id") ?? "")"
            for body in ["{}", #"{"name":"nightly"}"#, #"{"notAfter":null,"request":{"headers":{"X-None":null}}}"#] {
                let same = try await server.patch(path, body)
                #expect(same.status == 200, "\(same.text)")
                #expect(try same.int("version") == 1, "\(body)")
            }
        }
    }

    @Test(arguments: [
        (#"{"colour":null,"cron":"x","request":{"url":null,"method":"LOOK"}}"#, ["/colour", "/cron", "/request/url", "/request/method"]),
        (#"{"name":null,"retry":{"maxAttempts":0}}"#, ["/name", "/retry/maxAttempts"]), ("[1]", [""]),
        (#"{"status":"paused","id":"x"}"#, ["/status", "/id"]),
    ])
    func everyWrongFieldOfAPatchIsNamedAtOnceAndNothingChanges(_ body: String, _ pointers: [String]) async throws {
        try await withServer { server in
            let path = "\(Self.path)/\(try await server.post(Self.path, Self.nightly).string("id") ?? "")"
            let answer = try await server.patch(path, body)
            #expect(answer.status == 400, "\(answer.text)")
            for pointer in pointers { #expect(answer.text.contains("\"pointer\":\"\(pointer)\""), "\(pointer) \(answer.text)") }
            #expect(!answer.text.contains("canary"))
            #expect(try await server.get(path).int("version") == 1)
        }
    }

    @Test func aPatchIsHeldAgainstTheVersionThatWasRead() async throws {
        try await withServer { server in
            let made = try await server.post(Self.path, Self.nightly)
            let path = "\(Self.path)/\(try made.string("id") ?? "")"
            let tag = try #require(made.header("etag"))
            #expect(try await server.patch(path, #"{"name":"b"}"#, headers: [("If-Match", tag)]).status == 200)
            let late = try await server.patch(path, #"{"name":"c"}"#, headers: [("If-Match", tag)])
            #expect(late.status == 412)
            #expect(late.header("etag") == "\"2\"")
            let id = try #require(ScheduleId(try made.string("id") ?? ""))
            server.books.intrude(.item(.schedule(id, .pause)))
            let raced = try await server.patch(path, #"{"name":"d"}"#)
            #expect(raced.status == 200, "\(raced.text)")
            #expect(try raced.string("name") == "d")
            #expect(try raced.string("status") == "paused")
            #expect(try await server.patch(path, "{}", type: "text/plain").status == 415)
            #expect(try await server.patch(path, "{}", type: "application/json; charset=utf-8").status == 200)
        }
    }

    // MARK: Commands

    @Test func itIsPausedResumedAndDeletedAndRepetitionsChangeNothing() async throws {
        try await withServer { server in
            let path = "\(Self.path)/\(try await server.post(Self.path, Self.nightly).string("id") ?? "")"
            let paused = try await server.send("POST", path + "/pause")
            #expect(paused.status == 200)
            #expect(try paused.string("status") == "paused")
            #expect(try paused.json("nextAt") == .null)
            #expect(try paused.count("next") == 0)
            #expect(try await server.send("POST", path + "/pause").body == paused.body)
            let resumed = try await server.send("POST", path + "/resume")
            #expect(try resumed.string("status") == "active")
            #expect(try resumed.count("next") == 10)
            #expect(try await server.post(path + "/pause", #"{"reason":"x"}"#).status == 400)
            #expect(try await server.send("DELETE", path).status == 204)
            #expect(try await server.send("DELETE", path).status == 204)
            for answer in [
                try await server.get(path), try await server.patch(path, "{}"), try await server.send("POST", path + "/run"),
                try await server.send("POST", path + "/resume"),
            ] {
                #expect(answer.status == 404, "\(answer.text)")
            }
            #expect(try await server.get(Self.path).count("items") == 0)
        }
    }

    @Test func aRunIsACallOfItsOwnWithTheSameRequestUnderAnotherSeal() async throws {
        try await withServer { server in
            let id = try await server.post(Self.path, Self.nightly).string("id") ?? ""
            let key = [("Idempotency-Key", "run-1")]
            let run = try await server.send("POST", "\(Self.path)/\(id)/run", headers: key)
            #expect(run.status == 201, "\(run.text)")
            let call = try #require(try run.string("id"))
            #expect(run.header("location") == "/v1/service-calls/" + call)
            #expect(try run.string("origin")?.hasPrefix("schedule/\(id)/") == true)
            #expect(try run.string("request", "headers", "Authorization") == "[redacted]")
            #expect(try run.int("retry", "maxAttempts") == 3)
            #expect(try await server.send("POST", "\(Self.path)/\(id)/run", headers: key).status == 200)
            #expect(try await server.send("POST", "\(Self.path)/\(id)/run").string("id") != call)
            let submission = try #require(server.engine.state.withLock { $0.submissions.first })
            let opened = try TestServer.sealer.open(submission.request, submission.sealContext)
            #expect(opened.url.description == "https://example.com/n?key=q-canary")
            #expect(String(decoding: opened.body, as: UTF8.self) == "hé")
            #expect(try await server.get("\(Self.path)/\(id)").int("version") == 1)
        }
    }

    // MARK: Lists and tenants

    @Test func theyAreListedPageByPageByIdentifier() async throws {
        try await withServer { server in
            for name in 0..<5 {
                _ = try await server.post(Self.path, #"{"name":"s\#(name)","cron":"@daily","request":{"url":"https://x/"}}"#)
            }
            var (seen, target, last) = ([String](), Self.path + "?limit=2", "")
            while true {
                let page = try await server.get(target)
                let count = try #require(try page.count("items"))
                seen += try (0..<count).compactMap { try page.string("items", String($0), "id") }
                guard let cursor = try page.string("nextCursor") else { break }
                last = cursor
                target = Self.path + "?limit=2&cursor=" + cursor
            }
            #expect(seen.count == 5)
            #expect(seen == seen.sorted())
            #expect(
                try await server.get(Self.path + "?cursor=" + last, token: server.otherToken).string("type") == "/problems/invalid-cursor")
            #expect(try await server.get("/v1/subscriptions?cursor=" + last).string("type") == "/problems/invalid-cursor")
        }
    }

    @Test func anotherTenantsScheduleIsNotFound() async throws {
        try await withServer { server in
            let path = "\(Self.path)/\(try await server.post(Self.path, Self.nightly).string("id") ?? "")"
            let other = server.otherToken
            for (method, target) in [
                ("GET", path), ("PATCH", path), ("DELETE", path), ("POST", path + "/pause"), ("POST", path + "/resume"),
                ("POST", path + "/run"),
            ] {
                let type = method == "PATCH" ? [("Content-Type", "application/json")] : []
                let body: [UInt8]? = method == "PATCH" ? Array("{}".utf8) : nil
                #expect(try await server.send(method, target, headers: type, body: body, token: other).status == 404, "\(method) \(target)")
            }
            #expect(try await server.get(Self.path, token: other).count("items") == 0)
            #expect(try await server.get(Self.path + "/not-an-id").status == 404)
            #expect(try await server.get(path).status == 200)
        }
    }

    @Test func whatTheStoreCannotDoIs503() async throws {
        try await withServer { server in
            server.books.fail(intents: .unavailable("secret"))
            let answer = try await server.post(Self.path, Self.nightly)
            #expect(answer.status == 503)
            #expect(!answer.text.contains("canary") && !answer.text.contains("secret"))
            server.books.fail(queries: QueryError("x"))
            #expect(try await server.get(Self.path).status == 503)
        }
    }
}

extension TestServer {
    func patch(
        _ target: String, _ json: String, headers: [(String, String)] = [], type: String = "application/merge-patch+json"
    ) async throws -> Answer {
        try await send("PATCH", target, headers: [("Content-Type", type)] + headers, body: Array(json.utf8))
    }
}
