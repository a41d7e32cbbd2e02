internal import Domain
internal import Ports
internal import Synchronization

/// What a partition tells the rest of the engine once a commit is durable. None of it waits.
struct PartitionOutlets: Sendable {
    let timer: TimerInbox
    let outbox: OutboxInbox
    let signal: LogSignal
    /// Another engine serves the store, and this one stands by.
    let heldElsewhere: @Sendable (_ owner: String) -> Void
    /// The partition has another owner; this engine must stop.
    let ownershipLost: @Sendable (PartitionId) -> Void
}

/// The single writer of one partition: takes what waits, loads what it needs, decides, commits, and only then replies.
actor Partition {
    nonisolated let id: PartitionId
    nonisolated let mailbox: Mailbox<Delivery>
    nonisolated let progress = TurnProgress()

    private let journal: any Journal
    private let ports: EnginePorts
    private let outlets: PartitionOutlets
    private let settings: EngineSettings
    private let variant: EngineVariant
    private let metrics: EngineMetrics

    private var ownership: Ownership?
    private var cache: AggregateCache
    /// Commands that the partition gives itself, before those that wait.
    private var ownCommands: [ServiceCallIntent] = []
    /// Turns in which new submissions are looked up before they are decided; see `loaded`.
    private var cautiousTurns = 0

    init(
        id: PartitionId, ports: EnginePorts, outlets: PartitionOutlets, settings: EngineSettings, metrics: EngineMetrics,
        variant: EngineVariant
    ) {
        self.id = id
        self.journal = ports.journal
        self.ports = ports
        self.outlets = outlets
        self.settings = settings
        self.metrics = metrics
        self.variant = variant
        mailbox = Mailbox(capacity: settings.mailboxCapacity, weightLimit: settings.mailboxBytes)
        cache = AggregateCache(limit: settings.cacheBytes)
    }

    /// Works until the mailbox is closed and empty, the task is cancelled, or the partition has another owner.
    func run() async {
        guard await open() else { return stop() }
        while !Task.isCancelled {
            if !ownCommands.isEmpty {
                let own = ownCommands.map { Delivery(intent: $0, reply: .none) }
                ownCommands = []
                await take(own)
            }
            guard ownership != nil, let batch = await mailbox.takeBatch(limit: settings.turnLimit) else { break }
            if !batch.isEmpty { await take(batch) }
        }
        stop()
    }

    // MARK: - Ownership

    private func open() async -> Bool {
        var wait = BackOff(first: .milliseconds(20), most: .seconds(2))
        while !Task.isCancelled {
            do throws(JournalError) {
                let taken = try await journal.takeOwnership(of: id)
                ownership = taken
                outlets.outbox.open(taken, in: id)
                outlets.timer.open(id, taken)
                return true
            } catch .heldElsewhere(let owner) {
                outlets.heldElsewhere(owner)
                failWaiting(.unavailable("Another engine serves this store; this one stands by."))
                await ports.time.sleep(for: Self.standbyPause)
            } catch {
                report(.warning, "partition.not-opened", "The partition could not be taken over; trying again.", error)
                failWaiting(.unavailable("The store is not available yet."))
                await ports.time.sleep(for: wait.next())
            }
        }
        return false
    }

    /// How often an engine that stands by asks whether it may take over.
    private static let standbyPause = TimeSpan.milliseconds(250)

    private func stop() {
        mailbox.close()
        for delivery in mailbox.removeAll() { delivery.reply.deliver(.failure(.stopping)) }
    }

    private func lose() {
        ownership = nil
        cache.removeAll()
        report(.error, "partition.lost", "Another engine owns the partition; this one stops.", nil)
        outlets.ownershipLost(id)
    }

    private func failWaiting(_ error: IntentError) {
        for delivery in mailbox.removeAll() { delivery.reply.deliver(.failure(error)) }
    }

    // MARK: - A turn

    private func take(_ deliveries: [Delivery]) async {
        progress.begin(deliveries, at: ports.time.uptime())
        defer { progress.end() }
        await decideAndCommit(deliveries)
    }

    private func decideAndCommit(_ deliveries: [Delivery]) async {
        guard let base = ownership else { return deliver(.failure(.unavailable("The partition has no owner.")), to: deliveries) }
        let committed: [ServiceCallKey: StoredServiceCall]
        let isOptimistic = cautiousTurns == 0
        cautiousTurns = max(0, cautiousTurns - 1)
        do throws(JournalError) {
            committed = try await loaded(deliveries, isOptimistic: isOptimistic)
        } catch {
            report(.warning, "partition.load-failed", "Calls could not be read.", error)
            return deliver(.failure(.unavailable("The store could not be read.")), to: deliveries)
        }
        var turn = Turn(partition: id, base: base, committed: committed)
        let now = ports.time.now()
        let outcomes = deliveries.map { delivery in
            turn.decide(delivery.intent, DecisionContext(now: now, epoch: base.epoch, entropy: ports.entropy.next()))
        }
        metrics.commands.add(deliveries.count)
        guard !turn.events.isEmpty else { return reply(outcomes, to: deliveries) }
        if variant.repliesBeforeCommit { reply(outcomes, to: deliveries) }
        await commit(turn, deliveries, outcomes, isOptimistic: isOptimistic)
    }

    private func commit(_ turn: Turn, _ deliveries: [Delivery], _ outcomes: [Outcome], isOptimistic: Bool) async {
        let started = ports.time.uptime()
        do throws(JournalError) {
            try await journal.commit(turn.batch)
            metrics.commitLatency.observe((ports.time.uptime() - started).microseconds)
            install(turn, epoch: turn.base.epoch)
            reply(outcomes, to: deliveries)
        } catch {
            if !isOptimistic || error.isFailure { metrics.commitFailures.add() }
            switch error {
            case .unavailable(let reason):
                report(.warning, "commit.unavailable", "The store did not take a commit; nothing of it is stored.", error)
                deliver(.failure(.unavailable(reason)), to: deliveries)
            case .ownershipLost, .heldElsewhere:
                deliver(.failure(.unavailable("Another engine owns the partition.")), to: deliveries)
                lose()
            case .rejected:
                for key in turn.changedKeys { cache.remove(key) }
                if isOptimistic {
                    cautiousTurns = Self.cautionAfterConflict
                    await decideAndCommit(deliveries)
                } else {
                    await retryAlone(deliveries, error)
                }
            case .ambiguous:
                metrics.ambiguousCommits.add()
                report(.warning, "commit.ambiguous", "Whether a commit is stored is not known; resolving it.", error)
                await resolve(turn, deliveries, outcomes)
            }
        }
    }

    /// A commit that the store's constraints refuse fails alone: every command gets a turn of its own.
    private func retryAlone(_ deliveries: [Delivery], _ error: JournalError) async {
        guard deliveries.count > 1 else {
            report(.error, "commit.rejected", "The store refused a commit; nothing of it is stored.", error)
            return deliver(.failure(.unavailable("The store refused the change.")), to: deliveries)
        }
        for delivery in deliveries { await decideAndCommit([delivery]) }
    }

    /// Finds out whether an ambiguous commit is stored: a new epoch waits for what is under way and fences it off; the head, and the epoch
    /// under which it was reached, tell. The epoch is needed: another owner may have come to the same head meanwhile.
    private func resolve(_ turn: Turn, _ deliveries: [Delivery], _ outcomes: [Outcome]) async {
        let giveUp = ports.time.uptime() + settings.resolveBudget
        var wait = BackOff(first: .milliseconds(5), most: .seconds(1))
        ownership = nil
        while !Task.isCancelled {
            do throws(JournalError) {
                settle(turn, deliveries, outcomes, try await journal.takeOwnership(of: id))
                return
            } catch .heldElsewhere {
                deliver(.failure(.unknownOutcome("Another engine took the partition.")), to: deliveries)
                return lose()
            } catch {
                if ports.time.uptime() >= giveUp {
                    deliver(.failure(.unknownOutcome("The store failed while it took the change.")), to: deliveries)
                    failWaiting(.unavailable("The store is not available."))
                }
                await ports.time.sleep(for: wait.next())
            }
        }
        deliver(.failure(.unknownOutcome("The engine stopped before the outcome was known.")), to: deliveries)
    }

    private func settle(_ turn: Turn, _ deliveries: [Delivery], _ outcomes: [Outcome], _ taken: Ownership) {
        let batch = turn.batch
        let isStored = taken.head == batch.head && taken.headEpoch == batch.epoch
        guard isStored || taken.head == batch.expectedHead else {
            deliver(.failure(.unknownOutcome("Another engine took the partition.")), to: deliveries)
            return lose()
        }
        ownership = taken
        outlets.outbox.open(taken, in: id)
        if isStored {
            install(turn, epoch: taken.epoch)
            reply(outcomes, to: deliveries)
        } else {
            deliver(.failure(.unavailable("The store failed while it took the change; nothing of it is stored.")), to: deliveries)
        }
        report(.info, "partition.recovered", "The ambiguous commit is resolved.", nil)
    }

    // MARK: - State

    private static let cautionAfterConflict = 64

    /// The calls that the deliveries concern.
    ///
    /// - Parameter isOptimistic: whether a call that is to be submitted, and is not in the cache, is taken to be new without a look. The
    ///   commit itself proves it, since it may only insert where nothing is; when that fails the turn is taken again with a look, and so
    ///   are the next ones. Most submissions are new, and are spared a read.
    private func loaded(
        _ deliveries: [Delivery], isOptimistic: Bool
    ) async throws(JournalError) -> [ServiceCallKey: StoredServiceCall] {
        var found: [ServiceCallKey: StoredServiceCall] = [:]
        var missing: [ServiceCallKey] = []
        var asked: Set<ServiceCallKey> = []
        for delivery in deliveries where asked.insert(delivery.intent.key).inserted {
            let key = delivery.intent.key
            if let stored = cache.value(key) {
                found[key] = stored
            } else if isOptimistic, case .submit = delivery.intent.command {
                continue
            } else {
                missing.append(key)
            }
        }
        guard !missing.isEmpty else { return found }
        for stored in try await journal.load(missing, in: id) {
            found[ServiceCallKey(tenant: stored.call.tenant, id: stored.call.id)] = stored
        }
        return found
    }

    /// The overlay becomes the state, and what follows from it goes on its way.
    private func install(_ turn: Turn, epoch: Int64) {
        ownership = Ownership(
            epoch: epoch, head: turn.batch.head, headEpoch: turn.base.epoch, lastOrdinal: turn.lastOrdinal,
            published: turn.base.published)
        var changes: [TimerChange] = []
        for key in turn.changedKeys {
            guard let stored = turn.changes[key]?.stored else { continue }
            if isNeededSoon(stored.call) { cache.store(stored) } else { cache.remove(key) }
            changes.append(TimerChange(stored.call))
        }
        metrics.commits.add()
        metrics.commitEvents.observe(Int64(turn.events.count))
        for kind in turn.kinds { count(kind) }
        outlets.timer.changed(id, changes)
        outlets.outbox.committed(turn.events, head: turn.batch.head, epoch: epoch, in: id)
        outlets.signal.committed(turn.events)
    }

    /// What has ended, or is due later than the timer looks ahead, would only take the place of others.
    private func isNeededSoon(_ call: ServiceCall) -> Bool {
        if let dueAt = call.dueAt { return dueAt < call.updatedAt + settings.lookahead }
        return !call.status.isTerminal
    }

    private func count(_ kind: ServiceCallEvent.Kind) {
        switch kind {
        case .executionStarted: metrics.attemptsStarted.add()
        case .executionSucceeded: metrics.attemptsSucceeded.add()
        case .executionFailed: metrics.attemptsFailed.add()
        case .succeeded: metrics.callsSucceeded.add()
        case .failed: metrics.callsFailed.add()
        case .cancelled: metrics.callsCancelled.add()
        case .submitted, .rescheduled, .retried, .retryScheduled: break
        }
    }

    // MARK: - Replies

    private func reply(_ outcomes: [Outcome], to deliveries: [Delivery]) {
        for (delivery, outcome) in zip(deliveries, outcomes) where !delivery.reply.deliver(outcome) {
            abandonIfStarted(delivery, outcome)
        }
    }

    /// An attempt that was committed as started, but whose executor has stopped waiting, is nobody's: it ends at once.
    private func abandonIfStarted(_ delivery: Delivery, _ outcome: Outcome) {
        guard case .dueTimeReached = delivery.intent.command, !variant.repliesBeforeCommit, case .success(let reply) = outcome,
            reply.changed, reply.call.status == .running
        else { return }
        ownCommands.append(ServiceCallIntent(key: delivery.intent.key, command: .attemptOwnerLost(attempt: reply.call.attempts)))
    }

    private func deliver(_ outcome: Outcome, to deliveries: [Delivery]) {
        for delivery in deliveries { delivery.reply.deliver(outcome) }
    }

    private func report(_ level: Diagnostic.Level, _ event: String, _ message: String, _ error: JournalError?) {
        var fields = [(name: "partition", value: id.description)]
        if let error { fields.append((name: "reason", value: String(describing: error))) }
        ports.diagnostics.report(Diagnostic(level, event, message, fields: fields))
    }
}

/// The turn that a partition is busy with, for the watchdog: a store that does not answer must not keep callers for ever.
final class TurnProgress: Sendable {
    private struct State {
        var deliveries: [Delivery] = []
        var startedAt: Uptime?
    }

    private let state = Mutex(State())

    func begin(_ deliveries: [Delivery], at now: Uptime) {
        state.withLock { $0 = State(deliveries: deliveries, startedAt: now) }
    }

    func end() { state.withLock { $0 = State() } }

    /// The deliveries of a turn that began before `moment`.
    func stuck(since moment: Uptime) -> [Delivery] {
        state.withLock { state in
            guard let startedAt = state.startedAt, startedAt < moment else { return [] }
            return state.deliveries
        }
    }
}

/// Waits that double, up to a limit.
struct BackOff {
    private var current: TimeSpan
    private let first: TimeSpan
    private let most: TimeSpan

    init(first: TimeSpan, most: TimeSpan) {
        current = first
        self.first = first
        self.most = most
    }

    mutating func next() -> TimeSpan {
        defer { current = min(most, current + current) }
        return current
    }

    mutating func reset() { current = first }
}

extension JournalError {
    /// Whether the store failed; it did not when it only refused what was tried.
    fileprivate var isFailure: Bool {
        if case .rejected = self { false } else { true }
    }
}
