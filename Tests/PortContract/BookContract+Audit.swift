internal import Domain
internal import Ports

extension BookContract {
    static let auditCases: [ContractCase<any StoreHarness>] = [
        .init("segments of the audit come back in order, lead from head to head, and hold what was put in") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let neighbour = owner.neighbour(of: Sample.acme)
            var mine: [AuditSegment] = []
            var theirs: [AuditSegment] = []
            for round in 0..<5 {
                mine.append(BookSample.audit(after: mine.last?.head ?? .start, round + 1))
                var segments = [mine[round]]
                if round % 2 == 0 {
                    theirs.append(BookSample.audit(neighbour, after: theirs.last?.head ?? .start, 2))
                    segments.append(theirs[round / 2])
                }
                try await owner.commit(books: owner.numbered([.invoice(BookSample.invoice(round))]), audit: segments)
            }
            for _ in 0..<2 {
                let heads = try await harness.journal.auditHeads(of: [neighbour, Sample.zenith, Sample.acme], in: owner.partition)
                try requireEqual(heads, [Sample.acme: mine[4].head, neighbour: theirs[2].head], "the heads")
                let found = try await harness.books.auditSegments(tenant: Sample.acme, partition: owner.partition, after: 0, limit: 100)
                try requireEqual(found, mine, "the segments")
                try requireEqual(found.compactMap { $0.entries()?.count }, [1, 2, 3, 4, 5], "entries that verify")
                try await harness.reopen()
            }
        },
        .init("a segment that does not follow the head is rejected, and nothing of its commit stored") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let first = BookSample.audit(after: .start, 3)
            let second = BookSample.audit(after: first.head)
            try await owner.commit(books: [], calls: [], audit: [first])
            let wrong = [
                first, BookSample.audit(after: second.head), BookSample.audit(after: AuditHead(count: 3, hash: second.head.hash)),
                BookSample.audit(after: AuditHead(count: 2, hash: first.head.hash)),
            ]
            let invoice = BookChange(.invoice(BookSample.invoice(1)), ordinal: 1)
            for segment in wrong {
                try await requireError("a segment after \(segment.previous.count)", \.isRejected) {
                    try await harness.journal.commit(owner.batch(books: [invoice], audit: [segment]))
                }
            }
            try await requireError("another tenant's first that is not", \.isRejected) {
                let segment = BookSample.audit(owner.neighbour(of: Sample.acme), after: first.head)
                try await harness.journal.commit(owner.batch(books: [invoice], audit: [segment]))
            }
            try requireEqual(try await harness.journal.load([invoice.stored.record.key], in: owner.partition), [], "the invoice")
            try await owner.commit(books: [invoice], audit: [second])
            try requireEqual(
                try await harness.journal.auditHeads(of: [Sample.acme], in: owner.partition), [Sample.acme: second.head], "the head")
        },
        .init("a tenant has a chain of its own in each partition, calls among it") { harness in
            var heads: [AuditHead] = []
            for partition in 0..<3 {
                var owner = try await Owner(harness.journal, partition)
                let segment = BookSample.audit(after: .start, partition + 1)
                let call = try owner.change(nil, .submit(Sample.submission(1, in: owner)), at: Sample.start)
                try await owner.commit(books: [], calls: [call], audit: [segment])
                heads.append(segment.head)
            }
            for partition in 0..<3 {
                let found = try await harness.journal.auditHeads(of: [Sample.acme], in: PartitionId(partition))
                try requireEqual(found, [Sample.acme: heads[partition]], "the head in \(partition)")
            }
        },
    ]

    static let logCases: [ContractCase<any StoreHarness>] = [
        .init("events of books stand in the log with their subject, tenant, ordinal and type, among those of calls") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let neighbour = owner.neighbour(of: Sample.acme)
            let call = try owner.change(nil, .submit(Sample.submission(1, in: owner)), at: Sample.start, ordinal: 1)
            owner.lastOrdinal = 1
            let books = owner.numbered([
                .series(try BookSample.series(version: 3)), .invoice(BookSample.invoice(1, version: 2)),
                .invoice(BookSample.invoice(1, tenant: neighbour)), .series(try BookSample.series(tenant: neighbour)),
            ])
            let batch = owner.batch(books: books, calls: [call])
            try await harness.journal.commit(batch)
            for _ in 0..<2 {
                try requireEqual(try await harness.journal.events(in: owner.partition, after: 0, limit: 99), batch.events, "the log")
                for tenant in [Sample.acme, neighbour] {
                    let page = try await harness.events.events(
                        tenant: tenant, after: .beginning(partitions: harness.events.partitionCount), limit: 99)
                    try requireEqual(page.events, batch.events.filter { $0.tenant == tenant }, "the log of \(tenant)")
                }
                let list = try await harness.calls.list(tenant: Sample.acme, filter: .init(), after: nil, limit: 9)
                try requireEqual(list.calls.map(\.id), [call.call.id], "the list of calls")
                try await harness.reopen()
            }
        }
    ]
}
