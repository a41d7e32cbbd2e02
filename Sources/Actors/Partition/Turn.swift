internal import Domain
internal import Ports

/// One command on its way through a partition.
struct Delivery: Sendable {
    let intent: ServiceCallIntent
    let reply: ReplySlot
}

/// What one turn of a partition decides: the overlay over the committed state, and the outcomes that are given once it is durable.
///
/// Pure: it is made from the loaded state, decides without waiting, and is committed or thrown away as a whole.
struct Turn {
    struct Change {
        var stored: StoredServiceCall
        let expectedVersion: Int64
        var endedAttempts: [AttemptRecord] = []
    }

    let partition: PartitionId
    let base: Ownership
    private let committed: [ServiceCallKey: StoredServiceCall]
    private(set) var changes: [ServiceCallKey: Change] = [:]
    /// The changed keys in the order of their first change.
    private(set) var changedKeys: [ServiceCallKey] = []
    private(set) var events: [CommittedEvent] = []
    private(set) var kinds: [ServiceCallEvent.Kind] = []
    private(set) var lastOrdinal: Int64

    /// - Parameter committed: every call that the turn's commands concern and that exists.
    init(partition: PartitionId, base: Ownership, committed: [ServiceCallKey: StoredServiceCall]) {
        self.partition = partition
        self.base = base
        self.committed = committed
        lastOrdinal = base.lastOrdinal
    }

    var batch: CommitBatch {
        CommitBatch(
            partition: partition, epoch: base.epoch, expectedHead: base.head,
            serviceCalls: changedKeys.compactMap { key in
                changes[key].map {
                    ServiceCallWrite(stored: $0.stored, expectedVersion: $0.expectedVersion, endedAttempts: $0.endedAttempts)
                }
            },
            events: events)
    }

    /// Decides one command on top of those before it.
    mutating func decide(_ intent: ServiceCallIntent, _ context: DecisionContext) -> Outcome {
        let key = intent.key
        let current = changes[key]?.stored ?? committed[key]
        let decided: [ServiceCallEvent]
        do throws(ServiceCallError) {
            decided = try ServiceCall.decide(current?.call, intent.command, context)
        } catch {
            return .failure(.refused(error))
        }
        guard !decided.isEmpty else {
            guard let current else { return .failure(.refused(.notFound)) }
            return .success(ServiceCallReply(call: current.call, changed: false))
        }
        guard let call = apply(decided, to: key, current, at: context.now) else {
            return .failure(.unavailable("The decision did not lead to a state."))
        }
        return .success(ServiceCallReply(call: call, changed: true))
    }

    private mutating func apply(
        _ decided: [ServiceCallEvent], to key: ServiceCallKey, _ current: StoredServiceCall?, at now: Instant
    ) -> ServiceCall? {
        var call = current?.call
        let ordinal = current?.ordinal ?? lastOrdinal + 1
        var ended: [AttemptRecord] = []
        var appended: [CommittedEvent] = []
        for event in decided {
            guard let next = ServiceCall.evolve(call, event, at: now) else { return nil }
            call = next
            if let record = event.endedAttempt { ended.append(record) }
            appended.append(
                CommittedEvent(
                    partition: partition, position: base.head + Int64(events.count + appended.count) + 1, tenant: key.tenant,
                    subject: key.id.value, ordinal: ordinal, version: next.version, type: .serviceCall(event.kind), time: now,
                    correlationId: next.submission.correlationId, data: event.wireData(of: next)))
        }
        guard let call else { return nil }
        if current == nil { lastOrdinal = ordinal }
        events += appended
        kinds += decided.map(\.kind)
        if changes[key] == nil { changedKeys.append(key) }
        let expected = changes[key]?.expectedVersion ?? current?.call.version ?? 0
        let before = changes[key]?.endedAttempts ?? []
        changes[key] = Change(
            stored: StoredServiceCall(call: call, ordinal: ordinal), expectedVersion: expected, endedAttempts: before + ended)
        return call
    }
}
