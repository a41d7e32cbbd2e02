import Domain
import Foundation
import Glibc
import Testing

extension BlackBox {
    /// A full disk refuses, loses nothing, and is survived.
    @Suite struct DiskFullTests {
        @Test func aFullDiskRefusesLosesNothingAndRecovers() async throws {
            try await scenario { findings in
                guard let disk = try SmallDisk.mounted() else { return }
                let logs = try DataFolder()
                let data = disk.path + "/data"
                let bearer = try token(data: data, logs: logs)
                try disk.placeBallast()
                let engine = try EngineProcess(data: data, logs: logs)
                let client = engine.client(bearer)
                var acknowledged = try fill(client, findings)
                print("disk full: \(acknowledged.count) calls acknowledged before the first refusals")
                engine.expectUnharmed(findings, "the disk was full")
                findings.check((try? client.get("/livez").status) == 200, "the engine does not say that it is alive while the disk is full")
                let ready = try client.get("/readyz")
                findings.check(
                    ready.status == 503 && ready.isProblem && ready.text.contains("disk is full"),
                    "while the disk is full /readyz is answered \(ready.start) \(ready.text.prefix(300))")
                for (key, id) in acknowledged {
                    let answer = try client.get("/v1/service-calls/\(id)")
                    findings.check(answer.status == 200, "while the disk is full, \(key) is shown as \(answer.start)")
                }
                disk.removeBallast()
                try eventually(within: 30, "the engine is ready again although nobody submits") {
                    try client.get("/readyz").status == 200
                }
                try eventually(within: 30, "submissions are accepted again; the engine wrote \(engine.errors.suffix(800))") {
                    let answer = try client.submit(Self.body(0), key: "after")
                    if answer.status == 201 || answer.status == 200 { acknowledged["after"] = try answer.json()["id"].text }
                    return acknowledged["after"] != nil
                }
                findings.check(engine.isRunning, "the engine had to be started again")
                try compare(client, acknowledged, findings, "after space returned")
                findings.check(try engine.stop() == .code(0), "the engine did not stop in order after a full disk")
                let second = try EngineProcess(data: data, logs: logs)
                try compare(second.client(bearer), acknowledged, findings, "after a restart")
                second.expectUnharmed(findings, "a restart after a full disk")
            }
        }

        @Test func anEngineStartedOnAFullDiskShowsWhatItHasAndServesAgainWhenSpaceReturns() async throws {
            try await scenario { findings in
                guard let disk = try SmallDisk.mounted() else { return }
                let logs = try DataFolder()
                let data = disk.path + "/data"
                let bearer = try token(data: data, logs: logs)
                try disk.placeBallast()
                let first = try EngineProcess(data: data, logs: logs)
                let acknowledged = try fill(first.client(bearer), findings)
                first.kill()
                let engine = try EngineProcess(data: data, logs: logs, awaitsReadiness: false)
                let client = engine.client(bearer)
                pause(milliseconds: 500)
                findings.check(try client.get("/livez").status == 200, "started on a full disk, the engine is not alive")
                let refused = try client.submit(Self.body(0), key: "while-full")
                findings.check(
                    refused.status == 503 && refused.isProblem && refused.header("retry-after") != nil,
                    "started on a full disk, a submission is answered \(refused.start)")
                disk.removeBallast()
                try engine.awaitReadiness()
                try compare(client, acknowledged, findings, "started on a full disk, after space returned")
                findings.check(
                    try client.submit(Self.body(0), key: "while-full").status == 201, "after space returned a submission is refused")
                engine.expectUnharmed(findings, "a start on a full disk")
            }
        }

        private static func body(_ number: Int) -> String {
            #"{"request":{"url":"http://127.0.0.1:1/\#(number)","body":"\#(String(repeating: "x", count: 40_000))"},\#(farAway)}"#
        }

        /// Submits until 20 submissions in a row are refused.
        private func fill(_ client: Client, _ findings: Findings) throws -> [String: String] {
            var acknowledged: [String: String] = [:]
            var refused = 0
            for number in 1...4_000 {
                let answer = try client.submit(Self.body(number), key: "fill-\(number)")
                switch answer.status {
                case 201:
                    acknowledged["fill-\(number)"] = try answer.json()["id"].text
                    refused = 0
                case 503:
                    refused += 1
                    findings.check(answer.isProblem, "a refusal is no problem+json: \(answer.start) \(answer.text.prefix(300))")
                    findings.check(
                        answer.header("retry-after").flatMap { Int($0) } != nil, "a refusal without Retry-After: \(answer.text.prefix(300))"
                    )
                    if refused == 20 { return acknowledged }
                default: findings.add("on a full disk a submission is answered \(answer.start) \(answer.text.prefix(300))")
                }
            }
            throw Broken("the disk did not become full with \(acknowledged.count) calls")
        }

        private func compare(_ client: Client, _ acknowledged: [String: String], _ findings: Findings, _ when: String) throws {
            let listed = Set(try client.calls().map { $0["id"].text })
            let events = Set(try client.events().map { $0["subject"].text })
            for (key, id) in acknowledged {
                findings.check(listed.contains(id), "\(when), \(key) is not in the list")
                findings.check(events.contains(id), "\(when), \(key) has no event")
                findings.check(try client.get("/v1/service-calls/\(id)").status == 200, "\(when), \(key) is lost")
            }
            findings.check(listed == events, "\(when), \(listed.count) calls are listed, \(events.count) have events")
        }
    }
}

/// A file system of a few megabytes in memory, unmounted when the value goes away.
private final class SmallDisk {
    /// What is freed later must hold what the log still has to bring into the database, which is half of what fills the disk.
    private static let (megabytes, ballast) = (32, 14)
    private let folder: DataFolder
    var path: String { folder.path }

    private init?(_ folder: DataFolder) {
        self.folder = folder
        guard mount("ledgerflow-test", folder.path, "tmpfs", 0, "size=\(Self.megabytes)m") == 0 else { return nil }
    }

    /// Nil, and a loud word, when mounting is not allowed.
    static func mounted() throws -> SmallDisk? {
        let disk = SmallDisk(try DataFolder())
        if disk == nil {
            print("DISK FULL: NOT TESTED. It takes the right to mount a small file system: run the tests as root to have it tested.")
        }
        return disk
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    func placeBallast() throws { try folder.write("ballast", [UInt8](repeating: 1, count: Self.ballast << 20)) }
    func removeBallast() { folder.remove("ballast") }
}
