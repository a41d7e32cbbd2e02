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
                    findings.check(try engine.client(token).get("/v1/service-calls").status == 200, "the token made \(name) the engine does not work")
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
            findings.check(lines.count == 2 && lines.last == "" && lines[0].split(separator: ".").count == 3, "token prints more than a token: \(result.output)")
            return String(lines.first ?? "")
        }

        @Test func tokensThatRaceForTheFirstKeyAgree() async throws {
            try await scenario { findings in
                for round in 0..<10 {
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
                        findings.check(try engine.client(token).get("/v1/service-calls").status == 200, "round \(round): a token of the race does not work")
                    }
                }
            }
        }

        @Test func anExpiredTokenIsRefused() async throws {
            try await scenario { findings in
                // The leeway is a minute, so the engine's own command cannot make one; the engine's clock is moved instead.
                guard let library = FakeTime.library else {
                    print("EXPIRED TOKEN: NOT TESTED on the binary. It takes libfaketime.")
                    return
                }
                let scene = try Scene()
                let old = try ChildProcess(
                    ["token", "--data-dir", scene.data.path, "--days", "1"], in: scene.logs, environment: ["LD_PRELOAD": library, "FAKETIME": "-2d"])
                findings.check(try old.wait(within: 20) == .code(0), "token: \(old.errors)")
                let engine = try scene.engine()
                let answer = try engine.client(String(old.output.dropLast())).get("/v1/service-calls")
                findings.check(answer.status == 401 && answer.isProblem && answer.text.contains("expired"), "an expired token is answered \(answer.start) \(answer.text)")
            }
        }
    }
}
