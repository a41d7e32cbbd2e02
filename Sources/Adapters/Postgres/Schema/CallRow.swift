internal import Domain
internal import Ports

/// How a service call stands in its rows.
enum CallRow {
    /// The columns that `read` expects, from `service_calls AS c JOIN service_call_requests AS r`.
    static let columns = """
        c.key, c.version, c.status, c.due_at, c.attempt_started_at, c.attempt_epoch, c.run, c.attempts, c.attempts_in_run, c.ended_at, \
        c.reason, c.created_at, c.updated_at, c.tenant, c.id, r.method, r.url, r.headers, r.tags, r.due_at, r.timeout, \
        r.retry_max_attempts, r.retry_initial_delay, r.retry_max_delay, r.retry_deadline, r.retry_statuses, r.fingerprint, \
        r.correlation_id, r.body, r.body_bytes, r.redirects, r.origin, r.erased, r.sealed
        """

    static func read(_ rows: Rows, _ row: Int) throws(StoreFailure) -> StoredServiceCall {
        let call = ServiceCall(
            submission: try submission(rows, row), createdAt: rows.instant(row, 11), version: rows.integer(row, 1),
            state: try state(rows, row), run: Int(rows.integer(row, 6)), attempts: Int(rows.integer(row, 7)),
            attemptsInRun: Int(rows.integer(row, 8)), updatedAt: rows.instant(row, 12))
        return StoredServiceCall(call: call, ordinal: RowKey(value: rows.integer(row, 0)).ordinal)
    }

    static func all(_ rows: Rows) throws(StoreFailure) -> [StoredServiceCall] {
        var calls: [StoredServiceCall] = []
        calls.reserveCapacity(rows.count)
        for row in 0..<rows.count { calls.append(try read(rows, row)) }
        return calls
    }

    private static func submission(_ rows: Rows, _ row: Int) throws(StoreFailure) -> ServiceCallSubmission {
        guard let tenant = TenantId(rows.text(row, 13)) else { throw .unreadable("a stored tenant is not valid") }
        guard let method = OutgoingRequest.Method(rawValue: rows.text(row, 15)) else { throw .unreadable("a stored method is not known") }
        let retry = RetryPolicy(
            maxAttempts: Int(rows.integer(row, 21)), initialDelay: TimeSpan(microseconds: rows.integer(row, 22)),
            maxDelay: TimeSpan(microseconds: rows.integer(row, 23)), deadline: rows.optionalInstant(row, 24),
            statuses: rows.optionalText(row, 25).map { Set($0.split(separator: ",").compactMap { Int($0) }) })
        return ServiceCallSubmission(
            tenant: tenant, id: ServiceCallId(try rows.id(row, 14)),
            request: try request(rows, row, method), dueAt: rows.optionalInstant(row, 19),
            tags: try Netstrings.read(rows.bytes(row, 18)), timeout: TimeSpan(microseconds: rows.integer(row, 20)), retry: retry,
            redirects: Int(rows.integer(row, 30)), origin: try rows.optionalText(row, 31).map(origin),
            fingerprint: Fingerprint(bytes: rows.bytes(row, 26)), correlationId: rows.text(row, 27))
    }

    /// A row from before requests were sealed holds query, header fields and body as they are; it is never written again.
    private static func request(_ rows: Rows, _ row: Int, _ method: OutgoingRequest.Method) throws(StoreFailure) -> SealedRequest {
        let url = try url(rows.text(row, 16))
        let body = rows.bytes(row, 28)
        let payload: SealedRequest.Payload
        if rows.integer(row, 32) != 0 {
            payload = .erased
        } else if !rows.isNull(row, 33) {
            payload = .sealed(SealedBytes(bytes: rows.bytes(row, 33)))
        } else {
            let old = OutgoingRequest(method: method, url: url, headers: try headers(rows.bytes(row, 17)), body: body)
            payload = old.payloadBytes.map { .clear($0) } ?? .empty
        }
        return SealedRequest(
            method: method, url: url, payload: payload, bodyBytes: rows.optionalInteger(row, 29).map { Int($0) } ?? body.count)
    }

    private static func origin(_ text: String) throws(StoreFailure) -> CallOrigin {
        guard let origin = CallOrigin(text) else { throw .unreadable("a stored origin is not valid") }
        return origin
    }

    private static func url(_ text: String) throws(StoreFailure) -> TargetURL {
        do { return try TargetURL(text) } catch { throw .unreadable("a stored URL is not valid") }
    }

    private static func headers(_ bytes: [UInt8]) throws(StoreFailure) -> [OutgoingRequest.Header] {
        let parts = try Netstrings.read(bytes)
        guard parts.count.isMultiple(of: 2) else { throw .unreadable("stored headers are not in pairs") }
        var headers: [OutgoingRequest.Header] = []
        headers.reserveCapacity(parts.count / 2)
        for index in stride(from: 0, to: parts.count, by: 2) {
            do { headers.append(try .init(name: parts[index], value: parts[index + 1])) } catch {
                throw .unreadable("a stored header is not valid")
            }
        }
        return headers
    }

    private static func state(_ rows: Rows, _ row: Int) throws(StoreFailure) -> ServiceCall.State {
        switch StatusCode.status(rows.integer(row, 2)) {
        case .scheduled: return .scheduled(dueAt: rows.instant(row, 3))
        case .running: return .running(.init(startedAt: rows.instant(row, 4), epoch: rows.integer(row, 5)))
        case .waitingRetry: return .waitingRetry(until: rows.instant(row, 3))
        case .succeeded: return .succeeded(at: rows.instant(row, 9))
        case .failed:
            guard let reason = ServiceCall.FailureReason(rawValue: rows.text(row, 10)) else {
                throw .unreadable("a stored reason is not known")
            }
            return .failed(at: rows.instant(row, 9), reason)
        case .cancelled: return .cancelled(at: rows.instant(row, 9))
        case nil: throw .unreadable("a stored status is not known")
        }
    }

    /// The columns `number, started_at, ended_at, outcome, status, body_bytes, detail, retry_after, snippet`.
    static func attempt(_ rows: Rows, _ row: Int) throws(StoreFailure) -> AttemptRecord {
        let kind = rows.text(row, 3)
        let outcome: AttemptRecord.Outcome
        if kind == Self.succeeded {
            outcome = .succeeded(ResponseSummary(status: Int(rows.integer(row, 4)), bodyBytes: Int(rows.integer(row, 5))))
        } else if let kind = ExecutionFailure.Kind(rawValue: kind) {
            outcome = .failed(
                ExecutionFailure(
                    kind: kind, status: rows.optionalInteger(row, 4).map { Int($0) }, detail: rows.text(row, 6),
                    retryAfter: rows.optionalInteger(row, 7).map(TimeSpan.init(microseconds:))))
        } else {
            throw .unreadable("a stored outcome is not known")
        }
        return AttemptRecord(
            number: Int(rows.integer(row, 0)), startedAt: rows.instant(row, 1), endedAt: rows.instant(row, 2), outcome: outcome,
            snippet: rows.isNull(row, 8) ? nil : SealedBytes(bytes: rows.bytes(row, 8)))
    }

    static let succeeded = "succeeded"
}

/// How an event stands in its row.
enum EventRow {
    /// The columns that `read` expects, from `events AS e`.
    static let columns = "e.key, e.tenant, e.subject, e.ordinal, e.version, e.type, e.time, e.correlation_id, e.data"

    static func all(_ rows: Rows) throws(StoreFailure) -> [CommittedEvent] {
        var events: [CommittedEvent] = []
        events.reserveCapacity(rows.count)
        for row in 0..<rows.count { events.append(try read(rows, row)) }
        return events
    }

    private static func read(_ rows: Rows, _ row: Int) throws(StoreFailure) -> CommittedEvent {
        let key = RowKey(value: rows.integer(row, 0))
        guard let tenant = TenantId(rows.text(row, 1)) else { throw .unreadable("a stored tenant is not valid") }
        guard let type = EventType(code: Int32(truncatingIfNeeded: rows.integer(row, 5))) else {
            throw .unreadable("a stored event is of a type that this program does not know")
        }
        return CommittedEvent(
            partition: PartitionId(key.partition), position: key.ordinal, tenant: tenant, subject: try rows.id(row, 2),
            ordinal: rows.integer(row, 3), version: rows.integer(row, 4), type: type, time: rows.instant(row, 6),
            correlationId: rows.text(row, 7), data: rows.bytes(row, 8))
    }
}
