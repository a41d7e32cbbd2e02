internal import Domain
internal import Ports

/// The events of one partition, one row at a time.
final class EventStream {
    private let partition: Int
    private let rows: Statement
    /// The position up to which everything is either given out or not the tenant's.
    private(set) var position: Int64 = 0
    private var isOver = false
    /// The tenant's next event; not yet given out.
    private(set) var candidate: CommittedEvent?

    init(_ connection: borrowing Connection, partition: Int) throws(StoreFailure) {
        self.partition = partition
        rows = try Statement(connection, "SELECT \(EventRow.columns) FROM events WHERE key > ? AND key <= ? ORDER BY key")
    }

    func reset() {
        rows.reset()
        candidate = nil
    }

    func start(after position: Int64) throws(StoreFailure) {
        reset()
        self.position = position
        isOver = false
        try rows.bind(1, RowKey(partition: partition, ordinal: position).value)
        try rows.bind(2, RowKey.last(ofPartition: partition).value)
    }

    var isAtEnd: Bool { isOver && candidate == nil }

    /// Goes on to the tenant's next event, past at most `budget` rows of other tenants.
    func advance(tenant: [UInt8], budget: inout Int) throws(StoreFailure) {
        guard candidate == nil, !isOver else { return }
        while budget > 0 {
            budget -= 1
            guard try rows.step() else {
                isOver = true
                return
            }
            if rows.matches(1, tenant) {
                candidate = try EventRow.read(rows)
                return
            }
            position = RowKey(value: rows.integer(0)).ordinal
        }
    }

    /// Gives the candidate out.
    func take() -> CommittedEvent? {
        guard let event = candidate else { return nil }
        candidate = nil
        position = event.position
        return event
    }
}

extension ReadSession {
    /// Bytes of event data after which a page is full.
    private static let pageBytes = 8 << 20

    /// One page of the tenant's events: the partitions merged by time, each in its own order.
    ///
    /// Rows of other tenants are passed over up to a limit, shared out among the partitions so that none can use it up for all; then the page
    /// is short and the cursor stands behind them.
    /// - Returns: a failure when some of the log after the cursor is gone.
    func events(
        tenant: TenantId, after cursor: LogCursor, limit: Int, scanLimit: Int
    ) throws(StoreFailure) -> Result<EventPage, QueryError> {
        try beginRead()
        if let gone = QueryError.gone(after: cursor, trimmed: try readTrimmed()) { return .failure(gone) }
        while eventStreams.count < cursor.positions.count {
            eventStreams.append(try EventStream(connection, partition: eventStreams.count))
        }
        let name = Array(tenant.value.utf8)
        let share = max(64, scanLimit / max(1, cursor.positions.count))
        var budgets = Array(repeating: share, count: cursor.positions.count)
        for (index, position) in cursor.positions.enumerated() {
            try eventStreams[index].start(after: position)
            try eventStreams[index].advance(tenant: name, budget: &budgets[index])
        }
        var events: [CommittedEvent] = []
        var bytes = 0
        while events.count < limit, bytes < Self.pageBytes, let index = earliest(of: cursor.positions.count),
            let event = eventStreams[index].take()
        {
            bytes += event.data.count
            events.append(event)
            budgets[index] += 1
            try eventStreams[index].advance(tenant: name, budget: &budgets[index])
        }
        let streams = eventStreams[..<cursor.positions.count]
        return .success(
            EventPage(
                events: events, next: LogCursor(positions: streams.map(\.position)), isAtEnd: streams.allSatisfy(\.isAtEnd)))
    }

    /// The stream with the earliest candidate; of equals, the first.
    private func earliest(of count: Int) -> Int? {
        var best: (index: Int, time: Instant)?
        for index in 0..<count {
            guard let time = eventStreams[index].candidate?.time else { continue }
            if let found = best, found.time <= time { continue }
            best = (index, time)
        }
        return best?.index
    }
}
