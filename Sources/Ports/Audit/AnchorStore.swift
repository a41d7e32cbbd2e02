public import Domain

/// An audit chain that has grown since it was last anchored.
public struct GrownChain: Hashable, Sendable {
    public let tenant: TenantId
    /// Where it stands, as it is committed.
    public let head: AuditHead
    /// How many of its entries the newest anchor covers; 0 when there is none.
    public let anchored: Int64

    public init(tenant: TenantId, head: AuditHead, anchored: Int64) {
        self.tenant = tenant
        self.head = head
        self.anchored = anchored
    }
}

/// A part of the grown chains. It may hold none although there are more: `next` tells.
public struct GrownChainPage: Hashable, Sendable {
    /// In the order of tenants.
    public let chains: [GrownChain]
    /// The tenant after which the next part begins; nil at the end.
    public let next: TenantId?

    public init(chains: [GrownChain], next: TenantId?) {
        self.chains = chains
        self.next = next
    }
}

/// Where the signed anchors of audit chains are kept (CM-4). They are added, and never changed or taken away.
public protocol AnchorStore: Sendable {
    /// The chains of the partition with at least `least` entries that no anchor covers, of tenants after `tenant`. Looks at some hundred
    /// chains at most.
    func grownChains(in partition: PartitionId, after tenant: TenantId?, least: Int64) async throws(JournalError) -> GrownChainPage

    /// Keeps `anchors`, all of one partition, durably.
    ///
    /// It needs no owner's epoch: a true statement about what is committed is true whoever makes it. One of a head that the chain in the
    /// store does not have is passed over, and so is one of as many entries as an anchor that is kept already.
    func keep(_ anchors: [AuditAnchor], in partition: PartitionId) async throws(JournalError)
}

/// Reads of the audit that are not of the books alone, each within one tenant.
public protocol AuditQueries: Sendable {
    /// The tenant's anchors in `partition` that cover more than `after` entries, in the order of entries, at most `limit`.
    func auditAnchors(tenant: TenantId, partition: PartitionId, after: Int64, limit: Int) async throws(QueryError) -> [AuditAnchor]
}
