public import Domain
public import Ports

extension PostgresStore: Housekeeping {
    public func endedCalls(
        in partition: PartitionId, after ordinal: Int64, upTo latest: Instant
    ) async throws(JournalError) -> EndedCallPage {
        let last = RowKey.last(ofPartition: partition.index)
        let rows = try await journal(
            CleaningStatements.endedCalls,
            [
                Binary.int8(RowKey(partition: partition.index, ordinal: ordinal).value), Binary.int8(last.value),
                Binary.int8(latest.microseconds),
            ])
        guard rows.count > 0 else { return EndedCallPage(calls: [], next: nil) }
        return try decoded { () throws(StoreFailure) in
            var calls: [EndedCall] = []
            for row in 0..<rows.count where !rows.isNull(row, 1) {
                guard let tenant = TenantId(rows.text(row, 3)) else { throw .unreadable("a stored tenant is not valid") }
                guard let end = StatusCode.status(rows.integer(row, 4)).flatMap({ CallEnd($0) }) else { continue }
                calls.append(
                    EndedCall(
                        ordinal: RowKey(value: rows.integer(row, 1)).ordinal, version: rows.integer(row, 2), tenant: tenant, end: end,
                        endedAt: rows.instant(row, 5), hasPayload: rows.integer(row, 6) != 0))
            }
            let next = RowKey(value: rows.integer(0, 0)).ordinal + CleaningStatements.window - 1
            return EndedCallPage(calls: calls, next: min(next, last.ordinal))
        }
    }

    private static let callsAtOnce = 64
    private static let eventsAtOnce: Int64 = 256

    public func clean(
        _ calls: [EndedCall], _ cleaning: CallCleaning, in partition: PartitionId, epoch: Int64
    ) async throws(JournalError) -> CleaningStep {
        let some = calls.prefix(Self.callsAtOnce)
        guard !some.isEmpty else { return CleaningStep(looked: 0, done: 0) }
        let keys = some.map { RowKey(partition: partition.index, ordinal: $0.ordinal).value }
        let statement = cleaning == .purge ? CleaningStatements.purge : CleaningStatements.erase
        let rows = try await chore([
            Command(
                statement,
                [
                    ArrayColumn(keys).parameter, ArrayColumn(some.map(\.version)).parameter, Binary.int4(partition.index),
                    Binary.int8(epoch),
                ])
        ])
        guard rows[0].count == 1, rows[0].integer(0, 0) == 1 else { throw .ownershipLost }
        return CleaningStep(looked: some.count, done: Int(rows[0].integer(0, 1)))
    }

    public func keptContents(
        in partition: PartitionId, after ordinal: Int64, upTo latest: Instant
    ) async throws(JournalError) -> KeptContentPage {
        let last = RowKey.last(ofPartition: partition.index)
        let rows = try await journal(
            ErasureStatements.kept,
            [
                Binary.int8(RowKey(partition: partition.index, ordinal: ordinal).value), Binary.int8(last.value),
                Binary.int8(latest.microseconds),
            ])
        guard rows.count > 0 else { return KeptContentPage(contents: [], next: nil) }
        return try decoded { () throws(StoreFailure) in
            var contents: [KeptContent] = []
            for row in 0..<rows.count where !rows.isNull(row, 0) {
                let (record, key) = (try IngestionRow.read(rows, row), RowKey(value: rows.integer(row, 0)))
                guard let content = KeptContent(record, ordinal: key.ordinal), content.since <= latest else { continue }
                contents.append(content)
            }
            let next = RowKey(value: rows.integer(0, ErasureStatements.firstKeyColumn)).ordinal + CleaningStatements.window - 1
            return KeptContentPage(contents: contents, next: min(next, last.ordinal))
        }
    }

    public func eraseContents(
        _ contents: [KeptContent], in partition: PartitionId, epoch: Int64
    ) async throws(JournalError) -> CleaningStep {
        let some = contents.prefix(Self.callsAtOnce)
        guard !some.isEmpty else { return CleaningStep(looked: 0, done: 0) }
        let keys = some.map { RowKey(partition: partition.index, ordinal: $0.ordinal).value }
        let rows = try await chore([
            Command(ErasureStatements.allow),
            Command(
                ErasureStatements.erase,
                [
                    ArrayColumn(keys).parameter, ArrayColumn(some.map(\.version)).parameter,
                    ArrayColumn(some.map(\.since.microseconds)).parameter, Binary.int4(partition.index), Binary.int8(epoch),
                ]),
        ])
        guard rows[1].count == 1, rows[1].integer(0, 0) == 1 else { throw .ownershipLost }
        return CleaningStep(looked: some.count, done: Int(rows[1].integer(0, 1)))
    }

    public func trimEvents(
        in partition: PartitionId, through position: Int64, before cutoff: Instant, epoch: Int64
    ) async throws(JournalError) -> TrimStep {
        let rows = try await chore([
            Command(
                CleaningStatements.trim,
                [
                    Binary.int4(partition.index), Binary.int8(epoch), Binary.int8(position), Binary.int8(cutoff.microseconds),
                    Binary.int8(Self.eventsAtOnce),
                ]), Command(CleaningStatements.oldest, [Binary.int4(partition.index)]),
        ])
        guard rows[0].count == 1, rows[0].integer(0, 0) == 1 else { throw .ownershipLost }
        return TrimStep(
            trimmed: rows[0].integer(0, 1), removed: Int(rows[0].integer(0, 2)), oldest: rows[1].count > 0 ? rows[1].instant(0, 0) : nil)
    }

    /// Autovacuum makes the room usable again, and gives back what lies at the end of a table.
    public func giveBackSpace() async throws(JournalError) -> StoreSpace? { nil }

    /// Runs the commands in a transaction over a writing connection that nothing else needs.
    ///
    /// - Parameter isFlushed: whether it waits until it is on the disk; what is done again after a crash need not.
    func chore(_ commands: [Command], isFlushed: Bool = false) async throws(JournalError) -> [Rows] {
        let start = [Command(SessionStatements.begin)] + (isFlushed ? [] : [Command(CleaningStatements.withoutFlush)])
        let all = start + commands + [Command(SessionStatements.commit)]
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<[Rows], StoreFailure>, Never>) in
            let isAdded = pump.add { inbox in
                guard !inbox.isClosing, inbox.chores.count < Self.maxWaitingChores else { return false }
                inbox.chores.append(.init(commands: all, since: monotonicMicroseconds(), done: continuation))
                return true
            }
            if !isAdded { continuation.resume(returning: .failure(.notSent("the store is closed, or too much waits for it"))) }
        }
        do throws(StoreFailure) {
            let rows = try result.get()
            guard rows.count == all.count else { throw .unreadable("the database answered less than was asked") }
            return Array(rows[start.count..<(rows.count - 1)])
        } catch { throw .unavailable(error.reason) }
    }

    private static let maxWaitingChores = 64
}
