internal import Domain
internal import Ports

/// What every store promises of the octets of what was received: they go when they are told to, and what is on record of them never does.
extension HousekeepingContract {
    static let contentCases: [ContractCase<any StoreHarness>] = [
        .init("octets that are erased are gone in every version, and their records are as they were") { harness in
            var books = try await Received(harness)
            for text in [1, 2, 1] as [UInt8] { try await books.take(IngestionSample.document("R-1", [text])) }
            try await books.take(IngestionSample.document("R-2", [9]), at: Sample.start + .hours(1))
            try await books.take(IngestionSample.slice([7]))
            try await books.owner.record([.ingestion(try IngestionSample.run(1))])
            try await publish(books.owner)
            let all = try await kept(harness, books.owner)
            try requireEqual(all.map(\.kind), [.invoice, .invoice, .quarantine], "kinds")
            try requireEqual(all.map(\.version), [3, 1, 1], "versions")
            try requireEqual(all.map(\.since), [Sample.start, Sample.start + .hours(1), Sample.start], "times")
            try requireEqual(Set(all.map(\.tenant)), [Sample.acme], "tenants")
            let old = try await kept(harness, books.owner, upTo: Sample.start)
            try requireEqual(old, [all[0], all[2]], "what is old")
            try requireEqual(try await erase(old, harness, books.owner), 2, "what was erased")
            for turn in 0..<2 {
                for (version, octets) in [(1, nil), (2, nil), (3, nil)] as [(Int64, [UInt8]?)] {
                    try requireEqual(try await books.content(harness, "R-1", version), octets, "R-1 in version \(version), look \(turn)")
                }
                try requireEqual(try await books.content(harness, "R-2", 1), [9], "R-2, look \(turn)")
                for stored in books.stored.values {
                    let found = try await harness.journal.load([stored.record.key], in: books.owner.partition)
                    try requireEqual(found, [stored], "a record, look \(turn)")
                }
                try requireEqual(try await kept(harness, books.owner), [all[1]], "what is left, look \(turn)")
                try requireEqual(try await erase(old, harness, books.owner), 0, "erased again")
                if turn == 0 {
                    try await harness.reopen()
                    books.owner = try await Owner.books(of: Sample.acme, harness.journal)
                }
            }
            // What comes again as it was is known; what has changed is the next version, with its octets.
            let before = books.stored
            try await books.take(IngestionSample.document("R-1", [1]))
            try requireEqual(books.stored, before, "the records after a repeat")
            try await books.take(IngestionSample.document("R-1", [5]))
            try requireEqual(try await books.content(harness, "R-1", 4), [5], "the next version")
            try requireEqual(try await books.content(harness, "R-1", 3), nil, "the version before")
            try requireEqual(try await kept(harness, books.owner).map(\.version), [4, 1], "versions that are kept")
        },
        .init("a document of which another version came since it was found keeps all its octets") { harness in
            var books = try await Received(harness)
            try await books.take(IngestionSample.document("R-1", [1]))
            try await publish(books.owner)
            let found = try await kept(harness, books.owner)
            try await books.take(IngestionSample.document("R-1", [2]))
            try await publish(books.owner)
            try requireEqual(try await erase(found, harness, books.owner), 0, "what was erased")
            for (version, octets) in [(1, [1]), (2, [2])] as [(Int64, [UInt8])] {
                try requireEqual(try await books.content(harness, "R-1", version), octets, "version \(version)")
            }
        },
        .init("no octets go that are as young as an event which is not published, nor while very many are not") { harness in
            var books = try await Received(harness)
            try await books.take(IngestionSample.document("R-1", [1]), at: Sample.start - .hours(1))
            try await books.take(IngestionSample.document("R-2", [2]))
            let found = try await kept(harness, books.owner)
            // Their events are of `Sample.start`, and none of them is published.
            try requireEqual(try await erase(found, harness, books.owner), 1, "what was erased")
            try requireEqual(try await books.content(harness, "R-1", 1), nil, "the older one")
            try requireEqual(try await books.content(harness, "R-2", 1), [2], "the younger one")
            try await publish(books.owner)
            try await books.take(IngestionSample.document("R-3", [3]), at: Sample.start - .hours(1))
            let owner = books.owner
            let calls = try (0...ContentErasure.mostUnpublished).map { try Sample.submission($0, in: owner) }
            _ = try await books.owner.submit(calls)
            let left = try await kept(harness, books.owner)
            try requireEqual(left.count, 2, "what has octets")
            try requireEqual(try await erase(left, harness, books.owner), 0, "what was erased while much waits")
            try await publish(books.owner)
            try requireEqual(try await erase(left, harness, books.owner), 2, "what was erased in the end")
        },
        .init("under another epoch no octets are erased") { harness in
            var books = try await Received(harness)
            try await books.take(IngestionSample.document("R-1", [1]))
            try await publish(books.owner)
            let found = try await kept(harness, books.owner)
            let owner = books.owner
            try await requireError("a step of an owner that is none", \.isOwnershipLost) {
                _ = try await harness.housekeeping.eraseContents(found, in: owner.partition, epoch: owner.epoch + 1)
            }
            try requireEqual(try await books.content(harness, "R-1", 1), [1], "the octets")
        },
    ]

    /// A tenant's books that take what sources bring.
    private struct Received {
        var owner: Owner
        var history = IngestionSample.History()
        var stored: [BookKey: StoredBookRecord] = [:]

        init(_ harness: any StoreHarness) async throws { owner = try await Owner.books(of: Sample.acme, harness.journal) }

        mutating func take(_ command: IngestionCommand, at now: Instant = Sample.start) async throws {
            let taken = try history.take(command, at: now)
            if taken.records.isEmpty { return }
            let changes = taken.records.map { record in
                BookChange(record, ordinal: owner.lastOrdinal + 1, before: stored[record.key])
            }
            try await owner.commit(books: changes, contents: taken.contents)
            for change in changes { stored[change.stored.record.key] = change.stored }
        }

        func content(_ harness: any StoreHarness, _ number: String, _ version: Int64) async throws -> [UInt8]? {
            let key = IngestionKey.invoice(number, of: try IngestionSample.source("erp"), tenant: Sample.acme)
            return try await harness.books.ingestionContent(key, version: version, tenant: Sample.acme)
        }
    }

    private static func kept(
        _ harness: any StoreHarness, _ owner: Owner, upTo latest: Instant = .latest
    ) async throws -> [KeptContent] {
        var found: [KeptContent] = []
        var place: Int64? = 0
        for _ in 0..<10_000 {
            guard let after = place else { return found }
            let page = try await harness.housekeeping.keptContents(in: owner.partition, after: after, upTo: latest)
            try require(page.next.map { $0 > after } ?? true, "the look does not get on")
            found += page.contents
            place = page.next
        }
        throw ContractFailure("the look does not end")
    }

    private static func erase(_ contents: [KeptContent], _ harness: any StoreHarness, _ owner: Owner) async throws -> Int {
        var rest = contents[...]
        var done = 0
        while !rest.isEmpty {
            let step = try await harness.housekeeping.eraseContents(Array(rest), in: owner.partition, epoch: owner.epoch)
            try require(step.looked > 0 && step.looked <= rest.count && step.done <= step.looked, "the step is \(step)")
            rest = rest.dropFirst(step.looked)
            done += step.done
        }
        return done
    }
}
