internal import Domain
internal import Ports

/// What every store promises of what ingestion puts on record: that records come back as stored and octets as they came, version by version;
/// that all of a commit is stored or nothing; that tenants are apart; and that lists hold what matches, newest first, page by page.
public enum IngestionContract {
    public static let cases: [ContractCase<any StoreHarness>] = contentCases + refusalCases + listCases + keepingCases

    private static let contentCases: [ContractCase<any StoreHarness>] = [
        .init("every record of ingestion comes back in every field, also after opening again") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let records = try everyRecord(Sample.acme) + everyRecord(owner.neighbour(of: Sample.acme))
            let stored = try await owner.record(records.map(BookRecord.ingestion))
            for _ in 0..<2 {
                let found = try await harness.journal.load(stored.map(\.record.key), in: owner.partition)
                try requireEqual(found.count, stored.count, "records found")
                for (a, b) in zip(byKey(found), byKey(stored)) { try requireEqual(a, b, "a record") }
                for record in records {
                    try requireEqual(
                        try await harness.books.ingestionRecord(record.key, tenant: record.tenant), record, "the record \(record.key)")
                }
                try await harness.reopen()
            }
        },
        .init("what ingestion never stored is not found, nor what another tenant has") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var history = IngestionSample.History()
            let taken = try history.take(IngestionSample.document("R-1", [1]))
            try await owner.commit(books: owner.numbered(taken.records), contents: taken.contents)
            let key = try requireSome(taken.contents.first, "a content").key
            let other = owner.neighbour(of: Sample.acme)
            let absent: [(TenantId, IngestionKey)] = [
                (other, key), (Sample.acme, IngestionKey(kind: .run, id: key.id)), (Sample.acme, .run(IngestionSample.run(1))),
            ]
            for (tenant, key) in absent {
                try requireEqual(try await harness.books.ingestionRecord(key, tenant: tenant), nil, "\(key) of \(tenant)")
                try requireEqual(try await harness.books.ingestionContent(key, version: 1, tenant: tenant), nil, "octets of \(key)")
                try requireEqual(try await harness.journal.load([.ingestion(tenant, key)], in: owner.partition), [], "\(key) of \(tenant)")
            }
            for version in [0, 2, -1, .max] as [Int64] {
                try requireEqual(
                    try await harness.books.ingestionContent(key, version: version, tenant: Sample.acme), nil, "version \(version)")
            }
        },
        .init("octets come back byte for byte, every version of them, large ones among them") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let large = (0..<IngestionLimits.documentBytes).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            var history = IngestionSample.History()
            var written: [IngestionContent] = []
            var stored: [BookKey: StoredBookRecord] = [:]
            // All are versions of one document; then each is a document of its own.
            let bodies = OddBytes.bodies.filter { $0.count < 100_000 } + [large]
            for (index, body) in (bodies + bodies.reversed()).enumerated() {
                for number in ["R-1", "N\(index)"] {
                    let taken = try history.take(IngestionSample.document(number, body))
                    let changes = taken.records.map { record in
                        BookChange(
                            record, ordinal: stored[record.key]?.ordinal ?? owner.lastOrdinal + 1, before: stored[record.key])
                    }
                    try await owner.commit(books: changes, contents: taken.contents)
                    for change in changes { stored[change.stored.record.key] = change.stored }
                    written += taken.contents
                }
            }
            try await harness.reopen()
            for content in written {
                let found = try await harness.books.ingestionContent(content.key, version: content.version, tenant: content.tenant)
                try require(found == content.octets, "version \(content.version) with \(content.octets.count) octets is another")
            }
        },
    ]

    private static let refusalCases: [ContractCase<any StoreHarness>] = [
        .init("a message and what is in it are stored together, or none, and not a second time") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var history = IngestionSample.History()
            let command = try IngestionSample.message("m-1", [0, 1, 255], document: [2], slice: [3])
            let taken = try history.take(command)
            try requireEqual(taken.records.count, 3, "records of the message")
            try requireEqual(taken.contents.map(\.octets), [[0, 1, 255], [2], [3]], "octets of the message")
            let good = owner.batch(books: owner.numbered(taken.records), contents: taken.contents)
            let bad = CommitBatch(
                partition: good.partition, epoch: good.epoch, expectedHead: good.expectedHead, serviceCalls: [],
                books: good.books.map { BookWrite(stored: $0.stored, expectedVersion: 7) }, contents: good.contents, events: good.events)
            try await requireError("a bad record", \.isRejected) { try await harness.journal.commit(bad) }
            for content in taken.contents {
                try requireEqual(
                    try await harness.books.ingestionRecord(content.key, tenant: Sample.acme), nil, "a record of what was refused")
            }
            try await owner.commit(books: owner.numbered(taken.records), contents: taken.contents)
            try requireEqual(try history.take(command).records, [], "what a repeat changes")
            let again = owner.batch(books: owner.numbered(taken.records), contents: taken.contents)
            try await requireError("the message again", \.isRejected) { try await harness.journal.commit(again) }
            try await harness.reopen()
            for content in taken.contents {
                try requireEqual(
                    try await harness.books.ingestionContent(content.key, version: 1, tenant: Sample.acme), content.octets, "octets")
            }
            var filter = IngestionFilter(.message)
            filter.source = try IngestionSample.source("erp")
            let page = try await harness.books.ingestionRecords(tenant: Sample.acme, filter: filter, after: nil, limit: 10)
            try requireEqual(page.records.map(\.key), taken.contents.prefix(1).map(\.key), "the list of messages")
        },
        .init("a record of ingestion cannot be made again, and is changed from its own version alone") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let run = BookRecord.ingestion(try IngestionSample.run(1))
            let stored = try await owner.record([run])[0]
            let ended = BookRecord.ingestion(try IngestionSample.run(1, .succeeded))
            for write in [
                BookWrite(stored: StoredBookRecord(record: run, ordinal: stored.ordinal + 9), expectedVersion: 0),
                BookWrite(stored: StoredBookRecord(record: ended, ordinal: stored.ordinal), expectedVersion: 2),
                BookWrite(stored: StoredBookRecord(record: .ingestion(try IngestionSample.run(2)), ordinal: 99), expectedVersion: 1),
            ] {
                let fresh = BookChange(.ingestion(try IngestionSample.run(3)), ordinal: owner.lastOrdinal + 2)
                let bad = owner.batch(books: [fresh, BookChange(write, type: .ingestion(.runEnded))])
                try await requireError("version \(write.expectedVersion)", \.isRejected) { try await harness.journal.commit(bad) }
                try requireEqual(try await harness.journal.load([fresh.stored.record.key], in: owner.partition), [], "the other record")
            }
            try await owner.commit(books: [BookChange(ended, before: stored)])
            try requireEqual(try await harness.journal.load([run.key], in: owner.partition).first?.record, ended, "the run")
        },
        .init("a document, its octets, its source's progress, its event and its audit entry are stored together, or none") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var history = IngestionSample.History()
            let taken = try history.take(IngestionSample.document("R-1", [1, 2, 3]))
            let content = try requireSome(taken.contents.first, "a content")
            let books = owner.numbered(taken.records + [.item(try ItemSample.progress("erp"))])
            let audit = [BookSample.audit(after: .start, 2)]
            let good = owner.batch(books: books, contents: taken.contents, audit: audit)
            let bad = CommitBatch(
                partition: good.partition, epoch: good.epoch, expectedHead: good.expectedHead, serviceCalls: [],
                books: good.books.map { BookWrite(stored: $0.stored, expectedVersion: 7) }, contents: good.contents, events: good.events,
                audit: good.audit)
            try await requireError("a bad record", \.isRejected) { try await harness.journal.commit(bad) }
            try await requireError("a stale epoch", \.isOwnershipLost) {
                try await harness.journal.commit(
                    owner.batch(books: books, contents: taken.contents, audit: audit, epoch: owner.epoch - 1))
            }
            try requireEqual(
                try await harness.books.ingestionContent(content.key, version: 1, tenant: Sample.acme), nil, "octets of refused commits")
            try await harness.journal.commit(good)
            let found = try await harness.journal.load(books.map(\.stored.record.key), in: owner.partition)
            try requireEqual(byKey(found), byKey(books.map(\.stored)), "the records")
            try requireEqual(
                try await harness.books.ingestionContent(content.key, version: 1, tenant: Sample.acme), content.octets, "the octets")
            try requireEqual(try await harness.journal.events(in: owner.partition, after: 0, limit: 9), good.events, "the events")
        },
        .init("octets that are written stay as they are") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var history = IngestionSample.History()
            let first = try history.take(IngestionSample.document("R-1", [1]))
            let changes = owner.numbered(first.records)
            try await owner.commit(books: changes, contents: first.contents)
            let second = try history.take(IngestionSample.document("R-1", [2]))
            let change = BookChange(try requireSome(second.records.first, "a record"), before: changes[0].stored)
            let content = try requireSome(first.contents.first, "a content")
            let again = IngestionContent(tenant: content.tenant, key: content.key, version: 1, octets: [9])
            try await requireError("octets written again", \.isRejected) {
                try await harness.journal.commit(owner.batch(books: [change], contents: [again]))
            }
            try requireEqual(
                try await harness.books.ingestionContent(content.key, version: 1, tenant: Sample.acme), [1], "the octets")
            try await owner.commit(books: [change], contents: second.contents)
        },
    ]

    private static let listCases: [ContractCase<any StoreHarness>] = [
        .init("records of ingestion are listed newest first, page by page, by kind, source, status and number") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let other = owner.neighbour(of: Sample.acme)
            var all: [IngestionRecord] = []
            for tenant in [Sample.acme, other] {
                for number in 0..<12 {
                    // Some are of one time.
                    let now = Sample.start + .seconds(Int64(number / 3))
                    let status = IngestionRun.Status.allCases[number % 5]
                    all.append(
                        try IngestionSample.run(
                            number + 100, status, source: number % 2 == 0 ? "erp" : "shop", tenant: tenant, at: now))
                    var history = IngestionSample.History(tenant: tenant)
                    for command in [
                        try IngestionSample.document("R-\(number % 4)'", [UInt8(number)], source: "s\(number)"),
                        try IngestionSample.slice([UInt8(number)]),
                    ] {
                        for case .ingestion(let record) in try history.take(command, at: now).records { all.append(record) }
                    }
                }
            }
            try await owner.record(all.map(BookRecord.ingestion))
            try await harness.reopen()
            for tenant in [Sample.acme, other, Sample.tenant("nobody")] {
                for filter in try filters() {
                    let expected = all.filter { $0.tenant == tenant && filter.matches($0) }
                        .sorted { IngestionPlace($0) > IngestionPlace($1) }
                    for limit in [1, 5, 100] {
                        try requireEqual(try await pages(harness, tenant, filter, limit), expected, "\(filter) of \(tenant) by \(limit)")
                    }
                }
            }
        },
        .init("lists of ingestion follow what changes") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let running = try await owner.record([.ingestion(try IngestionSample.run(1))])[0]
            let ended = try IngestionSample.run(1, .partial)
            try await owner.commit(books: [BookChange(.ingestion(ended), before: running)])
            var filter = IngestionFilter(.run)
            filter.status = "running"
            try requireEqual(try await pages(harness, Sample.acme, filter, 10), [], "runs under way")
            filter.status = "partial"
            try requireEqual(try await pages(harness, Sample.acme, filter, 10), [ended], "ended runs")
        },
    ]

    private static func filters() throws -> [IngestionFilter] {
        var filters = IngestionKey.Kind.allCases.map { IngestionFilter($0) }
        for kind in IngestionKey.Kind.allCases {
            for change in [
                { $0.source = try IngestionSample.source("erp") }, { $0.status = "running" }, { $0.status = "open" },
                { $0.number = "R-1'" },
                {
                    $0.source = try IngestionSample.source("s5")
                    $0.status = "received"
                    $0.number = "R-1'"
                },
            ] as [(inout IngestionFilter) throws -> Void] {
                var filter = IngestionFilter(kind)
                try change(&filter)
                filters.append(filter)
            }
        }
        return filters
    }

    private static func pages(
        _ harness: any StoreHarness, _ tenant: TenantId, _ filter: IngestionFilter, _ limit: Int
    ) async throws -> [IngestionRecord] {
        var found: [IngestionRecord] = []
        var after: IngestionPlace?
        for _ in 0..<1_000 {
            let page = try await harness.books.ingestionRecords(tenant: tenant, filter: filter, after: after, limit: limit)
            try require(page.records.count <= limit, "a page of \(page.records.count)")
            found += page.records
            guard let next = page.next else { return found }
            after = next
        }
        throw ContractFailure("the list does not end")
    }

    /// Records of each kind and status.
    private static func everyRecord(_ tenant: TenantId) throws -> [IngestionRecord] {
        var history = IngestionSample.History(tenant: tenant)
        var commands: [IngestionCommand] = []
        // XML has no NUL, so no number has one.
        for (index, text) in OddBytes.texts.enumerated() where !text.unicodeScalars.contains("\0") {
            commands.append(try IngestionSample.document("R-\(text)", [UInt8(index)]))
            commands.append(try IngestionSample.slice([0, UInt8(index)], text: text))
            commands.append(try IngestionSample.message("id-\(text)", [1, UInt8(index)]))
        }
        let source = try IngestionSample.source("erp")
        commands.append(.mapped(number: "R-", of: source, .init(revision: 1, invoice: BookSample.invoiceId(1), problems: [])))
        commands.append(.mapped(number: "R-é", of: source, .init(revision: 1, invoice: nil, problems: ["no 😀", "\u{0}"])))
        let resolved = IngestionKey.quarantine(ContentDigest(of: [0, 1]).bytes, of: source, tenant: tenant)
        commands.append(try IngestionSample.document("R-9", [7], resolves: resolved.id))
        for command in commands { _ = try history.take(command) }
        var records = history.records.values.compactMap { if case .ingestion(let record) = $0 { record } else { nil } }
        for (index, status) in IngestionRun.Status.allCases.enumerated() {
            records.append(try IngestionSample.run(index, status, tenant: tenant))
        }
        return records.sorted { $0.key < $1.key }
    }
}
