internal import Domain
internal import Ports

/// How one page of a list of invoices is looked for.
struct InvoiceScan {
    let search: Command
    /// Asks for the last place that the search looks at, should there be so many; nil when every row that it looks at is found.
    let bound: Command?
    private let limit: Int

    /// Bytes of documents after which a page is full.
    private static let pageBytes: Int64 = 8 << 20

    init(tenant: TenantId, filter: InvoiceFilter, after: InvoicePlace?, limit: Int, scanLimit: Int) {
        self.limit = limit
        let scanLimit = Int64(max(1, max(scanLimit, limit + 1)))
        // The list goes on below the cursor's place or the first time that no longer matches, whichever is lower.
        let end = filter.createdTo?.microseconds ?? Int64.max
        let place = after.flatMap { $0.createdAt.microseconds < end ? $0 : nil }
        let range: [[UInt8]?] = [
            Binary.text(tenant.value), Binary.int8(filter.createdFrom?.microseconds ?? Int64.min),
            Binary.int8(place?.createdAt.microseconds ?? end), Binary.uuid(place?.id.value ?? UniqueId(high: 0, low: 0)),
        ]
        let original = filter.creditOf.map { [Binary.uuid($0.value)] } ?? []
        let values: [[UInt8]?] =
            range + [Binary.int8(scanLimit), Binary.int8(Int64(limit) + 1)] + [
                filter.status.map { Binary.int4(Int(InvoiceStatusCode.code($0))) }, filter.typeCode.map(Binary.text),
                filter.series.map { Binary.text($0.value) }, filter.issuedFrom.map { Binary.text($0.description) },
                filter.issuedTo.map { Binary.text($0.description) },
            ]
        search = Command(
            original.isEmpty ? BookReadStatements.invoicesListed : BookReadStatements.invoicesCrediting, values + original)
        guard filter.looksAtRows else {
            bound = nil
            return
        }
        bound = Command(
            original.isEmpty ? BookReadStatements.invoicesBound : BookReadStatements.creditingBound,
            range + [Binary.int8(scanLimit - 1)] + original)
    }

    /// The invoices of a page. - last: its last place. - isFull: whether more were found than it holds.
    func page(_ found: Rows) -> (keys: [Int64], last: InvoicePlace?, isFull: Bool) {
        var keys: [Int64] = []
        var bytes: Int64 = 0
        while keys.count < min(limit, found.count), bytes < Self.pageBytes {
            bytes += found.integer(keys.count, 3)
            keys.append(found.integer(keys.count, 0))
        }
        return (keys, keys.isEmpty ? nil : Self.place(found, keys.count - 1, columns: 1), keys.count < found.count)
    }

    /// Where the list goes on after a page that is not full: what was made since the search may have moved the bound towards the
    /// beginning, but what the page holds is never shown again.
    static func next(bound: Rows, last: InvoicePlace?) -> InvoicePlace? {
        guard bound.count > 0, let place = place(bound, 0, columns: 0) else { return nil }
        return last.map { min($0, place) } ?? place
    }

    private static func place(_ rows: Rows, _ row: Int, columns: Int) -> InvoicePlace? {
        guard let id = UniqueId(bytes: rows.bytes(row, columns + 1)) else { return nil }
        return InvoicePlace(createdAt: rows.instant(row, columns), id: InvoiceId(id))
    }
}

extension InvoiceFilter {
    /// Whether it asks for more than a range of an index.
    fileprivate var looksAtRows: Bool { status != nil || typeCode != nil || series != nil || issuedFrom != nil || issuedTo != nil }
}
