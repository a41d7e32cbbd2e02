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

    static func read(_ row: borrowing Statement) throws(StoreFailure) -> StoredServiceCall {
        let call = ServiceCall(
            submission: try submission(row), createdAt: row.instant(11), version: row.integer(1), state: try state(row),
            run: Int(row.integer(6)), attempts: Int(row.integer(7)), attemptsInRun: Int(row.integer(8)), updatedAt: row.instant(12))
        return StoredServiceCall(call: call, ordinal: RowKey(value: row.integer(0)).ordinal)
    }

    private static func submission(_ row: borrowing Statement) throws(StoreFailure) -> ServiceCallSubmission {
        guard let tenant = TenantId(row.text(13)) else { throw .unreadable("a stored tenant is not valid") }
        guard let method = OutgoingRequest.Method(rawValue: row.text(15)) else { throw .unreadable("a stored method is not known") }
        let retry = RetryPolicy(
            maxAttempts: Int(row.integer(21)), initialDelay: TimeSpan(microseconds: row.integer(22)),
            maxDelay: TimeSpan(microseconds: row.integer(23)), deadline: row.optionalInstant(24),
            statuses: row.optionalText(25).map { Set($0.split(separator: ",").compactMap { Int($0) }) })
        return ServiceCallSubmission(
            tenant: tenant, id: ServiceCallId(try row.id(14)),
            request: try request(row, method), dueAt: row.optionalInstant(19), tags: try Netstrings.read(row.blob(18)),
            timeout: TimeSpan(microseconds: row.integer(20)), retry: retry, redirects: Int(row.integer(30)),
            origin: try row.optionalText(31).map(origin), fingerprint: Fingerprint(bytes: row.blob(26)), correlationId: row.text(27))
    }

    /// A row from before requests were sealed holds query, header fields and body as they are; it is never written again.
    private static func request(_ row: borrowing Statement, _ method: OutgoingRequest.Method) throws(StoreFailure) -> SealedRequest {
        let url = try url(row.text(16))
        let bodyBytes = row.optionalInteger(29).map { Int($0) } ?? row.byteCount(28)
        let payload: SealedRequest.Payload
        if row.integer(32) != 0 {
            payload = .erased
        } else if !row.isNull(33) {
            payload = .sealed(SealedBytes(bytes: row.blob(33)))
        } else {
            let old = OutgoingRequest(method: method, url: url, headers: try headers(row.blob(17)), body: row.blob(28))
            payload = old.payloadBytes.map { .clear($0) } ?? .empty
        }
        return SealedRequest(method: method, url: url, payload: payload, bodyBytes: bodyBytes)
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

    private static func state(_ row: borrowing Statement) throws(StoreFailure) -> ServiceCall.State {
        switch StatusCode.status(row.integer(2)) {
        case .scheduled: return .scheduled(dueAt: row.instant(3))
        case .running: return .running(.init(startedAt: row.instant(4), epoch: row.integer(5)))
        case .waitingRetry: return .waitingRetry(until: row.instant(3))
        case .succeeded: return .succeeded(at: row.instant(9))
        case .failed:
            guard let reason = ServiceCall.FailureReason(rawValue: row.text(10)) else { throw .unreadable("a stored reason is not known") }
            return .failed(at: row.instant(9), reason)
        case .cancelled: return .cancelled(at: row.instant(9))
        case nil: throw .unreadable("a stored status is not known")
        }
    }

    /// The columns `number, started_at, ended_at, outcome, status, body_bytes, detail, retry_after, snippet`.
    static func attempt(_ row: borrowing Statement) throws(StoreFailure) -> AttemptRecord {
        let kind = row.text(3)
        let outcome: AttemptRecord.Outcome
        if kind == Self.succeeded {
            outcome = .succeeded(ResponseSummary(status: Int(row.integer(4)), bodyBytes: Int(row.integer(5))))
        } else if let kind = ExecutionFailure.Kind(rawValue: kind) {
            outcome = .failed(
                ExecutionFailure(
                    kind: kind, status: row.optionalInteger(4).map { Int($0) }, detail: row.text(6),
                    retryAfter: row.optionalInteger(7).map(TimeSpan.init(microseconds:))))
        } else {
            throw .unreadable("a stored outcome is not known")
        }
        return AttemptRecord(
            number: Int(row.integer(0)), startedAt: row.instant(1), endedAt: row.instant(2), outcome: outcome,
            snippet: row.isNull(8) ? nil : SealedBytes(bytes: row.blob(8)))
    }

    static let succeeded = "succeeded"
}

/// The stored number of a status; never changes its meaning.
enum StatusCode {
    static func code(_ status: ServiceCall.Status) -> Int64 {
        switch status {
        case .scheduled: 1
        case .running: 2
        case .waitingRetry: 3
        case .succeeded: 4
        case .failed: 5
        case .cancelled: 6
        }
    }

    static func status(_ code: Int64) -> ServiceCall.Status? {
        switch code {
        case 1: .scheduled
        case 2: .running
        case 3: .waitingRetry
        case 4: .succeeded
        case 5: .failed
        case 6: .cancelled
        default: nil
        }
    }
}

/// Texts in one blob, each as its length in decimal, a colon, its bytes and a comma (D. J. Bernstein, "Netstrings", 1997): any byte may
/// be in them, and a person can read them.
enum Netstrings {
    static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: String(text.utf8.count).utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: text.utf8)
        bytes.append(UInt8(ascii: ","))
    }

    static func bytes(_ texts: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        for text in texts { append(text, to: &bytes) }
        return bytes
    }

    static func read(_ bytes: [UInt8]) throws(StoreFailure) -> [String] {
        var texts: [String] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), let count = Int(String(decoding: rest[..<colon], as: UTF8.self)),
                count >= 0, rest.endIndex - colon - 2 >= count, rest[colon + 1 + count] == UInt8(ascii: ",")
            else { throw .unreadable("a stored list of texts is not well formed") }
            texts.append(String(decoding: rest[(colon + 1)..<(colon + 1 + count)], as: UTF8.self))
            rest = rest[(colon + 2 + count)...]
        }
        return texts
    }
}
