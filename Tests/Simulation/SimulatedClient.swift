import Actors
import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// A client that wants one call made: it submits with an idempotency key until it is acknowledged, sometimes twice, and sometimes cancels,
/// reschedules or retries it.
final class SimulatedClient: @unchecked Sendable {
    private let index: Int
    private unowned let simulation: Simulation
    private var world: World { simulation.world }
    private let submission: ServiceCallSubmission
    private var waitingOn: SimulatedExecutor?
    private var request = 0
    private var remaining: [Step] = []
    private(set) var isDone = false

    private enum Step { case submit, cancel, reschedule(TimeSpan), retry }

    init(index: Int, simulation: Simulation) {
        self.index = index
        self.simulation = simulation
        let world = simulation.world
        let tenants = ["acme", "beta", "gamma"].compactMap { TenantId($0) }
        let tenant = tenants[Int.random(in: 0..<tenants.count, using: &world.generator)]
        let key = IdempotencyKey("key-\(index)")
        let id = key.map { ServiceCallId(tenant: tenant, idempotencyKey: $0) } ?? ServiceCallId(UniqueId(high: 0, low: UInt64(index)))
        // A few due times are shared, so that ties occur.
        let dueIn = Int64.random(in: -2...70, using: &world.generator)
        let dueAt = world.generator.chance(20) ? nil : world.now + .seconds(dueIn)
        let retry = RetryPolicy(
            maxAttempts: Int.random(in: 1...5, using: &world.generator), initialDelay: .milliseconds(200), maxDelay: .seconds(5),
            deadline: world.generator.chance(10) ? world.now + .seconds(80) : nil)
        submission = ServiceCallSubmission(
            tenant: tenant, id: id, request: Self.sealed(SimulatedHost.any(&world.generator).request, .request(of: id, tenant: tenant)),
            dueAt: dueAt,
            timeout: .seconds(2), retry: retry,
            fingerprint: Fingerprint(bytes: [UInt8(truncatingIfNeeded: index)]), correlationId: "c\(index)")
        remaining = [.submit]
        if world.generator.chance(30) { remaining.append(.submit) }
        if world.generator.chance(15) { remaining.append(.cancel) }
        if world.generator.chance(20) { remaining.append(.reschedule(.seconds(Int64.random(in: -1...20, using: &world.generator)))) }
        if world.generator.chance(30) { remaining.append(.retry) }
    }

    private static func sealed(_ request: OutgoingRequest, _ context: SealContext) -> SealedRequest {
        do { return try InMemorySealer().seal(request, context) } catch { preconditionFailure("\(error)") }
    }

    var key: ServiceCallKey { ServiceCallKey(tenant: submission.tenant, id: submission.id) }

    func begin() { next(after: TimeSpan(microseconds: Int64.random(in: 0...50_000_000, using: &world.generator))) }

    private func next(after delay: TimeSpan) { world.after(delay) { self.step() } }

    private func step() {
        guard let step = remaining.first else {
            isDone = true
            return
        }
        guard waitingOn == nil else { return }
        guard let (engine, executor) = simulation.current else { return next(after: .milliseconds(300)) }
        waitingOn = executor
        request += 1
        let ticket = request
        let command = command(step)
        let before = simulation.store.current(key)?.version ?? 0
        world.note("client \(index) sends \(step)")
        Task(executorPreference: executor) {
            let outcome: Result<ServiceCallReply, IntentError>
            if ticket % 3 == 0 {
                outcome = await engine.router.send([ServiceCallIntent(key: self.key, command: command)])[0]
            } else {
                do throws(IntentError) {
                    outcome = .success(try await engine.router.send(ServiceCallIntent(key: self.key, command: command)))
                } catch {
                    outcome = .failure(error)
                }
            }
            self.answered(ticket, step, outcome, before)
        }
        // An engine that stands still does not answer; the client does not wait for ever.
        world.after(.seconds(20)) { self.timedOut(ticket) }
    }

    private func command(_ step: Step) -> ServiceCallCommand {
        switch step {
        case .submit: .submit(submission)
        case .cancel: .cancel
        case .reschedule(let span): .reschedule(dueAt: world.now + span)
        case .retry: .retry
        }
    }

    private func answered(_ ticket: Int, _ step: Step, _ outcome: Result<ServiceCallReply, IntentError>, _ before: Int64) {
        world.note("client \(index) got \(outcome.summary)")
        if case .success(let reply) = outcome { check(reply, step, before) }
        guard ticket == request, waitingOn != nil else { return }
        waitingOn = nil
        switch outcome {
        case .success, .failure(.refused): finishStep()
        case .failure: next(after: TimeSpan(microseconds: Int64.random(in: 1_000...2_000_000, using: &world.generator)))
        }
    }

    /// What a reply reports must be committed when it is given (invariant 1).
    private func check(_ reply: ServiceCallReply, _ step: Step, _ before: Int64) {
        guard let stored = simulation.store.current(key), stored.version >= reply.call.version else {
            return world.violate("Client \(index) was told of version \(reply.call.version), which is not committed.")
        }
        if case .submit = step, reply.call.id != submission.id { world.violate("Client \(index) got another's call.") }
        if reply.call.tenant != submission.tenant { world.violate("Client \(index) got a call of another tenant.") }
    }

    private func finishStep() {
        remaining.removeFirst()
        next(after: TimeSpan(microseconds: Int64.random(in: 0...20_000_000, using: &world.generator)))
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

extension Result where Success == ServiceCallReply, Failure == IntentError {
    fileprivate var summary: String {
        switch self {
        case .success(let reply): "\(reply.call.status) v\(reply.call.version) changed=\(reply.changed)"
        case .failure(let error): "\(error)"
        }
    }
}
