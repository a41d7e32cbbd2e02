public import Domain
public import Ports

extension PostgresStore {
    public func detail(of id: ServiceCallId, tenant: TenantId) async throws(QueryError) -> ServiceCallDetail? {
        let values = [Binary.uuid(id.value), Binary.text(tenant.value)]
        return try await query { () throws(StoreFailure) in
            let rows = try await self.read(
                tenant, [Command(ReadStatements.call, values), Command(ReadStatements.attempts, values)])
            guard rows[0].count > 0 else { return nil }
            var attempts: [AttemptRecord] = []
            for row in 0..<rows[1].count { attempts.append(try CallRow.attempt(rows[1], row)) }
            return ServiceCallDetail(call: try CallRow.read(rows[0], 0).call, attempts: attempts)
        }
    }

    public func list(
        tenant: TenantId, filter: ServiceCallFilter, after: ServiceCallPlace?, limit: Int
    ) async throws(QueryError) -> ServiceCallPage {
        guard limit > 0 else { return ServiceCallPage(calls: [], next: after) }
        return try await query { () throws(StoreFailure) in
            let scan = ListScan(tenant: tenant, filter: filter, after: after, limit: limit, scanLimit: self.options.scanLimit)
            let (keys, last, isFull) = scan.page(try await self.read(tenant, [scan.search])[0])
            var next = isFull ? last : nil
            if !isFull, let bound = scan.bound { next = ListScan.next(bound: try await self.read(tenant, [bound])[0], last: last) }
            guard !keys.isEmpty else { return ServiceCallPage(calls: [], next: next) }
            // A call that has changed since and no longer matches is left out.
            let rows = try await self.read(
                tenant, [Command(ReadStatements.callsByKey, [ArrayColumn(keys).parameter, Binary.text(tenant.value)])])
            let calls = try CallRow.all(rows[0]).map(\.call).filter(filter.admits)
                .sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
            return ServiceCallPage(calls: calls, next: next)
        }
    }

    public func events(tenant: TenantId, after cursor: LogCursor, limit: Int) async throws(QueryError) -> EventPage {
        guard cursor.positions.count == partitionCount, cursor.positions.allSatisfy({ (0...RowKey.ordinals.upperBound).contains($0) })
        else { throw QueryError("the cursor is not one of this store") }
        let share = Int64(max(64, options.scanLimit / max(1, partitionCount)))
        return try await query { () throws(StoreFailure) -> Result<EventPage, QueryError> in
            let perPartition = max(1, min(limit, Int(share)))
            let rows = try await self.read(
                tenant,
                [
                    Command(ReadStatements.heads),
                    Command(
                        ReadStatements.eventPlaces,
                        [
                            ArrayColumn(cursor.positions).parameter, Binary.text(tenant.value), Binary.int8(share),
                            Binary.int8(Int64(perPartition)),
                        ]),
                ])
            let trimmed = (0..<rows[0].count).map { rows[0].integer($0, 1) }
            if let gone = QueryError.gone(after: cursor, trimmed: trimmed) { return .failure(gone) }
            var merge = LogMerge(after: cursor, heads: rows[0], found: rows[1], share: share, perPartition: perPartition)
            merge.take(limit: limit)
            guard !merge.keys.isEmpty else {
                return .success(EventPage(events: [], next: merge.next, isAtEnd: merge.isAtEnd))
            }
            let data = try await self.read(
                tenant, [Command(ReadStatements.eventsByKey, [ArrayColumn(merge.keys).parameter, Binary.text(tenant.value)])])
            var byKey: [Int64: CommittedEvent] = [:]
            for event in try EventRow.all(data[0]) {
                byKey[RowKey(partition: event.partition.index, ordinal: event.position).value] = event
            }
            // What retention took away between the two reads must not be passed over in silence: asked again, the log says that it is gone.
            guard byKey.count == merge.keys.count else { throw .unreadable("events were taken out of the log meanwhile; ask again") }
            return .success(EventPage(events: merge.keys.compactMap { byKey[$0] }, next: merge.next, isAtEnd: merge.isAtEnd))
        }.get()
    }

    public func oldest() async throws(QueryError) -> LogCursor {
        try await query { () throws(StoreFailure) in
            let rows = try await self.read(.journal, [Command(ReadStatements.heads)])
            return LogCursor(positions: (0..<rows[0].count).map { rows[0].integer($0, 1) })
        }
    }

    public func end() async throws(QueryError) -> LogCursor {
        try await query { () throws(StoreFailure) in
            let rows = try await self.read(.journal, [Command(ReadStatements.heads)])
            return LogCursor(positions: (0..<rows[0].count).map { rows[0].integer($0, 0) })
        }
    }

    public func cursor(at instant: Instant) async throws(QueryError) -> LogCursor {
        try await query { () throws(StoreFailure) in
            let rows = try await self.read(.journal, [Command(ReadStatements.cursorAt, [Binary.int8(instant.microseconds)])])
            guard rows[0].count == self.partitionCount else { throw .unreadable("the log of a partition has a gap") }
            return LogCursor(positions: (0..<rows[0].count).map { rows[0].integer($0, 0) })
        }
    }

    func query<Value>(_ body: () async throws(StoreFailure) -> Value) async throws(QueryError) -> Value {
        do throws(StoreFailure) { return try await body() } catch { throw QueryError(error.reason) }
    }

    /// Reads as the tenant, in one transaction: the one place where a client's read gets its tenant.
    func read(_ tenant: TenantId, _ commands: [Command]) async throws(StoreFailure) -> [Rows] {
        let all =
            [Command(SessionStatements.beginRead), Command(ReadStatements.setTenant, [Binary.text(tenant.value)])] + commands
            + [Command(SessionStatements.commit)]
        let rows = try await read(.client, all)
        guard rows.count == all.count else { throw .unreadable("the database answered less than was asked") }
        return Array(rows[2..<(rows.count - 1)])
    }
}
