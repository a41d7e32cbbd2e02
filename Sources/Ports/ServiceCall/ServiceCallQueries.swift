public import Domain

/// A call with every attempt that has ended.
public struct ServiceCallDetail: Sendable, Equatable {
    public let call: ServiceCall
    /// In the order of their numbers. A running attempt is in the call's state.
    public let attempts: [AttemptRecord]

    public init(call: ServiceCall, attempts: [AttemptRecord]) {
        self.call = call
        self.attempts = attempts
    }
}

/// What a list may be narrowed by; nil means any.
public struct ServiceCallFilter: Hashable, Sendable {
    public var status: ServiceCall.Status?
    public var tag: String?
    /// In lower case.
    public var host: String?
    /// First due time that matches; calls without one do not match.
    public var dueFrom: Instant?
    /// First due time that no longer matches.
    public var dueTo: Instant?
    public var createdFrom: Instant?
    public var createdTo: Instant?

    public init() {}
}

/// The place after which a list goes on: newest first, by creation and then identifier.
public struct ServiceCallPlace: Hashable, Comparable, Sendable {
    public let createdAt: Instant
    public let id: ServiceCallId

    public init(createdAt: Instant, id: ServiceCallId) {
        self.createdAt = createdAt
        self.id = id
    }

    public static func < (a: ServiceCallPlace, b: ServiceCallPlace) -> Bool {
        a.createdAt != b.createdAt ? a.createdAt < b.createdAt : a.id < b.id
    }
}

/// One page of a list. It may hold fewer calls than asked for, even none, and still have a next one.
public struct ServiceCallPage: Sendable, Equatable {
    public let calls: [ServiceCall]
    public let next: ServiceCallPlace?

    public init(calls: [ServiceCall], next: ServiceCallPlace?) {
        self.calls = calls
        self.next = next
    }
}

/// A query could not be answered; nothing is known of the data.
public struct QueryError: Error, Hashable, Sendable {
    public let reason: String
    /// Set when a cursor lies before what the log still holds: where the log begins. Going on from there skips what is gone.
    public let oldest: LogCursor?

    public init(_ reason: String, oldest: LogCursor? = nil) {
        self.reason = reason
        self.oldest = oldest
    }

    /// - Returns: nil when the log still holds everything after `cursor`.
    public static func gone(after cursor: LogCursor, trimmed: [Int64]) -> QueryError? {
        guard zip(cursor.positions, trimmed).contains(where: { $0 < $1 }) else { return nil }
        return QueryError(
            "events after the cursor are no longer in the log",
            oldest: LogCursor(positions: zip(cursor.positions, trimmed).map { max($0, $1) }))
    }
}

/// Reads of service calls, each within one tenant.
public protocol ServiceCallQueries: Sendable {
    /// - Returns: nil when the tenant has no such call.
    func detail(of id: ServiceCallId, tenant: TenantId) async throws(QueryError) -> ServiceCallDetail?

    /// The tenant's calls that match, newest first, after `after`, at most `limit`. Everything committed before the request is
    /// seen, unless the list falls more than a second behind.
    func list(
        tenant: TenantId, filter: ServiceCallFilter, after: ServiceCallPlace?, limit: Int
    ) async throws(QueryError) -> ServiceCallPage
}

/// How far a follower has read: one position per partition, in the order of the partitions.
public struct LogCursor: Hashable, Sendable {
    public let positions: [Int64]

    public init(positions: [Int64]) { self.positions = positions }

    /// Before everything that ever was; `EventQueries.oldest` is before everything that is left.
    public static func beginning(partitions: Int) -> LogCursor { LogCursor(positions: Array(repeating: 0, count: partitions)) }
}

/// One page of the log. It may hold fewer events than asked for, even none, although there are more: `isAtEnd` tells.
public struct EventPage: Sendable, Equatable {
    public let events: [CommittedEvent]
    /// Where the next page goes on.
    public let next: LogCursor
    public let isAtEnd: Bool

    public init(events: [CommittedEvent], next: LogCursor, isAtEnd: Bool) {
        self.events = events
        self.next = next
        self.isAtEnd = isAtEnd
    }
}

/// Reads of the event log, each within one tenant.
public protocol EventQueries: Sendable {
    var storeId: UniqueId { get }
    var partitionCount: Int { get }

    /// The tenant's events after `cursor`: those of one partition in the order of positions, so those of one aggregate in the order of
    /// versions; at most `limit`.
    ///
    /// - Throws: an error with `oldest` when some of the log after `cursor` is gone, of whatever tenant: nothing is skipped in silence.
    func events(tenant: TenantId, after cursor: LogCursor, limit: Int) async throws(QueryError) -> EventPage

    /// The cursor before everything that the log still holds.
    func oldest() async throws(QueryError) -> LogCursor

    /// The cursor behind everything that is committed now.
    func end() async throws(QueryError) -> LogCursor

    /// The cursor before the first event of each partition that is committed at `instant` or later; behind everything where there is none.
    ///
    /// Times of a partition rise with its positions as long as no clock is set back. Where one was, the cursor is at some place at
    /// which the times pass `instant`.
    func cursor(at instant: Instant) async throws(QueryError) -> LogCursor
}
