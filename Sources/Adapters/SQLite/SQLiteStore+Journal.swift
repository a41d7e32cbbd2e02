public import Domain
public import Ports
internal import Synchronization

extension SQLiteStore {
    public func takeOwnership(of partition: PartitionId) async throws(JournalError) -> Ownership {
        try await write { queue, done in queue.takeovers.append(.init(partition: partition, done: done)) }
    }

    public func commit(_ batch: CommitBatch) async throws(JournalError) {
        try await write { queue, done in queue.commits.append(.init(batch: batch, done: done)) }
    }

    /// Waits for the next commit to take the cursors along, at most `SQLiteStoreOptions.cursorDelay`.
    public func storePublished(_ cursors: [PublishedCursor]) async throws(JournalError) {
        guard !cursors.isEmpty else { return }
        try await store { done in .init(published: cursors, done: done) }
    }

    /// Waits as `storePublished` does.
    public func storeCursors(_ cursors: [FollowerCursor]) async throws(JournalError) {
        guard !cursors.isEmpty else { return }
        if let stray = cursors.first(where: { !(0..<partitionCount).contains($0.partition.index) }) {
            throw .rejected("there is no partition \(stray.partition)")
        }
        try await store { done in .init(followers: cursors, done: done) }
    }

    private func store(
        _ request: @Sendable (CheckedContinuation<Result<Void, JournalError>, Never>) -> WriteQueue.Cursors
    ) async throws(JournalError) {
        let due = monotonicMicroseconds() + max(0, options.cursorDelay.microseconds)
        try await write { queue, done in
            queue.cursors.append(request(done))
            if queue.cursorsDue == nil { queue.cursorsDue = due }
        }
    }

    func write<Value: Sendable>(
        _ enqueue: @Sendable (inout WriteQueue, CheckedContinuation<Result<Value, JournalError>, Never>) -> Void
    ) async throws(JournalError) -> Value {
        try await withCheckedContinuation { continuation in
            let isRefused = writer.queue.signal { queue in
                guard !queue.isClosing, queue.count < options.maxWaitingWrites else { return true }
                enqueue(&queue, continuation)
                return false
            }
            if isRefused { continuation.resume(returning: .failure(.unavailable("the store is closed, or too much waits for it"))) }
        }.get()
    }

    public func load(_ ids: [ServiceCallKey], in partition: PartitionId) async throws(JournalError) -> [StoredServiceCall] {
        guard !ids.isEmpty else { return [] }
        return try await journal { (session) throws(StoreFailure) in try session.load(ids, in: partition) }
    }

    public func dueTenants(
        in partition: PartitionId, upTo latest: Instant, after: TenantId?, limit: Int
    ) async throws(JournalError) -> [TenantId] {
        try await settle(upTo: latest)
        return try await journal { (session) throws(StoreFailure) in
            try session.dueTenants(partition, upTo: latest, after: after, limit: limit)
        }
    }

    public func due(
        in partition: PartitionId, tenant: TenantId, after: DuePlace?, upTo latest: Instant, limit: Int
    ) async throws(JournalError) -> [DueEntry] {
        try await settle(upTo: latest)
        return try await journal { (session) throws(StoreFailure) in
            try session.due(partition, tenant, after: after, upTo: latest, limit: limit)
        }
    }

    public func events(
        in partition: PartitionId, after position: Int64, limit: Int, bytes: Int
    ) async throws(JournalError) -> [CommittedEvent] {
        try await journal { (session) throws(StoreFailure) in
            try session.events(partition, after: position, limit: limit, bytes: bytes)
        }
    }

    /// Has every call that is due up to `latest` entered by its due time, where one may be waiting for it.
    private func settle(upTo latest: Instant) async throws(JournalError) {
        guard latest.microseconds >= writer.waiting.earliestDue.load(ordering: .acquiring) else { return }
        try await write { queue, done in queue.settlements.append(.init(done: done)) }
    }

    func journal<Value: Sendable>(
        _ body: @escaping @Sendable (ReadSession) throws(StoreFailure) -> Value
    ) async throws(JournalError) -> Value {
        switch await readers.read(.journal, body) {
        case .success(let value): return value
        case .failure(let failure):
            reportRead(failure)
            throw .unavailable(failure.reason)
        }
    }
}
