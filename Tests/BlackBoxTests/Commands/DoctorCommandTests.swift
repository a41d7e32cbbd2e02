import Domain
import Glibc
import PostgresKit
import Testing

extension BlackBox {
    /// `ledgerflow doctor`, as an operator uses it, on both stores.
    @Suite struct DoctorCommandTests {
        @Test func aHealthyDirectoryIsFineBeforeWhileAndAfterAnEngineUsesIt() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let new = try doctor(scene)
                new.expect(
                    0, output: ["ok    version", "ok    directory", "none yet; `ledgerflow serve` makes it", "ok    clock"], findings)
                let engine = try scene.engine()
                let server = ["--server", "http://127.0.0.1:\(engine.port)"]
                let beside = try doctor(scene, server)
                beside.expect(
                    0,
                    output: [
                        "held by the engine, process \(engine.child.pid)", "quick_check found nothing wrong",
                        "all \(MigrateCommandTests.Store.embedded.count) applied",
                        "is alive", "ok    ready        it takes requests",
                    ], findings)
                findings.check(beside.lines.allSatisfy { $0.hasPrefix("ok ") || $0.hasPrefix("warn ") }, beside.output)
                try expectJSON(scene, server, failed: [], findings)
                engine.expectUnharmed(findings, "the doctor")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                let files = try listing(scene)
                try doctor(scene).expect(0, output: ["free: no engine is running on the directory"], findings)
                let after = try listing(scene)
                findings.check(after == files, "the doctor left something behind: \(after)")
                let gone = try doctor(scene, server)
                gone.expect(1, output: ["fail  server       nobody answers at \(server[1])", "→ Start the engine"], findings)
                try expectJSON(scene, server, failed: ["server"], findings)
            }
        }

        @Test func whatIsWrongWithADirectoryIsToldWithWhatToDo() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                chmod(scene.data.path, 0o755)
                try doctor(scene).expect(1, output: ["fail  directory", "is open to others (mode 0755)", "→ chmod 700"], findings)
                chmod(scene.data.path, 0o700)
                chmod(scene.data.file("cursor.key"), 0o644)
                try doctor(scene).expect(1, output: ["cursor.key is open to others", "→ chmod 600"], findings)
                chmod(scene.data.file("cursor.key"), 0o600)
                let key = scene.data.contents("fingerprint.key")
                try scene.data.write("fingerprint.key", Array(key.dropLast()))
                try doctor(scene).expect(1, output: ["fingerprint.key has 31 bytes instead of 32", "→ Restore"], findings)
                scene.data.remove("fingerprint.key")
                try doctor(scene).expect(1, output: ["fingerprint.key is missing although there is a database", "→ Restore"], findings)
                try scene.data.write("fingerprint.key", key)
                chmod(scene.data.file("fingerprint.key"), 0o600)
                try doctor(scene).expect(0, findings)
                let database = scene.data.contents("ledgerflow.sqlite")
                try scene.data.write("ledgerflow.sqlite", Array(repeating: 7, count: database.count))
                try doctor(scene).expect(1, output: ["fail  database", "→ Stop the engine and restore the data directory"], findings)
                try expectJSON(scene, [], failed: ["database"], findings)
                try CommandRun(["doctor", "--data-dir", scene.data.file("nowhere")], in: scene.logs)
                    .expect(1, output: ["fail  directory", "no such file or directory", "→ Give the engine's directory"], findings)
                findings.check(!scene.data.exists("nowhere"), "the doctor made a directory")
            }
        }

        @Test func aServerIsLookedAtWithItsMigrationsAndThePasswordKept() async throws {
            try await scenario { findings in
                let (database, scene) = (try Database(), try Scene())
                try doctor(scene, database.arguments).expect(
                    0,
                    output: [
                        "ok    database     PostgreSQL answers", "warn  migrations   missing: 1, 2, 3, 4, 5", "→ `ledgerflow migrate up`",
                    ],
                    findings)
                let left = try database.server.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'ledgerflow'", database: "ledgerflow")
                findings.check(left.isEmpty, "the doctor made the schema")
                let engine = try scene.engine(database.arguments)
                let server = ["--server", "http://127.0.0.1:\(engine.port)"]
                try doctor(scene, database.arguments + server).expect(
                    0,
                    output: [
                        "held by the engine, process \(engine.child.pid)", "PostgreSQL answers",
                        "all \(MigrateCommandTests.Store.postgres.count) applied",
                        "ok    ready        it takes requests",
                    ], findings)
                try expectJSON(scene, database.arguments + server, failed: [], findings)
                engine.expectUnharmed(findings, "the doctor")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                try database.server.stop(.fast)
                let url = ["--database-url", "postgres://postgres:geheim@127.0.0.1:\(database.server.port)/ledgerflow"]
                let away = try doctor(scene, url)
                away.expect(1, output: ["fail  database", "Connection refused. Check that it runs"], findings)
                findings.check(!away.output.contains("geheim"), "the doctor shows the password: \(away.output)")
                try expectJSON(scene, url, failed: ["database"], findings)
            }
        }

        @Test func brokersAreAskedAndNothingIsMadeOfThem() async throws {
            try await scenario { findings in
                let (broker, scene) = (try Broker(), try Scene())
                let new = try doctor(scene, broker.arguments)
                new.expect(0, output: ["ok    kafka        3 brokers answer: 127.0.0.1:", "ok    topics       0 of "], findings)
                try expectJSON(scene, broker.arguments, failed: [], findings)
                let away = try doctor(scene, ["--kafka-brokers", "127.0.0.1:1", "--kafka-setting", "sasl.password=geheim"])
                away.expect(1, output: ["fail  kafka", "Connection refused", "→ Check --kafka-brokers (127.0.0.1:1)"], findings)
                findings.check(!away.output.contains("geheim"), "the doctor shows the password: \(away.output)")
                try expectJSON(scene, ["--kafka-brokers", "127.0.0.1:1"], failed: ["kafka"], findings)
            }
        }

        @Test func wrongArgumentsAreRefused() async throws {
            try await scenario { findings in
                let scene = try Scene()
                try CommandRun(["doctor", "--what"], in: scene.logs).expectUsage(["Unknown option '--what'"], findings)
                try CommandRun(["doctor", "extra"], in: scene.logs).expectUsage(["Unexpected argument 'extra'"], findings)
                try doctor(scene, ["--server", "hello"]).expect(64, errors: ["--server “hello” is no address"], findings)
                let url = try doctor(scene, ["--database-url", "mysql://root:geheim@x/y"])
                url.expectUsage(["--database-url", "its form is postgres://"], findings)
                findings.check(!url.errors.contains("geheim"), "the doctor shows the password: \(url.errors)")
            }
        }

        private func doctor(_ scene: Scene, _ options: [String] = []) throws -> CommandRun {
            try CommandRun(["doctor", "--data-dir", scene.data.path] + options, in: scene.logs)
        }

        /// The findings as JSON, one a line; which checks fail.
        private func expectJSON(_ scene: Scene, _ options: [String], failed: [String], _ findings: Findings) throws {
            let run = try doctor(scene, options + ["--json"])
            run.expect(failed.isEmpty ? 0 : 1, findings)
            let found = try run.lines.map { try JSONReader.read(Array($0.utf8)) }
            findings.check(found.filter { $0["level"].text == "fail" }.map { $0["check"].text } == failed, run.output)
            for finding in found {
                findings.check(["ok", "warn", "fail"].contains(finding["level"].text) && !finding["text"].text.isEmpty, "\(finding)")
                findings.check(finding["level"].text != "fail" || !finding["advice"].text.isEmpty || failed == ["database"], "\(finding)")
            }
        }

        private func listing(_ scene: Scene) throws -> [String] {
            guard let folder = opendir(scene.data.path) else { throw Broken("no directory") }
            defer { closedir(folder) }
            var names: [String] = []
            while let entry = readdir(folder) {
                names.append(
                    withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
            }
            return names.sorted()
        }
    }
}
