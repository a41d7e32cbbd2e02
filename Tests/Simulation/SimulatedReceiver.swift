import Actors
import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// A receiver of webhooks with those who deliver to it, and the client that sets it up, changes its secret, pauses it, and deletes and makes
/// it again.
final class SimulatedReceiver: @unchecked Sendable {
    /// Where to deliver, and what to sign with.
    struct Credentials {
        let address: ReceiverAddress
        let secret: String
    }

    private enum Step {
        case put(plan: UInt8, secret: Int?)
        case addSecret(Int, overlap: TimeSpan)
        case pause, resume, delete
    }

    let tenant: TenantId
    let name: SourceName
    /// What was delivered in earnest, under each identity; in the order in which it left.
    private(set) var delivered: [String: [SimulatedSender.Delivery]] = [:]
    /// What each identity was acknowledged as.
    private(set) var told: [String: ContentDigest] = [:]

    private let index: Int
    private unowned let simulation: Simulation
    private var world: World { simulation.world }
    private let form: SimulatedMessage.Form
    private let readsDocuments: Bool
    let makesDrafts: Bool
    private(set) var senders: [SimulatedSender] = []
    private var waitingOn: SimulatedExecutor?
    private var request = 0
    private var deliveries = 0
    private var remaining: [Step] = []
    /// Identities that one delivery was told of as new.
    private var taken: Set<String> = []

    init?(index: Int, simulation: Simulation) {
        self.index = index
        self.simulation = simulation
        let world = simulation.world
        let tenants = ["acme", "beta"].compactMap { TenantId($0) }
        tenant = tenants[Int.random(in: 0..<tenants.count, using: &world.generator)]
        guard let name = SourceName("hook-\(index)") else { return nil }
        self.name = name
        let forms = SimulatedMessage.Form.allCases
        form = forms[Int.random(in: 0..<forms.count, using: &world.generator)]
        readsDocuments = world.generator.chance(80)
        makesDrafts = readsDocuments && world.generator.chance(50)
        remaining = [.put(plan: 1, secret: 0)]
        if world.generator.chance(30) { remaining.append(.put(plan: 2, secret: world.generator.chance(50) ? 1 : nil)) }
        if world.generator.chance(30) { remaining += [.pause, .resume] }
        if world.generator.chance(30) {
            remaining.append(.addSecret(2, overlap: .seconds(Int64.random(in: 0...10, using: &world.generator))))
        }
        // Made again it may have its old secret, and never its old address.
        if world.generator.chance(25) { remaining += [.delete, .put(plan: 1, secret: world.generator.chance(50) ? 0 : 3)] }
        if world.generator.chance(30) { remaining.append(.pause) }
        remaining.append(.resume)
        for number in 0..<Int.random(in: 2...9, using: &world.generator) {
            let isForged = world.generator.chance(10)
            let message =
                isForged
                ? SimulatedMessage(forged: form, number)
                : SimulatedMessage(form, readsDocuments: readsDocuments, using: &world.generator)
            senders.append(
                SimulatedSender(message, isForged: isForged, name: "\(index)/\(number)", receiver: self, simulation: simulation))
        }
    }

    static let forgedSecret = "whsec_forgedforgedforgedforgedforged00"
    private static func secret(_ number: Int) -> String { "whsec_canarycanarycanarycanarycanary0\(number)" }
    private func secretId(_ number: Int) -> UniqueId { UniqueId(high: 31 + UInt64(index), low: UInt64(number)) }

    var isDone: Bool { remaining.isEmpty && senders.allSatisfy(\.isDone) }

    /// As committed; nil unless it is in use.
    private var committed: Receiver? {
        guard case .item(.receiver(let receiver))? = simulation.store.current(.item(tenant, .receiver(name))) else { return nil }
        return receiver
    }

    /// What its owner has told those who deliver; nil while it is not in use.
    var credentials: Credentials? {
        guard let receiver = committed, let address = receiver.address, let newest = receiver.secrets.last else { return nil }
        return Credentials(address: address, secret: Self.secret(Int(newest.id.low)))
    }

    // MARK: - What is delivered

    func departs(_ message: SimulatedMessage, isForged: Bool, to address: ReceiverAddress) -> SimulatedSender.Delivery {
        deliveries += 1
        let partition = PartitionHash.partition(tenant: tenant, count: simulation.store.partitionCount)
        let delivery = SimulatedSender.Delivery(
            number: deliveries, message: message, isForged: isForged, address: address, receiver: committed,
            head: Int64(simulation.store.allEvents[partition].count))
        if !isForged { delivered[message.id, default: []].append(delivery) }
        return delivery
    }

    /// What is acknowledged must be committed when it is, with all that was found in it, and once.
    func answered(_ delivery: SimulatedSender.Delivery, _ outcome: Result<WebhookReceipt, WebhookError>) {
        let id = delivery.message.id
        switch outcome {
        case .success(let receipt): check(receipt, delivery)
        // It may be committed all the same.
        case .failure(.notTaken), .failure(.notHandled), .failure(.unreadable): break
        // It never came so far.
        case .failure: delivered[id]?.removeAll { $0.number == delivery.number }
        }
    }

    private func check(_ receipt: WebhookReceipt, _ delivery: SimulatedSender.Delivery) {
        let id = delivery.message.id
        if delivery.isForged { return violate("took a message that is not signed with its secret.") }
        guard case .ingestion(.message(let stored))? = current(.message(id, of: name, tenant: tenant)), stored == receipt.message else {
            return violate("acknowledged message \(id), which is not on record.")
        }
        let octets = simulation.store.content(stored.key, version: 1, tenant: tenant)
        guard let message = delivered[id]?.first(where: { $0.message.sha256 == stored.sha256 })?.message, octets == message.body else {
            return violate("keeps of message \(id) what nobody delivered.")
        }
        for part in message.parts(of: name, tenant) where current(part) == nil {
            violate("acknowledged message \(id) without all that was found in it.")
        }
        if !receipt.isRepeat, !taken.insert(id).inserted { violate("took message \(id) twice.") }
        if told.updateValue(stored.sha256, forKey: id) ?? stored.sha256 != stored.sha256 { violate("changed message \(id).") }
        if committed?.version == delivery.receiver?.version, delivery.receiver?.status != .active {
            violate("acknowledged message \(id) while it was \(delivery.receiver?.status.rawValue ?? "not there").")
        }
        // No two have one door.
        if delivery.receiver?.address != delivery.address { violate("acknowledged message \(id) at an address that it has no more.") }
    }

    private func current(_ key: IngestionKey) -> BookRecord? { simulation.store.current(.ingestion(tenant, key)) }
    private func violate(_ what: String) { world.violate("Receiver \(name) of \(tenant) \(what)") }

    // MARK: - Its client

    func begin() {
        let burst = TimeSpan(microseconds: Int64.random(in: 10_000_000...50_000_000, using: &world.generator))
        for sender in senders { sender.begin(burst) }
        next(after: TimeSpan(microseconds: Int64.random(in: 0...15_000_000, using: &world.generator)))
    }

    private func next(after delay: TimeSpan) { world.after(delay) { self.step() } }

    private func step() {
        guard waitingOn == nil, let step = remaining.first else { return }
        guard let (engine, executor) = simulation.current else { return next(after: .milliseconds(300)) }
        waitingOn = executor
        request += 1
        let ticket = request
        guard let command = command(step) else { return violate("cannot be asked for \(step).") }
        let intent = BookIntent(
            tenant: tenant, command: .item(.receiver(name, command)), by: "operator", correlationId: "h\(index)")
        world.note("receiver \(index) is sent \(step)")
        Task(executorPreference: executor) {
            let outcome: Result<BookReply, IntentError>
            do throws(IntentError) { outcome = .success(try await engine.router.send(intent)) } catch { outcome = .failure(error) }
            self.answered(ticket, outcome)
        }
        world.after(.seconds(20)) { self.timedOut(ticket) }
    }

    private func command(_ step: Step) -> ReceiverCommand? {
        func sealed(_ number: Int) -> Receiver.Secret? {
            try? .sealed(Self.secret(number), id: secretId(number), tenant: tenant, at: world.now, by: InMemorySealer())
        }
        switch step {
        case .put(let number, let secret):
            guard let plan = plan(number) else { return nil }
            // A door of its own for each request, as the API gives.
            let door = ReceiverAddress.door(random: (UInt64(index), UInt64(request)))
            return .put(plan, secret: secret.flatMap(sealed), door: door, ifVersion: nil)
        case .addSecret(let number, let overlap): return sealed(number).map { .addSecret($0, overlap: overlap) }
        case .pause: return .pause
        case .resume: return .resume
        case .delete: return .delete
        }
    }

    private func plan(_ number: UInt8) -> Receiver.Plan? {
        guard let scheme = form.scheme, let place = form.place, let element = SplitName("I"), let path = SplitPath("N") else { return nil }
        return Receiver.Plan(
            scheme: scheme, messageId: place, tolerance: number == 1 ? .minutes(5) : .seconds(150),
            split: readsDocuments ? SplitPlan(invoiceElement: element, numberPath: path) : nil,
            mapping: makesDrafts ? SimulatedDrafting.mapping : nil,
            fingerprint: Fingerprint(bytes: [number, UInt8(index)]))
    }

    private func answered(_ ticket: Int, _ outcome: Result<BookReply, IntentError>) {
        switch outcome {
        case .success(let reply):
            world.note("receiver \(index) got v\(reply.record.version) changed=\(reply.changed)")
            guard let stored = simulation.store.current(reply.record.key), stored.version >= reply.record.version else {
                return violate("was told of a version that is not committed.")
            }
        case .failure(let error): world.note("receiver \(index) got \(error)")
        }
        guard ticket == request, waitingOn != nil else { return }
        waitingOn = nil
        switch outcome {
        case .success, .failure(.refused), .failure(.refusedByBooks):
            remaining.removeFirst()
            next(after: TimeSpan(microseconds: Int64.random(in: 0...12_000_000, using: &world.generator)))
        case .failure: next(after: TimeSpan(microseconds: Int64.random(in: 1_000...2_000_000, using: &world.generator)))
        }
    }

    private func timedOut(_ ticket: Int) {
        guard ticket == request, waitingOn != nil else { return }
        waitingOn = nil
        next(after: .milliseconds(100))
    }

    func engineDied(_ executor: SimulatedExecutor) {
        for sender in senders { sender.engineDied(executor) }
        guard waitingOn === executor else { return }
        waitingOn = nil
        next(after: TimeSpan(microseconds: Int64.random(in: 0...2_000_000, using: &world.generator)))
    }
}
