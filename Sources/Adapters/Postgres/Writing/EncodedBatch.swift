internal import Domain
internal import Ports

/// A commit in the form in which it is sent. The caller makes it, on its own thread; the writer only joins it with others.
struct EncodedBatch: Sendable {
    let partition: Int
    let epoch: Int64
    let expectedHead: Int64
    let head: Int64
    let callCount: Int
    let eventCount: Int
    /// About how much it takes on the wire, in bytes.
    private(set) var size = 0
    private(set) var lastOrdinal: Int64 = 0
    private(set) var calls = Columns(WriteStatements.callTypes)
    private(set) var requests = Columns(WriteStatements.requestTypes)
    private(set) var updates = Columns(WriteStatements.updateTypes)
    private(set) var attempts = Columns(WriteStatements.attemptTypes)
    private(set) var events = Columns(WriteStatements.eventTypes)
    /// nil where a commit has none: most service calls need no room for them.
    private(set) var books: EncodedBooks?
    let audit: Columns?

    /// - Throws: `rejected` when the batch is not well formed.
    init(_ batch: CommitBatch, partitionCount: Int) throws(JournalError) {
        guard (0..<partitionCount).contains(batch.partition.index) else { throw .rejected("there is no partition \(batch.partition)") }
        partition = batch.partition.index
        epoch = batch.epoch
        expectedHead = batch.expectedHead
        head = batch.head
        callCount = batch.serviceCalls.count
        eventCount = batch.events.count
        books = batch.books.isEmpty ? nil : try EncodedBooks(batch)
        audit = batch.audit.isEmpty ? nil : Columns(audit: batch.audit, partition: batch.partition.index)
        lastOrdinal = books?.lastOrdinal ?? 0
        for write in batch.serviceCalls { try add(write) }
        var position = batch.expectedHead
        for event in batch.events {
            position += 1
            guard event.position == position, event.partition == batch.partition, RowKey.ordinals.contains(position) else {
                throw .rejected("the positions of the events do not follow the head")
            }
            add(event)
        }
        size = calls.size + requests.size + updates.size + attempts.size + events.size + (books?.size ?? 0) + (audit?.size ?? 0)
    }

    /// The same, with what every invoice says.
    var complete: EncodedBatch {
        var complete = self
        complete.books = books?.complete
        return complete
    }

    private mutating func add(_ write: ServiceCallWrite) throws(JournalError) {
        guard RowKey.ordinals.contains(write.stored.ordinal) else { throw .rejected("an ordinal is out of range") }
        let key = RowKey(partition: partition, ordinal: write.stored.ordinal)
        if write.expectedVersion == 0 {
            lastOrdinal = max(lastOrdinal, write.stored.ordinal)
            insert(write.stored.call, key)
            try insert(write.stored.call.submission, key)
        } else {
            update(write.stored.call, key, expectedVersion: write.expectedVersion)
        }
        for attempt in write.endedAttempts { insert(attempt, of: key) }
    }

    private mutating func insert(_ call: ServiceCall, _ key: RowKey) {
        let state = CallColumns(call)
        calls.columns[0].append(key.value)
        calls.columns[1].append(call.version)
        calls.columns[2].append(state.dueAt)
        calls.columns[3].append(state.attemptStartedAt)
        calls.columns[4].append(state.attemptEpoch)
        calls.columns[5].append(state.endedAt)
        calls.columns[6].append(call.createdAt.microseconds)
        calls.columns[7].append(call.updatedAt.microseconds)
        calls.columns[8].append(state.status)
        calls.columns[9].append(Int64(call.run))
        calls.columns[10].append(Int64(call.attempts))
        calls.columns[11].append(Int64(call.attemptsInRun))
        calls.columns[12].append(call.id.value)
        calls.columns[13].append(call.tenant.value)
        calls.columns[14].append(state.reason)
    }

    private mutating func insert(_ submission: ServiceCallSubmission, _ key: RowKey) throws(JournalError) {
        let request = submission.request
        let retry = submission.retry
        requests.columns[0].append(key.value)
        requests.columns[1].append(submission.dueAt?.microseconds)
        requests.columns[2].append(submission.timeout.microseconds)
        requests.columns[3].append(retry.initialDelay.microseconds)
        requests.columns[4].append(retry.maxDelay.microseconds)
        requests.columns[5].append(retry.deadline?.microseconds)
        requests.columns[6].append(Int64(request.bodyBytes))
        requests.columns[7].append(Int64(retry.maxAttempts))
        requests.columns[8].append(Int64(submission.redirects))
        requests.columns[9].append(request.method.rawValue)
        requests.columns[10].append(request.url.description)
        requests.columns[11].append(request.url.host)
        requests.columns[12].append(Netstrings.bytes(submission.tags))
        requests.columns[13].append(retry.statuses?.sorted().map(String.init).joined(separator: ","))
        requests.columns[14].append(submission.origin?.description)
        requests.columns[15].append(submission.fingerprint.bytes)
        requests.columns[16].append(submission.correlationId)
        switch request.payload {
        case .empty: requests.columns[17].appendNull()
        case .sealed(let sealed): requests.columns[17].append(sealed.bytes)
        case .clear, .erased: throw .rejected("the payload of a new call is not sealed")
        }
    }

    private mutating func update(_ call: ServiceCall, _ key: RowKey, expectedVersion: Int64) {
        let state = CallColumns(call)
        updates.columns[0].append(key.value)
        updates.columns[1].append(expectedVersion)
        updates.columns[2].append(call.version)
        updates.columns[3].append(state.dueAt)
        updates.columns[4].append(state.attemptStartedAt)
        updates.columns[5].append(state.attemptEpoch)
        updates.columns[6].append(state.endedAt)
        updates.columns[7].append(call.updatedAt.microseconds)
        updates.columns[8].append(state.status)
        updates.columns[9].append(Int64(call.run))
        updates.columns[10].append(Int64(call.attempts))
        updates.columns[11].append(Int64(call.attemptsInRun))
        updates.columns[12].append(state.reason)
    }

    private mutating func insert(_ attempt: AttemptRecord, of key: RowKey) {
        attempts.columns[0].append(key.value)
        attempts.columns[1].append(Int64(attempt.number))
        attempts.columns[3].append(attempt.startedAt.microseconds)
        attempts.columns[4].append(attempt.endedAt.microseconds)
        switch attempt.outcome {
        case .succeeded(let response):
            attempts.columns[2].append(Int64(response.status))
            attempts.columns[5].append(Int64(response.bodyBytes))
            attempts.columns[6].appendNull()
            attempts.columns[7].append(CallRow.succeeded)
            attempts.columns[8].appendNull()
        case .failed(let failure):
            attempts.columns[2].append(failure.status.map { Int64($0) })
            attempts.columns[5].appendNull()
            attempts.columns[6].append(failure.retryAfter?.microseconds)
            attempts.columns[7].append(failure.kind.rawValue)
            attempts.columns[8].append(failure.detail)
        }
        if let snippet = attempt.snippet { attempts.columns[9].append(snippet.bytes) } else { attempts.columns[9].appendNull() }
    }

    private mutating func add(_ event: CommittedEvent) {
        events.columns[0].append(RowKey(partition: partition, ordinal: event.position).value)
        events.columns[1].append(event.ordinal)
        events.columns[2].append(event.version)
        events.columns[3].append(event.time.microseconds)
        events.columns[4].append(Int64(event.type.code))
        events.columns[5].append(event.subject)
        events.columns[6].append(event.tenant.value)
        events.columns[7].append(event.correlationId)
        events.columns[8].append(event.data)
    }
}

/// A call's state as the columns of its row.
struct CallColumns {
    let status: Int64
    var dueAt: Int64?
    var attemptStartedAt: Int64?
    var attemptEpoch: Int64?
    var endedAt: Int64?
    var reason: String?

    init(_ call: ServiceCall) {
        status = StatusCode.code(call.status)
        switch call.state {
        case .scheduled(let instant), .waitingRetry(let instant): dueAt = instant.microseconds
        case .running(let attempt):
            attemptStartedAt = attempt.startedAt.microseconds
            attemptEpoch = attempt.epoch
            // Used only when the row holds no earlier one: an attempt starts when its time has come.
            dueAt = attempt.startedAt.microseconds
        case .succeeded(let instant), .cancelled(let instant): endedAt = instant.microseconds
        case .failed(let instant, let failure):
            endedAt = instant.microseconds
            reason = failure.rawValue
        }
    }
}
