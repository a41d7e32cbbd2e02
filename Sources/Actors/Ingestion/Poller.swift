internal import Domain
internal import Ports

/// Asks every active source for its documents at its interval, and whenever somebody wants it to (IG-1). Each runs by itself, and never
/// twice at one time; a bounded number runs together.
actor Poller {
    nonisolated let inbox: PollerInbox
    private let ports: EnginePorts
    private let ingestion: IngestionPorts
    private let router: Router
    private let settings: EngineSettings
    private let metrics: IngestionMetrics
    private let variant: EngineVariant

    private var agenda = SourceAgenda()
    /// Partitions whose sources must be read, and when.
    private var unread: [PartitionId: Uptime] = [:]
    /// Sources that were read with open secrets in their settings.
    private var unsealed: [SourceAgenda.Key] = []
    private var wait = BackOff(first: .milliseconds(100), most: .seconds(5))

    init(
        inbox: PollerInbox, ports: EnginePorts, ingestion: IngestionPorts, router: Router, settings: EngineSettings,
        metrics: IngestionMetrics, variant: EngineVariant
    ) {
        self.inbox = inbox
        self.ports = ports
        self.ingestion = ingestion
        self.router = router
        self.settings = settings
        self.metrics = metrics
        self.variant = variant
    }

    /// Works until the inbox is closed or the task is cancelled; what runs then is cut off, and done anew by the next owner.
    func run() async {
        let inbox = self.inbox
        let alarm = ports.time.makeAlarm { inbox.mailbox.wake() }
        await withDiscardingTaskGroup { group in
            while let batch = await inbox.mailbox.takeBatch(limit: 1_024), !Task.isCancelled {
                for message in batch { handle(message) }
                for partition in inbox.takeBehind() { unread[partition] = ports.time.uptime() }
                await readUnread()
                if !unsealed.isEmpty {
                    let sealing = SourceSealing(keys: unsealed, ports: ports, courier: BookCourier(router: router, time: ports.time))
                    unsealed = []
                    group.addTask { await sealing.perform() }
                }
                let taken = agenda.take(
                    limit: settings.sourcesRunning, perTenant: settings.sourcesRunningPerTenant, at: ports.time.uptime())
                for assignment in taken {
                    let run = SourceRun(
                        assignment: assignment, ports: ports, ingestion: ingestion, router: router, settings: settings, metrics: metrics,
                        variant: variant)
                    group.addTask { inbox.finished(assignment.key, await run.perform()) }
                }
                alarm.set(nextWake())
            }
            group.cancelAll()
        }
        alarm.set(nil)
    }

    private func handle(_ message: PollerMessage) {
        switch message {
        case .opened(let partition): unread[partition] = ports.time.uptime()
        case .changed(let change): agenda.put(change, at: ports.time.uptime(), random: ports.entropy.next())
        case .finished(let key, let result): agenda.finished(key, result, at: ports.time.uptime(), random: ports.entropy.next())
        }
    }

    private func nextWake() -> Uptime? {
        [unread.values.min(), agenda.nextDue()].compactMap { $0 }.min()
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
                metrics.readFailures.add()
                ports.diagnostics.report(
                    Diagnostic(
                        .warning, "ingestion.read-failed", "Sources could not be read; trying again.",
                        fields: [("partition", partition.description), ("reason", String(describing: error))]))
            }
        }
    }

    /// Reads all sources of a partition. What is told meanwhile waits in the inbox and is taken afterwards, by its version.
    private func read(_ partition: PartitionId) async throws(JournalError) {
        // Of each as little as is needed: their mappings may be large.
        var sources: [SourceAgenda.Key: SourceChange] = [:]
        var progress: [SourceAgenda.Key: SourceProgress] = [:]
        var open: [SourceAgenda.Key] = []
        try await ports.journal.readItems(of: .source, in: partition) { item in
            guard case .source(let source) = item else { return }
            let change = SourceChange(source)
            sources[change.key] = change
            if source.plan.request.hasOpenSecrets { open.append(change.key) }
        }
        try await ports.journal.readItems(of: .progress, in: partition) { item in
            if case .progress(let found) = item { progress[SourceAgenda.Key(tenant: found.tenant, source: found.source)] = found }
        }
        unsealed += open
        let clocks = (ports.time.now(), ports.time.uptime())
        for key in Set(sources.keys).union(progress.keys).sorted() where sources[key] != nil || progress[key]?.running != nil {
            agenda.put(sources[key], progress[key], key, clocks: clocks, random: ports.entropy.next())
        }
        // What was deleted while messages were dropped.
        for key in agenda.keys where sources[key] == nil && progress[key]?.running == nil {
            if PartitionHash.partition(tenant: key.tenant, count: ports.journal.partitionCount) == partition.index { agenda.remove(key) }
        }
    }
}
