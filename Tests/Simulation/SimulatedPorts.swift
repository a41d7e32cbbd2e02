import Domain
import InMemoryAdapter
import Ports
import PropertyKit

/// How often things go wrong, in percent. All zero: nothing does.
struct Faults {
    var commitUnavailable = 0
    var commitRejected = 0
    var ambiguousStored = 0
    var ambiguousNotStored = 0
    var readFails = 0
    var ownershipFails = 0
    var busRefuses = 0
    var busPartial = 0
    var busLosesAnswer = 0
    var targetFails = 0
    var targetHangs = 0
    /// A source answers with an error; or it breaks off in the middle.
    var sourceFails = 0
    var sourceBreaksOff = 0
    /// While the dead host does not answer, as uptime; and the longest time that the slow one takes, in microseconds.
    var outage: ClosedRange<Int64>?
    var slowTarget: Int64 = 0
    /// Longest time that the store, the bus and the target take, in microseconds.
    var slowness: Int64 = 2_000

    static let calm = Faults()
}

/// The store as one incarnation sees it: the shared one, with delays and faults.
struct SimulatedJournal: Journal {
    let world: World
    let clock: SimulatedClock
    let store: InMemoryStore
    let faults: FaultsInForce
    var forgetsMessages = false

    var storeId: UniqueId { store.storeId }
    var partitionCount: Int { store.partitionCount }

    func takeOwnership(of partition: PartitionId) async throws(JournalError) -> Ownership {
        await delay()
        if chance(faults.current.ownershipFails) { throw .unavailable("simulated") }
        let ownership = try await store.takeOwnership(of: partition)
        await delay()
        if chance(faults.current.ownershipFails) { throw .ambiguous("simulated: the answer is lost") }
        world.note("own \(partition) epoch \(ownership.epoch) head \(ownership.head)")
        return ownership
    }

    func load(_ ids: [ServiceCallKey], in partition: PartitionId) async throws(JournalError) -> [StoredServiceCall] {
        try await read()
        return try await store.load(ids, in: partition)
    }

    func load(_ keys: [BookKey], in partition: PartitionId) async throws(JournalError) -> [StoredBookRecord] {
        try await read()
        return forgetting(try await store.load(keys, in: partition))
    }

    func auditHeads(of tenants: [TenantId], in partition: PartitionId) async throws(JournalError) -> [TenantId: AuditHead] {
        try await read()
        return try await store.auditHeads(of: tenants, in: partition)
    }

    func commit(_ batch: CommitBatch) async throws(JournalError) {
        await delay()
        if chance(faults.current.commitUnavailable) { throw .unavailable("simulated") }
        if batch.serviceCalls.count + batch.books.count > 1, chance(faults.current.commitRejected) { throw .rejected("simulated") }
        if chance(faults.current.ambiguousNotStored) {
            world.note("commit \(batch.partition) lost")
            throw .ambiguous("simulated: not stored")
        }
        try await store.commit(forgetting(batch))
        world.commits[batch.partition, default: []].insert(batch.expectedHead)
        world.note("commit \(batch.partition) \(batch.expectedHead)→\(batch.head)")
        await delay()
        if chance(faults.current.ambiguousStored) { throw .ambiguous("simulated: stored") }
    }

    func dueTenants(
        in partition: PartitionId, upTo latest: Instant, after: TenantId?, limit: Int
    ) async throws(JournalError) -> [TenantId] {
        try await read()
        let tenants = try await store.dueTenants(in: partition, upTo: latest, after: after, limit: limit)
        await delay()
        return tenants
    }

    func due(
        in partition: PartitionId, tenant: TenantId, after: DuePlace?, upTo latest: Instant, limit: Int
    ) async throws(JournalError) -> [DueEntry] {
        try await read()
        let entries = try await store.due(in: partition, tenant: tenant, after: after, upTo: latest, limit: limit)
        await delay()
        return entries
    }

    func events(
        in partition: PartitionId, after position: Int64, limit: Int, bytes: Int
    ) async throws(JournalError) -> [CommittedEvent] {
        try await read()
        return try await store.events(in: partition, after: position, limit: limit, bytes: bytes)
    }

    func storePublished(_ cursors: [PublishedCursor]) async throws(JournalError) {
        try await read()
        try await store.storePublished(cursors)
    }

    func items(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [TenantItem] {
        try await read()
        return try await store.items(of: kind, in: partition, after: after, limit: limit)
    }

    func cursors(
        of kind: ItemKey.Kind, in partition: PartitionId, after: (TenantId, String)?, limit: Int
    ) async throws(JournalError) -> [FollowerCursor] {
        try await read()
        return try await store.cursors(of: kind, in: partition, after: after, limit: limit)
    }

    func storeCursors(_ cursors: [FollowerCursor]) async throws(JournalError) {
        try await read()
        try await store.storeCursors(cursors)
    }

    private func read() async throws(JournalError) {
        await delay()
        if chance(faults.current.readFails) { throw .unavailable("simulated") }
    }

    private func delay() async { await clock.delay(faults.current.slowness) }
    private func chance(_ percent: Int) -> Bool { percent > 0 && world.generator.chance(percent) }
}

/// The log of the same store, as tenants read it.
struct SimulatedLog: EventQueries {
    let clock: SimulatedClock
    let store: InMemoryStore
    let faults: FaultsInForce
    let world: World

    var storeId: UniqueId { store.storeId }
    var partitionCount: Int { store.partitionCount }

    func events(tenant: TenantId, after cursor: LogCursor, limit: Int) async throws(QueryError) -> EventPage {
        await clock.delay(faults.current.slowness)
        let percent = faults.current.readFails
        if percent > 0, world.generator.chance(percent) { throw QueryError("simulated") }
        let page = try await store.events(tenant: tenant, after: cursor, limit: limit)
        await clock.delay(faults.current.slowness)
        return page
    }

    func oldest() async throws(QueryError) -> LogCursor { try await store.oldest() }
    func end() async throws(QueryError) -> LogCursor { try await store.end() }
    func cursor(at instant: Instant) async throws(QueryError) -> LogCursor { try await store.cursor(at: instant) }
}

/// Shared by all ports of a run, so that faults can begin and end.
final class FaultsInForce: @unchecked Sendable {
    var current: Faults
    init(_ faults: Faults) { current = faults }
}

extension SimulatedClock {
    /// Takes up to `most` microseconds, often none.
    func delay(_ most: Int64) async {
        let span = Int64.random(in: -most / 2...most, using: &world.generator)
        if span > 0 { await sleep(for: TimeSpan(microseconds: span)) }
    }
}

/// The bus: remembers what was published, and checks as it goes.
struct SimulatedBus: EventBus {
    let world: World
    let clock: SimulatedClock
    let faults: FaultsInForce
    let log: PublishedLog

    func publish(_ events: [CommittedEvent]) async throws(EventBusError) {
        await clock.delay(faults.current.slowness)
        if chance(faults.current.busRefuses) { throw EventBusError(acknowledged: 0, reason: "simulated") }
        if chance(faults.current.busPartial) {
            let count = Int.random(in: 0..<max(1, events.count), using: &world.generator)
            log.add(events.prefix(count))
            throw EventBusError(acknowledged: count, reason: "simulated: partly")
        }
        log.add(events[...])
        await clock.delay(faults.current.slowness)
        if chance(faults.current.busLosesAnswer) { throw EventBusError(acknowledged: 0, reason: "simulated: answer lost") }
    }

    private func chance(_ percent: Int) -> Bool { percent > 0 && world.generator.chance(percent) }
}

/// Everything that reached the bus, over all incarnations.
final class PublishedLog: @unchecked Sendable {
    let world: World
    let store: InMemoryStore
    /// Highest position of each partition that was published, which must rise by one each time that it rises.
    private(set) var highest: [Int64]

    init(world: World, store: InMemoryStore) {
        self.world = world
        self.store = store
        highest = Array(repeating: 0, count: store.partitionCount)
    }

    func add(_ events: ArraySlice<CommittedEvent>) {
        for event in events {
            world.note("publish \(event.partition)/\(event.position)")
            if !store.holds(event) { world.violate("An event was published that is not committed: \(event.partition)/\(event.position)") }
            let known = highest[event.partition.index]
            if event.position > known + 1 {
                world.violate("Event \(event.partition)/\(event.position) was published before \(known + 1).")
            }
            highest[event.partition.index] = max(known, event.position)
        }
    }
}

/// The targets: they answer, fail, hang, and keep a record.
struct SimulatedTarget: TargetClient {
    let world: World
    let clock: SimulatedClock
    let faults: FaultsInForce
    let store: InMemoryStore

    func send(_ request: AttemptRequest) async throws(AttemptFailed) -> TargetAnswer {
        let id = request.key.id
        let sent = world.sent[request.key, default: 0] + 1
        world.sent[request.key] = sent
        world.note("send \(id) for the \(sent). time")
        if store.attemptsStarted(of: request.key) < sent {
            world.violate("A request left before its ExecutionStarted was committed: \(id)")
        }
        if !request.headers.contains(where: { $0.name == "Idempotency-Key" && $0.value == id.description }) {
            world.violate("A request left without its idempotency key.")
        }
        let host = request.request.url.host
        if world.paused.forbids(request.key.tenant, host, at: world.uptime) {
            world.violate("A request to \(host) left although it was paused: \(id)")
        }
        if host == SimulatedHost.dead.rawValue, faults.current.outage?.contains(world.uptime) == true {
            await clock.delay(faults.current.slowness)
            throw AttemptFailed(ExecutionFailure(kind: .connection, detail: "simulated: away"))
        }
        if host == SimulatedHost.slow.rawValue { await clock.delay(faults.current.slowTarget) }
        if Task.isCancelled { throw AttemptFailed(ExecutionFailure(kind: .cancelled, detail: "simulated: cut off")) }
        checkDelivery(request)
        if chance(faults.current.targetHangs) {
            // Three of four hang until the client's own time-out; the fourth comes back a minute late.
            await clock.sleep(for: world.generator.chance(75) ? request.timeout : .seconds(60))
            throw AttemptFailed(ExecutionFailure(kind: .timeout, detail: "simulated"))
        }
        await clock.delay(faults.current.slowness * 20)
        guard chance(faults.current.targetFails) else {
            return TargetAnswer(summary: ResponseSummary(status: 200, bodyBytes: 2), snippet: Array("{}".utf8))
        }
        switch Int.random(in: 0..<5, using: &world.generator) {
        case 0: throw AttemptFailed(ExecutionFailure(kind: .connection, detail: "simulated"))
        case 1: throw AttemptFailed(ExecutionFailure(kind: .status, status: 404, detail: "simulated"))
        case 2:
            throw AttemptFailed(ExecutionFailure(kind: .status, status: 429, detail: "simulated", retryAfter: .seconds(2)))
        default: throw AttemptFailed(ExecutionFailure(kind: .status, status: 503, detail: "simulated"))
        }
    }

    /// What delivers an event carries it, and the identity by which the receiver knows a repetition.
    private func checkDelivery(_ request: AttemptRequest) {
        guard case .subscription(let id, let event)? = store.current(request.key)?.submission.origin else { return }
        let webhookId = id.webhookId(of: event).description
        if !request.request.headers.contains(where: { $0.name == "webhook-id" && $0.value == webhookId }) {
            world.violate("A delivery left without its webhook-id.")
        }
        if !String(decoding: request.request.body, as: UTF8.self).contains(event.description) {
            world.violate("A delivery left without its event.")
        }
        if !request.request.url.description.contains("canary") { world.violate("A delivery lost the query of its target.") }
    }

    private func chance(_ percent: Int) -> Bool { percent > 0 && world.generator.chance(percent) }
}

struct SimulatedDiagnostics: Diagnostics {
    let world: World
    func report(_ diagnostic: Diagnostic) { world.note("diagnostic \(diagnostic.event) \(diagnostic.fields.map(\.value))") }
}
