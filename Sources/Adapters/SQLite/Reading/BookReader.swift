internal import Domain
internal import Ports

/// The statements that read the books, within the read transaction of a session. Used by one reader's thread alone.
final class BookReader {
    private let seriesById: Statement
    private let allSeries: Statement
    private let invoiceById: Statement
    private let invoiceByKey: Statement
    let newest: Statement
    let newestOfOriginal: Statement
    let documentByNumber: Statement
    private let numberByDocument: Statement
    private let numberRange: Statement
    private let printedKey: Statement
    let periods: Statement
    let sequences: Statement
    private let auditHead: Statement
    private let segments: Statement
    let items: ItemReader
    let ingestion: IngestionReader

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        items = try ItemReader(connection)
        ingestion = try IngestionReader(connection)
        let series = "SELECT tenant, id, version, state, ordinal, partition FROM series WHERE tenant = ?"
        let invoice = """
            SELECT i.key, i.version, i.state, c.content, i.tenant, i.id FROM invoices AS i \
            JOIN invoice_contents AS c ON c.key = i.key
            """
        let number = """
            SELECT tenant, series, period, sequence, printed, document, allocated_at, void_reason, voided_at FROM numbers \
            WHERE tenant = ? AND series = ?
            """
        seriesById = try Statement(connection, "\(series) AND id = ?")
        allSeries = try Statement(connection, "\(series) ORDER BY id")
        invoiceById = try Statement(connection, "\(invoice) WHERE i.tenant = ? AND i.id = ?")
        invoiceByKey = try Statement(connection, "\(invoice) WHERE i.key = ? AND i.tenant = ?")
        newest = try Statement(connection, Self.list("INDEXED BY invoices_by_creation", ""))
        newestOfOriginal = try Statement(connection, Self.list("INDEXED BY invoices_by_original", "AND credit_of = ?5"))
        documentByNumber = try Statement(connection, "SELECT document FROM numbers WHERE tenant = ? AND printed_key = ? AND printed = ?")
        numberByDocument = try Statement(connection, "\(number) AND document = ?")
        numberRange = try Statement(connection, "\(number) AND (period, sequence) > (?, ?) ORDER BY period, sequence LIMIT ?")
        printedKey = try Statement(connection, "SELECT 1 FROM numbers WHERE tenant = ? AND printed_key = ?")
        periods = try Statement(
            connection,
            """
            SELECT period, min(sequence), max(sequence), count(*), count(voided_at) FROM numbers WHERE tenant = ? AND series = ?
            GROUP BY period ORDER BY period
            """)
        sequences = try Statement(
            connection, "SELECT sequence FROM numbers WHERE tenant = ? AND series = ? AND period = ? ORDER BY sequence")
        auditHead = try Statement(
            connection, "SELECT head_count, head_hash FROM audit WHERE partition = ? AND tenant = ? ORDER BY head_count DESC LIMIT 1")
        segments = try Statement(
            connection,
            """
            SELECT previous_count, previous_hash, head_count, head_hash, bytes FROM audit
            WHERE partition = ? AND tenant = ? AND head_count > ? ORDER BY head_count LIMIT ?
            """)
    }

    /// What a list looks at of each invoice, newest first.
    private static func list(_ index: String, _ condition: String) -> String {
        """
        SELECT key, id, created_at, status, type_code, series, issue_date, credit_of FROM invoices \(index)
        WHERE tenant = ?1 AND (created_at, id) < (?2, ?3) AND created_at >= ?4 \(condition) ORDER BY created_at DESC, id DESC
        """
    }

    func endRead() {
        seriesById.reset()
        allSeries.reset()
        invoiceById.reset()
        invoiceByKey.reset()
        newest.reset()
        newestOfOriginal.reset()
        documentByNumber.reset()
        numberByDocument.reset()
        numberRange.reset()
        printedKey.reset()
        periods.reset()
        sequences.reset()
        auditHead.reset()
        segments.reset()
        items.endRead()
        ingestion.endRead()
    }

    // MARK: - Records

    /// Those among `keys` that exist in the partition.
    func load(_ keys: [BookKey], in partition: PartitionId) throws(StoreFailure) -> [StoredBookRecord] {
        var found: [StoredBookRecord] = []
        found.reserveCapacity(keys.count)
        for key in keys {
            switch key {
            case .series(let tenant, let id):
                guard let row = try series(id, tenant: tenant), row.partition == partition.index else { continue }
                found.append(StoredBookRecord(record: .series(row.series), ordinal: row.ordinal))
            case .invoice(let tenant, let id):
                guard let row = try invoice(id, tenant: tenant), row.key.partition == partition.index else { continue }
                found.append(StoredBookRecord(record: .invoice(row.invoice), ordinal: row.key.ordinal))
            case .number(let tenant, let series, let document):
                guard let record = try number(of: document, in: series, tenant: tenant) else { continue }
                found.append(StoredBookRecord(record: .number(record), ordinal: 0))
            case .item(let tenant, let key):
                guard let row = try items.item(key, tenant: tenant), row.key.partition == partition.index else { continue }
                found.append(StoredBookRecord(record: .item(row.item), ordinal: row.key.ordinal))
            case .ingestion(let tenant, let key):
                guard let row = try ingestion.record(key, tenant: tenant), row.key.partition == partition.index else { continue }
                found.append(StoredBookRecord(record: .ingestion(row.record), ordinal: row.key.ordinal))
            }
        }
        return found
    }

    func series(_ id: SeriesId, tenant: TenantId) throws(StoreFailure) -> (series: Series, ordinal: Int64, partition: Int)? {
        try seriesById.bind(1, text: tenant.value)
        try seriesById.bind(2, text: id.value)
        guard try seriesById.step() else { return nil }
        defer { seriesById.reset() }
        return (try Self.series(seriesById), seriesById.integer(4), Int(seriesById.integer(5)))
    }

    func series(tenant: TenantId) throws(StoreFailure) -> [Series] {
        try allSeries.bind(1, text: tenant.value)
        var found: [Series] = []
        while try allSeries.step() { found.append(try Self.series(allSeries)) }
        return found
    }

    private static func series(_ row: borrowing Statement) throws(StoreFailure) -> Series {
        guard let tenant = TenantId(row.text(0)), let id = SeriesId(row.text(1)),
            let series = Series(tenant: tenant, id: id, version: row.integer(2), storedState: row.blob(3))
        else { throw .unreadable("a stored series is not valid") }
        return series
    }

    func invoice(_ id: InvoiceId, tenant: TenantId) throws(StoreFailure) -> (invoice: Invoice, key: RowKey)? {
        try invoiceById.bind(1, text: tenant.value)
        try invoiceById.bind(2, id.value)
        guard try invoiceById.step() else { return nil }
        defer { invoiceById.reset() }
        return (try Self.invoice(invoiceById), RowKey(value: invoiceById.integer(0)))
    }

    /// The invoice in a row, if it is the tenant's.
    func invoice(at key: RowKey, tenant: TenantId) throws(StoreFailure) -> Invoice? {
        try invoiceByKey.bind(1, key.value)
        try invoiceByKey.bind(2, text: tenant.value)
        guard try invoiceByKey.step() else { return nil }
        defer { invoiceByKey.reset() }
        return try Self.invoice(invoiceByKey)
    }

    private static func invoice(_ row: borrowing Statement) throws(StoreFailure) -> Invoice {
        let id = InvoiceId(try row.id(5))
        guard let tenant = TenantId(row.text(4)),
            let invoice = Invoice(tenant: tenant, id: id, version: row.integer(1), storedState: row.blob(2), content: row.blob(3))
        else { throw .unreadable("a stored invoice is not valid") }
        return invoice
    }

    private func number(
        of document: DocumentReference, in series: SeriesId, tenant: TenantId
    ) throws(StoreFailure) -> NumberRecord? {
        try numberByDocument.bind(1, text: tenant.value)
        try numberByDocument.bind(2, text: series.value)
        try numberByDocument.bind(3, text: document.value)
        guard try numberByDocument.step() else { return nil }
        defer { numberByDocument.reset() }
        return try Self.number(numberByDocument)
    }

    private static func number(_ row: borrowing Statement) throws(StoreFailure) -> NumberRecord {
        guard let tenant = TenantId(row.text(0)), let series = SeriesId(row.text(1)), let document = DocumentReference(row.text(5)) else {
            throw .unreadable("a stored number is not valid")
        }
        return NumberRecord(
            tenant: tenant,
            number: AssignedNumber(series: series, period: row.text(2), sequence: row.integer(3), printed: row.text(4)), document: document,
            allocatedAt: row.instant(6), status: row.optionalInstant(8).map { .void(reason: row.text(7), at: $0) } ?? .allocated)
    }

    // MARK: - Numbers

    func numbers(
        of series: SeriesId, tenant: TenantId, after: NumberPlace?, limit: Int
    ) throws(StoreFailure) -> [NumberRecord] {
        try numberRange.bind(1, text: tenant.value)
        try numberRange.bind(2, text: series.value)
        try numberRange.bind(3, text: after?.period ?? "")
        try numberRange.bind(4, after?.sequence ?? Int64.min)
        try numberRange.bind(5, max(0, limit))
        var found: [NumberRecord] = []
        while try numberRange.step() { found.append(try Self.number(numberRange)) }
        return found
    }

    /// Those of `printed` that are on record, compared without punctuation.
    func taken(_ printed: [String], tenant: TenantId) throws(StoreFailure) -> Set<String> {
        try printedKey.bind(1, text: tenant.value)
        var found: Set<String> = []
        for text in printed {
            try printedKey.bind(2, text: NumberFormat.key(of: text))
            guard try printedKey.step() else { continue }
            printedKey.reset()
            found.insert(text)
        }
        return found
    }

    // MARK: - Audit

    func auditHeads(of tenants: [TenantId], in partition: PartitionId) throws(StoreFailure) -> [TenantId: AuditHead] {
        var heads: [TenantId: AuditHead] = [:]
        try auditHead.bind(1, partition.index)
        for tenant in tenants {
            try auditHead.bind(2, text: tenant.value)
            guard try auditHead.step() else { continue }
            heads[tenant] = AuditHead(count: auditHead.integer(0), hash: auditHead.blob(1))
            auditHead.reset()
        }
        return heads
    }

    func auditSegments(
        tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) throws(StoreFailure) -> [AuditSegment] {
        try segments.bind(1, partition.index)
        try segments.bind(2, text: tenant.value)
        try segments.bind(3, after)
        try segments.bind(4, max(0, limit))
        var found: [AuditSegment] = []
        while try segments.step() {
            found.append(
                AuditSegment(
                    tenant: tenant, previous: AuditHead(count: segments.integer(0), hash: segments.blob(1)),
                    head: AuditHead(count: segments.integer(2), hash: segments.blob(3)), bytes: segments.blob(4)))
        }
        return found
    }
}
