import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// The books of the same store, as the door of webhooks reads them: what it looks up takes its time, and sometimes fails, so that a receiver may
/// change between the look and the commit.
struct SimulatedBooks: BookQueries {
    let world: World
    let clock: SimulatedClock
    let store: InMemoryStore
    let faults: FaultsInForce

    private func trouble() async throws(QueryError) {
        await clock.delay(faults.current.slowness)
        let percent = faults.current.readFails
        if percent > 0, world.generator.chance(percent) { throw QueryError("simulated") }
    }

    func item(_ key: ItemKey, tenant: TenantId) async throws(QueryError) -> TenantItem? {
        try await trouble()
        let item = try await store.item(key, tenant: tenant)
        await clock.delay(faults.current.slowness)
        return item
    }

    func ingestionRecord(_ key: IngestionKey, tenant: TenantId) async throws(QueryError) -> IngestionRecord? {
        try await trouble()
        return try await store.ingestionRecord(key, tenant: tenant)
    }

    func invoice(_ id: InvoiceId, tenant: TenantId) async throws(QueryError) -> Invoice? {
        try await trouble()
        return try await store.invoice(id, tenant: tenant)
    }

    // MARK: - As they are

    func invoices(tenant: TenantId, filter: InvoiceFilter, after: InvoicePlace?, limit: Int) async throws(QueryError) -> InvoicePage {
        try await store.invoices(tenant: tenant, filter: filter, after: after, limit: limit)
    }

    func series(_ id: SeriesId, tenant: TenantId) async throws(QueryError) -> Series? { try await store.series(id, tenant: tenant) }
    func series(tenant: TenantId) async throws(QueryError) -> [Series] { try await store.series(tenant: tenant) }

    func numbers(of series: SeriesId, tenant: TenantId, after: NumberPlace?, limit: Int) async throws(QueryError) -> [NumberRecord] {
        try await store.numbers(of: series, tenant: tenant, after: after, limit: limit)
    }

    func gapReport(of series: SeriesId, tenant: TenantId) async throws(QueryError) -> GapReport? {
        try await store.gapReport(of: series, tenant: tenant)
    }

    func taken(_ printed: [String], tenant: TenantId) async throws(QueryError) -> Set<String> {
        try await store.taken(printed, tenant: tenant)
    }

    func items(of kind: ItemKey.Kind, tenant: TenantId, after: String?, limit: Int) async throws(QueryError) -> [TenantItem] {
        try await store.items(of: kind, tenant: tenant, after: after, limit: limit)
    }

    func ingestionRecords(
        tenant: TenantId, filter: IngestionFilter, after: IngestionPlace?, limit: Int
    ) async throws(QueryError) -> IngestionPage {
        try await store.ingestionRecords(tenant: tenant, filter: filter, after: after, limit: limit)
    }

    func ingestionContent(_ key: IngestionKey, version: Int64, tenant: TenantId) async throws(QueryError) -> [UInt8]? {
        try await store.ingestionContent(key, version: version, tenant: tenant)
    }

    func auditSegments(tenant: TenantId, partition: PartitionId, after: Int64, limit: Int) async throws(QueryError) -> [AuditSegment] {
        try await store.auditSegments(tenant: tenant, partition: partition, after: after, limit: limit)
    }
}
