internal import Domain
internal import Ports

/// The writing connection with its prepared statements. Used by the writer's thread alone.
final class WriteSession {
    private let begin: Statement
    let end: Statement
    private let fence: Statement
    private let takeOver: Statement
    private let publish: Statement
    private let insertCall: Statement
    private let insertRequest: Statement
    private let insertAttempt: Statement
    private let insertEvent: Statement
    private let startAttempt: Statement
    private let updateCall: Statement
    private let updateFarCall: Statement
    private let forgetFarDue: Statement
    let indexes: IndexStatements
    let items: ItemStatements
    private let books: BookStatements
    let backlog: IndexBacklog
    var madeCleaning: CleaningStatements?
    var madeErasure: ErasureStatements?
    /// Made when first needed.
    var madeAnchors: AnchorStatements?
    let connection: Connection

    init(_ settings: Connection.Settings, _ backlog: IndexBacklog) throws(StoreFailure) {
        let connection = try Connection(settings)
        connection.countLogPages()
        begin = try Statement(connection, "BEGIN IMMEDIATE")
        end = try Statement(connection, "COMMIT")
        fence = try Statement(
            connection,
            """
            UPDATE partitions SET head = ?1, head_epoch = ?4, last_ordinal = max(last_ordinal, ?2), indexed_through = ?6
            WHERE id = ?3 AND epoch = ?4 AND head = ?5
            """)
        takeOver = try Statement(
            connection,
            "UPDATE partitions SET epoch = epoch + 1 WHERE id = ? RETURNING epoch, head, last_ordinal, published, head_epoch")
        publish = try Statement(connection, "UPDATE partitions SET published = max(published, ?) WHERE id = ? AND epoch = ?")
        insertCall = try Statement(
            connection,
            """
            INSERT INTO service_calls (key, partition, tenant, id, version, status, due_at, attempt_started_at, attempt_epoch, run,
              attempts, attempts_in_run, ended_at, reason, created_at, updated_at, due_far)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertRequest = try Statement(
            connection,
            """
            INSERT INTO service_call_requests (key, method, url, host, headers, tags, due_at, timeout, retry_max_attempts,
              retry_initial_delay, retry_max_delay, retry_deadline, retry_statuses, fingerprint, correlation_id, body, body_bytes,
              redirects, origin, sealed)
            VALUES (?, ?, ?, ?, x'', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'', ?, ?, ?, ?)
            """)
        insertAttempt = try Statement(
            connection,
            """
            INSERT INTO attempts (call, number, started_at, ended_at, outcome, status, body_bytes, detail, retry_after, snippet)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        insertEvent = try Statement(
            connection,
            """
            INSERT INTO events (key, tenant, subject, ordinal, version, type, time, correlation_id, data)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        // An attempt started when its time had come: the due time stays as it is, and no index is touched.
        startAttempt = try Statement(
            connection,
            """
            UPDATE service_calls SET version = ?3, status = ?4, attempt_started_at = ?5, attempt_epoch = ?6, run = ?7, attempts = ?8,
              attempts_in_run = ?9, updated_at = ?10, ended_at = NULL, reason = NULL
            WHERE key = ?1 AND version = ?2 AND due_at <= ?5
            """)
        let update = """
            UPDATE service_calls SET version = ?3, status = ?4, attempt_started_at = ?5, attempt_epoch = ?6, run = ?7, attempts = ?8,
              attempts_in_run = ?9, updated_at = ?10, due_at = ?11, ended_at = ?12, reason = ?13
            """
        updateCall = try Statement(connection, "\(update) WHERE key = ?1 AND version = ?2 AND due_far = 0")
        // The place among the far due times is given up with the due time that the call was made with.
        updateFarCall = try Statement(connection, "\(update), due_far = 0 WHERE key = ?1 AND version = ?2")
        forgetFarDue = try Statement(
            connection,
            """
            DELETE FROM service_calls_due_later WHERE (partition, tenant, due_at, id) =
              (SELECT partition, tenant, due_at, id FROM service_calls WHERE key = ? AND due_far = 1)
            """)
        indexes = try IndexStatements(connection)
        items = try ItemStatements(connection)
        books = try BookStatements(connection, items)
        self.backlog = backlog
        self.connection = connection
    }

    /// Due times that lie so far ahead are entered behind the commit: nobody asks for them soon.
    private static let far = TimeSpan.hours(1)

    func beginTransaction() throws(StoreFailure) { try begin.run() }

    /// Applies one batch within the open transaction.
    func apply(_ batch: CommitBatch, partitionCount: Int) throws(StoreFailure) {
        guard (0..<partitionCount).contains(batch.partition.index) else { throw rejected("there is no partition \(batch.partition)") }
        try moveHead(batch)
        for write in batch.serviceCalls { try apply(write, in: batch.partition) }
        // What is taken back first: the same numbers may be given anew, which their series then says.
        for write in batch.books where write.isRelease { try books.apply(write, in: batch.partition) }
        for write in batch.books where !write.isRelease { try books.apply(write, in: batch.partition) }
        if !batch.contents.isEmpty { try books.writeContents(batch) }
        for segment in batch.audit { try books.append(segment, in: batch.partition) }
        var position = batch.expectedHead
        for event in batch.events {
            position += 1
            guard event.position == position, event.partition == batch.partition, RowKey.ordinals.contains(position) else {
                throw rejected("the positions of the events do not follow the head")
            }
            try insert(event)
        }
    }

    private func rejected(_ reason: String) -> StoreFailure { .fault(.rejected(reason)) }

    private func moveHead(_ batch: CommitBatch) throws(StoreFailure) {
        var lastOrdinal: Int64 = 0
        var firstOrdinal = RowKey.ordinals.upperBound
        for write in batch.serviceCalls where write.expectedVersion == 0 {
            lastOrdinal = max(lastOrdinal, write.stored.ordinal)
            firstOrdinal = min(firstOrdinal, max(1, write.stored.ordinal))
        }
        if !batch.books.isEmpty {
            lastOrdinal = max(lastOrdinal, batch.books.lazy.map(\.stored.ordinal).max() ?? 0)
            backlog.stage(ordinal: RowKey(partition: batch.partition.index, ordinal: lastOrdinal))
        }
        try fence.bind(1, batch.head)
        try fence.bind(2, lastOrdinal)
        try fence.bind(3, batch.partition.index)
        try fence.bind(4, batch.epoch)
        try fence.bind(5, batch.expectedHead)
        try fence.bind(6, backlog.indexedThrough(batch.partition.index, lowest: firstOrdinal))
        try fence.run()
        guard connection.changes == 1 else { throw .fault(.ownershipLost) }
    }

    private func apply(_ write: ServiceCallWrite, in partition: PartitionId) throws(StoreFailure) {
        guard RowKey.ordinals.contains(write.stored.ordinal) else { throw rejected("an ordinal is out of range") }
        let key = RowKey(partition: partition.index, ordinal: write.stored.ordinal)
        if write.expectedVersion == 0 {
            try insert(write.stored.call, key)
        } else {
            try update(write.stored.call, key, expectedVersion: write.expectedVersion)
        }
        for attempt in write.endedAttempts { try insert(attempt, of: key) }
    }

    private func insert(_ call: ServiceCall, _ key: RowKey) throws(StoreFailure) {
        let state = CallColumns(call)
        let name = ServiceCallKey(tenant: call.tenant, id: call.id)
        guard !backlog.isWaiting(name), try indexes.admit(name, key) else { throw rejected("there is a call of this id already") }
        let farDue = call.dueAt.flatMap { $0 >= call.updatedAt + Self.far ? $0.microseconds : nil }
        try insertCall.bind(1, key.value)
        try insertCall.bind(2, key.partition)
        try insertCall.bind(3, text: call.tenant.value)
        try insertCall.bind(4, call.id.value)
        try insertCall.bind(5, call.version)
        try insertCall.bind(6, state.status)
        try insertCall.bind(7, state.dueAt)
        try insertCall.bind(8, state.attemptStartedAt)
        try insertCall.bind(9, state.attemptEpoch)
        try insertCall.bind(10, call.run)
        try insertCall.bind(11, call.attempts)
        try insertCall.bind(12, call.attemptsInRun)
        try insertCall.bind(13, state.endedAt)
        try insertCall.bind(14, text: state.reason)
        try insertCall.bind(15, call.createdAt)
        try insertCall.bind(16, call.updatedAt)
        try insertCall.bind(17, farDue == nil ? 0 : 1)
        try insertCall.run()
        backlog.stage(name, key, owesId: !IndexStatements.isEnteredAtOnce(name.id), farDue: farDue)
        try insert(call.submission, key)
    }

    private func insert(_ submission: ServiceCallSubmission, _ key: RowKey) throws(StoreFailure) {
        let request = submission.request
        let retry = submission.retry
        try insertRequest.bind(1, key.value)
        try insertRequest.bind(2, text: request.method.rawValue)
        try insertRequest.bind(3, text: request.url.description)
        try insertRequest.bind(4, text: request.url.host)
        try insertRequest.bind(5, blob: Netstrings.bytes(submission.tags))
        try insertRequest.bind(6, submission.dueAt?.microseconds)
        try insertRequest.bind(7, submission.timeout.microseconds)
        try insertRequest.bind(8, retry.maxAttempts)
        try insertRequest.bind(9, retry.initialDelay.microseconds)
        try insertRequest.bind(10, retry.maxDelay.microseconds)
        try insertRequest.bind(11, retry.deadline?.microseconds)
        try insertRequest.bind(12, text: retry.statuses?.sorted().map(String.init).joined(separator: ","))
        try insertRequest.bind(13, blob: submission.fingerprint.bytes)
        try insertRequest.bind(14, text: submission.correlationId)
        try insertRequest.bind(15, request.bodyBytes)
        try insertRequest.bind(16, submission.redirects)
        try insertRequest.bind(17, text: submission.origin?.description)
        switch request.payload {
        case .empty: try insertRequest.bind(18, text: nil)
        case .sealed(let sealed): try insertRequest.bind(18, blob: sealed.bytes)
        case .clear, .erased: throw rejected("the payload of a new call is not sealed")
        }
        try insertRequest.run()
    }

    private func update(_ call: ServiceCall, _ key: RowKey, expectedVersion: Int64) throws(StoreFailure) {
        let state = CallColumns(call)
        if call.status == .running {
            try bindChange(startAttempt, call, state, key, expectedVersion)
            try startAttempt.run()
            if connection.changes == 1 { return }
        }
        try bindChange(updateCall, call, state, key, expectedVersion)
        try bindEnd(updateCall, state)
        try updateCall.run()
        if connection.changes == 1 { return }
        try forgetFarDue.bind(1, key.value)
        try forgetFarDue.run()
        try bindChange(updateFarCall, call, state, key, expectedVersion)
        try bindEnd(updateFarCall, state)
        try updateFarCall.run()
        guard connection.changes == 1 else { throw rejected("a call has not the version that the commit expects") }
    }

    private func bindChange(
        _ statement: borrowing Statement, _ call: ServiceCall, _ state: CallColumns, _ key: RowKey, _ expectedVersion: Int64
    ) throws(StoreFailure) {
        try statement.bind(1, key.value)
        try statement.bind(2, expectedVersion)
        try statement.bind(3, call.version)
        try statement.bind(4, state.status)
        try statement.bind(5, state.attemptStartedAt)
        try statement.bind(6, state.attemptEpoch)
        try statement.bind(7, call.run)
        try statement.bind(8, call.attempts)
        try statement.bind(9, call.attemptsInRun)
        try statement.bind(10, call.updatedAt)
    }

    private func bindEnd(_ statement: borrowing Statement, _ state: CallColumns) throws(StoreFailure) {
        try statement.bind(11, state.dueAt)
        try statement.bind(12, state.endedAt)
        try statement.bind(13, text: state.reason)
    }

    private func insert(_ attempt: AttemptRecord, of key: RowKey) throws(StoreFailure) {
        try insertAttempt.bind(1, key.value)
        try insertAttempt.bind(2, attempt.number)
        try insertAttempt.bind(3, attempt.startedAt)
        try insertAttempt.bind(4, attempt.endedAt)
        switch attempt.outcome {
        case .succeeded(let response):
            try insertAttempt.bind(5, text: CallRow.succeeded)
            try insertAttempt.bind(6, response.status)
            try insertAttempt.bind(7, response.bodyBytes)
            try insertAttempt.bind(8, text: nil)
            try insertAttempt.bind(9, Int64?.none)
        case .failed(let failure):
            try insertAttempt.bind(5, text: failure.kind.rawValue)
            try insertAttempt.bind(6, failure.status.map(Int64.init))
            try insertAttempt.bind(7, Int64?.none)
            try insertAttempt.bind(8, text: failure.detail)
            try insertAttempt.bind(9, failure.retryAfter?.microseconds)
        }
        if let snippet = attempt.snippet {
            try insertAttempt.bind(10, blob: snippet.bytes)
        } else {
            try insertAttempt.bind(10, text: nil)
        }
        try insertAttempt.run()
    }

    private func insert(_ event: CommittedEvent) throws(StoreFailure) {
        try insertEvent.bind(1, RowKey(partition: event.partition.index, ordinal: event.position).value)
        try insertEvent.bind(2, text: event.tenant.value)
        try insertEvent.bind(3, event.subject)
        try insertEvent.bind(4, event.ordinal)
        try insertEvent.bind(5, event.version)
        try insertEvent.bind(6, Int64(event.type.code))
        try insertEvent.bind(7, event.time)
        try insertEvent.bind(8, text: event.correlationId)
        try insertEvent.bind(9, blob: event.data)
        try insertEvent.run()
    }

    /// Raises the epoch; nil when there is no such partition.
    func takeOver(_ partition: PartitionId) throws(StoreFailure) -> Ownership? {
        try takeOver.bind(1, partition.index)
        guard try takeOver.step() else { return nil }
        let ownership = Ownership(
            epoch: takeOver.integer(0), head: takeOver.integer(1), headEpoch: takeOver.integer(4), lastOrdinal: takeOver.integer(2),
            published: takeOver.integer(3))
        takeOver.reset()
        // Calls that another engine has made since this store was opened.
        if ownership.lastOrdinal > backlog.lastOrdinal(partition.index) {
            backlog.stage(try indexes.missing(partition.index, after: backlog.lastOrdinal(partition.index), connection))
        }
        return ownership
    }

    /// - Returns: false when the epoch is not the partition's any more.
    func store(_ cursor: PublishedCursor) throws(StoreFailure) -> Bool {
        try publish.bind(1, cursor.position)
        try publish.bind(2, cursor.partition.index)
        try publish.bind(3, cursor.epoch)
        try publish.run()
        return connection.changes == 1
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
