import Actors
import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// A tenant that submits very many calls, all overdue, as fast as it can.
final class SimulatedCrowd: @unchecked Sendable {
    private unowned let simulation: Simulation
    private var world: World { simulation.world }
    private var remaining: [ServiceCallSubmission] = []
    private var waitingOn: SimulatedExecutor?
    private var request = 0
    var isDone: Bool { remaining.isEmpty }

    init(count: Int, simulation: Simulation) {
        self.simulation = simulation
        let world = simulation.world
        guard let tenant = TenantId("crowd") else { return }
        for number in 0..<count {
            let id = ServiceCallId(UniqueId(high: 21, low: UInt64(number)))
            guard let request = try? InMemorySealer().seal(SimulatedHost.any(&world.generator).request, .request(of: id, tenant: tenant))
            else { continue }
            remaining.append(
                ServiceCallSubmission(
                    tenant: tenant, id: id, request: request, dueAt: world.now - .seconds(Int64.random(in: 1...9, using: &world.generator)),
                    timeout: .seconds(2), retry: RetryPolicy(maxAttempts: 2, initialDelay: .milliseconds(200), maxDelay: .seconds(1)),
                    fingerprint: Fingerprint(bytes: [1]), correlationId: "crowd"))
        }
    }

    func step() {
        guard !remaining.isEmpty, waitingOn == nil else { return }
        guard let (engine, executor) = simulation.current else { return world.after(.milliseconds(300)) { self.step() } }
        waitingOn = executor
        request += 1
        let ticket = request
        let intents = remaining.prefix(16).map { ServiceCallIntent.submit($0) }
        Task(executorPreference: executor) {
            let outcomes = await engine.router.send(intents)
            self.answered(ticket, intents, outcomes)
        }
        world.after(.seconds(20)) { self.engineDied(executor, ticket) }
    }

    private func answered(_ ticket: Int, _ intents: [ServiceCallIntent], _ outcomes: [Result<ServiceCallReply, IntentError>]) {
        guard ticket == request, waitingOn != nil else { return }
        waitingOn = nil
        var done: Set<ServiceCallId> = []
        for (intent, outcome) in zip(intents, outcomes) {
            if case .success = outcome { done.insert(intent.key.id) }
        }
        remaining.removeAll { done.contains($0.id) }
        world.after(.milliseconds(done.isEmpty ? 500 : 10)) { self.step() }
    }

    func engineDied(_ executor: SimulatedExecutor, _ ticket: Int? = nil) {
        guard waitingOn === executor, ticket ?? request == request else { return }
        waitingOn = nil
        world.after(.milliseconds(100)) { self.step() }
    }
}
