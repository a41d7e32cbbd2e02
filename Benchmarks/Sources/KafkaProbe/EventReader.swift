internal import CRdKafka
import Foundation
public import Histogram
internal import Synchronization

/// A message as it was read.
public struct ReadMessage: Sendable {
    public let key: [UInt8]
    public let value: [UInt8]
    public let headers: [(name: String, value: [UInt8])]

    public var bytes: Int { key.count + value.count + headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.count } }
}

/// Reads a topic with the bare library and notes how old each event is when it arrives: the wall clock minus `ce_time`.
public final class EventReader: Sendable {
    /// What was read since the last `take`; ages in microseconds.
    public struct Tally: Sendable {
        public var ages = Histogram<UInt64>(lowestDiscernibleValue: 1, highestTrackableValue: 600_000_000)
        public var count = 0
    }

    private struct Book {
        var tally = Tally()
        var last: ReadMessage?
        var isStopping = false
    }

    private let book = Mutex(Book())

    static let timeHeader = "ce_time"

    /// Starts a thread that reads `topic`, of that many partitions, from its end.
    public init(servers: String, topic: String, partitions: Int32) throws(KafkaProbeError) {
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        let settings = [
            ("bootstrap.servers", servers), ("group.id", "bench"), ("enable.auto.commit", "false"), ("fetch.wait.max.ms", "2"),
            ("fetch.error.backoff.ms", "2"), ("socket.nagle.disable", "true"),
        ]
        for (name, value) in settings { rd_kafka_conf_set(configuration, name, value, nil, 0) }
        guard let client = rd_kafka_new(RD_KAFKA_CONSUMER, configuration, nil, 0) else {
            throw KafkaProbeError(description: "the library made no consumer")
        }
        rd_kafka_poll_set_consumer(client)
        let list = rd_kafka_topic_partition_list_new(partitions)
        for partition in 0..<partitions {
            rd_kafka_topic_partition_list_add(list, topic, partition)?.pointee.offset = Int64(RD_KAFKA_OFFSET_END)
        }
        rd_kafka_assign(client, list)
        rd_kafka_topic_partition_list_destroy(list)
        let address = UInt(bitPattern: client)
        Thread.detachNewThread { [self] in
            guard let client = OpaquePointer(bitPattern: address) else { return }
            read(client)
            rd_kafka_destroy(client)
        }
    }

    /// What was read since the last call.
    public func take() -> Tally {
        book.withLock { book in
            defer { book.tally = Tally() }
            return book.tally
        }
    }

    public var lastMessage: ReadMessage? { book.withLock { $0.last } }

    public func stop() { book.withLock { $0.isStopping = true } }

    private func read(_ client: OpaquePointer) {
        while !book.withLock({ $0.isStopping }) {
            guard let message = rd_kafka_consumer_poll(client, 50) else { continue }
            let now = Int64(Date().timeIntervalSince1970 * 1e6)
            defer { rd_kafka_message_destroy(message) }
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else { continue }
            let wantsAll = book.withLock { $0.last == nil }
            let age = Self.header(Self.timeHeader, of: message).flatMap(Timestamp.microseconds).map { now - $0 }
            let whole = wantsAll ? Self.copy(message) : nil
            book.withLock { book in
                book.tally.count += 1
                if let age { book.tally.ages.record(UInt64(max(0, age))) }
                if let whole { book.last = whole }
            }
        }
    }

    private static func header(_ name: String, of message: UnsafeMutablePointer<rd_kafka_message_t>) -> UnsafeRawBufferPointer? {
        var list: OpaquePointer?
        var start: UnsafeRawPointer?
        var count = 0
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list,
            rd_kafka_header_get_last(list, name, &start, &count) == RD_KAFKA_RESP_ERR_NO_ERROR
        else { return nil }
        return UnsafeRawBufferPointer(start: start, count: count)
    }

    private static func copy(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> ReadMessage {
        func bytes(_ start: UnsafeRawPointer?, _ count: Int) -> [UInt8] {
            Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
        }
        var headers: [(String, [UInt8])] = []
        var list: OpaquePointer?
        if rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list {
            var name: UnsafePointer<CChar>?
            var start: UnsafeRawPointer?
            var count = 0
            while rd_kafka_header_get_all(list, headers.count, &name, &start, &count) == RD_KAFKA_RESP_ERR_NO_ERROR, let name {
                headers.append((String(cString: name), bytes(start, count)))
            }
        }
        return ReadMessage(
            key: bytes(message.pointee.key, message.pointee.key_len), value: bytes(message.pointee.payload, message.pointee.len),
            headers: headers)
    }
}

/// Reads `2026-01-02T03:04:05.678901Z`, with up to six digits of fraction or none.
enum Timestamp {
    static func microseconds(_ text: UnsafeRawBufferPointer) -> Int64? {
        func number(_ from: Int, _ count: Int) -> Int? {
            guard from + count <= text.count else { return nil }
            var value = 0
            for byte in text[from..<from + count] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int(byte) - 48
            }
            return value
        }
        guard text.last == UInt8(ascii: "Z"), let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
            let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2)
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(year - 1900), Int32(month - 1), Int32(day))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (Int32(hour), Int32(minute), Int32(second))
        let seconds = Int64(timegm(&parts))
        let digits = min(6, max(0, text.count - 21))
        let fraction = digits > 0 ? number(20, digits) ?? 0 : 0
        let scale = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1][digits]
        return seconds * 1_000_000 + Int64(fraction * scale)
    }

    /// The wall clock in the same form.
    static func now() -> [UInt8] {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var parts = tm()
        gmtime_r(&time.tv_sec, &parts)
        var text = [UInt8](unsafeUninitializedCapacity: 27) { buffer, count in
            buffer.withMemoryRebound(to: CChar.self) { count = strftime($0.baseAddress, $0.count, "%Y-%m-%dT%H:%M:%S.", &parts) }
        }
        let digits = String(time.tv_nsec / 1_000).utf8
        text += [UInt8](repeating: 48, count: 6 - digits.count) + digits + [UInt8(ascii: "Z")]
        return text
    }
}
