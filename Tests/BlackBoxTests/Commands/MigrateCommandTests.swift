import Domain
import PostgresKit
import Testing

extension BlackBox {
    /// `ledgerflow migrate status`, `up`, `down`, as an operator uses them, on both stores.
    @Suite struct MigrateCommandTests {
        enum Store: String, CaseIterable, Sendable, CustomStringConvertible {
            case embedded, postgres
            var description: String { rawValue }
            /// How many migrations this version has.
            var count: Int { self == .embedded ? 7 : 9 }
        }

        /// A store that no engine has used, and how a command is told of it.
        private struct Place {
            let data: DataFolder
            let logs: DataFolder
            let database: Database?
            var arguments: [String] { ["--data-dir", data.file("engine")] + (database?.arguments ?? []) }

            init(_ store: Store) throws {
                (data, logs) = (try DataFolder(), try DataFolder())
                database = store == .postgres ? try Database() : nil
            }

            func migrate(_ arguments: String...) throws -> CommandRun {
                try CommandRun(["migrate"] + arguments + self.arguments, in: logs)
            }
        }

        @Test(arguments: Store.allCases)
        func goesUpAndDownAndTellsWhereItStands(store: Store) async throws {
            try await scenario { findings in
                let place = try Place(store)
                let all = (1...store.count).map { String($0) }
                let none = try place.migrate("status")
                none.expect(1, errors: ["\(store.count) missing; `ledgerflow migrate up`"], findings)
                findings.check(none.lines.count == store.count && none.lines.allSatisfy { $0.hasSuffix("missing") }, none.output)
                findings.check(!place.data.exists("engine"), "looking at the schema made the data directory")
                try place.migrate("down", "--to", "0", "--confirm").expect(0, output: ["Nothing to do: none above 0 is applied."], findings)
                try place.migrate("up").expect(0, output: ["Applied \(all.joined(separator: ", "))."], findings)
                try place.migrate("up").expect(0, output: ["Nothing to do: every migration is applied."], findings)
                let full = try place.migrate("status")
                full.expect(0, findings)
                findings.check(full.lines.count == store.count && full.lines.allSatisfy { $0.contains("  applied 20") }, full.output)
                try expectJSON(place, applied: store.count, of: store.count, code: 0, findings)
                let back = all.dropFirst().reversed().joined(separator: ", ")
                try place.migrate("down", "--to", "1", "--confirm").expect(0, output: ["Took back \(back)."], findings)
                try expectJSON(place, applied: 1, of: store.count, code: 1, findings)
                try place.migrate("down", "--to", "9", "--confirm").expect(0, output: ["Nothing to do: none above 9 is applied."], findings)
                try place.migrate("up").expect(0, output: ["Applied \(all.dropFirst().joined(separator: ", "))."], findings)
            }
        }

        private func expectJSON(_ place: Place, applied: Int, of count: Int, code: Int32, _ findings: Findings) throws {
            let status = try place.migrate("status", "--json")
            status.expect(code, findings)
            let entries = try JSONReader.read(Array(status.output.utf8)).list
            findings.check(entries.map { $0["number"].int } == Array(1...count), "the migrations are \(status.output)")
            findings.check(
                entries.count { $0["appliedAt"].microseconds != nil } == applied, "\(applied) are applied, but it prints \(status.output)")
            findings.check(entries.allSatisfy { !$0["name"].text.isEmpty && !$0["checksum"].text.isEmpty }, status.output)
        }

        @Test(arguments: Store.allCases)
        func whatIsTakenBackTakesTheCallsAlongAndTheEngineStartsAnew(store: Store) async throws {
            try await scenario { findings in
                let place = try Place(store)
                let start = {
                    try EngineProcess(data: place.data.file("engine"), logs: place.logs, arguments: place.database?.arguments ?? [])
                }
                let first = try start()
                let bearer = try token(data: place.data.file("engine"), logs: place.logs)
                for number in 0..<3 {
                    let answer = try first.client(bearer).submit(submission("http://127.0.0.1:1/", farAway), key: "m\(number)")
                    findings.check(answer.status == 201, "a submission is answered \(answer.start)")
                }
                findings.check(try first.client(bearer).calls().count == 3, "the calls are not listed")
                findings.check(try first.stop() == .code(0), "the engine did not stop in order")
                // Down to any number but 0 and up again, by the engine itself, keeps them.
                try place.migrate("down", "--to", "1", "--confirm").expect(0, output: ["Took back"], findings)
                let second = try start()
                findings.check(try second.client(bearer).calls().count == 3, "calls are lost over a migration down and up")
                findings.check(try second.stop() == .code(0), "the engine did not stop in order")
                try place.migrate("status").expect(0, findings)
                try place.migrate("down", "--to", "0", "--confirm").expect(0, output: ["Took back"], findings)
                let third = try start()
                findings.check(try third.client(bearer).calls().isEmpty, "calls are shown that were taken back")
                let again = try third.client(bearer).submit(submission("http://127.0.0.1:1/", farAway), key: "m0")
                findings.check(again.status == 201, "the emptied store answers \(again.start)")
                findings.check(try third.client(bearer).calls().count == 1, "the emptied store does not list its first call")
                third.expectUnharmed(findings, "the migration down")
                findings.check(try third.stop() == .code(0), "the engine did not stop in order")
            }
        }

        @Test func aDirectoryInUseIsLeftAlone() async throws {
            try await scenario { findings in
                let scene = try Scene()
                let engine = try scene.engine()
                let data = ["--data-dir", scene.data.path]
                for command in [["up"], ["down", "--to", "0", "--confirm"]] {
                    try CommandRun(["migrate"] + command + data, in: scene.logs)
                        .expect(1, errors: ["another engine (process \(engine.child.pid)) uses the data directory"], findings)
                }
                // Looking is always allowed.
                try CommandRun(["migrate", "status"] + data, in: scene.logs).expect(0, output: ["applied"], findings)
                engine.expectUnharmed(findings, "commands beside it")
            }
        }

        @Test func aServerWhoseStoreAnEngineServesIsLeftAlone() async throws {
            try await scenario { findings in
                let (database, scene) = (try Database(), try Scene())
                let engine = try scene.engine(database.arguments)
                let down = ["migrate", "down", "--to", "0", "--confirm"] + database.arguments
                try CommandRun(down, in: scene.logs)
                    .expect(1, errors: ["An engine (", "process \(engine.child.pid)", "Stop it first"], findings)
                // Applying and looking are always allowed.
                try CommandRun(["migrate", "up"] + database.arguments, in: scene.logs).expect(0, output: ["Nothing to do"], findings)
                try CommandRun(["migrate", "status"] + database.arguments, in: scene.logs).expect(0, output: ["applied"], findings)
                let answer = try engine.client(scene.token).submit(submission("http://127.0.0.1:1/", farAway))
                findings.check(answer.status == 201, "a submission is answered \(answer.start)")
                engine.expectUnharmed(findings, "commands beside it")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                let all = (1...Store.postgres.count).reversed().map { String($0) }.joined(separator: ", ")
                try CommandRun(down, in: scene.logs).expect(0, output: ["Took back \(all)."], findings)
            }
        }

        @Test func wrongArgumentsAreRefusedWithWhatIsWrong() async throws {
            try await scenario { findings in
                let folder = try DataFolder()
                let data = ["--data-dir", folder.file("none")]
                for (arguments, words) in [
                    (["sideways"], ["Unexpected argument 'sideways'"]), (["status", "--what"], ["Unknown option '--what'"]),
                    (["up", "extra"], ["Unexpected argument 'extra'"]),
                    (["down", "--confirm"] + data, ["Missing expected argument '--to"]),
                    (["down", "--to", "0"] + data, ["Make a backup, then give --confirm"]),
                    (["down", "--to", "one", "--confirm"] + data, ["'one' is invalid for '--to"]),
                    (["down", "--to=-1", "--confirm"] + data, ["--to must not be negative"]),
                ] {
                    try CommandRun(["migrate"] + arguments, in: folder).expectUsage(words, findings)
                }
                findings.check(!folder.exists("none"), "a refused command made the data directory")
                // A file that is no database of ours is left as it is.
                let letter = Array("this is a letter to my aunt, and no database at all\n".utf8)
                try folder.write("ledgerflow.sqlite", letter)
                for command in [["status"], ["up"], ["down", "--to", "0", "--confirm"]] {
                    try CommandRun(["migrate"] + command + ["--data-dir", folder.path], in: folder)
                        .expect(1, errors: ["Error: ", "ledgerflow.sqlite"], findings)
                }
                findings.check(folder.contents("ledgerflow.sqlite") == letter, "a foreign file was changed")
                try CommandRun(["migrate", "up", "--data-dir", folder.file("ledgerflow.sqlite")], in: folder)
                    .expect(1, errors: ["not a directory"], findings)
                // Where no directory can be made, although the one above is there.
                try CommandRun(["migrate", "up", "--data-dir", "/proc/ledgerflow/data"], in: folder)
                    .expect(1, errors: ["cannot make the directory /proc/ledgerflow"], findings)
            }
        }

        @Test func aServerThatCannotBeUsedIsNamedWithoutThePassword() async throws {
            try await scenario { findings in
                let (logs, database) = (try DataFolder(), try Database())
                let port = database.server.port
                for (url, words) in [
                    ("postgres://postgres:geheim@127.0.0.1:1/x", ["127.0.0.1:1/x", "Connection refused. Check that it runs"]),
                    ("postgres://postgres:geheim@127.0.0.1:\(port)/nowhere", ["\"nowhere\" does not exist"]),
                    ("postgres://nobody:geheim@127.0.0.1:\(port)/ledgerflow", ["\"nobody\" does not exist"]),
                ] {
                    for command in [["status"], ["up"], ["down", "--to", "0", "--confirm"]] {
                        let run = try CommandRun(
                            ["migrate"] + command + ["--data-dir", logs.file("none"), "--database-url", url], in: logs)
                        run.expect(1, errors: ["Error: "] + words, findings)
                        findings.check(
                            !(run.errors + run.output).contains("geheim"), "`migrate \(command[0])` shows the password: \(run.errors)")
                        findings.check(run.output.isEmpty, "`migrate \(command[0])` prints: \(run.output)")
                    }
                }
                for url in [
                    "mysql://root:geheim@127.0.0.1/x", "postgres://root:geheim@127.0.0.1:54a/x", "postgres://root:geheim@127.0.0.1:0/x",
                ] {
                    for command in [["serve"], ["migrate", "status"], ["migrate", "up"], ["migrate", "down", "--to", "0", "--confirm"]] {
                        let run = try CommandRun(command + ["--data-dir", logs.file("none"), "--database-url", url], in: logs)
                        run.expectUsage(["--database-url (or LEDGERFLOW_DATABASE_URL): the "], findings)
                        findings.check(!run.errors.contains("geheim"), "`\(command[0])` shows the password: \(run.errors)")
                    }
                }
                findings.check(!logs.exists("none"), "a command for a server made the data directory")
            }
        }
    }
}
