internal import CSQLite
internal import Domain
internal import Ports

/// The statements that write the books and the audit. Used by the writer's thread alone.
final class BookStatements {
    private let insertSeries: Statement
    private let updateSeries: Statement
    private let insertInvoice: Statement
    private let storedDigest: Statement
    private let updateInvoice: Statement
    private let writeContent: Statement
    private let insertNumber: Statement
    private let findNumber: Statement
    private let voidNumber: Statement
    private let releaseNumber: Statement
    private let appendAudit: Statement
    private let items: ItemStatements
    private let ingestion: IngestionStatements

    init(_ connection: borrowing Connection, _ items: ItemStatements) throws(StoreFailure) {
        self.items = items
        ingestion = try IngestionStatements(connection)
        insertSeries = try Statement(
            connection, "INSERT INTO series (tenant, id, version, partition, ordinal, state) VALUES (?, ?, ?, ?, ?, ?)")
        updateSeries = try Statement(
            connection,
            "UPDATE series SET version = ?3, state = ?6 WHERE tenant = ?1 AND id = ?2 AND partition = ?4 AND ordinal = ?5 AND version = ?7")
        insertInvoice = try Statement(
            connection,
            """
            INSERT INTO invoices (key, version, status, type_code, number, series, issue_date, content_digest, state, tenant, id, credit_of,
              created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        storedDigest = try Statement(
            connection, "SELECT content_digest FROM invoices WHERE key = ? AND version = ? AND tenant = ? AND id = ?")
        updateInvoice = try Statement(
            connection,
            """
            UPDATE invoices SET version = ?2, status = ?3, type_code = ?4, number = ?5, series = ?6, issue_date = ?7, content_digest = ?8,
              state = ?9
            WHERE key = ?1
            """)
        writeContent = try Statement(connection, "INSERT OR REPLACE INTO invoice_contents (key, content) VALUES (?, ?)")
        insertNumber = try Statement(
            connection,
            """
            INSERT INTO numbers (tenant, series, document, period, sequence, printed, printed_key, allocated_at, void_reason, voided_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        findNumber = try Statement(connection, "SELECT 1 FROM numbers WHERE tenant = ? AND series = ? AND document = ?")
        voidNumber = try Statement(
            connection,
            """
            UPDATE numbers SET void_reason = ?4, voided_at = ?5 WHERE tenant = ?1 AND series = ?2 AND document = ?3 AND voided_at IS NULL
            """)
        // Only one that was taken over from another system. A trigger could not read JSON: the schema is not trusted.
        releaseNumber = try Statement(
            connection,
            """
            DELETE FROM numbers AS n WHERE n.tenant = ? AND n.series = ? AND n.document = ? AND EXISTS (
              SELECT 1 FROM series AS s
              WHERE s.tenant = n.tenant AND s.id = n.series AND json_type(CAST(s.state AS TEXT), '$.allocated') = 'object'
                AND NOT EXISTS (
                  SELECT 1 FROM json_each(CAST(s.state AS TEXT), '$.allocated') AS a WHERE a.key = n.period AND a.value >= n.sequence))
            """)
        appendAudit = try Statement(
            connection,
            """
            INSERT INTO audit (partition, tenant, previous_count, previous_hash, head_count, head_hash, bytes)
            SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE (?3, ?4) = (
              SELECT coalesce(max(head_count), 0), coalesce(head_hash, zeroblob(32)) FROM (
                SELECT head_count, head_hash FROM audit WHERE partition = ?1 AND tenant = ?2 ORDER BY head_count DESC LIMIT 1))
            """)
    }

    private func rejected(_ reason: String) -> StoreFailure { .fault(.rejected(reason)) }

    /// Applies one write within the open transaction.
    func apply(_ write: BookWrite, in partition: PartitionId) throws(StoreFailure) {
        let ordinal = write.stored.ordinal
        if case .number(let number) = write.stored.record { return try apply(number, expectedVersion: write.expectedVersion) }
        guard RowKey.ordinals.contains(ordinal) else { throw rejected("an ordinal is out of range") }
        switch write.stored.record {
        case .series(let series): try apply(series, partition, ordinal, expectedVersion: write.expectedVersion)
        case .invoice(let invoice):
            let key = RowKey(partition: partition.index, ordinal: ordinal)
            try apply(invoice, key, expectedVersion: write.expectedVersion)
        case .item(let item):
            try items.apply(item, RowKey(partition: partition.index, ordinal: ordinal), expectedVersion: write.expectedVersion)
        case .ingestion(let record):
            try ingestion.apply(record, RowKey(partition: partition.index, ordinal: ordinal), expectedVersion: write.expectedVersion)
        case .number: break
        }
    }

    private func apply(_ series: Series, _ partition: PartitionId, _ ordinal: Int64, expectedVersion: Int64) throws(StoreFailure) {
        func bind(_ statement: borrowing Statement) throws(StoreFailure) {
            try statement.bind(1, text: series.tenant.value)
            try statement.bind(2, text: series.plan.id.value)
            try statement.bind(3, series.version)
            try statement.bind(4, partition.index)
            try statement.bind(5, ordinal)
            try statement.bind(6, blob: series.storedState)
        }
        guard expectedVersion > 0 else {
            try bind(insertSeries)
            return try insertSeries.run()
        }
        try bind(updateSeries)
        try updateSeries.bind(7, expectedVersion)
        try updateSeries.run()
        guard updateSeries.changes == 1 else { throw rejected("a series has not the version that the commit expects") }
    }

    private func apply(_ invoice: Invoice, _ key: RowKey, expectedVersion: Int64) throws(StoreFailure) {
        guard expectedVersion > 0 else {
            try bind(invoice, key, to: insertInvoice)
            try insertInvoice.bind(10, text: invoice.tenant.value)
            try insertInvoice.bind(11, invoice.id.value)
            if let original = invoice.creditOf {
                try insertInvoice.bind(12, original.value)
            } else {
                try insertInvoice.bind(12, Int64?.none)
            }
            try insertInvoice.bind(13, invoice.createdAt)
            try insertInvoice.run()
            return try write(invoice.content, key)
        }
        try storedDigest.bind(1, key.value)
        try storedDigest.bind(2, expectedVersion)
        try storedDigest.bind(3, text: invoice.tenant.value)
        try storedDigest.bind(4, invoice.id.value)
        guard try storedDigest.step() else { throw rejected("an invoice has not the version that the commit expects") }
        let isSameContent = storedDigest.blob(0) == invoice.content.digest
        storedDigest.reset()
        try bind(invoice, key, to: updateInvoice)
        try updateInvoice.run()
        if !isSameContent { try write(invoice.content, key) }
    }

    private func bind(_ invoice: Invoice, _ key: RowKey, to statement: borrowing Statement) throws(StoreFailure) {
        try statement.bind(1, key.value)
        try statement.bind(2, invoice.version)
        try statement.bind(3, text: invoice.status.rawValue)
        try statement.bind(4, text: invoice.content.summary.typeCode)
        try statement.bind(5, text: invoice.number?.printed)
        try statement.bind(6, text: invoice.number?.series.value)
        try statement.bind(7, text: invoice.issueDate?.description)
        try statement.bind(8, blob: invoice.content.digest)
        try statement.bind(9, blob: invoice.storedState)
    }

    private func write(_ content: InvoiceContent, _ key: RowKey) throws(StoreFailure) {
        try writeContent.bind(1, key.value)
        try writeContent.bind(2, blob: content.encoded)
        try writeContent.run()
    }

    private func apply(_ record: NumberRecord, expectedVersion: Int64) throws(StoreFailure) {
        var void: (reason: String, at: Instant)?
        if case .void(let reason, let at) = record.status { void = (reason, at) }
        if record.status == .released {
            try bindName(record, to: releaseNumber)
            try releaseNumber.run()
            guard releaseNumber.changes == 1, expectedVersion > 0 else {
                throw rejected("a number to be taken back is not on record, or was given here")
            }
            return
        }
        guard expectedVersion == 0 else {
            try bindName(record, to: voidNumber)
            try voidNumber.bind(4, text: void?.reason)
            try voidNumber.bind(5, void?.at.microseconds)
            try voidNumber.run()
            guard voidNumber.changes == 1, void != nil, expectedVersion == 1 else {
                throw rejected("a number has not the version that the commit expects")
            }
            return
        }
        try bindName(record, to: insertNumber)
        try insertNumber.bind(4, text: record.number.period)
        try insertNumber.bind(5, record.number.sequence)
        try insertNumber.bind(6, text: record.number.printed)
        try insertNumber.bind(7, text: NumberFormat.key(of: record.number.printed))
        try insertNumber.bind(8, record.allocatedAt)
        try insertNumber.bind(9, text: void?.reason)
        try insertNumber.bind(10, void?.at.microseconds)
        do throws(StoreFailure) { try insertNumber.run() } catch {
            guard error.primaryCode == SQLITE_CONSTRAINT else { throw error }
            // The document comes first: who took it for unnumbered must look again, not count on.
            if try isNumbered(record) { throw rejected("the document has a number in its series already") }
            throw .fault(.numberCollision(record.number.printed))
        }
    }

    private func isNumbered(_ record: NumberRecord) throws(StoreFailure) -> Bool {
        try bindName(record, to: findNumber)
        defer { findNumber.reset() }
        return try findNumber.step()
    }

    private func bindName(_ record: NumberRecord, to statement: borrowing Statement) throws(StoreFailure) {
        try statement.bind(1, text: record.tenant.value)
        try statement.bind(2, text: record.number.series.value)
        try statement.bind(3, text: record.document.value)
    }

    /// Writes the octets that a commit brings, after their records.
    func writeContents(_ batch: CommitBatch) throws(StoreFailure) {
        guard let placed = batch.placedContents else { throw rejected("octets come without the record that they belong to") }
        for (content, ordinal) in placed {
            try ingestion.write(content, RowKey(partition: batch.partition.index, ordinal: ordinal))
        }
    }

    /// Adds what a commit says of one tenant to its chain, if it follows on.
    func append(_ segment: AuditSegment, in partition: PartitionId) throws(StoreFailure) {
        try appendAudit.bind(1, partition.index)
        try appendAudit.bind(2, text: segment.tenant.value)
        try appendAudit.bind(3, segment.previous.count)
        try appendAudit.bind(4, blob: segment.previous.hash)
        try appendAudit.bind(5, segment.head.count)
        try appendAudit.bind(6, blob: segment.head.hash)
        try appendAudit.bind(7, blob: segment.bytes)
        try appendAudit.run()
        guard appendAudit.changes == 1 else { throw rejected("the audit chain of a tenant stands elsewhere") }
    }
}

extension BookWrite {
    /// Whether it takes a number back.
    var isRelease: Bool {
        if case .number(let number) = stored.record { number.status == .released } else { false }
    }
}
