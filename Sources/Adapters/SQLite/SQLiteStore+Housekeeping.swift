public import Domain
public import Ports
internal import Synchronization

extension SQLiteStore: Housekeeping {
    public func endedCalls(
        in partition: PartitionId, after ordinal: Int64, upTo latest: Instant
    ) async throws(JournalError) -> EndedCallPage {
        try await look { (session) throws(StoreFailure) in try session.scan().page(partition, after: ordinal, upTo: latest) }
    }

    public func clean(
        _ calls: [EndedCall], _ cleaning: CallCleaning, in partition: PartitionId, epoch: Int64
    ) async throws(JournalError) -> CleaningStep {
        let some = Array(calls.prefix(Self.mostAtOnce))
        guard !some.isEmpty else { return CleaningStep(looked: 0, done: 0) }
        // From the lists first: a crash in between leaves calls that no list shows, and that the next look takes; never a list that shows
        // calls which are gone.
        if cleaning == .purge {
            guard await lists.remove(some, from: partition, asOf: writer.heads.withLock({ $0 })) else {
                throw .unavailable("the lists are behind")
            }
        }
        return try await chore { (session) throws(StoreFailure) in
            try session.cleaning().clean(some, cleaning, in: partition, epoch: epoch)
        }
    }

    private static let mostAtOnce = 256

    public func trimEvents(
        in partition: PartitionId, through position: Int64, before cutoff: Instant, epoch: Int64
    ) async throws(JournalError) -> TrimStep {
        // Lists that are being opened need nothing of the log before the end at which they begin, but which that is is not known yet.
        let listed = lists.positions.withLock { $0.indices.contains(partition.index) ? $0[partition.index] : 0 }
        return try await chore { (session) throws(StoreFailure) in
            try session.cleaning().trim(partition, through: position, before: cutoff, listed: listed, epoch: epoch)
        }
    }

    public func giveBackSpace() async throws(JournalError) -> StoreSpace? {
        let kept = options.keptFreePages
        let space = try await chore { (session) throws(StoreFailure) in
            try session.cleaning().giveBackSpace(session.connection, kept: kept)
        }
        writer.space.withLock { $0 = space }
        return space
    }

    /// On a reader that no partition waits for.
    func look<Value: Sendable>(
        _ body: @escaping @Sendable (ReadSession) throws(StoreFailure) -> Value
    ) async throws(JournalError) -> Value {
        switch await readers.read(.client, body) {
        case .success(let value): return value
        case .failure(let failure):
            reportRead(failure)
            throw .unavailable(failure.reason)
        }
    }

    func chore<Value: Sendable>(
        _ work: @escaping @Sendable (WriteSession) throws(StoreFailure) -> Value
    ) async throws(JournalError) -> Value {
        try await write { queue, done in
            queue.chores.append(
                WriteQueue.Chore(
                    work: { (session) throws(StoreFailure) in
                        let value = try work(session)
                        return { done.resume(returning: .success(value)) }
                    },
                    fail: { done.resume(returning: .failure($0)) }))
        }
    }
}
