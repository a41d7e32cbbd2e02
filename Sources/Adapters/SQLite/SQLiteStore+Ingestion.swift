public import Domain
public import Ports

extension SQLiteStore {
    public func ingestionRecord(_ key: IngestionKey, tenant: TenantId) async throws(QueryError) -> IngestionRecord? {
        try await query { (session) throws(StoreFailure) in try session.books().ingestion.record(key, tenant: tenant)?.record }
    }

    public func ingestionRecords(
        tenant: TenantId, filter: IngestionFilter, after: IngestionPlace?, limit: Int
    ) async throws(QueryError) -> IngestionPage {
        let scanLimit = options.scanLimit
        return try await query { (session) throws(StoreFailure) in
            try session.books().ingestion.records(
                tenant: tenant, filter: filter, after: after, limit: max(1, limit), scanLimit: scanLimit)
        }
    }

    public func ingestionContent(_ key: IngestionKey, version: Int64, tenant: TenantId) async throws(QueryError) -> [UInt8]? {
        try await query { (session) throws(StoreFailure) in
            try session.books().ingestion.content(key, version: version, tenant: tenant)
        }
    }
}
