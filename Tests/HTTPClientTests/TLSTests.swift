import Domain
import Foundation
import NIOSSL
import Testing

@testable import HTTPClientAdapter

@Suite("TLS", .timeLimit(.minutes(2)))
struct TLSTests {
    static let okay = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    @Test(
        "A target that proves the URL's name is called, under whatever judged address the name leads to",
        arguments: ["billing.example", "billing.example.", "127.0.0.1"])
    func proven(host: String) async throws {
        try await withTLSTarget { target, client in
            #expect(await client.failure(posting: "https://\(host):\(target.port)/a?b") == nil)
            #expect(RecordedRequest(target.received())?.line == "POST /a?b HTTP/1.1")
            #expect(RecordedRequest(target.received())?.values("host") == ["\(host):\(target.port)"])
        }
    }

    @Test("A target that proves another name is sent nothing", arguments: ["other.example", "sub.billing.example", "example", "127.1"])
    func otherName(host: String) async throws {
        try await withTLSTarget { target, client in
            let failure = await client.failure(posting: "https://\(host):\(target.port)/")
            #expect(failure == ExecutionFailure(kind: .connection, detail: "the target's certificate is for another name"))
            #expect(target.received().isEmpty)
        }
    }

    @Test("A wildcard stands for one whole label and nothing else")
    func wildcards() {
        for (pattern, name, isMatch) in [
            ("billing.example", "billing.example", true), ("BILLING.example", "billing.EXAMPLE", true),
            ("*.billing.example", "a.billing.example", true),
            ("*.billing.example", "billing.example", false), ("*.billing.example", "a.b.billing.example", false),
            ("*.example", "billing.example", false),
            ("*", "example", false), ("a*.billing.example", "ab.billing.example", false), ("*.billing.example", ".billing.example", false),
            ("billing.example\0.evil.example", "billing.example", false), ("", "billing.example", false), ("*.", "a.", false),
        ] {
            #expect(ProvenName(name: name).matches(Array(pattern.utf8)) == isMatch, "\(pattern) \(name)")
        }
    }

    @Test("A target whose authority is not trusted is sent nothing")
    func notTrusted() async throws {
        let target = try await ScriptedTarget.answering(Self.okay, tls: try Self.serverContext())
        try await withClient { client in
            let failure = await client.failure(posting: "https://127.0.0.1:\(target.port)/")
            #expect(failure == ExecutionFailure(kind: .connection, detail: "the target's certificate is not trusted"))
        }
        #expect(target.received().isEmpty)
        await target.stop()
    }

    @Test("A target that speaks no TLS fails, and one that closes after the handshake")
    func noTLS() async throws {
        let plain = try await ScriptedTarget.answering(Self.okay)
        let closing = try await ScriptedTarget(tls: try Self.serverContext(), onConnect: { $0.close() })
        try await withTLSTarget(connectTimeout: .seconds(3)) { _, client in
            #expect(await client.failure(posting: "https://127.0.0.1:\(plain.port)/")?.kind == .timeout)
            let failure = await client.failure(posting: "https://127.0.0.1:\(closing.port)/")
            #expect(failure?.kind == .connection || failure?.kind == .timeout)
        }
        await plain.stop()
        await closing.stop()
    }

    @Test("A redirect from https to http is not followed, and one to https is, with the certificate that its name needs")
    func redirects() async throws {
        let plain = try await ScriptedTarget.answering(Self.okay)
        func answer(_ location: String) -> String { "HTTP/1.1 308 X\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n" }
        try await withTLSTarget(answer: answer("http://127.0.0.1:\(plain.port)/")) { target, client in
            let failure = await client.failure(try attempt(.POST, "https://billing.example:\(target.port)/", redirects: 5))
            #expect(failure?.kind == .targetRefused)
            #expect(failure?.detail == "answered with status 308 and redirects from https to http, which would lay the request open")
        }
        #expect(plain.connections == 0)
        await plain.stop()

        try await withTLSTarget { target, client in
            let first = try await ScriptedTarget.answering(answer("https://billing.example:\(target.port)/b"))
            #expect(await client.failure(try attempt(.POST, "http://127.0.0.1:\(first.port)/a", body: [1], redirects: 1)) == nil)
            #expect(target.requests.map(\.line) == ["POST /b HTTP/1.1"])
            let other = try await ScriptedTarget.answering(answer("https://other.example:\(target.port)/b"))
            let failure = await client.failure(try attempt(.POST, "http://127.0.0.1:\(other.port)/a", redirects: 1))
            #expect(failure?.detail == "after 1 redirect: the target's certificate is for another name")
            #expect(target.requests.count == 1)
            await first.stop()
            await other.stop()
        }
    }

    @Test("Authorities that cannot be read are an error at the start")
    func unreadableRoots() {
        var settings = HTTPTargetClientSettings()
        settings.trustedRootsFile = "/nowhere/roots.pem"
        #expect(throws: TrustedRootsError.unreadable(path: "/nowhere/roots.pem")) {
            try HTTPTargetClient(policy: TargetPolicy(), settings: settings, resolver: FakeResolver(), now: { testNow })
        }
    }

    /// A target whose certificate is for `billing.example` and 127.0.0.1, and a client that trusts its authority.
    private func withTLSTarget(
        connectTimeout: TimeSpan = .seconds(20), answer: String = okay, _ body: (ScriptedTarget, HTTPTargetClient) async throws -> Void
    ) async throws {
        let target = try await ScriptedTarget.answering(answer, tls: try Self.serverContext())
        let roots = FileManager.default.temporaryDirectory.appendingPathComponent("ledgerflow-test-\(target.port)-\(UUID().uuidString).pem")
            .path
        try Self.authority.write(toFile: roots, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: roots) }
        let names = ["billing.example", "billing.example.", "other.example", "sub.billing.example", "example", "127.1"]
        let resolver = FakeResolver(Dictionary(uniqueKeysWithValues: names.map { ($0, ["127.0.0.1"]) }))
        try await withClient(
            resolver: resolver,
            settings: {
                $0.trustedRootsFile = roots; $0.connectTimeout = connectTimeout
            }
        ) { client in
            try await body(target, client)
        }
        await target.stop()
    }

    static func serverContext() throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)
        return try NIOSSLContext(configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
    }

    // Made for these tests alone, valid for a hundred years: an authority, and what it signed for billing.example and 127.0.0.1.
    private static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBoDCCAUWgAwIBAgIULD/LfJGCtuAk11vHon1sS43QHWUwCgYIKoZIzj0EAwIw
        JDEiMCAGA1UEAwwZTGVkZ2VyZmxvdyB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjEw
        MzQxMzBaGA8yMTI2MTAyODAzNDEzMFowJDEiMCAGA1UEAwwZTGVkZ2VyZmxvdyB0
        ZXN0IGF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEOQRPln8aME
        AJIvThBhIUXfb2S2PSPCaXh29c7Mrd2MSMXLSX6XfbM9PGuD5DYsG5yoCUj2PQe+
        UcJkTcvmrEijUzBRMB0GA1UdDgQWBBRGsGnOiV7jakO3j3BJEyUj7+ZzyjAfBgNV
        HSMEGDAWgBRGsGnOiV7jakO3j3BJEyUj7+ZzyjAPBgNVHRMBAf8EBTADAQH/MAoG
        CCqGSM49BAMCA0kAMEYCIQD9WfKofhx2SbNjRwcZ5tpW/IGtjrwXBNM1omqPWaYS
        gAIhANlUhhW5FoWMzOijN2x+zOmniOMG4ZoX8t8oju5YO095
        -----END CERTIFICATE-----
        """
    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBmjCCAUGgAwIBAgIUGDwrbJ20E1gUJPt29jm/RaJwh2gwCgYIKoZIzj0EAwIw
        JDEiMCAGA1UEAwwZTGVkZ2VyZmxvdyB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjEw
        MzQxMzBaGA8yMTI2MTAyODAzNDEzMFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqG
        SM49AgEGCCqGSM49AwEHA0IABLfvEkqbXwXTYCwtxvuMYBnd8cHecL/h5dMCqNbo
        83yY/6hL9jtINyyt+H+lBOUJIgkclX/MkifuK2zIpod4tr2jZDBiMCAGA1UdEQQZ
        MBeCD2JpbGxpbmcuZXhhbXBsZYcEfwAAATAdBgNVHQ4EFgQUqv9NvHET5gadOg3p
        d5ercbCIz94wHwYDVR0jBBgwFoAURrBpzole42pDt49wSRMlI+/mc8owCgYIKoZI
        zj0EAwIDRwAwRAIgMjDp+lWOLNHqBoBXPQVTheChkZ19GupRa5R/nhXysH4CIFPg
        aB3yoOJZi40RWSnWM89HvInj4kGB+4LpmXJ252y+
        -----END CERTIFICATE-----
        """
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfNK9JwYmMIvg/+HS
        sGOXi+ZiEm2mQENv7gya0YHgd6ihRANCAAS37xJKm18F02AsLcb7jGAZ3fHB3nC/
        4eXTAqjW6PN8mP+oS/Y7SDcsrfh/pQTlCSIJHJV/zJIn7itsyKaHeLa9
        -----END PRIVATE KEY-----
        """
}
