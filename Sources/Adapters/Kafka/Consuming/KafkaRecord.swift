internal import CRdKafka
public import Domain

/// A message as it was read.
public struct KafkaRecord: Hashable, Sendable {
    public struct Header: Hashable, Sendable {
        public let name: String
        public let value: [UInt8]?

        public init(_ name: String, _ value: [UInt8]?) {
            self.name = name
            self.value = value
        }
    }

    public let topic: String
    public let partition: Int32
    public let offset: Int64
    /// When it was sent, or appended, as the topic is set; nil when the broker does not say. To the millisecond.
    public let time: Instant?
    public let key: [UInt8]?
    public let headers: [Header]
    public let body: [UInt8]?

    /// The text of the first header of the name.
    public func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
    }

    /// `topic/partition@offset`.
    public var place: String { "\(topic)/\(partition)@\(offset)" }
}

/// What a handler says of a record.
public enum KafkaVerdict: Hashable, Sendable {
    case done
    /// It will never be handled: it goes to the dead-letter topic, and the next one's turn comes.
    case refused(reason: String)
    /// It and all behind it are handed over again after the span.
    case again(after: TimeSpan)
}

/// A partition of a topic.
struct TopicPartition: Hashable, Sendable {
    let topic: String
    let partition: Int32
}

extension KafkaRecord {
    /// Copies a message of the library.
    init(_ message: UnsafePointer<rd_kafka_message_t>) {
        let read = message.pointee
        topic = read.rkt.flatMap { rd_kafka_topic_name($0) }.map { String(cString: $0) } ?? ""
        partition = read.partition
        offset = read.offset
        key = Self.bytes(read.key, read.key_len)
        body = Self.bytes(read.payload, read.len)
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let milliseconds = rd_kafka_message_timestamp(message, &kind)
        time = kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : Instant(microseconds: milliseconds.multipliedClamped(by: 1_000))
        headers = Self.headers(message)
    }

    private static func headers(_ message: UnsafePointer<rd_kafka_message_t>) -> [Header] {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        var headers: [Header] = []
        headers.reserveCapacity(rd_kafka_header_cnt(list))
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while rd_kafka_header_get_all(list, headers.count, &name, &value, &count) == RD_KAFKA_RESP_ERR_NO_ERROR, let name {
            headers.append(Header(String(cString: name), bytes(value, count)))
        }
        return headers
    }

    private static func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        start.map { Array(UnsafeRawBufferPointer(start: $0, count: count)) }
    }
}

extension Int64 {
    fileprivate func multipliedClamped(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? (self < 0 ? .min : .max) : product
    }
}
