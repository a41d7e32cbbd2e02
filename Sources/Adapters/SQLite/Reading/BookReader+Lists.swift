internal import Domain
internal import Ports

extension BookReader {
    /// Bytes of documents after which a page is full.
    private static let pageBytes = 16 << 20

    /// One page of the tenant's invoices. At most `scanLimit` rows are looked at; then the page is short and goes on behind the last one.
    func invoices(
        tenant: TenantId, filter: InvoiceFilter, after: InvoicePlace?, limit: Int, scanLimit: Int
    ) throws(StoreFailure) -> InvoicePage {
        if let number = filter.number { return try invoices(tenant, numbered: number, filter, after: after) }
        if let original = filter.creditOf {
            try newestOfOriginal.bind(5, original.value)
            return try scan(newestOfOriginal, tenant, filter, after: after, limit: limit, scanLimit: scanLimit)
        }
        return try scan(newest, tenant, filter, after: after, limit: limit, scanLimit: scanLimit)
    }

    /// A printed number has one document in its tenant.
    private func invoices(
        _ tenant: TenantId, numbered printed: String, _ filter: InvoiceFilter, after: InvoicePlace?
    ) throws(StoreFailure) -> InvoicePage {
        try documentByNumber.bind(1, text: tenant.value)
        try documentByNumber.bind(2, text: NumberFormat.key(of: printed))
        try documentByNumber.bind(3, text: printed)
        guard try documentByNumber.step() else { return InvoicePage(invoices: [], next: nil) }
        let document = documentByNumber.text(0)
        documentByNumber.reset()
        guard let id = InvoiceId(document), let invoice = try invoice(id, tenant: tenant)?.invoice, filter.matches(invoice),
            after.map({ InvoicePlace(createdAt: invoice.createdAt, id: invoice.id) < $0 }) ?? true
        else { return InvoicePage(invoices: [], next: nil) }
        return InvoicePage(invoices: [invoice], next: nil)
    }

    private func scan(
        _ rows: borrowing Statement, _ tenant: TenantId, _ filter: InvoiceFilter, after: InvoicePlace?, limit: Int, scanLimit: Int
    ) throws(StoreFailure) -> InvoicePage {
        try bindRange(rows, tenant, filter, after)
        let columns = FilterColumns(filter)
        var found: [Invoice] = []
        var bytes = 0
        var scanned = 0
        var place: InvoicePlace?
        while try rows.step() {
            // There is one more row to look at: the page ends before it.
            if found.count >= limit || bytes >= Self.pageBytes || scanned >= max(1, scanLimit) {
                rows.reset()
                return InvoicePage(invoices: found, next: place)
            }
            scanned += 1
            place = InvoicePlace(createdAt: rows.instant(2), id: InvoiceId(try rows.id(1)))
            guard columns.match(rows) else { continue }
            guard let invoice = try invoice(at: RowKey(value: rows.integer(0)), tenant: tenant) else {
                throw .unreadable("an invoice has no document")
            }
            if filter.matches(invoice) {
                bytes += invoice.content.encoded.count
                found.append(invoice)
            }
        }
        return InvoicePage(invoices: found, next: nil)
    }

    /// From the later of what was seen last and what the filter allows, down to the filter's first creation.
    private func bindRange(
        _ rows: borrowing Statement, _ tenant: TenantId, _ filter: InvoiceFilter, _ after: InvoicePlace?
    ) throws(StoreFailure) {
        try rows.bind(1, text: tenant.value)
        if let after, filter.createdTo.map({ after.createdAt < $0 }) ?? true {
            try rows.bind(2, after.createdAt)
            try rows.bind(3, after.id.value)
        } else if let end = filter.createdTo {
            try rows.bind(2, end)
            try rows.bind(3, blob: [])
        } else {
            try rows.bind(2, Int64.max)
            try rows.bind(3, blob: Array(repeating: 0xFF, count: 17))
        }
        try rows.bind(4, filter.createdFrom?.microseconds ?? Int64.min)
    }

    /// The report, counted from the rows of numbers.
    func gapReport(of series: SeriesId, tenant: TenantId) throws(StoreFailure) -> GapReport? {
        guard let found = try self.series(series, tenant: tenant)?.series else { return nil }
        try periods.bind(1, text: tenant.value)
        try periods.bind(2, text: series.value)
        var report: [GapReport.Period] = []
        while try periods.step() {
            let period = periods.text(0)
            let (first, last, count) = (periods.integer(1), periods.integer(2), periods.integer(3))
            // Sequences are unique, so their number alone tells whether one is missing.
            let isWhole = count == last - min(first, found.plan.start) + 1
            let gaps = isWhole ? [] : try gaps(series, tenant, period, from: found.plan.start)
            report.append(
                GapReport.Period(period: period, first: first, last: last, count: count, voids: periods.integer(4), gaps: gaps))
        }
        return GapReport(series: found, periods: report)
    }

    private func gaps(
        _ series: SeriesId, _ tenant: TenantId, _ period: String, from start: Int64
    ) throws(StoreFailure) -> [ClosedRange<Int64>] {
        try sequences.bind(1, text: tenant.value)
        try sequences.bind(2, text: series.value)
        try sequences.bind(3, text: period)
        defer { sequences.reset() }
        var gaps: [ClosedRange<Int64>] = []
        var expected = start
        while gaps.count < 1_000, try sequences.step() {
            let sequence = sequences.integer(0)
            if sequence > expected { gaps.append(expected...(sequence - 1)) }
            expected = sequence + 1
        }
        return gaps
    }
}

/// The part of a filter that the columns of a list answer, so that an invoice that does not match is not read.
private struct FilterColumns {
    private let status: [UInt8]?
    private let typeCode: [UInt8]?
    private let series: [UInt8]?
    private let issuedFrom: String?
    private let issuedTo: String?

    init(_ filter: InvoiceFilter) {
        status = filter.status.map { Array($0.rawValue.utf8) }
        typeCode = filter.typeCode.map { Array($0.utf8) }
        series = filter.series.map { Array($0.value.utf8) }
        issuedFrom = filter.issuedFrom?.description
        issuedTo = filter.issuedTo?.description
    }

    func match(_ row: borrowing Statement) -> Bool {
        if let status, !row.matches(3, status) { return false }
        if let typeCode, !row.matches(4, typeCode) { return false }
        if let series, !row.matches(5, series) { return false }
        guard issuedFrom != nil || issuedTo != nil else { return true }
        guard let date = row.optionalText(6) else { return false }
        // Dates of one form: their order as text is that in time.
        if let issuedFrom, date < issuedFrom { return false }
        if let issuedTo, date > issuedTo { return false }
        return true
    }
}
