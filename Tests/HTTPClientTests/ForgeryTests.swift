import Domain
import HTTPClientAdapter
import NIOCore
import Ports
import Synchronization
import Testing

/// Requests that somebody wants the engine to send where only the engine gets to (server-side request forgery): none gets out, and each
/// refusal says why without telling an address.
@Suite("Forged targets", .timeLimit(.minutes(5)))
struct ForgeryTests {
    /// Listens at 127.0.0.1 and, where there is one, at ::1, on one port: whoever gets through is counted.
    private final class Victim: Sendable {
        let targets: [ScriptedTarget]
        let port: Int

        init(port: Int = 0) async throws {
            let first = try await ScriptedTarget(port: port)
            let second = try? await ScriptedTarget(host: "::1", port: first.port)
            self.port = first.port
            targets = [first] + (second.map { [$0] } ?? [])
        }

        var connections: Int { targets.map(\.connections).reduce(0, +) }
        func stop() async { for target in targets { await target.stop() } }
    }

    private static func address(_ host: String) -> String { host.filter { $0 != "[" && $0 != "]" } }

    /// That `failure` is a refusal because of `block`, and tells nothing else of where it would have led.
    private static func expectRefused(_ failure: ExecutionFailure?, _ host: String, _ block: String, _ comment: Comment) {
        #expect(failure?.kind == .targetRefused, comment)
        #expect(failure?.isRetryable(under: RetryPolicy()) == false, comment)
        let detail = failure?.detail ?? ""
        #expect(detail.contains(" an address in \(block) ("), comment)
        #expect(detail.hasSuffix("), which is not allowed"), comment)
        let rest = detail.split(separator: block, omittingEmptySubsequences: false).joined()
        #expect(!rest.contains(address(host).lowercased()), "\(detail)")
        if let address = IPAddress(address(host)) {
            #expect(!rest.contains("\(address)") && !rest.contains("\(address.unmapped)"), "\(detail)")
        }
    }

    @Test("A URL that names an address in any strict spelling")
    func literals() async throws {
        let victim = try await Victim()
        try await withClient(allowed: []) { client in
            for (host, block) in ForgeryCorpus.literals {
                for scheme in ["http", "https"] {
                    let failure = await client.failure(try attempt(.GET, "\(scheme)://\(host):\(victim.port)/"))
                    Self.expectRefused(failure, host, block, "\(host)")
                }
            }
        }
        #expect(victim.connections == 0)
        await victim.stop()
    }

    @Test("A URL that names an address in a loose spelling, read by the system's resolver")
    func looseSpellings() async throws {
        let victim = try await Victim()
        try await withClient(allowed: [], settings: { $0.connectTimeout = .seconds(3) }) { client in
            for (host, block) in ForgeryCorpus.looseSpellings {
                for scheme in ["http", "https"] {
                    let failure = await client.failure(try attempt(.GET, "\(scheme)://\(host):\(victim.port)/"))
                    guard failure?.kind == .targetRefused else {
                        // The resolver does not know it; the address that it might have been is not told either.
                        #expect(failure?.kind == .connection || failure?.kind == .timeout, "\(host) \(String(describing: failure))")
                        continue
                    }
                    if host.lowercased().hasPrefix("localhost") {
                        #expect(failure?.detail.hasPrefix("\(host.lowercased()) leads to an address in ") == true)
                    } else {
                        Self.expectRefused(failure, host, block, "\(host)")
                    }
                }
            }
        }
        #expect(victim.connections == 0)
        await victim.stop()
    }

    @Test("A text that one reader takes for a URL and another for a different one is no URL here", arguments: ForgeryCorpus.noURLs)
    func noURLs(text: String) {
        #expect(throws: TargetURLError.self) { try TargetURL(text) }
    }

    @Test("A name that leads to any such address, alone or beside public ones")
    func names() async throws {
        let victim = try await Victim()
        let addresses = ForgeryCorpus.literals.map { IPAddress(Self.address($0.host)) }
        let server = try await NameServer { name, _ in
            let parts = name.split(separator: ".")
            guard parts.count == 3, let index = Int(parts[1]), addresses.indices.contains(index), let bad = addresses[index] else {
                return []
            }
            let (v4, v6) = (IPAddress("8.8.8.8"), IPAddress("2606:4700:4700::1111"))
            return (parts[0] == "alone" ? [bad] : parts[0] == "first" ? [bad, v4, v6] : [v4, v6, bad]).compactMap(\.self)
        }
        try await withClient(allowed: [], resolver: NameServerResolver(server: server)) { client in
            for (index, (host, block)) in ForgeryCorpus.literals.enumerated() {
                for place in ["alone", "first", "last"] {
                    let name = "\(place).\(index).example"
                    let failure = await client.failure(try attempt(.GET, "https://\(name):\(victim.port)/"))
                    Self.expectRefused(failure, host, block, "\(name) \(host)")
                    #expect(failure?.detail.hasPrefix("\(name) leads to ") == true)
                }
            }
        }
        #expect(victim.connections == 0)
        await victim.stop()
        await server.stop()
    }

    /// Redirects of a target that is allowed, at 127.0.0.2 alone.
    @Test("A redirect to any of them, by every status")
    func redirects() async throws {
        let victim = try await Victim()
        let location = Mutex((status: 0, text: ""))
        let target = try await ScriptedTarget.routing(host: "127.0.0.2") { _ in
            let (status, text) = location.withLock { $0 }
            return RedirectTests.redirect(status, text)
        }
        let literals = ForgeryCorpus.literals.filter { $0.host != "127.0.0.2" }
        let addresses = literals.map { IPAddress(Self.address($0.host)) }
        let server = try await NameServer { name, _ in
            Int(name.prefix { $0 != "." }).flatMap { addresses.indices.contains($0) ? addresses[$0] : nil }.map { [$0] } ?? []
        }
        var turn = 0
        func follow(_ client: HTTPTargetClient, _ text: String) async throws -> ExecutionFailure? {
            turn += 1
            let status = [301, 302, 303, 307, 308][turn % 5]
            location.withLock { $0 = (status, text) }
            let method = OutgoingRequest.Method.allCases[turn % OutgoingRequest.Method.allCases.count]
            return await client.failure(try attempt(method, "http://127.0.0.2:\(target.port)/", body: [1], redirects: 5))
        }
        try await withClient(allowed: ["127.0.0.2/32"], resolver: NameServerResolver(server: server)) { client in
            for (index, (host, block)) in literals.enumerated() {
                for text in ["http://\(host):\(victim.port)/", "//\(host):\(victim.port)/", "https://\(index).example:\(victim.port)/x"] {
                    let failure = try await follow(client, text)
                    Self.expectRefused(failure, host, block, "\(text) \(host)")
                    #expect(failure?.detail.hasPrefix("after 1 redirect: ") == true)
                }
            }
            for text in ForgeryCorpus.noURLs {
                let failure = try await follow(client, text)
                #expect(failure != nil && failure?.kind != .timeout, "\(text) \(String(describing: failure))")
            }
        }
        try await withClient(allowed: ["127.0.0.2/32"], settings: { $0.connectTimeout = .seconds(3) }) { client in
            for (host, _) in ForgeryCorpus.looseSpellings {
                let failure = try await follow(client, "http://\(host):\(victim.port)/")
                #expect(failure?.kind == .targetRefused || failure?.kind == .connection || failure?.kind == .timeout, "\(host)")
                #expect(failure?.detail.hasPrefix("after 1 redirect: ") == true)
            }
        }
        #expect(victim.connections == 0)
        await victim.stop()
        await target.stop()
        await server.stop()
    }

    @Test("A redirect behind others is judged like the first")
    func lastOfMany() async throws {
        let victim = try await Victim()
        let target = try await ScriptedTarget.routing(host: "127.0.0.2") { request in
            let hop = Int(request.path.dropFirst()) ?? 0
            return RedirectTests.redirect(307, hop < 4 ? "/\(hop + 1)" : "http://localhost:\(victim.port)/")
        }
        let resolver = FakeResolver(["localhost": ["127.0.0.1"]])
        try await withClient(allowed: ["127.0.0.2/32"], resolver: resolver) { client in
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.2:\(target.port)/0", redirects: 5))
            #expect(failure?.kind == .targetRefused)
            #expect(
                failure?.detail
                    == "after 5 redirects: localhost leads to an address in 127.0.0.0/8 (loopback, RFC 1122), which is not allowed")
        }
        #expect(target.requests.count == 5)
        #expect(victim.connections == 0)
        await victim.stop()
        await target.stop()
    }

    /// The name server gives an allowed address and a forbidden one in turn, with a lifetime of zero. Were a name resolved once to be
    /// judged and once more to be reached, half of the requests would get to the victim, at the same port.
    @Test("A name that changes between check and connection leads to the address that was checked", arguments: ["http", "https"])
    func rebinding(scheme: String) async throws {
        // It knows no TLS, and ends a connection that begins with it; what counts is where it went.
        let target = try await ScriptedTarget(
            host: "127.0.0.2",
            onData: { connection, bytes in
                if bytes.first == 0x16 { connection.close() }
                guard RecordedRequest(bytes) != nil else { return false }
                connection.write(RedirectTests.okay)
                return true
            })
        let victim = try await Victim(port: target.port)
        let server = try await NameServer { _, time in [IPAddress(time % 2 == 1 ? "127.0.0.2" : "127.0.0.1")].compactMap(\.self) }
        let attempts = 40
        try await withClient(
            allowed: ["127.0.0.2/32"], resolver: NameServerResolver(server: server),
            settings: {
                $0.resolutionLifetime = .zero; $0.connectTimeout = .seconds(5)
            }
        ) { client in
            for turn in 1...attempts {
                let failure = await client.failure(try attempt(.POST, "\(scheme)://moving.example:\(target.port)/"))
                if turn % 2 == 0 {
                    Self.expectRefused(failure, "127.0.0.1", "127.0.0.0/8", "\(turn)")
                } else {
                    #expect(failure?.kind != .targetRefused)
                    if scheme == "http" { #expect(failure == nil) }
                }
            }
        }
        // One question an attempt: nobody asked again on the way to the connection.
        #expect(server.questions("moving.example") == attempts)
        #expect(target.connections > 0)
        #expect(victim.connections == 0)
        await victim.stop()
        await target.stop()
        await server.stop()
    }

    @Test("A name that changes between two hops is judged anew at the second")
    func rebindingRedirect() async throws {
        let target = try await ScriptedTarget.routing(host: "127.0.0.2") { request in
            request.path == "/a" ? RedirectTests.redirect(307, "/b") : RedirectTests.okay
        }
        let victim = try await Victim(port: target.port)
        let server = try await NameServer { _, time in [IPAddress(time == 1 ? "127.0.0.2" : "127.0.0.1")].compactMap(\.self) }
        try await withClient(
            allowed: ["127.0.0.2/32"], resolver: NameServerResolver(server: server), settings: { $0.resolutionLifetime = .zero }
        ) { client in
            let failure = await client.failure(try attempt(.POST, "http://moving.example:\(target.port)/a", redirects: 1))
            Self.expectRefused(failure, "127.0.0.1", "127.0.0.0/8", "second hop")
        }
        #expect(target.requests.map(\.line) == ["POST /a HTTP/1.1"])
        #expect(victim.connections == 0)
        await victim.stop()
        await target.stop()
        await server.stop()
    }
}
