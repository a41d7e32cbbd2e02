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

    init(_ settings: Connection.Settings, listPath: String) throws(StoreFailure) {
        let connection = try Connection(settings)
        let calls = "FROM service_calls AS c JOIN service_call_requests AS r ON r.key = c.key"
        begin = try Statement(connection, "BEGIN")
        end = try Statement(connection, "COMMIT")
        callById = try Statement(connection, "SELECT \(CallRow.columns) \(calls) WHERE c.id = ? AND c.tenant = ?")
        callByKey = try Statement(connection, "SELECT \(CallRow.columns) \(calls) WHERE c.key = ? AND c.tenant = ?")
        attempts = try Statement(
            connection,
            """
            SELECT number, started_at, ended_at, outcome, status, body_bytes, detail, retry_after FROM attempts WHERE call = ?
            ORDER BY number
            """)
        dueCalls = try Statement(
            connection,
            """
            SELECT c.id, c.version, c.due_at, c.status, c.attempts, c.attempt_started_at, c.attempt_epoch,
              CASE WHEN c.status = 2 THEN (SELECT timeout FROM service_call_requests WHERE key = c.key) END
            FROM service_calls AS c INDEXED BY service_calls_due
            WHERE c.partition = ? AND c.tenant = ? AND c.due_at IS NOT NULL AND (c.due_at, c.id) > (?, ?) AND c.due_at <= ?
            ORDER BY c.due_at, c.id LIMIT ?
            """)
        nextDueTenant = try Statement(
            connection,
            """
            SELECT tenant, due_at FROM service_calls INDEXED BY service_calls_due
            WHERE partition = ? AND due_at IS NOT NULL AND tenant > ? ORDER BY tenant, due_at LIMIT 1
            """)
        eventRange = try Statement(
            connection, "SELECT \(EventRow.columns) FROM events WHERE key > ? AND key <= ? ORDER BY key LIMIT ?")
        heads = try Statement(connection, "SELECT head FROM partitions ORDER BY id")
        self.connection = connection
        self.listPath = listPath
    }

    /// Makes what follows see one state of the database, until `endRead`.
    func beginRead() throws(StoreFailure) {
        if connection.isIdle { try begin.run() }
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
        connection.rollBack()
    }

    func call(_ id: ServiceCallId, tenant: TenantId) throws(StoreFailure) -> (stored: StoredServiceCall, key: RowKey)? {
        try callById.bind(1, id.value)
        try callById.bind(2, text: tenant.value)
        guard try callById.step() else { return nil }
        let found = (try CallRow.read(callById), RowKey(value: callById.integer(0)))
        callById.reset()
        return found
    }

    func load(_ keys: [ServiceCallKey], in partition: PartitionId) throws(StoreFailure) -> [StoredServiceCall] {
        try beginRead()
        var found: [StoredServiceCall] = []
        for key in keys {
            if let call = try call(key.id, tenant: key.tenant), call.key.partition == partition.index { found.append(call.stored) }
        }
        return found
    }

    func detail(_ id: ServiceCallId, tenant: TenantId) throws(StoreFailure) -> ServiceCallDetail? {
        try beginRead()
        guard let (stored, key) = try call(id, tenant: tenant) else { return nil }
        try attempts.bind(1, key.value)
        var records: [AttemptRecord] = []
        while try attempts.step() { records.append(try CallRow.attempt(attempts)) }
        return ServiceCallDetail(call: stored.call, attempts: records)
    }

    /// The call in a row, if it is the tenant's.
    func call(at key: RowKey, tenant: TenantId) throws(StoreFailure) -> ServiceCall? {
        try callByKey.bind(1, key.value)
        try callByKey.bind(2, text: tenant.value)
        guard try callByKey.step() else { return nil }
        let stored = try CallRow.read(callByKey)
        callByKey.reset()
        return stored.call
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
                    tenant: tenant, id: ServiceCallId(try dueCalls.id(0)), version: dueCalls.integer(1), dueAt: dueCalls.instant(2),
                    running: running))
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

    func events(_ partition: PartitionId, after position: Int64, limit: Int) throws(StoreFailure) -> [CommittedEvent] {
        try eventRange.bind(1, RowKey(partition: partition.index, ordinal: position).value)
        try eventRange.bind(2, RowKey.last(ofPartition: partition.index).value)
        try eventRange.bind(3, max(0, limit))
        var events: [CommittedEvent] = []
        while try eventRange.step() { events.append(try EventRow.read(eventRange)) }
        return events
    }

    /// The head of each partition.
    func readHeads() throws(StoreFailure) -> [Int64] {
        var positions: [Int64] = []
        while try heads.step() { positions.append(heads.integer(0)) }
        return positions
    }
}
