public import Domain

extension CommitBatch {
    /// The octets that the commit brings, each with the ordinal of the record that they belong to.
    ///
    /// - Returns: nil when such a record is not among `books`: the commit is not well formed.
    public var placedContents: [(content: IngestionContent, ordinal: Int64)]? {
        guard !contents.isEmpty else { return [] }
        var ordinals: [BookKey: Int64] = [:]
        for write in books {
            if case .ingestion(let record) = write.stored.record {
                ordinals[.ingestion(record.tenant, record.key)] = write.stored.ordinal
            }
        }
        var placed: [(content: IngestionContent, ordinal: Int64)] = []
        placed.reserveCapacity(contents.count)
        for content in contents {
            guard let ordinal = ordinals[.ingestion(content.tenant, content.key)] else { return nil }
            placed.append((content, ordinal))
        }
        return placed
    }
}
