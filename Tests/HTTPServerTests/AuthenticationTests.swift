import Crypto
import Domain
import Foundation
import Ports
import SystemAdapter
import Testing

@testable import JWTAdapter

/// A clock that stands where it is put.
struct FixedTime: TimeSource {
    let instant: Instant
    func now() -> Instant { instant }
    func uptime() -> Uptime { Uptime(microseconds: 0) }
    func sleep(until deadline: Uptime) async {}
    func makeAlarm(_ action: @escaping @Sendable () -> Void) -> any Alarm { NoAlarm() }
    private struct NoAlarm: Alarm {
        func set(_ deadline: Uptime?) {}
    }
}

@Suite struct AuthenticationTests {
    static let now = Instant(microseconds: 1_800_000_000_000_000)
    static let seed = [UInt8](repeating: 9, count: 32)

    static func authenticator(at instant: Instant = now, capacity: Int = 10) async throws -> TokenAuthenticator {
        TokenAuthenticator(key: try await TokenKey(seed: seed), time: FixedTime(instant: instant), capacity: capacity)
    }

    static func token(_ tenant: String = "demo", lifetime: TimeSpan = .hours(1), seed: [UInt8] = seed) async throws -> String {
        let issuer = TokenIssuer(key: try await TokenKey(seed: seed), time: FixedTime(instant: now), entropy: SystemEntropy())
        return try await issuer.issue(tenant: try #require(TenantId(tenant)), subject: "tester", lifetime: lifetime)
    }

    static func base64URL(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// A token with any header and claims, signed by the right key unless told otherwise.
    static func forge(_ header: String, _ claims: String, signature: ((Data) throws -> Data)? = nil) throws -> String {
        let input = base64URL(header.utf8) + "." + base64URL(claims.utf8)
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        let signed = try signature?(Data(input.utf8)) ?? key.signature(for: Data(input.utf8))
        return input + "." + base64URL(signed)
    }

    static func expect(_ token: String, _ error: AuthenticationError, at instant: Instant = now) async throws {
        let authenticator = try await authenticator(at: instant)
        // Twice: what is remembered must not change the verdict.
        for _ in 0..<2 {
            await #expect(throws: error) { try await authenticator.authenticate(bearer: token) }
        }
    }

    static let good = #"{"iss":"ledgerflow","sub":"t","tenant":"demo","iat":1800000000,"exp":1800003600,"jti":"1"}"#
    static let eddsa = #"{"alg":"EdDSA","typ":"JWT"}"#

    @Test func anIssuedTokenStandsForItsTenantAndSubject() async throws {
        let caller = try await Self.authenticator().authenticate(bearer: Self.token())
        #expect(caller == .tenant(Principal(tenant: try #require(TenantId("demo")), subject: "tester")))
        _ = try await Self.authenticator().authenticate(bearer: Self.forge(Self.eddsa, Self.good))
    }

    @Test func rolesAreReadAsTheyAreAndNeverTakenForMore() async throws {
        let tenant = try #require(TenantId("demo"))
        let authenticator = try await Self.authenticator()
        func token(_ claims: String) throws -> String {
            try Self.forge(Self.eddsa, Self.good.replacingOccurrences(of: #""tenant":"demo","#, with: claims + ","))
        }
        for (claims, roles) in [
            (#""tenant":"demo""#, nil), (#""tenant":"demo","roles":[]"#, []),
            (#""tenant":"demo","roles":["clerk","auditor"]"#, [.clerk, .auditor]),
        ] as [(String, [Role]?)] {
            let caller = try await authenticator.authenticate(bearer: token(claims))
            #expect(caller == .tenant(Principal(tenant: tenant, subject: "t", roles: roles)), "\(claims)")
        }
        let person = try await authenticator.authenticate(bearer: token(#""roles":["operator"]"#))
        #expect(person == .operator(EngineOperator(subject: "t")))
        for (claims, error) in [
            (#""tenant":"demo","roles":["emperor"]"#, .role), (#""tenant":"demo","roles":["reader","emperor"]"#, .role),
            (#""tenant":"demo","roles":["operator"]"#, .tenant), (#""roles":["operator","admin"]"#, .role),
            (#""roles":["admin"]"#, .tenant), (#""roles":[]"#, .tenant), (#""tenant":"demo","roles":null"#, .malformed),
            (#""tenant":null,"roles":["operator"]"#, .malformed), (#""tenant":"demo","roles":"reader""#, .malformed),
            (#""tenant":"demo","roles":[1]"#, .malformed),
        ] as [(String, AuthenticationError)] { try await Self.expect(token(claims), error) }
    }

    @Test func theAlgorithmIsNotForTheTokenToChoose() async throws {
        let hmac: (Data) -> Data = { input in
            Data(HMAC<SHA256>.authenticationCode(for: input, using: SymmetricKey(data: Self.seed)))
        }
        let publicKey = try Curve25519.Signing.PrivateKey(rawRepresentation: Self.seed).publicKey.rawRepresentation
        try await Self.expect(Self.forge(#"{"alg":"none"}"#, Self.good) { _ in Data() }, .malformed)
        try await Self.expect(Self.forge(#"{"alg":"none"}"#, Self.good), .signature)
        try await Self.expect(Self.forge(#"{"alg":"HS256","typ":"JWT"}"#, Self.good, signature: hmac), .malformed)
        try await Self.expect(Self.forge(#"{"alg":"HS256"}"#, Self.good), .signature)
        try await Self.expect(
            Self.forge(#"{"alg":"HS512"}"#, Self.good) {
                Data(HMAC<SHA512>.authenticationCode(for: $0, using: SymmetricKey(data: publicKey)))
            },
            .signature)
        try await Self.expect(Self.forge(#"{"alg":"EdDSA","jwk":{"kty":"OKP"}}"#, Self.good), .malformed)
        try await Self.expect(Self.forge(#"{"alg":"EdDSA","crit":["exp"]}"#, Self.good), .malformed)
        try await Self.expect(Self.forge(#"{"typ":"JWT"}"#, Self.good), .signature)
    }

    @Test func forgedTokensAreRefused() async throws {
        let token = try await Self.token()
        let other = try await Self.token(seed: [UInt8](repeating: 8, count: 32))
        try await Self.expect(other, .signature)
        let parts = token.split(separator: ".")
        try await Self.expect(parts[0] + "." + Self.base64URL(Self.good.utf8) + "." + parts[2], .signature)
        for bad in ["", ".", "..", "a.b.c", "a.b", token + ".x", token + "=", token + "!", String(repeating: "a", count: 9_000)] {
            try await Self.expect(bad, .malformed)
        }
        try await Self.expect(Self.forge(Self.eddsa, "7"), .malformed)
        try await Self.expect(
            Self.forge(Self.eddsa, Self.good.replacingOccurrences(of: "ledgerflow", with: "elsewhere")), .signature)
        try await Self.expect(Self.forge(Self.eddsa, Self.good.replacingOccurrences(of: "demo", with: "Demo/../x")), .tenant)
        try await Self.expect(
            Self.forge(Self.eddsa, Self.good.replacingOccurrences(of: "\"exp\":1800003600,", with: "")), .malformed)
    }

    @Test func timesAreCheckedWithAMinuteOfLeeway() async throws {
        let token = try await Self.token(lifetime: .seconds(10))
        _ = try await Self.authenticator(at: Self.now + .seconds(69)).authenticate(bearer: token)
        try await Self.expect(token, .expired, at: Self.now + .seconds(70))
        let later = try Self.forge(Self.eddsa, Self.good.replacingOccurrences(of: "\"iat\"", with: "\"nbf\":1800000100,\"iat\""))
        try await Self.expect(later, .expired, at: Self.now + .seconds(39))
        _ = try await Self.authenticator(at: Self.now + .seconds(40)).authenticate(bearer: later)
    }

    @Test func theTableOfKnownTokensIsBounded() async throws {
        let authenticator = try await Self.authenticator(capacity: 10)
        for index in 0..<50 {
            _ = try await authenticator.authenticate(bearer: Self.token("t\(index)"))
            #expect(authenticator.rememberedCount <= 10)
        }
    }

    @Test func aRememberedTokenStillExpires() async throws {
        try await withServer { server in
            #expect(try await server.get("/v1/service-calls").status == 200)
            server.time.move(by: .hours(24 * 31))
            let answer = try await server.get("/v1/service-calls")
            #expect(answer.status == 401)
            #expect(answer.header("www-authenticate") == #"Bearer realm="ledgerflow", error="invalid_token""#)
        }
    }

    @Test func everyTenantRouteNeedsAToken() async throws {
        try await withServer { server in
            let id = UniqueId(high: 1, low: 1).description
            for (method, path) in [
                ("POST", "/v1/service-calls"), ("POST", "/v1/service-calls/batch"), ("GET", "/v1/service-calls"),
                ("GET", "/v1/service-calls/\(id)"), ("POST", "/v1/service-calls/\(id)/cancel"),
                ("POST", "/v1/service-calls/\(id)/reschedule"), ("POST", "/v1/service-calls/\(id)/retry"), ("GET", "/v1/events"),
            ] {
                let missing = try await server.send(method, path, token: .some(nil))
                #expect(missing.status == 401)
                #expect(missing.header("www-authenticate") == #"Bearer realm="ledgerflow""#)
                let forged = try await Self.token(seed: [UInt8](repeating: 8, count: 32))
                #expect(try await server.send(method, path, token: forged).status == 401)
                #expect(
                    try await server.send(method, path, headers: [("Authorization", "Basic YTpi")], token: .some(nil)).status
                        == 401)
            }
        }
    }
}
