import Domain
import Testing

extension BlackBox {
    /// `ledgerflow schedule`, as an operator uses it.
    @Suite struct ScheduleCommandTests {
        private static let often = ["create", "--name", "often", "--every", "PT1S"]

        @Test func aScheduleIsMadeChangedPausedRunAndDeleted() async throws {
            try await scenario { findings in
                let desk = try Desk()
                let target = try RecordingTarget()
                defer { target.stop() }
                let create =
                    ["create", "--name", "nightly", "--cron", "0 3 * * *", "--time-zone", "Europe/Berlin"]
                    + ["--url", target.url("/ok"), "--header", "X-Api-Key: k3y-canary", "--body", "hello", "--idempotency-key", "n-1"]
                let made = try desk.schedule(create)
                made.expect(0, output: ["active", "next ", "T03:00:00+0"], findings)
                let id = String(made.output.prefix(36))
                try desk.schedule(create).expect(0, output: [id, "(created before with the same key)"], findings)
                let shown = try desk.schedule(["show", id])
                shown.expect(
                    0, output: ["name         nightly", "when         0 3 * * *", "X-Api-Key: [redacted]", "body         5 bytes"], findings
                )
                findings.check(!shown.output.contains("canary"), shown.output)
                try desk.schedule(["list"]).expect(0, output: [id, "nightly", "POST http://127.0.0.1"], findings)
                try desk.schedule(["change", id, "--cron", "30 4 * * *", "--tag", "night", "--misfire", "skip"])
                    .expect(
                        0, output: ["when         30 4 * * *", "misfire      skip", "tags         night", "body         5 bytes"], findings)
                try desk.schedule(["change", id, "--clear", "tag", "--clear", "misfire"]).expect(0, output: ["misfire      all"], findings)
                try desk.schedule(["pause", id]).expect(0, output: ["paused"], findings)
                let run = try desk.schedule(["run", id])
                run.expect(0, output: ["scheduled"], findings)
                try eventually(within: 10, "the call is made out of turn") { target.count == 1 }
                let call = try desk.client.ended(String(run.output.prefix(36)))
                findings.check(call["origin"].text.hasPrefix("schedule/\(id)/"), "its origin is \(call["origin"])")
                try desk.schedule(["next", id]).expect(0, errors: ["No occurrence to come."], findings)
                try desk.schedule(["resume", id]).expect(0, output: ["active", "T04:30:00+0"], findings)
                findings.check(try desk.schedule(["next", id]).lines.count == 10, "not ten occurrences")
                try desk.schedule(["delete", id]).expect(0, output: ["deleted"], findings)
                try desk.schedule(["show", id]).expect(1, errors: ["no schedule with that identifier"], findings)
                findings.check(target.count == 1, "\(target.count) calls were made")
            }
        }

        @Test func eachOccurrenceIsOneCallAlsoOverARestart() async throws {
            try await scenario { findings in
                let desk = try Desk()
                let target = try RecordingTarget()
                defer { target.stop() }
                try desk.schedule(Self.often + ["--url", target.url("/ok")]).expect(0, findings)
                try eventually(within: 20, "three calls are made") { target.count >= 3 }
                desk.engine.kill()
                let again = try desk.scene.engine()
                let before = target.count
                try eventually(within: 20, "calls go on") { target.count >= before + 3 }
                findings.check(try again.stop() == .code(0), "it does not stop in order")
                let ids = target.all.map(\.id)
                findings.check(Set(ids).count >= ids.count - 1, "calls came more than once beside the one that was running: \(ids)")
            }
        }

        @Test func occurrencesAreToldWithoutAnEngine() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                let berlin = ["schedule", "next", "--cron", "30 2 * * *", "--time-zone", "Europe/Berlin", "--from"]
                let spring = try CommandRun(berlin + ["2026-03-28T12:00:00Z", "--count", "2"], in: folder)
                spring.expect(0, findings)
                findings.check(spring.lines == ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"], spring.output)
                let json = try CommandRun(["schedule", "next", "--every", "PT15M", "--count", "3", "--json"], in: folder)
                findings.check(try JSONReader.read(Array(json.output.utf8)).list.count == 3, json.output)
                try CommandRun(["schedule", "next", "--cron", "61 * * * *"], in: folder).expect(64, errors: ["--cron "], findings)
                try CommandRun(["schedule", "next", "--cron", "@daily", "--time-zone", "Mars/Olympus"], in: folder)
                    .expect(64, errors: ["--time-zone must be the IANA name"], findings)
            }
        }

        @Test func whatIsWrongIsNamedByItsOption() async throws {
            try await scenario { findings in
                let desk = try Desk()
                try desk.schedule([
                    "create", "--name", "x", "--cron", "x", "--url", "ftp://x/", "--time-zone", "Nowhere", "--max-attempts", "0",
                ])
                .expect(1, errors: ["Mend: ", "--cron", "--url", "--time-zone", "--max-attempts"], findings)
                try desk.schedule(["show", "01981f6e-0000-7000-8000-000000000000"]).expect(1, errors: ["no schedule with that"], findings)
                for (arguments, words) in [
                    (["schedule", "create", "--name", "x", "--url", "https://x/"], ["Give --cron or --every"]),
                    (["schedule", "create", "--name", "x", "--url", "https://x/", "--cron", "@daily", "--every", "P1D"], ["not both"]),
                    (["schedule", "create", "--name", "x", "--cron", "@daily"], ["Missing expected argument '--url"]),
                    (["schedule", "change", "x"], ["Say what is to be changed."]), (["schedule", "show", ""], ["The identifier is empty"]),
                    (["schedule", "change", "x", "--clear", "url"], ["--clear must be one of"]),
                    (["schedule", "next"], ["Give the identifier of a schedule"]),
                    (
                        ["schedule", "create", "--name", "x", "--cron", "@daily", "--url", "https://x/", "--header", "s3cret"],
                        ["--header must be"]
                    ),
                ] as [([String], [String])] {
                    let run = try CommandRun(arguments, in: desk.scene.logs)
                    run.expectUsage(words, findings)
                    findings.check(!run.errors.contains("s3cret"), "a header is repeated in an error")
                }
            }
        }

        /// An engine, and commands that talk to it.
        struct Desk {
            let scene: Scene
            let engine: EngineProcess

            init(_ arguments: [String] = []) throws {
                scene = try Scene()
                engine = try scene.engine(arguments)
            }

            var client: Client { engine.client(scene.token) }

            func run(_ arguments: [String]) throws -> CommandRun {
                try CommandRun(arguments + ["--server", "http://127.0.0.1:\(engine.port)", "--token", scene.token], in: scene.logs)
            }

            func schedule(_ arguments: [String]) throws -> CommandRun { try run(["schedule"] + arguments) }
            func subscription(_ arguments: [String]) throws -> CommandRun { try run(["subscription"] + arguments) }
        }
    }
}
