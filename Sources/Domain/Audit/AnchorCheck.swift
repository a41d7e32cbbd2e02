/// Holds the anchors of one chain against the chain, while that is read from its first entry on.
public struct AnchorCheck: Sendable {
    /// Something that an anchor proves, or that is wrong with one.
    public struct Fault: Hashable, Sendable {
        /// Numbers of the entries that it is about.
        public let entries: ClosedRange<Int64>
        /// The rest of an English sentence about these entries.
        public let reason: String
    }

    /// Anchors that say what the chain says.
    public private(set) var holding = 0
    /// The newest of those.
    public private(set) var newest: AuditAnchor?
    public private(set) var faults: [Fault] = []
    /// Anchors that are still to come, by their entries.
    private var waiting: ArraySlice<AuditAnchor>

    /// - Parameters:
    ///   - anchors: of any chains; those of other tenants and partitions are left out.
    ///   - trusted: the public keys that are believed.
    public init(
        store: UniqueId, tenant: TenantId, partition: Int, anchors: some Sequence<AuditAnchor>, trusted: Set<[UInt8]>
    ) {
        waiting = []
        var believed: [AuditAnchor] = []
        var seen: Set<AuditAnchor> = []
        for anchor in anchors where anchor.tenant == tenant && anchor.partition == partition && seen.insert(anchor).inserted {
            if let reason = Self.fault(anchor, store, trusted) {
                faults.append(Fault(entries: Self.range(1, anchor.head.count), reason: reason))
            } else {
                believed.append(anchor)
            }
        }
        waiting = believed.sorted { ($0.head.count, $0.at) < ($1.head.count, $1.at) }[...]
    }

    private static func fault(_ anchor: AuditAnchor, _ store: UniqueId, _ trusted: Set<[UInt8]>) -> String? {
        if anchor.head.count < 1 || !anchor.isSigned { return "have an anchor whose signature does not hold: it was altered" }
        if anchor.store != store { return "have an anchor of another store (\(anchor.store))" }
        if !trusted.contains(anchor.publicKey) {
            return "have an anchor signed with a key that is not trusted (\(Hexadecimal.text(anchor.publicKey)))"
        }
        return nil
    }

    /// The chain has come to `head`.
    public mutating func reached(_ head: AuditHead) {
        while let anchor = waiting.first, anchor.head.count <= head.count {
            waiting.removeFirst()
            if anchor.head == head {
                holding += 1
                newest = anchor
            } else if anchor.head.count == head.count {
                report(anchor, "are not those that were signed on \(anchor.at.rfc3339): the chain was computed anew")
            } else {
                faults.append(
                    Fault(
                        entries: Self.range(anchor.head.count, anchor.head.count),
                        reason: "were signed on \(anchor.at.rfc3339), and are missing"))
            }
        }
    }

    /// The chain has ended at `head`.
    public mutating func ended(at head: AuditHead) {
        // One sentence: a later anchor says no more than that still more is gone.
        guard let last = waiting.last else { return }
        waiting = []
        faults.append(
            Fault(
                entries: Self.range(head.count + 1, last.head.count),
                reason: "were signed on \(last.at.rfc3339), and are missing: the end of the chain was cut off"))
    }

    /// Of the entries since the last anchor that holds.
    private mutating func report(_ anchor: AuditAnchor, _ reason: String) {
        let entries = Self.range((newest?.head.count ?? 0) + 1, anchor.head.count)
        // What was computed anew breaks every anchor behind; they are told as one.
        if let last = faults.indices.last, faults[last].entries.lowerBound == entries.lowerBound,
            faults[last].reason.hasSuffix("computed anew")
        {
            faults[last] = Fault(entries: entries, reason: faults[last].reason)
        } else {
            faults.append(Fault(entries: entries, reason: reason))
        }
    }

    private static func range(_ from: Int64, _ to: Int64) -> ClosedRange<Int64> { min(from, to)...max(from, to) }
}
