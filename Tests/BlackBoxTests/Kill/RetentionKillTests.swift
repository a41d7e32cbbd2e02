import Domain
import Testing

extension BlackBox {
    /// An engine that is killed while it takes old calls away comes back to a whole store, and goes on where it was.
    @Suite struct RetentionKillTests {
        private static let count = 400

        @Test("kill -9 in the middle of purging: every call is whole or gone, in the end all are gone, and their keys are free again")
        func purging() async throws {
            try await scenario { findings in
                let scene = try Scene()
                // First everything is kept, so that there is much to take away.
                var engine = try scene.engine(["--retain-cancelled", "forever", "--retain-payload", "forever"])
                var client = engine.client(scene.token)
                var ids: [String] = []
                for number in 0..<Self.count {
                    let body = submission("http://127.0.0.1:9/secret-\(number)", farAway + #","tags":["t\#(number % 3)"]"#)
                    let made = try client.submit(body, key: "key-\(number)")
                    findings.check(made.status == 201, "submission \(number): \(made.start)")
                    let id = try made.json()["id"].text
                    ids.append(id)
                    findings.check(try client.post("/v1/service-calls/\(id)/cancel", "").status == 200, "cancellation \(number)")
                }
                let pending = try client.submit(submission("http://127.0.0.1:9/pending", farAway), key: "pending").json()["id"].text
                _ = try engine.stop()
                let short = ["--retain-cancelled", "0", "--retain-payload", "0", "--retain-events", "1s"]
                for round in 0..<2 {
                    engine = try scene.engine(short)
                    client = engine.client(scene.token)
                    try eventually(within: 60, "something is purged in round \(round)") {
                        try client.get("/v1/service-calls/\(ids[round * 100])").status == 404
                    }
                    engine.kill()
                }
                engine = try scene.engine(short)
                client = engine.client(scene.token)
                try eventually(within: 120, "every cancelled call is gone") { try client.calls().count == 1 }
                for (number, id) in ids.enumerated() where number % 7 == 0 {
                    findings.check(try client.get("/v1/service-calls/\(id)").status == 404, "call \(number) is still there")
                    let again = try client.submit(submission("http://127.0.0.1:9/other", farAway), key: "key-\(number)")
                    findings.check(again.status == 201, "its key is not free: \(again.start)")
                }
                findings.check(try client.calls("tag=t1").isEmpty, "a tag is left")
                findings.check(try client.call(pending)["status"].text == "scheduled", "the pending call is not as it was")
                engine.expectUnharmed(findings, "purging")
                findings.check(try engine.stop() == .code(0), "it does not stop in order")
                try CommandRun(["doctor", "--data-dir", scene.data.path], in: scene.logs).expect(0, output: ["ok"], findings)
            }
        }

        @Test("the ages in force can be shown, and a wrong one names its option")
        func settings() async throws {
            try await scenario { findings in
                let logs = try DataFolder()
                let shown = try CommandRun(["retention", "--retain-failed", "12h", "--json"], in: logs)
                findings.check(shown.output.contains(#""retain-failed":"12h""#), "it shows \(shown.output)")
                findings.check(shown.output.contains(#""retain-succeeded":"30d""#), "it shows \(shown.output)")
                try CommandRun(["serve", "--data-dir", logs.file("data"), "--retain-events", "a month"], in: logs).expectUsage(
                    ["--retain-events", "30d", "forever"], findings)
            }
        }
    }
}
