import Actors
import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// A source whose documents come and change, and the client that sets it up, pauses it, has it run, and deletes and makes it again.
final class SimulatedSource: @unchecked Sendable {
    struct Document {
        let number: String
        /// All that it said, in order; the last is what it says now.
        var contents: [String]
        var changedAt: Instant
    }

    let tenant: TenantId
    let name: SourceName
    /// Whether its windows overlap by nothing, so that a clock which jumps back would lose documents.
    let needsSteadyClock: Bool
    /// In the order of their numbers.
    private(set) var documents: [Document] = []
    /// Parts of its batches that are no documents.
    private(set) var rubbish: [String] = []
    private(set) var isDone = false

    private let index: Int
    private unowned let simulation: Simulation
    private var world: World { simulation.world }
    private var waitingOn: SimulatedExecutor?
    private var request = 0
    private var remaining: [SourceCommand] = []
    private var isEnding = false
    private let overlap: TimeSpan

    init?(index: Int, simulation: Simulation) {
        self.index = index
        self.simulation = simulation
        let world = simulation.world
        let tenants = ["acme", "beta"].compactMap { TenantId($0) }
        tenant = tenants[Int.random(in: 0..<tenants.count, using: &world.generator)]
        guard let name = SourceName("source-\(index)") else { return nil }
        self.name = name
        needsSteadyClock = world.generator.chance(60)
        overlap = needsSteadyClock ? .zero : .minutes(20)
        guard let first = plan(1), let second = plan(2) else { return nil }
        remaining = [.create(first)]
        if world.generator.chance(30) { remaining.append(.put(second, ifVersion: nil)) }
        if world.generator.chance(30) { remaining += [.pause, .resume] }
        if world.generator.chance(40) { remaining.append(.run) }
        // What is made again begins with its first window, so nothing is lost by it.
        if world.generator.chance(15) { remaining += [.delete, .create(first)] }
        remaining += [.resume]
    }

    static let host = "source.example.com"

    private func plan(_ fingerprint: UInt8) -> IngestionSource.Plan? {
        guard let url = try? TargetURL("https://\(Self.host)/\(tenant)/\(name)"),
            let operation = try? SOAPOperation(namespace: nil, localName: "List"),
            let from = try? SOAPParameter(name: "from", value: "{from}"), let to = try? SOAPParameter(name: "to", value: "{to}"),
            let element = SplitName("I"), let path = SplitPath("N")
        else { return nil }
        let sealed = InMemorySealer().seal(Array("canary".utf8), .password(of: name, tenant: tenant))
        return IngestionSource.Plan(
            request: SourceRequest(
                url: url, user: "user", password: .sealed(sealed), operation: operation, parameters: [from, to],
                limits: FetchLimits(idle: .seconds(3))),
            interval: .seconds(5), overlap: overlap, lookback: .hours(1), split: SplitPlan(invoiceElement: element, numberPath: path),
            fingerprint: Fingerprint(bytes: [fingerprint, UInt8(index)]))
    }

    // MARK: - What it has

    func begin() {
        for _ in 0..<Int.random(in: 0...12, using: &world.generator) { change() }
        for _ in 0..<Int.random(in: 0...25, using: &world.generator) {
            world.after(TimeSpan(microseconds: Int64.random(in: 0...55_000_000, using: &world.generator))) { self.change() }
        }
        next(after: TimeSpan(microseconds: Int64.random(in: 0...20_000_000, using: &world.generator)))
    }

    /// A document comes, or says something else; sometimes what it said before.
    private func change() {
        guard !isDone else { return }
        if world.generator.chance(8) { return rubbish.append("rubbish \(rubbish.count)") }
        let number = "R-\(Int.random(in: 0..<15, using: &world.generator))"
        guard let place = documents.firstIndex(where: { $0.number == number }) else {
            documents.append(Document(number: number, contents: ["\(number) A"], changedAt: world.now))
            documents.sort { $0.number < $1.number }
            return
        }
        let text = "\(number) \(["A", "B", "C"][Int.random(in: 0..<3, using: &world.generator)])"
        if documents[place].contents.last != text { documents[place].contents.append(text) }
        documents[place].changedAt = world.now
    }

    /// Its batch for a window, in the form that `SimulatedSplitting` splits.
    func batch(from: Instant, to: Instant) -> [UInt8] {
        let lines = documents.filter { from <= $0.changedAt && $0.changedAt < to }
            .map { "I\($0.number)=\($0.contents.last ?? "")\n" }
        return Array((lines.joined() + rubbish.map { "X\($0)\n" }.joined() + "E\n").utf8)
    }

    /// A document that is not in the books as it is.
    func missing() -> String? {
        for document in documents {
            let key = IngestionKey.invoice(document.number, of: name, tenant: tenant)
            guard case .ingestion(.invoice(let invoice))? = simulation.store.current(.ingestion(tenant, key)) else {
                return "document \(document.number) of \(name) did not come"
            }
            if invoice.latest.sha256 != ContentDigest(of: Array((document.contents.last ?? "").utf8)) {
                return "document \(document.number) of \(name) is not as it is now"
            }
        }
        for text in rubbish {
            let key = IngestionKey.quarantine(ContentDigest(of: Array(text.utf8)).bytes, of: name, tenant: tenant)
            if simulation.store.current(.ingestion(tenant, key)) == nil { return "\(text) of \(name) is not in quarantine" }
        }
        return nil
    }

    // MARK: - Its client

    private func next(after delay: TimeSpan) { world.after(delay) { self.step() } }

    private func step() {
        guard waitingOn == nil, !isDone else { return }
        guard let command = remaining.first else { return end() }
        guard let (engine, executor) = simulation.current else { return next(after: .milliseconds(300)) }
        waitingOn = executor
        request += 1
        let ticket = request
        let intent = BookIntent(tenant: tenant, command: .item(.source(name, command)), by: "operator", correlationId: "o\(index)")
        world.note("source \(index) is sent \(intent.command.name)")
        Task(executorPreference: executor) {
            let outcome: Result<BookReply, IntentError>
            do throws(IntentError) { outcome = .success(try await engine.router.send(intent)) } catch { outcome = .failure(error) }
            self.answered(ticket, outcome)
        }
        world.after(.seconds(20)) { self.timedOut(ticket) }
    }

    /// Once it is calm and everything has come, it is paused; until then it is asked for.
    private func end() {
        guard let calmSince = simulation.calmSince else { return next(after: .seconds(1)) }
        guard case .item(.progress(let progress))? = simulation.store.current(.item(tenant, .progress(name))) else {
            remaining = [.run]
            return step()
        }
        if isEnding {
            isDone = progress.running == nil
            if !isDone { next(after: .milliseconds(500)) }
            return
        }
        let isComplete = progress.running == nil && progress.lastStatus?.isComplete ?? false
        guard isComplete, let began = progress.lastStartedAt, began > calmSince + .seconds(1) else {
            remaining = world.generator.chance(30) ? [.run] : []
            return next(after: .seconds(2))
        }
        // What it dated before the clock jumped back may lie in the future still.
        guard let window = window(of: progress.lastRun), documents.allSatisfy({ $0.changedAt < window.to }) else {
            return next(after: .seconds(2))
        }
        if let missing = missing() { return world.violate("A complete run of \(name), and \(missing).") }
        isEnding = true
        remaining = [.pause]
        step()
    }

    private func window(of run: UniqueId?) -> IngestionRun.Window? {
        guard let run, case .ingestion(.run(let run))? = simulation.store.current(.ingestion(tenant, .run(run))) else { return nil }
        return run.window
    }

    private func answered(_ ticket: Int, _ outcome: Result<BookReply, IntentError>) {
        world.note("source \(index) got \(outcome)".prefix(200).description)
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
        guard waitingOn === executor else { return }
        waitingOn = nil
        next(after: TimeSpan(microseconds: Int64.random(in: 0...2_000_000, using: &world.generator)))
    }
}
