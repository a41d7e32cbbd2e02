public import Domain
public import Ports
internal import Synchronization

extension InMemoryStore {
    static func checkContents(_ batch: CommitBatch, in state: State) throws(JournalError) {
        let written = Set(batch.books.map(\.stored.record.key))
        var seen: [BookKey: Set<Int64>] = [:]
        for content in batch.contents {
            let key = BookKey.ingestion(content.tenant, content.key)
            guard written.contains(key) else { throw .rejected("A content comes without its record.") }
            guard state.contents[key]?[content.version] == nil, seen[key, default: []].insert(content.version).inserted else {
                throw .rejected("Version \(content.version) of a content is written already.")
            }
        }
    }

    /// Takes away those of a source's runs that are older than the newest `IngestionLimits.runsKept` and have ended.
    static func dropRuns(of source: SourceName, _ tenant: TenantId, in state: inout State) {
        let runs = state.books.values.compactMap { stored -> IngestionRecord? in
            guard case .ingestion(let record) = stored.record, record.key.kind == .run, record.tenant == tenant, record.source == source
            else { return nil }
            return record
        }
        guard runs.count > IngestionLimits.runsKept else { return }
        let older = runs.sorted { IngestionPlace($0) > IngestionPlace($1) }.dropFirst(IngestionLimits.runsKept)
        for run in older where run.status != IngestionRun.Status.running.rawValue { state.books[.ingestion(tenant, run.key)] = nil }
    }

    public func ingestionRecord(_ key: IngestionKey, tenant: TenantId) async throws(QueryError) -> IngestionRecord? {
        state.withLock { state in
            if case .ingestion(let record)? = state.books[.ingestion(tenant, key)]?.record { record } else { nil }
        }
    }

    public func ingestionRecords(
        tenant: TenantId, filter: IngestionFilter, after: IngestionPlace?, limit: Int
    ) async throws(QueryError) -> IngestionPage {
        let matching = records(of: tenant).compactMap { record -> IngestionRecord? in
            if case .ingestion(let record) = record, filter.matches(record) { record } else { nil }
        }
        let ordered = matching.sorted { IngestionPlace($0) > IngestionPlace($1) }
            .filter { record in after.map { IngestionPlace(record) < $0 } ?? true }
        let page = Array(ordered.prefix(max(1, limit)))
        return IngestionPage(records: page, next: ordered.count > page.count ? page.last.map(IngestionPlace.init(_:)) : nil)
    }

    public func ingestionContent(_ key: IngestionKey, version: Int64, tenant: TenantId) async throws(QueryError) -> [UInt8]? {
        state.withLock { $0.contents[.ingestion(tenant, key)]?[version] }
    }
}

extension InMemoryStore {
    /// The octets of one version, for checks by tests and simulation.
    package func content(_ key: IngestionKey, version: Int64, tenant: TenantId) -> [UInt8]? {
        state.withLock { $0.contents[.ingestion(tenant, key)]?[version] }
    }
}
