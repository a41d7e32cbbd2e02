public import Domain
public import Ports
internal import Synchronization

extension InMemoryStore: Housekeeping {
    public func endedCalls(
        in partition: PartitionId, after ordinal: Int64, upTo latest: Instant
    ) async throws(JournalError) -> EndedCallPage {
        state.withLock { state in
            let rows = state.calls.values.filter { $0.partition == partition.index && $0.stored.ordinal > ordinal }
                .sorted { $0.stored.ordinal < $1.stored.ordinal }
            let part = rows.prefix(Self.rowsAtOnce)
            let calls = part.compactMap { row in row.ended.flatMap { $0.endedAt <= latest ? $0 : nil } }
            return EndedCallPage(calls: calls, next: part.last?.stored.ordinal)
        }
    }

    private static let rowsAtOnce = 16

    public func clean(
        _ calls: [EndedCall], _ cleaning: CallCleaning, in partition: PartitionId, epoch: Int64
    ) async throws(JournalError) -> CleaningStep {
        try state.withLock { state throws(JournalError) in
            guard state.partitions[try Self.index(partition, state)].epoch == epoch else { throw .ownershipLost }
            let versions = Dictionary(calls.map { ($0.ordinal, $0.version) }, uniquingKeysWith: { first, _ in first })
            let keys = state.calls.filter { _, row in
                row.partition == partition.index && row.ended.map { versions[$0.ordinal] == $0.version } ?? false
            }.keys
            var done = 0
            for key in keys {
                switch cleaning {
                case .purge:
                    state.calls[key] = nil
                    done += 1
                case .erasePayloads: if state.calls[key]?.erase() == true { done += 1 }
                }
            }
            return CleaningStep(looked: calls.count, done: done)
        }
    }

    public func keptContents(
        in partition: PartitionId, after ordinal: Int64, upTo latest: Instant
    ) async throws(JournalError) -> KeptContentPage {
        state.withLock { state in
            let rows = received(in: partition, state).filter { $0.ordinal > ordinal }
            let part = rows.prefix(Self.rowsAtOnce)
            return KeptContentPage(
                contents: part.filter { $0.since <= latest && state.contents[$0.key]?.isEmpty == false }.map(\.content),
                next: part.last?.ordinal)
        }
    }

    public func eraseContents(
        _ contents: [KeptContent], in partition: PartitionId, epoch: Int64
    ) async throws(JournalError) -> CleaningStep {
        try state.withLock { state throws(JournalError) in
            let row = state.partitions[try Self.index(partition, state)]
            guard row.epoch == epoch else { throw .ownershipLost }
            let unpublished = row.events.dropFirst(Int(clamping: row.published))
            guard unpublished.count <= ContentErasure.mostUnpublished else { return CleaningStep(looked: contents.count, done: 0) }
            let bound = unpublished.map(\.time).min() ?? .latest
            let wanted = Set(contents)
            let old = received(in: partition, state).filter { wanted.contains($0.content) && $0.since < bound }
            var done = 0
            for row in old where state.contents[row.key]?.isEmpty == false {
                state.contents[row.key] = nil
                done += 1
            }
            return CleaningStep(looked: contents.count, done: done)
        }
    }

    private struct Received {
        let key: BookKey
        let content: KeptContent
        var ordinal: Int64 { content.ordinal }
        var since: Instant { content.since }
    }

    /// In the order of ordinals.
    private func received(in partition: PartitionId, _ state: State) -> [Received] {
        state.books.values.compactMap { stored -> Received? in
            guard case .ingestion(let record) = stored.record, let content = KeptContent(record, ordinal: stored.ordinal),
                PartitionHash.partition(tenant: record.tenant, count: partitionCount) == partition.index
            else { return nil }
            return Received(key: stored.record.key, content: content)
        }.sorted { $0.ordinal < $1.ordinal }
    }

    public func trimEvents(
        in partition: PartitionId, through position: Int64, before cutoff: Instant, epoch: Int64
    ) async throws(JournalError) -> TrimStep {
        try state.withLock { state throws(JournalError) in
            let index = try Self.index(partition, state)
            let row = state.partitions[index]
            guard row.epoch == epoch else { throw .ownershipLost }
            let left = row.events.dropFirst(Int(clamping: row.trimmed))
            let gone = left.prefix { $0.position <= min(position, row.published) && $0.time < cutoff }.prefix(Self.eventsAtOnce)
            state.partitions[index].trimmed += Int64(gone.count)
            return TrimStep(
                trimmed: state.partitions[index].trimmed, removed: gone.count, oldest: left.dropFirst(gone.count).first?.time)
        }
    }

    private static let eventsAtOnce = 16

    public func giveBackSpace() async throws(JournalError) -> StoreSpace? { nil }
}

extension InMemoryStore.Row {
    /// nil while the call has not ended.
    fileprivate var ended: EndedCall? {
        let call = stored.call
        guard let end = CallEnd(call.status), let endedAt = call.endedAt else { return nil }
        return EndedCall(
            ordinal: stored.ordinal, version: call.version, tenant: call.tenant, end: end, endedAt: endedAt, hasPayload: hasPayload)
    }

    private var hasPayload: Bool {
        let request = stored.call.submission.request
        return request != request.erased || attempts.contains { $0.snippet != nil }
    }

    /// - Returns: whether there was something to erase.
    fileprivate mutating func erase() -> Bool {
        guard hasPayload, stored.call.status != .failed else { return false }
        stored = StoredServiceCall(call: stored.call.withoutPayload, ordinal: stored.ordinal)
        attempts = attempts.map { AttemptRecord(number: $0.number, startedAt: $0.startedAt, endedAt: $0.endedAt, outcome: $0.outcome) }
        return true
    }
}

extension ServiceCall {
    fileprivate var withoutPayload: ServiceCall {
        let submission = self.submission
        let erased = ServiceCallSubmission(
            tenant: submission.tenant, id: submission.id, request: submission.request.erased, dueAt: submission.dueAt,
            tags: submission.tags, timeout: submission.timeout, retry: submission.retry, redirects: submission.redirects,
            origin: submission.origin, fingerprint: submission.fingerprint, correlationId: submission.correlationId)
        return ServiceCall(
            submission: erased, createdAt: createdAt, version: version, state: state, run: run, attempts: attempts,
            attemptsInRun: attemptsInRun, updatedAt: updatedAt)
    }
}
