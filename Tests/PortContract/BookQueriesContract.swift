internal import Domain
internal import Ports

/// What every store promises to readers of a tenant's books.
enum BookQueriesContract {
    static let cases: [ContractCase<any StoreHarness>] = invoiceCases + seriesCases + reportCases

    private static let invoiceCases: [ContractCase<any StoreHarness>] = [
        .init("another tenant's books are not there, whatever is asked") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let invoice = BookSample.invoice(1, creditOf: BookSample.invoiceId(9))
            try await owner.commit(
                books: owner.numbered([.invoice(invoice), .series(try BookSample.series()), .number(try BookSample.number(1))]),
                audit: [BookSample.audit(after: .start)])
            let inv = try BookSample.seriesId("INV")
            for tenant in [owner.neighbour(of: Sample.acme), Sample.zenith] {
                try requireEqual(try await harness.books.invoice(invoice.id, tenant: tenant), nil, "an invoice")
                var filter = InvoiceFilter()
                try requireEqual(try await list(harness, filter, tenant: tenant), [], "invoices")
                filter.creditOf = invoice.creditOf
                try requireEqual(try await list(harness, filter, tenant: tenant), [], "credit notes")
                filter = InvoiceFilter()
                filter.number = "INV-2026-000001"
                try requireEqual(try await list(harness, filter, tenant: tenant), [], "invoices by number")
                try requireEqual(try await harness.books.series(inv, tenant: tenant), nil, "a series")
                try requireEqual(try await harness.books.series(tenant: tenant), [], "series")
                try requireEqual(try await harness.books.numbers(of: inv, tenant: tenant, after: nil, limit: 9), [], "numbers")
                try requireEqual(try await harness.books.gapReport(of: inv, tenant: tenant), nil, "a gap report")
                try requireEqual(try await harness.books.taken(["INV-2026-000001"], tenant: tenant), [], "taken numbers")
                let segments = try await harness.books.auditSegments(tenant: tenant, partition: owner.partition, after: 0, limit: 9)
                try requireEqual(segments, [], "audit")
            }
        },
        .init("a list of invoices goes newest first, page by page without gap or repeat, at once after the commit") { harness in
            let made = try await spread(harness)
            let expected = made.sorted(by: newestFirst)
            for limit in [1, 7, 100] {
                try requireEqual(try await list(harness, .init(), limit: limit).map(\.id), expected.map(\.id), "pages of \(limit)")
            }
            try requireEqual(try await list(harness, .init(), limit: 9), expected, "the invoices")
        },
        .init("a list of invoices holds what every filter, and any two of them, leave") { harness in
            let made = try await spread(harness).sorted(by: newestFirst)
            let filters = try everyFilter()
            for (index, first) in filters.enumerated() {
                for second in filters[index...] {
                    var filter = InvoiceFilter()
                    first(&filter)
                    second(&filter)
                    let expected = made.filter { filter.matches($0) }.map(\.id)
                    for limit in [2, 50] {
                        try requireEqual(
                            try await list(harness, filter, limit: limit).map(\.id), expected, "invoices for \(filter) by \(limit)")
                    }
                }
            }
        },
        .init("a list of invoices follows changes of status and number") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let stored = try await owner.record([.invoice(BookSample.invoice(1)), .invoice(BookSample.invoice(2))])
            guard case .invoice(let invoice) = stored[0].record else { throw ContractFailure("not an invoice") }
            let number = try BookSample.number(1, document: DocumentReference(invoice.id).value)
            let issued = BookSample.changed(
                invoice, version: 3, status: .issued, assigned: number.number, issueDate: try BookSample.day("2026-11-20"))
            try await owner.commit(books: [BookChange(.invoice(issued), before: stored[0]), BookChange(.number(number))])
            var filter = InvoiceFilter()
            filter.status = .issued
            try requireEqual(try await list(harness, filter), [issued], "the issued")
            filter.status = nil
            filter.number = number.number.printed
            try requireEqual(try await list(harness, filter), [issued], "by number")
            filter.number = "INV2026000001"
            try requireEqual(try await list(harness, filter), [], "by another way of printing")
        },
    ]

    private static let seriesCases: [ContractCase<any StoreHarness>] = [
        .init("series are found by name and listed by name") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let names = ["b", "INV", "a", "CN", "B", "0", "a.1", "a-1", "a_1"]
            let made = try names.map { try BookSample.series($0, version: 2, last: ["2026": 5]) }
            try await owner.record(
                made.map(BookRecord.series) + [.series(try BookSample.series("other", tenant: owner.neighbour(of: Sample.acme)))])
            for series in made {
                try requireEqual(try await harness.books.series(series.plan.id, tenant: Sample.acme), series, "a series")
            }
            try requireEqual(try await harness.books.series(try BookSample.seriesId("c"), tenant: Sample.acme), nil, "an absent one")
            let expected = made.sorted { $0.plan.id < $1.plan.id }
            try requireEqual(try await harness.books.series(tenant: Sample.acme), expected, "all series")
        },
        .init("numbers of a series go by period and sequence, page by page") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var numbers: [NumberRecord] = []
            for period in ["2027", "2025", "2026"] {
                for sequence in (1...12).reversed() {
                    let status: NumberRecord.Status = sequence % 5 == 0 ? .void(reason: "no \(sequence)", at: Sample.start) : .allocated
                    numbers.append(try BookSample.number(Int64(sequence), period: period, status: status))
                }
            }
            try await owner.record([.series(try BookSample.series())] + numbers.map(BookRecord.number))
            try await owner.record([.number(try BookSample.number(3, series: "INV2"))])
            let expected = numbers.sorted { NumberPlace($0) < NumberPlace($1) }
            let inv = try BookSample.seriesId("INV")
            for limit in [1, 5, 100] {
                var seen: [NumberRecord] = []
                while true {
                    let page = try await harness.books.numbers(
                        of: inv, tenant: Sample.acme, after: seen.last.map(NumberPlace.init), limit: limit)
                    seen += page
                    if page.count < limit { break }
                }
                try requireEqual(seen, expected, "numbers in pages of \(limit)")
            }
        },
        .init("printed numbers that are taken are told as they were asked, without regard to punctuation and capitals") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            try await owner.record(try (1...50).map { .number(try BookSample.number($0)) })
            let asked = ["INV-2026-000001", "inv2026000050", "INV-2026-000051", "I/N/V/2026/000002", "", "INV", "é"]
            try requireEqual(
                try await harness.books.taken(asked, tenant: Sample.acme),
                ["INV-2026-000001", "inv2026000050", "I/N/V/2026/000002"], "the taken")
            try requireEqual(try await harness.books.taken([], tenant: Sample.acme), [], "of none")
            let many = try (1...10_000).map { try BookSample.number($0).number.printed }
            try requireEqual(try await harness.books.taken(many, tenant: Sample.acme), Set(many.prefix(50)), "of ten thousand")
        },
    ]

    private static let reportCases: [ContractCase<any StoreHarness>] = [
        .init("a gap report tells count, voids, first and last of each period, and that there is no gap") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let series = try BookSample.series(start: 5, version: 9, last: ["2026": 24, "2027": 5])
            let numbers = try (5...24).map {
                try BookSample.number($0, status: $0 % 4 == 0 ? .void(reason: "x", at: Sample.start) : .allocated)
            }
            try await owner.record(
                [.series(series), .number(try BookSample.number(5, period: "2027"))] + numbers.map(BookRecord.number))
            let report = try await harness.books.gapReport(of: series.plan.id, tenant: Sample.acme)
            let expected = GapReport(
                series: series,
                periods: [
                    .init(period: "2026", first: 5, last: 24, count: 20, voids: 5, gaps: []),
                    .init(period: "2027", first: 5, last: 5, count: 1, voids: 0, gaps: []),
                ])
            try requireEqual(report, expected, "the report")
        },
        .init("a gap report lists the runs that are missing, at the front too, and at most a thousand") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let series = try BookSample.series(start: 3)
            let held: [Int64] = [6, 7, 9, 10, 20]
            try await owner.record([.series(series)] + held.map { .number(try BookSample.number($0)) })
            try await owner.record(try [2, 3, 5].map { .number(try BookSample.number($0, period: "2025")) })
            try await owner.record(try (0..<1_500).map { .number(try BookSample.number(4 + $0 * 2, period: "2027")) })
            let report = try requireSome(try await harness.books.gapReport(of: series.plan.id, tenant: Sample.acme), "the report")
            try requireEqual(report.periods.map(\.period), ["2025", "2026", "2027"], "periods")
            try requireEqual(report.periods[0].gaps, [4...4], "gaps where numbers lie before the start")
            try requireEqual(report.periods[1].gaps, [3...5, 8...8, 11...19], "gaps of 2026")
            try requireEqual(report.periods[2].gaps, (0..<1_000).map { 3 + $0 * 2...3 + $0 * 2 }, "gaps of 2027")
            try requireEqual(report.periods[2].count, 1_500, "numbers of 2027")
        },
        .init("a series without numbers has a report without periods, and no series none") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            let series = try BookSample.series()
            try await owner.record([.series(series)])
            let report = try await harness.books.gapReport(of: series.plan.id, tenant: Sample.acme)
            try requireEqual(report, GapReport(series: series, periods: []), "the report")
            try requireEqual(try await harness.books.gapReport(of: try BookSample.seriesId("CN"), tenant: Sample.acme), nil, "of no series")
        },
        .init("the audit is read from any entry on, in pages") { harness in
            var owner = try await Owner.books(of: Sample.acme, harness.journal)
            var segments: [AuditSegment] = []
            for _ in 0..<6 {
                segments.append(BookSample.audit(after: segments.last?.head ?? .start, 3))
                try await owner.commit(books: [], audit: [segments[segments.count - 1]])
            }
            for after in [0, 1, 3, 4, 17, 18, 99] as [Int64] {
                let expected = segments.filter { $0.head.count > after }
                for limit in [1, 100] {
                    let found = try await harness.books.auditSegments(
                        tenant: Sample.acme, partition: owner.partition, after: after, limit: limit)
                    try requireEqual(found, Array(expected.prefix(limit)), "segments after \(after), \(limit) at most")
                }
            }
            let elsewhere = PartitionId((owner.partition.index + 1) % harness.journal.partitionCount)
            let foreign = try await harness.books.auditSegments(tenant: Sample.acme, partition: elsewhere, after: 0, limit: 9)
            try requireEqual(foreign, [], "segments of another partition")
        },
    ]

    // MARK: - Lists

    private static func newestFirst(_ a: Invoice, _ b: Invoice) -> Bool { (a.createdAt, a.id) > (b.createdAt, b.id) }

    private static func list(
        _ harness: any StoreHarness, _ filter: InvoiceFilter, tenant: TenantId = Sample.acme, limit: Int = 20
    ) async throws -> [Invoice] {
        var seen: [Invoice] = []
        var place: InvoicePlace?
        for _ in 0..<10_000 {
            let page = try await harness.books.invoices(tenant: tenant, filter: filter, after: place, limit: limit)
            try require(page.invoices.count <= limit, "a page of \(page.invoices.count) with limit \(limit)")
            seen += page.invoices
            guard let next = page.next else { return seen }
            place = next
        }
        throw ContractFailure("the list does not end")
    }

    /// Invoices of all statuses, some made at one instant, with those of another tenant between.
    private static func spread(_ harness: any StoreHarness) async throws -> [Invoice] {
        var owner = try await Owner.books(of: Sample.acme, harness.journal)
        let other = owner.neighbour(of: Sample.acme)
        var made: [Invoice] = []
        var records: [BookRecord] = []
        for number in 0..<40 {
            let status = Invoice.Status.allCases[number % Invoice.Status.allCases.count]
            let id = DocumentReference(BookSample.invoiceId(number)).value
            let series = number % 3 == 0 ? "CN" : "INV"
            let assigned = status.isIssued ? try BookSample.number(Int64(number), series: series, document: id) : nil
            let invoice = BookSample.invoice(
                number, status: status, content: BookSample.content(number, typeCode: number % 3 == 0 ? "381" : "380"),
                assigned: assigned?.number, issueDate: number % 4 == 0 ? nil : try BookSample.day("2026-11-\(10 + number % 10)"),
                creditOf: number % 3 == 0 ? BookSample.invoiceId(number % 6) : nil,
                createdAt: Sample.start + .seconds(Int64(number / 3 * 7 % 11)))
            made.append(invoice)
            records.append(.invoice(invoice))
            if let assigned { records.append(.number(assigned)) }
            records.append(.invoice(BookSample.invoice(number, tenant: other, status: status)))
        }
        // Not an invoice's number, though it looks like one of a series.
        records.append(.number(try BookSample.number(500, document: "elsewhere")))
        try await owner.record(records)
        return made
    }

    private static func everyFilter() throws -> [(inout InvoiceFilter) -> Void] {
        let (from, to) = (try BookSample.day("2026-11-13"), try BookSample.day("2026-11-16"))
        let (inv, cn) = (try BookSample.seriesId("INV"), try BookSample.seriesId("CN"))
        let number = try BookSample.number(7).number.printed
        return [
            { _ in }, { $0.status = .draft }, { $0.status = .issued }, { $0.status = .void }, { $0.typeCode = "381" },
            { $0.typeCode = "999" }, { $0.number = number }, { $0.number = "INV-2026-000500" }, { $0.series = inv }, { $0.series = cn },
            { $0.creditOf = BookSample.invoiceId(3) }, { $0.creditOf = BookSample.invoiceId(77) }, { $0.issuedFrom = from },
            { $0.issuedTo = to }, { $0.createdFrom = Sample.start + .seconds(4) }, { $0.createdTo = Sample.start + .seconds(7) },
        ]
    }
}

extension NumberPlace {
    fileprivate init(_ record: NumberRecord) { self.init(period: record.number.period, sequence: record.number.sequence) }
}
