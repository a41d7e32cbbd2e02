public import Domain
public import Ports
internal import Synchronization

/// The store in a PostgreSQL database.
///
/// A commit returns when it is on the server's disk; the commits of all partitions that wait at one time share one transaction. A
/// thread of the store's own works all its connections, and connects again when one breaks.
public final class PostgresStore: Journal, ServiceCallQueries, EventQueries {
    public let storeId: UniqueId
    public let partitionCount: Int

    let options: PostgresStoreOptions
    let pump: PumpShared
    private let thread: DedicatedThread

    enum Lane: Sendable { case journal, client }

    init(_ opened: OpenedStore, _ settings: ConnectionSettings, _ options: PostgresStoreOptions) throws(PostgresStoreError) {
        guard let shared = PumpShared() else { throw .unavailable(server: settings.server, reason: "the system gives no descriptors") }
        storeId = opened.storeId
        partitionCount = opened.partitionCount
        self.options = options
        pump = shared
        let (engine, name) = (options.engineId ?? OpenedStore.randomId(), opened.engineName)
        thread = DedicatedThread { Pump(shared, settings, options, engine: engine, engineName: name).run() }
        guard thread.hasStarted else { throw .unavailable(server: settings.server, reason: "the system gives no more threads") }
    }

    deinit { _ = beginClosing() }

    private func beginClosing() -> Bool {
        pump.add { inbox in
            inbox.isClosing = true
            return true
        }
    }

    /// Finishes what waits, gives the partitions up so that another engine may take them at once, and closes the connections. What is
    /// asked afterwards is refused as unavailable.
    public func close() async {
        _ = beginClosing()
        await thread.finished()
    }

    /// Runs the commands on one connection.
    func read(_ lane: Lane, _ commands: [Command]) async throws(StoreFailure) -> [Rows] {
        try await withCheckedContinuation { continuation in
            let now = monotonicMicroseconds()
            let isAdded = pump.add { inbox in
                guard !inbox.isClosing, inbox.reads < options.maxWaitingReads else { return false }
                let read = Inbox.Read(
                    commands: commands, since: now, deadline: now + options.statementTimeout.microseconds, done: continuation)
                switch lane {
                case .journal: inbox.journalReads.append(read)
                case .client: inbox.clientReads.append(read)
                }
                return true
            }
            if !isAdded { continuation.resume(returning: .failure(.notSent("the store is closed, or too many reads are waiting"))) }
        }.get()
    }

    public var writeTrouble: WriteTrouble? {
        let hold = pump.hold.withLock { $0 }
        if hold == .lost { return .takenOver }
        guard pump.connections.load(ordering: .relaxed) > 0 else { return .unreachable }
        if let trouble = pump.trouble.withLock({ $0 }) { return trouble }
        // Connections look as if they were up for a while after the server has fallen silent.
        if case .until(let tick) = hold, tick < monotonicMicroseconds() { return .unreachable }
        return nil
    }

    /// What the store measures of itself, for export.
    public var metrics: [MetricFamily] {
        let measured = pump.metrics
        let pump = pump
        return [
            MetricFamily(
                "ledgerflow_store_commit_seconds", "Time of one physical transaction.",
                .histogram(measured.commitMicroseconds, exponent: -6)),
            MetricFamily(
                "ledgerflow_store_commit_batches", "Requests joined in one transaction.", .histogram(measured.groupSize, exponent: 0)),
            MetricFamily("ledgerflow_store_calls_written_total", "Rows of calls written.", .counter(measured.callsWritten)),
            MetricFamily("ledgerflow_store_events_written_total", "Events written.", .counter(measured.eventsWritten)),
            MetricFamily(
                "ledgerflow_store_split_groups_total", "Groups that failed and were tried one by one.", .counter(measured.splitGroups)),
            MetricFamily(
                "ledgerflow_store_ambiguous_commits_total", "Commits whose outcome was not known.", .counter(measured.ambiguousCommits)),
            MetricFamily(
                "ledgerflow_store_connection_failures_total", "Connections that broke, or could not be made.",
                .counter(measured.connectionsLost)),
            MetricFamily(
                "ledgerflow_store_lease_failures_total", "Renewals of the lease that failed.", .counter(measured.leaseFailures)),
            MetricFamily(
                "ledgerflow_store_connections", "Connections that are up.",
                .gauge { Int64(pump.connections.load(ordering: .relaxed)) }),
        ]
    }
}
