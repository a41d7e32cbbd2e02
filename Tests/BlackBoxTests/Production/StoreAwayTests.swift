import Domain
import Foundation
import Glibc
import PostgresKit
import Testing

extension BlackBox {
    /// The binary, under load, on a PostgreSQL server that cannot do what it is asked for a while.
    @Suite struct StoreAwayTests {
        @Test func aFullDiskOfTheServerRefusesLosesNothingAndIsOverWhenThereIsRoom() async throws {
            try await scenario { findings in
                let server = try PostgresServer()
                defer { server.remove() }
                guard let disk = SmallDisk(in: server.folder, mebibytes: 64) else {
                    return print("DISK FULL ON POSTGRESQL: NOT TESTED. It takes the right to mount a small file system.")
                }
                defer { disk.remove() }
                try disk.fill(mebibytes: 32)
                try server.sql("CREATE TABLESPACE small LOCATION '\(disk.path)/data'")
                try server.sql("CREATE DATABASE ledgerflow TABLESPACE small")
                let scene = try Scene()
                let engine = try scene.engine(["--database-url", server.url("ledgerflow")])
                let load = try SteadyLoad(port: engine.port, token: scene.token, bodyBytes: 24_000, findings)
                defer { load.abandon() }
                load.start(seed: 31)
                try load.awaitRefused(more: 60, within: 60, "the disk becomes full; \(load.summary)")
                findings.check(load.acknowledged.count > 100, "the disk was full too early: \(load.summary)")
                try expectReadable(load, engine, findings)
                try load.awaitRefused(more: 60, within: 30, "submissions are refused still")
                print("disk full on PostgreSQL: \(load.summary)")
                disk.free()
                let freed = monotonicMilliseconds()
                try load.awaitAcknowledged(more: 1, within: 30, "submissions are accepted again; it wrote \(engine.errors.suffix(800))")
                print("disk full on PostgreSQL: accepted again \(monotonicMilliseconds() - freed) ms after there was room")
                try load.awaitAcknowledged(more: 100, within: 30, "the load goes on as before")
                try load.prove()
                engine.expectUnharmed(findings, "the full disk")
                findings.check(
                    engine.errors.contains("53100"), "the diagnostics do not tell of the full disk: \(engine.errors.suffix(800))")
                print("disk full on PostgreSQL: \(load.summary)")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order after the full disk")
            }
        }

        /// What was acknowledged is shown while nothing can be written.
        private func expectReadable(_ load: SteadyLoad, _ engine: EngineProcess, _ findings: Findings) throws {
            let client = engine.client(load.token)
            findings.check(try client.get("/livez").status == 200, "while the disk is full the engine does not say that it is alive")
            for entry in load.acknowledged.prefix(50) {
                let answer = try client.get("/v1/service-calls/\(entry.id)")
                findings.check(answer.status == 200, "while the disk is full, \(entry.key) is shown as \(answer.start)")
            }
        }

        /// Its log cannot grow: the server ends itself in the middle of a commit, and starts only when there is room.
        @Test func aServerThatItsFullDiskBringsDownIsAwaitedAndNothingIsLost() async throws {
            try await scenario { findings in
                let server = try PostgresServer(settings: ["restart_after_crash = off"])
                defer { server.remove() }
                guard let disk = SmallDisk(in: server.folder, mebibytes: 64) else {
                    return print("DISK FULL UNDER POSTGRESQL'S LOG: NOT TESTED. It takes the right to mount a small file system.")
                }
                defer { disk.remove() }
                try server.createDatabase("ledgerflow")
                try moveLog(of: server, to: disk)
                let scene = try Scene()
                let engine = try scene.engine(["--database-url", server.url("ledgerflow")])
                let load = try SteadyLoad(port: engine.port, token: scene.token, bodyBytes: 24_000, findings)
                defer { load.abandon() }
                load.start(seed: 34)
                // There is room for one more file of the log, which the server has made already, or for none.
                try disk.fill(mebibytes: 28)
                try load.awaitAcknowledged(more: 100, within: 30, "there is load")
                try eventually(within: 60, "the server ends itself; \(load.summary)") { try isWithoutStore(engine) }
                try load.awaitRefused(more: 5, within: 30, "submissions are refused")
                print("disk full under PostgreSQL's log: \(load.summary)")
                let log = try String(contentsOf: server.folder.appendingPathComponent("log"), encoding: .utf8)
                findings.check(
                    log.contains("PANIC") && log.contains("No space left on device"), "the server ended otherwise: \(log.suffix(500))")
                disk.free()
                try server.start()
                try load.awaitAcknowledged(more: 100, within: 30, "the load goes on; it wrote \(engine.errors.suffix(800))")
                try load.prove()
                engine.expectUnharmed(findings, "the server's end")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order after the full disk")
                print("disk full under PostgreSQL's log: \(load.summary)")
            }
        }

        private func moveLog(of server: PostgresServer, to disk: SmallDisk) throws {
            try server.stop()
            let (from, to) = (server.folder.path + "/data/pg_wal", disk.path + "/data/pg_wal")
            let owner = try FileManager.default.attributesOfItem(atPath: from)
            try FileManager.default.copyItem(atPath: from, toPath: to)
            for path in [to] + (try FileManager.default.subpathsOfDirectory(atPath: to)).map({ to + "/" + $0 }) {
                guard lchown(path, uid_t(owner.number(.ownerAccountID)), gid_t(owner.number(.groupOwnerAccountID))) == 0 else {
                    throw Broken("\(path) cannot be given to the server's user")
                }
            }
            try FileManager.default.removeItem(atPath: from)
            guard symlink(to, from) == 0 else { throw Broken("no link to \(to)") }
            try server.start()
        }

        private func isWithoutStore(_ engine: EngineProcess) throws -> Bool {
            try Client(port: engine.port).get("/metrics").text.contains("\nledgerflow_store_connections 0\n")
        }

        @Test func aServerThatIsAwayForHalfAMinuteIsToldOfAndWhatWasAcceptedGoesOnWhenItIsBack() async throws {
            try await scenario { findings in
                let (database, scene) = (try Database(), try Scene())
                let engine = try scene.engine(database.arguments)
                let load = try SteadyLoad(port: engine.port, token: scene.token, findings)
                defer { load.abandon() }
                load.start(seed: 32)
                try load.awaitAcknowledged(more: 200, within: 30, "there is load")
                try database.server.stop(.fast)
                let stopped = monotonicMilliseconds()
                try load.awaitRefused(more: 3, within: 20, "submissions are refused")
                let readers = Crew()
                for path in ["", "?limit=1", "/\(load.acknowledged.first?.id ?? "")"] {
                    readers.start { try expectRefused("/v1/service-calls" + path, load, findings) }
                }
                readers.start { try expectRefused("/v1/events?limit=1", load, findings) }
                while monotonicMilliseconds() - stopped < 30_000 {
                    try expectTold(engine, findings)
                    pause(milliseconds: 1_000)
                }
                try readers.join(within: 30)
                let (refused, acknowledged) = (load.refused, load.acknowledged.count)
                findings.check(refused >= 10, "in half a minute only \(refused) submissions were refused")
                print("PostgreSQL away for 30 s: \(load.summary)")
                try database.server.start()
                let back = monotonicMilliseconds()
                try load.awaitAcknowledged(more: 1, within: 15, "submissions are accepted again; it wrote \(engine.errors.suffix(800))")
                print("PostgreSQL away for 30 s: accepted again \(monotonicMilliseconds() - back) ms after its return")
                try load.awaitAcknowledged(more: 200, within: 30, "the load goes on as before")
                findings.check(try Client(port: engine.port).get("/readyz").status == 200, "the engine is not ready again")
                try load.prove()
                findings.check(load.acknowledged.count > acknowledged, "nothing was accepted after the return")
                engine.expectUnharmed(findings, "the server's absence")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order afterwards")
            }
        }

        /// Without its store the engine lives, is not ready, and says why.
        private func expectTold(_ engine: EngineProcess, _ findings: Findings) throws {
            let client = Client(port: engine.port)
            findings.check(try client.get("/livez").status == 200, "without its store the engine does not say that it is alive")
            let ready = try client.get("/readyz")
            findings.check(
                ready.status == 503 && ready.isProblem && ready.text.contains("The database cannot be reached"),
                "without its store /readyz is answered \(ready.start) \(ready.text.prefix(300))")
            findings.check(try isWithoutStore(engine), "the metrics show connections that are not there")
        }

        /// A read is refused as a submission is.
        private func expectRefused(_ path: String, _ load: SteadyLoad, _ findings: Findings) throws {
            let answer = try Client(port: load.port, token: load.token).get(path)
            findings.check(
                answer.status == 503 && answer.isProblem && answer.header("retry-after") != nil,
                "without its store the engine answers \(path) with \(answer.start) \(answer.text.prefix(300))")
        }
    }
}

extension [FileAttributeKey: Any] {
    fileprivate func number(_ key: FileAttributeKey) -> Int { (self[key] as? NSNumber)?.intValue ?? -1 }
}
