internal import Domain
internal import Ports

/// Signs where the audit chains stand, again and again (CM-4).
///
/// Works beside the partitions and never through them: it reads heads that are committed, and adds what it signed. A crash loses nothing but
/// the signing of the last minutes, which is done at the next look.
struct Anchoring: Sendable {
    let store: any AnchorStore
    let key: AuditAnchorKey
    let ports: EnginePorts
    let lanes: [OutboxLane]
    let settings: AnchorSettings
    let metrics: AnchorMetrics
    let isStopping: @Sendable () -> Bool

    private var isOver: Bool { Task.isCancelled || isStopping() }

    /// Works until the task is cancelled or the engine stops.
    func run() async {
        await ports.time.sleep(for: settings.startDelay)
        var wait = BackOff(first: .seconds(1), most: .minutes(1))
        // When all chains that have grown at all are anchored, and not only those that have grown much.
        var next = ports.time.uptime()
        while !isOver {
            let isWhole = ports.time.uptime() >= next
            do throws(JournalError) {
                let began = ports.time.uptime()
                let done = try await look(least: isWhole ? 1 : settings.entries)
                metrics.lookDuration.observe((ports.time.uptime() - began).microseconds)
                wait.reset()
                if isWhole, done {
                    next = ports.time.uptime() + settings.interval
                    metrics.looked(at: ports.time.uptime())
                }
                await ports.time.sleep(for: min(settings.look, settings.interval))
            } catch {
                metrics.failures.add()
                if !isOver {
                    ports.diagnostics.report(
                        Diagnostic(
                            .warning, "audit.anchor-failed", "The audit could not be anchored; trying again.",
                            fields: [("reason", String(describing: error))]))
                }
                await ports.time.sleep(for: wait.next())
            }
        }
    }

    /// - Returns: whether every partition is this engine's, and was looked through.
    private func look(least: Int64) async throws(JournalError) -> Bool {
        var isWhole = true
        for lane in lanes {
            if isOver { return false }
            // What another engine serves, that one anchors.
            if lane.epoch == nil { isWhole = false } else { try await look(lane.partition, least: least) }
        }
        return isWhole
    }

    private func look(_ partition: PartitionId, least: Int64) async throws(JournalError) {
        var after: TenantId?
        while !isOver {
            let page = try await store.grownChains(in: partition, after: after, least: least)
            let now = ports.time.now()
            let anchors = page.chains.compactMap { chain in
                key.anchor(
                    store: ports.journal.storeId, tenant: chain.tenant, partition: partition.index, head: chain.head, at: now)
            }
            if !anchors.isEmpty {
                try await store.keep(anchors, in: partition)
                metrics.anchors.add(anchors.count)
            }
            guard let next = page.next else { return }
            after = next
            await ports.time.sleep(for: settings.pause)
        }
    }
}
