internal import DequeModule
internal import Domain

/// A bounded queue in which tenants take turns: one element of each in the order in which they came, round after round.
struct FairQueue<Element> {
    private var queues: [TenantId: Deque<Element>] = [:]
    private var turns = Deque<TenantId>()
    private(set) var count = 0
    let limitPerTenant: Int
    let limit: Int

    init(limitPerTenant: Int, limit: Int) {
        self.limitPerTenant = limitPerTenant
        self.limit = limit
    }

    /// The first element of every tenant.
    var firsts: some Sequence<Element> { queues.values.lazy.compactMap(\.first) }

    func count(of tenant: TenantId) -> Int { queues[tenant]?.count ?? 0 }

    /// - Returns: false when the tenant's share or the whole is full; the element is not taken then.
    mutating func push(_ element: Element, of tenant: TenantId) -> Bool {
        guard count < limit, count(of: tenant) < limitPerTenant else { return false }
        if queues[tenant] == nil { turns.append(tenant) }
        queues[tenant, default: Deque()].append(element)
        count += 1
        return true
    }

    /// The next element of the tenant whose turn it is.
    mutating func pop() -> (tenant: TenantId, element: Element)? {
        guard let tenant = turns.popFirst(), let element = queues[tenant]?.popFirst() else { return nil }
        count -= 1
        if queues[tenant]?.isEmpty ?? true { queues[tenant] = nil } else { turns.append(tenant) }
        return (tenant, element)
    }
}
