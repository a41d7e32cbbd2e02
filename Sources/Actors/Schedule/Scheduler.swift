internal import Domain
internal import Ports

/// Submits a call for each occurrence of every active schedule (SC-13).
///
/// The call's identity follows from schedule and occurrence, and the cursor moves once the call is committed: a crash in between submits it
/// again, which changes nothing. So each occurrence is one call.
actor Scheduler {
    nonisolated let inbox: ScheduleInbox
    private let ports: EnginePorts
    private let router: Router
    private let cursors: CursorBook
    private let settings: EngineSettings
    private let metrics: EngineMetrics
    private let variant: EngineVariant

    /// In the order of the partitions; nil until the partition's schedules have been read.
    private var agendas: [Agenda?]
    /// Partitions whose schedules must be read, and when.
    private var unread: [PartitionId: Uptime] = [:]
    private var wait = BackOff(first: .milliseconds(100), most: .seconds(5))

    init(
        inbox: ScheduleInbox, ports: EnginePorts, router: Router, cursors: CursorBook, settings: EngineSettings, metrics: EngineMetrics,
        variant: EngineVariant
    ) {
        self.inbox = inbox
        self.ports = ports
        self.router = router
        self.cursors = cursors
        self.settings = settings
        self.metrics = metrics
        self.variant = variant
        agendas = Array(repeating: nil, count: ports.journal.partitionCount)
    }

    /// Works until the inbox is closed or the task is cancelled.
    func run() async {
        let inbox = self.inbox
        let alarm = ports.time.makeAlarm { inbox.mailbox.wake() }
        while let batch = await inbox.mailbox.takeBatch(limit: 1_024), !Task.isCancelled {
            for message in batch { handle(message) }
            for partition in inbox.takeBehind() { unread[partition] = ports.time.uptime() }
            await readUnread()
            for index in agendas.indices { await fire(index) }
            alarm.set(nextWake())
        }
        alarm.set(nil)
    }

    private func handle(_ message: ScheduleMessage) {
        switch message {
        case .opened(let partition): unread[partition] = ports.time.uptime()
        case .changed(let partition, let change):
            guard agendas.indices.contains(partition.index) else { return }
            agendas[partition.index]?.put(change, zone: zone(change.timing), retryAt: ports.time.uptime() + Self.patience)
        }
    }

    /// How long a schedule waits that cannot be followed, because its zone is not known or its request cannot be opened.
    private static let patience = TimeSpan.minutes(1)
    /// How long a schedule waits of which some occurrences were submitted and some were not.
    private static let pause = TimeSpan.milliseconds(20)

    private func zone(_ timing: ScheduleTiming) -> (any ZoneRules)? { ports.calendar.zone(timing.timeZone) }

    private var clocks: (now: Instant, uptime: Uptime) { (ports.time.now(), ports.time.uptime()) }

    private func nextWake() -> Uptime? {
        let (now, uptime) = clocks
        var wake = unread.values.min()
        for index in agendas.indices where agendas[index]?.count ?? 0 > 0 {
            // The wall clock may jump.
            wake = min(wake ?? uptime + settings.clockCheck, uptime + settings.clockCheck)
            if let due = agendas[index]?.nextDue() { wake = min(wake ?? uptime, uptime + max(.zero, due - now)) }
            if let retry = agendas[index]?.nextRetry() { wake = min(wake ?? uptime, max(uptime, retry)) }
        }
        return wake
    }

    // MARK: - Reading

    private func readUnread() async {
        for partition in unread.keys.sorted() where unread[partition].map({ $0 <= ports.time.uptime() }) ?? false {
            do throws(JournalError) {
                try await read(partition)
                unread[partition] = nil
                wait.reset()
            } catch {
                unread[partition] = ports.time.uptime() + wait.next()
                metrics.scheduleReadFailures.add()
                report("schedule.read-failed", "Schedules could not be read; trying again.", partition, String(describing: error))
            }
        }
    }

    /// Reads all schedules of a partition. What is told meanwhile waits in the inbox and is taken afterwards, by its version.
    private func read(_ partition: PartitionId) async throws(JournalError) {
        guard agendas.indices.contains(partition.index) else { return }
        var places: [Agenda.Key: FollowerCursor] = [:]
        try await ports.journal.readCursors(of: .schedule, in: partition) { cursor in
            if let id = ScheduleId(cursor.id) { places[Agenda.Key(tenant: cursor.tenant, id: id)] = cursor }
        }
        let before = agendas[partition.index]
        var agenda = Agenda()
        try await ports.journal.readItems(of: .schedule, in: partition) { item in
            guard case .schedule(let schedule) = item else { return }
            let change = ScheduleChange(schedule)
            var place: Instant?
            if let stored = places[change.key], stored.generation == change.generation {
                place = stored.place.first.map(Instant.init(microseconds:))
            }
            if let known = before?.entry(change.key), known.generation == change.generation {
                place = max(place ?? .earliest, known.cursor)
            }
            agenda.put(change, cursor: place, zone: zone(change.timing), retryAt: ports.time.uptime() + Self.patience)
        }
        agendas[partition.index] = agenda
    }

    // MARK: - Firing

    /// One round: the loop goes on at once when more is due, and sees in between what it is told.
    private func fire(_ index: Int) async {
        guard let due = agendas[index]?.popDue(clocks, limit: settings.scheduleRound), !due.isEmpty else { return }
        let schedules: [Agenda.Key: Schedule]
        do throws(JournalError) {
            schedules = try await load(due, PartitionId(index))
        } catch {
            let again = ports.time.uptime() + .milliseconds(500)
            for key in due { agendas[index]?.postpone(key, until: again) }
            metrics.scheduleReadFailures.add()
            report("schedule.read-failed", "Due schedules could not be read; trying again.", PartitionId(index), String(describing: error))
            return
        }
        var round = Round()
        for key in due {
            guard let entry = agendas[index]?.entry(key) else { continue }
            guard let schedule = schedules[key], schedule.version >= entry.version, schedule.status == .active else {
                // It has changed; that is told.
                agendas[index]?.remove(key)
                continue
            }
            if schedule.version > entry.version {
                agendas[index]?.put(
                    ScheduleChange(schedule), zone: zone(schedule.timing), retryAt: ports.time.uptime() + Self.patience)
                continue
            }
            guard let zone = zone(entry.timing) else {
                refuse(key, index, "The time zone \(entry.timing.timeZone) is not known.")
                continue
            }
            let work = entry.timing.due(
                after: entry.cursor, now: ports.time.now(), zone: zone, misfireAfter: settings.misfireAfter, most: settings.misfireLimit)
            round.begin(key, work)
            if variant.movesFollowersFirst { note(key, entry.generation, work.cursor) }
            do throws(SealError) {
                for nominal in work.occurrences {
                    // All are sealed alike: when one cannot be opened, neither can the first.
                    round.add(try submission(schedule, nominal), of: key, at: nominal)
                    if round.isFull { await send(&round) }
                }
            } catch {
                round.fail(key, at: work.occurrences.first ?? work.cursor, for: Self.patience)
                refuse(key, index, "What it sends cannot be opened: \(error).")
            }
        }
        await send(&round)
        settle(round, index)
    }

    private func load(_ keys: [Agenda.Key], _ partition: PartitionId) async throws(JournalError) -> [Agenda.Key: Schedule] {
        var schedules: [Agenda.Key: Schedule] = [:]
        for stored in try await ports.journal.load(keys.map { .item($0.tenant, .schedule($0.id)) }, in: partition) {
            guard case .item(.schedule(let schedule)) = stored.record else { continue }
            schedules[Agenda.Key(tenant: schedule.tenant, id: schedule.id)] = schedule
        }
        return schedules
    }

    private func submission(_ schedule: Schedule, _ nominal: Instant) throws(SealError) -> ServiceCallIntent {
        let id = ServiceCallId.occurrence(of: schedule.id, at: nominal)
        return .submit(
            try schedule.template.call(
                tenant: schedule.tenant, item: schedule.id.value, id: id, dueAt: nominal,
                origin: .schedule(schedule.id, nominal: nominal), correlationId: id.description, sealer: ports.sealer))
    }

    private func send(_ round: inout Round) async {
        let (intents, places) = round.take()
        guard !intents.isEmpty else { return }
        for (outcome, place) in zip(await router.send(intents), places) {
            switch outcome {
            case .success(let reply): if reply.changed { metrics.occurrences.add() }
            // Submitted before, whatever it said then.
            case .failure(.refused): break
            case .failure: round.fail(place.key, at: place.nominal, for: .milliseconds(500))
            }
        }
    }

    private func settle(_ round: Round, _ index: Int) {
        for (key, work) in round.work {
            if let failure = round.failed[key] {
                // What is submitted stays behind: a partition that takes few at a time would else be given the same few for ever.
                guard let done = work.occurrences.last(where: { $0 < failure.first }) else {
                    agendas[index]?.postpone(key, until: ports.time.uptime() + failure.wait)
                    continue
                }
                agendas[index]?.advance(key, to: done, next: failure.first)
                agendas[index]?.postpone(key, until: ports.time.uptime() + min(failure.wait, Self.pause))
            } else {
                agendas[index]?.advance(key, to: work.cursor, next: work.next)
            }
            metrics.occurrencesSkipped.add(work.skipped)
            if let entry = agendas[index]?.entry(key) { note(key, entry.generation, entry.cursor) }
        }
        // More may be due already.
        inbox.mailbox.wake()
    }

    private func note(_ key: Agenda.Key, _ generation: Int, _ cursor: Instant) {
        cursors.moved(.schedule(key.id), of: key.tenant, generation: generation, to: [cursor.microseconds])
    }

    private func refuse(_ key: Agenda.Key, _ index: Int, _ reason: String) {
        agendas[index]?.postpone(key, until: ports.time.uptime() + Self.patience)
        ports.diagnostics.report(
            Diagnostic(
                .error, "schedule.not-followed", "A schedule cannot be followed; trying again in a minute.",
                fields: [("tenant_id", key.tenant.value), ("schedule_id", key.id.description), ("reason", reason)]))
    }

    private func report(_ event: String, _ message: String, _ partition: PartitionId, _ reason: String) {
        ports.diagnostics.report(
            Diagnostic(.warning, event, message, fields: [("partition", partition.description), ("reason", reason)]))
    }
}

/// What one round of the scheduler submits.
private struct Round {
    private static let most = 256
    private static let mostBytes = 4 * 1_024 * 1_024

    private(set) var work: [(key: Agenda.Key, due: DueOccurrences)] = []
    /// The first occurrence of each that was not submitted, and how long they wait.
    private(set) var failed: [Agenda.Key: (first: Instant, wait: TimeSpan)] = [:]
    private var intents: [ServiceCallIntent] = []
    private var places: [(key: Agenda.Key, nominal: Instant)] = []
    private var bytes = 0

    var isFull: Bool { intents.count >= Self.most || bytes >= Self.mostBytes }

    mutating func begin(_ key: Agenda.Key, _ due: DueOccurrences) { work.append((key, due)) }

    mutating func add(_ intent: ServiceCallIntent, of key: Agenda.Key, at nominal: Instant) {
        intents.append(intent)
        places.append((key, nominal))
        if case .submit(let submission) = intent.command { bytes += submission.approximateBytes }
    }

    mutating func fail(_ key: Agenda.Key, at nominal: Instant, for span: TimeSpan) {
        let known = failed[key]
        failed[key] = (min(nominal, known?.first ?? nominal), max(span, known?.wait ?? .zero))
    }

    mutating func take() -> ([ServiceCallIntent], [(key: Agenda.Key, nominal: Instant)]) {
        defer {
            intents = []
            places = []
            bytes = 0
        }
        return (intents, places)
    }
}
