internal import Domain
internal import Synchronization

/// Counts what is held of something of which there is only so much (event streams; bytes of answers that nobody has read yet), over all and
/// for each tenant, and refuses more than is allowed.
final class Shares: Sendable {
    private struct Counts {
        var all = 0
        /// nil: of those who need no token, and of operators.
        var byTenant: [TenantId?: Int] = [:]
    }

    private let counts = Mutex(Counts())
    private let most: Int
    private let mostPerTenant: Int
    private let onChange: @Sendable (_ difference: Int) -> Void

    /// - Parameter onChange: told of each change, for a metric.
    init(most: Int, mostPerTenant: Int, onChange: @escaping @Sendable (_ difference: Int) -> Void) {
        self.most = most
        self.mostPerTenant = mostPerTenant
        self.onChange = onChange
    }

    /// What one holds; given back by `release`, or when it is dropped.
    final class Share: Sendable {
        private let shares: Shares
        private let tenant: TenantId?
        private let amount: Int
        private let isHeld = Atomic<Bool>(true)

        fileprivate init(_ shares: Shares, _ tenant: TenantId?, _ amount: Int) {
            self.shares = shares
            self.tenant = tenant
            self.amount = amount
        }

        deinit { release() }

        func release() {
            if isHeld.exchange(false, ordering: .relaxed) { shares.giveBack(amount, tenant) }
        }
    }

    /// Who holds nothing may always have one, however large, as long as there is room for it.
    ///
    /// - Returns: nil when it would be too much.
    func take(_ amount: Int = 1, of tenant: TenantId?) -> Share? {
        let isTaken = counts.withLock { counts in
            let ofTenant = counts.byTenant[tenant] ?? 0
            guard amount <= most - counts.all || counts.all == 0, amount <= mostPerTenant - ofTenant || ofTenant == 0 else { return false }
            counts.all += amount
            counts.byTenant[tenant] = ofTenant + amount
            return true
        }
        guard isTaken else { return nil }
        onChange(amount)
        return Share(self, tenant, amount)
    }

    private func giveBack(_ amount: Int, _ tenant: TenantId?) {
        counts.withLock { counts in
            counts.all -= amount
            let left = (counts.byTenant[tenant] ?? amount) - amount
            counts.byTenant[tenant] = left > 0 ? left : nil
        }
        onChange(-amount)
    }
}
