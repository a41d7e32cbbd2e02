internal import Domain
internal import Ports

/// Finds calls that have ended, in the order in which they lie. Used by one reader's thread alone.
///
/// Without an index: whatever ended would have to be entered in one, by every commit that ends a call, for the sake of one look a day.
final class EndedCallScan {
    private let firstKey: Statement
    private let ended: Statement

    /// Ordinals that one part covers.
    static let window: Int64 = 2_048

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        firstKey = try Statement(connection, "SELECT key FROM service_calls WHERE key > ? AND key <= ? ORDER BY key LIMIT 1")
        ended = try Statement(
            connection,
            """
            SELECT c.key, c.version, c.tenant, c.status, c.ended_at,
              \(CleaningStatements.hasPayload) OR EXISTS (SELECT 1 FROM attempts WHERE call = c.key AND snippet IS NOT NULL)
            FROM service_calls AS c CROSS JOIN service_call_requests AS r ON r.key = c.key
            WHERE c.key >= ? AND c.key <= ? AND c.ended_at <= ? ORDER BY c.key
            """)
    }

    func endRead() {
        firstKey.reset()
        ended.reset()
    }

    func page(_ partition: PartitionId, after ordinal: Int64, upTo latest: Instant) throws(StoreFailure) -> EndedCallPage {
        let last = RowKey.last(ofPartition: partition.index)
        try firstKey.bind(1, RowKey(partition: partition.index, ordinal: ordinal).value)
        try firstKey.bind(2, last.value)
        // Calls that were purged leave gaps, which are leapt over.
        guard try firstKey.step() else { return EndedCallPage(calls: [], next: nil) }
        let first = RowKey(value: firstKey.integer(0))
        firstKey.reset()
        let end = RowKey(partition: partition.index, ordinal: first.ordinal + Self.window - 1)
        try ended.bind(1, first.value)
        try ended.bind(2, end.value)
        try ended.bind(3, latest)
        var calls: [EndedCall] = []
        while try ended.step() {
            guard let tenant = TenantId(ended.text(2)) else { throw .unreadable("a stored tenant is not valid") }
            guard let end = StatusCode.status(ended.integer(3)).flatMap({ CallEnd($0) }) else { continue }
            calls.append(
                EndedCall(
                    ordinal: RowKey(value: ended.integer(0)).ordinal, version: ended.integer(1), tenant: tenant, end: end,
                    endedAt: ended.instant(4), hasPayload: ended.integer(5) != 0))
        }
        return EndedCallPage(calls: calls, next: end.ordinal)
    }
}

extension ReadSession {
    /// Made when first needed.
    func scan() throws(StoreFailure) -> EndedCallScan {
        try beginRead()
        if let madeScan { return madeScan }
        let made = try EndedCallScan(connection)
        madeScan = made
        return made
    }
}
