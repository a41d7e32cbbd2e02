import Domain
import Foundation
import Testing

extension BlackBox {
    /// `ledgerflow audit`, as an auditor uses it.
    @Suite struct AuditCommandTests {
        @Test func everyChangeIsOnRecordAndTheChainIsIntact() async throws {
            try await scenario { findings in
                let desk = try InvoiceCommandTests.Desk()
                try desk.audit("verify").expect(0, output: ["Intact: "], findings)
                try number(desk, findings)
                try desk.audit("list").expect(0, output: ["series.open", "series.allocate", "series/SHOP", "  5  "], findings)
                let verdict = try desk.audit("verify", "--json")
                verdict.expect(0, findings)
                let json = try JSONReader.read(Array(verdict.output.utf8))
                let entries = try desk.audit("list", "--json", "--limit", "1000").lines.count
                findings.check(json["intact"] == .bool(true) && json["entries"].int == entries && entries == 5, verdict.output)
                let page = try desk.audit("list", "--json", "--limit", "2")
                findings.check(page.lines.count == 2 && page.errors.contains("There may be more"), page.output + page.errors)
            }
        }

        @Test func whoAltersAnEntryInTheFileIsFoundOut() async throws {
            try await scenario { findings in
                let desk = try InvoiceCommandTests.Desk()
                try number(desk, findings)
                findings.check(try desk.engine.stop() == .code(0), "the engine did not stop in order")
                let file = "ledgerflow.sqlite"
                var bytes = desk.scene.data.contents(file)
                // What one entry says was done, behind its length: as long as before, and another word.
                let command = [15] + Array("series.allocate".utf8)
                guard let place = bytes.indices.first(where: { bytes[$0...].starts(with: command) }) else {
                    throw Broken("the audit does not lie in the file as it is written")
                }
                bytes[place + command.count - 1] = UInt8(ascii: "r")
                try desk.scene.data.write(file, bytes)
                let engine = try desk.scene.engine()
                let verify = ["audit", "verify", "--server", "http://127.0.0.1:\(engine.port)", "--token", desk.scene.token]
                try CommandRun(verify, in: desk.scene.logs)
                    .expect(1, output: ["BROKEN: first in chain", "are altered on the disk"], findings)
                let json = try JSONReader.read(Array(try CommandRun(verify + ["--json"], in: desk.scene.logs).output.utf8))
                findings.check(json["intact"] == .bool(false), "\(json)")
            }
        }

        @Test func anchorsShowThatTheEndOfAChainIsGoneAndThatOneWasComputedAnew() async throws {
            try await scenario { findings in
                let scene = try Scene()
                var engine = try scene.engine(["--partitions", "1", "--audit-anchor-seconds", "1"])
                func audit(_ arguments: String...) throws -> CommandRun {
                    let connection = ["--server", "http://127.0.0.1:\(engine.port)", "--token", scene.token]
                    return try CommandRun(["audit"] + arguments + connection, in: scene.logs)
                }
                for number in 1...3 {
                    _ = try engine.client(scene.token).submit(submission("http://127.0.0.1:1/", farAway), key: "k\(number)")
                }
                try eventually(within: 20, "the chain is anchored") {
                    let verdict = try JSONReader.read(Array(try audit("verify", "--json").output.utf8))
                    return verdict["chains"].list.first?["anchored"].int == 3
                }
                try audit("verify").expect(0, output: ["Intact: 3 entries in 1 chains verified", "note it elsewhere"], findings)
                let lines = try audit("anchors", "--json")
                lines.expect(0, output: [#""entries":3"#, #""statement":"ledgerflow audit anchor v1\n"#], findings)
                try scene.data.write("kept.jsonl", Array(lines.output.utf8))
                let more = try audit("anchors", "--json", "--kept", scene.data.file("kept.jsonl"))
                more.expect(0, findings)
                findings.check(more.lines.isEmpty, "anchors that are kept are printed again: \(more.output)")
                let key = try JSONReader.read(Array((lines.lines.last ?? "").utf8))["publicKey"].text
                try audit("verify", "--public-key", key).expect(0, output: ["anchors hold"], findings)
                try audit("verify", "--public-key", String(repeating: "0", count: 64))
                    .expect(1, output: ["BROKEN", "a key that is not trusted"], findings)
                try audit("verify", "--public-key", "abc").expectUsage(["64 hexadecimal digits"], findings)
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")

                // Whoever can write the file takes the last entry away, and its anchor with it.
                let whole = scene.data.contents("ledgerflow.sqlite")
                let cut = "DELETE FROM audit WHERE head_count = (SELECT max(head_count) FROM audit);"
                try sqlite(scene, cut)
                engine = try scene.engine()
                try audit("verify").expect(
                    1, output: ["BROKEN", "entries 3 to 3 were signed on", "the end of the chain was cut off"], findings)
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                try sqlite(scene, "DELETE FROM audit_anchors WHERE entries > 2;")
                engine = try scene.engine(["--audit-anchor-seconds", "86400"])
                try audit("verify").expect(0, output: ["Intact: 2 entries"], findings)
                try audit("verify", "--anchors", scene.data.file("kept.jsonl")).expect(1, output: ["BROKEN", "cut off"], findings)
                // And goes on from there, as if nothing had been: the hash of the third entry is another.
                _ = try engine.client(scene.token).submit(submission("http://127.0.0.1:1/", farAway), key: "k4")
                try audit("verify", "--anchors", scene.data.file("kept.jsonl")).expect(1, output: ["BROKEN", "computed anew"], findings)
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                try scene.data.write("ledgerflow.sqlite", whole)
                engine = try scene.engine()
                try audit("verify", "--anchors", scene.data.file("kept.jsonl")).expect(0, output: ["Intact: 3 entries"], findings)
                try scene.data.write("bad.jsonl", Array("{}\n".utf8))
                try audit("verify", "--anchors", scene.data.file("bad.jsonl")).expect(64, errors: ["line 1 of", "is no anchor"], findings)
            }
        }

        /// What somebody does who has the file.
        private func sqlite(_ scene: Scene, _ sql: String) throws {
            let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit(); c.close()"
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = ["python3", "-c", script, scene.data.file("ledgerflow.sqlite"), sql]
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw Broken("the file could not be altered") }
        }

        /// Four numbers of a series of its own.
        private func number(_ desk: InvoiceCommandTests.Desk, _ findings: Findings) throws {
            try desk.series(["create", "SHOP", "--format", "SHOP-{seq}", "--reset", "never"]).expect(0, findings)
            for order in 1...4 { try desk.series(["allocate", "SHOP", "order-\(order)"]).expect(0, output: ["SHOP-\(order)"], findings) }
        }
    }
}
