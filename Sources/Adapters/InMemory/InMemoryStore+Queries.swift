public import Domain
public import Ports
internal import Synchronization

extension InMemoryStore {
    public func detail(of id: ServiceCallId, tenant: TenantId) async throws(QueryError) -> ServiceCallDetail? {
        state.withLock { state in
            state.calls[ServiceCallKey(tenant: tenant, id: id)].map { ServiceCallDetail(call: $0.stored.call, attempts: $0.attempts) }
        }
    }

    public func list(
        tenant: TenantId, filter: ServiceCallFilter, after: ServiceCallPlace?, limit: Int
    ) async throws(QueryError) -> ServiceCallPage {
        let matching = state.withLock { state in
            state.calls.compactMap { key, row in key.tenant == tenant && filter.matches(row.stored.call) ? row.stored.call : nil }
        }
        let ordered = matching.sorted { $0.place > $1.place }.filter { call in after.map { call.place < $0 } ?? true }
        let calls = Array(ordered.prefix(max(1, limit)))
        return ServiceCallPage(calls: calls, next: ordered.count > calls.count ? calls.last?.place : nil)
    }

    public func events(tenant: TenantId, after cursor: LogCursor, limit: Int) async throws(QueryError) -> EventPage {
        guard cursor.positions.count == partitionCount else { throw QueryError("The cursor is not of this store.") }
        return try state.withLock { state throws(QueryError) in
            if let gone = QueryError.gone(after: cursor, trimmed: state.partitions.map(\.trimmed)) { throw gone }
            var next = cursor.positions
            var found: [CommittedEvent] = []
            while found.count < max(1, limit) {
                var best: CommittedEvent?
                for (index, partition) in state.partitions.enumerated() {
                    let rest = partition.events.dropFirst(Int(clamping: max(0, next[index])))
                    next[index] += Int64(rest.prefix { $0.tenant != tenant }.count)
                    guard let first = rest.first(where: { $0.tenant == tenant }) else { continue }
                    if best.map({ first.time < $0.time }) ?? true { best = first }
                }
                guard let best else { return EventPage(events: found, next: LogCursor(positions: next), isAtEnd: true) }
                next[best.partition.index] = best.position
                found.append(best)
            }
            return EventPage(events: found, next: LogCursor(positions: next), isAtEnd: false)
        }
    }

    public func oldest() async throws(QueryError) -> LogCursor {
        state.withLock { LogCursor(positions: $0.partitions.map(\.trimmed)) }
    }

    public func end() async throws(QueryError) -> LogCursor {
        state.withLock { LogCursor(positions: $0.partitions.map(\.head)) }
    }

    public func cursor(at instant: Instant) async throws(QueryError) -> LogCursor {
        state.withLock { state in
            LogCursor(
                positions: state.partitions.map { row in row.events.first { $0.time >= instant }.map { $0.position - 1 } ?? row.head })
        }
    }
}

extension ServiceCall {
    fileprivate var place: ServiceCallPlace { ServiceCallPlace(createdAt: createdAt, id: id) }
}

extension ServiceCallFilter {
    fileprivate func matches(_ call: ServiceCall) -> Bool {
        if let status, call.status != status { return false }
        if let tag, !call.submission.tags.contains(tag) { return false }
        if let host, call.submission.request.url.host != host { return false }
        if let createdFrom, call.createdAt < createdFrom { return false }
        if let createdTo, call.createdAt >= createdTo { return false }
        if dueFrom != nil || dueTo != nil {
            guard let dueAt = call.dueAt else { return false }
            if let dueFrom, dueAt < dueFrom { return false }
            if let dueTo, dueAt >= dueTo { return false }
        }
        return true
    }
}

/// Looks without waiting, for checks by tests and simulation.
extension InMemoryStore {
    /// The committed state of a call.
    package func current(_ key: ServiceCallKey) -> ServiceCall? { state.withLock { $0.calls[key]?.stored.call } }

    /// Whether exactly this event is committed.
    package func holds(_ event: CommittedEvent) -> Bool {
        state.withLock { state in
            guard state.partitions.indices.contains(event.partition.index) else { return false }
            return state.partitions[event.partition.index].events.dropFirst(Int(clamping: event.position - 1)).first == event
        }
    }

    /// How many attempts of the call were started, as committed, be they over by now or not.
    package func attemptsStarted(of key: ServiceCallKey) -> Int { current(key)?.attempts ?? 0 }

    /// All calls, ordered by key.
    package var allCalls: [(call: ServiceCall, attempts: [AttemptRecord])] {
        state.withLock { state in
            state.calls.values.map { ($0.stored.call, $0.attempts) }
                .sorted { ($0.0.tenant, $0.0.id) < ($1.0.tenant, $1.0.id) }
        }
    }

    /// All events of each partition.
    package var allEvents: [[CommittedEvent]] { state.withLock { $0.partitions.map(\.events) } }
}
