import Domain
import Glibc
import PostgresKit
import Testing

extension BlackBox {
    /// The binary on PostgreSQL.
    @Suite struct PostgresTests {
        @Test func killedAgainAndAgainOnPostgreSQLNothingIsLostDoubledOrEarly() async throws {
            try await scenario { findings in
                let database = try Database()
                let kills = Repository.setting("POSTGRES_KILLS", default: 10)
                let run = try KillRun(
                    kills: kills, seed: UInt64(Repository.setting("KILL_SEED", default: 7)), arguments: database.arguments, findings)
                try run.perform()
                print("kill -9 on PostgreSQL: \(run.summary)")
            }
        }

        @Test func aSecondEngineStandsByAndTakesOverAtOnceWhenTheFirstIsStopped() async throws {
            try await scenario { findings in
                let (database, scene, other) = (try Database(), try Scene(), try DataFolder())
                let first = try scene.engine(database.arguments)
                let id = try submit(first.client(scene.token), key: "k1")
                try copyKeys(from: scene.data, to: other)
                let second = try EngineProcess(
                    data: other.path, logs: scene.logs, arguments: database.arguments, awaitsReadiness: false)
                try eventually(within: 10, "the second engine says that it stands by") {
                    let standby = try Client(port: second.port).get("/readyz")
                    return standby.status == 503 && standby.text.contains("stands by")
                }
                let refused = try second.client(scene.token).submit(submission("http://127.0.0.1:1/", farAway), key: "k2")
                findings.check(refused.status == 503, "the standby answered \(refused.status)")
                findings.check(try first.stop() == .code(0), "the first did not stop in order")
                try second.awaitReadiness()
                let again = try second.client(scene.token).submit(submission("http://127.0.0.1:1/", farAway), key: "k1")
                findings.check(again.status == 200, "the repeated submission: \(again.status) \(again.text)")
                findings.check(try again.json()["id"].text == id, "the repeated submission has another id")
            }
        }

        @Test func anEngineThatWasStoppedInItsTracksCannotWriteOnceAnotherHasTakenOver() async throws {
            try await scenario { findings in
                let (database, scene, other) = (try Database(), try Scene(), try DataFolder())
                let first = try scene.engine(database.arguments)
                _ = try submit(first.client(scene.token), key: "k1")
                try copyKeys(from: scene.data, to: other)
                let second = try EngineProcess(
                    data: other.path, logs: scene.logs, arguments: database.arguments, awaitsReadiness: false)
                first.child.signal(SIGSTOP)
                try second.awaitReadiness()
                let id = try submit(second.client(scene.token), key: "k2")
                first.child.signal(SIGCONT)
                let late = try? first.client(scene.token).submit(submission("http://127.0.0.1:1/", farAway), key: "k3")
                findings.check(late.map { $0.status == 503 } ?? true, "the old owner answered \(late?.status ?? 0)")
                let ending = try first.child.wait(within: 45)
                findings.check(ending != .code(0), "the old owner ended as if nothing had been: \(ending)")
                findings.check(first.errors.contains("took over"), "the old owner does not say why: \(first.errors.suffix(500))")
                let list = try second.client(scene.token).get("/v1/service-calls?limit=10").json()["items"].list
                findings.check(list.count == 2 && list.contains { $0["id"].text == id }, "the store holds \(list.count) calls")
                second.expectUnharmed(findings, "the return of the old owner")
            }
        }

        @Test func anIdleEngineThatWasStoppedInItsTracksEndsByItselfOnceAnotherHasTakenOver() async throws {
            try await scenario { findings in
                let (database, scene, other) = (try Database(), try Scene(), try DataFolder())
                let first = try scene.engine(database.arguments)
                try copyKeys(from: scene.data, to: other)
                let second = try EngineProcess(
                    data: other.path, logs: scene.logs, arguments: database.arguments, awaitsReadiness: false)
                first.child.signal(SIGSTOP)
                try second.awaitReadiness()
                first.child.signal(SIGCONT)
                // Nothing is asked of it.
                let ending = try first.child.wait(within: 45)
                findings.check(ending != .code(0), "the old owner ended as if nothing had been: \(ending)")
                findings.check(first.errors.contains("took over"), "the old owner does not say why: \(first.errors.suffix(500))")
                second.expectUnharmed(findings, "the return of the old owner")
            }
        }

        @Test func aDatabaseThatIsAwayIsToldOfAndComesBackByItself() async throws {
            try await scenario { findings in
                let (database, scene) = (try Database(), try Scene())
                let engine = try scene.engine(database.arguments)
                let client = engine.client(scene.token)
                _ = try submit(client, key: "before")
                try database.server.stop(.immediate)
                let refused = try client.submit(submission("http://127.0.0.1:1/", farAway), key: "during")
                findings.check(refused.status == 503, "while the database was away: \(refused.status)")
                try database.server.start()
                try eventually(within: 30, "submissions are accepted again") {
                    try client.submit(submission("http://127.0.0.1:1/", farAway), key: "during").status < 300
                }
                findings.check(try client.get("/v1/service-calls?limit=10").json()["items"].list.count == 2, "calls were lost or doubled")
                engine.expectUnharmed(findings, "the database's absence")
            }
        }

        @Test func anEngineWithOtherKeysIsRefused() async throws {
            try await scenario { findings in
                let (database, scene, other) = (try Database(), try Scene(), try Scene())
                let first = try scene.engine(database.arguments)
                findings.check(try first.stop() == .code(0), "the first did not stop in order")
                let result = try run(["serve", "--data-dir", other.data.path, "--port", "0"] + database.arguments, in: other.logs)
                findings.check(result.ending != .code(0), "it started all the same")
                findings.check(result.errors.contains("fingerprint.key"), "it does not say what to do: \(result.errors)")
                findings.check(
                    !result.errors.contains("postgres@") && !result.errors.contains("password"), "it shows the URL: \(result.errors)")
            }
        }

        @Test func anEngineWithAnotherAnchorKeyIsRefusedAndNothingIsNoted() async throws {
            try await scenario { findings in
                let (database, scene, other) = (try Database(), try Scene(), try DataFolder())
                var first = try scene.engine(database.arguments)
                findings.check(try first.stop() == .code(0), "the first did not stop in order")
                try copyKeys(from: scene.data, to: other)
                other.remove("audit-anchor.key")
                // A key that the store must not learn from an engine that it refuses.
                let added = try run(["keys", "rotate", "--data-dir", other.path], in: scene.logs)
                findings.check(added.ending == .code(0), "keys rotate: \(added.errors)")
                let result = try run(["serve", "--data-dir", other.path, "--port", "0"] + database.arguments, in: scene.logs)
                findings.check(result.ending != .code(0), "it started all the same")
                findings.check(result.errors.contains("audit-anchor.key"), "it does not say what to do: \(result.errors)")
                first = try scene.engine(database.arguments)
                first.expectUnharmed(findings, "the refusal of another")
            }
        }

        private func submit(_ client: Client, key: String) throws -> String {
            let answer = try client.submit(submission("http://127.0.0.1:1/", farAway), key: key)
            guard answer.status == 201 else { throw Broken("submitting gave \(answer.status): \(answer.text)") }
            return try answer.json()["id"].text
        }
    }
}
