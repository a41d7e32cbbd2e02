internal import Domain
internal import Ports

/// Reads what is anchored of the audit, and what is not. Used by one reader's thread alone.
final class AnchorReader {
    private let nextTenant: Statement
    private let head: Statement
    private let newest: Statement
    private let anchors: Statement

    /// Chains that one part of the grown ones looks at.
    private static let chainsAtOnce = 128

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        nextTenant = try Statement(connection, "SELECT tenant FROM audit WHERE partition = ? AND tenant > ? ORDER BY tenant LIMIT 1")
        head = try Statement(
            connection, "SELECT head_count, head_hash FROM audit WHERE partition = ? AND tenant = ? ORDER BY head_count DESC LIMIT 1")
        newest = try Statement(
            connection, "SELECT entries FROM audit_anchors WHERE partition = ? AND tenant = ? ORDER BY entries DESC LIMIT 1")
        anchors = try Statement(
            connection,
            """
            SELECT entries, head_hash, signed_at, public_key, signature FROM audit_anchors
            WHERE partition = ? AND tenant = ? AND entries > ? ORDER BY entries LIMIT ?
            """)
    }

    func endRead() {
        nextTenant.reset()
        head.reset()
        newest.reset()
        anchors.reset()
    }

    func grownChains(in partition: PartitionId, after tenant: TenantId?, least: Int64) throws(StoreFailure) -> GrownChainPage {
        var chains: [GrownChain] = []
        var last = tenant
        for _ in 0..<Self.chainsAtOnce {
            guard let next = try self.tenant(in: partition, after: last) else { return GrownChainPage(chains: chains, next: nil) }
            last = next
            guard let chain = try chain(of: next, in: partition) else { continue }
            if chain.head.count - chain.anchored >= max(1, least) { chains.append(chain) }
        }
        return GrownChainPage(chains: chains, next: last)
    }

    private func tenant(in partition: PartitionId, after last: TenantId?) throws(StoreFailure) -> TenantId? {
        try nextTenant.bind(1, partition.index)
        try nextTenant.bind(2, text: last?.value ?? "")
        defer { nextTenant.reset() }
        guard try nextTenant.step() else { return nil }
        guard let tenant = TenantId(nextTenant.text(0)) else { throw .unreadable("a stored tenant is not valid") }
        return tenant
    }

    private func chain(of tenant: TenantId, in partition: PartitionId) throws(StoreFailure) -> GrownChain? {
        try head.bind(1, partition.index)
        try head.bind(2, text: tenant.value)
        try newest.bind(1, partition.index)
        try newest.bind(2, text: tenant.value)
        defer {
            head.reset()
            newest.reset()
        }
        guard try head.step() else { return nil }
        let anchored = try newest.step() ? newest.integer(0) : 0
        return GrownChain(tenant: tenant, head: AuditHead(count: head.integer(0), hash: head.blob(1)), anchored: anchored)
    }

    func anchors(
        store: UniqueId, tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) throws(StoreFailure) -> [AuditAnchor] {
        try anchors.bind(1, partition.index)
        try anchors.bind(2, text: tenant.value)
        try anchors.bind(3, after)
        try anchors.bind(4, max(0, limit))
        var found: [AuditAnchor] = []
        while try anchors.step() {
            found.append(
                AuditAnchor(
                    store: store, tenant: tenant, partition: partition.index,
                    head: AuditHead(count: anchors.integer(0), hash: anchors.blob(1)), at: anchors.instant(2), publicKey: anchors.blob(3),
                    signature: anchors.blob(4)))
        }
        return found
    }
}
