public import Domain
public import Ports

/// Commits of four partitions, and cursors, that wait for the store together; one of each is refused. What holds the store up meanwhile is the
/// store's own test to say.
public struct PoisonedGroup: Sendable {
    private let journal: any Journal
    private let owners: [Owner]
    private let items: [TenantItem]
    private let batches: [CommitBatch]

    public init(_ journal: any Journal) async throws {
        var owners: [Owner] = []
        var items: [TenantItem] = []
        for partition in 0..<4 {
            var owner = try await Owner(journal, partition)
            items.append(try ItemSample.subscription(partition, tenant: owner.neighbour(of: Sample.tenant("nobody"))))
            try await owner.record([.item(items[partition])])
            owners.append(owner)
        }
        batches = try (0..<4).map { number in
            let write = BookWrite(
                stored: StoredBookRecord(record: .item(try ItemSample.changed(items[number])), ordinal: 1),
                expectedVersion: number == 1 ? 4 : 1)
            return owners[number].batch(books: [BookChange(write, type: .subscription(.paused))])
        }
        (self.journal, self.owners, self.items) = (journal, owners, items)
    }

    /// Sends all at once, and checks that those are refused that must be, and that the others are stored.
    ///
    /// - Parameters:
    ///   - first: called when one request is sent.
    ///   - all: called when all are.
    public func run(
        _ books: any BookQueries, first: () async throws -> Void = {}, all: () async throws -> Void = {}
    ) async throws {
        let (journal, owners) = (journal, owners)
        let results = try await withThrowingTaskGroup(of: (Int, JournalError?).self) { group in
            func add(_ number: Int, _ body: @escaping @Sendable () async throws(JournalError) -> Void) {
                group.addTask {
                    do throws(JournalError) { try await body() } catch { return (number, error) }
                    return (number, nil)
                }
            }
            for (number, batch) in batches.enumerated() {
                add(number) { () async throws(JournalError) in try await journal.commit(batch) }
                if number == 0 { try await first() }
            }
            for (number, item) in items.enumerated() {
                let cursor = ItemSample.cursor(item, owners[number], [7], epoch: number == 2 ? 99 : nil)
                add(10 + number) { () async throws(JournalError) in try await journal.storeCursors([cursor]) }
            }
            try await all()
            return try await group.reduce(into: [Int: JournalError]()) { $0[$1.0] = $1.1 }
        }
        try requireEqual(results.keys.sorted(), [1, 12], "those that are refused")
        try require(results[1]?.isRejected == true && results[12] == .ownershipLost, "why they are: \(results)")
        for (number, owner) in owners.enumerated() {
            let found = try await books.item(items[number].key, tenant: items[number].tenant)
            try requireEqual(found?.version, number == 1 ? 1 : 2, "version of item \(number)")
            let cursors = try await journal.cursors(of: .subscription, in: owner.partition, after: nil, limit: 9)
            try requireEqual(cursors.map(\.place), number == 2 ? [] : [[7]], "cursors of partition \(number)")
        }
    }
}

/// Works on many items, for tests and benchmarks of the stores.
public enum ItemLoad {
    /// Reads all items of a kind in a partition page by page, and checks their order.
    ///
    /// - Returns: how many they are.
    public static func count(
        _ kind: ItemKey.Kind, in partition: PartitionId, of journal: any Journal, page limit: Int = 500
    ) async throws -> Int {
        var seen = 0
        var last: (TenantId, String)?
        while true {
            let page = try await journal.items(of: kind, in: partition, after: last, limit: limit)
            for item in page {
                let place = (item.tenant, item.key.id)
                try require(last.map { $0 < place } ?? true, "the order at \(place)")
                last = place
            }
            seen += page.count
            if page.count < limit { return seen }
        }
    }

    /// Stores cursors of `count` schedules, five times over.
    ///
    /// - Parameter group: how many go in each request.
    /// - Returns: how long each time took.
    public static func storeCursors(_ count: Int, inGroupsOf group: Int, of journal: any Journal) async throws -> [Duration] {
        var owner = try await Owner(journal, 0)
        var items: [TenantItem] = []
        for first in stride(from: 0, to: count, by: 1_000) {
            let some = try (first..<min(count, first + 1_000)).map { try ItemSample.schedule($0) }
            try await owner.record(some.map(BookRecord.item))
            items += some
        }
        let clock = ContinuousClock()
        var took: [Duration] = []
        for round in 1...5 {
            let cursors = items.map { ItemSample.cursor($0, owner, [Int64(round) << 40, 1, 2, 3]) }
            let start = clock.now
            for first in stride(from: 0, to: count, by: group) {
                try await journal.storeCursors(Array(cursors[first..<min(count, first + group)]))
            }
            took.append(clock.now - start)
        }
        return took
    }
}
