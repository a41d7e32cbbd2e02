public import Domain

/// One of the fixed number of partitions of a store, from 0.
public struct PartitionId: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let index: Int
    public init(_ index: Int) { self.index = index }
    public static func < (a: PartitionId, b: PartitionId) -> Bool { a.index < b.index }
    public var description: String { String(index) }
}

/// What a partition's owner starts from.
public struct Ownership: Hashable, Sendable {
    /// Rises with every change of owner; a commit under an older one is refused.
    public let epoch: Int64
    /// Position of the last committed event; 0 when there is none.
    public let head: Int64
    /// The epoch under which the last commit was made; 0 when there is none. Since each epoch has one owner, it tells whose commit
    /// that was (stored as `partitions.head_epoch`, set by every commit together with the head).
    public let headEpoch: Int64
    /// The ordinal of the last record made; 0 when there is none.
    public let lastOrdinal: Int64
    /// The highest contiguous position that the bus has acknowledged.
    public let published: Int64
    /// Whether the owner before was not seen to end, so that attempts which it started may still be under way. They get until their
    /// time-out.
    public let predecessorMayRun: Bool

    public init(
        epoch: Int64, head: Int64, headEpoch: Int64, lastOrdinal: Int64, published: Int64, predecessorMayRun: Bool = false
    ) {
        self.epoch = epoch
        self.head = head
        self.headEpoch = headEpoch
        self.lastOrdinal = lastOrdinal
        self.published = published
        self.predecessorMayRun = predecessorMayRun
    }
}

/// A committed call with its place in the store.
public struct StoredServiceCall: Sendable, Equatable {
    public let call: ServiceCall
    /// Where its row lies within the partition; given once, when the call is made.
    public let ordinal: Int64

    public init(call: ServiceCall, ordinal: Int64) {
        self.call = call
        self.ordinal = ordinal
    }
}

/// The new state of one call within a commit.
public struct ServiceCallWrite: Sendable {
    public let stored: StoredServiceCall
    /// The version that the store must hold; 0: no such call may exist.
    public let expectedVersion: Int64
    /// Attempts that ended in this commit.
    public let endedAttempts: [AttemptRecord]

    public init(stored: StoredServiceCall, expectedVersion: Int64, endedAttempts: [AttemptRecord]) {
        self.stored = stored
        self.expectedVersion = expectedVersion
        self.endedAttempts = endedAttempts
    }
}

/// A committed record of a tenant's books with its place in the store.
public struct StoredBookRecord: Sendable, Hashable {
    public let record: BookRecord
    /// Where it lies within the partition; given once. A number has none, and says 0.
    public let ordinal: Int64

    public init(record: BookRecord, ordinal: Int64) {
        self.record = record
        self.ordinal = ordinal
    }
}

/// The new state of one record of the books within a commit.
public struct BookWrite: Sendable {
    public let stored: StoredBookRecord
    /// The version that the store must hold; 0: no such record may exist.
    public let expectedVersion: Int64

    public init(stored: StoredBookRecord, expectedVersion: Int64) {
        self.stored = stored
        self.expectedVersion = expectedVersion
    }
}

/// Everything that one turn of a partition changes: all of it becomes durable, or none.
public struct CommitBatch: Sendable {
    public let partition: PartitionId
    public let epoch: Int64
    /// The head before this commit.
    public let expectedHead: Int64
    public let serviceCalls: [ServiceCallWrite]
    public let books: [BookWrite]
    /// Octets of documents whose records are among `books`; no key and version occurs twice, or was written before.
    public let contents: [IngestionContent]
    /// Positions run on from `expectedHead` without gap.
    public let events: [CommittedEvent]
    /// At most one segment for each tenant.
    public let audit: [AuditSegment]

    public init(
        partition: PartitionId, epoch: Int64, expectedHead: Int64, serviceCalls: [ServiceCallWrite], books: [BookWrite] = [],
        contents: [IngestionContent] = [], events: [CommittedEvent], audit: [AuditSegment] = []
    ) {
        self.partition = partition
        self.epoch = epoch
        self.expectedHead = expectedHead
        self.serviceCalls = serviceCalls
        self.books = books
        self.contents = contents
        self.events = events
        self.audit = audit
    }

    /// The head after this commit.
    public var head: Int64 { expectedHead + Int64(events.count) }
}

/// What the timer needs to know of a call that waits or runs.
public struct DueEntry: Hashable, Sendable {
    public let tenant: TenantId
    public let id: ServiceCallId
    /// The host that the call goes to, in lower case.
    public let host: String
    public let version: Int64
    /// The due time; for a running attempt, the due time at which it was started.
    public let dueAt: Instant
    /// Set when an attempt is running.
    public let running: Running?

    public struct Running: Hashable, Sendable {
        public let attempt: Int
        public let epoch: Int64
        /// When the attempt's time-out has passed.
        public let deadline: Instant

        public init(attempt: Int, epoch: Int64, deadline: Instant) {
            self.attempt = attempt
            self.epoch = epoch
            self.deadline = deadline
        }
    }

    public init(tenant: TenantId, id: ServiceCallId, host: String, version: Int64, dueAt: Instant, running: Running?) {
        self.tenant = tenant
        self.id = id
        self.host = host
        self.version = version
        self.dueAt = dueAt
        self.running = running
    }

    public var place: DuePlace { DuePlace(dueAt: dueAt, id: id) }
}

/// A place in the order of due times of one tenant in one partition.
public struct DuePlace: Hashable, Comparable, Sendable {
    public let dueAt: Instant
    public let id: ServiceCallId

    public static let first = DuePlace(dueAt: .earliest, id: ServiceCallId(UniqueId(high: 0, low: 0)))

    public init(dueAt: Instant, id: ServiceCallId) {
        self.dueAt = dueAt
        self.id = id
    }

    public static func < (a: DuePlace, b: DuePlace) -> Bool { a.dueAt != b.dueAt ? a.dueAt < b.dueAt : a.id < b.id }
}

/// Why the store did not do what was asked.
public enum JournalError: Error, Hashable, Sendable {
    /// Another owner has taken the partition; nothing of this commit is stored.
    case ownershipLost
    /// Another engine owns the partition and is alive: it may be taken over once that engine gives it up, or fails to renew its lease.
    /// Nothing was changed.
    case heldElsewhere(String)
    /// The commit breaks a constraint of the store; nothing of it is stored, and repeating it would not help.
    case rejected(String)
    /// The commit gives a document a number that another one of the tenant has, or prints alike (CT-3, CT-7); nothing of it is stored.
    case numberCollision(String)
    /// The store cannot do it now (disk full, locked, not reachable); nothing is stored, and repeating may help.
    case unavailable(String)
    /// Whether it is stored is not known: take ownership anew and compare the head.
    case ambiguous(String)
}

/// The durable store of the engine, as its partitions write it.
///
/// One owner per partition writes; the fence inside every commit makes that true whatever else happens. Implementations
/// join the commits of all waiting partitions into one physical transaction, and when that fails try each alone.
public protocol Journal: Sendable {
    /// Identifies this store; made when it was created.
    var storeId: UniqueId { get }
    /// Fixed when the store was created.
    var partitionCount: Int { get }

    /// Where the partitions had best work, to be near the store; nil: wherever the engine likes.
    var partitionExecutor: (any TaskExecutor)? { get }

    /// Why commits fail at present; nil while they succeed. Begins with a commit that the store could not do, and ends with the next write
    /// that it did: it tries one by itself every few seconds, so that it need not be asked to notice. A store that grants leases tells of a
    /// lease that was lost, or has run out, within the time of a lease, also while nothing is committed.
    var writeTrouble: WriteTrouble? { get }

    /// Makes the caller the owner of `partition`: raises the epoch, durably, after any commit still under way.
    ///
    /// A store that several engines can reach gives all its partitions to one of them, and refuses the others with `heldElsewhere`.
    func takeOwnership(of partition: PartitionId) async throws(JournalError) -> Ownership

    /// The calls among `ids` that exist; order is not defined. Sees every commit that has returned.
    func load(_ ids: [ServiceCallKey], in partition: PartitionId) async throws(JournalError) -> [StoredServiceCall]

    /// The records of books among `keys` that exist; order is not defined. Sees every commit that has returned.
    func load(_ keys: [BookKey], in partition: PartitionId) async throws(JournalError) -> [StoredBookRecord]

    /// The items of a kind that are in use (not deleted), of all tenants whose books lie in the partition, in the order of tenant and
    /// identifier, after `after`. Fewer than `limit`: there are no more.
    func items(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [TenantItem]

    /// Where the audit chains of `tenants` stand in this partition; a tenant without entries is not in the answer.
    func auditHeads(of tenants: [TenantId], in partition: PartitionId) async throws(JournalError) -> [TenantId: AuditHead]

    /// Stores `batch` durably under the fence.
    ///
    /// The constraints of numbers hold in the store too: the sequence in its series and period, the printed number without punctuation in the
    /// tenant, and the document in its series are each unique.
    ///
    /// A commit that begins a run of a source takes away those of the source's runs that have ended and are older than its newest
    /// `IngestionLimits.runsKept`.
    func commit(_ batch: CommitBatch) async throws(JournalError)

    /// Tenants of the partition with calls that are scheduled, running or waiting for a retry and due up to `latest`, in
    /// order, after `after`, at most `limit`.
    func dueTenants(
        in partition: PartitionId, upTo latest: Instant, after: TenantId?, limit: Int
    ) async throws(JournalError) -> [TenantId]

    /// The tenant's calls that are scheduled, running or waiting for a retry, in the order of `DuePlace`, after `after`, due up to
    /// `latest`, at most `limit`.
    func due(
        in partition: PartitionId, tenant: TenantId, after: DuePlace?, upTo latest: Instant, limit: Int
    ) async throws(JournalError) -> [DueEntry]

    /// Committed events of the partition with positions after `position`, in order: at most `limit`, and no more than have together
    /// `bytes` bytes of data, though always the first.
    func events(
        in partition: PartitionId, after position: Int64, limit: Int, bytes: Int
    ) async throws(JournalError) -> [CommittedEvent]

    /// Stores how far each partition's events are published, under the owner's epoch. A cursor never moves back.
    func storePublished(_ cursors: [PublishedCursor]) async throws(JournalError)

    /// How far the items of a kind are followed, in the order of tenant and identifier, after `after`. Fewer than `limit`: there are no
    /// more. An item that was not followed yet, or is deleted, has none.
    func cursors(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [FollowerCursor]

    /// Stores how far items are followed, each under its owner's epoch. A cursor that does not replace the stored one
    /// (`FollowerCursor.replaces`) is passed over, and so is one of an item that does not exist or is deleted: what is late does no harm.
    /// One request is one transaction, in which commits wait: better some hundreds in each than ten thousand.
    ///
    /// - Throws: `ownershipLost` when an epoch is not the partition's any more; the cursors of other partitions may be stored then.
    func storeCursors(_ cursors: [FollowerCursor]) async throws(JournalError)
}

/// The key of a service call in the store.
public struct ServiceCallKey: Hashable, Sendable {
    public let tenant: TenantId
    public let id: ServiceCallId

    public init(tenant: TenantId, id: ServiceCallId) {
        self.tenant = tenant
        self.id = id
    }

    /// The partition that owns the call, in a store of `count` partitions.
    public func partition(of count: Int) -> PartitionId {
        PartitionId(PartitionHash.partition(tenant: tenant, id: id.value, count: count))
    }
}

/// How far the events of a partition are published.
public struct PublishedCursor: Hashable, Sendable {
    public let partition: PartitionId
    public let epoch: Int64
    public let position: Int64

    public init(partition: PartitionId, epoch: Int64, position: Int64) {
        self.partition = partition
        self.epoch = epoch
        self.position = position
    }
}

extension Journal {
    public var partitionExecutor: (any TaskExecutor)? { nil }
    public var writeTrouble: WriteTrouble? { nil }

    /// The same, whatever their size.
    public func events(in partition: PartitionId, after position: Int64, limit: Int) async throws(JournalError) -> [CommittedEvent] {
        try await events(in: partition, after: position, limit: limit, bytes: .max)
    }
}
