public import Domain
public import Ports

extension PostgresStore {
    public func load(_ keys: [BookKey], in partition: PartitionId) async throws(JournalError) -> [StoredBookRecord] {
        let wanted = WantedBooks(keys)
        guard !wanted.commands.isEmpty else { return [] }
        let answers: [Rows]
        do throws(StoreFailure) { answers = try await read(.journal, wanted.commands) } catch { throw .unavailable(error.reason) }
        return try decoded { () throws(StoreFailure) in try wanted.records(answers) }
    }

    public func auditHeads(of tenants: [TenantId], in partition: PartitionId) async throws(JournalError) -> [TenantId: AuditHead] {
        guard !tenants.isEmpty else { return [:] }
        var names = ArrayColumn(TypeId.text)
        for tenant in tenants { names.append(tenant.value) }
        let rows = try await journal(BookReadStatements.auditHeads, [names.parameter, Binary.int4(partition.index)])
        return try decoded { () throws(StoreFailure) in
            var heads: [TenantId: AuditHead] = [:]
            for row in 0..<rows.count {
                heads[try BookRow.tenant(rows, row, 0)] = AuditHead(count: rows.integer(row, 1), hash: rows.bytes(row, 2))
            }
            return heads
        }
    }
}

/// Records of the books that are asked for, by kind.
private struct WantedBooks {
    private enum Kind { case series, invoices, numbers, items, ingestion }

    private(set) var commands: [Command] = []
    private var kinds: [Kind] = []

    init(_ keys: [BookKey]) {
        var series = Columns([TypeId.text, TypeId.text])
        var invoices = Columns([TypeId.text, TypeId.uuid])
        var numbers = Columns([TypeId.text, TypeId.text, TypeId.text])
        var items = Columns([TypeId.text, TypeId.text, TypeId.text])
        var ingestion = Columns([TypeId.text, TypeId.text, TypeId.uuid])
        for key in keys {
            switch key {
            case .series(let tenant, let id):
                series.columns[0].append(tenant.value)
                series.columns[1].append(id.value)
            case .invoice(let tenant, let id):
                invoices.columns[0].append(tenant.value)
                invoices.columns[1].append(id.value)
            case .number(let tenant, let series, let document):
                numbers.columns[0].append(tenant.value)
                numbers.columns[1].append(series.value)
                numbers.columns[2].append(document.value)
            case .item(let tenant, let item):
                items.columns[0].append(tenant.value)
                items.columns[1].append(item.kind.rawValue)
                items.columns[2].append(item.id)
            case .ingestion(let tenant, let key):
                ingestion.columns[0].append(tenant.value)
                ingestion.columns[1].append(key.kind.rawValue)
                ingestion.columns[2].append(key.id)
            }
        }
        add(.series, BookReadStatements.loadSeries, series)
        add(.invoices, BookReadStatements.loadInvoices, invoices)
        add(.numbers, BookReadStatements.loadNumbers, numbers)
        add(.items, ItemReadStatements.load, items)
        add(.ingestion, IngestionReadStatements.load, ingestion)
    }

    private mutating func add(_ kind: Kind, _ statement: Statement, _ keys: Columns) {
        guard keys.count > 0 else { return }
        kinds.append(kind)
        commands.append(Command(statement, keys.parameters))
    }

    func records(_ answers: [Rows]) throws(StoreFailure) -> [StoredBookRecord] {
        guard answers.count == kinds.count else { throw .unreadable("the database answered less than was asked") }
        var records: [StoredBookRecord] = []
        for (kind, rows) in zip(kinds, answers) {
            for row in 0..<rows.count {
                switch kind {
                case .series:
                    records.append(.init(record: .series(try BookRow.series(rows, row)), ordinal: BookRow.ordinal(rows, row)))
                case .invoices:
                    records.append(.init(record: .invoice(try BookRow.invoice(rows, row)), ordinal: BookRow.ordinal(rows, row)))
                case .numbers: records.append(.init(record: .number(try BookRow.number(rows, row)), ordinal: 0))
                case .items: records.append(.init(record: .item(try ItemRow.read(rows, row)), ordinal: BookRow.ordinal(rows, row)))
                case .ingestion:
                    let record = BookRecord.ingestion(try IngestionRow.read(rows, row))
                    records.append(.init(record: record, ordinal: BookRow.ordinal(rows, row)))
                }
            }
        }
        return records
    }
}
