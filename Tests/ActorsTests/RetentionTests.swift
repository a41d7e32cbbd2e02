import Domain
import InMemoryAdapter
import Ports
import PropertyKit
import Testing

@testable import Actors
@testable import Simulation

/// Retention beside the whole engine, on virtual time.
@Suite struct RetentionTests {
    private static let policy = RetentionPolicy(
        standard: RetentionRules(
            succeeded: .after(.minutes(5)), failed: .after(.minutes(10)), cancelled: .after(.minutes(3)), payload: .after(.minutes(1))),
        events: .after(.minutes(8)), unreadEvents: .after(.minutes(20)))

    /// A store's housekeeping that fails now and then, and looks at what every step has done.
    private struct WatchedHousekeeping: Housekeeping {
        let world: World
        let clock: SimulatedClock
        let store: InMemoryStore
        let failures: Int

        private func trouble() async throws(JournalError) {
            await clock.delay(2_000)
            if world.generator.chance(failures) { throw .unavailable("simulated") }
        }

        func endedCalls(
            in partition: PartitionId, after ordinal: Int64, upTo latest: Instant
        ) async throws(JournalError) -> EndedCallPage {
            try await trouble()
            let page = try await store.endedCalls(in: partition, after: ordinal, upTo: latest)
            await clock.delay(200_000)
            return page
        }

        func clean(
            _ calls: [EndedCall], _ cleaning: CallCleaning, in partition: PartitionId, epoch: Int64
        ) async throws(JournalError) -> CleaningStep {
            try await trouble()
            let some = Array(calls.prefix(Int.random(in: 1...4, using: &world.generator)))
            let before = store.allCalls
            let step = try await store.clean(some, cleaning, in: partition, epoch: epoch)
            let after = Dictionary(store.allCalls.map { ($0.call.id, $0.call) }, uniquingKeysWith: { first, _ in first })
            for (call, _) in before {
                guard let now = after[call.id] else {
                    if !isOld(call, { RetentionTests.policy.rules(for: $0.tenant).age($0.status) }) {
                        world.violate("\(call.id) was purged while it was \(call.status)")
                    }
                    continue
                }
                let isErased = call.submission.request != now.submission.request
                if isErased, call.status == .failed || !isOld(call, { _ in RetentionTests.policy.standard.payload }) {
                    world.violate("\(call.id) was erased while it was \(call.status)")
                }
            }
            world.note("\(cleaning) \(step.done) of \(some.count)")
            await clock.delay(2_000)
            return step
        }

        private func isOld(_ call: ServiceCall, _ age: (ServiceCall) -> RetentionAge?) -> Bool {
            guard let endedAt = call.endedAt, let cutoff = age(call)?.cutoff(at: world.now) else { return false }
            return endedAt <= cutoff
        }

        func keptContents(
            in partition: PartitionId, after ordinal: Int64, upTo latest: Instant
        ) async throws(JournalError) -> KeptContentPage {
            try await trouble()
            return try await store.keptContents(in: partition, after: ordinal, upTo: latest)
        }

        func eraseContents(
            _ contents: [KeptContent], in partition: PartitionId, epoch: Int64
        ) async throws(JournalError) -> CleaningStep {
            try await trouble()
            return try await store.eraseContents(contents, in: partition, epoch: epoch)
        }

        func trimEvents(
            in partition: PartitionId, through position: Int64, before cutoff: Instant, epoch: Int64
        ) async throws(JournalError) -> TrimStep {
            try await trouble()
            let step = try await store.trimEvents(in: partition, through: position, before: cutoff, epoch: epoch)
            let events = store.allEvents[partition.index].prefix(Int(step.trimmed))
            let latest = world.now - .minutes(8)
            if events.contains(where: { $0.time >= latest }) { world.violate("an event was trimmed early") }
            return step
        }

        func giveBackSpace() async throws(JournalError) -> StoreSpace? { nil }
    }

    /// Reads the tenant's log now and then, as a client does.
    private final class Follower: @unchecked Sendable {
        var cursor: LogCursor?
        var seen: [CommittedEvent] = []
        var wasTooLate = false

        func read(_ store: InMemoryStore, _ tenant: TenantId) async {
            do throws(QueryError) {
                while true {
                    let start = if let cursor { cursor } else { try await store.oldest() }
                    let page = try await store.events(tenant: tenant, after: start, limit: 7)
                    seen += page.events
                    cursor = page.next
                    if page.isAtEnd { return }
                }
            } catch { wasTooLate = error.oldest != nil }
        }
    }

    private final class History: @unchecked Sendable {
        let world: World
        let store: InMemoryStore
        let tenant: TenantId
        let follower = Follower()
        var sleepy = Follower()
        private let published: PublishedLog
        let failures: Int
        private var current: (engine: Engine, executor: SimulatedExecutor)?

        init(seed: UInt64) throws {
            world = World(seed: seed)
            tenant = try #require(TenantId("acme"))
            store = InMemoryStore(partitionCount: 2, storeId: UniqueId(high: 1, low: seed))
            published = PublishedLog(world: world, store: store)
            failures = seed.isMultiple(of: 3) ? 20 : 0
            start()
        }

        /// Starts an engine in the place of the one that serves, which dies as it stands.
        private func start() {
            current?.executor.kill()
            let executor = SimulatedExecutor()
            let clock = SimulatedClock(world: world, executor: executor)
            var faults = Faults.calm
            faults.targetFails = 50
            let inForce = FaultsInForce(faults)
            var settings = EngineSettings()
            settings.retention.policy = RetentionTests.policy
            settings.retention.startDelay = .seconds(1)
            settings.retention.trimInterval = .seconds(30)
            let engine = Engine(
                ports: EnginePorts(
                    journal: SimulatedJournal(world: world, clock: clock, store: store, faults: inForce),
                    log: store, bus: SimulatedBus(world: world, clock: clock, faults: inForce, log: published),
                    client: SimulatedTarget(world: world, clock: clock, faults: inForce, store: store), sealer: InMemorySealer(),
                    time: clock, entropy: SimulatedEntropy(world: world), diagnostics: SimulatedDiagnostics(world: world),
                    calendar: UTCCalendar(),
                    housekeeping: WatchedHousekeeping(world: world, clock: clock, store: store, failures: failures)),
                settings: settings)
            world.executors.append(executor)
            world.note("engine starts")
            Task(executorPreference: executor) { try? await engine.run() }
            current = (engine, executor)
        }

        private func send(_ id: ServiceCallId, _ command: ServiceCallCommand) {
            let intent = ServiceCallIntent(key: ServiceCallKey(tenant: tenant, id: id), command: command)
            guard let (engine, executor) = current else { return }
            Task(executorPreference: executor) { _ = try? await engine.router.send(intent) }
        }

        /// Calls over twenty minutes; some are cancelled, and failed ones are retried, often when they are about to be purged.
        func plan(calls: Int) throws {
            for number in 0..<calls {
                let id = ServiceCallId(UniqueId(high: world.generator.next(), low: world.generator.next()))
                let url = try TargetURL("https://example.com/\(number)?secret=\(number)")
                let request = try InMemorySealer().seal(
                    OutgoingRequest(method: .POST, url: url, headers: [], body: [1, 2, 3]), .request(of: id, tenant: tenant))
                let retry = RetryPolicy(maxAttempts: 2, initialDelay: .seconds(1), maxDelay: .seconds(2))
                let submission = ServiceCallSubmission(
                    tenant: tenant, id: id, request: request, retry: retry,
                    fingerprint: Fingerprint(bytes: [UInt8](repeating: 7, count: 32)),
                    correlationId: "c")
                let at = Int64.random(in: 2...1_200, using: &world.generator)
                world.after(.seconds(at)) { self.send(id, .submit(submission)) }
                if world.generator.chance(20) { world.after(.seconds(at)) { self.send(id, .cancel) } }
                if world.generator.chance(60) {
                    let late = at + Int64.random(in: 540...700, using: &world.generator)
                    world.after(.seconds(late)) { self.send(id, .retry) }
                }
            }
            for round in 1...80 {
                world.after(.seconds(Int64(round) * 30)) { self.read(self.follower) }
            }
            for minutes in [2, 30] as [Int64] {
                world.after(.minutes(minutes)) { self.read(self.sleepy) }
            }
            for _ in 0..<Int.random(in: 0...4, using: &world.generator) {
                world.after(.seconds(Int64.random(in: 1...1_500, using: &world.generator))) { self.start() }
            }
        }

        private func read(_ follower: Follower) {
            guard let executor = current?.executor else { return }
            Task(executorPreference: executor) { await follower.read(self.store, self.tenant) }
        }

        func run() {
            let end = world.uptime + 2_400_000_000
            world.run(limit: 4_000_000, deadline: .max) { world.uptime > end }
            current?.executor.kill()
        }
    }

    @Test(
        "random histories: nothing living is purged, nothing due outlives its age by more than a look, followers miss nothing",
        arguments: 1...12)
    func histories(_ seed: UInt64) throws {
        let history = try History(seed: seed)
        try history.plan(calls: 60)
        history.run()
        #expect(history.world.violations == [])
        let world = history.world
        // A look is begun each minute, and takes a while; longer where the store fails.
        let slack = RetentionTests.policy.interval + .minutes(history.failures > 0 ? 10 : 2)
        for (call, _) in history.store.allCalls {
            guard let endedAt = call.endedAt, let span = RetentionTests.policy.standard.age(call.status)?.span else { continue }
            #expect(endedAt + span + slack > world.now, "\(call.status) is still there")
            if call.status != .failed, endedAt + .minutes(1) + slack < world.now {
                #expect(call.submission.request.payload == .erased)
            }
        }
        let all = history.store.allEvents.joined().filter { $0.tenant == history.tenant }
        #expect(all.count > 40)
        #expect(Set(history.follower.seen) == Set(all))
        #expect(history.follower.seen.count == all.count)
        #expect(history.sleepy.wasTooLate)
        for (subject, events) in Dictionary(grouping: history.follower.seen, by: \.subject) {
            #expect(events.map(\.version) == (1...events.count).map { Int64($0) }, "\(subject)")
        }
    }
}

extension RetentionRules {
    fileprivate func age(_ status: ServiceCall.Status) -> RetentionAge? {
        switch status {
        case .succeeded: succeeded
        case .failed: failed
        case .cancelled: cancelled
        case .scheduled, .running, .waitingRetry: nil
        }
    }
}
