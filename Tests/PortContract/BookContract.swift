internal import Domain
internal import Ports

/// What every store promises of a tenant's books: that they come back as stored, that numbers are unique, that the audit is a chain,
/// and that all of a commit is stored or nothing.
public enum BookContract {
    public static let cases: [ContractCase<any StoreHarness>] =
        contentCases + versionCases + numberCases + auditCases + logCases + BookQueriesContract.cases

    private static let contentCases: [ContractCase<any StoreHarness>] = [
        .init("every record of books comes back in every field, also after opening again") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let records = try everyRecord(tenant: Sample.acme)
            let foreign = try everyRecord(tenant: owner.neighbour(of: Sample.acme))
            let stored = try await owner.record(records + foreign)
            for _ in 0..<2 {
                let found = try await harness.journal.load(stored.map(\.record.key), in: owner.partition)
                try requireEqual(found.count, stored.count, "records found")
                for (a, b) in zip(byKey(found), byKey(stored)) { try requireEqual(a, b, "a record") }
                try await harness.reopen()
            }
        },
        .init("records of books that were never stored are not found") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let series = try BookSample.series()
            let number = try BookSample.number(1)
            let invoice = BookSample.invoice(1)
            try await owner.record([.series(series), .number(number), .invoice(invoice)])
            let other = owner.neighbour(of: Sample.acme)
            let absent: [BookKey] = [
                .series(other, series.plan.id), .invoice(other, invoice.id), .number(other, series.plan.id, number.document),
                .series(Sample.acme, try BookSample.seriesId("inv")), .invoice(Sample.acme, BookSample.invoiceId(2)),
                .number(Sample.acme, series.plan.id, try BookSample.document("doc")),
                .number(Sample.acme, try BookSample.seriesId("CN"), number.document),
            ]
            try requireEqual(try await harness.journal.load(absent, in: owner.partition), [], "what was never stored")
            try requireEqual(try await harness.journal.load([BookKey](), in: owner.partition), [], "nothing")
        },
        .init("a document of an invoice comes back byte for byte, large ones among them") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let large = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
            let bodies = OddBytes.bodies.filter { $0.count < 100_000 } + [large]
            let stored = try await owner.record(
                bodies.enumerated().map { number, body in
                    .invoice(BookSample.invoice(number, content: BookSample.content(number, encoded: body)))
                })
            let found = try await harness.journal.load(stored.map(\.record.key), in: owner.partition)
            try requireEqual(found.count, stored.count, "invoices found")
            for (a, b) in zip(byKey(found), byKey(stored)) { try requireEqual(a, b, "an invoice") }
        },
        .init("an invoice keeps its document while its status changes, and has the new one when it was replaced, even as it is issued") {
            harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var stored = try await owner.record([.invoice(BookSample.invoice(1))])[0]
            let assigned = try BookSample.number(7).number
            let steps: [(Invoice.Status, InvoiceContent?, AssignedNumber?, Int64)] = [
                (.validated, nil, nil, 1), (.draft, BookSample.content(1, typeCode: "384", encoded: Array("second".utf8)), nil, 1),
                (.issued, BookSample.content(1, encoded: Array("third".utf8)), assigned, 3), (.signed, nil, nil, 1), (.void, nil, nil, 1),
            ]
            for (status, content, number, gain) in steps {
                guard case .invoice(let invoice) = stored.record else { throw ContractFailure("not an invoice") }
                let next = BookSample.changed(
                    invoice, version: invoice.version + gain, status: status, content: content, assigned: number,
                    issueDate: number == nil ? nil : try BookSample.day("2026-11-20"))
                let change = BookChange(.invoice(next), before: stored)
                try await owner.commit(books: [change])
                stored = change.stored
                try requireEqual(
                    try await harness.journal.load([stored.record.key], in: owner.partition), [stored], "the invoice when \(status)")
                try requireEqual(try await harness.books.invoice(invoice.id, tenant: Sample.acme), next, "the invoice read when \(status)")
            }
        },
    ]

    /// A series of each reset rule, an invoice of each status, and a number of each status.
    private static func everyRecord(tenant: TenantId) throws -> [BookRecord] {
        var records: [BookRecord] = [
            .series(try BookSample.series("INV", tenant: tenant)),
            .series(
                try BookSample.series(
                    "m.1_-x", tenant: tenant, format: "{yyyy}/{mm}/{seq}", reset: .month, start: 0, timeZone: "Asia/Kolkata",
                    version: 7,
                    last: ["2026-01": 1, "2026-02": Series.highestSequence, "2025-12": 0])),
            .series(
                try BookSample.series(
                    "FY", tenant: tenant, format: "F{fy}-{seq:12}", reset: .fiscalYear(startMonth: 4), start: Series.Plan.highestStart,
                    timeZone: "Europe/Berlin", version: 3, last: ["FY2026": 999_999_999_999])),
            .series(try BookSample.series("ever", tenant: tenant, format: "{seq}", reset: .never, version: 2, last: ["": 12])),
            .number(try BookSample.number(1, tenant: tenant)),
            .number(try BookSample.number(0, series: "ever", period: "", tenant: tenant, printed: "a.B_c/0", document: "~!x")),
            .number(
                try BookSample.number(
                    Series.highestSequence, series: "FY", period: "FY2026", tenant: tenant,
                    status: .void(reason: "déjà\u{0} émis 😀'\"\\", at: Sample.start + .hours(1)))),
            .number(try BookSample.number(3, tenant: tenant, status: .void(reason: "", at: .earliest))),
        ]
        let texts = OddBytes.texts
        for (index, status) in Invoice.Status.allCases.enumerated() {
            let text = texts[index % texts.count]
            let assigned = status.isIssued ? try BookSample.number(Int64(100 + index), tenant: tenant).number : nil
            let source = Invoice.Origin.Source.allCases[index % Invoice.Origin.Source.allCases.count]
            records.append(
                .invoice(
                    Invoice(
                        tenant: tenant, id: BookSample.invoiceId(index), version: Int64(index + 1), status: status,
                        content: BookSample.content(
                            index, typeCode: index % 2 == 0 ? "380" : "381", issueDate: try BookSample.day("2024-02-29"),
                            names: ("株式会社 \(text)", index % 2 == 0 ? nil : text), encoded: OddBytes.bodies[index],
                            total: try ExactDecimal(mantissa: -123_456_789_012_345_678, scale: 5)),
                        number: assigned, issueDate: index % 3 == 0 ? nil : try BookSample.day("2026-11-20"),
                        creditOf: index % 2 == 0 ? nil : BookSample.invoiceId(900 + index),
                        credited: try ExactDecimal(mantissa: 1_999, scale: 2), statusBeforeCredit: status == .credited ? .accepted : nil,
                        reason: index % 2 == 0 ? text : nil, retryCount: index, lastError: index % 3 == 0 ? "no \(text)" : nil,
                        origin: .init(source: source, fingerprint: Fingerprint(bytes: [0, 255, UInt8(index)]), correlationId: text),
                        createdAt: Sample.start + TimeSpan(microseconds: Int64(index)), updatedAt: Sample.start + .hours(1),
                        issuedAt: assigned == nil ? nil : Sample.start + .hours(2))))
        }
        return records
    }

    private static let versionCases: [ContractCase<any StoreHarness>] = [
        .init("a record of books that exists cannot be made again") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let records: [BookRecord] = [
                .series(try BookSample.series()), .number(try BookSample.number(1)), .invoice(BookSample.invoice(1)),
            ]
            let stored = try await owner.record(records)
            let others: [BookRecord] = [
                .series(try BookSample.series(start: 5)), .number(try BookSample.number(2, document: "doc-INV-2026-1")),
                .invoice(BookSample.invoice(1, content: BookSample.content(1, encoded: [9]))),
            ]
            for other in others {
                try await requireError("a second \(other.key)", \.isRejected) {
                    try await harness.journal.commit(owner.batch(books: owner.numbered([other])))
                }
            }
            let found = try await harness.journal.load(records.map(\.key), in: owner.partition)
            try requireEqual(byKey(found), byKey(stored), "the records as they were made first")
        },
        .init("a commit that expects another version of a record of books stores nothing of itself") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let stored = try await owner.record([
                .series(try BookSample.series()), .invoice(BookSample.invoice(1)), .number(try BookSample.number(1)),
            ])
            let void = NumberRecord.Status.void(reason: "lost", at: Sample.start)
            let stale: [BookWrite] = [
                BookWrite(
                    stored: StoredBookRecord(record: .series(try BookSample.series(version: 4)), ordinal: stored[0].ordinal),
                    expectedVersion: 3),
                BookWrite(
                    stored: StoredBookRecord(record: .invoice(BookSample.invoice(1, version: 4)), ordinal: stored[1].ordinal),
                    expectedVersion: 3),
                BookWrite(
                    stored: StoredBookRecord(record: .invoice(BookSample.invoice(2, version: 2)), ordinal: stored[1].ordinal + 9),
                    expectedVersion: 1),
                BookWrite(
                    stored: StoredBookRecord(record: .number(try BookSample.number(2, status: void)), ordinal: 0), expectedVersion: 1),
            ]
            let call = try owner.change(nil, .submit(Sample.submission(1, in: owner)), at: Sample.start, ordinal: owner.lastOrdinal + 1)
            let fresh = BookChange(.invoice(BookSample.invoice(3)), ordinal: owner.lastOrdinal + 2)
            for write in stale {
                let bad = owner.batch(books: [fresh, BookChange(write, type: .invoice(.validated))], calls: [call])
                try await requireError("a stale version of \(write.stored.record.key)", \.isRejected) {
                    try await harness.journal.commit(bad)
                }
            }
            try requireEqual(
                try await harness.journal.load([fresh.stored.record.key], in: owner.partition), [], "the other record of the commit")
            try requireEqual(try await harness.journal.load(call.call.submission, in: owner.partition), nil, "the call of the commit")
            try requireEqual(
                byKey(try await harness.journal.load(stored.map(\.record.key), in: owner.partition)), byKey(stored), "the records")
            try requireEqual(try await harness.journal.events(in: owner.partition, after: 0, limit: 9).count, 2, "events")
            try await owner.commit(books: [fresh], calls: [call])
        },
        .init("a number is made void once") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let stored = try await owner.record([.number(try BookSample.number(1))])[0]
            let void = BookChange(
                .number(try BookSample.number(1, status: .void(reason: "lost", at: Sample.start + .hours(1)))), before: stored)
            try await owner.commit(books: [void])
            try requireEqual(
                try await harness.journal.load([stored.record.key], in: owner.partition).map(\.record), [void.stored.record], "the number")
            try await requireError("void again", \.isRejected) { try await harness.journal.commit(owner.batch(books: [void])) }
        },
        .init("books and calls of one commit are stored together, or neither") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let call = try owner.change(nil, .submit(Sample.submission(1, in: owner)), at: Sample.start, ordinal: 1)
            let records: [BookRecord] = [
                .series(try BookSample.series(version: 2, last: ["2026": 1])), .number(try BookSample.number(1)),
                .invoice(BookSample.invoice(1)),
            ]
            owner.lastOrdinal = 1
            let books = owner.numbered(records)
            let audit = [BookSample.audit(after: .start, 3)]
            let badCall = ServiceCallWrite(stored: call.stored, expectedVersion: 7, endedAttempts: [])
            let good = owner.batch(books: books, calls: [call], audit: audit)
            let bad = CommitBatch(
                partition: good.partition, epoch: good.epoch, expectedHead: good.expectedHead, serviceCalls: [badCall], books: good.books,
                events: good.events, audit: good.audit)
            try await requireError("a bad call", \.isRejected) { try await harness.journal.commit(bad) }
            try await requireError("a stale epoch", \.isOwnershipLost) {
                try await harness.journal.commit(owner.batch(books: books, calls: [call], audit: audit, epoch: owner.epoch - 1))
            }
            try requireEqual(try await harness.journal.load(records.map(\.key), in: owner.partition), [], "records of refused commits")
            try requireEqual(
                try await harness.journal.auditHeads(of: [Sample.acme], in: owner.partition), [:], "the audit of refused commits")
            try await harness.journal.commit(good)
            try requireEqual(
                byKey(try await harness.journal.load(records.map(\.key), in: owner.partition)), byKey(books.map(\.stored)), "the records")
            try requireEqual(try await harness.journal.load(call.call.submission, in: owner.partition), call.stored, "the call")
            try requireEqual(
                try await harness.journal.events(in: owner.partition, after: 0, limit: 9), good.events, "the events")
        },
        .init("ordinals go on over calls, series and invoices, whoever was last") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            _ = try await owner.submit([Sample.submission(1, in: owner)])
            try await owner.record([.series(try BookSample.series()), .number(try BookSample.number(1)), .invoice(BookSample.invoice(1))])
            try await harness.reopen()
            try requireEqual(try await lastOrdinal(harness, owner), 3, "the last ordinal, an invoice's")
            owner = try await Owner.books(of: Sample.acme, harness.journal)
            let call = try await owner.submit([Sample.submission(2, in: owner)])[0]
            try await owner.record([.series(try BookSample.series("B"))])
            try await owner.record([.number(try BookSample.number(2))])
            try await harness.reopen()
            try requireEqual(try await lastOrdinal(harness, owner), 5, "the last ordinal, a series'")
            owner = try await Owner.books(of: Sample.acme, harness.journal)
            try requireEqual(try await harness.journal.load(call.call.submission, in: owner.partition), call, "a call between books")
            let other = try await owner.submit([Sample.submission(3, in: owner)])[0]
            try await harness.reopen()
            try requireEqual(try await lastOrdinal(harness, owner), 6, "the last ordinal, a call's")
            try requireEqual(try await harness.journal.load(other.call.submission, in: owner.partition), other, "a call after books")
        },
    ]

    private static func lastOrdinal(_ harness: any StoreHarness, _ owner: Owner) async throws -> Int64 {
        try await harness.journal.takeOwnership(of: owner.partition).lastOrdinal
    }
}
