import Crypto
import Foundation
import Synchronization
import Testing

extension BlackBox {
    @Suite struct TokenTests {
        @Test func aTokenMayComeBeforeTheFirstStartAndBesideARunningEngine() async throws {
            try await scenario { findings in
                let (data, logs) = (try DataFolder(), try DataFolder())
                let before = try printed(data, logs, findings)
                let engine = try EngineProcess(data: data.path, logs: logs)
                let beside = try printed(data, logs, findings)
                for (name, token) in [("before", before), ("beside", beside)] {
                    findings.check(
                        try engine.client(token).get("/v1/service-calls").status == 200, "the token made \(name) the engine does not work")
                }
                engine.kill()
                let second = try EngineProcess(data: data.path, logs: logs)
                findings.check(try second.client(before).get("/v1/service-calls").status == 200, "a token does not outlive a restart")
                let (others, otherLogs) = (try DataFolder(), try DataFolder())
                let foreign = try printed(others, otherLogs, findings)
                findings.check(try second.client(foreign).get("/v1/service-calls").status == 401, "another engine's token works")
            }
        }

        /// The token, which must be all that is printed.
        private func printed(_ data: DataFolder, _ logs: DataFolder, _ findings: Findings) throws -> String {
            let result = try run(["token", "--tenant", "demo", "--data-dir", data.path], in: logs)
            let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
            findings.check(result.ending == .code(0) && result.errors.isEmpty, "token: \(result.ending) \(result.errors)")
            findings.check(
                lines.count == 2 && lines.last == "" && lines[0].split(separator: ".").count == 3,
                "token prints more than a token: \(result.output)")
            return String(lines.first ?? "")
        }

        @Test func tokensThatRaceForTheFirstKeyAgree() async throws {
            try await scenario { findings in
                for round in 0..<5 {
                    let (data, logs) = (try DataFolder(), try DataFolder())
                    let fresh = data.path + "/new/deep"
                    let tokens = Mutex<[String]>([])
                    let crew = Crew()
                    for _ in 0..<4 {
                        crew.start {
                            let token = try token(data: fresh, logs: logs)
                            tokens.withLock { $0.append(token) }
                        }
                    }
                    try crew.join(within: 30)
                    let engine = try EngineProcess(data: fresh, logs: logs)
                    for token in tokens.withLock({ $0 }) {
                        findings.check(
                            try engine.client(token).get("/v1/service-calls").status == 200,
                            "round \(round): a token of the race does not work")
                    }
                }
            }
        }

        @Test func aTokenThatHasExpiredOrClaimsWrongThingsIsRefusedThoughItsSignatureIsGood() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                let now = wallMicroseconds() / 1_000_000
                let key = try Curve25519.Signing.PrivateKey(rawRepresentation: scene.data.contents("token.key"))
                let claims = { (issuer: String, tenant: String, times: String) in
                    #"{"iss":"\#(issuer)","sub":"cli","tenant":"\#(tenant)","jti":"x",\#(times)}"#
                }
                let good = #""iat":\#(now),"exp":\#(now + 3_600)"#
                let cases: [(String, String, Int)] = [
                    ("good", claims("ledgerflow", "demo", good), 200),
                    ("expired", claims("ledgerflow", "demo", #""iat":\#(now - 7_200),"exp":\#(now - 3_600)"#), 401),
                    ("expired at the beginning of time", claims("ledgerflow", "demo", #""iat":0,"exp":0"#), 401),
                    ("expired before it", claims("ledgerflow", "demo", #""iat":0,"exp":-9223372036854775808"#), 401),
                    ("not valid yet", claims("ledgerflow", "demo", good + #","nbf":\#(now + 3_600)"#), 401),
                    ("without an end", claims("ledgerflow", "demo", #""iat":\#(now)"#), 401),
                    ("another issuer's", claims("somebody", "demo", good), 401), ("of no tenant", claims("ledgerflow", "", good), 401),
                    ("of an impossible tenant", claims("ledgerflow", "../demo", good), 401), ("no object", "[]", 401), ("empty", "", 401),
                ]
                for (name, claims, status) in cases {
                    let signed =
                        BadRequests.base64URL(Array(#"{"alg":"EdDSA","typ":"JWT"}"#.utf8)) + "." + BadRequests.base64URL(Array(claims.utf8))
                    let signature = try key.signature(for: Array(signed.utf8))
                    let answer = try engine.client(signed + "." + BadRequests.base64URL(Array(signature))).get("/v1/service-calls")
                    findings.check(
                        answer.status == status, "a token that is \(name) is answered \(answer.start) \(answer.text.prefix(200))")
                    if status == 401 { findings.check(answer.isProblem, "a token that is \(name) is refused without a problem") }
                }
                engine.expectUnharmed(findings, "odd tokens")
            }
        }
    }
}
