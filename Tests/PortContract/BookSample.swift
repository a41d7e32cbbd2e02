public import Domain
public import Ports

/// What one commit is to do with a record of the books.
public struct BookChange: Sendable {
    public let write: BookWrite
    /// The type of its events, one for each version that it gains.
    public let type: EventType

    /// - Parameters:
    ///   - record: as it is to be; a series or invoice gets the next ordinal of the owner when it is new.
    ///   - before: as it is stored.
    public init(_ record: BookRecord, ordinal: Int64 = 0, before: StoredBookRecord? = nil, type: EventType? = nil) {
        let standard: EventType =
            switch record {
            case .series: .series(before == nil ? .opened : .numberAllocated)
            case .invoice: .invoice(before == nil ? .drafted : .validated)
            case .number: .series(.numberAllocated)
            case .item(let item): ItemSample.type(of: item, isNew: before == nil)
            case .ingestion(let record): .ingestion(IngestionSample.kind(of: record, isNew: before == nil))
            }
        self.type = type ?? standard
        write = BookWrite(
            stored: StoredBookRecord(record: record, ordinal: before?.ordinal ?? ordinal), expectedVersion: before?.record.version ?? 0)
    }

    public var stored: StoredBookRecord { write.stored }

    public init(_ write: BookWrite, type: EventType) {
        self.write = write
        self.type = type
    }
}

extension Owner {
    /// The owner of the partition that has the tenant's books.
    public static func books(of tenant: TenantId, _ journal: any Journal) async throws -> Owner {
        try await Owner(journal, PartitionHash.partition(tenant: tenant, count: journal.partitionCount))
    }

    /// Another tenant whose books lie in this partition too.
    public func neighbour(of tenant: TenantId) -> TenantId {
        for number in 0... {
            let other = Sample.tenant("neighbour-\(number)")
            guard other != tenant else { continue }
            if PartitionHash.partition(tenant: other, count: journal.partitionCount) == partition.index { return other }
        }
        preconditionFailure("no tenant found")
    }

    public func batch(
        books: [BookChange], contents: [IngestionContent] = [], calls: [Change] = [], audit: [AuditSegment] = [], head: Int64? = nil,
        epoch: Int64? = nil
    ) -> CommitBatch {
        let ofCalls = batch(calls, epoch: epoch, head: head)
        var events = ofCalls.events
        for change in books {
            let record = change.stored.record
            let subject: UniqueId
            switch record {
            case .series(let series): subject = series.plan.id.subject(in: series.tenant)
            case .invoice(let invoice): subject = invoice.id.value
            case .item(let item):
                if item.key.kind == .counts || item.key.kind == .progress { continue }
                subject = item.key.subject(in: item.tenant)
            case .ingestion(let record): subject = record.key.id
            case .number: continue
            }
            var version = change.write.expectedVersion
            while version < record.version {
                version += 1
                events.append(
                    CommittedEvent(
                        partition: partition, position: ofCalls.expectedHead + Int64(events.count) + 1, tenant: record.key.tenant,
                        subject: subject, ordinal: change.stored.ordinal, version: version, type: change.type, time: Sample.start,
                        correlationId: "c-1", data: Array(#"{"b":1}"#.utf8)))
            }
        }
        return CommitBatch(
            partition: partition, epoch: ofCalls.epoch, expectedHead: ofCalls.expectedHead, serviceCalls: ofCalls.serviceCalls,
            books: books.map(\.write), contents: contents, events: events, audit: audit)
    }

    /// Commits `books` and `calls`, and counts on.
    public mutating func commit(
        books: [BookChange], contents: [IngestionContent] = [], calls: [Change] = [], audit: [AuditSegment] = []
    ) async throws {
        let batch = batch(books: books, contents: contents, calls: calls, audit: audit)
        try await journal.commit(batch)
        head = batch.head
        for change in books { lastOrdinal = max(lastOrdinal, change.stored.ordinal) }
        for change in calls { lastOrdinal = max(lastOrdinal, change.stored.ordinal) }
    }

    /// Commits new records, which get the next ordinals.
    @discardableResult
    public mutating func record(_ records: [BookRecord]) async throws -> [StoredBookRecord] {
        let changes = numbered(records)
        try await commit(books: changes)
        return changes.map(\.stored)
    }

    /// New records with the next ordinals.
    public func numbered(_ records: [BookRecord]) -> [BookChange] {
        var next = lastOrdinal
        return records.map { record in
            if case .number = record { return BookChange(record) }
            next += 1
            return BookChange(record, ordinal: next)
        }
    }
}

/// Records of books for the contracts; the same arguments give the same one.
public enum BookSample {
    public static func series(
        _ id: String = "INV", tenant: TenantId = Sample.acme, format: String = "INV-{yyyy}-{seq:6}", reset: ResetRule = .year,
        start: Int64 = 1, timeZone: String = "UTC", version: Int64 = 1, last: [String: Int64] = [:],
        allocated: [String: Int64] = [:]
    ) throws -> Series {
        let plan = try Series.Plan(id: seriesId(id), format: NumberFormat(format), reset: reset, start: start, timeZone: timeZone)
        return Series(tenant: tenant, plan: plan, createdAt: Sample.start, version: version, last: last, allocated: allocated)
    }

    public static func seriesId(_ id: String) throws -> SeriesId { try requireSome(SeriesId(id), "a series") }

    public static func document(_ text: String) throws -> DocumentReference { try requireSome(DocumentReference(text), "a document") }

    /// - Parameters:
    ///   - printed: nil: as `INV-2026-000001`, with the series' name in front.
    ///   - document: nil: one of its own.
    public static func number(
        _ sequence: Int64, series: String = "INV", period: String = "2026", tenant: TenantId = Sample.acme, printed: String? = nil,
        document: String? = nil, status: NumberRecord.Status = .allocated
    ) throws -> NumberRecord {
        let digits = String(sequence)
        let padded = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
        let text = printed ?? "\(series)-\(period)-\(padded)"
        return NumberRecord(
            tenant: tenant,
            number: AssignedNumber(series: try seriesId(series), period: period, sequence: sequence, printed: text),
            document: try self.document(document ?? "doc-\(series)-\(period)-\(sequence)"),
            allocatedAt: Sample.start + .seconds(sequence % 1_000), status: status)
    }

    public static func invoiceId(_ number: Int) -> InvoiceId {
        let mixed = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
        return InvoiceId(UniqueId(high: mixed, low: mixed ^ 0xBF58_476D_1CE4_E5B9))
    }

    public static func content(
        _ number: Int, typeCode: String = "380", issueDate: CalendarDate? = nil, names: (String?, String?) = ("Seller", nil),
        encoded: [UInt8]? = nil, total: ExactDecimal = ExactDecimal(119)
    ) -> InvoiceContent {
        InvoiceContent(
            encoded: encoded ?? Array(#"{"id":\#(number),"lines":[]}"#.utf8),
            summary: .init(
                typeCode: typeCode, currency: "EUR", issueDate: issueDate, dueDate: issueDate, sellerName: names.0, buyerName: names.1,
                taxExclusive: ExactDecimal(100), taxInclusive: total, payable: total, isCreditNote: typeCode == "381"),
            verdict: .init(ruleset: "en16931", fatal: number % 3, warnings: number % 5))
    }

    public static func invoice(
        _ number: Int, tenant: TenantId = Sample.acme, version: Int64 = 1, status: Invoice.Status = .draft, content: InvoiceContent? = nil,
        assigned: AssignedNumber? = nil, issueDate: CalendarDate? = nil, creditOf: InvoiceId? = nil, createdAt: Instant? = nil
    ) -> Invoice {
        let createdAt = createdAt ?? Sample.start + .seconds(Int64(number))
        return Invoice(
            tenant: tenant, id: invoiceId(number), version: version, status: status, content: content ?? self.content(number),
            number: assigned, issueDate: issueDate, creditOf: creditOf, credited: .zero, reason: nil, retryCount: 0, lastError: nil,
            origin: .init(
                source: .api, fingerprint: Fingerprint(bytes: (0..<32).map { UInt8(truncatingIfNeeded: number &+ $0) }),
                correlationId: "c-1"),
            createdAt: createdAt, updatedAt: createdAt, issuedAt: assigned == nil ? nil : createdAt + .minutes(1))
    }

    /// The invoice as another version, with other things changed.
    public static func changed(
        _ invoice: Invoice, version: Int64, status: Invoice.Status, content: InvoiceContent? = nil, assigned: AssignedNumber? = nil,
        issueDate: CalendarDate? = nil
    ) -> Invoice {
        Invoice(
            tenant: invoice.tenant, id: invoice.id, version: version, status: status, content: content ?? invoice.content,
            number: assigned ?? invoice.number, issueDate: issueDate ?? invoice.issueDate, creditOf: invoice.creditOf,
            credited: invoice.credited, statusBeforeCredit: invoice.statusBeforeCredit, reason: invoice.reason,
            retryCount: invoice.retryCount, lastError: invoice.lastError, origin: invoice.origin, createdAt: invoice.createdAt,
            updatedAt: invoice.updatedAt + .seconds(1), issuedAt: invoice.issuedAt)
    }

    public static func day(_ text: String) throws -> CalendarDate { try requireSome(CalendarDate(text), "a day") }

    /// A segment of `count` entries after `head`.
    public static func audit(_ tenant: TenantId = Sample.acme, after head: AuditHead, _ count: Int = 1) -> AuditSegment {
        var segment = AuditSegment(tenant: tenant, after: head)
        for number in 0..<count {
            segment.append(
                AuditEntry(
                    at: Sample.start + .seconds(head.count + Int64(number)), by: "jörg\u{0}😀", command: "invoice.issue",
                    subject: "invoice/\(number)", before: number == 0 ? [] : Array(repeating: 0, count: 32),
                    after: (0..<32).map { UInt8(truncatingIfNeeded: $0 &* number) }))
        }
        return segment
    }
}

/// The records in an order of their own, so that answers without order can be compared.
public func byKey(_ records: [StoredBookRecord]) -> [StoredBookRecord] {
    func name(_ key: BookKey) -> String {
        switch key {
        case .series(let tenant, let id): "s \(tenant) \(id)"
        case .invoice(let tenant, let id): "i \(tenant) \(id)"
        case .number(let tenant, let series, let document): "n \(tenant) \(series) \(document)"
        case .item(let tenant, let key): "k \(tenant) \(key.kind) \(key.id)"
        case .ingestion(let tenant, let key): "g \(tenant) \(key.kind) \(key.id)"
        }
    }
    return records.sorted { name($0.record.key) < name($1.record.key) }
}

extension JournalError {
    public var isNumberCollision: Bool { if case .numberCollision = self { true } else { false } }
}
