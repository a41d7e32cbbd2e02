import Domain
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

        /// Four numbers of a series of its own.
        private func number(_ desk: InvoiceCommandTests.Desk, _ findings: Findings) throws {
            try desk.series(["create", "SHOP", "--format", "SHOP-{seq}", "--reset", "never"]).expect(0, findings)
            for order in 1...4 { try desk.series(["allocate", "SHOP", "order-\(order)"]).expect(0, output: ["SHOP-\(order)"], findings) }
        }
    }
}
