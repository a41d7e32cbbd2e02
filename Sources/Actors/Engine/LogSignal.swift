public import Domain
public import Ports
internal import Synchronization

/// Wakes followers of the log after a commit. Tenants share a fixed number of slots, so that memory does not grow with their number; the
/// price is a wake-up now and then that finds nothing.
public final class LogSignal: EventSignal {
    private struct Slot {
        var generation: UInt64 = 0
        var waiting: [UInt64: Gate] = [:]
    }

    private static let slots = 256
    private let state = Mutex((slots: Array(repeating: Slot(), count: LogSignal.slots), tickets: UInt64(0)))
    private let time: any TimeSource

    public init(time: any TimeSource) { self.time = time }

    func committed(_ events: [CommittedEvent]) {
        var last: TenantId?
        var touched: [Int] = []
        for event in events where event.tenant != last {
            last = event.tenant
            let slot = slot(of: event.tenant)
            if !touched.contains(slot) { touched.append(slot) }
        }
        let gates = state.withLock { state -> [Gate] in
            var gates: [Gate] = []
            for index in touched {
                state.slots[index].generation += 1
                gates += state.slots[index].waiting.sorted { $0.key < $1.key }.map(\.value)
                state.slots[index].waiting = [:]
            }
            return gates
        }
        for gate in gates { gate.open() }
    }

    public func generation(of tenant: TenantId) -> UInt64 {
        let slot = slot(of: tenant)
        return state.withLock { $0.slots[slot].generation }
    }

    public func wait(for tenant: TenantId, past generation: UInt64, atMost span: TimeSpan) async {
        let slot = slot(of: tenant)
        let gate = Gate()
        let ticket = state.withLock { state -> UInt64? in
            guard state.slots[slot].generation <= generation else { return nil }
            state.tickets += 1
            state.slots[slot].waiting[state.tickets] = gate
            return state.tickets
        }
        guard let ticket else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await gate.wait() }
            group.addTask { [time] in await time.sleep(for: span) }
            await group.next()
            group.cancelAll()
        }
        state.withLock { state in _ = state.slots[slot].waiting.removeValue(forKey: ticket) }
    }

    private func slot(of tenant: TenantId) -> Int {
        PartitionHash.partition(tenant: tenant, id: UniqueId(high: 0, low: 0), count: Self.slots)
    }
}
