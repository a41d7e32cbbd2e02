internal import DequeModule
internal import Domain
internal import Ports
internal import Synchronization

/// Publishes the events of one partition in the order of positions, each at least once (EV-1, EV-2).
///
/// The cursor is the highest contiguous position that the bus has acknowledged. One block of events is on its way at a time; the
/// next is all that was committed meanwhile. It comes from memory, and from the log when memory could not hold it; either way nothing
/// is skipped.
actor OutboxLane {
    /// What the lane knows without waiting for it.
    private struct Known {
        var epoch: Int64 = 0
        var head: Int64 = 0
        /// Acknowledged; nil until the partition has been taken over.
        var published: Int64?
        var stored: Int64 = 0
        /// When which position was committed, for those that are not acknowledged; the later ones are left out when there are many.
        var marks = Deque<Mark>()

        mutating func mark(_ head: Int64, at now: Uptime) {
            guard head > published ?? -1, marks.count < 1_024, head > marks.last?.position ?? -1 else { return }
            marks.append(Mark(position: head, at: now))
        }
    }

    private struct Mark {
        let position: Int64
        let at: Uptime
    }

    nonisolated let partition: PartitionId
    private nonisolated let known = Mutex(Known())
    private nonisolated let mailbox: Mailbox<CommittedEvent>
    private nonisolated let time: any TimeSource
    private let ports: EnginePorts
    private let settings: EngineSettings
    private let metrics: EngineMetrics
    private let variant: EngineVariant
    private var pending = Deque<CommittedEvent>()
    /// What was told of failures since the cursor last moved.
    private var reports = RepeatedReports()

    init(partition: PartitionId, ports: EnginePorts, settings: EngineSettings, metrics: EngineMetrics, variant: EngineVariant) {
        self.partition = partition
        self.ports = ports
        self.time = ports.time
        self.settings = settings
        self.metrics = metrics
        self.variant = variant
        mailbox = Mailbox(capacity: settings.outboxCapacity, weightLimit: settings.outboxBytes)
    }

    // MARK: - Told by the partition

    nonisolated func open(_ ownership: Ownership) {
        let now = time.uptime()
        known.withLock { known in
            known.epoch = ownership.epoch
            known.head = max(known.head, ownership.head)
            if known.published == nil {
                known.published = ownership.published
                known.stored = ownership.published
            }
            known.mark(known.head, at: now)
        }
        mailbox.wake()
    }

    nonisolated func committed(_ events: [CommittedEvent], head: Int64, epoch: Int64) {
        let now = time.uptime()
        // Before the head is known: a lane that saw the head first would read from the log what is about to be offered.
        for event in events where mailbox.offer(event, weight: event.data.count) != .accepted { break }
        known.withLock { known in
            known.epoch = epoch
            known.head = head
            known.mark(head, at: now)
        }
        mailbox.wake()
    }

    nonisolated func close() { mailbox.close() }

    // MARK: - Asked by others

    /// Committed events that the bus has not acknowledged.
    nonisolated var unpublished: Int64 { known.withLock { max(0, $0.head - ($0.published ?? $0.head)) } }

    /// When the oldest event that is not acknowledged was committed, or found at the start.
    nonisolated var oldestUnpublished: Uptime? { known.withLock { $0.marks.first?.at } }

    /// The epoch under which the partition is owned; nil until it has been taken over.
    nonisolated var epoch: Int64? { known.withLock { $0.published == nil ? nil : $0.epoch } }

    /// The cursor to store, when it has moved since it was last stored.
    nonisolated var unstoredCursor: PublishedCursor? {
        known.withLock { known in
            guard let published = known.published, published > known.stored else { return nil }
            return PublishedCursor(partition: partition, epoch: known.epoch, position: published)
        }
    }

    nonisolated func stored(_ cursor: PublishedCursor) {
        known.withLock { $0.stored = max($0.stored, cursor.position) }
    }

    // MARK: - Work

    /// Publishes until the mailbox is closed and all that is committed is acknowledged, or the task is cancelled.
    func run() async {
        var wait = BackOff(first: .milliseconds(10), most: .seconds(5))
        while let batch = await mailbox.takeBatch(limit: settings.outboxCapacity) {
            pending.append(contentsOf: batch)
            while !Task.isCancelled, isBehind {
                if await publishSome() { wait.reset() } else { await ports.time.sleep(for: wait.next()) }
            }
        }
    }

    private var isBehind: Bool { known.withLock { known in known.published.map { $0 < known.head } ?? false } }

    /// - Returns: whether the cursor moved.
    private func publishSome() async -> Bool {
        guard let published = known.withLock({ $0.published }) else { return false }
        let events: [CommittedEvent]
        do throws(JournalError) {
            events = try await next(after: published)
        } catch {
            metrics.outboxReadFailures.add()
            report(.warning, "outbox.read-failed", "The log could not be read; trying again.", String(describing: error))
            return false
        }
        guard !events.isEmpty else { return false }
        do throws(EventBusError) {
            try await ports.bus.publish(events)
            acknowledge(events.count, of: events)
            return true
        } catch {
            metrics.publishFailures.add()
            report(.warning, "outbox.publish-failed", "The bus did not acknowledge; trying again.", error.reason)
            let count = variant.movesCursorPastGap ? events.count : min(max(error.acknowledged, 0), events.count)
            acknowledge(count, of: events)
            return count > 0
        }
    }

    /// The next events without gap: from memory when it begins just after the cursor, else from the log.
    private func next(after published: Int64) async throws(JournalError) -> [CommittedEvent] {
        forget(upTo: published)
        if pending.count < settings.publishLimit {
            // What was committed while the last block was on its way. Not while there is a whole block, so that what is held stays bounded.
            pending.append(contentsOf: mailbox.removeAll())
            forget(upTo: published)
        }
        var events: [CommittedEvent] = []
        for event in pending.prefix(settings.publishLimit) {
            guard event.position == published + Int64(events.count) + 1 else { break }
            events.append(event)
        }
        if !events.isEmpty { return events }
        return try await ports.journal.events(
            in: partition, after: published, limit: settings.publishLimit, bytes: settings.outboxBytes)
    }

    private func forget(upTo published: Int64) {
        while let first = pending.first, first.position <= published { pending.removeFirst() }
    }

    private func acknowledge(_ count: Int, of events: [CommittedEvent]) {
        guard count > 0, let last = events.prefix(count).last else { return }
        metrics.published.add(count)
        reports.forget()
        ports.tracing?.published(events.prefix(count))
        let now = time.uptime()
        known.withLock { known in
            let published = max(known.published ?? 0, last.position)
            known.published = published
            while let first = known.marks.first, first.position <= published {
                metrics.publishDelay.observe((now - first.at).microseconds)
                known.marks.removeFirst()
            }
        }
    }

    private func report(_ level: Diagnostic.Level, _ event: String, _ message: String, _ reason: String) {
        guard reports.tells("\(event) \(reason)", at: time.uptime().microseconds) else { return }
        ports.diagnostics.report(
            Diagnostic(level, event, message, fields: [("partition", partition.description), ("reason", reason)]))
    }
}
