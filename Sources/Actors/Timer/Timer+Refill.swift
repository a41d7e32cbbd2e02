internal import Domain
internal import Ports

extension Timer {
    /// Reads what was parked of lanes that have room again. Apart from the sweeps, which may be long, so that execution does not run dry.
    func refill() async {
        while let _ = await refills.takeBatch(limit: 1) {
            var hasRead = false
            for index in order {
                for tenant in partitions[index]?.tenantsToRefill ?? [] where !Task.isCancelled {
                    guard let next = begin(tenant, index) else { continue }
                    hasRead = true
                    await read(next, index)
                }
            }
            if hasRead { inbox.mailbox.wake() }
        }
    }

    private func begin(_ tenant: TenantId, _ index: Int) -> TimerPartition.Refill? {
        let uptime = ports.time.uptime()
        // What room there is, is for all partitions that wait for it.
        let sharing = max(1, partitions.count { $0?.tenantsToRefill.contains(tenant) ?? false })
        return partitions[index]?.beginRefill(of: tenant, pageSize: pageSize) { lane in
            let room = execution.room(in: lane, at: uptime)
            return room > 0 ? max(1, room / sharing) : 0
        }
    }

    private func read(_ next: TimerPartition.Refill, _ index: Int) async {
        do throws(JournalError) {
            let entries = try await ports.journal.due(
                in: PartitionId(index), tenant: next.tenant, after: next.after, upTo: next.upTo.dueAt, limit: next.limit)
            let clocks = self.clocks
            metrics.parkedPages.add()
            partitions[index]?.finish(next, entries, now: clocks.now) { execution.offer($0, at: clocks.uptime) }
        } catch {
            reportUnread("Parked calls could not be read; trying again.", index, error)
            partitions[index]?.abandon(next)
            await ports.time.sleep(for: .milliseconds(200))
        }
    }
}
