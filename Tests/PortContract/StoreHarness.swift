public import Domain
public import Ports

/// A fresh store of at least four partitions, as the contracts of its ports need it.
public protocol StoreHarness: Sendable {
    var journal: any Journal { get }
    var calls: any ServiceCallQueries { get }
    var books: any BookQueries { get }
    var events: any EventQueries { get }
    var housekeeping: any Housekeeping { get }
    var anchors: any AnchorStore & AuditQueries { get }
    /// Closes the store and opens it again on what it kept.
    func reopen() async throws
    func close() async
}

/// What one commit is to do with a call.
public struct Change: Sendable {
    public let write: ServiceCallWrite
    public let events: [ServiceCallEvent]

    public var stored: StoredServiceCall { write.stored }
    public var call: ServiceCall { write.stored.call }
}

/// Plays the part of a partition's owner: takes it, makes commits, counts positions and ordinals.
public struct Owner: Sendable {
    public let journal: any Journal
    public let partition: PartitionId
    public var epoch: Int64
    public var head: Int64
    public var lastOrdinal: Int64

    public init(_ journal: any Journal, _ partition: Int) async throws {
        let ownership = try await journal.takeOwnership(of: PartitionId(partition))
        self.journal = journal
        self.partition = PartitionId(partition)
        epoch = ownership.epoch
        head = ownership.head
        lastOrdinal = ownership.lastOrdinal
    }

    /// Decides `command` for the call, at `now`.
    public func change(_ state: StoredServiceCall?, _ command: ServiceCallCommand, at now: Instant, ordinal: Int64? = nil) throws -> Change
    {
        let context = DecisionContext(now: now, epoch: epoch, entropy: 0)
        let events = try ServiceCall.decide(state?.call, command, context)
        var call = state?.call
        for event in events { call = ServiceCall.evolve(call, event, at: now) }
        let evolved = try requireSome(call, "a call after its events")
        let stored = StoredServiceCall(call: evolved, ordinal: state?.ordinal ?? ordinal ?? lastOrdinal + 1)
        let write = ServiceCallWrite(
            stored: stored, expectedVersion: state?.call.version ?? 0, endedAttempts: events.compactMap(\.endedAttempt))
        return Change(write: write, events: events)
    }

    public func batch(_ changes: [Change], epoch: Int64? = nil, head: Int64? = nil, data: [UInt8] = Array(#"{"a":1}"#.utf8)) -> CommitBatch
    {
        let expectedHead = head ?? self.head
        var events: [CommittedEvent] = []
        for change in changes {
            var version = change.write.expectedVersion
            for event in change.events {
                version += 1
                events.append(
                    CommittedEvent(
                        partition: partition, position: expectedHead + Int64(events.count) + 1, tenant: change.call.tenant,
                        subject: change.call.id.value, ordinal: change.stored.ordinal, version: version, type: .serviceCall(event.kind),
                        time: change.call.updatedAt, correlationId: change.call.submission.correlationId, data: data))
            }
        }
        return CommitBatch(
            partition: partition, epoch: epoch ?? self.epoch, expectedHead: expectedHead, serviceCalls: changes.map(\.write), events: events
        )
    }

    /// Commits `changes`, and counts on.
    public mutating func commit(_ changes: [Change], data: [UInt8] = Array(#"{"a":1}"#.utf8)) async throws {
        let batch = batch(changes, data: data)
        try await journal.commit(batch)
        head = batch.head
        for change in changes { lastOrdinal = max(lastOrdinal, change.stored.ordinal) }
    }

    /// Submits calls in one commit.
    public mutating func submit(_ submissions: [ServiceCallSubmission], at now: Instant = Sample.start) async throws -> [StoredServiceCall]
    {
        var changes: [Change] = []
        for (offset, submission) in submissions.enumerated() {
            changes.append(try change(nil, .submit(submission), at: now, ordinal: lastOrdinal + 1 + Int64(offset)))
        }
        try await commit(changes)
        return changes.map(\.stored)
    }

    /// Decides and commits one command.
    public mutating func commit(_ stored: StoredServiceCall, _ command: ServiceCallCommand, at now: Instant) async throws
        -> StoredServiceCall
    {
        let change = try change(stored, command, at: now)
        try await commit([change])
        return change.stored
    }
}

/// Submissions for the contracts; the same number gives the same one.
public enum Sample {
    public static let start = Instant(microseconds: 1_750_000_000_000_000)
    public static let acme = tenant("acme")
    public static let zenith = tenant("zenith")

    public static func tenant(_ name: String) -> TenantId {
        guard let tenant = TenantId(name) else { preconditionFailure("not a tenant: \(name)") }
        return tenant
    }

    /// An identifier that belongs to `partition`.
    public static func id(_ number: Int, tenant: TenantId = acme, partition: Int, of count: Int) -> ServiceCallId {
        for salt in UInt64(0)... {
            let mixed = (UInt64(truncatingIfNeeded: number) << 20 | salt) &* 0x9E37_79B9_7F4A_7C15
            let id = UniqueId(high: mixed, low: (mixed ^ mixed >> 29) &* 0xBF58_476D_1CE4_E5B9)
            if PartitionHash.partition(tenant: tenant, id: id, count: count) == partition { return ServiceCallId(id) }
        }
        preconditionFailure("no identifier found")
    }

    /// As a store takes it: what is sealed are bytes like any others to it, so these are not.
    public static func sealed(_ request: OutgoingRequest) -> SealedRequest {
        SealedRequest(
            method: request.method, url: request.url,
            payload: request.payloadBytes.map { .sealed(SealedBytes(bytes: $0)) } ?? .empty, bodyBytes: request.body.count)
    }

    public static func submission(
        _ number: Int, in owner: Owner, tenant: TenantId = acme, url: String = "https://example.com/hook?x=1",
        headers: [(String, String)] = [("Content-Type", "application/json")], body: [UInt8] = Array(#"{"n":1}"#.utf8),
        dueAt: Instant? = nil, tags: [String] = [], timeout: TimeSpan = .seconds(30), retry: RetryPolicy = .standard,
        redirects: Int = 0, origin: CallOrigin? = nil, correlationId: String = "c-1"
    ) throws -> ServiceCallSubmission {
        let id = id(number, tenant: tenant, partition: owner.partition.index, of: owner.journal.partitionCount)
        return ServiceCallSubmission(
            tenant: tenant, id: id,
            request: sealed(
                OutgoingRequest(
                    method: .POST, url: try TargetURL(url), headers: try headers.map { try .init(name: $0.0, value: $0.1) }, body: body)),
            dueAt: dueAt, tags: tags, timeout: timeout, retry: retry, redirects: redirects, origin: origin,
            fingerprint: Fingerprint(bytes: (0..<32).map { UInt8($0) }),
            correlationId: correlationId)
    }
}

/// The calls by identifier, so that answers without order can be compared.
public func byId(_ calls: [StoredServiceCall]) -> [StoredServiceCall] { calls.sorted { $0.call.id < $1.call.id } }

extension Journal {
    /// Loads one call.
    public func load(_ submission: ServiceCallSubmission, in partition: PartitionId) async throws -> StoredServiceCall? {
        try await load([ServiceCallKey(tenant: submission.tenant, id: submission.id)], in: partition).first
    }
}

/// Fails unless `body` throws an error of the journal that `isExpected` accepts.
public func requireError(
    _ what: String, _ isExpected: (JournalError) -> Bool, line: Int = #line, _ body: () async throws -> Void
) async throws {
    do { try await body() } catch let error as JournalError {
        return try require(isExpected(error), "\(what): the wrong error, \(error)", line: line)
    }
    throw ContractFailure("\(what): no error (line \(line))")
}

extension JournalError {
    public var isOwnershipLost: Bool { self == .ownershipLost }
    public var isRejected: Bool { if case .rejected = self { true } else { false } }
    public var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
}
