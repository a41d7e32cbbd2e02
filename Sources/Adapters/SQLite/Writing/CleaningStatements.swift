internal import CSQLite
internal import Domain
internal import Ports

/// The statements that take away what need not be kept. Used by the writer's thread alone.
final class CleaningStatements {
    private let partition: Statement
    private let endedCall: Statement
    private let deleteId: Statement
    private let deleteAttempts: Statement
    private let deleteRequest: Statement
    private let deleteCall: Statement
    private let erasePayload: Statement
    private let eraseSnippets: Statement
    private let oldestEvents: Statement
    private let deleteEvents: Statement
    private let moveTrimmed: Statement
    private let backlog: IndexBacklog
    /// Pages that incremental vacuum moves in one step.
    private static let vacuumPages = 48
    private var isGivingBack = false

    init(_ connection: borrowing Connection, _ backlog: IndexBacklog) throws(StoreFailure) {
        self.backlog = backlog
        partition = try Statement(connection, "SELECT epoch, published, trimmed FROM partitions WHERE id = ?")
        endedCall = try Statement(
            connection, "SELECT id, tenant, status FROM service_calls WHERE key = ? AND version = ? AND ended_at IS NOT NULL")
        deleteId = try Statement(connection, "DELETE FROM service_call_ids WHERE id = ? AND tenant = ? AND key = ?")
        deleteAttempts = try Statement(connection, "DELETE FROM attempts WHERE call = ?")
        deleteRequest = try Statement(connection, "DELETE FROM service_call_requests WHERE key = ?")
        deleteCall = try Statement(connection, "DELETE FROM service_calls WHERE key = ?")
        erasePayload = try Statement(
            connection,
            """
            UPDATE service_call_requests SET erased = 1, sealed = NULL, headers = x'', body = x'',
              body_bytes = coalesce(body_bytes, length(body)),
              url = CASE WHEN instr(url, '?') > 0 THEN substr(url, 1, instr(url, '?') - 1) ELSE url END
            WHERE key = ? AND \(Self.hasPayload)
            """)
        eraseSnippets = try Statement(connection, "UPDATE attempts SET snippet = NULL WHERE call = ? AND snippet IS NOT NULL")
        oldestEvents = try Statement(connection, "SELECT key, time FROM events WHERE key > ? AND key <= ? ORDER BY key LIMIT ?")
        deleteEvents = try Statement(connection, "DELETE FROM events WHERE key > ? AND key <= ?")
        moveTrimmed = try Statement(connection, "UPDATE partitions SET trimmed = ? WHERE id = ?")
    }

    /// Over the columns of `service_call_requests`. Rows from before payloads were sealed have theirs in the other columns.
    static let hasPayload = "erased = 0 AND (sealed IS NOT NULL OR length(headers) > 0 OR length(body) > 0 OR instr(url, '?') > 0)"

    private struct Place {
        let published: Int64
        let trimmed: Int64
    }

    /// - Throws: `ownershipLost` when the partition's epoch is another.
    private func place(_ id: PartitionId, _ epoch: Int64) throws(StoreFailure) -> Place {
        try partition.bind(1, id.index)
        defer { partition.reset() }
        guard try partition.step(), partition.integer(0) == epoch else { throw .fault(.ownershipLost) }
        return Place(published: partition.integer(1), trimmed: partition.integer(2))
    }

    func clean(
        _ calls: [EndedCall], _ cleaning: CallCleaning, in partition: PartitionId, epoch: Int64
    ) throws(StoreFailure) -> CleaningStep {
        _ = try place(partition, epoch)
        let budget = ChoreBudget()
        var (looked, done) = (0, 0)
        for call in calls {
            if looked > 0, budget.isSpent { break }
            looked += 1
            let key = RowKey(partition: partition.index, ordinal: call.ordinal)
            let isDone =
                switch cleaning {
                case .purge: try purge(key, version: call.version)
                case .erasePayloads: try erase(key, version: call.version)
                }
            if isDone { done += 1 }
        }
        return CleaningStep(looked: looked, done: done)
    }

    private func purge(_ key: RowKey, version: Int64) throws(StoreFailure) -> Bool {
        guard let (name, _) = try ended(key, version: version) else { return false }
        // It would be entered by its id after it is gone. Its turn comes when it is entered.
        guard !backlog.isWaiting(name) else { return false }
        try deleteId.bind(1, name.id.value)
        try deleteId.bind(2, text: name.tenant.value)
        try deleteId.bind(3, key.value)
        try deleteId.run()
        try deleteAttempts.bind(1, key.value)
        try deleteAttempts.run()
        try deleteRequest.bind(1, key.value)
        try deleteRequest.run()
        try deleteCall.bind(1, key.value)
        try deleteCall.run()
        return true
    }

    private func erase(_ key: RowKey, version: Int64) throws(StoreFailure) -> Bool {
        guard let (_, end) = try ended(key, version: version), end.isFinal else { return false }
        try erasePayload.bind(1, key.value)
        try erasePayload.run()
        let request = erasePayload.changes
        try eraseSnippets.bind(1, key.value)
        try eraseSnippets.run()
        return request + eraseSnippets.changes > 0
    }

    /// - Returns: nil when the call is gone, or has changed.
    private func ended(_ key: RowKey, version: Int64) throws(StoreFailure) -> (ServiceCallKey, CallEnd)? {
        try endedCall.bind(1, key.value)
        try endedCall.bind(2, version)
        defer { endedCall.reset() }
        guard try endedCall.step(), let end = StatusCode.status(endedCall.integer(2)).flatMap({ CallEnd($0) }) else { return nil }
        guard let tenant = TenantId(endedCall.text(1)) else { throw .unreadable("a stored tenant is not valid") }
        return (ServiceCallKey(tenant: tenant, id: ServiceCallId(try endedCall.id(0))), end)
    }

    /// - Parameter listed: how far the lists have read the log.
    func trim(
        _ partition: PartitionId, through position: Int64, before cutoff: Instant, listed: Int64, epoch: Int64
    ) throws(StoreFailure) -> TrimStep {
        let place = try place(partition, epoch)
        let end = RowKey(partition: partition.index, ordinal: min(position, place.published, listed))
        let budget = ChoreBudget()
        var trimmed = RowKey(partition: partition.index, ordinal: place.trimmed)
        var removed = 0
        while trimmed < end, removed == 0 || !budget.isSpent {
            let (last, count, isWhole) = try oldest(after: trimmed, upTo: end, before: cutoff)
            guard let last else { break }
            try deleteEvents.bind(1, trimmed.value)
            try deleteEvents.bind(2, last.value)
            try deleteEvents.run()
            removed += count
            trimmed = last
            if !isWhole { break }
        }
        if removed > 0 {
            try moveTrimmed.bind(1, trimmed.ordinal)
            try moveTrimmed.bind(2, partition.index)
            try moveTrimmed.run()
        }
        return TrimStep(trimmed: trimmed.ordinal, removed: removed, oldest: try firstTime(after: trimmed))
    }

    private static let eventsAtOnce = 64

    /// The last of the next events that may go, how many they are, and whether more may follow.
    private func oldest(
        after start: RowKey, upTo end: RowKey, before cutoff: Instant
    ) throws(StoreFailure) -> (last: RowKey?, count: Int, isWhole: Bool) {
        try oldestEvents.bind(1, start.value)
        try oldestEvents.bind(2, end.value)
        try oldestEvents.bind(3, Self.eventsAtOnce)
        defer { oldestEvents.reset() }
        var (last, count) = (RowKey?.none, 0)
        while try oldestEvents.step() {
            guard oldestEvents.instant(1) < cutoff else { return (last, count, false) }
            last = RowKey(value: oldestEvents.integer(0))
            count += 1
        }
        return (last, count, count == Self.eventsAtOnce)
    }

    private func firstTime(after start: RowKey) throws(StoreFailure) -> Instant? {
        try oldestEvents.bind(1, start.value)
        try oldestEvents.bind(2, RowKey.last(ofPartition: start.partition).value)
        try oldestEvents.bind(3, 1)
        defer { oldestEvents.reset() }
        return try oldestEvents.step() ? oldestEvents.instant(1) : nil
    }

    /// One step of incremental vacuum, when the database was made for it. Begins when more than a quarter of all pages is free, and more than
    /// `kept`; goes on until it is an eighth.
    func giveBackSpace(_ connection: borrowing Connection, kept: Int64) throws(StoreFailure) -> StoreSpace {
        let isPossible = try connection.number("PRAGMA auto_vacuum") == 2
        var space = try connection.space(hasMore: false)
        isGivingBack =
            isPossible && space.freeBytes > kept * Int64(Connection.pageBytes) && space.freeBytes > space.bytes / (isGivingBack ? 8 : 4)
        if isGivingBack {
            try connection.execute("PRAGMA incremental_vacuum(\(Self.vacuumPages))")
            space = try connection.space(hasMore: true)
        }
        return space
    }
}

extension Connection {
    /// The size of the database, with what is in the log only.
    func space(hasMore: Bool) throws(StoreFailure) -> StoreSpace {
        let (pages, free) = (try number("PRAGMA page_count") ?? 0, try number("PRAGMA freelist_count") ?? 0)
        return StoreSpace(bytes: pages * Int64(Self.pageBytes), freeBytes: free * Int64(Self.pageBytes), hasMore: hasMore)
    }
}

extension WriteSession {
    /// Made when first needed.
    func cleaning() throws(StoreFailure) -> CleaningStatements {
        if let madeCleaning { return madeCleaning }
        let made = try CleaningStatements(connection, backlog)
        madeCleaning = made
        return made
    }
}
