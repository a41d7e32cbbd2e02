internal import Domain

/// How a record that was refused is put aside: as it was but for headers that are secret by their names, on the topic's dead-letter topic, with
/// headers that tell why and where from.
///
/// Who reads dead letters need not be who may act for a tenant, and they are kept for longer than what they came from: a token has no place
/// there (SC-9).
enum DeadLetter {
    static let reason = "dead_letter_reason"
    static let topic = "dead_letter_topic"
    static let partition = "dead_letter_partition"
    static let offset = "dead_letter_offset"
    /// Set on a record that came back from a dead-letter topic: its place there.
    static let replayedFrom = "replayed_from"

    private static let own: Set<String> = [reason, topic, partition, offset, replayedFrom]
    private static let maxReasonBytes = 1_000
    /// Of the engine's own protocol and no secrets, although their names hold “key”.
    private static let known: Set<String> = ["idempotency-key", "ce_partitionkey"]

    static func topic(for topic: String) -> String { topic + ".dead-letter" }

    static func append(_ record: KafkaRecord, reason text: String, to block: inout MessageBlock) {
        block.begin(topic: topic(for: record.topic), key: record.key, value: record.body)
        appendHeaders(of: record, to: &block)
        block.header(reason, Array(text.utf8.prefix(maxReasonBytes)))
        block.header(topic, record.topic)
        block.header(partition, String(record.partition))
        block.header(offset, String(record.offset))
    }

    /// The record again, for the topic that it was refused from.
    ///
    /// - Parameter authorization: the header in the place of the one that was taken away.
    static func appendReplay(_ record: KafkaRecord, topic: String, authorization: String?, to block: inout MessageBlock) {
        block.begin(topic: topic, key: record.key, value: record.body)
        appendHeaders(of: record, to: &block)
        if let authorization { block.header("authorization", authorization) }
        block.header(replayedFrom, record.place)
    }

    private static func appendHeaders(of record: KafkaRecord, to block: inout MessageBlock) {
        for header in record.headers where !own.contains(header.name) && !isSecret(header.name) {
            block.header(header.name, header.value)
        }
    }

    private static func isSecret(_ name: String) -> Bool {
        RedactionPolicy.standard.isSecret(name.utf8) && !known.contains(name.lowercased())
    }
}

extension MessageBlock {
    fileprivate mutating func header(_ name: String, _ value: String) { header(name, Array(value.utf8)) }
}
