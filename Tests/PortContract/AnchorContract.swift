internal import Domain
internal import Ports

/// What every store promises about anchors of the audit.
public enum AnchorContract {
    public static let cases: [ContractCase<any StoreHarness>] = [
        .init("a chain is grown until an anchor covers its head, and again when it has gone on") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let neighbour = owner.neighbour(of: Sample.acme)
            let (mine, theirs) = (BookSample.audit(after: .start, 3), BookSample.audit(neighbour, after: .start, 5))
            try await owner.commit(books: [], calls: [], audit: [mine, theirs])
            let both = [
                GrownChain(tenant: Sample.acme, head: mine.head, anchored: 0),
                GrownChain(tenant: neighbour, head: theirs.head, anchored: 0),
            ].sorted { $0.tenant < $1.tenant }
            try requireEqual(try await grown(harness, owner), both, "chains without an anchor")
            try requireEqual(try await grown(harness, owner, least: 4).map(\.tenant), [neighbour], "long ones")
            let anchor = try anchor(harness, Sample.acme, mine.head, owner)
            try await harness.anchors.keep([anchor], in: owner.partition)
            let more = BookSample.audit(after: mine.head, 2)
            for _ in 0..<2 {
                try requireEqual(try await grown(harness, owner).map(\.tenant), [neighbour], "the rest")
                try await harness.reopen()
            }
            owner = try await Owner.books(of: Sample.acme, harness.journal)
            try await owner.commit(books: [], calls: [], audit: [more])
            let again = GrownChain(tenant: Sample.acme, head: more.head, anchored: 3)
            try requireEqual(try await grown(harness, owner).filter { $0.tenant == Sample.acme }, [again], "the chain that went on")
            try requireEqual(try await grown(harness, owner, least: 3).map(\.tenant), [neighbour], "with three entries at least")
        },
        .init("anchors come back as they were signed, in order and in pages, to their tenant alone") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let neighbour = owner.neighbour(of: Sample.acme)
            var kept: [AuditAnchor] = []
            var head = AuditHead.start
            for round in 1...5 {
                let segment = BookSample.audit(after: head, round)
                let other = BookSample.audit(neighbour, after: .start)
                try await owner.commit(books: [], calls: [], audit: round == 1 ? [segment, other] : [segment])
                head = segment.head
                kept.append(try anchor(harness, Sample.acme, head, owner, at: Sample.start + .minutes(Int64(round))))
                if round == 1 { try await harness.anchors.keep([try anchor(harness, neighbour, other.head, owner)], in: owner.partition) }
            }
            try await harness.anchors.keep(Array(kept.reversed()), in: owner.partition)
            for _ in 0..<2 {
                let found = try await harness.anchors.auditAnchors(tenant: Sample.acme, partition: owner.partition, after: 0, limit: 99)
                try requireEqual(found, kept, "the anchors")
                try require(found.allSatisfy(\.isSigned), "a signature does not hold")
                let page = try await harness.anchors.auditAnchors(
                    tenant: Sample.acme, partition: owner.partition, after: kept[1].head.count, limit: 2)
                try requireEqual(page, [kept[2], kept[3]], "a page")
                let theirs = try await harness.anchors.auditAnchors(tenant: neighbour, partition: owner.partition, after: 0, limit: 9)
                try requireEqual(theirs.map(\.head.count), [1], "the neighbour's")
                for (tenant, partition) in [(Sample.zenith, owner.partition), (Sample.acme, PartitionId((owner.partition.index + 1) % 4))] {
                    let none = try await harness.anchors.auditAnchors(tenant: tenant, partition: partition, after: 0, limit: 9)
                    try requireEqual(none, [], "those of \(tenant) in \(partition)")
                }
                try await harness.reopen()
            }
        },
        .init("an anchor is never replaced, and none is kept of a head that the chain does not have") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let segment = BookSample.audit(after: .start, 3)
            try await owner.commit(books: [], calls: [], audit: [segment])
            let first = try anchor(harness, Sample.acme, segment.head, owner)
            try await harness.anchors.keep([first], in: owner.partition)
            let false1 = AuditHead(count: 3, hash: Array(repeating: 7, count: 32))
            let false2 = BookSample.audit(after: segment.head).head
            for head in [segment.head, false1, false2] {
                let late = try anchor(harness, Sample.acme, head, owner, at: Sample.start + .hours(9))
                try await harness.anchors.keep([late], in: owner.partition)
            }
            try await harness.anchors.keep([try anchor(harness, Sample.zenith, segment.head, owner)], in: owner.partition)
            try await harness.anchors.keep([], in: owner.partition)
            let found = try await harness.anchors.auditAnchors(tenant: Sample.acme, partition: owner.partition, after: 0, limit: 9)
            try requireEqual(found, [first], "what is kept")
            let stray = try await harness.anchors.auditAnchors(tenant: Sample.zenith, partition: owner.partition, after: 0, limit: 9)
            try requireEqual(stray, [], "another tenant's")
        },
        .init("all chains are found, part by part, however many tenants there are") { harness in
            var owner = try await Owner(harness.journal, 2)
            var tenants: [TenantId] = []
            for number in 0..<300 { tenants.append(try requireSome(TenantId("t\(number)"), "a tenant")) }
            try await owner.commit(books: [], calls: [], audit: tenants.map { BookSample.audit($0, after: .start) })
            try requireEqual(try await grown(harness, owner).map(\.tenant), tenants.sorted(), "the tenants")
            let chains = try await grown(harness, owner)
            let even = try chains.enumerated().filter { $0.offset.isMultiple(of: 2) }
                .map { try anchor(harness, $0.element.tenant, $0.element.head, owner) }
            try await harness.anchors.keep(even, in: owner.partition)
            let left = chains.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
            try requireEqual(try await grown(harness, owner), left, "those that are left")
        },
    ]

    private static func anchor(
        _ harness: any StoreHarness, _ tenant: TenantId, _ head: AuditHead, _ owner: Owner, at: Instant = Sample.start
    ) throws -> AuditAnchor {
        let key = try AuditAnchorKey(seed: Array(repeating: 5, count: 32))
        let anchor = key.anchor(
            store: harness.journal.storeId, tenant: tenant, partition: owner.partition.index, head: head, at: at)
        return try requireSome(anchor, "an anchor")
    }

    private static func grown(_ harness: any StoreHarness, _ owner: Owner, least: Int64 = 1) async throws -> [GrownChain] {
        var chains: [GrownChain] = []
        var after: TenantId?
        while true {
            let page = try await harness.anchors.grownChains(in: owner.partition, after: after, least: least)
            chains += page.chains
            guard let next = page.next else { return chains }
            try require(after.map { next > $0 } ?? true, "the parts do not go on")
            after = next
        }
    }
}
