internal import Domain
internal import Ports

/// How the books stand in their rows.
enum BookRow {
    /// The columns that `series` expects, from `series AS s`.
    static let seriesColumns = "s.key, s.version, s.tenant, s.id, s.state"
    /// The columns that `invoice` expects, from `invoices AS i JOIN invoice_contents AS c`.
    static let invoiceColumns = "i.key, i.version, i.tenant, i.id, i.state, c.content"
    /// The columns that `number` expects, from `numbers AS n`.
    static let numberColumns =
        "n.tenant, n.series, n.period, n.sequence, n.printed, n.document, n.allocated_at, n.voided_at, n.void_reason"

    static func all<Value>(
        _ rows: Rows, _ read: (Rows, Int) throws(StoreFailure) -> Value
    ) throws(StoreFailure) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(rows.count)
        for row in 0..<rows.count { values.append(try read(rows, row)) }
        return values
    }

    static func ordinal(_ rows: Rows, _ row: Int) -> Int64 { RowKey(value: rows.integer(row, 0)).ordinal }

    static func tenant(_ rows: Rows, _ row: Int, _ column: Int) throws(StoreFailure) -> TenantId {
        guard let tenant = TenantId(rows.text(row, column)) else { throw .unreadable("a stored tenant is not valid") }
        return tenant
    }

    static func series(_ rows: Rows, _ row: Int) throws(StoreFailure) -> Series {
        guard let id = SeriesId(rows.text(row, 3)),
            let series = Series(
                tenant: try tenant(rows, row, 2), id: id, version: rows.integer(row, 1), storedState: rows.bytes(row, 4))
        else { throw .unreadable("a stored series cannot be read") }
        return series
    }

    static func invoice(_ rows: Rows, _ row: Int) throws(StoreFailure) -> Invoice {
        let invoice = Invoice(
            tenant: try tenant(rows, row, 2), id: InvoiceId(try rows.id(row, 3)), version: rows.integer(row, 1),
            storedState: rows.bytes(row, 4), content: rows.bytes(row, 5))
        guard let invoice else { throw .unreadable("a stored invoice cannot be read") }
        return invoice
    }

    static func number(_ rows: Rows, _ row: Int) throws(StoreFailure) -> NumberRecord {
        guard let series = SeriesId(rows.text(row, 1)), let document = DocumentReference(rows.text(row, 5)) else {
            throw .unreadable("a stored number cannot be read")
        }
        let number = AssignedNumber(
            series: series, period: rows.text(row, 2), sequence: rows.integer(row, 3), printed: rows.text(row, 4))
        let status = rows.optionalInstant(row, 7).map { NumberRecord.Status.void(reason: rows.text(row, 8), at: $0) }
        return NumberRecord(
            tenant: try tenant(rows, row, 0), number: number, document: document, allocatedAt: rows.instant(row, 6),
            status: status ?? .allocated)
    }
}
