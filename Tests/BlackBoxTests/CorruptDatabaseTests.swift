import Domain
import Glibc
import PropertyKit
import Testing

extension BlackBox {
    /// What is damaged is not used: the engine says so and what to do, or makes anew what it can make anew.
    @Suite struct CorruptDatabaseTests {
        @Test(arguments: Damage.allCases)
        func aDamagedDatabaseIsRefusedWithAdvice(damage: Damage) async throws {
            try await scenario { findings in
                let scene = try Self.filled(findings)
                let before = scene.data.contents("ledgerflow.sqlite")
                try scene.data.write("ledgerflow.sqlite", damage.apply(to: before))
                let damaged = scene.data.contents("ledgerflow.sqlite")
                let result = try run(["serve", "--data-dir", scene.data.path, "--port", "0"], in: scene.logs)
                guard case .code(let code) = result.ending, code != 0 else {
                    return findings.add("\(damage): the engine ended with \(result.ending)")
                }
                findings.check(!result.output.contains("listens"), "\(damage): the engine listened first")
                let text = result.errors.lowercased()
                findings.check(text.contains("ledgerflow.sqlite"), "\(damage): the file is not named: \(result.errors)")
                findings.check(
                    text.contains("backup") || text.contains("give another"), "\(damage): it is not said what to do: \(result.errors)")
                findings.check(!result.errors.contains("Fatal error"), "\(damage): \(result.errors)")
                findings.check(scene.data.contents("ledgerflow.sqlite") == damaged, "\(damage): the damaged file was changed")
                // The same directory, as restored from a backup, is good.
                try scene.data.write("ledgerflow.sqlite", before)
                let engine = try scene.engine()
                findings.check(try engine.client(scene.token).calls().count == 300, "\(damage): the restored directory has not all calls")
            }
        }

        enum Damage: String, CaseIterable, CustomStringConvertible, Sendable {
            case header, firstPages, middle, everything, anotherFormat

            var description: String { rawValue }

            func apply(to bytes: [UInt8]) -> [UInt8] {
                var bytes = bytes
                var generator = SeededGenerator(seed: 9)
                let range: Range<Int> =
                    switch self {
                    case .header: 0..<100
                    case .firstPages: 4_096..<min(bytes.count, 32_768)
                    case .middle: (bytes.count / 3)..<(bytes.count / 3 * 2)
                    case .everything: 0..<bytes.count
                    case .anotherFormat: 0..<0
                    }
                if self == .anotherFormat { return Array("this is a letter to my aunt, and no database at all\n".utf8) }
                for index in range { bytes[index] = UInt8(truncatingIfNeeded: generator.next()) }
                return bytes
            }
        }

        @Test func aDamagedKeyIsRefusedWithAdvice() async throws {
            try await scenario { findings in
                let scene = try Self.filled(findings)
                for key in ["token.key", "fingerprint.key", "cursor.key", "sealing-1.key"] {
                    let good = scene.data.contents(key)
                    try scene.data.write(key, Array(good.dropLast(5)))
                    let result = try run(["serve", "--data-dir", scene.data.path, "--port", "0"], in: scene.logs)
                    findings.check(result.ending != .code(0), "\(key) cut short is taken")
                    findings.check(result.errors.contains(key) && result.errors.contains("backup"), "\(key): \(result.errors)")
                    try scene.data.write(key, good)
                }
            }
        }

        @Test func listsThatAreLostOrDamagedAreMadeAnew() async throws {
            try await scenario { findings in
                let scene = try Self.filled(findings)
                let good = scene.data.contents("lists.sqlite")
                findings.check(!good.isEmpty, "there is no lists.sqlite")
                let damages: [(String, () throws -> Void)] = [
                    ("deleted", { scene.data.remove("lists.sqlite") }),
                    ("empty", { try scene.data.write("lists.sqlite", []) }),
                    ("overwritten", { try scene.data.write("lists.sqlite", Damage.everything.apply(to: good)) }),
                    ("another format", { try scene.data.write("lists.sqlite", Damage.anotherFormat.apply(to: good)) }),
                    ("cut short", { try scene.data.write("lists.sqlite", Array(good.prefix(good.count / 2))) }),
                    ("damaged in the middle", { try scene.data.write("lists.sqlite", Damage.middle.apply(to: good)) }),
                    ("old", { try scene.data.write("lists.sqlite", good) }),
                ]
                for (number, (name, damage)) in damages.enumerated() {
                    try damage()
                    let engine = try scene.engine()
                    let client = engine.client(scene.token)
                    let expected = 300 + number
                    try Self.expectLists(client, expected, name, findings)
                    let added = try client.submit(submission("http://127.0.0.1:1/", #"\#(farAway),"tags":["odd"]"#), key: "more-\(number)")
                    findings.check(added.status == 201, "lists \(name): a submission is answered \(added.start)")
                    try Self.expectLists(client, expected + 1, name + ", after one more", findings)
                    engine.expectUnharmed(findings, "lists \(name)")
                    findings.check(try engine.stop() == .code(0), "lists \(name): the engine did not stop in order")
                }
            }
        }

        /// A stopped directory with 300 calls, half of them with the tag `odd`.
        private static func filled(_ findings: Findings) throws -> Scene {
            let scene = try Scene()
            let engine = try scene.engine()
            let items = (0..<300).map { number in
                #"{"idempotencyKey":"k\#(number)","request":{"url":"http://host\#(number % 3).invalid/","body":"\#(String(repeating: "b", count: 500))"},"tags":["\#(number % 2 == 0 ? "even" : "odd")"],\#(farAway)}"#
            }
            let answer = try engine.client(scene.token).post("/v1/service-calls/batch", #"{"items":[\#(items.joined(separator: ","))]}"#)
            findings.check(
                try answer.json()["results"].list.count { $0["status"].int == 201 } == 300, "not all were accepted: \(answer.start)")
            _ = try engine.client(scene.token).calls()
            findings.check(try engine.stop() == .code(0), "the engine did not stop in order")
            return scene
        }

        private static func expectLists(_ client: Client, _ count: Int, _ name: String, _ findings: Findings) throws {
            // The first list after a start may come before all is made anew, and says so by a 503.
            var calls: [JSONValue] = []
            try eventually(within: 20, "lists \(name): there are \(count)") {
                calls = (try? client.calls()) ?? []
                return calls.count == count
            }
            findings.check(Set(calls.map { $0["id"].text }).count == count, "lists \(name): a call is listed twice")
            findings.check(
                calls.map { $0["createdAt"].text } == calls.map { $0["createdAt"].text }.sorted(by: >), "lists \(name): not newest first")
            let odd = try client.calls("tag=odd").count
            findings.check(odd == count - 150, "lists \(name): \(odd) with the tag, not \(count - 150)")
            let hosts = try client.calls("host=host1.invalid").count
            findings.check(hosts == 100, "lists \(name): \(hosts) of the host, not 100")
            findings.check(try client.calls("status=scheduled").count == count, "lists \(name): not all are scheduled")
            findings.check(try client.calls("status=failed").isEmpty, "lists \(name): some have failed")
        }
    }
}
