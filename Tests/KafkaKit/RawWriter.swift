internal import CRdKafka
internal import Dispatch

/// Writes to topics with the bare library.
public enum RawWriter {
    public struct Failure: Error, CustomStringConvertible { public let description: String }

    /// Sends the messages without a key, and returns when all are acknowledged.
    public static func write(_ servers: String, _ topic: String, _ messages: [(body: String, headers: [String: String])]) async throws {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<String?, Never>) in
            DispatchQueue.global().async { continuation.resume(returning: writeBlocking(servers, topic, messages)) }
        }
        if let result { throw Failure(description: result) }
    }

    /// - Returns: what went wrong, or nil.
    private static func writeBlocking(
        _ servers: String, _ topic: String, _ messages: [(body: String, headers: [String: String])]
    ) -> String? {
        let configuration = rd_kafka_conf_new()
        for (name, value) in [("bootstrap.servers", servers), ("acks", "all"), ("message.timeout.ms", "20000")] {
            rd_kafka_conf_set(configuration, name, value, nil, 0)
        }
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else { return "no client" }
        defer { rd_kafka_destroy(client) }
        guard let handle = rd_kafka_topic_new(client, topic, nil) else { return "no topic" }
        defer { rd_kafka_topic_destroy(handle) }
        for message in messages {
            let headers = rd_kafka_headers_new(message.headers.count)
            for (name, value) in message.headers.sorted(by: { $0.key < $1.key }) {
                rd_kafka_header_add(headers, name, -1, value, value.utf8.count)
            }
            let code = Array(message.body.utf8).withUnsafeBytes { body in
                crdkafka_produce(client, handle, nil, 0, body.baseAddress, body.count, headers, 0)
            }
            if code != RD_KAFKA_RESP_ERR_NO_ERROR { return String(cString: rd_kafka_err2str(code)) }
        }
        return rd_kafka_flush(client, 20_000) == RD_KAFKA_RESP_ERR_NO_ERROR && rd_kafka_outq_len(client) == 0 ? nil : "not acknowledged"
    }
}
