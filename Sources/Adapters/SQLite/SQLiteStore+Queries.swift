internal import CSQLite
public import Domain
public import Ports
internal import Synchronization

extension SQLiteStore {
    public func detail(of id: ServiceCallId, tenant: TenantId) async throws(QueryError) -> ServiceCallDetail? {
        try await query { (session) throws(StoreFailure) in try session.detail(id, tenant: tenant) }
    }

    public func list(
        tenant: TenantId, filter: ServiceCallFilter, after: ServiceCallPlace?, limit: Int
    ) async throws(QueryError) -> ServiceCallPage {
        await lists.wait(for: writer.heads.withLock { $0 })
        let (scanLimit, lists) = (options.scanLimit, lists)
        return try await query { (session) throws(StoreFailure) in
            try session.list(
                tenant: tenant, filter: filter, after: after, limit: limit, scanLimit: scanLimit,
                generation: lists.generation.load(ordering: .acquiring))
        }
    }

    public func events(tenant: TenantId, after cursor: LogCursor, limit: Int) async throws(QueryError) -> EventPage {
        guard cursor.positions.count == partitionCount, cursor.positions.allSatisfy({ $0 >= 0 }) else {
            throw QueryError("the cursor is not one of this store")
        }
        let scanLimit = options.scanLimit
        return try await query { (session) throws(StoreFailure) in
            try session.events(tenant: tenant, after: cursor, limit: limit, scanLimit: scanLimit)
        }.get()
    }

    public func oldest() async throws(QueryError) -> LogCursor {
        try await query { (session) throws(StoreFailure) in LogCursor(positions: try session.readTrimmed()) }
    }

    public func end() async throws(QueryError) -> LogCursor {
        try await query { (session) throws(StoreFailure) in LogCursor(positions: try session.readHeads()) }
    }

    public func cursor(at instant: Instant) async throws(QueryError) -> LogCursor {
        try await query { (session) throws(StoreFailure) in try session.cursor(at: instant) }
    }

    func query<Value: Sendable>(
        _ body: @escaping @Sendable (ReadSession) throws(StoreFailure) -> Value
    ) async throws(QueryError) -> Value {
        switch await readers.read(.client, body) {
        case .success(let value): return value
        case .failure(let failure):
            if case .listsDamaged = failure { lists.requests.signal { $0.mustRebuild = true } }
            reportRead(failure)
            throw QueryError(failure.reason)
        }
    }

    /// Tells the operator of a damaged database; everything else the caller tells.
    func reportRead(_ failure: StoreFailure) {
        switch failure.primaryCode {
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            let advice = "stop the engine and restore the data directory from a backup, or see docs/runbooks/corrupt-database.md"
            options.diagnostics?.report(
                Diagnostic(.error, "store.corrupt", "reading failed: \(failure.reason)", fields: [("advice", advice)]))
        default: break
        }
    }
}
