internal import CSQLite
internal import Domain
internal import Ports

/// The reading side of the lists. Used by one reader's thread alone.
final class ListSession {
    let generation: Int
    private let byTenant: Statement
    private let byStatus: Statement
    private let byHost: Statement
    private let byTag: Statement
    private let connection: Connection

    struct Candidate {
        let key: RowKey
        let place: ServiceCallPlace
        let status: Int64
        let host: String
        let dueAt: Int64?
    }

    init(path: String, generation: Int) throws(StoreFailure) {
        let connection = try Connection(
            .init(path: path, cacheBytes: 8 << 20, busyMilliseconds: 1_000, isReader: true, synchronous: "NORMAL"))
        func query(_ index: String, _ condition: String) -> String {
            """
            SELECT key, created_at, id, status, host, due_at FROM calls INDEXED BY \(index)
            WHERE tenant = ?1 AND \(condition)created_at >= ?2 AND (created_at, id) < (?3, ?4) ORDER BY created_at DESC, id DESC
            """
        }
        byTenant = try Statement(connection, query("calls_by_tenant", ""))
        byStatus = try Statement(connection, query("calls_by_status", "status = ?5 AND "))
        byHost = try Statement(connection, query("calls_by_host", "host = ?5 AND "))
        byTag = try Statement(
            connection,
            """
            SELECT t.key, t.created_at, t.id, c.status, c.host, c.due_at FROM tags AS t CROSS JOIN calls AS c ON c.key = t.key
            WHERE t.tenant = ?1 AND t.tag = ?5 AND t.created_at >= ?2 AND (t.created_at, t.id) < (?3, ?4)
            ORDER BY t.created_at DESC, t.id DESC
            """)
        self.connection = connection
        self.generation = generation
    }

    func endRead() {
        byTenant.reset()
        byStatus.reset()
        byHost.reset()
        byTag.reset()
    }

    /// Places of the tenant's calls that seem to match, newest first, from the list that narrows the most.
    ///
    /// - Returns: at most `limit` of them, and the place up to which was looked; nil when the list was read to its end.
    func candidates(
        tenant: TenantId, filter: ServiceCallFilter, after: ServiceCallPlace?, limit: Int, scanLimit: Int
    ) throws(StoreFailure) -> (found: [Candidate], lookedUpTo: ServiceCallPlace?) {
        if let tag = filter.tag {
            try byTag.bind(5, text: tag)
            return try scan(byTag, tenant, filter, after, limit, scanLimit)
        }
        if let host = filter.host {
            try byHost.bind(5, text: host)
            return try scan(byHost, tenant, filter, after, limit, scanLimit)
        }
        if let status = filter.status {
            try byStatus.bind(5, StatusCode.code(status))
            return try scan(byStatus, tenant, filter, after, limit, scanLimit)
        }
        return try scan(byTenant, tenant, filter, after, limit, scanLimit)
    }

    private func scan(
        _ rows: borrowing Statement, _ tenant: TenantId, _ filter: ServiceCallFilter, _ after: ServiceCallPlace?, _ limit: Int,
        _ scanLimit: Int
    ) throws(StoreFailure) -> (found: [Candidate], lookedUpTo: ServiceCallPlace?) {
        defer { rows.reset() }
        try rows.bind(1, text: tenant.value)
        try rows.bind(2, filter.createdFrom?.microseconds ?? Int64.min)
        try bindUpperEnd(rows, filter, after)
        var found: [Candidate] = []
        var last: ServiceCallPlace?
        var scanned = 0
        while try rows.step() {
            if found.count >= limit || scanned >= scanLimit { return (found, last ?? after) }
            scanned += 1
            let place = ServiceCallPlace(createdAt: rows.instant(1), id: ServiceCallId(try rows.id(2)))
            let candidate = Candidate(
                key: RowKey(value: rows.integer(0)), place: place, status: rows.integer(3), host: rows.text(4),
                dueAt: rows.optionalInteger(5))
            last = place
            if filter.admits(candidate) { found.append(candidate) }
        }
        return (found, nil)
    }

    /// The list goes on below the cursor's place or the first time that no longer matches, whichever is lower.
    private func bindUpperEnd(_ rows: borrowing Statement, _ filter: ServiceCallFilter, _ after: ServiceCallPlace?) throws(StoreFailure) {
        let end = filter.createdTo?.microseconds ?? Int64.max
        if let after, after.createdAt.microseconds < end {
            try rows.bind(3, after.createdAt)
            try rows.bind(4, after.id.value)
        } else {
            try rows.bind(3, end)
            try rows.bind(4, blob: [])
        }
    }
}

extension ServiceCallFilter {
    fileprivate func admits(_ candidate: ListSession.Candidate) -> Bool {
        if let status, StatusCode.code(status) != candidate.status { return false }
        if let host, host != candidate.host { return false }
        return admits(dueAt: candidate.dueAt.map(Instant.init(microseconds:)))
    }

    private func admits(dueAt: Instant?) -> Bool {
        guard dueFrom != nil || dueTo != nil else { return true }
        guard let dueAt else { return false }
        return (dueFrom.map { dueAt >= $0 } ?? true) && (dueTo.map { dueAt < $0 } ?? true)
    }

    /// Whether the call, as it is now, matches.
    func admits(_ call: ServiceCall) -> Bool {
        if let status, status != call.status { return false }
        if let tag, !call.submission.tags.contains(tag) { return false }
        if let host, host != call.submission.request.url.host { return false }
        if let createdFrom, call.createdAt < createdFrom { return false }
        if let createdTo, call.createdAt >= createdTo { return false }
        return admits(dueAt: call.dueAt)
    }
}

extension ReadSession {
    /// Bytes of requests after which a page is full.
    private static let pageBytes = 8 << 20

    /// One page: places from the lists, calls from the database. A call that has changed since and no longer matches is left out.
    ///
    /// - Parameter generation: of the lists that are in force.
    func list(
        tenant: TenantId, filter: ServiceCallFilter, after: ServiceCallPlace?, limit: Int, scanLimit: Int, generation: Int
    ) throws(StoreFailure) -> ServiceCallPage {
        guard generation > 0 else { throw .unreadable("the lists are being made anew; ask again in a moment") }
        guard limit > 0 else { return ServiceCallPage(calls: [], next: after) }
        if lists?.generation != generation { lists = nil }
        let lists: ListSession
        if let open = self.lists { lists = open } else { lists = try ListSession(path: listPath, generation: generation) }
        self.lists = lists
        let candidates: [ListSession.Candidate]
        let lookedUpTo: ServiceCallPlace?
        do throws(StoreFailure) {
            (candidates, lookedUpTo) = try lists.candidates(
                tenant: tenant, filter: filter, after: after, limit: limit, scanLimit: scanLimit)
        } catch {
            self.lists = nil
            throw [SQLITE_CORRUPT, SQLITE_NOTADB].contains(error.primaryCode) ? .listsDamaged : error
        }
        try beginRead()
        var calls: [ServiceCall] = []
        var bytes = 0
        for candidate in candidates {
            if bytes >= Self.pageBytes, let last = calls.last {
                return ServiceCallPage(calls: calls, next: ServiceCallPlace(createdAt: last.createdAt, id: last.id))
            }
            guard let call = try call(at: candidate.key, tenant: tenant), filter.admits(call) else { continue }
            bytes += call.submission.approximateBytes
            calls.append(call)
        }
        return ServiceCallPage(calls: calls, next: lookedUpTo)
    }
}
