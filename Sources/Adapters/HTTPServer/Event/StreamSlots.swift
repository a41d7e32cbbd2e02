internal import Domain
internal import Ports
internal import Synchronization

/// Counts the event streams that are open, over all and per tenant, and refuses more than are allowed.
final class StreamSlots: Sendable {
    private struct Counts {
        var all = 0
        var byTenant: [TenantId: Int] = [:]
    }

    private let counts = Mutex(Counts())
    private let metrics: HTTPServerMetrics
    private let most: Int
    private let mostPerTenant: Int

    init(_ settings: HTTPServerSettings, _ metrics: HTTPServerMetrics) {
        most = settings.maxStreams
        mostPerTenant = settings.maxStreamsPerTenant
        self.metrics = metrics
    }

    /// The place of one stream; given back by `release`, or when it is dropped.
    final class Slot: Sendable {
        private let slots: StreamSlots
        private let tenant: TenantId
        private let isHeld = Atomic<Bool>(true)

        fileprivate init(_ slots: StreamSlots, _ tenant: TenantId) {
            self.slots = slots
            self.tenant = tenant
        }

        deinit { release() }

        func release() {
            if isHeld.exchange(false, ordering: .relaxed) { slots.giveBack(tenant) }
        }
    }

    /// - Returns: nil when there are too many.
    func take(_ tenant: TenantId) -> Slot? {
        let isTaken = counts.withLock { counts in
            let ofTenant = counts.byTenant[tenant] ?? 0
            guard counts.all < most, ofTenant < mostPerTenant else { return false }
            counts.all += 1
            counts.byTenant[tenant] = ofTenant + 1
            return true
        }
        guard isTaken else { return nil }
        metrics.streams.wrappingAdd(1, ordering: .relaxed)
        return Slot(self, tenant)
    }

    private func giveBack(_ tenant: TenantId) {
        counts.withLock { counts in
            counts.all -= 1
            let left = (counts.byTenant[tenant] ?? 1) - 1
            counts.byTenant[tenant] = left > 0 ? left : nil
        }
        metrics.streams.wrappingSubtract(1, ordering: .relaxed)
    }
}
