import Domain
import PropertyKit
import Synchronization
import Testing

extension BlackBox {
    /// The engine is killed again and again under load, at moments that a seed decides, and nothing is lost, doubled or early.
    ///
    /// `KILLS=300` kills more often, `KILL_SEED=7` at other moments.
    @Suite struct KillTests {
        @Test func killedAgainAndAgainUnderLoadNothingIsLostDoubledOrEarly() async throws {
            try await scenario { findings in
                let kills = Repository.setting("KILLS", default: 30)
                let seed = Repository.setting("KILL_SEED", default: 20_261_121)
                let run = try KillRun(kills: kills, seed: UInt64(seed), findings)
                try run.perform()
                print("kill -9: \(run.summary)")
            }
        }
    }
}

/// One engine directory, its submitters, its follower, and the kills.
final class KillRun: Sendable {
    /// The port stays the same over all restarts, so that clients need not be told.
    let port: Int
    let target: RecordingTarget
    let ledger = KillLedger()
    let findings: Findings
    let token: String
    private let data = Mutex<EngineProcess?>(nil)
    private let folder: DataFolder
    private let logs: DataFolder
    private let kills: Int
    private let arguments: [String]
    private let seed: UInt64
    private let isOver = Atomic<Bool>(false)
    private let text = Mutex("")

    var summary: String { text.withLock { $0 } }
    var stops: Bool { isOver.load(ordering: .relaxed) }

    /// - Parameter arguments: of the engine, for another store for instance.
    init(kills: Int, seed: UInt64, arguments: [String] = [], _ findings: Findings) throws {
        self.kills = kills
        self.arguments = arguments
        self.seed = seed
        self.findings = findings
        (folder, logs) = (try DataFolder(), try DataFolder())
        target = try RecordingTarget()
        port = try Socket.listen().port
        token = try demoToken(folder, logs)
    }

    private func start() throws {
        let engine = try EngineProcess(data: folder.path, logs: logs, port: port, arguments: ["--max-running", "128"] + arguments)
        data.withLock { $0 = engine }
    }

    /// - Parameter inspect: looks at the engine once everything has come to its end, before it is stopped.
    func perform(_ inspect: (Client) throws -> Void = { _ in }) throws {
        defer {
            isOver.store(true, ordering: .relaxed)
            target.stop()
            data.withLock { $0 = nil }
        }
        try start()
        let submitters = Crew()
        for number in 0..<4 {
            submitters.start { [self] in try KillSubmitter(number: number, seed: seed &+ UInt64(number) &+ 1, run: self).work() }
        }
        let follower = KillFollower(run: self)
        let followers = Crew()
        followers.start { try follower.work() }
        try killRepeatedly()
        isOver.store(true, ordering: .relaxed)
        try submitters.join(within: 60)
        print("kill -9: \(ledger.acknowledged.count) calls acknowledged, waiting until all have ended")
        let client = Client(port: port, token: token)
        try eventually(within: 120, "every call ends") {
            pause(milliseconds: 200)
            let open = try ["scheduled", "running", "waitingRetry"].reduce(0) {
                try $0 + client.get("/v1/service-calls?limit=1&status=\($1)").json()["items"].list.count
            }
            return open == 0
        }
        follower.finish()
        try followers.join(within: 60)
        data.withLock { $0 }?.expectUnharmed(findings, "the kills")
        try inspect(client)
        let proof = try KillProof(run: self, followed: follower.events, client: client)
        proof.check()
        findings.check(
            !proof.arrivals.isEmpty && proof.acknowledged.count > 10 * kills, "there was no load: \(proof.acknowledged.count) calls")
        text.withLock { $0 = "seed \(seed), \(kills) kills, \(proof.summary)" }
    }

    private func killRepeatedly() throws {
        var generator = SeededGenerator(seed: seed)
        for number in 1...max(1, kills) {
            pause(milliseconds: generator.chance(25) ? generator.number(0...60) : generator.number(150...1_800))
            guard let engine = data.withLock({ $0 }) else { throw Broken("no engine") }
            engine.expectUnharmed(findings, "restart \(number - 1)")
            engine.kill()
            try start()
            if number % 5 == 0 {
                print(
                    "kill -9: \(number) of \(kills) kills, \(ledger.acknowledged.count) calls acknowledged, \(target.count) requests at the target"
                )
            }
        }
    }
}

/// What the engine has acknowledged.
final class KillLedger: Sendable {
    struct Entry: Sendable {
        let key: String
        let id: String
        let path: String
        /// As given; nil for at once.
        let dueAt: Int64?
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let cancels = Mutex<Set<String>>([])

    var acknowledged: [String: Entry] { entries.withLock { $0 } }
    var cancelled: Set<String> { cancels.withLock { $0 } }

    /// - Returns: the identifier that the key had been given before, when it is another.
    func acknowledge(_ entry: Entry) -> String? {
        entries.withLock { entries in
            if let before = entries[entry.key], before.id != entry.id { return before.id }
            entries[entry.key] = entry
            return nil
        }
    }

    func cancelled(_ id: String) { cancels.withLock { _ = $0.insert(id) } }
}
