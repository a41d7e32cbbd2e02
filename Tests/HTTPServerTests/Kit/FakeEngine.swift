import Domain
import Ports
import Synchronization

/// An engine in memory with one partition: the decider, a dictionary and a list of events.
final class FakeEngine: ServiceCallIntents, ServiceCallQueries, EventQueries, EventSignal {
    struct State {
        var calls: [ServiceCallKey: ServiceCall] = [:]
        var attempts: [ServiceCallKey: [AttemptRecord]] = [:]
        var log: [CommittedEvent] = []
        var intentError: IntentError?
        var queryError: QueryError?
        var submissions: [ServiceCallSubmission] = []
        /// Intents are never answered.
        var isStuck = false
        /// Events up to this position are gone.
        var trimmed: Int64 = 0
        /// Events are handed out by at most so many.
        var pageSize = 1_000
    }

    let storeId = UniqueId(high: 0x0192_0000_0000_7000, low: 0x8000_0000_0000_0001)
    let partitionCount = 1
    let state = Mutex(State())
    let now: @Sendable () -> Instant

    init(now: @escaping @Sendable () -> Instant) { self.now = now }

    func send(_ intent: ServiceCallIntent) async throws(IntentError) -> ServiceCallReply {
        while state.withLock({ $0.isStuck }) { try? await Task.sleep(for: .milliseconds(2)) }
        return try state.withLock { state in
            Result { () throws(IntentError) in try Self.apply(intent, to: &state, now: now()) }
        }.get()
    }

    func send(_ intents: [ServiceCallIntent]) async -> [Result<ServiceCallReply, IntentError>] {
        state.withLock { state in
            intents.map { intent in Result { () throws(IntentError) in try Self.apply(intent, to: &state, now: now()) } }
        }
    }

    private static func apply(_ intent: ServiceCallIntent, to state: inout State, now: Instant) throws(IntentError)
        -> ServiceCallReply
    {
        if let error = state.intentError { throw error }
        if case .submit(let submission) = intent.command { state.submissions.append(submission) }
        var call = state.calls[intent.key]
        let events: [ServiceCallEvent]
        do {
            events = try ServiceCall.decide(call, intent.command, DecisionContext(now: now, epoch: 1, entropy: 0))
        } catch {
            throw .refused(error)
        }
        for event in events {
            call = ServiceCall.evolve(call, event, at: now)
            if let ended = event.endedAttempt { state.attempts[intent.key, default: []].append(ended) }
            state.log.append(
                CommittedEvent(
                    partition: PartitionId(0), position: Int64(state.log.count + 1), tenant: intent.key.tenant,
                    subject: intent.key.id.value, ordinal: 1, version: call?.version ?? 0, type: .serviceCall(event.kind),
                    time: now,
                    correlationId: call?.submission.correlationId ?? "", data: Array(#"{"status": "x"}"#.utf8)))
        }
        guard let call else { throw .refused(.notFound) }
        state.calls[intent.key] = call
        return ServiceCallReply(call: call, changed: !events.isEmpty)
    }

    func detail(of id: ServiceCallId, tenant: TenantId) async throws(QueryError) -> ServiceCallDetail? {
        let (error, detail) = state.withLock { state in
            let key = ServiceCallKey(tenant: tenant, id: id)
            return (state.queryError, state.calls[key].map { ServiceCallDetail(call: $0, attempts: state.attempts[key] ?? []) })
        }
        if let error { throw error }
        return detail
    }

    func list(
        tenant: TenantId, filter: ServiceCallFilter, after: ServiceCallPlace?, limit: Int
    ) async throws(QueryError) -> ServiceCallPage {
        let (error, calls) = state.withLock { state in
            (
                state.queryError,
                state.calls.values.filter { call in
                    call.tenant == tenant && (filter.status.map { $0 == call.status } ?? true)
                        && (filter.tag.map(call.submission.tags.contains) ?? true)
                        && (filter.host.map { $0 == call.submission.request.url.host } ?? true)
                        && (filter.dueFrom.map { from in call.dueAt.map { $0 >= from } ?? false } ?? true)
                        && (filter.dueTo.map { to in call.dueAt.map { $0 < to } ?? false } ?? true)
                }.map { (place: ServiceCallPlace(createdAt: $0.createdAt, id: $0.id), call: $0) }
                    .sorted { $0.place > $1.place }
            )
        }
        if let error { throw error }
        let rest = calls.filter { entry in after.map { entry.place < $0 } ?? true }
        let page = rest.prefix(limit)
        return ServiceCallPage(calls: page.map(\.call), next: page.count < rest.count ? page.last?.place : nil)
    }

    func events(tenant: TenantId, after cursor: LogCursor, limit: Int) async throws(QueryError) -> EventPage {
        let (error, log, size, trimmed) = state.withLock { ($0.queryError, $0.log, min(limit, $0.pageSize), $0.trimmed) }
        if let error { throw error }
        if let gone = QueryError.gone(after: cursor, trimmed: [trimmed]) { throw gone }
        let start = Int(cursor.positions.first ?? 0)
        let page = log.dropFirst(start).prefix(size)
        return EventPage(
            events: page.filter { $0.tenant == tenant }, next: LogCursor(positions: [Int64(start + page.count)]),
            isAtEnd: start + page.count >= log.count)
    }

    func oldest() async throws(QueryError) -> LogCursor { LogCursor(positions: [state.withLock { $0.trimmed }]) }

    func end() async throws(QueryError) -> LogCursor { LogCursor(positions: [state.withLock { Int64($0.log.count) }]) }

    func cursor(at instant: Instant) async throws(QueryError) -> LogCursor {
        LogCursor(positions: [state.withLock { Int64($0.log.prefix { $0.time < instant }.count) }])
    }

    func generation(of tenant: TenantId) -> UInt64 { state.withLock { UInt64($0.log.count) } }

    func wait(for tenant: TenantId, past generation: UInt64, atMost span: TimeSpan) async {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: .microseconds(span.microseconds))
        while self.generation(of: tenant) <= generation, clock.now < end {
            do { try await Task.sleep(for: .milliseconds(2)) } catch { return }
        }
    }

    // MARK: What a test does to it

    /// Takes the payload of a call away, as retention does.
    func erase(_ tenant: TenantId, _ id: ServiceCallId) {
        state.withLock { state in
            let key = ServiceCallKey(tenant: tenant, id: id)
            guard let call = state.calls[key] else { return }
            let old = call.submission
            let request = SealedRequest(
                method: old.request.method, url: old.request.url, payload: .erased, bodyBytes: old.request.bodyBytes)
            let submission = ServiceCallSubmission(
                tenant: tenant, id: id, request: request, dueAt: old.dueAt, fingerprint: old.fingerprint, correlationId: old.correlationId)
            state.calls[key] = ServiceCall(
                submission: submission, createdAt: call.createdAt, version: call.version, state: call.state, run: call.run,
                attempts: call.attempts, attemptsInRun: call.attemptsInRun, updatedAt: call.updatedAt)
        }
    }

    func fail(intents error: IntentError?) { state.withLock { $0.intentError = error } }
    func fail(queries error: QueryError?) { state.withLock { $0.queryError = error } }

    /// Runs the call's next attempt to its end.
    func attempt(_ tenant: TenantId, _ id: ServiceCallId, _ outcome: (Int) -> ServiceCallCommand) async throws {
        let key = ServiceCallKey(tenant: tenant, id: id)
        let started = try await send(ServiceCallIntent(key: key, command: .dueTimeReached))
        _ = try await send(ServiceCallIntent(key: key, command: outcome(started.call.attempts)))
    }
}
