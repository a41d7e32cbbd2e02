public import Domain

/// Reads topics again, and sends what was put aside back to where it came from (EV-5).
public struct KafkaReplay: Sendable {
    /// Where in every partition of a topic to begin.
    public enum Start: Hashable, Sendable {
        case beginning
        /// The first record at the offset or behind it.
        case offset(Int64)
        /// The first record of that time or later.
        case time(Instant)
    }

    private let options: KafkaOptions
    private let waiting: @Sendable (_ text: String) -> Void
    private static let batch = 500

    /// - waiting: is given a sentence, once, when the brokers do not answer at once: which, why, and how long they are waited for. Each of
    ///   their answers has half a minute.
    public init(_ options: KafkaOptions, waiting: @escaping @Sendable (_ text: String) -> Void = { _ in }) {
        self.options = options
        self.waiting = waiting
    }

    /// Hands over the records of `topic` from `start` up to where it ends now, at most `limit`; in order within each partition.
    ///
    /// - Returns: how many were handed over.
    /// - Throws: `KafkaError`, or what `handle` throws, which ends the reading.
    @discardableResult
    public func read(
        topic: String, from start: Start = .beginning, limit: Int = .max, _ handle: ([KafkaRecord]) async throws -> Void
    ) async throws -> Int {
        try await read(topic, start, limit) { records, _ in try await handle(records) }
    }

    /// Sends the dead letters of `topic` to it again, with the header `replayed_from`, and remembers how far it came: the next replay goes on
    /// from there.
    ///
    /// - start: where in the dead-letter topic to begin instead of where the last replay ended.
    /// - authorization: the header that all are given, since a dead letter has none.
    /// - Returns: how many were sent.
    /// - Throws: `KafkaError`. What was sent then may be sent once more by the next replay.
    @discardableResult
    public func replayDeadLetters(
        of topic: String, from start: Start? = nil, limit: Int = .max, authorization: String? = nil
    ) async throws -> Int {
        let producer = try await Producer(options, topics: [])
        do {
            let count = try await read(DeadLetter.topic(for: topic), start, limit) { records, reader in
                var block = MessageBlock(capacity: records.count)
                for record in records {
                    DeadLetter.appendReplay(record, topic: topic, authorization: authorization, to: &block)
                }
                if let failure = await producer.send(block).failure { throw KafkaError.failed(failure) }
                try await reader.commit(records)
            }
            await producer.close()
            return count
        } catch {
            await producer.close()
            throw error
        }
    }

    private func read(
        _ topic: String, _ start: Start?, _ limit: Int, _ handle: ([KafkaRecord], TopicReader) async throws -> Void
    ) async throws -> Int {
        let reader = try TopicReader(options, topic: topic, group: options.topicPrefix + "replay", waiting: waiting)
        var count = 0
        do {
            try await reader.begin(start)
            while count < limit {
                let records = try await reader.next(limit: min(Self.batch, limit - count))
                if records.isEmpty { break }
                try await handle(records, reader)
                count += records.count
            }
        } catch {
            await reader.end()
            throw error
        }
        await reader.end()
        return count
    }
}
