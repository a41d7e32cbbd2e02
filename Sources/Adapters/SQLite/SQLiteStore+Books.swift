public import Domain
public import Ports

extension SQLiteStore {
    public func load(_ keys: [BookKey], in partition: PartitionId) async throws(JournalError) -> [StoredBookRecord] {
        guard !keys.isEmpty else { return [] }
        return try await journal { (session) throws(StoreFailure) in try session.books().load(keys, in: partition) }
    }

    public func auditHeads(of tenants: [TenantId], in partition: PartitionId) async throws(JournalError) -> [TenantId: AuditHead] {
        try await journal { (session) throws(StoreFailure) in try session.books().auditHeads(of: tenants, in: partition) }
    }

    public func invoice(_ id: InvoiceId, tenant: TenantId) async throws(QueryError) -> Invoice? {
        try await query { (session) throws(StoreFailure) in try session.books().invoice(id, tenant: tenant)?.invoice }
    }

    public func invoices(
        tenant: TenantId, filter: InvoiceFilter, after: InvoicePlace?, limit: Int
    ) async throws(QueryError) -> InvoicePage {
        let scanLimit = options.scanLimit
        return try await query { (session) throws(StoreFailure) in
            try session.books().invoices(tenant: tenant, filter: filter, after: after, limit: max(1, limit), scanLimit: scanLimit)
        }
    }

    public func series(_ id: SeriesId, tenant: TenantId) async throws(QueryError) -> Series? {
        try await query { (session) throws(StoreFailure) in try session.books().series(id, tenant: tenant)?.series }
    }

    public func series(tenant: TenantId) async throws(QueryError) -> [Series] {
        try await query { (session) throws(StoreFailure) in try session.books().series(tenant: tenant) }
    }

    public func numbers(
        of series: SeriesId, tenant: TenantId, after: NumberPlace?, limit: Int
    ) async throws(QueryError) -> [NumberRecord] {
        try await query { (session) throws(StoreFailure) in
            try session.books().numbers(of: series, tenant: tenant, after: after, limit: limit)
        }
    }

    public func gapReport(of series: SeriesId, tenant: TenantId) async throws(QueryError) -> GapReport? {
        try await query { (session) throws(StoreFailure) in try session.books().gapReport(of: series, tenant: tenant) }
    }

    public func taken(_ printed: [String], tenant: TenantId) async throws(QueryError) -> Set<String> {
        guard !printed.isEmpty else { return [] }
        return try await query { (session) throws(StoreFailure) in try session.books().taken(printed, tenant: tenant) }
    }

    public func auditSegments(
        tenant: TenantId, partition: PartitionId, after: Int64, limit: Int
    ) async throws(QueryError) -> [AuditSegment] {
        try await query { (session) throws(StoreFailure) in
            try session.books().auditSegments(tenant: tenant, partition: partition, after: after, limit: limit)
        }
    }
}
