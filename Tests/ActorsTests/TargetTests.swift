import Domain
import InMemoryAdapter
import Ports
import Testing

@testable import Actors
@testable import Simulation

/// The whole engine and its targets, on virtual time.
@Suite struct TargetTests {
    /// Answers as the host's script says, and notes what is cut off.
    private final class ScriptedTarget: TargetClient, @unchecked Sendable {
        let world: World
        let clock: SimulatedClock
        var spans: [String: TimeSpan] = [:]
        var dead: Set<String> = []
        private(set) var sent: [String: Int] = [:]
        private(set) var cutOffAt: [Int64] = []

        init(world: World, clock: SimulatedClock) {
            self.world = world
            self.clock = clock
        }

        func send(_ request: AttemptRequest) async throws(AttemptFailed) -> TargetAnswer {
            let host = request.request.url.host
            sent[host, default: 0] += 1
            await clock.sleep(for: min(spans[host] ?? .milliseconds(5), request.timeout))
            if Task.isCancelled {
                cutOffAt.append(world.uptime)
                throw AttemptFailed(ExecutionFailure(kind: .cancelled, detail: "cut off"))
            }
            if dead.contains(host) { throw AttemptFailed(ExecutionFailure(kind: .connection, detail: "away")) }
            return TargetAnswer(summary: ResponseSummary(status: 200, bodyBytes: 0))
        }
    }

    private final class Bench: @unchecked Sendable {
        let world = World(seed: 1)
        let store = InMemoryStore(partitionCount: 3, storeId: UniqueId(high: 1, low: 1))
        let faults = FaultsInForce(.calm)
        let settings: EngineSettings
        let log: PublishedLog
        var executor = SimulatedExecutor()
        var target: ScriptedTarget
        var engine: Engine
        var replies = 0
        private var next = 0

        init(_ change: (inout EngineSettings) -> Void = { _ in }) {
            var settings = EngineSettings()
            change(&settings)
            self.settings = settings
            log = PublishedLog(world: world, store: store)
            let clock = SimulatedClock(world: world, executor: executor)
            target = ScriptedTarget(world: world, clock: clock)
            engine = Self.engine(world, clock, store, faults, log, target, settings)
            begin()
        }

        private static func engine(
            _ world: World, _ clock: SimulatedClock, _ store: InMemoryStore, _ faults: FaultsInForce, _ log: PublishedLog,
            _ target: ScriptedTarget, _ settings: EngineSettings
        ) -> Engine {
            Engine(
                ports: EnginePorts(
                    journal: SimulatedJournal(world: world, clock: clock, store: store, faults: faults),
                    log: SimulatedLog(clock: clock, store: store, faults: faults, world: world),
                    bus: SimulatedBus(world: world, clock: clock, faults: faults, log: log), client: target, sealer: InMemorySealer(),
                    time: clock, entropy: SimulatedEntropy(world: world), diagnostics: SimulatedDiagnostics(world: world),
                    calendar: UTCCalendar()),
                settings: settings)
        }

        private func begin() {
            world.executors.append(executor)
            Task(executorPreference: executor) { [engine] in try? await engine.run() }
            run { self.engine.isReady }
        }

        /// As after `kill -9`.
        func restart() {
            executor.kill()
            executor = SimulatedExecutor()
            let clock = SimulatedClock(world: world, executor: executor)
            let before = target
            target = ScriptedTarget(world: world, clock: clock)
            (target.spans, target.dead) = (before.spans, before.dead)
            engine = Self.engine(world, clock, store, faults, log, target, settings)
            begin()
        }

        func send(_ intents: [ServiceCallIntent]) {
            Task(executorPreference: executor) { [engine] in
                let outcomes = await engine.router.send(intents)
                for outcome in outcomes { if case .failure(let error) = outcome { Issue.record("\(error)") } }
                self.replies += outcomes.count
            }
        }

        func send(_ command: HoldCommand, tenant: TenantId) {
            let intent = BookIntent(tenant: tenant, command: .item(.holds(command)), by: "ops", correlationId: "c")
            Task(executorPreference: executor) { [engine] in
                do throws(IntentError) { _ = try await engine.router.send(intent) } catch { Issue.record("\(error)") }
                self.replies += 1
            }
        }

        /// Submits and waits for the replies.
        func submit(_ count: Int, _ tenant: TenantId, to host: String, dueIn: TimeSpan = .zero) throws {
            let dueAt = world.now + dueIn
            var intents: [ServiceCallIntent] = []
            for _ in 0..<count {
                next += 1
                intents.append(
                    .submit(
                        ServiceCallSubmission(
                            tenant: tenant, id: ServiceCallId(UniqueId(high: UInt64(next), low: UInt64(next))),
                            request: SealedRequest(method: .POST, url: try TargetURL("https://\(host)/"), payload: .empty, bodyBytes: 0),
                            dueAt: dueAt, fingerprint: Fingerprint(bytes: [1]), correlationId: "c")))
            }
            let before = replies
            send(intents)
            run { self.replies == before + count }
        }

        func run(for seconds: Int64 = 3_000, until isDone: () -> Bool) {
            world.run(limit: 20_000_000, deadline: world.uptime + seconds * 1_000_000, until: isDone)
        }

        func pass(_ span: TimeSpan) {
            let end = world.uptime + span.microseconds
            var reached = false
            world.after(span) { reached = true }
            run { reached && self.world.uptime >= end }
        }

        func calls(of tenant: TenantId, _ status: ServiceCall.Status) -> Int {
            store.allCalls.count { $0.call.tenant == tenant && $0.call.status == status }
        }

        func gauge(_ name: String) -> Int64 {
            for family in engine.metricFamilies where family.name == name { if case .gauge(let read) = family.source { return read() } }
            return -1
        }
    }

    private func tenant(_ name: String) throws -> TenantId { try #require(TenantId(name)) }

    @Test func cancellingARunningCallCutsOffItsRequest() throws {
        let bench = Bench()
        let acme = try tenant("acme")
        bench.target.spans["slow.example.com"] = .seconds(25)
        try bench.submit(1, acme, to: "slow.example.com")
        bench.run { bench.target.sent["slow.example.com"] == 1 }
        bench.pass(.seconds(1))
        let key = ServiceCallKey(tenant: acme, id: ServiceCallId(UniqueId(high: 1, low: 1)))
        let at = bench.world.uptime
        bench.send([ServiceCallIntent(key: key, command: .cancel)])
        bench.run { bench.replies == 2 && bench.gauge("ledgerflow_attempts_running") == 0 }
        let cutOff = try #require(bench.target.cutOffAt.first)
        #expect(cutOff - at < 50_000, "\(cutOff - at) µs")
        #expect(bench.engine.metrics.attemptsCutOff.value == 1)
        let (call, attempts) = try #require(bench.store.allCalls.first)
        #expect(call.status == .cancelled && attempts.count == 1)
        bench.pass(.seconds(40))
        #expect(bench.store.allCalls.first?.call.version == call.version, "the attempt's own report is not heard any more")
    }

    @Test func aCallThatIsCancelledBeforeItsRequestLeftSendsNone() throws {
        let bench = Bench()
        let acme = try tenant("acme")
        try bench.submit(200, acme, to: "a.example.com")
        bench.send(
            (1...200).map {
                ServiceCallIntent(
                    key: ServiceCallKey(tenant: acme, id: ServiceCallId(UniqueId(high: UInt64($0), low: UInt64($0)))),
                    command: .dueTimeReached)
            })
        bench.run { bench.calls(of: acme, .succeeded) == 200 }
        #expect(bench.target.sent["a.example.com"] ?? 0 <= 200)
    }

    @Test func aPausedTargetIsNotCalledAlsoAfterARestartUntilItGoesOn() throws {
        let bench = Bench()
        let acme = try tenant("acme")
        bench.send(.pauseTarget(host: "a.example.com", by: "ops", reason: "maintenance"), tenant: acme)
        bench.run { bench.replies == 1 }
        try bench.submit(50, acme, to: "a.example.com")
        try bench.submit(50, acme, to: "b.example.com")
        bench.run { bench.calls(of: acme, .succeeded) == 50 }
        bench.pass(.seconds(30))
        #expect(bench.target.sent["a.example.com"] == nil)
        #expect(bench.engine.targets(of: acme).map(\.state) == [.paused, .closed])
        bench.restart()
        bench.pass(.seconds(30))
        #expect(bench.target.sent["a.example.com"] == nil && bench.calls(of: acme, .scheduled) == 50)
        bench.send(.resumeTarget(host: "a.example.com"), tenant: acme)
        bench.run { bench.calls(of: acme, .succeeded) == 100 }
        #expect(bench.target.sent["a.example.com"] == 50)
    }

    @Test func aPausedTenantWaitsAndTheOthersDoNot() throws {
        let bench = Bench()
        let (acme, beta) = (try tenant("acme"), try tenant("beta"))
        bench.send(.pauseTenant(by: "ops", reason: "unpaid"), tenant: acme)
        bench.run { bench.replies == 1 }
        try bench.submit(3_000, acme, to: "a.example.com")
        try bench.submit(20, beta, to: "a.example.com")
        bench.run { bench.calls(of: beta, .succeeded) == 20 }
        bench.pass(.seconds(30))
        #expect(bench.calls(of: acme, .scheduled) == 3_000 && bench.gauge("ledgerflow_execution_queue_depth") == 0)
        bench.send(.resumeTenant, tenant: acme)
        bench.run { bench.calls(of: acme, .succeeded) == 3_000 }
        #expect(bench.target.sent["a.example.com"] == 3_020)
    }

    @Test func theCallsOfATargetThatIsAwayWaitAndDoNotFail() throws {
        let bench = Bench { $0.executionQueuePerLane = 64 }
        let acme = try tenant("acme")
        bench.target.dead = ["dead.example.com"]
        try bench.submit(2_000, acme, to: "dead.example.com", dueIn: .seconds(1))
        try bench.submit(100, acme, to: "b.example.com", dueIn: .seconds(2))
        bench.run { bench.calls(of: acme, .succeeded) == 100 }
        bench.pass(.seconds(1_200))
        #expect(bench.calls(of: acme, .failed) == 0)
        // The first ones, all at once, and then a few every five minutes.
        #expect(bench.target.sent["dead.example.com"] ?? 0 < 700, "\(bench.target.sent)")
        #expect(bench.gauge("ledgerflow_execution_queue_depth") == 0 && bench.engine.targets(of: acme).contains { $0.parked })
        bench.target.dead = []
        bench.run { bench.calls(of: acme, .succeeded) == 2_100 }
        #expect(bench.calls(of: acme, .succeeded) == 2_100)
    }

    /// P15 on virtual time: lateness of a quiet tenant alone, and beside thousands of overdue calls.
    @Test func aBacklogDoesNotMakeAQuietTenantLate() throws {
        func p99(beside backlog: Int) throws -> Int64 {
            let bench = Bench { $0.maxRunning = 24 }
            let (loud, quiet) = (try tenant("loud"), try tenant("quiet"))
            bench.target.spans["loud.example.com"] = .milliseconds(300)
            if backlog > 0 { try bench.submit(backlog, loud, to: "loud.example.com") }
            for _ in 0..<100 {
                try bench.submit(1, quiet, to: "quiet.example.com", dueIn: .milliseconds(40))
                bench.pass(.milliseconds(100))
            }
            bench.run { bench.calls(of: quiet, .succeeded) == 100 }
            if backlog > 0 { #expect(bench.calls(of: loud, .scheduled) > 0, "there is still a backlog") }
            let late = bench.store.allCalls.filter { $0.call.tenant == quiet }.compactMap { call, attempts in
                attempts.first.map { ($0.startedAt - (call.submission.dueAt ?? .latest)).microseconds }
            }
            return late.sorted()[98]
        }
        let (idle, beside) = (try p99(beside: 0), try p99(beside: 4_000))
        #expect(beside <= 2 * max(idle, 5_000), "idle \(idle) µs, beside \(beside) µs")
    }
}
