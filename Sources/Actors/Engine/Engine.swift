internal import Domain
public import Ports
internal import Synchronization

/// The whole engine: partitions, timer, execution, outbox and watchdog, connected and run together.
public final class Engine: Sendable {
    /// Why the engine stopped by itself.
    public struct OwnershipLost: Error, Sendable, CustomStringConvertible {
        public let partition: PartitionId
        public var description: String { "Another engine took over partition \(partition) of the store; this one has stopped." }
    }

    /// Where commands are sent.
    public let router: Router
    /// What followers of the log wait on.
    public let signal: LogSignal
    public let metrics = EngineMetrics()

    let ports: EnginePorts
    private let settings: EngineSettings
    let variant: EngineVariant
    private let partitions: [Partition]
    private let lanes: [OutboxLane]
    private let timer: Timer
    private let execution: Execution
    let queue: ExecutionQueue
    private let scheduler: Scheduler
    private let followers: Followers
    private let poller: Poller?
    let ingestionMetrics = IngestionMetrics()
    let doorkeeper = Doorkeeper()
    private let cursors: CursorBook
    private let retention: Retention?
    private let anchoring: Anchoring?
    private let stopping = Gate()
    private let state: Readiness
    private let startedAt: Instant

    public convenience init(ports: EnginePorts, settings: EngineSettings = EngineSettings()) {
        self.init(ports: ports, settings: settings, variant: .sound)
    }

    package init(ports: EnginePorts, settings: EngineSettings, variant: EngineVariant) {
        let metrics = self.metrics
        let count = ports.journal.partitionCount
        let readiness = Readiness(partitions: count)
        let stopping = self.stopping
        let signal = LogSignal(time: ports.time)
        let inbox = TimerInbox(capacity: settings.timerCapacity)
        let lanes = (0..<count).map {
            OutboxLane(partition: PartitionId($0), ports: ports, settings: settings, metrics: metrics, variant: variant)
        }
        let attempts = RunningAttempts()
        let queue = ExecutionQueue(settings, unknown: Set((0..<count).map { PartitionId($0) }))
        let items = ItemOutlets(
            schedules: ScheduleInbox(capacity: settings.itemCapacity), subscriptions: FollowerInbox(capacity: settings.itemCapacity),
            sources: PollerInbox(capacity: settings.itemCapacity), signingKeys: SigningKeys(ports: ports),
            cursors: CursorBook(ports: ports, interval: settings.cursorInterval),
            holds: HoldsOutlet(journal: ports.journal, queue: queue, time: ports.time))
        let outlets = PartitionOutlets(
            timer: inbox, outbox: OutboxInbox(lanes: lanes), signal: signal, items: items,
            cancelled: { key in if attempts.cancel(key) { metrics.attemptsCutOff.add() } },
            heldElsewhere: { owner in
                guard readiness.standBy(behind: owner) else { return }
                ports.diagnostics.report(
                    Diagnostic(
                        .info, "engine.standby", "Another engine serves this store; this one stands by, and takes over when it ends.",
                        fields: [("owner", owner)]))
            },
            ownershipLost: { partition in
                readiness.lose(partition)
                stopping.open()
            })
        let partitions = (0..<count).map {
            Partition(
                id: PartitionId($0), ports: ports, outlets: outlets, settings: settings, metrics: metrics, variant: variant)
        }
        let router = Router(mailboxes: partitions.map(\.mailbox), metrics: metrics)
        timer = Timer(
            inbox: inbox, ports: ports, execution: queue, router: router, settings: settings, metrics: metrics, variant: variant,
            swept: readiness.swept)
        execution = Execution(
            queue: queue, attempts: attempts, ports: ports, signingKeys: items.signingKeys, router: router, timer: inbox,
            settings: settings, metrics: metrics)
        scheduler = Scheduler(
            inbox: items.schedules, ports: ports, router: router, cursors: items.cursors, settings: settings, metrics: metrics,
            variant: variant)
        followers = Followers(
            inbox: items.subscriptions, ports: ports, router: router, cursors: items.cursors, settings: settings, metrics: metrics,
            variant: variant)
        let ingestionMetrics = self.ingestionMetrics
        poller = ports.ingestion.map { ingestion in
            Poller(
                inbox: items.sources, ports: ports, ingestion: ingestion, router: router, settings: settings, metrics: ingestionMetrics,
                variant: variant)
        }
        cursors = items.cursors
        retention = ports.housekeeping.map { store in
            Retention(
                store: store, ports: ports, lanes: lanes, settings: settings.retention,
                metrics: RetentionMetrics(partitions: count, now: ports.time.uptime()), isStopping: { stopping.isOpen })
        }
        anchoring = ports.anchors.map { anchors in
            Anchoring(
                store: anchors.store, key: anchors.key, ports: ports, lanes: lanes, settings: settings.anchors,
                metrics: AnchorMetrics(now: ports.time.uptime()), isStopping: { stopping.isOpen })
        }
        self.ports = ports
        self.settings = settings
        self.variant = variant
        self.partitions = partitions
        self.lanes = lanes
        self.router = router
        self.signal = signal
        self.queue = queue
        state = readiness
        startedAt = ports.time.now()
    }

    /// Whether every partition is owned and its near future is in memory, and the engine is not stopping.
    public var isReady: Bool { state.isReady && !stopping.isOpen }

    /// Which engine serves the store while this one stands by; nil when it does not.
    public var standsBehind: String? { state.owner }

    /// Asks the engine to finish: what is accepted is completed, as far as the time allows, and `run` returns.
    public func drain() { stopping.open() }

    /// Runs until `drain` is called or a partition is lost. Stopping goes against the flow: the timer first, then execution, the
    /// partitions, and the outbox; each step is bounded in time.
    ///
    /// - Throws: `OwnershipLost` when another engine has taken over.
    public func run() async throws {
        let cursors = OutboxCursors(lanes: lanes, ports: ports, interval: settings.cursorInterval)
        await withTaskGroup(of: Void.self) { outbox in
            outbox.addTask { await self.runLanes(storing: cursors) }
            await withTaskGroup(of: Void.self) { watched in
                let watchdog = Watchdog(partitions: partitions, ports: ports, timeout: settings.replyTimeout) {
                    self.state.lose($0)
                    self.stopping.open()
                }
                watched.addTask { await watchdog.run() }
                if let retention = self.retention { watched.addTask { await retention.run() } }
                if let anchoring = self.anchoring { watched.addTask { await anchoring.run() } }
                await runPartitions()
                watched.cancelAll()
            }
            for lane in lanes { lane.close() }
            outbox.addTask { [ports, settings] in await ports.time.sleep(for: settings.drainTimeout) }
            await outbox.next()
            outbox.cancelAll()
        }
        if let partition = state.lost { throw OwnershipLost(partition: partition) }
    }

    private func runPartitions() async {
        // True: a partition has ended. False: the time for it has passed.
        await withTaskGroup(of: Bool.self) { group in
            for partition in partitions {
                // Not one call with an optional: nil would take the task off the executor that it inherits.
                if let executor = ports.journal.partitionExecutor {
                    group.addTask(executorPreference: executor) {
                        await partition.run()
                        return true
                    }
                } else {
                    group.addTask {
                        await partition.run()
                        return true
                    }
                }
            }
            await runSources()
            for partition in partitions { partition.mailbox.close() }
            if state.lost != nil { group.cancelAll() }
            // A partition whose store is away would try to reach it for ever.
            group.addTask { [ports, settings] in
                await ports.time.sleep(for: settings.drainTimeout)
                return false
            }
            var running = partitions.count
            while running > 0, await group.next() == true { running -= 1 }
            group.cancelAll()
        }
    }

    /// All that sends commands of its own accord: execution, and those that follow schedules, subscriptions and sources.
    private func runSources() async {
        await withTaskGroup(of: Void.self) { storing in
            storing.addTask { await self.cursors.run() }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.runExecution() }
                group.addTask { await self.runFollowers() }
                group.addTask { await self.runPoller() }
            }
            storing.cancelAll()
        }
        await cursors.store()
    }

    private func runFollowers() async {
        await shift.run([{ await self.scheduler.run() }, { await self.followers.run() }]) { [scheduler, followers] in
            scheduler.inbox.mailbox.close()
            followers.inbox.mailbox.close()
        }
    }

    private func runPoller() async {
        guard let poller else { return }
        await shift.run([{ await poller.run() }]) { poller.inbox.mailbox.close() }
    }

    /// The timer ends first, then execution.
    private func runExecution() async {
        await shift.run([{ await self.execution.run() }, { await self.timer.run() }]) { [queue, timer] in
            timer.inbox.mailbox.close()
            queue.close()
        }
    }

    private var shift: WorkShift { WorkShift(stopping: stopping, patience: settings.drainTimeout, time: ports.time) }

    private func runLanes(storing cursors: OutboxCursors) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await cursors.run() }
            await withTaskGroup(of: Void.self) { running in
                for lane in lanes { running.addTask { await lane.run() } }
            }
            group.cancelAll()
        }
        await cursors.store()
    }

    /// What the engine is doing, for export.
    private enum Stage: String, CaseIterable { case starting, ready, standby, stopping }

    private var stage: Stage {
        if stopping.isOpen { return .stopping }
        if state.isReady { return .ready }
        return state.owner == nil ? .starting : .standby
    }

    /// How the engine and its store are: what `/readyz` tells, and what a restart changes.
    private var healthFamilies: [MetricFamily] {
        let (stage, startedAt) = (stage, startedAt)
        let stages = Stage.allCases.map { each in
            MetricFamily(
                "ledgerflow_engine_state", "1 for the state that the engine is in.", labels: [("state", each.rawValue)],
                .gauge { each == stage ? 1 : 0 })
        }
        let trouble = ports.journal.writeTrouble
        let reasons: [(String, WriteTrouble)] = [
            ("unreachable", .unreachable), ("full", .full), ("failing", .failing), ("taken-over", .takenOver),
        ]
        let troubles = reasons.map { name, each in
            MetricFamily(
                "ledgerflow_store_trouble", "1 while the store takes no commits for this reason.", labels: [("reason", name)],
                .gauge { each == trouble ? 1 : 0 })
        }
        return stages + troubles + [
            MetricFamily(
                "ledgerflow_engine_start_time_seconds", "When the engine was started, in seconds since 1970.",
                .gauge { startedAt.microseconds / 1_000_000 })
        ]
    }

    /// What the engine exports: its counters, the depths of its queues, and how it is.
    public var metricFamilies: [MetricFamily] {
        let (partitions, lanes, queue, timer, settings) = (partitions, lanes, queue, timer, settings)
        let time = ports.time
        let targets = TargetState.Gate.allCases.map { gate in
            MetricFamily(
                "ledgerflow_targets", "Targets of all tenants that were called lately.", labels: [("state", gate.metricLabel)],
                .gauge { Int64(queue.lanes(in: gate, at: time.uptime())) })
        }
        let ingestion = poller == nil ? [] : ingestionMetrics.families
        let chores = (retention?.metricFamilies ?? []) + (anchoring?.metrics.families(time) ?? [])
        return healthFamilies + metrics.families + targets + ingestion + chores + [
            MetricFamily(
                "ledgerflow_partitions_stuck", "Partitions whose store has not answered for so long that their callers were told.",
                .gauge {
                    let moment = Uptime(microseconds: time.uptime().microseconds - settings.replyTimeout.microseconds)
                    return Int64(partitions.count { !$0.progress.stuck(since: moment).isEmpty })
                }),
            MetricFamily(
                "ledgerflow_mailbox_depth", "Commands that wait for a partition.",
                .gauge { partitions.reduce(0) { $0 + Int64($1.mailbox.count) } }),
            MetricFamily("ledgerflow_timer_depth", "Changes that wait for the timer.", .gauge { Int64(timer.inbox.mailbox.count) }),
            MetricFamily("ledgerflow_execution_queue_depth", "Due calls that wait for execution.", .gauge { Int64(queue.count) }),
            MetricFamily(
                "ledgerflow_oldest_waiting_milliseconds", "How long the call has been due that has waited longest for execution.",
                .gauge { queue.oldest.map { max(0, (time.now() - $0).milliseconds) } ?? 0 }),
            MetricFamily("ledgerflow_attempts_running", "Attempts that run.", .gauge { Int64(queue.running) }),
            MetricFamily("ledgerflow_attempts_limit", "Attempts that may run at one time.", .gauge { Int64(settings.maxRunning) }),
            MetricFamily(
                "ledgerflow_targets_waited_for", "Targets of which due calls wait outside memory.", .gauge { Int64(queue.awaited) }),
            MetricFamily(
                "ledgerflow_events_unpublished", "Committed events that the bus has not acknowledged.",
                .gauge { lanes.reduce(0) { $0 + $1.unpublished } }),
            MetricFamily(
                "ledgerflow_oldest_unpublished_milliseconds", "How long the oldest unpublished event has waited.",
                .gauge {
                    let now = time.uptime()
                    return lanes.compactMap(\.oldestUnpublished).map { (now - $0).milliseconds }.max() ?? 0
                }),
        ]
    }
}

/// What is still missing before the engine serves.
private final class Readiness: Sendable {
    private struct State {
        var missing: Set<Int>
        var lost: PartitionId?
        var owner: String?
    }

    private let state: Mutex<State>

    init(partitions: Int) { state = Mutex(State(missing: Set(0..<partitions))) }

    func swept(_ partition: PartitionId) {
        state.withLock { state in
            state.missing.remove(partition.index)
            state.owner = nil
        }
    }

    /// - Returns: whether that was not known.
    func standBy(behind owner: String) -> Bool {
        state.withLock { state in
            defer { state.owner = owner }
            return state.owner != owner
        }
    }

    var owner: String? { state.withLock { $0.owner } }
    func lose(_ partition: PartitionId) { state.withLock { $0.lost = $0.lost ?? partition } }
    var lost: PartitionId? { state.withLock { $0.lost } }
    var isReady: Bool { state.withLock { $0.missing.isEmpty && $0.lost == nil } }
}
