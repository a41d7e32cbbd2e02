import Domain
import HTTPClientAdapter
import NIOCore
import Ports
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

@Suite("Names and addresses", .timeLimit(.minutes(2)))
struct ResolutionTests {
    static let okay = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    @Test("A name that leads to an allowed address is reached there, under its own name")
    func pinned() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        let resolver = FakeResolver(["billing.example": ["127.0.0.1"]])
        try await withClient(resolver: resolver) { client in
            #expect(await client.failure(posting: "http://Billing.Example:\(target.port)/") == nil)
        }
        #expect(RecordedRequest(target.received())?.values("host") == ["billing.example:\(target.port)"])
        await target.stop()
    }

    @Test("A name with TLS is reached at its judged address, and the target is asked to prove the name")
    func serverName() async throws {
        let target = try await ScriptedTarget()
        let resolver = FakeResolver(["billing.example": ["127.0.0.1"], "billing.example.": ["127.0.0.1"]])
        for host in ["billing.example", "billing.example."] {
            let before = target.connections
            try await withClient(resolver: resolver) { client in
                let request = try attempt(.POST, "https://\(host):\(target.port)/")
                let task = Task { await client.failure(request) }
                #expect(await eventually { target.received(before + 1).count > 200 })
                task.cancel()
                _ = await task.value
            }
            let hello = target.received(before + 1)
            #expect(hello.first == 22, "not a TLS handshake")
            // server_name extension (RFC 6066 §3): list length, type host_name, name length, name.
            let name = Array("billing.example".utf8)
            #expect(hello.firstRange(of: [0, UInt8(name.count + 3), 0, 0, UInt8(name.count)] + name) != nil)
        }
        await target.stop()
    }

    @Test(
        "A name is refused when any of its addresses is, in any place",
        arguments: [
            ["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"], ["8.8.8.8", "169.254.169.254"], ["127.0.0.1", "fd00::1"],
            ["8.8.8.8", "::ffff:10.0.0.1"],
        ])
    func mixedAddresses(addresses: [String]) async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        try await withClient(resolver: FakeResolver(["mixed.example": addresses])) { client in
            for scheme in ["http", "https"] {
                let failure = await client.failure(try attempt(.POST, "\(scheme)://mixed.example:\(target.port)/"))
                #expect(failure?.kind == .targetRefused)
                #expect(failure?.detail.hasPrefix("mixed.example leads to an address in ") == true)
                #expect(failure?.detail.contains("10.0.0.1") == false, "the refusal tells an address of a private network")
            }
        }
        #expect(target.connections == 0)
        await target.stop()
    }

    @Test("A name that changes between calls is judged anew, and never reached at an address that was not judged")
    func rebinding() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        let resolver = FakeResolver(["moving.example": ["127.0.0.1"]])
        try await withClient(resolver: resolver, settings: { $0.resolutionLifetime = .zero }) { client in
            let request = try attempt(.POST, "http://moving.example:\(target.port)/")
            #expect(await client.failure(request) == nil)
            resolver.set("moving.example", ["10.0.0.1"])
            #expect(await client.failure(request)?.kind == .targetRefused)
            resolver.set("moving.example", ["127.0.0.1"])
            #expect(await client.failure(request) == nil)
        }
        #expect(resolver.questions.count == 3)
        await target.stop()
    }

    @Test("A name is not resolved again while its resolution lives")
    func remembered() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        let resolver = FakeResolver(["steady.example": ["127.0.0.1"]])
        try await withClient(resolver: resolver) { client in
            let request = try attempt(.POST, "http://steady.example:\(target.port)/")
            #expect(await client.failure(request) == nil)
            resolver.set("steady.example", ["10.0.0.1"])
            for _ in 0..<5 { #expect(await client.failure(request) == nil) }
        }
        #expect(resolver.questions == ["steady.example"])
        await target.stop()
    }

    @Test("Attempts that wait for one name share its resolution")
    func shared() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        let resolver = SilentResolver()
        try await withClient(resolver: resolver) { client in
            let request = try attempt(.POST, "http://shared.example:\(target.port)/")
            let tasks = (0..<50).map { _ in Task { await client.failure(request) } }
            #expect(await eventually { resolver.questions == 1 })
            resolver.release()
            for task in tasks { #expect(await task.value == nil) }
        }
        #expect(resolver.questions == 1)
        await target.stop()
    }

    @Test("Too many names in resolution at once are refused, not queued")
    func boundedResolution() async throws {
        let resolver = SilentResolver()
        try await withClient(resolver: resolver, settings: { $0.maxResolving = 2 }) { client in
            let requests = try (0..<3).map { try attempt(.POST, "http://n\($0).example/", timeout: .minutes(10)) }
            let tasks = requests.prefix(2).map { request in Task { await client.failure(request) } }
            #expect(await eventually { resolver.questions == 2 })
            let failure = await client.failure(requests[2])
            #expect(failure == ExecutionFailure(kind: .connection, detail: "too many names are being resolved"))
            for task in tasks {
                task.cancel()
                _ = await task.value
            }
        }
        resolver.release()
    }

    @Test("A name without an address is a connection failure")
    func notFound() async throws {
        let resolver = FakeResolver(["empty.example": []])
        resolver.fail("broken.example", .failed("temporary failure"))
        try await withClient(resolver: resolver) { client in
            for (name, detail) in [
                ("none.example", "the name none.example has no address"), ("empty.example", "the name empty.example has no address"),
                ("broken.example", "the name broken.example was not resolved: temporary failure"),
            ] {
                let failure = await client.failure(try attempt(.POST, "http://\(name)/"))
                #expect(failure == ExecutionFailure(kind: .connection, detail: detail))
            }
        }
    }

    @Test(
        "Every spelling of an address is judged as the address that it is",
        arguments: [
            "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0x7f.0.0.0x1",
            "127.0.0.1.",
            "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0::0:1]", "localhost", "LOCALHOST", "0", "0.0.0.0",
            "[::]",
            "169.254.169.254", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "[fd00:ec2::254]", "[fe80::1]", "10.1", "192.168.257",
        ])
    func spellings(host: String) async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        try await withClient(allowed: []) { client in
            for scheme in ["http", "https"] {
                let failure = await client.failure(try attempt(.POST, "\(scheme)://\(host):\(target.port)/"))
                // A resolver may also not know the loosest spellings; it must not lead anywhere.
                #expect(
                    failure?.kind == .targetRefused || failure?.detail.hasSuffix("has no address") == true, "\(String(describing: failure))"
                )
            }
        }
        #expect(target.connections == 0)
        await target.stop()
    }

    @Test(
        "A loose spelling of an allowed address leads there",
        arguments: ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::FFFF:7f00:1]"])
    func looseSpellings(host: String) async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        try await withClient(allowed: ["127.0.0.0/8"]) { client in
            #expect(await client.failure(posting: "http://\(host):\(target.port)/") == nil)
        }
        #expect(RecordedRequest(target.received())?.values("host") == ["\(host.lowercased()):\(target.port)"])
        await target.stop()
    }

    @Test("When a connection is refused at one judged address, the next is tried, and tried first from then on")
    func nextAddress() async throws {
        let target = try await ScriptedTarget.answering(Self.okay)
        let resolver = FakeResolver(["two.example": ["127.0.0.2", "127.0.0.1"]])
        try await withClient(resolver: resolver) { client in
            for _ in 0..<3 { #expect(await client.failure(posting: "http://two.example:\(target.port)/") == nil) }
        }
        #expect((1...3).contains(target.connections))
        await target.stop()
    }

    @Test("More targets than are kept idle all work, and the surplus is closed")
    func manyTargets() async throws {
        let targets = [
            try await ScriptedTarget.answering(Self.okay), try await ScriptedTarget.answering(Self.okay),
            try await ScriptedTarget.answering(Self.okay),
            try await ScriptedTarget.answering(Self.okay),
        ]
        try await withClient(settings: { $0.maxIdleTargets = 2 }) { client in
            for target in targets { #expect(await client.failure(posting: "http://127.0.0.1:\(target.port)/") == nil) }
            #expect(await eventually { targets.prefix(2).allSatisfy { $0.closed == 1 } })
            for target in targets { #expect(await client.failure(posting: "http://127.0.0.1:\(target.port)/") == nil) }
            #expect(targets.map(\.connections).reduce(0, +) > 4)
        }
        for target in targets { await target.stop() }
    }

    @Test("Proxies of the environment are ignored")
    func proxies() async throws {
        for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] { setenv(variable, "http://127.0.0.1:1", 1) }
        defer { for variable in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] { unsetenv(variable) } }
        let target = try await ScriptedTarget.answering(Self.okay)
        try await withClient { client in
            #expect(await client.failure(posting: "http://127.0.0.1:\(target.port)/p") == nil)
        }
        #expect(RecordedRequest(target.received())?.line == "POST /p HTTP/1.1")
        await target.stop()
    }
}
