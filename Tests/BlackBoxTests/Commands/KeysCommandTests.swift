import Foundation
import Glibc
import Testing

extension BlackBox {
    /// `ledgerflow keys`, and what an engine makes of the keys.
    @Suite struct KeysCommandTests {
        @Test func aRotatedKeySealsFromTheNextStartAndTheOldOneStillOpens() async throws {
            try await scenario { findings in
                let scene = try Scene()
                try keys(["list"], scene).expect(0, output: ["There is no sealing key yet"], findings)
                var engine = try scene.engine()
                let first = try submit(engine.client(scene.token), body: "first")
                try keys(["rotate"], scene).expect(0, output: ["sealing-2.key"], errors: ["start the engine again"], findings)
                let list = try keys(["list"], scene)
                list.expect(0, output: ["sealing-1.key", "sealing-2.key"], findings)
                findings.check(list.lines.first?.hasSuffix(" opens") ?? false, "the old key seals: \(list.output)")
                findings.check(list.lines.last?.hasSuffix("seals and opens") ?? false, "the new key does not seal: \(list.output)")
                try keys(["list", "--json"], scene).expect(0, output: [#""file":"sealing-2.key""#, #""seals":true"#], findings)
                let second = try submit(engine.client(scene.token), body: "second")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                engine = try scene.engine()
                let third = try submit(engine.client(scene.token), body: "third")
                for (id, body) in [(first, "first"), (second, "second"), (third, "third")] {
                    let detail = try engine.client(scene.token).get("/v1/service-calls/\(id)").json()
                    findings.check(detail["request"]["bodyPreview"].text == body, "\(body) does not open: \(detail)")
                }
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
                // Without the key it does not start, and with the key put back nothing is lost.
                let key = scene.data.contents("sealing-1.key")
                scene.data.remove("sealing-1.key")
                let refused = try run(["serve", "--data-dir", scene.data.path, "--port", "0"], in: scene.logs)
                findings.check(refused.ending != .code(0), "it starts without a key that it needs")
                findings.check(refused.errors.contains("sealing-*.key") && refused.errors.contains("backup"), "\(refused.errors)")
                try scene.data.write("sealing-1.key", key)
                chmod(scene.data.file("sealing-1.key"), 0o600)
                engine = try scene.engine()
                let detail = try engine.client(scene.token).get("/v1/service-calls/\(first)").json()
                findings.check(detail["request"]["bodyPreview"].text == "first", "after the key came back: \(detail)")
                engine.expectUnharmed(findings, "the return of a key")
            }
        }

        @Test func keysAreForTheirOwnerAloneAndNeverPrinted() async throws {
            try await scenario { findings in
                let scene = try Scene()
                try keys(["rotate"], scene).expect(0, output: ["sealing-1.key"], errors: ["start the engine again"], findings)
                let mode =
                    try FileManager.default.attributesOfItem(atPath: scene.data.file("sealing-1.key"))[.posixPermissions] as? NSNumber
                findings.check(mode?.intValue == 0o600, "the key's mode is \(mode?.stringValue ?? "unknown")")
                let key = scene.data.contents("sealing-1.key")
                let hexadecimal = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                let listed = try keys(["list", "--json"], scene)
                findings.check(
                    !listed.output.contains(hexadecimal) && !listed.output.contains(Data(key).base64EncodedString()), "the key is printed")
            }
        }

        private func keys(_ arguments: [String], _ scene: Scene) throws -> CommandRun {
            try CommandRun(["keys"] + arguments + ["--data-dir", scene.data.path], in: scene.logs)
        }

        private func submit(_ client: Client, body: String) throws -> String {
            let answer = try client.submit(#"{"request":{"url":"http://127.0.0.1:1/","body":"\#(body)"},\#(farAway)}"#)
            guard answer.status == 201 else { throw Broken("submitting gave \(answer.status): \(answer.text)") }
            return try answer.json()["id"].text
        }
    }
}
