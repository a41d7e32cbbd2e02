import Domain
import InMemoryAdapter
import Ports

/// A deliberately broken store: of the messages of receivers it forgets that they came, so that an engine knows those alone that it has in
/// memory.
extension SimulatedJournal {
    func forgetting(_ found: [StoredBookRecord]) -> [StoredBookRecord] {
        forgetsMessages ? found.filter { !$0.record.isMessage } : found
    }

    /// The batch in which what comes again takes the place of what came first.
    func forgetting(_ batch: CommitBatch) -> CommitBatch {
        guard forgetsMessages, batch.books.contains(where: \.stored.record.isMessage) else { return batch }
        let books = batch.books.map { write in
            guard write.stored.record.isMessage, let known = store.current(write.stored.record.key) else { return write }
            return BookWrite(stored: write.stored, expectedVersion: known.version)
        }
        let contents = batch.contents.filter { store.content($0.key, version: $0.version, tenant: $0.tenant) == nil }
        return CommitBatch(
            partition: batch.partition, epoch: batch.epoch, expectedHead: batch.expectedHead, serviceCalls: batch.serviceCalls,
            books: books, contents: contents, events: batch.events, audit: batch.audit)
    }
}

extension BookRecord {
    fileprivate var isMessage: Bool { if case .ingestion(.message) = self { true } else { false } }
}
