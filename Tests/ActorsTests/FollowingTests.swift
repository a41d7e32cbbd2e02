import Domain
import InMemoryAdapter
import Ports
import Testing

@testable import Actors
@testable import Simulation

/// Schedules and subscriptions in a whole engine on virtual time, through restarts.
@Suite struct FollowingTests {
    private final class Bench: @unchecked Sendable {
        let world = World(seed: 1)
        let store = InMemoryStore(partitionCount: 2, storeId: UniqueId(high: 1, low: 1))
        let faults = FaultsInForce(.calm)
        var settings = EngineSettings()
        var executor = SimulatedExecutor()
        var engine: Engine?
        var answers = 0
        var failures: [IntentError] = []
        let tenant: TenantId
        private let published: PublishedLog

        init() throws {
            tenant = try #require(TenantId("acme"))
            published = PublishedLog(world: world, store: store)
        }

        func start() {
            executor = SimulatedExecutor()
            let clock = SimulatedClock(world: world, executor: executor)
            let engine = Engine(
                ports: EnginePorts(
                    journal: SimulatedJournal(world: world, clock: clock, store: store, faults: faults),
                    log: SimulatedLog(clock: clock, store: store, faults: faults, world: world),
                    bus: SimulatedBus(world: world, clock: clock, faults: faults, log: published),
                    client: SimulatedTarget(world: world, clock: clock, faults: faults, store: store), sealer: InMemorySealer(),
                    time: clock, entropy: SimulatedEntropy(world: world), diagnostics: SimulatedDiagnostics(world: world),
                    calendar: UTCCalendar()),
                settings: settings)
            self.engine = engine
            world.executors = [executor]
            Task(executorPreference: executor) { try? await engine.run() }
        }

        func kill() { executor.kill() }

        /// Sends the commands and waits for the answers.
        func send(_ commands: ItemCommand...) {
            guard let engine else { return }
            let before = answers
            for command in commands {
                let intent = BookIntent(tenant: tenant, command: .item(command), by: "ana", correlationId: "c")
                Task(executorPreference: executor) {
                    do throws(IntentError) { _ = try await engine.router.send(intent) } catch { self.failures.append(error) }
                    self.answers += 1
                }
            }
            run { self.answers == before + commands.count }
        }

        /// What stops the world, as too many steps do, would else leave a test where it stands and prove nothing.
        func run(until isDone: () -> Bool) {
            world.run(limit: world.steps + 2_000_000, deadline: world.uptime + 4_000_000_000_000, until: isDone)
            #expect(world.violations.isEmpty)
        }

        func pass(_ span: TimeSpan) {
            let end = world.uptime + span.microseconds
            var reached = false
            world.after(span) { reached = true }
            run { reached || self.world.uptime > end }
        }

        func calls(_ isWanted: (CallOrigin) -> Bool) -> [ServiceCall] {
            store.allCalls.map(\.call).filter { $0.submission.origin.map(isWanted) ?? false }
        }

        var occurrences: [Instant] {
            calls { if case .schedule = $0 { true } else { false } }.compactMap { call in
                if case .schedule(_, let nominal)? = call.submission.origin { nominal } else { nil }
            }.sorted()
        }

        var deliveries: [ServiceCall] { calls { if case .subscription = $0 { true } else { false } } }
    }

    private func template(of id: UniqueId, _ bench: Bench) throws -> CallTemplate {
        let request = OutgoingRequest(method: .POST, url: try TargetURL("https://example.com/hook?key=canary"))
        return CallTemplate(
            request: try InMemorySealer().seal(request, CallTemplate.context(of: id, tenant: bench.tenant)), timeout: .seconds(2),
            retry: RetryPolicy(maxAttempts: 1))
    }

    private func schedule(_ bench: Bench, every text: String, _ misfire: MisfireRule) throws -> ItemCommand {
        let id = ScheduleId(UniqueId(high: 9, low: 1))
        let timing = ScheduleTiming(
            recurrence: .every(try RepeatingInterval(text, start: bench.world.now)), misfire: misfire)
        return .schedule(
            id,
            .create(
                Schedule.Plan(
                    name: try #require(ItemName("n")), timing: timing, template: try template(of: id.value, bench),
                    fingerprint: Fingerprint(bytes: [1]))))
    }

    private let subscriptionId = SubscriptionId(UniqueId(high: 9, low: 2))

    private func subscription(_ bench: Bench, _ types: String...) throws -> ItemCommand {
        .subscription(
            subscriptionId,
            .create(
                Subscription.Plan(
                    name: try #require(ItemName("n")), types: try types.map { try EventTypePattern($0) },
                    template: try template(of: subscriptionId.value, bench), fingerprint: Fingerprint(bytes: [1])), from: [0, 0]))
    }

    // MARK: - Schedules

    @Test func anOccurrenceIsOneCallAtItsTime() throws {
        let bench = try Bench()
        bench.start()
        let begin = bench.world.now
        bench.send(try schedule(bench, every: "PT1M", .all))
        bench.pass(.seconds(200))
        #expect(bench.failures.isEmpty)
        #expect(bench.occurrences == (1...3).map { begin + .minutes($0) })
        #expect(bench.store.allCalls.allSatisfy { $0.call.status == .succeeded })
        #expect(bench.world.violations.isEmpty)
    }

    @Test(arguments: MisfireRule.allCases)
    func afterALongStandstillTheMisfireRuleDecides(_ rule: MisfireRule) throws {
        let bench = try Bench()
        bench.settings.misfireLimit = 5
        bench.start()
        let begin = bench.world.now
        bench.send(try schedule(bench, every: "PT1M", rule))
        bench.pass(.seconds(130))
        bench.kill()
        // The two that were made, then thirty minutes in which no engine runs.
        bench.pass(.minutes(30))
        bench.start()
        bench.pass(.seconds(20))
        let made: [Int64] =
            switch rule {
            // The newest five that are missed, and the one on time.
            case .all: [1, 2, 27, 28, 29, 30, 31, 32]
            case .latest, .skip: [1, 2, 32]
            }
        let minutes = bench.occurrences.map { ($0 - begin).microseconds / 60_000_000 }
        #expect(Set(minutes).isSubset(of: Set(made)), "\(rule): \(minutes)")
        #expect(minutes.suffix(1) == [32], "\(rule): \(minutes)")
        #expect(Set(minutes).count == minutes.count)
        #expect(bench.world.violations.isEmpty)
    }

    @Test func aPausedScheduleMakesNoCallsAndMissesNone() throws {
        let bench = try Bench()
        bench.start()
        let begin = bench.world.now
        bench.send(try schedule(bench, every: "PT1M", .all))
        let id = ScheduleId(UniqueId(high: 9, low: 1))
        bench.send(.schedule(id, .pause))
        bench.pass(.minutes(10))
        #expect(bench.occurrences.isEmpty)
        bench.send(.schedule(id, .resume))
        bench.pass(.minutes(1))
        #expect(bench.occurrences == [begin + .minutes(11)])
    }

    @Test func whatAPartitionCannotTakeAtOnceComesByAndBy() throws {
        let bench = try Bench()
        bench.settings.mailboxCapacity = 2
        bench.start()
        let begin = bench.world.now
        bench.send(try schedule(bench, every: "PT1M", .all))
        bench.kill()
        bench.pass(.minutes(50))
        bench.start()
        bench.pass(.seconds(30))
        #expect(bench.occurrences == (1...50).map { begin + .minutes($0) })
    }

    // MARK: - Subscriptions

    @Test func moreEventsThanAPartitionCanTakeAtOnceAreAllDelivered() throws {
        let bench = try Bench()
        bench.settings.mailboxCapacity = 2
        bench.start()
        for host in 0..<60 { bench.send(.holds(.pauseTarget(host: "h\(host)", by: "ana", reason: "r"))) }
        bench.send(try subscription(bench, "ledgerflow.target.*"))
        bench.pass(.seconds(30))
        #expect(bench.deliveries.count == 60)
    }

    @Test func anEventIsDeliveredOnceAndItsDeliveryIsNot() throws {
        let bench = try Bench()
        bench.start()
        bench.send(try subscription(bench, "*"))
        bench.send(.holds(.pauseTarget(host: "other.example", by: "ana", reason: "r")))
        bench.pass(.minutes(1))
        #expect(bench.failures.isEmpty)
        let delivered = bench.store.allEvents.joined().filter { $0.type.context != "service-call" }
        #expect(bench.deliveries.count == delivered.count)
        #expect(delivered.count == 2)
        #expect(bench.world.violations.isEmpty)
    }

    @Test func aFollowerThatIsKilledDeliversWhatItMissed() throws {
        let bench = try Bench()
        bench.start()
        bench.send(try subscription(bench, "ledgerflow.target.*"))
        bench.kill()
        bench.start()
        bench.send(.holds(.pauseTarget(host: "a.example", by: "ana", reason: "r")))
        bench.kill()
        bench.start()
        bench.pass(.minutes(1))
        #expect(bench.deliveries.count == 1)
        bench.kill()
        bench.start()
        bench.pass(.minutes(1))
        #expect(bench.deliveries.count == 1)
    }

    @Test func aReplayDeliversAgainUnderTheSameMessageId() throws {
        let bench = try Bench()
        bench.start()
        bench.send(try subscription(bench, "ledgerflow.target.*"))
        bench.send(.holds(.pauseTarget(host: "a.example", by: "ana", reason: "r")))
        bench.pass(.minutes(1))
        bench.send(.subscription(subscriptionId, .replay(from: [0, 0], generation: 1)))
        bench.pass(.minutes(1))
        #expect(bench.deliveries.count == 2)
        // The target checks that both carry the same webhook-id.
        #expect(bench.world.violations.isEmpty)
    }

    @Test func aSubscriptionThatFailsForDaysIsDisabledThroughRestartsAndSaysSo() throws {
        let bench = try Bench()
        bench.faults.current.targetFails = 100
        // Days take too many steps when an idle engine looks at its clocks four times a second.
        bench.settings.clockCheck = .minutes(1)
        bench.settings.cursorInterval = .minutes(1)
        bench.start()
        bench.send(try subscription(bench, "ledgerflow.target.*"))
        func status() -> Domain.Subscription.Status? {
            guard case .item(.subscription(let subscription))? = bench.store.current(.item(bench.tenant, .subscription(subscriptionId)))
            else { return nil }
            return subscription.status
        }
        for day in 0..<5 {
            bench.send(.holds(.pauseTarget(host: "h\(day)", by: "ana", reason: "r")))
            bench.pass(.hours(23))
            bench.kill()
            bench.start()
        }
        #expect(bench.deliveries.count == 5)
        #expect(bench.deliveries.allSatisfy { $0.status == .failed })
        #expect(status() == .active)
        bench.pass(.hours(10))
        bench.send(.holds(.pauseTarget(host: "last", by: "ana", reason: "r")))
        bench.pass(.minutes(5))
        #expect(status() == .disabled)
        #expect(bench.store.allEvents.joined().count { $0.type == .subscription(.disabled) } == 1)
        // Resumed, it delivers what came meanwhile.
        bench.send(.holds(.pauseTarget(host: "meanwhile", by: "ana", reason: "r")))
        bench.pass(.minutes(1))
        let before = bench.deliveries.count
        bench.faults.current.targetFails = 0
        bench.send(.subscription(subscriptionId, .resume))
        bench.pass(.minutes(5))
        #expect(before == 6)
        #expect(bench.deliveries.count == before + 1)
        #expect(bench.deliveries.count { $0.status == .succeeded } == 1)
        #expect(status() == .active)
    }

    @Test func aClockThatLeapsBetweenTwoFailuresDoesNotDisableASubscription() throws {
        let bench = try Bench()
        bench.faults.current.targetFails = 100
        bench.start()
        bench.send(try subscription(bench, "ledgerflow.target.*"))
        bench.send(.holds(.pauseTarget(host: "before", by: "ana", reason: "r")))
        bench.run { bench.deliveries.count { $0.status == .failed } == 1 }
        bench.world.wallOffset += 240 * 3_600_000_000
        bench.send(.holds(.pauseTarget(host: "after", by: "ana", reason: "r")))
        bench.run { bench.deliveries.count { $0.status == .failed } == 2 }
        bench.pass(.minutes(1))
        #expect(bench.store.allEvents.joined().count { $0.type == .subscription(.disabled) } == 0)
    }

    @Test func whatCannotBeDisabledNowIsTriedAgainWithPatience() throws {
        let bench = try Bench()
        bench.faults.current.targetFails = 100
        bench.settings.disableSubscriptionAfter = .seconds(1)
        bench.start()
        bench.send(try subscription(bench, "ledgerflow.target.*"))
        for number in 1...5 {
            bench.pass(.seconds(5))
            bench.send(.holds(.pauseTarget(host: "h\(number).example", by: "ana", reason: "r")))
            bench.run { bench.deliveries.count { $0.status == .failed } == number }
        }
        bench.faults.current.commitUnavailable = 100
        let before = bench.world.steps
        bench.pass(.minutes(1))
        #expect(bench.world.steps - before < 20_000)
        bench.faults.current.commitUnavailable = 0
        bench.pass(.minutes(1))
        #expect(bench.store.allEvents.joined().count { $0.type == .subscription(.disabled) } == 1)
    }
}
