internal import Domain
internal import Ports

extension IngestionContract {
    static let keepingCases: [ContractCase<any StoreHarness>] = [
        .init("octets come with their record, once in a commit, or all of the commit is refused") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var history = IngestionSample.History()
            let first = try history.take(IngestionSample.document("R-1", [1]))
            let stranger = try history.take(IngestionSample.document("R-2", [2]))
            let content = try requireSome(first.contents.first, "a content")
            var neighbours = IngestionSample.History(tenant: owner.neighbour(of: Sample.acme))
            let foreign = try neighbours.take(IngestionSample.document("R-1", [1]))
            let twice = IngestionContent(tenant: content.tenant, key: content.key, version: 1, octets: [3])
            let books = owner.numbered(first.records)
            for (what, contents) in [
                ("another record's", first.contents + stranger.contents), ("another tenant's", foreign.contents),
                ("twice the same", first.contents + first.contents), ("twice one version", first.contents + [twice]),
            ] {
                try await requireError(what, \.isRejected) {
                    try await harness.journal.commit(owner.batch(books: books, contents: contents))
                }
                try requireEqual(try await harness.journal.load(books.map(\.stored.record.key), in: owner.partition), [], what)
            }
            try await owner.commit(books: books, contents: first.contents)
            let found = try await harness.books.ingestionContent(content.key, version: 1, tenant: Sample.acme)
            try requireEqual(found, content.octets, "the octets")
        },
        .init("documents of one commit have each its octets, and a number that looks alike is another's") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var history = IngestionSample.History()
            // The same letter, put together in two ways.
            let numbers = (0..<300).map { "R-\($0)" } + ["caf\u{E9}", "cafe\u{301}"]
            var records: [BookRecord] = []
            var contents: [IngestionContent] = []
            for (index, number) in numbers.enumerated() {
                let octets = (0..<(index * 17)).map { UInt8(truncatingIfNeeded: $0 &+ index) }
                let taken = try history.take(IngestionSample.document(number, octets))
                records += taken.records
                contents += taken.contents
            }
            try requireEqual(Set(records.map(\.key)).count, numbers.count, "documents")
            try await owner.commit(books: owner.numbered(records), contents: contents)
            for content in contents {
                let found = try await harness.books.ingestionContent(content.key, version: content.version, tenant: Sample.acme)
                try requireEqual(found, content.octets, "octets of \(content.key)")
            }
            for number in ["caf\u{E9}", "cafe\u{301}", "R-7"] {
                var filter = IngestionFilter(.invoice)
                filter.number = number
                let page = try await harness.books.ingestionRecords(tenant: Sample.acme, filter: filter, after: nil, limit: 9)
                let found = page.records.compactMap { $0.number.map { Array($0.utf8) } }
                try requireEqual(found, [Array(number.utf8)], "documents of \(number)")
            }
        },
        .init("a document that is refused does not keep those of other partitions from being stored at the same time") { harness in
            var batches: [CommitBatch] = []
            for partition in 0..<4 {
                let owner = try await Owner(harness.journal, partition)
                let tenant = owner.neighbour(of: Sample.tenant("nobody"))
                var history = IngestionSample.History(tenant: tenant)
                let taken = try history.take(IngestionSample.document("R-1", [UInt8(partition)]))
                let contents = partition == 2 ? taken.contents + taken.contents : taken.contents
                batches.append(owner.batch(books: owner.numbered(taken.records), contents: contents))
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
                let content = try requireSome(batch.contents.first, "a content")
                let found = try await harness.books.ingestionContent(content.key, version: 1, tenant: content.tenant)
                try requireEqual(found, batch.partition.index == 2 ? nil : content.octets, "octets of partition \(batch.partition)")
            }
        },
        .init("of a source's runs the newest stay, with those under way; documents and other sources' runs are not touched") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let kept = IngestionLimits.runsKept
            var records: [IngestionRecord] = []
            for number in 0..<(kept + 3) {
                let now = Sample.start + .seconds(Int64(number / 2))
                records.append(try IngestionSample.run(number, number == 1 ? .running : .succeeded, at: now))
            }
            records.append(try IngestionSample.run(kept + 20, source: "shop"))
            records.append(try IngestionSample.run(kept + 21, .failed, source: "erp2"))
            let other = owner.neighbour(of: Sample.acme)
            records.append(try IngestionSample.run(0, .failed, tenant: other))
            var history = IngestionSample.History()
            for case .ingestion(let document) in try history.take(IngestionSample.document("R-1", [1])).records {
                records.append(document)
            }
            try await owner.record(records.map(BookRecord.ingestion))
            try await expectKept(records, harness, owner)
            let next = try IngestionSample.run(kept + 30, at: Sample.start + .hours(9))
            try await owner.record([.ingestion(next)])
            try await expectKept(records + [next], harness, owner)
        },
    ]

    /// Whether what is on record of `records` is all but what may go.
    private static func expectKept(_ records: [IngestionRecord], _ harness: any StoreHarness, _ owner: Owner) async throws {
        let runs = records.filter { $0.key.kind == .run && $0.tenant == Sample.acme && $0.source.value == "erp" }
            .sorted { IngestionPlace($0) > IngestionPlace($1) }
        let gone = Set(runs.dropFirst(IngestionLimits.runsKept).filter { $0.status != "running" }.map(\.key))
        try require(!gone.isEmpty, "nothing is to go")
        let found = try await harness.journal.load(records.map { .ingestion($0.tenant, $0.key) }, in: owner.partition)
        let expected = records.filter { $0.tenant != Sample.acme || !gone.contains($0.key) }.map(BookRecord.ingestion)
        try requireEqual(Set(found.map(\.record)), Set(expected), "what is on record")
        var filter = IngestionFilter(.run)
        filter.source = try IngestionSample.source("erp")
        var listed: [IngestionKey] = []
        var after: IngestionPlace?
        repeat {
            let page = try await harness.books.ingestionRecords(tenant: Sample.acme, filter: filter, after: after, limit: 300)
            listed += page.records.map(\.key)
            after = page.next
        } while after != nil
        try requireEqual(listed, runs.map(\.key).filter { !gone.contains($0) }, "the list of runs")
    }
}
