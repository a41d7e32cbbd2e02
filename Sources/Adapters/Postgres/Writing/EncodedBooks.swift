internal import Domain
internal import Ports

/// The books of a commit in the form in which they are sent.
struct EncodedBooks: Sendable {
    private(set) var series = Columns(BookStatements.seriesTypes)
    private(set) var seriesUpdates = Columns(BookStatements.seriesUpdateTypes)
    private(set) var invoices = Columns(BookStatements.invoiceTypes)
    private(set) var invoiceUpdates = Columns(BookStatements.invoiceUpdateTypes)
    private(set) var contents = Columns(BookStatements.contentTypes)
    private(set) var contentUpdates = Columns(BookStatements.contentTypes)
    private(set) var numbers = Columns(BookStatements.numberTypes)
    private(set) var voids = Columns(BookStatements.voidTypes)
    private(set) var releases = Columns(BookStatements.releaseTypes)
    private(set) var items = EncodedItems()
    /// nil where a commit has none: most invoices need no room for it.
    private(set) var ingestion: EncodedIngestion?
    /// What invoices say that is not sent, since no event tells that it was replaced.
    private var unsent: [(key: RowKey, content: InvoiceContent)] = []
    /// The highest ordinal of what is new.
    private(set) var lastOrdinal: Int64 = 0
    private let partition: Int

    /// - Throws: `rejected` when the batch is not well formed.
    init(_ batch: CommitBatch) throws(JournalError) {
        partition = batch.partition.index
        // What an invoice says is sent again only when an event tells that it was replaced. Should that be wrong the store refuses it.
        let replaced = Set(batch.events.lazy.filter { $0.type == .invoice(.replaced) }.map(\.ordinal))
        for write in batch.books {
            switch write.stored.record {
            case .number(let number): try add(number, expectedVersion: write.expectedVersion)
            case .series(let series):
                let key = try key(write)
                if write.expectedVersion == 0 {
                    insert(series, key)
                } else {
                    update(series, expectedVersion: write.expectedVersion)
                }
            case .invoice(let invoice):
                let key = try key(write)
                if write.expectedVersion == 0 {
                    insert(invoice, key)
                } else {
                    let isReplaced = replaced.contains(write.stored.ordinal)
                    update(invoice, key, expectedVersion: write.expectedVersion, isReplaced: isReplaced)
                }
            case .item(let item):
                let key = try key(write)
                if write.expectedVersion == 0 {
                    items.insert(item, key)
                } else {
                    items.update(item, key, expectedVersion: write.expectedVersion)
                }
            case .ingestion(let record):
                let key = try key(write)
                if ingestion == nil { ingestion = EncodedIngestion() }
                if write.expectedVersion == 0 {
                    ingestion?.insert(record, key)
                } else {
                    ingestion?.update(record, key, expectedVersion: write.expectedVersion)
                }
            }
        }
        if !batch.contents.isEmpty { try add(batch) }
    }

    var size: Int {
        series.size + seriesUpdates.size + invoices.size + invoiceUpdates.size + contents.size + contentUpdates.size + numbers.size
            + voids.size + releases.size + items.size + (ingestion?.size ?? 0)
    }

    /// The octets that the commit brings.
    private mutating func add(_ batch: CommitBatch) throws(JournalError) {
        guard let placed = batch.placedContents else { throw .rejected("octets come without the record that they belong to") }
        for (content, ordinal) in placed { ingestion?.insert(content, RowKey(partition: partition, ordinal: ordinal)) }
    }

    private mutating func key(_ write: BookWrite) throws(JournalError) -> RowKey {
        guard RowKey.ordinals.contains(write.stored.ordinal) else { throw .rejected("an ordinal is out of range") }
        if write.expectedVersion == 0 { lastOrdinal = max(lastOrdinal, write.stored.ordinal) }
        return RowKey(partition: partition, ordinal: write.stored.ordinal)
    }

    private mutating func insert(_ row: Series, _ key: RowKey) {
        series.columns[0].append(key.value)
        series.columns[1].append(row.version)
        series.columns[2].append(row.tenant.value)
        series.columns[3].append(row.plan.id.value)
        series.columns[4].append(row.storedState)
    }

    private mutating func update(_ row: Series, expectedVersion: Int64) {
        seriesUpdates.columns[0].append(expectedVersion)
        seriesUpdates.columns[1].append(row.version)
        seriesUpdates.columns[2].append(row.tenant.value)
        seriesUpdates.columns[3].append(row.plan.id.value)
        seriesUpdates.columns[4].append(row.storedState)
    }

    private mutating func insert(_ invoice: Invoice, _ key: RowKey) {
        invoices.columns[0].append(key.value)
        invoices.columns[1].append(invoice.version)
        invoices.columns[2].append(invoice.createdAt.microseconds)
        invoices.columns[3].append(InvoiceStatusCode.code(invoice.status))
        invoices.columns[4].append(invoice.id.value)
        invoices.columns[5].append(invoice.creditOf?.value)
        invoices.columns[6].append(invoice.tenant.value)
        invoices.columns[7].append(invoice.number?.series.value)
        invoices.columns[8].append(invoice.number?.printed)
        invoices.columns[9].append(invoice.issueDate?.description)
        invoices.columns[10].append(invoice.content.summary.typeCode)
        invoices.columns[11].append(invoice.content.digest)
        invoices.columns[12].append(invoice.storedState)
        contents.columns[0].append(key.value)
        contents.columns[1].append(invoice.content.encoded)
    }

    private mutating func update(_ invoice: Invoice, _ key: RowKey, expectedVersion: Int64, isReplaced: Bool) {
        invoiceUpdates.columns[0].append(key.value)
        invoiceUpdates.columns[1].append(expectedVersion)
        invoiceUpdates.columns[2].append(invoice.version)
        invoiceUpdates.columns[3].append(InvoiceStatusCode.code(invoice.status))
        invoiceUpdates.columns[4].append(isReplaced ? Int64(1) : 0)
        invoiceUpdates.columns[5].append(invoice.number?.series.value)
        invoiceUpdates.columns[6].append(invoice.number?.printed)
        invoiceUpdates.columns[7].append(invoice.issueDate?.description)
        invoiceUpdates.columns[8].append(invoice.content.summary.typeCode)
        invoiceUpdates.columns[9].append(invoice.content.digest)
        invoiceUpdates.columns[10].append(invoice.storedState)
        if isReplaced { update(invoice.content, key) } else { unsent.append((key, invoice.content)) }
    }

    private mutating func update(_ content: InvoiceContent, _ key: RowKey) {
        contentUpdates.columns[0].append(key.value)
        contentUpdates.columns[1].append(content.encoded)
    }

    /// The same, with what every invoice says.
    var complete: EncodedBooks {
        var complete = self
        complete.unsent = []
        for (key, content) in unsent { complete.update(content, key) }
        var isSent = ArrayColumn(TypeId.int4)
        for _ in 0..<invoiceUpdates.count { isSent.append(Int64(1)) }
        complete.invoiceUpdates.columns[4] = isSent
        return complete
    }

    private mutating func add(_ record: NumberRecord, expectedVersion: Int64) throws(JournalError) {
        var void: (reason: String, at: Instant)?
        if case .void(let reason, let at) = record.status { void = (reason, at) }
        if record.status == .released {
            guard expectedVersion > 0 else { throw .rejected("a number to be taken back is not on record") }
            releases.columns[0].append(record.tenant.value)
            releases.columns[1].append(record.number.series.value)
            releases.columns[2].append(record.document.value)
        } else if expectedVersion == 0 {
            insert(record, void)
        } else if expectedVersion == 1, let void {
            voids.columns[0].append(void.at.microseconds)
            voids.columns[1].append(record.tenant.value)
            voids.columns[2].append(record.number.series.value)
            voids.columns[3].append(record.document.value)
            voids.columns[4].append(void.reason)
        } else {
            throw .rejected("a number that was given can only become void, once")
        }
    }

    private mutating func insert(_ record: NumberRecord, _ void: (reason: String, at: Instant)?) {
        numbers.columns[0].append(record.number.sequence)
        numbers.columns[1].append(record.allocatedAt.microseconds)
        numbers.columns[2].append(void?.at.microseconds)
        numbers.columns[3].append(record.tenant.value)
        numbers.columns[4].append(record.number.series.value)
        numbers.columns[5].append(record.number.period)
        numbers.columns[6].append(record.number.printed)
        numbers.columns[7].append(NumberFormat.key(of: record.number.printed))
        numbers.columns[8].append(record.document.value)
        numbers.columns[9].append(void?.reason)
    }
}

extension Columns {
    /// The rows of the table `audit`.
    init(audit segments: [AuditSegment], partition: Int) {
        self.init(BookStatements.auditTypes)
        for segment in segments {
            columns[0].append(segment.previous.count)
            columns[1].append(segment.head.count)
            columns[2].append(Int64(partition))
            columns[3].append(segment.tenant.value)
            columns[4].append(segment.previous.hash)
            columns[5].append(segment.head.hash)
            columns[6].append(segment.bytes)
        }
    }
}
