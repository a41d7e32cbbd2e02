import Domain
import NIOCore
import Ports
import Testing

@testable import HTTPClientAdapter

@Suite("Redirects", .timeLimit(.minutes(2)))
struct RedirectTests {
    static let okay = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    static func redirect(_ status: Int, _ location: String, body: String = "") -> String {
        "HTTP/1.1 \(status) X\r\nLocation: \(location)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test(
        "Method and body go on as the status says",
        arguments: [
            (301, OutgoingRequest.Method.POST, "GET"), (302, .POST, "GET"), (303, .POST, "GET"), (307, .POST, "POST"), (308, .POST, "POST"),
            (301, .PUT, "PUT"), (302, .DELETE, "DELETE"), (303, .PUT, "GET"), (303, .HEAD, "HEAD"), (302, .HEAD, "HEAD"),
            (301, .GET, "GET"),
            (307, .PATCH, "PATCH"), (308, .OPTIONS, "OPTIONS"),
        ])
    func methods(status: Int, method: OutgoingRequest.Method, expected: String) async throws {
        let target = try await ScriptedTarget.routing { request in
            request.path == "/a" ? Self.redirect(status, "/b?x=1") : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        }
        try await withClient { client in
            let request = try attempt(
                method, "http://127.0.0.1:\(target.port)/a", headers: [("Content-Type", "text/plain"), ("Authorization", "Bearer s")],
                body: Array("body".utf8), engineHeaders: [("Idempotency-Key", "k"), ("webhook-signature", "v1,x")], redirects: 1)
            #expect(await client.failure(request) == nil)
        }
        let requests = target.requests
        #expect(requests.map(\.line) == ["\(method.rawValue) /a HTTP/1.1", "\(expected) /b?x=1 HTTP/1.1"])
        let second = try #require(requests.last)
        let keepsBody = method.rawValue == expected
        let hasBody = keepsBody && method != .GET && method != .HEAD
        #expect(second.body == (hasBody ? Array("body".utf8) : []))
        #expect(second.values("content-type") == (keepsBody ? ["text/plain"] : []))
        // The same origin: what the caller trusts it with is trusted to it. A signature stays with the body that it signs.
        #expect(second.values("authorization") == ["Bearer s"])
        #expect(second.values("idempotency-key") == ["k"])
        #expect(second.values("webhook-signature") == (keepsBody ? ["v1,x"] : []))
        await target.stop()
    }

    @Test("Another origin gets nothing that might be a secret, and it does not come back on the way home")
    func secretsStay() async throws {
        let box = PortBox()
        let other = try await ScriptedTarget.routing { _ in Self.redirect(307, "http://127.0.0.1:\(box.port)/home") }
        let home = try await ScriptedTarget.routing { request in
            request.path == "/a" ? Self.redirect(307, "http://127.0.0.1:\(other.port)/away") : Self.okay
        }
        box.port = home.port
        let secrets = [
            "Authorization", "Cookie", "X-Api-Key", "X-Anything", "Proxy-Authorization", "Signature", "webhook-id", "X-Hub-Signature-256",
        ]
        try await withClient { client in
            let request = try attempt(
                .POST, "http://127.0.0.1:\(home.port)/a",
                headers: secrets.map { ($0, "CANARY") } + [
                    ("Content-Type", "application/json"), ("Accept", "text/x"), ("Accept-Language", "de"), ("User-Agent", "mine"),
                ],
                body: [1, 2],
                engineHeaders: [
                    ("Idempotency-Key", "k"), ("traceparent", "t"), ("webhook-timestamp", "CANARY"), ("webhook-signature", "CANARY"),
                ], redirects: 2)
            #expect(await client.failure(request) == nil)
        }
        let (first, away) = (try #require(home.requests.first), try #require(other.requests.first))
        let last = try #require(home.requests.last)
        #expect(secrets.allSatisfy { first.values($0.lowercased()) == ["CANARY"] })
        for request in [away, last] {
            #expect(!request.headers.contains { $0.value.contains("CANARY") })
            #expect(
                request.headers.map(\.name).sorted() == [
                    "accept", "accept-language", "content-length", "content-type", "host", "idempotency-key", "traceparent", "user-agent",
                ])
            #expect(request.body == [1, 2])
        }
        #expect(away.line == "POST /away HTTP/1.1" && last.line == "POST /home HTTP/1.1")
        #expect(away.values("host") == ["127.0.0.1:\(other.port)"])
        await home.stop()
        await other.stop()
    }

    @Test("An origin is scheme, host and port together")
    func origins() throws {
        let base = try TargetURL("https://a.example/x")
        #expect(base.hasSameOrigin(as: try TargetURL("HTTPS://A.example:443/y?z")))
        for other in ["http://a.example/", "https://b.example/", "https://a.example:8443/", "https://a.example./", "https://x.a.example/"] {
            #expect(!base.hasSameOrigin(as: try TargetURL(other)), "\(other)")
        }
    }

    @Test("As many redirects are followed as the call allows, and the next is its answer", arguments: [0, 1, 3, 5])
    func count(allowed: Int) async throws {
        let target = try await ScriptedTarget.routing { request in
            let number = Int(request.path.dropFirst()) ?? 0
            return number == allowed ? Self.okay : Self.redirect(302, "/\(number + 1)", body: "moved \(number)")
        }
        try await withClient { client in
            let url = "http://127.0.0.1:\(target.port)/0"
            #expect(try await client.send(try attempt(.GET, url, redirects: allowed)).summary.status == 200)
            #expect(target.requests.count == allowed + 1)
            guard allowed > 0 else { return }
            let error = await client.error(try attempt(.GET, url, redirects: allowed - 1))
            #expect(error?.failure.kind == .status)
            #expect(error?.failure.status == 302)
            #expect(error.map { String(decoding: $0.snippet, as: UTF8.self) } == "moved \(allowed - 1)")
            if allowed > 2 {
                #expect(
                    error?.failure.detail
                        == "after \(allowed - 1) redirects: answered with status 302 and redirects once more, and the call follows at most \(allowed - 1)"
                )
            }
        }
        await target.stop()
    }

    @Test("A circle is left when it closes", arguments: ["/a", "", "#x", "./a", "/b/../a", "http://127.0.0.1:PORT/a"])
    func circle(location: String) async throws {
        let target = try await ScriptedTarget.routing { request in
            let port = request.values("host").first?.split(separator: ":").last ?? ""
            let closing = location.split(separator: "PORT", omittingEmptySubsequences: false).map(String.init).joined(
                separator: String(port))
            return Self.redirect(307, request.path == "/a" ? "/b" : closing)
        }
        try await withClient { client in
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(target.port)/a", redirects: 5))
            #expect(failure?.status == 307)
            #expect(failure?.detail == "after 1 redirect: answered with status 307 and redirects back to where the attempt came from")
        }
        #expect(target.requests.count == 2)
        await target.stop()
    }

    @Test("What looks like a redirect and is none is the call's answer", arguments: [300, 304, 305, 306, 399, 201, 404])
    func notARedirect(status: Int) async throws {
        let target = try await ScriptedTarget.routing { _ in
            status == 304 ? "HTTP/1.1 304 X\r\nLocation: /b\r\n\r\n" : Self.redirect(status, "/b")
        }
        try await withClient { client in
            let failure = await client.failure(try attempt(.GET, "http://127.0.0.1:\(target.port)/a", redirects: 5))
            #expect(failure?.status == (status == 201 ? nil : status))
            #expect(failure == nil || failure?.detail == "answered with status \(status)")
        }
        #expect(target.requests.count == 1)
        await target.stop()
    }

    @Test("A redirect without a Location is the call's answer")
    func noLocation() async throws {
        let target = try await ScriptedTarget.answering("HTTP/1.1 302 X\r\nContent-Length: 0\r\n\r\n")
        try await withClient { client in
            let failure = await client.failure(try attempt(.GET, "http://127.0.0.1:\(target.port)/a", redirects: 5))
            #expect(failure == ExecutionFailure(kind: .status, status: 302, detail: "answered with status 302"))
        }
        await target.stop()
    }

    @Test(
        "A Location that is no URL is refused with its reason, and final",
        arguments: [
            ("ftp://a/b", "must be an absolute URL that starts with http:// or https://"),
            ("file:///etc/passwd", "must be an absolute URL that starts with http:// or https://"),
            ("gopher://127.0.0.1:25/", "must be an absolute URL that starts with http:// or https://"),
            ("javascript:alert(1)", "must be an absolute URL that starts with http:// or https://"),
            ("http:evil", "must be an absolute URL that starts with http:// or https://"),
            ("http://user:pass@a.example/", "must not hold a user name or password; send an Authorization header instead"),
            ("//u@a.example/", "must not hold a user name or password; send an Authorization header instead"),
            ("http://a b/", "holds a character that a URL may not hold; percent-encode it"),
            ("/a\\b", "holds a character that a URL may not hold; percent-encode it"),
            ("http:\\\\a.example/", "holds a character that a URL may not hold; percent-encode it"),
            ("/ä", "holds a character that a URL may not hold; percent-encode it"),
            ("/%zz", "has a percent sign that is not followed by two hexadecimal digits"),
            ("http://a.example:0/", "must have a port between 1 and 65535, or none"),
            ("///a", "must have a valid host: a name in ASCII (use Punycode for others), an IPv4 address, or an IPv6 address in brackets"),
        ])
    func badLocation(location: String, reason: String) async throws {
        let target = try await ScriptedTarget.answering(Self.redirect(302, location))
        try await withClient { client in
            let failure = await client.failure(try attempt(.GET, "http://127.0.0.1:\(target.port)/a", redirects: 5))
            #expect(failure?.kind == .targetRefused)
            #expect(failure?.detail == "answered with status 302 and redirects to a Location that \(reason)")
            #expect(failure?.isRetryable(under: RetryPolicy()) == false)
        }
        #expect(target.connections == 1)
        await target.stop()
    }

    @Test("Two Locations are refused: the engine does not choose")
    func twoLocations() async throws {
        let target = try await ScriptedTarget.answering(
            "HTTP/1.1 302 X\r\nLocation: /b\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        try await withClient { client in
            let failure = await client.failure(try attempt(.GET, "http://127.0.0.1:\(target.port)/a", redirects: 5))
            #expect(failure?.kind == .targetRefused)
            #expect(failure?.detail == "answered with status 302 and redirects with more than one Location")
        }
        await target.stop()
    }

    @Test("All hops share the attempt's time-out")
    func sharedDeadline() async throws {
        let target = try await ScriptedTarget.routing { request in request.path == "/a" ? Self.redirect(307, "/b") : "" }
        try await withClient { client in
            for timeout in growingTimeouts {
                let failure = await client.failure(
                    try attempt(.POST, "http://127.0.0.1:\(target.port)/a", timeout: timeout, redirects: 5))
                #expect(failure?.kind == .timeout)
                // Whether the second hop was reached in time is the machine's affair.
                guard target.requests.contains(where: { $0.path == "/b" }) else { continue }
                #expect(failure?.detail == "after 1 redirect: no complete answer within \(timeout.milliseconds) ms")
                break
            }
            #expect(target.requests.last?.path == "/b")
        }
        await target.stop()

        // Each hop alone would be in time.
        let slow = try await ScriptedTarget(onData: { connection, bytes in
            guard let request = RecordedRequest(bytes) else { return false }
            let hop = Int(request.path.dropFirst()) ?? 0
            connection.channel.eventLoop.scheduleTask(in: .milliseconds(300)) {
                connection.write(hop < 5 ? Self.redirect(307, "/\(hop + 1)") : Self.okay)
            }
            return true
        })
        try await withClient { client in
            let failure = await client.failure(
                try attempt(.POST, "http://127.0.0.1:\(slow.port)/0", timeout: .milliseconds(900), redirects: 5))
            #expect(failure?.kind == .timeout)
        }
        await slow.stop()
    }

    @Test("Cancelling the task ends the attempt in whatever hop it is")
    func cancellation() async throws {
        let target = try await ScriptedTarget.routing { request in request.path == "/a" ? Self.redirect(307, "/b") : "" }
        try await withClient { client in
            let request = try attempt(.POST, "http://127.0.0.1:\(target.port)/a", timeout: .minutes(10), redirects: 5)
            let task = Task { await client.failure(request) }
            #expect(await eventually { target.requests.count == 2 })
            task.cancel()
            #expect(await task.value?.kind == .cancelled)
            #expect(await eventually { target.closed == target.connections })
        }
        await target.stop()
    }

    @Test("What fails behind a redirect says so, and asks for its own wait")
    func failureBehind() async throws {
        let closed = try await ScriptedTarget()
        await closed.stop()
        let target = try await ScriptedTarget.routing { request in
            switch request.path {
            case "/busy": "HTTP/1.1 503 X\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy"
            case "/a": "HTTP/1.1 302 X\r\nRetry-After: 99\r\nLocation: /busy\r\nContent-Length: 0\r\n\r\n"
            default: Self.redirect(302, "http://127.0.0.1:\(closed.port)/")
            }
        }
        try await withClient { client in
            let error = await client.error(try attempt(.GET, "http://127.0.0.1:\(target.port)/a", redirects: 5))
            #expect(
                error?.failure
                    == ExecutionFailure(
                        kind: .status, status: 503, detail: "after 1 redirect: answered with status 503", retryAfter: .seconds(7)))
            #expect(error?.snippet == Array("busy".utf8))
            let refused = await client.failure(try attempt(.GET, "http://127.0.0.1:\(target.port)/b", redirects: 5))
            #expect(refused == ExecutionFailure(kind: .connection, detail: "after 1 redirect: the connection was refused"))
        }
        await target.stop()
    }

    /// The examples of RFC 3986 §5.4, on the base `http://a/b/c/d;p?q`.
    @Test(
        "A reference is resolved as RFC 3986 says",
        arguments: [
            ("http://g/", "http://g/"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
            ("//g", "http://g/"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"), ("g?y#s", "http://a/b/c/g?y"), (";x", "http://a/b/c/;x"), ("g;x", "http://a/b/c/g;x"),
            ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("./", "http://a/b/c/"), ("..", "http://a/b/"), ("../", "http://a/b/"),
            ("../g", "http://a/b/g"), ("../..", "http://a/"), ("../../", "http://a/"), ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"), ("../../../../g", "http://a/g"), ("/./g", "http://a/g"), ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."), (".g", "http://a/b/c/.g"), ("g..", "http://a/b/c/g.."), ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"), ("./g/.", "http://a/b/c/g/"), ("g/./h", "http://a/b/c/g/h"), ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"), ("g;x=1/../y", "http://a/b/c/y"), ("g?y/./x", "http://a/b/c/g?y/./x"),
            ("g?y/../x", "http://a/b/c/g?y/../x"), ("g#s/../x", "http://a/b/c/g"),
            ("http://g/x/../y?a/../b", "http://g/y?a/../b"), ("HTTPS://G:8443", "https://g:8443/"), ("//[::1]:81/x", "http://[::1]:81/x"),
            ("/a:b", "http://a/a:b"), ("./a:b", "http://a/b/c/a:b"), ("?a:b", "http://a/b/c/d;p?a:b"), ("/x//../y", "http://a/x/y"),
            ("/%2e%2e/x", "http://a/%2e%2e/x"),
        ])
    func references(reference: String, expected: String) throws {
        let url = try TargetURL("http://a/b/c/d;p?q").resolving(reference)
        #expect("\(url.scheme.rawValue)://\(url.hostAndPort)\(url.pathAndQuery)" == expected)
    }

    @Test("A base without a path, and a Location of every length, are resolved or refused")
    func edges() throws {
        #expect(try TargetURL("http://a").resolving("g").pathAndQuery == "/g")
        #expect(try TargetURL("http://a?q").resolving("?r").pathAndQuery == "/?r")
        #expect(try TargetURL("http://[::1]:8080/x").resolving("/y").hostAndPort == "[::1]:8080")
        #expect(throws: TargetURLError.tooLong) { try TargetURL("http://a").resolving(String(repeating: "x", count: 9_000)) }
        #expect(throws: TargetURLError.tooLong) {
            try TargetURL("http://a/" + String(repeating: "x", count: 5_000) + "/").resolving(String(repeating: "x", count: 5_000))
        }
    }
}

/// The port of a target that another's script must know.
final class PortBox: @unchecked Sendable {
    // Written once, before any request is sent.
    var port = 0
}
