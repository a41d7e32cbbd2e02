import Domain
import Foundation
import HTTPClientAdapter
import Ports
import Testing

@Suite("Who gets a source's password", .timeLimit(.minutes(2)))
struct SOAPSecretTests {
    static let password = "Tr0ub4dor & \"three\""

    static func credentials() throws -> BasicCredentials { try BasicCredentials(user: "ada", password: password) }

    @Test("No redirect is followed, wherever it leads", arguments: [301, 302, 303, 307, 308])
    func redirects(status: Int) async throws {
        let other = try await source(answer(batch))
        for location in ["http://127.0.0.1:\(other.port)/", "/elsewhere", "//127.0.0.1:\(other.port)/"] {
            let first = try await source(answer([], status: "\(status) X", fields: ["Location: \(location)"]))
            try await withFeed { feed in
                let fetched = await feed.fetched(try batchRequest(first.url, credentials: Self.credentials()))
                #expect(fetched.failure == .status(status, retryAfter: nil))
            }
            #expect(first.requests.count == 1)
            await first.stop()
        }
        #expect(other.connections == 0)
        await other.stop()
    }

    @Test("A source at an address that is not allowed is sent nothing, and its address is not told")
    func refusedAddress() async throws {
        let source = try await source(answer(batch))
        let resolver = FakeResolver(["inside.example": ["127.0.0.1"], "mixed.example": ["192.0.2.1", "127.0.0.1"]])
        try await withFeed(allowed: [], resolver: resolver) { feed in
            for host in ["127.0.0.1", "inside.example", "mixed.example", "[::1]", "[::ffff:127.0.0.1]"] {
                let fetched = await feed.fetched(
                    try batchRequest("http://\(host):\(source.port)/", credentials: Self.credentials()))
                let failure = try #require(fetched.failure, "\(host)")
                #expect(failure.code == "refused-target", "\(host)")
                #expect(!"\(failure)".contains("127.0.0.1"))
            }
        }
        #expect(source.connections == 0)
        await source.stop()
    }

    @Test("A name is judged again for every fetch, and the connection goes to the address that was judged")
    func rebinding() async throws {
        let source = try await source(answer(batch))
        let resolver = FakeResolver(["source.example": ["127.0.0.1"]])
        try await withFeed(allowed: ["127.0.0.1/32"], resolver: resolver, settings: { $0.resolutionLifetime = .zero }) { feed in
            let url = "http://source.example:\(source.port)/"
            let first = try await feed.failure(from: url)
            #expect(first == nil)
            resolver.set("source.example", ["127.0.0.2"])
            let second = try await feed.failure(from: url)
            #expect(second?.code == "refused-target")
        }
        #expect(source.requests.map { $0.values("host") } == [["source.example:\(source.port)"]])
        await source.stop()
    }

    @Test("A source that does not prove its name gets no password")
    func notTrusted() async throws {
        let source = try await ScriptedTarget.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", tls: try TLSTests.serverContext())
        try await withFeed { feed in
            let fetched = await feed.fetched(try batchRequest("https://127.0.0.1:\(source.port)/", credentials: Self.credentials()))
            #expect(fetched.failure == .connection("the target's certificate is not trusted"))
        }
        #expect(source.received().isEmpty)
        await source.stop()
    }

    @Test("A source that refuses connections is tried at its next address, and nothing was sent to the first")
    func nextAddress() async throws {
        let source = try await ScriptedTarget(onData: { connection, _ in
            connection.write(answer(batch))
            return true
        })
        let resolver = FakeResolver(["two.example": ["127.0.0.3", "127.0.0.1"], "none.example": ["127.0.0.3", "127.0.0.4"]])
        try await withFeed(resolver: resolver) { feed in
            let fetched = await feed.fetched(try batchRequest("http://two.example:\(source.port)/", credentials: Self.credentials()))
            #expect(fetched.failure == nil)
            #expect(fetched.octets == batch)
            let none = try await feed.failure(from: "http://none.example:\(source.port)/")
            #expect(none == .connection("the connection was refused"))
        }
        #expect(source.requests.count == 1)
        await source.stop()
    }

    @Test("No failure holds the password, whatever the source answers")
    func notInErrors() async throws {
        let credentials = try Self.credentials()
        let token = String(credentials.authorization.dropFirst(6))
        let escaped = "Tr0ub4dor &amp; &quot;three&quot;"
        let long = String(repeating: "x", count: 490)
        let answers = [
            answer(fault("Server", "you are ada with \(escaped), sent as \(token)"), status: "500 X"),
            answer(fault("Server", long + escaped), status: "500 X"), answer(fault("E-\(escaped)", "x"), status: "500 X"),
            answer(fault(String(repeating: "e", count: 90) + escaped, "x"), status: "500 X"),
            answer(fault("Receiver", escaped, version: .v12), status: "500 X", type: SOAPVersion.v12.mediaType),
            answer([], status: "401 \(token)", fields: ["WWW-Authenticate: Basic realm=\"\(Self.password)\""]),
            answer([], type: "text/\(token)"), answer([], fields: ["Content-Encoding: \(token)"]),
            Array("HTTP/1.1 \(token)\r\n\r\n".utf8), Array("\(token) \(Self.password)\r\n\r\n".utf8),
        ]
        for bytes in answers {
            let source = try await ScriptedTarget(onData: { connection, received in
                guard RecordedRequest(received) != nil else { return false }
                connection.writeAndClose(String(decoding: bytes, as: UTF8.self))
                return true
            })
            try await withFeed { feed in
                let request = try batchRequest(source.url, credentials: credentials)
                let failure = try #require(await feed.fetched(request).failure)
                for text in ["\(failure)", String(reflecting: failure), Self.dumped(failure), "\(request)", Self.dumped(request)] {
                    #expect(!text.contains("Tr0ub4dor") && !text.contains(token), "\(text)")
                }
            }
            await source.stop()
        }
    }

    private static func dumped(_ value: some Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }
}
