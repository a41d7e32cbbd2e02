public import Domain
public import Ports
internal import Synchronization

/// What is unique among the numbers of all tenants.
struct NumberConstraints {
    private var places: [Place: DocumentReference] = [:]
    private var printed: [Printed: DocumentReference] = [:]

    private struct Place: Hashable {
        let tenant: TenantId
        let series: SeriesId
        let period: String
        let sequence: Int64
    }

    private struct Printed: Hashable {
        let tenant: TenantId
        let key: String
    }

    func allows(_ record: NumberRecord) -> Bool { places[place(record)] == nil && printed[key(record)] == nil }

    func takes(_ text: String, tenant: TenantId) -> Bool { printed[Printed(tenant: tenant, key: NumberFormat.key(of: text))] != nil }

    mutating func add(_ record: NumberRecord) {
        places[place(record)] = record.document
        printed[key(record)] = record.document
    }

    mutating func remove(_ record: NumberRecord) {
        places[place(record)] = nil
        printed[key(record)] = nil
    }

    private func place(_ record: NumberRecord) -> Place {
        Place(tenant: record.tenant, series: record.number.series, period: record.number.period, sequence: record.number.sequence)
    }

    private func key(_ record: NumberRecord) -> Printed {
        Printed(tenant: record.tenant, key: NumberFormat.key(of: record.number.printed))
    }
}

extension InMemoryStore {
    public func load(_ keys: [BookKey], in partition: PartitionId) async throws(JournalError) -> [StoredBookRecord] {
        state.withLock { state in keys.compactMap { state.books[$0] } }
    }

    public func auditHeads(of tenants: [TenantId], in partition: PartitionId) async throws(JournalError) -> [TenantId: AuditHead] {
        state.withLock { state in
            guard state.audit.indices.contains(partition.index) else { return [:] }
            var heads: [TenantId: AuditHead] = [:]
            for segment in state.audit[partition.index] where tenants.contains(segment.tenant) { heads[segment.tenant] = segment.head }
            return heads
        }
    }

    static func checkBooks(_ batch: CommitBatch, in state: State) throws(JournalError) {
        var numbers = state.numbers
        var keys: Set<BookKey> = []
        for write in batch.books {
            let record = write.stored.record
            guard keys.insert(record.key).inserted else { throw .rejected("A record occurs twice in one commit.") }
            let version = state.books[record.key]?.record.version ?? 0
            guard version == write.expectedVersion else {
                throw .rejected("A record of the books has version \(version), not \(write.expectedVersion).")
            }
            guard case .number(let number) = record, number.status == .released else { continue }
            guard case .series(let series)? = state.books[.series(number.tenant, number.number.series)]?.record,
                series.allocated[number.number.period].map({ $0 < number.number.sequence }) ?? true
            else { throw .rejected("A number that was given here cannot be taken back.") }
            numbers.remove(number)
        }
        for write in batch.books {
            guard case .number(let number) = write.stored.record, write.expectedVersion == 0 else { continue }
            guard numbers.allows(number) else { throw .numberCollision(number.number.printed) }
            numbers.add(number)
        }
        try checkContents(batch, in: state)
        for segment in batch.audit {
            let head = state.audit[batch.partition.index].last { $0.tenant == segment.tenant }?.head ?? .start
            guard segment.previous == head else { throw .rejected("The audit chain of a tenant stands elsewhere.") }
        }
    }

    static func applyBooks(_ batch: CommitBatch, to state: inout State) {
        for write in batch.books {
            if case .number(let number) = write.stored.record, number.status == .released {
                state.books[write.stored.record.key] = nil
                state.numbers.remove(number)
                continue
            }
            state.books[write.stored.record.key] = write.stored
            switch write.stored.record {
            case .number(let number): state.numbers.add(number)
            case .item(let item) where item.isDeleted: state.cursors[write.stored.record.key] = nil
            case .ingestion(.run(let run)) where write.expectedVersion == 0: dropRuns(of: run.source, run.tenant, in: &state)
            case .series, .invoice, .item, .ingestion: break
            }
            let index = batch.partition.index
            state.partitions[index].lastOrdinal = max(state.partitions[index].lastOrdinal, write.stored.ordinal)
        }
        for content in batch.contents {
            state.contents[.ingestion(content.tenant, content.key), default: [:]][content.version] = content.octets
        }
        state.audit[batch.partition.index] += batch.audit
    }

    // MARK: - Queries

    public func invoice(_ id: InvoiceId, tenant: TenantId) async throws(QueryError) -> Invoice? {
        state.withLock { state in
            if case .invoice(let invoice)? = state.books[.invoice(tenant, id)]?.record { invoice } else { nil }
        }
    }

    public func invoices(
        tenant: TenantId, filter: InvoiceFilter, after: InvoicePlace?, limit: Int
    ) async throws(QueryError) -> InvoicePage {
        let matching = records(of: tenant).compactMap { record -> Invoice? in
            if case .invoice(let invoice) = record, filter.matches(invoice) { invoice } else { nil }
        }
        let ordered = matching.sorted { $0.place > $1.place }.filter { invoice in after.map { invoice.place < $0 } ?? true }
        let page = Array(ordered.prefix(max(1, limit)))
        return InvoicePage(invoices: page, next: ordered.count > page.count ? page.last?.place : nil)
    }

    public func series(_ id: SeriesId, tenant: TenantId) async throws(QueryError) -> Series? {
        state.withLock { state in
            if case .series(let series)? = state.books[.series(tenant, id)]?.record { series } else { nil }
        }
    }

    public func series(tenant: TenantId) async throws(QueryError) -> [Series] {
        records(of: tenant).compactMap { if case .series(let series) = $0 { series } else { nil } }.sorted { $0.plan.id < $1.plan.id }
    }

    public func numbers(
        of series: SeriesId, tenant: TenantId, after: NumberPlace?, limit: Int
    ) async throws(QueryError) -> [NumberRecord] {
        Array(numbers(of: series, tenant).filter { record in after.map { record.place > $0 } ?? true }.prefix(max(0, limit)))
    }

    public func gapReport(of series: SeriesId, tenant: TenantId) async throws(QueryError) -> GapReport? {
        guard let found = try await self.series(series, tenant: tenant) else { return nil }
        var periods: [GapReport.Period] = []
        for (period, records) in Dictionary(grouping: numbers(of: series, tenant), by: \.number.period).sorted(by: { $0.key < $1.key }) {
            let sequences = records.map(\.number.sequence)
            var gaps: [ClosedRange<Int64>] = []
            var expected = found.plan.start
            for sequence in sequences {
                if sequence > expected { gaps.append(expected...(sequence - 1)) }
                expected = sequence + 1
            }
            guard let first = sequences.first, let last = sequences.last else { continue }
            periods.append(
                GapReport.Period(
                    period: period, first: first, last: last, count: Int64(sequences.count), voids: Int64(records.count { $0.isVoid }),
                    gaps: Array(gaps.prefix(1_000))))
        }
        return GapReport(series: found, periods: periods)
    }

    public func taken(_ printed: [String], tenant: TenantId) async throws(QueryError) -> Set<String> {
        state.withLock { state in Set(printed.filter { state.numbers.takes($0, tenant: tenant) }) }
    }

    public func auditSegments(
        tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) async throws(QueryError) -> [AuditSegment] {
        state.withLock { state in
            guard state.audit.indices.contains(partition.index) else { return [] }
            let segments = state.audit[partition.index].filter { $0.tenant == tenant && $0.head.count > after }
            return Array(segments.prefix(max(0, limit)))
        }
    }

    func records(of tenant: TenantId) -> [BookRecord] {
        state.withLock { state in state.books.values.map(\.record).filter { $0.key.tenant == tenant } }
    }

    private func numbers(of series: SeriesId, _ tenant: TenantId) -> [NumberRecord] {
        records(of: tenant).compactMap { record -> NumberRecord? in
            if case .number(let number) = record, number.number.series == series { number } else { nil }
        }.sorted { $0.place < $1.place }
    }
}

extension Invoice {
    fileprivate var place: InvoicePlace { InvoicePlace(createdAt: createdAt, id: id) }
}

extension NumberRecord {
    fileprivate var place: NumberPlace { NumberPlace(period: number.period, sequence: number.sequence) }
}

extension InMemoryStore {
    /// All records of the books, for checks by tests and simulation; unordered.
    package var allBooks: [BookRecord] { state.withLock { $0.books.values.map(\.record) } }

    /// The committed record.
    package func current(_ key: BookKey) -> BookRecord? { state.withLock { $0.books[key]?.record } }

    /// All audit segments of each partition, in order.
    package var allAudit: [[AuditSegment]] { state.withLock { $0.audit } }
}

/// A calendar that knows UTC alone.
public struct UTCCalendar: LocalCalendar {
    public init() {}

    public func date(of instant: Instant, in zone: String) -> CalendarDate? {
        zone == "UTC" ? CalendarDate(String(instant.rfc3339.prefix(10))) : nil
    }

    public func zone(_ name: String) -> (any ZoneRules)? { name == "UTC" ? FixedZone.utc : nil }
}
