public import Domain
public import Ports
internal import Synchronization

/// A whole store in memory, with the same promises as the durable ones: the reference for the contract suites, and what tests and the
/// simulation run on.
public final class InMemoryStore: Journal, ServiceCallQueries, BookQueries, EventQueries {
    struct Row {
        var stored: StoredServiceCall
        let partition: Int
        /// What the due index holds: kept while an attempt runs, gone at the end.
        var dueAt: Instant?
        var attempts: [AttemptRecord] = []
    }

    struct PartitionRow {
        var epoch: Int64 = 0
        var headEpoch: Int64 = 0
        var published: Int64 = 0
        var lastOrdinal: Int64 = 0
        /// All of them; those up to `trimmed` are kept for checks alone.
        var events: [CommittedEvent] = []
        var trimmed: Int64 = 0
        var head: Int64 { Int64(events.count) }
    }

    struct State {
        var partitions: [PartitionRow]
        var calls: [ServiceCallKey: Row] = [:]
        var books: [BookKey: StoredBookRecord] = [:]
        var numbers = NumberConstraints()
        var cursors: [BookKey: FollowerCursor] = [:]
        var contents: [BookKey: [Int64: [UInt8]]] = [:]
        /// By partition.
        var audit: [[AuditSegment]]
        /// By partition.
        var anchors: [[AuditAnchor]]
    }

    public let storeId: UniqueId
    public let partitionCount: Int
    let state: Mutex<State>

    public init(partitionCount: Int, storeId: UniqueId) {
        self.partitionCount = max(1, partitionCount)
        self.storeId = storeId
        let count = max(1, partitionCount)
        state = Mutex(
            State(
                partitions: Array(repeating: PartitionRow(), count: count), audit: Array(repeating: [], count: count),
                anchors: Array(repeating: [], count: count)))
    }

    // MARK: - Journal

    public func takeOwnership(of partition: PartitionId) async throws(JournalError) -> Ownership {
        try state.withLock { state throws(JournalError) in
            let index = try Self.index(partition, state)
            state.partitions[index].epoch += 1
            let row = state.partitions[index]
            return Ownership(
                epoch: row.epoch, head: row.head, headEpoch: row.headEpoch, lastOrdinal: row.lastOrdinal, published: row.published)
        }
    }

    public func load(_ ids: [ServiceCallKey], in partition: PartitionId) async throws(JournalError) -> [StoredServiceCall] {
        state.withLock { state in ids.compactMap { state.calls[$0] }.filter { $0.partition == partition.index }.map(\.stored) }
    }

    public func commit(_ batch: CommitBatch) async throws(JournalError) {
        try state.withLock { state throws(JournalError) in
            let index = try Self.index(batch.partition, state)
            guard state.partitions[index].epoch == batch.epoch else { throw .ownershipLost }
            guard state.partitions[index].head == batch.expectedHead else { throw .ownershipLost }
            for (offset, event) in batch.events.enumerated() where event.position != batch.expectedHead + Int64(offset) + 1 {
                throw .rejected("Event position \(event.position) does not follow the head.")
            }
            for write in batch.serviceCalls { try Self.check(write, in: state) }
            guard Set(batch.serviceCalls.map { Self.key($0.stored.call) }).count == batch.serviceCalls.count else {
                throw .rejected("A call occurs twice in one commit.")
            }
            try Self.checkBooks(batch, in: state)
            for write in batch.serviceCalls { Self.apply(write, partition: index, to: &state) }
            Self.applyBooks(batch, to: &state)
            state.partitions[index].events += batch.events
            state.partitions[index].headEpoch = batch.epoch
        }
    }

    public func dueTenants(
        in partition: PartitionId, upTo latest: Instant, after: TenantId?, limit: Int
    ) async throws(JournalError) -> [TenantId] {
        state.withLock { state in
            var tenants: Set<TenantId> = []
            for (key, row) in state.calls where row.partition == partition.index {
                if let dueAt = row.dueAt, dueAt <= latest, after.map({ key.tenant > $0 }) ?? true { tenants.insert(key.tenant) }
            }
            return Array(tenants.sorted().prefix(max(0, limit)))
        }
    }

    public func due(
        in partition: PartitionId, tenant: TenantId, after: DuePlace?, upTo latest: Instant, limit: Int
    ) async throws(JournalError) -> [DueEntry] {
        state.withLock { state in
            let entries = state.calls.compactMap { key, row -> DueEntry? in
                guard key.tenant == tenant, row.partition == partition.index, let dueAt = row.dueAt, dueAt <= latest else { return nil }
                let entry = Self.entry(row.stored.call, dueAt: dueAt)
                return after.map { entry.place > $0 } ?? true ? entry : nil
            }
            return Array(entries.sorted { $0.place < $1.place }.prefix(max(0, limit)))
        }
    }

    public func events(
        in partition: PartitionId, after position: Int64, limit: Int, bytes: Int
    ) async throws(JournalError) -> [CommittedEvent] {
        try state.withLock { state throws(JournalError) in
            let index = try Self.index(partition, state)
            let events = state.partitions[index].events
            var room = max(0, bytes)
            let some = events.dropFirst(Int(clamping: max(state.partitions[index].trimmed, position))).prefix(max(0, limit))
            let fitting = some.prefix { event in
                defer { room -= min(room, event.data.count) }
                return event.data.count <= room
            }
            return Array(fitting.isEmpty ? some.prefix(1) : fitting)
        }
    }

    public func storePublished(_ cursors: [PublishedCursor]) async throws(JournalError) {
        try state.withLock { state throws(JournalError) in
            for cursor in cursors {
                let index = try Self.index(cursor.partition, state)
                guard state.partitions[index].epoch == cursor.epoch else { throw .ownershipLost }
            }
            for cursor in cursors {
                let index = cursor.partition.index
                state.partitions[index].published = max(state.partitions[index].published, cursor.position)
            }
        }
    }

    // MARK: - Rows

    static func index(_ partition: PartitionId, _ state: State) throws(JournalError) -> Int {
        guard state.partitions.indices.contains(partition.index) else { throw .rejected("There is no partition \(partition).") }
        return partition.index
    }

    private static func key(_ call: ServiceCall) -> ServiceCallKey { ServiceCallKey(tenant: call.tenant, id: call.id) }

    private static func check(_ write: ServiceCallWrite, in state: State) throws(JournalError) {
        let version = state.calls[key(write.stored.call)]?.stored.call.version ?? 0
        guard version == write.expectedVersion else {
            throw .rejected("Call \(write.stored.call.id) has version \(version), not \(write.expectedVersion).")
        }
        guard write.expectedVersion == 0 else { return }
        switch write.stored.call.submission.request.payload {
        case .empty, .sealed: break
        case .clear, .erased: throw .rejected("The payload of a new call is not sealed.")
        }
    }

    private static func apply(_ write: ServiceCallWrite, partition: Int, to state: inout State) {
        let call = write.stored.call
        let previous = state.calls[key(call)]
        var row = previous ?? Row(stored: write.stored, partition: partition)
        row.stored = write.stored
        row.attempts += write.endedAttempts
        if call.status.isTerminal { row.dueAt = nil } else if let dueAt = call.dueAt { row.dueAt = dueAt }
        if case .running(let attempt) = call.state { row.dueAt = min(row.dueAt ?? attempt.startedAt, attempt.startedAt) }
        state.calls[key(call)] = row
        state.partitions[partition].lastOrdinal = max(state.partitions[partition].lastOrdinal, write.stored.ordinal)
    }

    private static func entry(_ call: ServiceCall, dueAt: Instant) -> DueEntry {
        var running: DueEntry.Running?
        if case .running(let attempt) = call.state, let deadline = call.attemptDeadline {
            running = .init(attempt: call.attempts, epoch: attempt.epoch, deadline: deadline)
        }
        return DueEntry(
            tenant: call.tenant, id: call.id, host: call.submission.request.url.host, version: call.version, dueAt: dueAt, running: running)
    }
}
