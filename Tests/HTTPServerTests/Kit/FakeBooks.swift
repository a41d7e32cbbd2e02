import Domain
import Ports
import Synchronization

/// The books of all tenants in memory: the decider over a dictionary, with the constraints of a store and a chain of audit entries.
final class FakeBooks: BookIntents, BookQueries, AuditQueries {
    struct State {
        var records: [BookKey: BookRecord] = [:]
        var audit: [AuditSegment] = []
        var intents: [BookIntent] = []
        var intentError: IntentError?
        var queryError: QueryError?
        /// Done once, just before the next command is decided.
        var intrusion: BookCommand?
        var contents: [BookKey: [Int64: [UInt8]]] = [:]
    }

    let state = Mutex(State())
    let now: @Sendable () -> Instant
    let calendar: any LocalCalendar

    init(calendar: any LocalCalendar, now: @escaping @Sendable () -> Instant) {
        self.calendar = calendar
        self.now = now
    }

    // MARK: Commands

    func send(_ intent: BookIntent) async throws(IntentError) -> BookReply { try apply(intent).get() }

    func send(_ intents: [BookIntent]) async -> [Result<BookReply, IntentError>] { intents.map(apply) }

    private func apply(_ intent: BookIntent) -> Result<BookReply, IntentError> {
        let (now, calendar) = (now(), calendar)
        return state.withLock { state in
            Result { () throws(IntentError) in
                if let error = state.intentError { throw error }
                if let command = state.intrusion {
                    state.intrusion = nil
                    let intruder = BookIntent(tenant: intent.tenant, command: command, by: "intruder", correlationId: "x")
                    _ = try Self.apply(intruder, to: &state, now, calendar)
                }
                state.intents.append(intent)
                return try Self.apply(intent, to: &state, now, calendar)
            }
        }
    }

    private static func apply(
        _ intent: BookIntent, to state: inout State, _ now: Instant, _ calendar: any LocalCalendar
    ) throws(IntentError) -> BookReply {
        let tenant = intent.tenant
        var records = state.records
        let known = records
        let events: [BookEvent]
        do {
            events = try Books(tenant: tenant, find: { known[$0] })
                .decide(intent.command, BookContext(now: now) { calendar.date(of: now, in: $0) })
        } catch {
            throw .refusedByBooks(error)
        }
        var segment = AuditSegment(tenant: tenant, after: state.audit.last { $0.tenant == tenant }?.head ?? .start)
        for event in events {
            guard let key = Books.affected(by: event, tenant: tenant).first,
                let evolved = Books.evolve(records[key], event, tenant: tenant, at: now)
            else { throw .unavailable("an event that does not fit") }
            segment.append(
                AuditEntry(
                    at: now, by: intent.by, command: intent.command.name, subject: evolved.auditSubject,
                    before: records[key]?.digest ?? [], after: evolved.digest))
            records[key] = evolved
            let current = records
            for number in Books.numbers(after: event, tenant: tenant, at: now, find: { current[$0] }) {
                if number.status == .released {
                    records[BookRecord.number(number).key] = nil
                    continue
                }
                if !number.isVoid || current[BookRecord.number(number).key] == nil {
                    let printed = NumberFormat.key(of: number.number.printed)
                    let isTaken = Self.numbers(of: tenant, in: records).contains { NumberFormat.key(of: $0.number.printed) == printed }
                    if isTaken { throw .refusedByBooks(.numberCollision(printed: number.number.printed)) }
                }
                records[BookRecord.number(number).key] = .number(number)
            }
            for item in Books.itemsAlong(with: event, evolved, tenant: tenant, at: now, find: { current[$0] }) {
                records[.item(tenant, item.key)] = .item(item)
            }
            if let content = Books.content(of: event, evolved) {
                state.contents[key, default: [:]][content.version] = content.octets
            }
        }
        guard let record = records[intent.command.subject(in: tenant)] ?? intent.command.blank(in: tenant, at: now) else {
            throw .unavailable("no record")
        }
        state.records = records
        if !events.isEmpty { state.audit.append(segment) }
        return BookReply(record: record, changed: !events.isEmpty)
    }

    private static func numbers(of tenant: TenantId, in records: [BookKey: BookRecord]) -> [NumberRecord] {
        records.values.compactMap { if case .number(let record) = $0, record.tenant == tenant { record } else { nil } }
    }

    // MARK: Queries

    private func read<T: Sendable>(_ body: (inout sending State) -> sending T) throws(QueryError) -> T {
        let error = state.withLock { $0.queryError }
        if let error { throw error }
        return state.withLock(body)
    }

    func invoice(_ id: InvoiceId, tenant: TenantId) async throws(QueryError) -> Invoice? {
        try read { state in
            if case .invoice(let invoice)? = state.records[.invoice(tenant, id)] { invoice } else { nil }
        }
    }

    func invoices(
        tenant: TenantId, filter: InvoiceFilter, after: InvoicePlace?, limit: Int
    ) async throws(QueryError) -> InvoicePage {
        let all = try read { state in
            state.records.values.compactMap { record -> (place: InvoicePlace, invoice: Invoice)? in
                guard case .invoice(let invoice) = record, invoice.tenant == tenant, filter.matches(invoice) else { return nil }
                return (InvoicePlace(createdAt: invoice.createdAt, id: invoice.id), invoice)
            }
        }
        let rest = all.sorted { $0.place > $1.place }.filter { entry in after.map { entry.place < $0 } ?? true }
        let page = rest.prefix(limit)
        return InvoicePage(invoices: page.map(\.invoice), next: page.count < rest.count ? page.last?.place : nil)
    }

    func series(_ id: SeriesId, tenant: TenantId) async throws(QueryError) -> Series? {
        try read { state in
            if case .series(let series)? = state.records[.series(tenant, id)] { series } else { nil }
        }
    }

    func series(tenant: TenantId) async throws(QueryError) -> [Series] {
        try read { state in
            state.records.values.compactMap { if case .series(let series) = $0, series.tenant == tenant { series } else { nil } }
        }.sorted { $0.plan.id < $1.plan.id }
    }

    func numbers(of series: SeriesId, tenant: TenantId, after: NumberPlace?, limit: Int) async throws(QueryError) -> [NumberRecord] {
        let all = try read { Self.numbers(of: tenant, in: $0.records).filter { $0.number.series == series } }
        let placed = all.map { (place: NumberPlace(period: $0.number.period, sequence: $0.number.sequence), record: $0) }
        let rest = placed.sorted { $0.place < $1.place }.filter { entry in after.map { entry.place > $0 } ?? true }
        return rest.prefix(limit).map(\.record)
    }

    func gapReport(of series: SeriesId, tenant: TenantId) async throws(QueryError) -> GapReport? {
        guard let found = try await self.series(series, tenant: tenant) else { return nil }
        let all = try await numbers(of: series, tenant: tenant, after: nil, limit: .max)
        var periods: [GapReport.Period] = []
        for (period, records) in Dictionary(grouping: all, by: \.number.period).sorted(by: { $0.key < $1.key }) {
            let numbers = records.map(\.number.sequence)
            periods.append(
                GapReport.Period(
                    period: period, first: numbers.min() ?? 0, last: numbers.max() ?? 0, count: Int64(records.count),
                    voids: Int64(records.count { $0.isVoid }), gaps: []))
        }
        return GapReport(series: found, periods: periods)
    }

    func taken(_ printed: [String], tenant: TenantId) async throws(QueryError) -> Set<String> {
        let keys = try read { Set(Self.numbers(of: tenant, in: $0.records).map { NumberFormat.key(of: $0.number.printed) }) }
        return Set(printed.filter { keys.contains(NumberFormat.key(of: $0)) })
    }

    func item(_ key: ItemKey, tenant: TenantId) async throws(QueryError) -> TenantItem? {
        try read { state in
            if case .item(let item)? = state.records[.item(tenant, key)] { item } else { nil }
        }
    }

    func items(of kind: ItemKey.Kind, tenant: TenantId, after: String?, limit: Int) async throws(QueryError) -> [TenantItem] {
        let all = try read { state in
            state.records.values.compactMap { if case .item(let item) = $0, item.tenant == tenant { item } else { nil } }
        }
        let rest = all.filter { item in item.key.kind == kind && !item.isDeleted && after.map { item.key.id > $0 } ?? true }
        return Array(rest.sorted { $0.key.id < $1.key.id }.prefix(limit))
    }

    // MARK: Ingestion

    func ingestionRecord(_ key: IngestionKey, tenant: TenantId) async throws(QueryError) -> IngestionRecord? {
        try read { state in
            if case .ingestion(let record)? = state.records[.ingestion(tenant, key)] { record } else { nil }
        }
    }

    func ingestionRecords(
        tenant: TenantId, filter: IngestionFilter, after: IngestionPlace?, limit: Int
    ) async throws(QueryError) -> IngestionPage {
        let all = try read { state in
            state.records.values.compactMap { record -> IngestionRecord? in
                guard case .ingestion(let record) = record, record.tenant == tenant, filter.matches(record) else { return nil }
                return record
            }
        }
        let placed = all.map { (place: IngestionPlace($0), record: $0) }.sorted { $0.place > $1.place }
        let rest = placed.filter { entry in after.map { entry.place < $0 } ?? true }
        let page = rest.prefix(limit)
        return IngestionPage(records: page.map(\.record), next: page.count < rest.count ? page.last?.place : nil)
    }

    func ingestionContent(_ key: IngestionKey, version: Int64, tenant: TenantId) async throws(QueryError) -> [UInt8]? {
        try read { $0.contents[.ingestion(tenant, key)]?[version] }
    }

    func auditSegments(
        tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) async throws(QueryError) -> [AuditSegment] {
        try read { state in Array(state.audit.filter { $0.tenant == tenant && $0.head.count > after }.prefix(limit)) }
    }

    static let store = UniqueId(high: 7, low: 7)
    static let anchorKey = try? AuditAnchorKey(seed: [UInt8](repeating: 8, count: 32))

    /// One for each segment.
    func auditAnchors(
        tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) async throws(QueryError) -> [AuditAnchor] {
        let now = now()
        return try await auditSegments(tenant: tenant, partition: partition, after: after, limit: limit).compactMap { segment in
            Self.anchorKey?.anchor(store: Self.store, tenant: tenant, partition: partition.index, head: segment.head, at: now)
        }
    }

    // MARK: What a test does to it

    func fail(intents error: IntentError?) { state.withLock { $0.intentError = error } }
    func fail(queries error: QueryError?) { state.withLock { $0.queryError = error } }
    /// The next command finds that another one came first.
    func intrude(_ command: BookCommand) { state.withLock { $0.intrusion = command } }

    /// Alters one byte of a segment, as somebody with access to the store would.
    func tamper(segment index: Int) {
        state.withLock { state in
            let segment = state.audit[index]
            var bytes = segment.bytes
            bytes[10] ^= 1
            state.audit[index] = AuditSegment(tenant: segment.tenant, previous: segment.previous, head: segment.head, bytes: bytes)
        }
    }

    /// Takes a segment away, as somebody with access to the store would.
    func lose(segment index: Int) { state.withLock { _ = $0.audit.remove(at: index) } }
}
