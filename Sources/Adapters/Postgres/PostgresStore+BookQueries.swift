public import Domain
public import Ports

extension PostgresStore: BookQueries {
    public func invoice(_ id: InvoiceId, tenant: TenantId) async throws(QueryError) -> Invoice? {
        try await query { () throws(StoreFailure) in
            let rows = try await self.read(tenant, BookReadStatements.invoice, [Binary.uuid(id.value)])
            return rows.count > 0 ? try BookRow.invoice(rows, 0) : nil
        }
    }

    public func invoices(
        tenant: TenantId, filter: InvoiceFilter, after: InvoicePlace?, limit: Int
    ) async throws(QueryError) -> InvoicePage {
        guard limit > 0 else { return InvoicePage(invoices: [], next: after) }
        if let number = filter.number { return try await invoices(numbered: number, tenant, filter, after) }
        return try await query { () throws(StoreFailure) in
            let scan = InvoiceScan(tenant: tenant, filter: filter, after: after, limit: limit, scanLimit: self.options.scanLimit)
            let (keys, last, isFull) = scan.page(try await self.read(tenant, [scan.search])[0])
            var next = isFull ? last : nil
            if !isFull, let bound = scan.bound { next = InvoiceScan.next(bound: try await self.read(tenant, [bound])[0], last: last) }
            guard !keys.isEmpty else { return InvoicePage(invoices: [], next: next) }
            // An invoice that has changed since and no longer matches is left out.
            let rows = try await self.read(tenant, BookReadStatements.invoicesByKey, [ArrayColumn(keys).parameter])
            let invoices = try BookRow.all(rows, BookRow.invoice).filter(filter.matches)
                .sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
            return InvoicePage(invoices: invoices, next: next)
        }
    }

    /// A number leads to its document, and so to one invoice at most.
    private func invoices(
        numbered number: String, _ tenant: TenantId, _ filter: InvoiceFilter, _ after: InvoicePlace?
    ) async throws(QueryError) -> InvoicePage {
        let document = try await query { () throws(StoreFailure) -> String? in
            let rows = try await self.read(
                tenant, BookReadStatements.documentOf, [Binary.text(NumberFormat.key(of: number))])
            return rows.count > 0 ? rows.text(0, 0) : nil
        }
        guard let id = document.flatMap({ InvoiceId($0) }), let invoice = try await invoice(id, tenant: tenant), filter.matches(invoice),
            after.map({ InvoicePlace(createdAt: invoice.createdAt, id: invoice.id) < $0 }) ?? true
        else { return InvoicePage(invoices: [], next: nil) }
        return InvoicePage(invoices: [invoice], next: nil)
    }

    public func series(_ id: SeriesId, tenant: TenantId) async throws(QueryError) -> Series? {
        try await query { () throws(StoreFailure) in
            let rows = try await self.read(tenant, BookReadStatements.series, [Binary.text(id.value)])
            return rows.count > 0 ? try BookRow.series(rows, 0) : nil
        }
    }

    public func series(tenant: TenantId) async throws(QueryError) -> [Series] {
        try await query { () throws(StoreFailure) in
            try BookRow.all(try await self.read(tenant, BookReadStatements.allSeries, []), BookRow.series)
        }
    }

    public func numbers(
        of series: SeriesId, tenant: TenantId, after: NumberPlace?, limit: Int
    ) async throws(QueryError) -> [NumberRecord] {
        guard limit > 0 else { return [] }
        return try await query { () throws(StoreFailure) in
            let rows = try await self.read(
                tenant, BookReadStatements.numbers,
                [
                    Binary.text(series.value), Binary.text(after?.period ?? ""), Binary.int8(after?.sequence ?? Int64.min),
                    Binary.int8(Int64(limit)),
                ])
            return try BookRow.all(rows, BookRow.number)
        }
    }

    private static let maxGaps: Int64 = 1_000

    public func gapReport(of series: SeriesId, tenant: TenantId) async throws(QueryError) -> GapReport? {
        try await query { () throws(StoreFailure) in
            let key = [Binary.text(tenant.value), Binary.text(series.value)]
            let rows = try await self.read(tenant, [Command(BookReadStatements.series, key), Command(BookReadStatements.periods, key)])
            guard rows[0].count > 0 else { return nil }
            let found = try BookRow.series(rows[0], 0)
            let periods = BookRow.periods(rows[1])
            // Most series have none; then the numbers need not be gone through one by one.
            var gaps: [String: [ClosedRange<Int64>]] = [:]
            if periods.contains(where: { $0.count != $0.last - min($0.first, found.plan.start) + 1 }) {
                let rows = try await self.read(
                    tenant, BookReadStatements.gaps, [key[1], Binary.int8(found.plan.start), Binary.int8(Self.maxGaps)])
                gaps = BookRow.gaps(rows)
            }
            return GapReport(
                series: found,
                periods: periods.map { period in
                    // A later look may have found more than the report covers.
                    let gaps = (gaps[period.period] ?? []).filter { $0.upperBound < period.last }
                    return GapReport.Period(
                        period: period.period, first: period.first, last: period.last, count: period.count, voids: period.voids, gaps: gaps)
                })
        }
    }

    public func taken(_ printed: [String], tenant: TenantId) async throws(QueryError) -> Set<String> {
        guard !printed.isEmpty else { return [] }
        var keys = ArrayColumn(TypeId.text)
        for number in printed { keys.append(NumberFormat.key(of: number)) }
        return try await query { () throws(StoreFailure) in
            let rows = try await self.read(tenant, BookReadStatements.taken, [keys.parameter])
            let found = Set((0..<rows.count).map { rows.text($0, 0) })
            return Set(printed.filter { found.contains(NumberFormat.key(of: $0)) })
        }
    }

    public func auditSegments(
        tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) async throws(QueryError) -> [AuditSegment] {
        guard limit > 0 else { return [] }
        return try await query { () throws(StoreFailure) in
            let rows = try await self.read(
                tenant, BookReadStatements.auditSegments,
                [Binary.int4(partition.index), Binary.int8(after), Binary.int8(Int64(limit))])
            return (0..<rows.count).map { row in
                AuditSegment(
                    tenant: tenant, previous: AuditHead(count: rows.integer(row, 0), hash: rows.bytes(row, 1)),
                    head: AuditHead(count: rows.integer(row, 2), hash: rows.bytes(row, 3)), bytes: rows.bytes(row, 4))
            }
        }
    }

    /// Reads one statement, whose first value is the tenant.
    private func read(_ tenant: TenantId, _ statement: Statement, _ values: [[UInt8]?]) async throws(StoreFailure) -> Rows {
        try await read(tenant, [Command(statement, [Binary.text(tenant.value)] + values)])[0]
    }
}

extension BookRow {
    /// The columns `period, min, max, count, voids`; without gaps.
    fileprivate static func periods(_ rows: Rows) -> [GapReport.Period] {
        (0..<rows.count).map { row in
            GapReport.Period(
                period: rows.text(row, 0), first: rows.integer(row, 1), last: rows.integer(row, 2), count: rows.integer(row, 3),
                voids: rows.integer(row, 4), gaps: [])
        }
    }

    /// The columns `period, first, last`; by period, in order.
    fileprivate static func gaps(_ rows: Rows) -> [String: [ClosedRange<Int64>]] {
        var gaps: [String: [ClosedRange<Int64>]] = [:]
        for row in 0..<rows.count {
            let (first, last) = (rows.integer(row, 1), rows.integer(row, 2))
            if first <= last { gaps[rows.text(row, 0), default: []].append(first...last) }
        }
        return gaps
    }
}
