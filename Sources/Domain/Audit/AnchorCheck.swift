/// Holds the anchors of one chain against the chain, while both are read from the first entry on.
///
/// No more of them is held than was given and is still to come, and one hundred faults.
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
    /// How many faults there are, of which `faults` has the first hundred and that of the chain's end.
    public var faultCount: Int { found + (cutOff == nil ? 0 : 1) }

    private let store: UniqueId
    private let tenant: TenantId
    private let partition: Int
    private let trusted: Set<[UInt8]>
    /// Anchors that are still to come, by their entries.
    private var waiting: ArraySlice<AuditAnchor> = []
    private var listed: [Fault] = []
    private var found = 0
    private var end: AuditHead?
    /// The last of the anchors of entries behind the chain's end.
    private var cutOff: AuditAnchor?

    private static let listedFaults = 100

    /// - Parameters:
    ///   - anchors: of any chains, in any order; those of other tenants and partitions are left out.
    ///   - trusted: the public keys that are believed.
    public init(
        store: UniqueId, tenant: TenantId, partition: Int, anchors: some Sequence<AuditAnchor> = [], trusted: Set<[UInt8]>
    ) {
        (self.store, self.tenant, self.partition, self.trusted) = (store, tenant, partition, trusted)
        add(anchors)
    }

    /// More anchors, of entries to which the chain has not come yet, or behind its end. One that waits already counts once.
    public mutating func add(_ anchors: some Sequence<AuditAnchor>) {
        var more: [AuditAnchor] = []
        for anchor in anchors where anchor.tenant == tenant && anchor.partition == partition {
            if let reason = fault(anchor) {
                note(Fault(entries: Self.range(1, anchor.head.count), reason: reason))
            } else if let end {
                if anchor.head.count <= end.count {
                    reportMissing(anchor)
                } else if cutOff.map({ Self.precedes($0, anchor) }) ?? true {
                    cutOff = anchor
                }
            } else {
                more.append(anchor)
            }
        }
        guard !more.isEmpty else { return }
        let all = (waiting + more).sorted(by: Self.precedes)
        // The same ones stand side by side.
        waiting = all.indices.filter { $0 == all.startIndex || all[$0] != all[$0 - 1] }.map { all[$0] }[...]
    }

    /// In the order of their entries. The rest makes it whole, so that nothing but the same ones is equal.
    private static func precedes(_ a: AuditAnchor, _ b: AuditAnchor) -> Bool {
        if a.head.count != b.head.count { return a.head.count < b.head.count }
        if a.at != b.at { return a.at < b.at }
        if a.head.hash != b.head.hash { return a.head.hash.lexicographicallyPrecedes(b.head.hash) }
        if a.publicKey != b.publicKey { return a.publicKey.lexicographicallyPrecedes(b.publicKey) }
        return a.signature.lexicographicallyPrecedes(b.signature)
    }

    private func fault(_ anchor: AuditAnchor) -> String? {
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
                reportMissing(anchor)
            }
        }
    }

    /// The chain has ended at `head`.
    public mutating func ended(at head: AuditHead) {
        end = head
        cutOff = waiting.last
        waiting = []
    }

    public var faults: [Fault] {
        // One sentence: a later anchor says no more than that still more is gone.
        guard let end, let cutOff else { return listed }
        return listed + [
            Fault(
                entries: Self.range(end.count + 1, cutOff.head.count),
                reason: "were signed on \(cutOff.at.rfc3339), and are missing: the end of the chain was cut off")
        ]
    }

    private mutating func note(_ fault: Fault) {
        guard !listed.contains(fault) else { return }
        found += 1
        if listed.count < Self.listedFaults { listed.append(fault) }
    }

    private mutating func reportMissing(_ anchor: AuditAnchor) {
        note(
            Fault(
                entries: Self.range(anchor.head.count, anchor.head.count),
                reason: "were signed on \(anchor.at.rfc3339), and are missing"))
    }

    /// Of the entries since the last anchor that holds.
    private mutating func report(_ anchor: AuditAnchor, _ reason: String) {
        let entries = Self.range((newest?.head.count ?? 0) + 1, anchor.head.count)
        // What was computed anew breaks every anchor behind; they are told as one.
        if let last = listed.indices.last, found == listed.count, listed[last].entries.lowerBound == entries.lowerBound,
            listed[last].reason.hasSuffix("computed anew")
        {
            listed[last] = Fault(entries: entries, reason: listed[last].reason)
        } else {
            note(Fault(entries: entries, reason: reason))
        }
    }

    private static func range(_ from: Int64, _ to: Int64) -> ClosedRange<Int64> { min(from, to)...max(from, to) }
}
