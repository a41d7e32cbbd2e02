public import Domain

/// An event as it stands in the log: order is by position within its partition, and by version within its aggregate.
public struct CommittedEvent: Hashable, Sendable {
    public let partition: PartitionId
    public let position: Int64
    public let tenant: TenantId
    /// The aggregate's id.
    public let subject: UniqueId
    /// The aggregate's ordinal in its partition.
    public let ordinal: Int64
    /// Counts the aggregate's events from 1 without gap.
    public let version: Int64
    public let type: EventType
    public let time: Instant
    public let correlationId: String
    /// JSON.
    public let data: [UInt8]

    public init(
        partition: PartitionId, position: Int64, tenant: TenantId, subject: UniqueId, ordinal: Int64, version: Int64, type: EventType,
        time: Instant, correlationId: String, data: [UInt8]
    ) {
        self.partition = partition
        self.position = position
        self.tenant = tenant
        self.subject = subject
        self.ordinal = ordinal
        self.version = version
        self.type = type
        self.time = time
        self.correlationId = correlationId
        self.data = data
    }

    /// The CloudEvents `id`: UUIDv5 of the store and the place in its log, so that a repeated publication has the same and no two
    /// events share one.
    public func id(in store: UniqueId) -> UniqueId {
        UniqueId.version5(namespace: store, name: UniqueId(high: UInt64(partition.index), low: UInt64(position)).bytes)
    }
}

/// The bus to which committed events are published (EV-1, EV-2, EV-8).
public protocol EventBus: Sendable {
    /// Publishes `events`, which are of one partition and in the order of positions, and returns when all are acknowledged.
    ///
    /// - Throws: `EventBusError`, which says how many from the front are certainly acknowledged; the rest may be published or not, and
    ///   is given again. Repetition is allowed, a change of order among first publications of one aggregate is not.
    func publish(_ events: [CommittedEvent]) async throws(EventBusError)
}

public struct EventBusError: Error, Hashable, Sendable {
    /// How many events, from the front of what was given, are acknowledged.
    public let acknowledged: Int
    public let reason: String

    public init(acknowledged: Int, reason: String) {
        self.acknowledged = acknowledged
        self.reason = reason
    }
}

/// Tells followers of the log that there is more (EV-4). A wake-up carries nothing: what there is stands in the log.
public protocol EventSignal: Sendable {
    /// A number that rises with every commit of the tenant's.
    func generation(of tenant: TenantId) -> UInt64
    /// Returns when the tenant's generation is past `generation`, when `span` has passed, or when the task is cancelled.
    func wait(for tenant: TenantId, past generation: UInt64, atMost span: TimeSpan) async
}
