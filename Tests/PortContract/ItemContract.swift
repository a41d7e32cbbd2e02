internal import Domain
internal import Ports

/// What every store promises of a tenant's items: that they come back as stored, under the version that is expected; that tenants, kinds and
/// partitions are apart; and that lists hold what is in use, in order, page by page.
public enum ItemContract {
    public static let cases: [ContractCase<any StoreHarness>] = contentCases + listCases + CursorContract.cases

    private static let contentCases: [ContractCase<any StoreHarness>] = [
        .init("every item comes back in every field, also after opening again") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let other = owner.neighbour(of: Sample.acme)
            let items = try ItemSample.everyItem() + ItemSample.everyItem(tenant: other)
            let stored = try await owner.record(items.map(BookRecord.item))
            for _ in 0..<2 {
                let found = try await harness.journal.load(stored.map(\.record.key), in: owner.partition)
                try requireEqual(found.count, stored.count, "items found")
                for (a, b) in zip(byKey(found), byKey(stored)) { try requireEqual(a, b, "an item") }
                for item in items {
                    try requireEqual(try await harness.books.item(item.key, tenant: item.tenant), item, "the item \(item.key)")
                }
                try await harness.reopen()
            }
        },
        .init("items that were never stored are not found") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let other = owner.neighbour(of: Sample.acme)
            let schedule = try ItemSample.schedule(1)
            try await owner.record([.item(schedule)])
            let absent: [(TenantId, ItemKey)] = [
                (other, schedule.key), (Sample.acme, ItemSample.subscriptionKey(1)), (Sample.acme, ItemSample.scheduleKey(2)),
                (Sample.acme, .holds),
            ]
            for (tenant, key) in absent {
                try requireEqual(try await harness.books.item(key, tenant: tenant), nil, "\(key) of \(tenant)")
                try requireEqual(try await harness.journal.load([.item(tenant, key)], in: owner.partition), [], "\(key) of \(tenant)")
            }
        },
        .init("an item that exists cannot be made again, and is changed from its own version alone") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let first = try ItemSample.schedule(1)
            let stored = try await owner.record([.item(first)])[0]
            let changed = try ItemSample.changed(first)
            let stale: [BookWrite] = [
                BookWrite(stored: StoredBookRecord(record: .item(first), ordinal: stored.ordinal + 9), expectedVersion: 0),
                BookWrite(stored: StoredBookRecord(record: .item(changed), ordinal: stored.ordinal), expectedVersion: 2),
                BookWrite(stored: StoredBookRecord(record: .item(try ItemSample.schedule(2)), ordinal: stored.ordinal), expectedVersion: 1),
            ]
            let call = try owner.change(nil, .submit(Sample.submission(1, in: owner)), at: Sample.start, ordinal: owner.lastOrdinal + 1)
            let fresh = BookChange(.item(try ItemSample.subscription(7)), ordinal: owner.lastOrdinal + 2)
            for write in stale {
                let bad = owner.batch(books: [fresh, BookChange(write, type: .schedule(.changed))], calls: [call])
                try await requireError("version \(write.expectedVersion)", \.isRejected) { try await harness.journal.commit(bad) }
            }
            try requireEqual(try await harness.journal.load([fresh.stored.record.key], in: owner.partition), [], "the commit's other item")
            try requireEqual(try await harness.journal.load(call.call.submission, in: owner.partition), nil, "the call of the commit")
            try requireEqual(try await harness.journal.load([stored.record.key], in: owner.partition), [stored], "the item")
            let good = BookChange(.item(changed), before: stored)
            try await owner.commit(books: [fresh, good], calls: [call])
            try requireEqual(try await harness.books.item(first.key, tenant: Sample.acme), changed, "the changed item")
            try await requireError("the same again", \.isRejected) { try await harness.journal.commit(owner.batch(books: [good])) }
        },
        .init("items, books and calls of one commit are stored together, or none") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let call = try owner.change(nil, .submit(Sample.submission(1, in: owner)), at: Sample.start, ordinal: 1)
            owner.lastOrdinal = 1
            let records: [BookRecord] = [
                .item(try ItemSample.schedule(1)), .series(try BookSample.series()), .invoice(BookSample.invoice(1)),
                .item(.counts(ItemCounts(tenant: Sample.acme, version: 1, schedules: 1))),
            ]
            let books = owner.numbered(records)
            let audit = [BookSample.audit(after: .start, 2)]
            let good = owner.batch(books: books, calls: [call], audit: audit)
            let bad = CommitBatch(
                partition: good.partition, epoch: good.epoch, expectedHead: good.expectedHead,
                serviceCalls: [ServiceCallWrite(stored: call.stored, expectedVersion: 7, endedAttempts: [])], books: good.books,
                events: good.events, audit: good.audit)
            try await requireError("a bad call", \.isRejected) { try await harness.journal.commit(bad) }
            try await requireError("a stale epoch", \.isOwnershipLost) {
                try await harness.journal.commit(owner.batch(books: books, calls: [call], audit: audit, epoch: owner.epoch - 1))
            }
            try requireEqual(try await harness.journal.load(records.map(\.key), in: owner.partition), [], "records of refused commits")
            try await harness.journal.commit(good)
            let found = try await harness.journal.load(records.map(\.key), in: owner.partition)
            try requireEqual(byKey(found), byKey(books.map(\.stored)), "the records")
            let events = try await harness.journal.events(in: owner.partition, after: 0, limit: 9)
            try requireEqual(events, good.events, "the events")
            let owned = try await harness.journal.takeOwnership(of: owner.partition)
            try requireEqual(owned.lastOrdinal, books.map(\.stored.ordinal).max() ?? 0, "the last ordinal")
        },
        .init("an item that is refused does not keep those of other partitions from being stored at the same time") { harness in
            var batches: [CommitBatch] = []
            for partition in 0..<4 {
                let owner = try await Owner(harness.journal, partition)
                let tenant = owner.neighbour(of: Sample.tenant("nobody"))
                let change = BookChange(.item(try ItemSample.schedule(1, tenant: tenant)), ordinal: 1)
                let late = BookWrite(stored: change.stored, expectedVersion: partition == 2 ? 5 : 0)
                batches.append(owner.batch(books: [BookChange(late, type: .schedule(.created))]))
            }
            let refused = try await withThrowingTaskGroup(of: Int?.self) { group in
                for batch in batches {
                    group.addTask {
                        do throws(JournalError) { try await harness.journal.commit(batch) } catch {
                            return error.isRejected ? batch.partition.index : -1
                        }
                        return nil
                    }
                }
                return try await group.reduce(into: [Int]()) { all, one in if let one { all.append(one) } }
            }
            try requireEqual(refused, [2], "partitions with a refused commit")
            for batch in batches {
                let found = try await harness.journal.load(batch.books.map(\.stored.record.key), in: batch.partition)
                try requireEqual(found.count, batch.partition.index == 2 ? 0 : 1, "items of partition \(batch.partition)")
            }
        },
    ]

    private static let listCases: [ContractCase<any StoreHarness>] = [
        .init("a deleted item is found by its key and is in no list") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let items = try (0..<5).map { try ItemSample.subscription($0) }
            let stored = try await owner.record(items.map(BookRecord.item))
            let deleted = try ItemSample.deleted(items[2])
            try await owner.commit(books: [BookChange(.item(deleted), before: stored[2])])
            let expected = items.filter { $0.key != deleted.key }.sorted { $0.key < $1.key }
            for _ in 0..<2 {
                try requireEqual(try await harness.books.item(deleted.key, tenant: Sample.acme), deleted, "the deleted item")
                let loaded = try await harness.journal.load([.item(Sample.acme, deleted.key)], in: owner.partition)
                try requireEqual(loaded.map(\.record), [.item(deleted)], "the deleted item loaded")
                let listed = try await harness.books.items(of: .subscription, tenant: Sample.acme, after: nil, limit: 99)
                try requireEqual(listed, expected, "the tenant's list")
                let all = try await harness.journal.items(of: .subscription, in: owner.partition, after: nil, limit: 99)
                try requireEqual(all, expected, "the partition's list")
                try await harness.reopen()
            }
            let again = BookChange(.item(items[2]), ordinal: owner.lastOrdinal + 1)
            try await requireError("the identifier again", \.isRejected) { try await harness.journal.commit(owner.batch(books: [again])) }
        },
        .init("a tenant's items of a kind come in the order of their identifiers, page by page, with none of another tenant") { harness in
            let (mine, _) = try await fill(harness)
            for kind in [ItemKey.Kind.schedule, .subscription] {
                let expected = mine.filter { $0.key.kind == kind }.sorted { $0.key < $1.key }
                for limit in [1, 3, 7, 100] {
                    var seen: [TenantItem] = []
                    while true {
                        let page = try await harness.books.items(of: kind, tenant: Sample.acme, after: seen.last?.key.id, limit: limit)
                        try require(page.count <= limit, "a page of \(page.count) with limit \(limit)")
                        seen += page
                        if page.count < limit { break }
                    }
                    try requireEqual(seen, expected, "items in pages of \(limit)")
                }
            }
            let nobody = try await harness.books.items(of: .schedule, tenant: Sample.tenant("nobody"), after: nil, limit: 9)
            try requireEqual(nobody, [], "items of a tenant that has none")
            try requireEqual(try await harness.books.items(of: .schedule, tenant: Sample.acme, after: nil, limit: 0), [], "none of them")
        },
        .init("a partition's items of a kind come in the order of tenant and identifier, page by page") { harness in
            let (mine, others) = try await fill(harness)
            let partition = PartitionId(PartitionHash.partition(tenant: Sample.acme, count: harness.journal.partitionCount))
            for kind in [ItemKey.Kind.schedule, .subscription, .holds] {
                let expected = (mine + others).filter { $0.key.kind == kind }.sorted { ($0.tenant, $0.key) < ($1.tenant, $1.key) }
                for limit in [1, 5, 100] {
                    var seen: [TenantItem] = []
                    while true {
                        let after = seen.last.map { ($0.tenant, $0.key.id) }
                        let page = try await harness.journal.items(of: kind, in: partition, after: after, limit: limit)
                        seen += page
                        if page.count < limit { break }
                    }
                    try requireEqual(seen, expected, "items in pages of \(limit)")
                }
                let elsewhere = PartitionId((partition.index + 1) % harness.journal.partitionCount)
                let foreign = try await harness.journal.items(of: kind, in: elsewhere, after: nil, limit: 9)
                try requireEqual(foreign, [], "items of another partition")
            }
        },
    ]

    /// Items of three tenants of one partition, some with the same identifiers, made in an order that is not that of the lists.
    private static func fill(_ harness: any StoreHarness) async throws -> (mine: [TenantItem], others: [TenantItem]) {
        var owner = try await Owner.books(of: Sample.acme, harness.journal)
        let other = owner.neighbour(of: Sample.acme)
        let third = owner.neighbour(of: other)
        var items: [TenantItem] = []
        for number in 0..<12 {
            for tenant in [Sample.acme, other, third] {
                items.append(try ItemSample.schedule(number * 5 % 12, tenant: tenant))
                if number % 3 == 0 { items.append(try ItemSample.subscription(number, tenant: tenant)) }
            }
        }
        for tenant in [other, third] { items.append(try ItemSample.holds(tenant: tenant)) }
        try await owner.record(Set(items).sorted { ($0.key.id, $0.tenant) > ($1.key.id, $1.tenant) }.map(BookRecord.item))
        return (items.filter { $0.tenant == Sample.acme }, Array(Set(items.filter { $0.tenant != Sample.acme })))
    }
}
