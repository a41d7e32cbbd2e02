internal import Domain
internal import Ports

/// What followers of items are promised: their cursors come back, under the fence, and never fall within a generation.
enum CursorContract {
    static let cases: [ContractCase<any StoreHarness>] = keptCases + fenceCases + orderCases

    private static func all(
        _ harness: any StoreHarness, _ partition: PartitionId, _ kind: ItemKey.Kind = .subscription
    ) async throws -> [FollowerCursor] {
        try await harness.journal.cursors(of: kind, in: partition, after: nil, limit: 10_000)
    }

    private static let keptCases: [ContractCase<any StoreHarness>] = [
        .init("cursors come back in every field, in the order of tenant and identifier, page by page, also after opening again") {
            harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let other = owner.neighbour(of: Sample.acme)
            var items: [TenantItem] = []
            for tenant in [Sample.acme, other] {
                items += try (0..<7).flatMap {
                    [try ItemSample.subscription($0, tenant: tenant), try ItemSample.schedule($0, tenant: tenant)]
                }
            }
            try await owner.record(items.map(BookRecord.item))
            let cursors = items.enumerated().map { number, item in
                ItemSample.cursor(
                    item, owner, number % 3 == 0 ? [Int64(number) << 40] : [0, .max, .min, Int64(number)], generation: number,
                    state: number % 2 == 0 ? "" : #"{"failing":"jörg\u0000"}"#)
            }
            // The last one has none: it was not followed yet.
            try await harness.journal.storeCursors(Array(cursors.dropLast().reversed()))
            for _ in 0..<2 {
                for kind in [ItemKey.Kind.schedule, .subscription] {
                    let expected = cursors.dropLast().filter { $0.kind == kind }.sorted { ($0.tenant, $0.id) < ($1.tenant, $1.id) }
                    for limit in [1, 4, 100] {
                        var seen: [FollowerCursor] = []
                        while true {
                            let page = try await harness.journal.cursors(
                                of: kind, in: owner.partition, after: seen.last.map { ($0.tenant, $0.id) }, limit: limit)
                            seen += page
                            if page.count < limit { break }
                        }
                        try requireEqual(seen, expected, "cursors in pages of \(limit)")
                    }
                }
                try await harness.reopen()
            }
            let elsewhere = PartitionId((owner.partition.index + 1) % harness.journal.partitionCount)
            try requireEqual(try await all(harness, elsewhere), [], "cursors of another partition")
            try requireEqual(try await all(harness, owner.partition, .holds), [], "cursors of another kind")
        },
        .init("a cursor goes with its item, and one that comes late, or for no item, is passed over") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let other = owner.neighbour(of: Sample.acme)
            let items = [
                try ItemSample.subscription(1), try ItemSample.subscription(2), try ItemSample.subscription(1, tenant: other),
                try ItemSample.schedule(1),
            ]
            let stored = try await owner.record(items.map(BookRecord.item))
            let cursors = items.map { ItemSample.cursor($0, owner, [5]) }
            try await harness.journal.storeCursors(cursors + [ItemSample.cursor(try ItemSample.subscription(9), owner, [5])])
            try await owner.commit(books: [BookChange(.item(try ItemSample.deleted(items[0])), before: stored[0])])
            let left = [cursors[1], cursors[2]].sorted { ($0.tenant, $0.id) < ($1.tenant, $1.id) }
            try requireEqual(try await all(harness, owner.partition), left, "cursors after the deletion")
            try requireEqual(try await all(harness, owner.partition, .schedule), [cursors[3]], "the schedule's")
            try await harness.journal.storeCursors([ItemSample.cursor(items[0], owner, [6], generation: 3)])
            try requireEqual(try await all(harness, owner.partition), left, "cursors after a late one")
            // Made and deleted in one commit.
            let brief = try ItemSample.deleted(try ItemSample.subscription(3))
            try await owner.record([.item(brief)])
            try await harness.journal.storeCursors([ItemSample.cursor(brief, owner, [1])])
            try requireEqual(try await all(harness, owner.partition), left, "cursors of one that was deleted at once")
        },
        .init("no cursors are stored at once, and nothing but that") { harness in
            let owner = try await Owner(harness.journal, 0)
            try await harness.journal.storeCursors([])
            try requireEqual(try await all(harness, owner.partition), [], "cursors")
        },
    ]

    private static let fenceCases: [ContractCase<any StoreHarness>] = [
        .init("a cursor of an owner who lost the partition is refused and not stored; the next owner sees the old one under its own epoch")
        {
            harness in
            var old = try await Owner.books(of: Sample.acme, harness.journal)
            let item = try ItemSample.subscription(1)
            try await old.record([.item(item)])
            try await harness.journal.storeCursors([ItemSample.cursor(item, old, [5])])
            let new = try await Owner(harness.journal, old.partition.index)
            for epoch in [old.epoch, new.epoch + 1] {
                try await requireError("epoch \(epoch)", \.isOwnershipLost) {
                    try await harness.journal.storeCursors([ItemSample.cursor(item, new, [9], generation: 2, epoch: epoch)])
                }
            }
            try requireEqual(try await all(harness, old.partition), [ItemSample.cursor(item, new, [5])], "the cursor")
            try await harness.journal.storeCursors([ItemSample.cursor(item, new, [6])])
            try requireEqual(try await all(harness, old.partition), [ItemSample.cursor(item, new, [6])], "the new owner's")
        },
        .init("cursors of several partitions are stored together, each under its own epoch") { harness in
            var owners: [Owner] = []
            var cursors: [FollowerCursor] = []
            for partition in 0..<4 {
                var owner = try await Owner(harness.journal, partition)
                let item = try ItemSample.subscription(partition, tenant: owner.neighbour(of: Sample.tenant("nobody")))
                try await owner.record([.item(item)])
                cursors.append(ItemSample.cursor(item, owner, [Int64(partition)]))
                owners.append(owner)
            }
            try await harness.journal.storeCursors(cursors)
            for (owner, cursor) in zip(owners, cursors) {
                try requireEqual(try await all(harness, owner.partition), [cursor], "the cursor of \(owner.partition)")
            }
            let stray = FollowerCursor(
                partition: PartitionId(harness.journal.partitionCount), epoch: 1, tenant: Sample.acme, kind: .schedule, id: "x",
                generation: 0, place: [1], state: [])
            try await requireError("a partition that is not there", \.isRejected) { try await harness.journal.storeCursors([stray]) }
        },
        .init("published positions and followers' cursors do not disturb each other") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let item = try ItemSample.subscription(1)
            try await owner.record([.item(item)])
            let (partition, cursor) = (owner.partition, ItemSample.cursor(item, owner, [5]))
            let published = PublishedCursor(partition: partition, epoch: owner.epoch, position: 1)
            async let first: Void = harness.journal.storePublished([published])
            async let second: Void = harness.journal.storeCursors([cursor])
            _ = try await (first, second)
            try requireEqual(try await all(harness, partition), [cursor], "the cursor")
            try requireEqual(try await harness.journal.takeOwnership(of: partition).published, 1, "the published position")
        },
    ]

    private static let orderCases: [ContractCase<any StoreHarness>] = [
        .init("within a generation no number of a place falls; a higher generation replaces, a lower one does not") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let item = try ItemSample.subscription(1)
            try await owner.record([.item(item)])
            let steps: [(generation: Int, place: [Int64], isStored: Bool)] = [
                (1, [3, 5], true), (1, [3, 5], true), (1, [4, 5], true), (1, [3, 9], false), (1, [5, 4], false), (1, [4, 6], true),
                (0, [9, 9], false), (1, [7], false), (1, [4, 6, 7], false), (2, [0, 0], true), (1, [9, 9], false), (2, [0, -1], false),
                (7, [1], true), (7, [2], true), (7, [1], false),
            ]
            var expected: FollowerCursor?
            for (number, step) in steps.enumerated() {
                let cursor = ItemSample.cursor(item, owner, step.place, generation: step.generation, state: "\(number)")
                try await harness.journal.storeCursors([cursor])
                try requireEqual(expected.map { cursor.replaces($0) } ?? true, step.isStored, "whether step \(number) replaces")
                if step.isStored { expected = cursor }
                try requireEqual(try await all(harness, owner.partition), [try requireSome(expected, "a cursor")], "after step \(number)")
            }
        },
        .init("cursors of one item in one request, or in many at a time, leave the farthest") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let items = [try ItemSample.subscription(1), try ItemSample.subscription(2)]
            try await owner.record(items.map(BookRecord.item))
            let (first, final) = (owner, items.map { ItemSample.cursor($0, owner, [99, 99], generation: 1) })
            try await harness.journal.storeCursors(
                items.flatMap { item in [3, 9, 1].map { ItemSample.cursor(item, first, [$0, $0]) } })
            let found = try await all(harness, owner.partition)
            try requireEqual(found.map(\.place), [[9, 9], [9, 9]], "the places")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<60 {
                    let place = Int64(number * 37 % 100)
                    let cursors = items.map { ItemSample.cursor($0, first, [place, place], generation: number % 2) }
                    group.addTask { try await harness.journal.storeCursors(cursors) }
                }
                group.addTask { try await harness.journal.storeCursors(final) }
                try await group.waitForAll()
            }
            let expected = final.sorted { $0.id < $1.id }
            try requireEqual(try await all(harness, owner.partition), expected, "the cursors")
        },
    ]
}
