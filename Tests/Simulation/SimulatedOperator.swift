import Actors
import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// Pauses a target, or a whole tenant, and lets it go on again; each command until it is acknowledged.
final class SimulatedOperator: @unchecked Sendable {
    private let index: Int
    private unowned let simulation: Simulation
    private var world: World { simulation.world }
    private let tenant: TenantId
    private let host: String?
    private var remaining: [HoldCommand] = []
    private var waitingOn: SimulatedExecutor?
    private var request = 0
    private(set) var isDone = false

    init?(index: Int, simulation: Simulation) {
        self.index = index
        self.simulation = simulation
        let world = simulation.world
        let tenants = ["acme", "beta", "gamma", "crowd"].compactMap { TenantId($0) }
        tenant = tenants[Int.random(in: 0..<tenants.count, using: &world.generator)]
        let host = world.generator.chance(60) ? SimulatedHost.any(&world.generator).rawValue : nil
        self.host = host
        for _ in 0..<Int.random(in: 1...2, using: &world.generator) {
            if let host {
                remaining += [.pauseTarget(host: host, by: "ops", reason: "test"), .resumeTarget(host: host)]
            } else {
                remaining += [.pauseTenant(by: "ops", reason: "test"), .resumeTenant]
            }
        }
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
        world.note("operator \(index) sends \(command) for \(tenant)")
        if !command.pauses { world.paused.resume(tenant, host) }
        let intent = BookIntent(tenant: tenant, command: .item(.holds(command)), by: "ops", correlationId: "o\(index)")
        Task(executorPreference: executor) {
            let outcome: Result<BookReply, IntentError>
            do throws(IntentError) {
                outcome = .success(try await engine.router.send(intent))
            } catch {
                outcome = .failure(error)
            }
            self.answered(ticket, command, outcome)
        }
        world.after(.seconds(20)) { self.engineDied(executor, ticket) }
    }

    private func answered(_ ticket: Int, _ command: HoldCommand, _ outcome: Result<BookReply, IntentError>) {
        guard ticket == request, waitingOn != nil else { return }
        waitingOn = nil
        switch outcome {
        case .success, .failure(.refused), .failure(.refusedByBooks):
            world.note("operator \(index) is told that it is done")
            // Another operator may have sent the opposite meanwhile.
            if command.pauses, simulation.operators.count == 1 { world.paused.pause(tenant, host, at: world.uptime) }
            remaining.removeFirst()
            next(after: TimeSpan(microseconds: Int64.random(in: 0...40_000_000, using: &world.generator)))
        case .failure: next(after: TimeSpan(microseconds: Int64.random(in: 1_000...2_000_000, using: &world.generator)))
        }
    }

    func engineDied(_ executor: SimulatedExecutor, _ ticket: Int? = nil) {
        guard waitingOn === executor, ticket ?? request == request else { return }
        waitingOn = nil
        next(after: TimeSpan(microseconds: Int64.random(in: 0...2_000_000, using: &world.generator)))
    }
}

extension HoldCommand {
    fileprivate var pauses: Bool {
        switch self {
        case .pauseTarget, .pauseTenant: true
        case .resumeTarget, .resumeTenant: false
        }
    }
}
