public import Domain
public import Ports

extension PostgresStore {
    /// Gives all partitions to this engine, when none is held by another that is alive by the database's clock, and this one a new epoch.
    public func takeOwnership(of partition: PartitionId) async throws(JournalError) -> Ownership {
        guard (0..<partitionCount).contains(partition.index) else { throw .rejected("there is no partition \(partition)") }
        return try await write { inbox, done in
            inbox.takeovers.append(.init(partition: partition, since: monotonicMicroseconds(), done: done))
        }
    }

    public func commit(_ batch: CommitBatch) async throws(JournalError) {
        let encoded = try EncodedBatch(batch, partitionCount: partitionCount)
        try await write { inbox, done in inbox.commits.append(.init(batch: encoded, since: monotonicMicroseconds(), done: done)) }
    }

    /// Waits for the next commit to take the cursors along, at most `PostgresStoreOptions.cursorDelay`.
    public func storePublished(_ cursors: [PublishedCursor]) async throws(JournalError) {
        guard !cursors.isEmpty else { return }
        try await write { inbox, done in inbox.cursors.append(.init(published: cursors, since: monotonicMicroseconds(), done: done)) }
    }

    /// Waits as `storePublished` does.
    public func storeCursors(_ cursors: [FollowerCursor]) async throws(JournalError) {
        guard !cursors.isEmpty else { return }
        if let stray = cursors.first(where: { !(0..<partitionCount).contains($0.partition.index) }) {
            throw .rejected("there is no partition \(stray.partition)")
        }
        try await write { inbox, done in inbox.cursors.append(.init(followers: cursors, since: monotonicMicroseconds(), done: done)) }
    }

    private func write<Value: Sendable>(
        _ enqueue: @Sendable (inout Inbox, CheckedContinuation<Result<Value, JournalError>, Never>) -> Void
    ) async throws(JournalError) -> Value {
        try await withCheckedContinuation { continuation in
            let isAdded = pump.add { inbox in
                guard !inbox.isClosing, inbox.writes < options.maxWaitingWrites else { return false }
                enqueue(&inbox, continuation)
                return true
            }
            if !isAdded { continuation.resume(returning: .failure(.unavailable("the store is closed, or too much waits for it"))) }
        }.get()
    }

    public func load(_ ids: [ServiceCallKey], in partition: PartitionId) async throws(JournalError) -> [StoredServiceCall] {
        guard !ids.isEmpty else { return [] }
        var (keys, tenants) = (ArrayColumn(TypeId.uuid), ArrayColumn(TypeId.text))
        for id in ids {
            keys.append(id.id.value)
            tenants.append(id.tenant.value)
        }
        let rows = try await journal(ReadStatements.load, [keys.parameter, tenants.parameter, Binary.int4(partition.index)])
        return try decoded { () throws(StoreFailure) in try CallRow.all(rows) }
    }

    public func dueTenants(
        in partition: PartitionId, upTo latest: Instant, after: TenantId?, limit: Int
    ) async throws(JournalError) -> [TenantId] {
        let rows = try await journal(
            ReadStatements.dueTenants,
            [
                Binary.int4(partition.index), Binary.text(after?.value ?? ""), Binary.int8(latest.microseconds),
                Binary.int8(Int64(max(0, limit))),
            ])
        return try decoded { () throws(StoreFailure) in
            var tenants: [TenantId] = []
            for row in 0..<rows.count {
                guard let tenant = TenantId(rows.text(row, 0)) else { throw .unreadable("a stored tenant is not valid") }
                tenants.append(tenant)
            }
            return tenants
        }
    }

    public func due(
        in partition: PartitionId, tenant: TenantId, after: DuePlace?, upTo latest: Instant, limit: Int
    ) async throws(JournalError) -> [DueEntry] {
        let rows = try await journal(
            ReadStatements.due,
            [
                Binary.int4(partition.index), Binary.text(tenant.value), Binary.int8(after?.dueAt.microseconds ?? Int64.min),
                Binary.uuid(after?.id.value ?? DuePlace.first.id.value), Binary.int8(latest.microseconds),
                Binary.int8(Int64(max(0, limit))),
            ])
        return try decoded { () throws(StoreFailure) in
            var entries: [DueEntry] = []
            for row in 0..<rows.count {
                var running: DueEntry.Running?
                if StatusCode.status(rows.integer(row, 3)) == .running {
                    running = DueEntry.Running(
                        attempt: Int(rows.integer(row, 4)), epoch: rows.integer(row, 6),
                        deadline: rows.instant(row, 5) + TimeSpan(microseconds: rows.integer(row, 7)))
                }
                entries.append(
                    DueEntry(
                        tenant: tenant, id: ServiceCallId(try rows.id(row, 0)), host: rows.text(row, 8), version: rows.integer(row, 1),
                        dueAt: rows.instant(row, 2), running: running))
            }
            return entries
        }
    }

    public func events(
        in partition: PartitionId, after position: Int64, limit: Int, bytes: Int
    ) async throws(JournalError) -> [CommittedEvent] {
        let rows = try await journal(
            ReadStatements.eventRange,
            [
                Binary.int8(RowKey(partition: partition.index, ordinal: position).value),
                Binary.int8(RowKey.last(ofPartition: partition.index).value), Binary.int8(Int64(max(0, limit))),
                Binary.int8(Int64(max(0, bytes))),
            ])
        return try decoded { () throws(StoreFailure) in try EventRow.all(rows) }
    }

    func journal(_ statement: Statement, _ values: [[UInt8]?]) async throws(JournalError) -> Rows {
        do throws(StoreFailure) {
            guard let rows = try await read(.journal, [Command(statement, values)]).first else {
                throw .unreadable("the database gave no answer")
            }
            return rows
        } catch { throw .unavailable(error.reason) }
    }

    func decoded<Value>(_ body: () throws(StoreFailure) -> Value) throws(JournalError) -> Value {
        do throws(StoreFailure) { return try body() } catch {
            options.diagnostics?.report(Diagnostic(.error, "store.unreadable", error.reason))
            throw .unavailable(error.reason)
        }
    }
}
