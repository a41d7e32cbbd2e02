internal import Domain
internal import Ports

/// Hands calls to execution when they are due, and ends attempts that never report.
///
/// It waits on the monotonic clock, compares the clocks at least every `clockCheck`, and keeps only the near future in memory: a
/// sweep of the store moves the horizon on.
actor Timer {
    nonisolated let inbox: TimerInbox
    let ports: EnginePorts
    let execution: ExecutionQueue
    private let router: Router
    let settings: EngineSettings
    let metrics: EngineMetrics
    private let variant: EngineVariant
    private let sweeps = Mailbox<Never>(capacity: 1)
    let refills = Mailbox<Never>(capacity: 1)
    private let swept: @Sendable (PartitionId) -> Void

    /// In the order of the partitions; nil until the partition is ours.
    var partitions: [TimerPartition?]
    /// How far the wall clock was ahead of the monotonic one when they were last compared.
    private var wallLead: TimeSpan?
    /// Whose turn it is to come first, so that none is always first at the room there is.
    private var first = 0
    private var reports = RepeatedReports()

    /// - Parameter swept: called each time that a partition's near future has been read.
    init(
        inbox: TimerInbox, ports: EnginePorts, execution: ExecutionQueue, router: Router, settings: EngineSettings, metrics: EngineMetrics,
        variant: EngineVariant, swept: @escaping @Sendable (PartitionId) -> Void
    ) {
        self.inbox = inbox
        self.ports = ports
        self.execution = execution
        self.router = router
        self.settings = settings
        self.metrics = metrics
        self.variant = variant
        self.swept = swept
        partitions = Array(repeating: nil, count: ports.journal.partitionCount)
    }

    /// Works until the inbox is closed or the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.work() }
            group.addTask { await self.sweep() }
            group.addTask { await self.refill() }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: - Firing

    private func work() async {
        let inbox = self.inbox
        let alarm = ports.time.makeAlarm { inbox.mailbox.wake() }
        while let batch = await inbox.mailbox.takeBatch(limit: 4_096) {
            noticeSetBack()
            for message in batch { handle(message) }
            forgetWhatWasDropped()
            fire()
            alarm.set(nextWake())
            if wantsSweep { sweeps.wake() }
            if partitions.contains(where: { $0?.tenantsToRefill.isEmpty == false }) { refills.wake() }
        }
        alarm.set(nil)
    }

    /// What a clock that is steered does is far below it.
    private static let setBack = TimeSpan.seconds(5)

    /// Tells the operator why calls wait that seem to be due: a due time is an instant on record, and no attempt starts before it by the wall
    /// clock. Retries get theirs anew; see `TimerPartition.BackOff`.
    private func noticeSetBack() {
        let (now, uptime) = clocks
        let lead = TimeSpan(microseconds: now.microseconds) - TimeSpan(microseconds: uptime.microseconds)
        defer { wallLead = lead }
        guard let wallLead, wallLead - lead > Self.setBack else { return }
        ports.diagnostics.report(
            Diagnostic(
                .warning, "timer.clock-set-back",
                "The wall clock was set back; what was due in between waits until it has come to its time again. Retries do not.",
                fields: [("seconds", String((wallLead - lead).milliseconds / 1_000))]))
    }

    private func handle(_ message: TimerMessage) {
        switch message {
        case .opened(let partition, let ownership):
            guard partitions.indices.contains(partition.index) else { return }
            partitions[partition.index] = TimerPartition(
                id: partition, firstEpoch: ownership.epoch, orphansMayRun: ownership.predecessorMayRun, windowLimit: settings.windowLimit)
        case .changed(let partition, let changes):
            guard partitions.indices.contains(partition.index) else { return }
            let clocks = clocks
            for change in changes { partitions[partition.index]?.apply(change, clocks: clocks, grace: settings.watchdogGrace) }
        case .admission(let news): take(in: news)
        case .again(let call, let moment):
            guard partitions.indices.contains(call.partition.index) else { return }
            partitions[call.partition.index]?.postpone(call, until: moment)
        case .early(let call, let dueAt):
            guard partitions.indices.contains(call.partition.index) else { return }
            partitions[call.partition.index]?.giveBack(call, dueAt: dueAt, at: ports.time.uptime())
        case .stillWaiting(let partition, let backOff, let moment):
            guard partitions.indices.contains(partition.index) else { return }
            partitions[partition.index]?.again(backOff, at: moment)
        case .stillOverdue(let partition, let overdue, let moment):
            guard partitions.indices.contains(partition.index) else { return }
            partitions[partition.index]?.watch(overdue, until: moment)
        }
    }

    private func take(in news: Admission.News) {
        for call in news.returned where partitions.indices.contains(call.partition.index) { partitions[call.partition.index]?.park(call) }
        for call in news.paused where partitions.indices.contains(call.partition.index) { partitions[call.partition.index]?.pause(call) }
        for index in partitions.indices {
            for lane in news.released { partitions[index]?.release(lane) }
            for tenant in news.relieved { partitions[index]?.unblock(tenant) }
        }
    }

    private func forgetWhatWasDropped() {
        for partition in inbox.takeBehind() where partitions.indices.contains(partition.index) {
            metrics.timerCatchUps.add()
            partitions[partition.index]?.forget()
        }
    }

    private func fire() {
        let clocks = clocks
        let uptime = clocks.uptime
        for index in order {
            while let overdue = partitions[index]?.popOverdue(at: uptime) {
                if !end(overdue, in: PartitionId(index)) {
                    partitions[index]?.watch(overdue, until: uptime + .milliseconds(100))
                    break
                }
            }
            while let elapsed = partitions[index]?.popElapsed(clocks) {
                if !renew(elapsed, in: PartitionId(index)) {
                    partitions[index]?.again(elapsed, at: uptime + .milliseconds(100))
                    break
                }
            }
            while let call = partitions[index]?.popDue(clocks) {
                switch execution.offer(call, at: uptime) {
                case .accepted: break
                case .laneFull:
                    metrics.callsParked.add()
                    partitions[index]?.park(call)
                case .full: partitions[index]?.block(call)
                case .paused: partitions[index]?.pause(call)
                }
            }
        }
    }

    /// The partitions, each time another one first.
    var order: [Int] {
        let count = partitions.count
        first = count == 0 ? 0 : (first + 1) % count
        return (0..<count).map { (first + $0) % count }
    }

    /// Has the attempt ended by its partition, again and again until that is stored.
    private func end(_ overdue: TimerPartition.Overdue, in partition: PartitionId) -> Bool {
        let command: ServiceCallCommand =
            overdue.isOrphan ? .attemptOwnerLost(attempt: overdue.attempt) : .attemptTimedOut(attempt: overdue.attempt)
        let (inbox, time) = (inbox, ports.time)
        return router.post(ServiceCallIntent(key: overdue.key, command: command)) { outcome in
            guard case .failure(let error) = outcome else { return }
            switch error {
            case .refused, .refusedByBooks, .stopping: break
            case .busy, .unavailable, .unknownOutcome:
                inbox.stillOverdue(overdue, in: partition, at: time.uptime() + .milliseconds(500))
            }
        }
    }

    /// Has the retry get a due time anew by its partition.
    private func renew(_ elapsed: TimerPartition.BackOff, in partition: PartitionId) -> Bool {
        let (inbox, time) = (inbox, ports.time)
        return router.post(ServiceCallIntent(key: elapsed.key, command: .backOffElapsed(version: elapsed.version))) { outcome in
            guard case .failure(let error) = outcome else { return }
            switch error {
            case .refused, .refusedByBooks, .stopping: break
            case .busy, .unavailable, .unknownOutcome:
                inbox.stillWaiting(elapsed, in: partition, at: time.uptime() + .milliseconds(500))
            }
        }
    }

    var clocks: (now: Instant, uptime: Uptime) { (ports.time.now(), ports.time.uptime()) }

    private func nextWake() -> Uptime {
        let (now, uptime) = clocks
        var wake = uptime + settings.clockCheck
        for index in partitions.indices {
            if let due = partitions[index]?.nextDue() { wake = min(wake, uptime + max(.zero, due - now)) }
            if let resumption = partitions[index]?.nextResumption { wake = min(wake, max(uptime, resumption)) }
            if let elapsed = partitions[index]?.nextElapsed { wake = min(wake, max(uptime, elapsed)) }
            if let page = partitions[index]?.nextPage(after: uptime) { wake = min(wake, page) }
            if let overdue = partitions[index]?.nextOverdue() { wake = min(wake, max(uptime, overdue)) }
        }
        return wake
    }

    // MARK: - Sweeping

    private var wantsSweep: Bool {
        let (now, uptime) = clocks
        return partitions.contains { $0.map { needsSweep($0, now) || !$0.tenantsWantingPage(at: uptime).isEmpty } ?? false }
    }

    private func needsSweep(_ partition: TimerPartition, _ now: Instant) -> Bool {
        partition.sweptTo < now + TimeSpan(microseconds: settings.lookahead.microseconds / 2)
    }

    private func sweep() async {
        while let _ = await sweeps.takeBatch(limit: 1) {
            for index in partitions.indices {
                guard !Task.isCancelled, let partition = partitions[index] else { continue }
                do throws(JournalError) {
                    if needsSweep(partition, ports.time.now()) { try await sweepAll(index) }
                    for tenant in partitions[index]?.tenantsWantingPage(at: ports.time.uptime()) ?? [] {
                        try await nextPage(index, tenant)
                    }
                } catch {
                    reportUnread("Due calls could not be read; trying again.", index, error)
                    partitions[index]?.forget()
                    await ports.time.sleep(for: .milliseconds(200))
                }
            }
            inbox.mailbox.wake()
        }
    }

    /// While the store is away every read fails, and all alike: that is told once a minute.
    func reportUnread(_ message: String, _ index: Int, _ error: JournalError) {
        metrics.timerReadFailures.add()
        let reason = String(describing: error)
        guard reports.tells(reason, at: ports.time.uptime().microseconds) else { return }
        ports.diagnostics.report(
            Diagnostic(.warning, "timer.read-failed", message, fields: [("partition", String(index)), ("reason", reason)]))
    }

    private func sweepAll(_ index: Int) async throws(JournalError) {
        let horizon = ports.time.now() + settings.lookahead
        if variant.readsPageBeforeHorizon {
            let early = try await readTenants(index, from: partitions[index]?.sweepStart ?? .first, upTo: horizon)
            _ = partitions[index]?.raise(to: horizon)
            for (tenant, entries) in early { add(entries, of: tenant, to: index) }
            swept(PartitionId(index))
            return
        }
        guard let raised = partitions[index]?.raise(to: horizon) else { return }
        for page in raised.pages { try await read(page, index) }
        var after: TenantId?
        while !Task.isCancelled {
            let tenants = try await ports.journal.dueTenants(in: PartitionId(index), upTo: horizon, after: after, limit: 256)
            for tenant in tenants where !raised.known.contains(tenant) {
                try await read(TimerPartition.Page(tenant: tenant, after: raised.from, upTo: horizon), index)
            }
            guard tenants.count == 256, let last = tenants.last else { break }
            after = last
        }
        partitions[index]?.dropEmptyWindows()
        swept(PartitionId(index))
    }

    private func nextPage(_ index: Int, _ tenant: TenantId) async throws(JournalError) {
        guard let page = partitions[index]?.raiseWindow(of: tenant) else { return }
        try await read(page, index)
    }

    private func read(_ page: TimerPartition.Page, _ index: Int) async throws(JournalError) {
        let began = ports.time.uptime()
        let entries = try await ports.journal.due(
            in: PartitionId(index), tenant: page.tenant, after: page.after, upTo: page.upTo, limit: pageSize)
        add(entries, of: page.tenant, to: index, took: ports.time.uptime() - began)
        inbox.mailbox.wake()
    }

    /// Half a window, so that a page and what arrives meanwhile both fit.
    var pageSize: Int { max(1, settings.windowLimit / 2) }

    private func add(_ entries: [DueEntry], of tenant: TenantId, to index: Int, took: TimeSpan = .zero) {
        partitions[index]?.add(
            entries, of: tenant, isFull: entries.count >= pageSize, clocks: clocks, grace: settings.watchdogGrace, took: took)
    }

    /// For the broken variant alone: everything is read before the horizon is raised.
    private func readTenants(
        _ index: Int, from: DuePlace, upTo: Instant
    ) async throws(JournalError) -> [(TenantId, [DueEntry])] {
        var pages: [(TenantId, [DueEntry])] = []
        for tenant in try await ports.journal.dueTenants(in: PartitionId(index), upTo: upTo, after: nil, limit: 256) {
            let entries = try await ports.journal.due(
                in: PartitionId(index), tenant: tenant, after: from, upTo: upTo, limit: pageSize)
            pages.append((tenant, entries))
        }
        return pages
    }
}
