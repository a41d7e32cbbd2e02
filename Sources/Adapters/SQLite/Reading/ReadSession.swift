internal import Domain
internal import Ports

/// A reading connection with its prepared statements. Used by one reader's thread alone.
final class ReadSession {
    private let begin: Statement
    private let end: Statement
    private let callById: Statement
    private let callByKey: Statement
    private let attempts: Statement
    private let dueCalls: Statement
    private let nextDueTenant: Statement
    let eventRange: Statement
    private let heads: Statement
    let connection: Connection
    /// Streams of the log, one a partition, made when first needed.
    var eventStreams: [EventStream] = []
    /// The connection to the lists, made when first needed.
    var lists: ListSession?
    let listPath: String
    /// The statements over the books, made when first needed.
    private var madeBooks: BookReader?
    /// What retention looks for; made when first needed.
    var madeScan: EndedCallScan?
    /// What is anchored of the audit; made when first needed.
    private var madeAnchors: AnchorReader?
    private let waiting: WaitingCalls

    init(_ settings: Connection.Settings, listPath: String, waiting: WaitingCalls) throws(StoreFailure) {
        let connection = try Connection(settings)
        let calls = "FROM service_calls AS c JOIN service_call_requests AS r ON r.key = c.key"
        begin = try Statement(connection, "BEGIN")
        end = try Statement(connection, "COMMIT")
        callById = try Statement(connection, Self.loadQuery)
        callByKey = try Statement(connection, "SELECT \(CallRow.columns) \(calls) WHERE c.key = ? AND c.tenant = ?")
        attempts = try Statement(
            connection,
            """
            SELECT number, started_at, ended_at, outcome, status, body_bytes, detail, retry_after, snippet FROM attempts WHERE call = ?
            ORDER BY number
            """)
        dueCalls = try Statement(connection, Self.dueQuery)
        nextDueTenant = try Statement(connection, Self.dueTenantQuery)
        eventRange = try Statement(
            connection, "SELECT \(EventRow.columns) FROM events WHERE key > ? AND key <= ? ORDER BY key LIMIT ?")
        heads = try Statement(connection, "SELECT head, trimmed FROM partitions ORDER BY id")
        self.connection = connection
        self.listPath = listPath
        self.waiting = waiting
    }

    static let loadQuery = """
        SELECT \(CallRow.columns) FROM service_call_ids AS i CROSS JOIN service_calls AS c ON c.key = i.key
        JOIN service_call_requests AS r ON r.key = c.key WHERE i.id = ? AND i.tenant = ?
        """

    /// A call has its due time in one of two places; both are in the right order, so they are merged without sorting.
    static let dueQuery: String = {
        let columns = """
            c.status, c.attempts, c.attempt_started_at, c.attempt_epoch,
            CASE WHEN c.status = 2 THEN (SELECT timeout FROM service_call_requests WHERE key = c.key) END,
            (SELECT host FROM service_call_requests WHERE key = c.key)
            """
        return """
            SELECT c.id AS id, c.version, c.due_at AS due, \(columns) FROM service_calls AS c INDEXED BY service_calls_due
            WHERE c.partition = ?1 AND c.tenant = ?2 AND c.due_at IS NOT NULL AND c.due_far = 0 AND (c.due_at, c.id) > (?3, ?4)
              AND c.due_at <= ?5
            UNION ALL
            SELECT l.id, c.version, l.due_at, \(columns) FROM service_calls_due_later AS l CROSS JOIN service_calls AS c ON c.key = l.key
            WHERE l.partition = ?1 AND l.tenant = ?2 AND (l.due_at, l.id) > (?3, ?4) AND l.due_at <= ?5
            ORDER BY due, id LIMIT ?6
            """
    }()

    static let dueTenantQuery = """
        SELECT tenant, due_at FROM (
          SELECT * FROM (
            SELECT tenant, due_at FROM service_calls INDEXED BY service_calls_due
            WHERE partition = ?1 AND due_at IS NOT NULL AND due_far = 0 AND tenant > ?2 ORDER BY tenant, due_at LIMIT 1)
          UNION ALL
          SELECT * FROM (
            SELECT tenant, due_at FROM service_calls_due_later WHERE partition = ?1 AND tenant > ?2 ORDER BY tenant, due_at LIMIT 1))
        ORDER BY tenant, due_at LIMIT 1
        """

    /// Makes what follows see one state of the database, until `endRead`.
    func beginRead() throws(StoreFailure) {
        if connection.isIdle { try begin.run() }
    }

    /// The books as of the transaction.
    func books() throws(StoreFailure) -> BookReader {
        try beginRead()
        if let madeBooks { return madeBooks }
        let made = try BookReader(connection)
        madeBooks = made
        return made
    }

    /// What is anchored of the audit, as of the transaction.
    func anchors() throws(StoreFailure) -> AnchorReader {
        try beginRead()
        if let madeAnchors { return madeAnchors }
        let made = try AnchorReader(connection)
        madeAnchors = made
        return made
    }

    /// Ends the read transaction, also after an error; an open one would keep the log from starting anew.
    func endRead() {
        callById.reset()
        callByKey.reset()
        attempts.reset()
        dueCalls.reset()
        nextDueTenant.reset()
        eventRange.reset()
        heads.reset()
        for stream in eventStreams { stream.reset() }
        lists?.endRead()
        madeBooks?.endRead()
        madeScan?.endRead()
        madeAnchors?.endRead()
        connection.rollBack()
    }

    /// The calls with these ids, in their order; nil where there is none.
    ///
    /// Must come before anything else is read in the transaction: a call that waits to be entered in the index at the time of the first
    /// look is in the transaction's view of the database, and one that waits no more is entered in that view.
    private func calls(_ ids: [ServiceCallKey]) throws(StoreFailure) -> [(stored: StoredServiceCall, key: RowKey)?] {
        let waiting = waiting.keys(of: ids)
        try beginRead()
        var found: [(stored: StoredServiceCall, key: RowKey)?] = []
        found.reserveCapacity(ids.count)
        for (id, key) in zip(ids, waiting) {
            if let key {
                found.append(try stored(at: key, tenant: id.tenant).map { ($0, key) })
                continue
            }
            try callById.bind(1, id.id.value)
            try callById.bind(2, text: id.tenant.value)
            if try callById.step() {
                found.append((try CallRow.read(callById), RowKey(value: callById.integer(0))))
                callById.reset()
            } else {
                found.append(nil)
            }
        }
        return found
    }

    func load(_ keys: [ServiceCallKey], in partition: PartitionId) throws(StoreFailure) -> [StoredServiceCall] {
        try calls(keys).compactMap { $0?.key.partition == partition.index ? $0?.stored : nil }
    }

    func detail(_ id: ServiceCallId, tenant: TenantId) throws(StoreFailure) -> ServiceCallDetail? {
        guard let (stored, key) = try calls([ServiceCallKey(tenant: tenant, id: id)]).first.flatMap({ $0 }) else { return nil }
        try attempts.bind(1, key.value)
        var records: [AttemptRecord] = []
        while try attempts.step() { records.append(try CallRow.attempt(attempts)) }
        return ServiceCallDetail(call: stored.call, attempts: records)
    }

    /// The call in a row, if it is the tenant's.
    func call(at key: RowKey, tenant: TenantId) throws(StoreFailure) -> ServiceCall? { try stored(at: key, tenant: tenant)?.call }

    private func stored(at key: RowKey, tenant: TenantId) throws(StoreFailure) -> StoredServiceCall? {
        try callByKey.bind(1, key.value)
        try callByKey.bind(2, text: tenant.value)
        guard try callByKey.step() else { return nil }
        let stored = try CallRow.read(callByKey)
        callByKey.reset()
        return stored
    }

    func due(
        _ partition: PartitionId, _ tenant: TenantId, after: DuePlace?, upTo latest: Instant, limit: Int
    ) throws(StoreFailure) -> [DueEntry] {
        try dueCalls.bind(1, partition.index)
        try dueCalls.bind(2, text: tenant.value)
        try dueCalls.bind(3, after?.dueAt.microseconds ?? Int64.min)
        if let after { try dueCalls.bind(4, after.id.value) } else { try dueCalls.bind(4, blob: []) }
        try dueCalls.bind(5, latest)
        try dueCalls.bind(6, max(0, limit))
        var entries: [DueEntry] = []
        while try dueCalls.step() {
            var running: DueEntry.Running?
            if StatusCode.status(dueCalls.integer(3)) == .running {
                running = DueEntry.Running(
                    attempt: Int(dueCalls.integer(4)), epoch: dueCalls.integer(6),
                    deadline: dueCalls.instant(5) + TimeSpan(microseconds: dueCalls.integer(7)))
            }
            entries.append(
                DueEntry(
                    tenant: tenant, id: ServiceCallId(try dueCalls.id(0)), host: dueCalls.text(8), version: dueCalls.integer(1),
                    dueAt: dueCalls.instant(2), running: running))
        }
        return entries
    }

    /// Jumps from tenant to tenant in the due index, and looks at each one's earliest due time.
    func dueTenants(
        _ partition: PartitionId, upTo latest: Instant, after: TenantId?, limit: Int
    ) throws(StoreFailure) -> [TenantId] {
        try beginRead()
        var tenants: [TenantId] = []
        var last = after?.value ?? ""
        while tenants.count < limit {
            try nextDueTenant.bind(1, partition.index)
            try nextDueTenant.bind(2, text: last)
            guard try nextDueTenant.step() else { break }
            last = nextDueTenant.text(0)
            let dueAt = nextDueTenant.instant(1)
            nextDueTenant.reset()
            guard let tenant = TenantId(last) else { throw .unreadable("a stored tenant is not valid") }
            if dueAt <= latest { tenants.append(tenant) }
        }
        return tenants
    }

    func events(_ partition: PartitionId, after position: Int64, limit: Int, bytes: Int) throws(StoreFailure) -> [CommittedEvent] {
        try eventRange.bind(1, RowKey(partition: partition.index, ordinal: position).value)
        try eventRange.bind(2, RowKey.last(ofPartition: partition.index).value)
        try eventRange.bind(3, max(0, limit))
        var events: [CommittedEvent] = []
        var room = max(0, bytes)
        while try eventRange.step() {
            let event = try EventRow.read(eventRange)
            guard events.isEmpty || event.data.count <= room else {
                eventRange.reset()
                break
            }
            room -= event.data.count
            events.append(event)
        }
        return events
    }

    /// The head of each partition.
    func readHeads() throws(StoreFailure) -> [Int64] {
        var positions: [Int64] = []
        while try heads.step() { positions.append(heads.integer(0)) }
        return positions
    }

    /// The position of each partition up to which its log is trimmed.
    func readTrimmed() throws(StoreFailure) -> [Int64] {
        var positions: [Int64] = []
        while try heads.step() { positions.append(heads.integer(1)) }
        return positions
    }
}
