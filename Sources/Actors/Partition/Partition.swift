internal import Domain
internal import Ports
internal import Synchronization

/// What a partition tells the rest of the engine once a commit is durable. None of it waits.
struct PartitionOutlets: Sendable {
    let timer: TimerInbox
    let outbox: OutboxInbox
    let signal: LogSignal
    let items: ItemOutlets
    /// The call was cancelled: an attempt of it that runs is for nothing.
    let cancelled: @Sendable (ServiceCallKey) -> Void
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
    private var calls: AggregateCache<ServiceCallKey, StoredServiceCall>
    private var books: AggregateCache<BookKey, StoredBookRecord>
    private var heads = AggregateCache<TenantId, AuditHead>(limit: 1_024 * 1_024)
    /// Commands that the partition gives itself, before those that wait.
    private var ownCommands: [ServiceCallIntent] = []
    /// Turns in which new submissions are looked up before they are decided; see `loaded`.
    private var cautiousTurns = 0
    /// What was told of failures since a commit last succeeded.
    private var reports = RepeatedReports()

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
        calls = AggregateCache(limit: settings.cacheBytes)
        books = AggregateCache(limit: settings.cacheBytes)
    }

    /// Works until the mailbox is closed and empty, the task is cancelled, or the partition has another owner.
    func run() async {
        guard await open() else { return stop() }
        while !Task.isCancelled {
            if !ownCommands.isEmpty {
                let own = ownCommands.map { Delivery.call($0, .none) }
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
                try await outlets.items.holds.read(id)
                ownership = taken
                outlets.outbox.open(taken, in: id)
                outlets.timer.open(id, taken)
                outlets.items.open(taken, in: id)
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
        for delivery in mailbox.removeAll() { delivery.fail(.stopping) }
    }

    private func lose() {
        ownership = nil
        calls.removeAll()
        books.removeAll()
        heads.removeAll()
        report(.error, "partition.lost", "Another engine owns the partition; this one stops.", nil)
        outlets.ownershipLost(id)
    }

    private func failWaiting(_ error: IntentError) {
        for delivery in mailbox.removeAll() { delivery.fail(error) }
    }

    // MARK: - A turn

    private func take(_ deliveries: [Delivery]) async {
        progress.begin(deliveries, at: ports.time.uptime())
        defer { progress.end() }
        await decideAndCommit(deliveries)
    }

    /// - Parameter attempt: counts from 1 how often a turn that gives numbers is tried, since a number may clash (CT-3).
    private func decideAndCommit(_ deliveries: [Delivery], attempt: Int = 1) async {
        guard let base = ownership else { return fail(.unavailable("The partition has no owner."), deliveries) }
        let committed: Turn.Committed
        let isOptimistic = cautiousTurns == 0
        cautiousTurns = max(0, cautiousTurns - 1)
        do throws(JournalError) {
            committed = try await loaded(deliveries, isOptimistic: isOptimistic)
        } catch {
            metrics.partitionReadFailures.add()
            report(.warning, "partition.load-failed", "What commands concern could not be read.", error)
            return fail(.unavailable("The store could not be read."), deliveries)
        }
        var turn = Turn(partition: id, base: base, committed: committed)
        let now = ports.time.now()
        let outcomes = deliveries.map { delivery in
            turn.decide(
                delivery, DecisionContext(now: now, epoch: base.epoch, entropy: ports.entropy.next()), ports.calendar)
        }
        metrics.commands.add(deliveries.count)
        guard !turn.events.isEmpty else { return reply(outcomes, to: deliveries) }
        if variant.repliesBeforeCommit { reply(outcomes, to: deliveries) }
        await commit(turn, deliveries, outcomes, isOptimistic: isOptimistic, attempt: attempt)
    }

    private func commit(_ turn: Turn, _ deliveries: [Delivery], _ outcomes: [Decided], isOptimistic: Bool, attempt: Int) async {
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
                fail(.unavailable(reason), deliveries)
                if variant.keepsRefusedNumbers { keepCounters(of: turn) }
            case .ownershipLost, .heldElsewhere:
                fail(.unavailable("Another engine owns the partition."), deliveries)
                lose()
            case .rejected, .numberCollision:
                forget(turn)
                if isOptimistic {
                    cautiousTurns = Self.cautionAfterConflict
                    await decideAndCommit(deliveries)
                } else {
                    await retryAlone(turn, deliveries, error, attempt: attempt)
                }
            case .ambiguous:
                metrics.ambiguousCommits.add()
                report(.warning, "commit.ambiguous", "Whether a commit is stored is not known; resolving it.", error)
                await resolve(turn, deliveries, outcomes)
            }
        }
    }

    private func forget(_ turn: Turn) {
        for key in turn.callKeys { calls.remove(key) }
        for key in turn.bookKeys { books.remove(key) }
        for segment in turn.audit { heads.remove(segment.tenant) }
    }

    /// A commit that the store's constraints refuse fails alone: every command gets a turn of its own.
    private func retryAlone(_ turn: Turn, _ deliveries: [Delivery], _ error: JournalError, attempt: Int) async {
        guard deliveries.count > 1 else {
            if case .numberCollision = error {
                if attempt < Self.numberAttempts {
                    cautiousTurns = max(1, cautiousTurns)
                    return await decideAndCommit(deliveries, attempt: attempt + 1)
                }
                metrics.numberCollisions.add()
                report(.error, "number.collision", "A number cannot be given: another document of the tenant prints alike.", error)
                return fail(.refusedByBooks(.numberCollision(printed: turn.printedNumber ?? "")), deliveries)
            }
            // What was read may have been purged meanwhile: the second look tells.
            if attempt == 1 {
                cautiousTurns = max(1, cautiousTurns)
                return await decideAndCommit(deliveries, attempt: 2)
            }
            report(.error, "commit.rejected", "The store refused a commit; nothing of it is stored.", error)
            return fail(.unavailable("The store refused the change."), deliveries)
        }
        for delivery in deliveries {
            cautiousTurns = max(1, cautiousTurns)
            await decideAndCommit([delivery])
        }
    }

    /// How often a turn that gives a number is tried in all.
    private static let numberAttempts = 3

    /// Finds out whether an ambiguous commit is stored: a new epoch waits for what is under way and fences it off; the head, and the epoch
    /// under which it was reached, tell. The epoch is needed: another owner may have come to the same head meanwhile.
    private func resolve(_ turn: Turn, _ deliveries: [Delivery], _ outcomes: [Decided]) async {
        let giveUp = ports.time.uptime() + settings.resolveBudget
        var wait = BackOff(first: .milliseconds(5), most: .seconds(1))
        ownership = nil
        while !Task.isCancelled {
            do throws(JournalError) {
                settle(turn, deliveries, outcomes, try await journal.takeOwnership(of: id))
                return
            } catch .heldElsewhere {
                fail(.unknownOutcome("Another engine took the partition."), deliveries)
                return lose()
            } catch {
                if ports.time.uptime() >= giveUp {
                    fail(.unknownOutcome("The store failed while it took the change."), deliveries)
                    failWaiting(.unavailable("The store is not available."))
                }
                await ports.time.sleep(for: wait.next())
            }
        }
        fail(.unknownOutcome("The engine stopped before the outcome was known."), deliveries)
    }

    private func settle(_ turn: Turn, _ deliveries: [Delivery], _ outcomes: [Decided], _ taken: Ownership) {
        let batch = turn.batch
        let isStored = taken.head == batch.head && taken.headEpoch == batch.epoch
        guard isStored || taken.head == batch.expectedHead else {
            fail(.unknownOutcome("Another engine took the partition."), deliveries)
            return lose()
        }
        ownership = taken
        outlets.outbox.open(taken, in: id)
        outlets.items.cursors.open(taken, in: id)
        if isStored {
            install(turn, epoch: taken.epoch)
            reply(outcomes, to: deliveries)
        } else {
            fail(.unavailable("The store failed while it took the change; nothing of it is stored."), deliveries)
            forget(turn)
        }
        report(.info, "partition.recovered", "The ambiguous commit is resolved.", nil)
    }

    // MARK: - State

    private static let cautionAfterConflict = 64

    /// What the deliveries concern.
    ///
    /// - Parameter isOptimistic: whether what is to be made, and is not in the cache, is taken to be new without a look. The commit itself proves
    ///   it, since it may only insert where nothing is; when that fails the turn is taken again with a look, and so are the next ones. Most
    ///   submissions are new, and are spared a read.
    private func loaded(_ deliveries: [Delivery], isOptimistic: Bool) async throws(JournalError) -> Turn.Committed {
        var committed = Turn.Committed()
        var missing: [ServiceCallKey] = []
        var asked: Set<ServiceCallKey> = []
        var tenants: [TenantId] = []
        var bookIntents: [BookIntent] = []
        for delivery in deliveries {
            switch delivery {
            case .call(let intent, _):
                if intent.by != nil, tenants.last != intent.key.tenant, !tenants.contains(intent.key.tenant) {
                    tenants.append(intent.key.tenant)
                }
                guard asked.insert(intent.key).inserted else { continue }
                if let stored = calls.value(intent.key) {
                    committed.calls[intent.key] = stored
                } else if isOptimistic, case .submit = intent.command {
                    continue
                } else {
                    missing.append(intent.key)
                }
            case .books(let intent, _):
                if tenants.last != intent.tenant, !tenants.contains(intent.tenant) { tenants.append(intent.tenant) }
                bookIntents.append(intent)
            }
        }
        if !missing.isEmpty {
            for stored in try await journal.load(missing, in: id) {
                committed.calls[ServiceCallKey(tenant: stored.call.tenant, id: stored.call.id)] = stored
            }
        }
        if !bookIntents.isEmpty { try await loadBooks(bookIntents, isOptimistic: isOptimistic, into: &committed) }
        try await loadHeads(tenants, into: &committed)
        return committed
    }

    /// In rounds, since some records name others that are needed too.
    private func loadBooks(_ intents: [BookIntent], isOptimistic: Bool, into committed: inout Turn.Committed) async throws(JournalError) {
        // Taken to be absent by those alone that would make it; whoever else names it has it looked up.
        var assumed: Set<BookKey> = []
        var looked: Set<BookKey> = []
        for _ in 0..<4 {
            let known = committed.books.count + assumed.count + looked.count
            var missing: [BookKey] = []
            for intent in intents {
                for key in Self.keys(for: intent, committed.books) {
                    guard committed.books[key] == nil, !looked.contains(key) else { continue }
                    if let stored = books.value(key) {
                        committed.books[key] = stored
                    } else if isOptimistic, intent.command.expectsAbsence(of: key) {
                        assumed.insert(key)
                    } else {
                        assumed.remove(key)
                        looked.insert(key)
                        missing.append(key)
                    }
                }
            }
            if missing.isEmpty, committed.books.count + assumed.count + looked.count == known { break }
            if !missing.isEmpty {
                for stored in try await journal.load(missing, in: id) { committed.books[stored.record.key] = stored }
            }
        }
    }

    /// A function of its own, so that the records are not shared, and copied, while more are added.
    private static func keys(for intent: BookIntent, _ known: [BookKey: StoredBookRecord]) -> [BookKey] {
        Books(tenant: intent.tenant, find: { known[$0]?.record }).keys(for: intent.command)
    }

    private func loadHeads(_ tenants: [TenantId], into committed: inout Turn.Committed) async throws(JournalError) {
        var missing: [TenantId] = []
        for tenant in tenants {
            if let head = heads.value(tenant) { committed.heads[tenant] = head } else { missing.append(tenant) }
        }
        guard !missing.isEmpty else { return }
        let found = try await journal.auditHeads(of: missing, in: id)
        for tenant in missing {
            let head = found[tenant] ?? .start
            committed.heads[tenant] = head
            heads.store(head, for: tenant, bytes: Self.headBytes)
        }
    }

    private static let headBytes = 128

    /// The overlay becomes the state, and what follows from it goes on its way.
    private func install(_ turn: Turn, epoch: Int64) {
        ownership = Ownership(
            epoch: epoch, head: turn.batch.head, headEpoch: turn.base.epoch, lastOrdinal: turn.lastOrdinal,
            published: turn.base.published)
        var changes: [TimerChange] = []
        let retries = turn.retries
        for key in turn.callKeys {
            guard let stored = turn.calls[key]?.stored else { continue }
            if isNeededSoon(stored.call) {
                calls.store(stored, for: key, bytes: stored.call.submission.approximateBytes)
            } else {
                calls.remove(key)
            }
            changes.append(TimerChange(stored.call, retryDecidedAt: retries[key]))
            if stored.call.status == .cancelled { outlets.cancelled(key) }
        }
        keep(turn)
        reports.forget()
        metrics.commits.add()
        metrics.commitEvents.observe(Int64(turn.events.count))
        for event in turn.events { count(event.type) }
        outlets.timer.changed(id, changes)
        outlets.outbox.committed(turn.events, head: turn.batch.head, epoch: epoch, in: id)
        outlets.signal.committed(turn.events)
        outlets.items.committed(turn, in: id)
    }

    /// For the broken variant alone.
    private func keepCounters(of turn: Turn) {
        for key in turn.bookKeys {
            guard case .series(let moved)? = turn.books[key]?.stored.record, let before = turn.committed.books[key] else { continue }
            let kept = Series(
                tenant: moved.tenant, plan: moved.plan, createdAt: moved.createdAt, version: before.record.version, last: moved.last)
            books.store(StoredBookRecord(record: .series(kept), ordinal: before.ordinal), for: key, bytes: 512)
        }
    }

    /// Keeps the books of a turn at hand.
    private func keep(_ turn: Turn) {
        for key in turn.bookKeys {
            guard let stored = turn.books[key]?.stored else { continue }
            switch stored.record {
            case .series(let series): books.store(stored, for: key, bytes: 512 + 64 * series.last.count)
            case .invoice(let invoice): books.store(stored, for: key, bytes: 1_024 + invoice.content.encoded.count)
            // A number is asked for again only when its request is repeated.
            case .number: books.remove(key)
            case .item(let item): books.store(stored, for: key, bytes: item.approximateBytes)
            case .ingestion(let record): books.store(stored, for: key, bytes: record.approximateBytes)
            }
        }
        for segment in turn.audit { heads.store(segment.head, for: segment.tenant, bytes: Self.headBytes) }
    }

    /// What has ended, or is due later than the timer looks ahead, would only take the place of others.
    private func isNeededSoon(_ call: ServiceCall) -> Bool {
        if let dueAt = call.dueAt { return dueAt < call.updatedAt + settings.lookahead }
        return !call.status.isTerminal
    }

    private func count(_ type: EventType) {
        switch type {
        case .serviceCall(.executionStarted): metrics.attemptsStarted.add()
        case .serviceCall(.executionSucceeded): metrics.attemptsSucceeded.add()
        case .serviceCall(.executionFailed): metrics.attemptsFailed.add()
        case .serviceCall(.succeeded): metrics.callsSucceeded.add()
        case .serviceCall(.failed): metrics.callsFailed.add()
        case .serviceCall(.cancelled): metrics.callsCancelled.add()
        case .series(.numberAllocated): metrics.numbersAllocated.add()
        case .invoice(.issued): metrics.invoicesIssued.add()
        default: break
        }
    }

    // MARK: - Replies

    private func reply(_ outcomes: [Decided], to deliveries: [Delivery]) {
        for (delivery, outcome) in zip(deliveries, outcomes) {
            switch (delivery, outcome) {
            case (.call(let intent, let slot), .call(let outcome)):
                if !slot.deliver(outcome) { abandonIfStarted(intent, outcome) }
            case (.books(_, let slot), .books(let outcome)): slot.deliver(outcome)
            case (.call, .books), (.books, .call): delivery.fail(.unavailable("The reply was of another kind."))
            }
        }
    }

    /// An attempt that was committed as started, but whose executor has stopped waiting, is nobody's: it ends at once.
    private func abandonIfStarted(_ intent: ServiceCallIntent, _ outcome: Outcome<ServiceCallReply>) {
        guard case .dueTimeReached = intent.command, !variant.repliesBeforeCommit, case .success(let reply) = outcome,
            reply.changed, reply.call.status == .running
        else { return }
        ownCommands.append(ServiceCallIntent(key: intent.key, command: .attemptOwnerLost(attempt: reply.call.attempts)))
    }

    private func fail(_ error: IntentError, _ deliveries: [Delivery]) {
        for delivery in deliveries { delivery.fail(error) }
    }

    /// What goes on failing in the same way is told once a minute, until a commit succeeds.
    private func report(_ level: Diagnostic.Level, _ event: String, _ message: String, _ error: JournalError?) {
        var fields = [(name: "partition", value: id.description)]
        if let error {
            let reason = String(describing: error)
            guard reports.tells("\(event) \(reason)", at: ports.time.uptime().microseconds) else { return }
            fields.append((name: "reason", value: reason))
        }
        ports.diagnostics.report(Diagnostic(level, event, message, fields: fields))
    }
}

extension JournalError {
    /// Whether the store failed; it did not when it only refused what was tried.
    fileprivate var isFailure: Bool {
        switch self {
        case .rejected, .numberCollision: false
        default: true
        }
    }
}
