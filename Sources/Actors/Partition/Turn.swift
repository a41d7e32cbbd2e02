internal import Domain
internal import Ports

/// What one turn of a partition decides: the overlay over the committed state, and the outcomes that are given once it is durable.
///
/// Pure: it is made from the loaded state, decides without waiting, and is committed or thrown away as a whole.
struct Turn {
    /// Everything that exists of what the turn's commands concern.
    struct Committed {
        var calls: [ServiceCallKey: StoredServiceCall] = [:]
        var books: [BookKey: StoredBookRecord] = [:]
        /// The audit chains of the tenants; nil where none has begun.
        var heads: [TenantId: AuditHead] = [:]
    }

    struct CallChange {
        var stored: StoredServiceCall
        let expectedVersion: Int64
        var endedAttempts: [AttemptRecord] = []
    }

    struct BookChange {
        var stored: StoredBookRecord
        let expectedVersion: Int64
    }

    let partition: PartitionId
    let base: Ownership
    let committed: Committed
    /// Changed calls, and their keys in the order of the first change.
    var calls: [ServiceCallKey: CallChange] = [:]
    var callKeys: [ServiceCallKey] = []
    /// Changed records of books, and their keys in the order of the first change.
    var books: [BookKey: BookChange] = [:]
    var bookKeys: [BookKey] = []
    /// Octets of documents that come with the changed records.
    var contents: [IngestionContent] = []
    private(set) var events: [CommittedEvent] = []
    private(set) var audit: [AuditSegment] = []
    var lastOrdinal: Int64

    init(partition: PartitionId, base: Ownership, committed: Committed) {
        self.partition = partition
        self.base = base
        self.committed = committed
        lastOrdinal = base.lastOrdinal
    }

    var batch: CommitBatch {
        CommitBatch(
            partition: partition, epoch: base.epoch, expectedHead: base.head,
            serviceCalls: callKeys.compactMap { key in
                calls[key].map {
                    ServiceCallWrite(stored: $0.stored, expectedVersion: $0.expectedVersion, endedAttempts: $0.endedAttempts)
                }
            },
            books: bookKeys.compactMap { key in
                books[key].map { BookWrite(stored: $0.stored, expectedVersion: $0.expectedVersion) }
            },
            contents: contents, events: events, audit: audit)
    }

    /// Decides one command on top of those before it.
    mutating func decide(_ delivery: Delivery, _ context: DecisionContext, _ calendar: any LocalCalendar) -> Decided {
        switch delivery {
        case .call(let intent, _): .call(decide(intent, context))
        case .books(let intent, _): .books(decide(intent, at: context.now, calendar))
        }
    }

    /// The first number that the turn gives.
    var printedNumber: String? {
        for key in bookKeys {
            if case .number(let record)? = books[key]?.stored.record { return record.number.printed }
        }
        return nil
    }

    /// The calls that the turn leaves waiting for a retry as long as it has decided itself, and when it did.
    var retries: [ServiceCallKey: Instant] {
        var decided: [ServiceCallKey: Instant] = [:]
        for event in events {
            guard case .serviceCall(let kind) = event.type, kind == .retryScheduled || !decided.isEmpty else { continue }
            decided[ServiceCallKey(tenant: event.tenant, id: ServiceCallId(event.subject))] = kind == .retryScheduled ? event.time : nil
        }
        return decided
    }

    /// The position that the next event but `offset` gets.
    func position(after offset: Int) -> Int64 { base.head + Int64(events.count + offset) + 1 }

    mutating func append(_ new: [CommittedEvent]) { events += new }

    /// Puts a change on record.
    mutating func record(_ entry: AuditEntry, of tenant: TenantId) {
        // Mostly one tenant speaks many times in a row.
        if let last = audit.indices.last, audit[last].tenant == tenant { return audit[last].append(entry) }
        if let index = audit.firstIndex(where: { $0.tenant == tenant }) { return audit[index].append(entry) }
        var segment = AuditSegment(tenant: tenant, after: committed.heads[tenant] ?? .start)
        segment.append(entry)
        audit.append(segment)
    }
}
