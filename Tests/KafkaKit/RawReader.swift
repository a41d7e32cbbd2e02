internal import CRdKafka
internal import Dispatch

/// A message as a client without this product's code reads it.
public struct RawMessage: Sendable, Hashable {
    public struct Header: Sendable, Hashable {
        public let name: String
        public let value: [UInt8]?
        public var text: String { String(decoding: value ?? [], as: UTF8.self) }
    }

    public let partition: Int32
    public let offset: Int64
    public let key: [UInt8]?
    public let headers: [Header]
    public let value: [UInt8]?

    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.text }
}

/// Reads whole topics with the bare library.
public enum RawReader {
    /// Everything in the topic, by partition and offset. Waits until there are `count`, at most for the patience.
    public static func read(_ servers: String, _ topic: String, atLeast count: Int, patienceSeconds: Int = 30) async -> [RawMessage] {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: readBlocking(servers, topic, count, patienceSeconds))
            }
        }
    }

    private static func readBlocking(_ servers: String, _ topic: String, _ count: Int, _ patienceSeconds: Int) -> [RawMessage] {
        let configuration = rd_kafka_conf_new()
        for (name, value) in [
            ("bootstrap.servers", servers), ("group.id", "raw-reader"), ("enable.partition.eof", "true"), ("enable.auto.commit", "false"),
            ("fetch.wait.max.ms", "50"), ("reconnect.backoff.max.ms", "500"),
        ] {
            rd_kafka_conf_set(configuration, name, value, nil, 0)
        }
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        guard let client = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, nil, 0) else { return [] }
        defer { rd_kafka_destroy(client) }
        rd_kafka_poll_set_consumer(client)
        let end = DispatchTime.now() + .seconds(patienceSeconds)
        var partitions = 0
        while partitions == 0, DispatchTime.now() < end { partitions = partitionCount(client, topic) }
        let assignment = rd_kafka_topic_partition_list_new(Int32(partitions))
        for partition in 0..<partitions {
            rd_kafka_topic_partition_list_add(assignment, topic, Int32(partition)).pointee.offset = Int64(RD_KAFKA_OFFSET_BEGINNING)
        }
        rd_kafka_assign(client, assignment)
        rd_kafka_topic_partition_list_destroy(assignment)

        var messages: [RawMessage] = []
        var ended: Set<Int32> = []
        while ended.count < partitions || messages.count < count, DispatchTime.now() < end {
            guard let message = rd_kafka_consumer_poll(client, 100) else { continue }
            defer { rd_kafka_message_destroy(message) }
            switch message.pointee.err {
            case RD_KAFKA_RESP_ERR_NO_ERROR:
                messages.append(RawMessage(message))
                ended.remove(message.pointee.partition)
            case RD_KAFKA_RESP_ERR__PARTITION_EOF: ended.insert(message.pointee.partition)
            default: continue
            }
        }
        return messages.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    }

    private static func partitionCount(_ client: OpaquePointer, _ topic: String) -> Int {
        guard let handle = rd_kafka_topic_new(client, topic, nil) else { return 0 }
        defer { rd_kafka_topic_destroy(handle) }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        guard rd_kafka_metadata(client, 0, handle, &metadata, 2_000) == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else { return 0 }
        defer { rd_kafka_metadata_destroy(metadata) }
        return metadata.pointee.topic_cnt == 1 ? Int(metadata.pointee.topics.pointee.partition_cnt) : 0
    }
}

extension RawMessage {
    fileprivate init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        func bytes(_ pointer: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
            pointer.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
        }
        partition = message.pointee.partition
        offset = message.pointee.offset
        key = bytes(message.pointee.key, message.pointee.key_len)
        value = bytes(message.pointee.payload, message.pointee.len)
        var found: [Header] = []
        var list: OpaquePointer?
        if rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list {
            var name: UnsafePointer<CChar>?
            var pointer: UnsafeRawPointer?
            var count = 0
            while rd_kafka_header_get_all(list, found.count, &name, &pointer, &count) == RD_KAFKA_RESP_ERR_NO_ERROR, let name {
                found.append(Header(name: String(cString: name), value: bytes(pointer, count)))
            }
        }
        headers = found
    }
}
