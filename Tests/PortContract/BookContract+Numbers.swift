internal import Domain
internal import Ports

extension BookContract {
    static let numberCases: [ContractCase<any StoreHarness>] = [
        .init("a sequence that is taken in its series and period is a collision, and nothing of the commit is stored") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            try await owner.record([.number(try BookSample.number(1))])
            let again = try BookSample.number(1, printed: "X-9", document: "other")
            let good = try BookSample.number(2)
            let invoice = BookSample.invoice(1)
            let batch = owner.batch(
                books: owner.numbered([.number(good), .number(again), .invoice(invoice)]), audit: [BookSample.audit(after: .start)])
            try await requireError("the same sequence", { $0 == .numberCollision("X-9") }) { try await harness.journal.commit(batch) }
            let keys: [BookKey] = [BookRecord.number(good).key, BookRecord.number(again).key, BookRecord.invoice(invoice).key]
            try requireEqual(try await harness.journal.load(keys, in: owner.partition), [], "what came with the collision")
            try requireEqual(try await harness.journal.auditHeads(of: [Sample.acme], in: owner.partition), [:], "its audit")
            try await owner.record([
                .number(try BookSample.number(1, series: "CN")), .number(try BookSample.number(1, period: "2027")), .number(good),
            ])
        },
        .init("a printed number that is taken in the tenant is a collision, whatever its series and punctuation") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            try await owner.record([.number(try BookSample.number(1, printed: "INV-2026/000001"))])
            for (index, printed) in ["INV-2026/000001", "inv2026000001", "I.N_V-2026-000.001"].enumerated() {
                let number = try BookSample.number(Int64(index + 5), series: "B\(index)", printed: printed)
                try await requireError(printed, { $0 == .numberCollision(printed) }) {
                    try await harness.journal.commit(owner.batch(books: [BookChange(.number(number))]))
                }
            }
            let within = [try BookSample.number(8, printed: "A-1"), try BookSample.number(9, series: "B", printed: "a1")]
            try await requireError("two in one commit", { $0 == .numberCollision("a1") }) {
                try await harness.journal.commit(owner.batch(books: within.map { BookChange(.number($0)) }))
            }
            let other = owner.neighbour(of: Sample.acme)
            try await owner.record([.number(try BookSample.number(1, tenant: other, printed: "INV-2026/000001")), .number(within[0])])
        },
        .init("a document gets one number in a series: another is rejected, even where the numbers collide as well") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let number = try BookSample.number(1, document: "order-7")
            try await owner.record([.number(number)])
            for again in [
                try BookSample.number(2, document: "order-7"), number, try BookSample.number(1, printed: "X", document: "order-7"),
            ] {
                try await requireError("a second number", \.isRejected) {
                    try await harness.journal.commit(owner.batch(books: [BookChange(.number(again))]))
                }
            }
            try await owner.record([.number(try BookSample.number(1, series: "CN", document: "order-7"))])
        },
        .init("a void number is still taken") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            try await owner.record([.number(try BookSample.number(1, status: .void(reason: "gap", at: Sample.start)))])
            for number in [
                try BookSample.number(1, printed: "X", document: "d"), try BookSample.number(2, printed: "INV2026000001", document: "d"),
            ] {
                try await requireError("a void number's place", \.isNumberCollision) {
                    try await harness.journal.commit(owner.batch(books: [BookChange(.number(number))]))
                }
            }
        },
        .init("a number that is taken back is no longer on record, and its place is free in the same commit") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let (one, two) = (try BookSample.number(1), try BookSample.number(2, status: .void(reason: "gap", at: Sample.start)))
            // The first was given here, the second taken over.
            let series = try BookSample.series(last: ["2026": 2], allocated: ["2026": 1])
            let stored = try await owner.record([.series(series), .number(one), .number(two)])
            let released = try BookSample.number(2, status: .released)
            try await requireError("one that is not there", \.isRejected) {
                let absent = BookChange(
                    .number(try BookSample.number(3, status: .released)), before: StoredBookRecord(record: .number(one), ordinal: 0))
                try await harness.journal.commit(owner.batch(books: [absent]))
            }
            let other = try BookSample.number(2, document: "another")
            let before = StoredBookRecord(record: .number(two), ordinal: 0)
            let given = try BookSample.series(version: 2, last: ["2026": 2], allocated: ["2026": 2])
            try await owner.commit(books: [
                BookChange(.series(given), before: stored[0]), BookChange(.number(released), before: before), BookChange(.number(other)),
            ])
            let keys = [one, two, other].map { BookRecord.number($0).key }
            let found = try await harness.journal.load(keys, in: owner.partition)
            try requireEqual(Set(found.map(\.record)), [.number(one), .number(other)], "what is on record")
            for number in [one, other] {
                let again = NumberRecord(
                    tenant: number.tenant, number: number.number, document: number.document, allocatedAt: number.allocatedAt,
                    status: .released)
                let change = BookChange(.number(again), before: StoredBookRecord(record: .number(number), ordinal: 0))
                try await requireError("one that was given here", \.isRejected) {
                    try await harness.journal.commit(owner.batch(books: [change]))
                }
            }
        },
        .init("thousands of numbers in one commit are all stored, each at its document") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let numbers = try (1...3_000).map { try BookSample.number($0) }
            try await owner.record([.series(try BookSample.series(last: ["2026": 3_000]))] + numbers.map(BookRecord.number))
            let keys = numbers.map { BookRecord.number($0).key }
            let found = try await harness.journal.load(keys, in: owner.partition)
            try requireEqual(Set(found.map(\.record)), Set(numbers.map(BookRecord.number)), "the numbers")
        },
        .init("a collision fails its own commit alone") { harness in
            let journal = harness.journal
            var owner = try await Owner.books(of: Sample.acme, journal)
            try await owner.record([.number(try BookSample.number(1))])
            let bad = owner.batch(books: [BookChange(.number(try BookSample.number(1, document: "other")))])
            let others = try await others(than: owner, journal)
            let outcomes = await withTaskGroup(of: JournalError?.self, returning: [JournalError?].self) { group in
                for batch in [bad] + others.map(\.batch) {
                    group.addTask {
                        do throws(JournalError) {
                            try await journal.commit(batch)
                            return nil
                        } catch { return error }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            try requireEqual(outcomes.compactMap(\.self), [.numberCollision("INV-2026-000001")], "the errors of all commits")
            for other in others {
                try requireEqual(
                    try await journal.load(other.batch.books.map(\.stored.record.key), in: other.partition).count, 2, "records")
            }
        },
    ]

    /// A commit in each of three other partitions.
    private static func others(than owner: Owner, _ journal: any Journal) async throws -> [(batch: CommitBatch, partition: PartitionId)] {
        var commits: [(batch: CommitBatch, partition: PartitionId)] = []
        for partition in 0..<journal.partitionCount where partition != owner.partition.index && commits.count < 3 {
            let other = try await Owner(journal, partition)
            let tenant = other.neighbour(of: Sample.acme)
            let records: [BookRecord] = [
                .number(try BookSample.number(1, tenant: tenant)), .invoice(BookSample.invoice(1, tenant: tenant)),
            ]
            commits.append((other.batch(books: other.numbered(records)), other.partition))
        }
        return commits
    }
}
