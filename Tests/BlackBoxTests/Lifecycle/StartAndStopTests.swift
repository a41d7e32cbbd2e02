import Domain
import Glibc
import Testing

extension BlackBox {
    @Suite struct LifecycleTests {
        @Test func aSecondEngineOnTheDirectoryIsRefusedAndTheHolderNamed() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let first = try scene.engine()
                let second = try run(["serve", "--data-dir", scene.data.path, "--port", "0"], in: scene.logs)
                findings.check(
                    second.ending != .code(0) && second.output.isEmpty, "the second engine ended with \(second.ending): \(second.output)")
                findings.check(
                    second.errors.contains("\(first.child.pid)") && second.errors.contains(scene.data.path),
                    "the holder is not named: \(second.errors)")
                first.expectUnharmed(findings, "a second engine")
                first.kill()
                let third = try scene.engine()
                findings.check(third.isRunning, "the lock outlives a killed engine")
            }
        }

        @Test func aPortInUseIsSaidAndNothingIsHarmed() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let (listener, port) = try Socket.listen()
                let result = try run(["serve", "--data-dir", scene.data.path, "--port", "\(port)"], in: scene.logs)
                findings.check(result.ending != .code(0) && result.errors.contains("\(port)"), "\(result.ending): \(result.errors)")
                listener.shutDown()
                findings.check(try scene.engine().isRunning, "the directory cannot be used afterwards")
            }
        }

        @Test func authoritiesThatCannotBeReadAreRefusedBeforeAnythingIsMade() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let data = scene.logs.file("none")
                for path in ["/nowhere/roots.pem", "/dev/null"] {
                    let result = try run(["serve", "--data-dir", data, "--port", "0", "--trusted-roots", path], in: scene.logs)
                    findings.check(
                        result.ending == .code(64) && result.errors.contains("--trusted-roots: \(path) cannot be read"),
                        "\(result.ending): \(result.errors)")
                }
                findings.check(!scene.logs.exists("none"), "a start that was refused made the data directory")
            }
        }

        @Test func sigtermAnswersWhatIsInFlightAndLetsAttemptsEnd() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let target = try RecordingTarget()
                defer { target.stop() }
                let engine = try scene.engine()
                var running: [String] = []
                for number in 0..<10 {
                    running.append(
                        try engine.client(scene.token).submit(submission(target.url("/slow/1500")), key: "slow-\(number)").json()["id"].text
                    )
                }
                try eventually(within: 10, "the attempts run") { target.count == 10 }
                let ledger = KillLedger()
                let crew = Crew()
                for number in 0..<4 { crew.start { try Self.submitUntilClosed(engine, scene.token, number, ledger, findings) } }
                pause(milliseconds: 300)
                engine.child.signal(SIGTERM)
                let ending = try engine.child.wait(within: 45)
                findings.check(ending == .code(0), "SIGTERM ends with \(ending): \(engine.errors.suffix(800))")
                try crew.join(within: 30)
                let second = try scene.engine()
                let client = second.client(scene.token)
                for id in running {
                    let call = try client.call(id)
                    findings.check(
                        call["status"].text == "succeeded" && call["attempts"].list.count == 1,
                        "a running attempt did not end in order: \(call)")
                }
                let listed = Set(try client.calls().map { $0["id"].text })
                let acknowledged = ledger.acknowledged
                findings.check(
                    !acknowledged.isEmpty && acknowledged.values.allSatisfy { listed.contains($0.id) },
                    "a call acknowledged while stopping is lost")
            }
        }

        /// A request that was sent whole on a connection that was accepted is answered, or the connection was closed before it was read.
        private static func submitUntilClosed(
            _ engine: EngineProcess, _ token: String, _ number: Int, _ ledger: KillLedger, _ findings: Findings
        ) throws {
            let connection = try RawHTTP(port: engine.port)
            for count in 0..<100_000 {
                let key = "drain-\(number)-\(count)"
                let request = Client.request(
                    "POST", "/v1/service-calls", Array(submission("http://127.0.0.1:1/", farAway).utf8), token: token,
                    headers: [("Content-Type", "application/json"), ("Idempotency-Key", key)])
                guard (try? connection.send(request)) != nil, let answer = try? connection.message() else { return }
                switch answer.status {
                case 201: _ = ledger.acknowledge(.init(key: key, id: try answer.json()["id"].text, path: "", dueAt: nil))
                case 503:
                    findings.check(
                        answer.isProblem && answer.header("retry-after") != nil, "while stopping: \(answer.start) \(answer.text)")
                default: findings.add("while stopping: \(answer.start) \(answer.text)")
                }
                if answer.header("connection") == "close" { return }
            }
        }

        @Test func anAttemptLostWithItsEngineIsRecordedAndMadeAgain() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let target = try RecordingTarget()
                defer { target.stop() }
                let engine = try scene.engine()
                let id = try engine.client(scene.token).submit(
                    submission(target.url("/slow/2000"), #""retry":{"initialDelayMs":10,"maxDelayMs":10}"#)
                ).json()["id"].text
                try eventually(within: 10, "the attempt runs") { target.count == 1 }
                engine.kill()
                let second = try scene.engine()
                let call = try second.client(scene.token).ended(id)
                let attempts = call["attempts"].list
                findings.check(call["status"].text == "succeeded", "the call ends as \(call["status"].text)")
                findings.check(attempts.map { $0["number"].int } == [1, 2], "\(attempts)")
                findings.check(attempts.first?["error"]["kind"].text == "ownerLost", "the lost attempt ends as \(attempts.first ?? .null)")
                findings.check(target.arrivals(of: id).count == 2, "the target got \(target.arrivals(of: id).count) requests")
            }
        }

        @Test func idempotencyKeysHoldOverAKill() async throws {
            try await scenario { findings in
                let scene = try Scene()
                var engine = try scene.engine()
                let (body, other) = (submission("http://127.0.0.1:1/", farAway), submission("http://127.0.0.1:1/other", farAway))
                let first = try engine.client(scene.token).submit(body, key: "one")
                let id = try first.json()["id"].text
                findings.check(
                    first.status == 201 && first.header("location") == "/v1/service-calls/\(id)", "\(first.start) \(first.headers)")
                for round in ["before", "after"] {
                    let client = engine.client(scene.token)
                    let same = try client.submit(body, key: "one")
                    findings.check(
                        try same.status == 200 && same.json()["id"].text == id, "\(round) the kill: the same is answered \(same.start)")
                    // The order of members is no difference.
                    let reordered = try client.submit(
                        #"{\#(farAway),"request":{"body":"hello","url":"http://127.0.0.1:1/","method":"POST"}}"#, key: "one")
                    findings.check(
                        reordered.status == 200, "\(round) the kill: the same, written otherwise, is answered \(reordered.start)")
                    let changed = try client.submit(other, key: "one")
                    findings.check(changed.status == 409 && changed.isProblem, "\(round) the kill: another is answered \(changed.start)")
                    let batch = try client.post(
                        "/v1/service-calls/batch",
                        #"{"items":[{"idempotencyKey":"one",\#(body.dropFirst()),{"idempotencyKey":"one",\#(other.dropFirst())]}"#)
                    findings.check(
                        try batch.json()["results"].list.map { $0["status"].int } == [200, 409],
                        "\(round) the kill: in a batch \(batch.text)")
                    let strangers = try token(tenant: "stranger-\(round)", data: scene.data.path, logs: scene.logs)
                    findings.check(
                        try engine.client(strangers).submit(other, key: "one").status == 201,
                        "\(round) the kill: another tenant's key is not its own")
                    let count = try client.calls().count
                    findings.check(count == 1, "\(round) the kill: there are \(count) calls")
                    if round == "before" {
                        engine.kill()
                        engine = try scene.engine()
                    }
                }
            }
        }
    }
}
