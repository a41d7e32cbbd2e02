import Domain
import Ports

extension FakeBooks {
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
                if case .ingestion(let record) = record, record.tenant == tenant, filter.matches(record) { record } else { nil }
            }
        }
        let rest = all.sorted { IngestionPlace($0) > IngestionPlace($1) }
            .filter { record in after.map { IngestionPlace(record) < $0 } ?? true }
        let page = Array(rest.prefix(limit))
        return IngestionPage(records: page, next: page.count < rest.count ? page.last.map(IngestionPlace.init(_:)) : nil)
    }

    func ingestionContent(_ key: IngestionKey, version: Int64, tenant: TenantId) async throws(QueryError) -> [UInt8]? {
        try read { $0.records[.ingestion(tenant, key)] == nil ? nil : $0.contents[key]?[version] }
    }
}

/// Judges nothing again: it says what it was told to say, or that there is nothing of the kind.
struct FakeQuarantine: QuarantineDesk {
    let books: FakeBooks

    func retry(_ id: UniqueId, tenant: TenantId, by: String) async throws(QuarantineError) -> QuarantineOutcome {
        let record: IngestionRecord?
        do {
            record = try await books.ingestionRecord(IngestionKey(kind: .quarantine, id: id), tenant: tenant)
        } catch {
            throw .unreadable(error)
        }
        guard case .quarantine(let slice)? = record else { throw .noSuchSlice }
        if slice.status == .resolved { throw .resolved(slice.resolvedAs) }
        return .refused(slice)
    }
}
