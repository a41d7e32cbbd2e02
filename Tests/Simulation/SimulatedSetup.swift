import Actors
import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// A client that sets up one schedule or one subscription, and then pauses, resumes, changes, replays or deletes it; each request until it is
/// acknowledged, sometimes twice.
final class SimulatedSetup: @unchecked Sendable {
    private let index: Int
    private unowned let simulation: Simulation
    private var world: World { simulation.world }
    private let tenant: TenantId
    private var waitingOn: SimulatedExecutor?
    private var request = 0
    private var remaining: [ItemCommand] = []
    private(set) var isDone = false

    init?(index: Int, simulation: Simulation) {
        self.index = index
        self.simulation = simulation
        let world = simulation.world
        let tenants = ["acme", "beta"].compactMap { TenantId($0) }
        tenant = tenants[Int.random(in: 0..<tenants.count, using: &world.generator)]
        let id = UniqueId(high: 21, low: UInt64(index))
        guard let name = ItemName("setup \(index)"), let template = Self.template(of: id, tenant) else { return nil }
        remaining =
            world.generator.chance(50)
            ? Self.schedule(ScheduleId(id), name, template, world)
            : Self.subscription(SubscriptionId(id), name, template, world, partitions: simulation.store.partitionCount)
        if world.generator.chance(30), let first = remaining.first { remaining.insert(first, at: 1) }
    }

    private static func template(of id: UniqueId, _ tenant: TenantId) -> CallTemplate? {
        guard let url = try? TargetURL("https://example.com/setup?key=canary"),
            let header = try? OutgoingRequest.Header(name: "Authorization", value: "Bearer canary"),
            let sealed = try? InMemorySealer().seal(
                OutgoingRequest(method: .POST, url: url, headers: [header]), CallTemplate.context(of: id, tenant: tenant))
        else { return nil }
        return CallTemplate(
            request: sealed, timeout: .seconds(2),
            retry: RetryPolicy(maxAttempts: 3, initialDelay: .milliseconds(200), maxDelay: .seconds(2)))
    }

    private static func schedule(_ id: ScheduleId, _ name: ItemName, _ template: CallTemplate, _ world: World) -> [ItemCommand] {
        let seconds = Int.random(in: 3...15, using: &world.generator)
        guard let interval = try? RepeatingInterval("PT\(seconds)S", start: world.now - .seconds(7)) else { return [] }
        let rules = MisfireRule.allCases
        let misfire = world.generator.chance(60) ? .all : rules[Int.random(in: 0..<rules.count, using: &world.generator)]
        let timing = ScheduleTiming(
            recurrence: .every(interval), misfire: misfire,
            notAfter: world.now + .seconds(Int64.random(in: 20...70, using: &world.generator)))
        func plan(_ number: UInt8) -> Schedule.Plan {
            Schedule.Plan(name: name, timing: timing, template: template, fingerprint: Fingerprint(bytes: [number]))
        }
        var commands: [ScheduleCommand] = [.create(plan(1))]
        if world.generator.chance(30) { commands.append(.change(plan(2), ifVersion: nil)) }
        if world.generator.chance(30) { commands += [.pause, .resume] }
        if world.generator.chance(10) { commands.append(.delete) }
        return commands.map { .schedule(id, $0) }
    }

    private static func subscription(
        _ id: SubscriptionId, _ name: ItemName, _ template: CallTemplate, _ world: World, partitions: Int
    ) -> [ItemCommand] {
        let choices = [["ledgerflow.service-call.succeeded.v1"], ["ledgerflow.invoice.*", "ledgerflow.schedule.*"], ["*"]]
        let types = choices[Int.random(in: 0..<choices.count, using: &world.generator)].compactMap { try? EventTypePattern($0) }
        let filter = EventFilter(all: [.init(place: .data(["run"]), test: .equals(.number(.one)), isNegated: true)])
        let hasFilter = world.generator.chance(20)
        func plan(_ number: UInt8) -> Subscription.Plan {
            Subscription.Plan(
                name: name, types: types, filter: hasFilter ? filter : nil, template: template, fingerprint: Fingerprint(bytes: [number]))
        }
        let start = Array(repeating: Int64(0), count: partitions)
        var commands: [SubscriptionCommand] = [.create(plan(1), from: start)]
        if world.generator.chance(30) { commands.append(.change(plan(2), ifVersion: nil)) }
        if world.generator.chance(30) { commands += [.pause, .resume] }
        if world.generator.chance(20) { commands.append(.replay(from: start, generation: 1)) }
        if world.generator.chance(50) { commands.append(.resume) }
        if world.generator.chance(10) { commands.append(.delete) }
        return commands.map { .subscription(id, $0) }
    }

    func begin() { next(after: TimeSpan(microseconds: Int64.random(in: 0...30_000_000, using: &world.generator))) }

    private func next(after delay: TimeSpan) { world.after(delay) { self.step() } }

    private func step() {
        guard let command = remaining.first else {
            isDone = true
            return
        }
        guard waitingOn == nil else { return }
        guard let (engine, executor) = simulation.current else { return next(after: .milliseconds(300)) }
        waitingOn = executor
        request += 1
        let ticket = request
        let intent = BookIntent(tenant: tenant, command: .item(command), by: "setup-\(index)", correlationId: "s\(index)")
        world.note("setup \(index) sends \(intent.command.name)")
        Task(executorPreference: executor) {
            let outcome: Result<BookReply, IntentError>
            do throws(IntentError) { outcome = .success(try await engine.router.send(intent)) } catch { outcome = .failure(error) }
            self.answered(ticket, outcome)
        }
        world.after(.seconds(20)) { self.timedOut(ticket) }
    }

    private func answered(_ ticket: Int, _ outcome: Result<BookReply, IntentError>) {
        switch outcome {
        case .success(let reply):
            world.note("setup \(index) got v\(reply.record.version) changed=\(reply.changed)")
            guard let stored = simulation.store.current(reply.record.key), stored.version >= reply.record.version else {
                return world.violate("Setup \(index) was told of a version of \(reply.record.key) that is not committed.")
            }
        case .failure(let error): world.note("setup \(index) got \(error)")
        }
        guard ticket == request, waitingOn != nil else { return }
        waitingOn = nil
        switch outcome {
        case .success, .failure(.refused), .failure(.refusedByBooks):
            remaining.removeFirst()
            next(after: TimeSpan(microseconds: Int64.random(in: 0...15_000_000, using: &world.generator)))
        case .failure: next(after: TimeSpan(microseconds: Int64.random(in: 1_000...2_000_000, using: &world.generator)))
        }
    }

    private func timedOut(_ ticket: Int) {
        guard ticket == request, waitingOn != nil else { return }
        waitingOn = nil
        next(after: .milliseconds(100))
    }

    func engineDied(_ executor: SimulatedExecutor) {
        guard waitingOn === executor else { return }
        waitingOn = nil
        next(after: TimeSpan(microseconds: Int64.random(in: 0...2_000_000, using: &world.generator)))
    }
}
