import Actors
import Domain
import Ports
import PropertyKit

/// A sender of one webhook: it delivers until it is acknowledged, in several copies at one time, to an old engine too, and later once more.
/// Or one who has no secret, and goes on until it is told so.
final class SimulatedSender: @unchecked Sendable {
    /// One copy on its way.
    struct Delivery {
        let number: Int
        let message: SimulatedMessage
        let isForged: Bool
        let address: ReceiverAddress
        /// The receiver as it was committed when this left, and how many events its partition had.
        let receiver: Receiver?
        let head: Int64
    }

    let message: SimulatedMessage
    let isForged: Bool
    private(set) var isDone = false

    private let name: String
    private unowned let receiver: SimulatedReceiver
    private unowned let simulation: Simulation
    private var world: World { simulation.world }
    /// How often it is still to be acknowledged.
    private var rounds: Int
    private var attempts = 0
    private var waiting: [(number: Int, executor: SimulatedExecutor)] = []
    private var isAcknowledged = false
    /// What it delivered with last; it hears late that this has changed.
    private var known: SimulatedReceiver.Credentials?

    init(_ message: SimulatedMessage, isForged: Bool, name: String, receiver: SimulatedReceiver, simulation: Simulation) {
        self.message = message
        self.isForged = isForged
        self.name = name
        self.receiver = receiver
        self.simulation = simulation
        let world = simulation.world
        rounds = world.generator.chance(50) ? 1 : Int.random(in: 2...3, using: &world.generator)
    }

    /// - Parameter burst: when others begin too.
    func begin(_ burst: TimeSpan) {
        next(after: world.generator.chance(40) ? burst : TimeSpan(microseconds: Int64.random(in: 0...50_000_000, using: &world.generator)))
    }

    private func next(after delay: TimeSpan) { world.after(delay) { self.step() } }

    private func step() {
        guard rounds > 0 else {
            isDone = true
            return
        }
        guard waiting.isEmpty else { return }
        guard let current = simulation.current else { return next(after: .milliseconds(300)) }
        guard let credentials = credentials() else { return next(after: .seconds(1)) }
        known = credentials
        isAcknowledged = false
        attempts += 1
        let attempt = attempts
        for _ in 0..<(world.generator.chance(60) ? 1 : Int.random(in: 2...3, using: &world.generator)) {
            // Who hands requests on may not know yet that another engine serves.
            let door = world.generator.chance(30) ? simulation.outdated ?? current : current
            deliver(with: credentials, to: door.engine, on: door.executor)
        }
        world.after(.seconds(20)) {
            guard attempt == self.attempts, !self.waiting.isEmpty else { return }
            self.waiting = []
            self.endRound()
        }
    }

    private func credentials() -> SimulatedReceiver.Credentials? {
        guard let current = receiver.credentials else { return world.generator.chance(50) ? known : nil }
        return world.generator.chance(30) ? known ?? current : current
    }

    private func deliver(with credentials: SimulatedReceiver.Credentials, to engine: Engine, on executor: SimulatedExecutor) {
        let delivery = receiver.departs(message, isForged: isForged, to: credentials.address)
        waiting.append((delivery.number, executor))
        let request = message.signed(with: isForged ? SimulatedReceiver.forgedSecret : credentials.secret, at: world.now)
        world.note("sender \(name) delivers \(message.id.prefix(16)) as \(delivery.number)")
        Task(executorPreference: executor) {
            let outcome: Result<WebhookReceipt, WebhookError>
            do throws(WebhookError) {
                outcome = .success(try await engine.receive(request, at: credentials.address))
            } catch {
                outcome = .failure(error)
            }
            self.answered(delivery, outcome)
        }
    }

    private func answered(_ delivery: Delivery, _ outcome: Result<WebhookReceipt, WebhookError>) {
        world.note("sender \(name) got \(outcome.summary) for \(delivery.number)")
        receiver.answered(delivery, outcome)
        guard let place = waiting.firstIndex(where: { $0.number == delivery.number }) else { return }
        waiting.remove(at: place)
        switch outcome {
        // An answer may be lost on its way back.
        case .success: if simulation.calmSince != nil || !world.generator.chance(15) { isAcknowledged = true }
        case .failure(.refused): if isForged { isAcknowledged = true }
        case .failure: break
        }
        if waiting.isEmpty { endRound() }
    }

    private func endRound() {
        if isAcknowledged { rounds -= 1 }
        let most: Int64 = isAcknowledged ? 15_000_000 : 2_000_000
        next(after: TimeSpan(microseconds: Int64.random(in: 1_000...most, using: &world.generator)))
    }

    func engineDied(_ executor: SimulatedExecutor) {
        guard waiting.contains(where: { $0.executor === executor }) else { return }
        waiting.removeAll { $0.executor === executor }
        if waiting.isEmpty { endRound() }
    }
}

extension Result where Success == WebhookReceipt, Failure == WebhookError {
    fileprivate var summary: String {
        switch self {
        case .success(let receipt): "\(receipt.message.id) isRepeat=\(receipt.isRepeat)"
        case .failure(let error): "\(error)"
        }
    }
}
