internal import CRdKafka
import Foundation
public import Histogram

/// The library alone, with the engine's settings, sending one message again and again.
public final class BareProducer {
    /// Acknowledged messages, and the time from handing a message over to its delivery report, in nanoseconds.
    private final class Book {
        var acknowledged = 0
        var failed = 0
        var latency = Histogram<UInt64>(lowestDiscernibleValue: 1_000, highestTrackableValue: 120_000_000_000)
    }

    private let client: OpaquePointer
    private let topic: String
    private let message: ReadMessage
    private let book = Book()
    private var sequence: UInt64 = 0

    public static let settings = [
        ("enable.idempotence", "true"), ("enable.gapless.guarantee", "true"), ("acks", "all"), ("linger.ms", "1"),
        ("socket.nagle.disable", "true"), ("compression.codec", "lz4"), ("partitioner", "murmur2_random"),
        ("queue.buffering.max.messages", "100000"),
        ("queue.buffering.max.kbytes", "65536"),
    ]

    /// - Parameter message: what is sent; the key's last bytes are varied, so that messages spread over the partitions.
    public init(servers: String, topic: String, message: ReadMessage) throws(KafkaProbeError) {
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        rd_kafka_conf_set(configuration, "bootstrap.servers", servers, nil, 0)
        for (name, value) in Self.settings { rd_kafka_conf_set(configuration, name, value, nil, 0) }
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(book).toOpaque())
        rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
            guard let message, let opaque else { return }
            let book = Unmanaged<Book>.fromOpaque(opaque).takeUnretainedValue()
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                book.failed += 1
                return
            }
            book.acknowledged += 1
            let sent = UInt64(UInt(bitPattern: message.pointee._private))
            let now = DispatchTime.now().uptimeNanoseconds
            book.latency.record(now > sent ? now - sent : 1)
        }
        guard let made = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else {
            throw KafkaProbeError(description: "the library made no producer")
        }
        (client, self.topic, self.message) = (made, topic, message)
    }

    deinit {
        rd_kafka_purge(client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
        rd_kafka_flush(client, 1_000)
        rd_kafka_destroy(client)
    }

    /// As many as the library takes: acknowledged messages a second, until the last one is acknowledged.
    public func messagesPerSecond(seconds: Double) throws(KafkaProbeError) -> Double {
        let before = book.acknowledged
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(seconds) {
            for _ in 0..<100 { while !send() { rd_kafka_poll(client, 1) } }
            rd_kafka_poll(client, 0)
        }
        rd_kafka_flush(client, 30_000)
        let spent = (ContinuousClock.now - start) / .seconds(1)
        guard book.failed == 0 else { throw KafkaProbeError(description: "\(book.failed) messages failed") }
        return Double(book.acknowledged - before) / spent
    }

    /// Bursts of `burst` messages at a constant rate: the time from handing over to the delivery report, in nanoseconds.
    public func latency(rate: Double, burst: Int, seconds: Double) throws(KafkaProbeError) -> Histogram<UInt64> {
        book.latency.reset()
        let start = ContinuousClock.now
        var due = start
        while due - start < .seconds(seconds) {
            for _ in 0..<burst { while !send() { rd_kafka_poll(client, 1) } }
            due += .seconds(Double(burst) / rate)
            while ContinuousClock.now < due { rd_kafka_poll(client, 1) }
        }
        rd_kafka_flush(client, 30_000)
        guard book.failed == 0 else { throw KafkaProbeError(description: "\(book.failed) messages failed") }
        return book.latency
    }

    /// False when the library's queue is full.
    private func send() -> Bool {
        sequence += 1
        var key = message.key
        withUnsafeBytes(of: sequence) { number in
            for (index, byte) in zip(key.indices.suffix(8), number) { key[index] = byte }
        }
        let headers = rd_kafka_headers_new(message.headers.count)
        for header in message.headers {
            let value = header.name == EventReader.timeHeader ? Timestamp.now() : header.value
            rd_kafka_header_add(headers, header.name, -1, value, value.count)
        }
        let now = UnsafeMutableRawPointer(bitPattern: UInt(DispatchTime.now().uptimeNanoseconds))
        let code = bench_produce(client, topic, key, key.count, message.value, message.value.count, headers, now)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { rd_kafka_headers_destroy(headers) }
        return code == RD_KAFKA_RESP_ERR_NO_ERROR
    }
}
