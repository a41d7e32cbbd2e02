internal import Domain
internal import Ports

/// The statements that take away the octets of what was received. Used by the writer's thread alone.
final class ErasureStatements {
    private let partition: Statement
    private let unpublished: Statement
    private let record: Statement
    private let deleteOctets: Statement

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        partition = try Statement(connection, "SELECT epoch, published FROM partitions WHERE id = ?")
        unpublished = try Statement(
            connection,
            "SELECT count(*), coalesce(min(time), 0) FROM (SELECT time FROM events WHERE key > ? AND key <= ? ORDER BY key LIMIT ?)")
        record = try Statement(connection, "SELECT 1 FROM ingestion_records WHERE key = ? AND version = ?")
        deleteOctets = try Statement(connection, "DELETE FROM ingestion_contents WHERE key = ?")
    }

    func erase(_ contents: [KeptContent], in partition: PartitionId, epoch: Int64) throws(StoreFailure) -> CleaningStep {
        guard let bound = try oldestUnpublished(partition, epoch) else { return CleaningStep(looked: contents.count, done: 0) }
        let budget = ChoreBudget()
        var (looked, done) = (0, 0)
        for content in contents {
            if looked > 0, budget.isSpent { break }
            looked += 1
            let key = RowKey(partition: partition.index, ordinal: content.ordinal)
            guard content.since < bound, try isThere(key, version: content.version) else { continue }
            try deleteOctets.bind(1, key.value)
            try deleteOctets.run()
            if deleteOctets.changes > 0 { done += 1 }
        }
        return CleaningStep(looked: looked, done: done)
    }

    /// The time of the oldest event that is not published, by the clock; `.latest` when there is none, nil when there are too many.
    ///
    /// - Throws: `ownershipLost` when the partition's epoch is another.
    private func oldestUnpublished(_ id: PartitionId, _ epoch: Int64) throws(StoreFailure) -> Instant? {
        try partition.bind(1, id.index)
        defer { partition.reset() }
        guard try partition.step(), partition.integer(0) == epoch else { throw .fault(.ownershipLost) }
        try unpublished.bind(1, RowKey(partition: id.index, ordinal: partition.integer(1)).value)
        try unpublished.bind(2, RowKey.last(ofPartition: id.index).value)
        try unpublished.bind(3, ContentErasure.mostUnpublished + 1)
        defer { unpublished.reset() }
        guard try unpublished.step() else { return nil }
        let count = unpublished.integer(0)
        if count == 0 { return .latest }
        return count > ContentErasure.mostUnpublished ? nil : unpublished.instant(1)
    }

    private func isThere(_ key: RowKey, version: Int64) throws(StoreFailure) -> Bool {
        try record.bind(1, key.value)
        try record.bind(2, version)
        defer { record.reset() }
        return try record.step()
    }
}

extension WriteSession {
    /// Made when first needed.
    func erasure() throws(StoreFailure) -> ErasureStatements {
        if let madeErasure { return madeErasure }
        let made = try ErasureStatements(connection)
        madeErasure = made
        return made
    }
}
