public import Domain
public import Ports

extension PostgresStore {
    public func ingestionRecord(_ key: IngestionKey, tenant: TenantId) async throws(QueryError) -> IngestionRecord? {
        try await query { () throws(StoreFailure) in
            let rows = try await self.read(tenant, [Command(IngestionReadStatements.record, Self.name(key, tenant))])[0]
            return rows.count > 0 ? try IngestionRow.read(rows, 0) : nil
        }
    }

    public func ingestionRecords(
        tenant: TenantId, filter: IngestionFilter, after: IngestionPlace?, limit: Int
    ) async throws(QueryError) -> IngestionPage {
        let scan = IngestionScan(tenant: tenant, filter: filter, after: after, limit: max(1, limit), scanLimit: options.scanLimit)
        return try await query { () throws(StoreFailure) in try scan.page(try await self.read(tenant, scan.commands)) }
    }

    public func ingestionContent(_ key: IngestionKey, version: Int64, tenant: TenantId) async throws(QueryError) -> [UInt8]? {
        try await query { () throws(StoreFailure) in
            let values = Self.name(key, tenant) + [Binary.int8(version)]
            let rows = try await self.read(tenant, [Command(IngestionReadStatements.octets, values)])[0]
            return rows.count > 0 ? rows.bytes(0, 0) : nil
        }
    }

    private static func name(_ key: IngestionKey, _ tenant: TenantId) -> [[UInt8]?] {
        [Binary.text(tenant.value), Binary.text(key.kind.rawValue), Binary.uuid(key.id)]
    }
}
