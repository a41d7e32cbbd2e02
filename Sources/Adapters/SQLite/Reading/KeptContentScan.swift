internal import Domain
internal import Ports

/// Finds what was received of which octets are there, in the order in which the records lie. Used by one reader's thread alone.
///
/// Without an index, as `EndedCallScan`: nothing is paid when a document comes.
final class KeptContentScan {
    private let firstKey: Statement
    private let kept: Statement

    /// Ordinals that one part covers.
    static let window: Int64 = 2_048

    init(_ connection: borrowing Connection) throws(StoreFailure) {
        firstKey = try Statement(connection, "SELECT key FROM ingestion_records WHERE key > ? AND key <= ? ORDER BY key LIMIT 1")
        // What is younger as a record is younger as a content, too.
        kept = try Statement(
            connection,
            """
            SELECT \(IngestionRow.columns) FROM ingestion_records
            WHERE key >= ? AND key <= ? AND created_at <= ? AND kind <> 'run'
              AND EXISTS (SELECT 1 FROM ingestion_contents AS c WHERE c.key = ingestion_records.key)
            ORDER BY key
            """)
    }

    func endRead() {
        firstKey.reset()
        kept.reset()
    }

    func page(_ partition: PartitionId, after ordinal: Int64, upTo latest: Instant) throws(StoreFailure) -> KeptContentPage {
        try firstKey.bind(1, RowKey(partition: partition.index, ordinal: ordinal).value)
        try firstKey.bind(2, RowKey.last(ofPartition: partition.index).value)
        // The ordinals are the partition's, so most of them may be those of other records: what lies between is leapt over.
        guard try firstKey.step() else { return KeptContentPage(contents: [], next: nil) }
        let first = RowKey(value: firstKey.integer(0))
        firstKey.reset()
        let end = RowKey(partition: partition.index, ordinal: first.ordinal + Self.window - 1)
        try kept.bind(1, first.value)
        try kept.bind(2, end.value)
        try kept.bind(3, latest)
        var contents: [KeptContent] = []
        while try kept.step() {
            let record = try IngestionRow.read(kept)
            guard let content = KeptContent(record, ordinal: IngestionRow.key(kept).ordinal), content.since <= latest else { continue }
            contents.append(content)
        }
        return KeptContentPage(contents: contents, next: end.ordinal)
    }
}

extension ReadSession {
    /// Made when first needed.
    func contentScan() throws(StoreFailure) -> KeptContentScan {
        try beginRead()
        if let madeContentScan { return madeContentScan }
        let made = try KeptContentScan(connection)
        madeContentScan = made
        return made
    }
}
