internal import CRdKafka

/// The wait for brokers that do not answer: bounded, told of once, and with the reason that the library gives for it.
struct BrokerWait {
    /// How long the brokers have for one answer, in milliseconds.
    let patience: Int32
    private let servers: String
    private let tell: @Sendable (_ text: String) -> Void
    private var reason: String?
    private var hasTold = false

    /// How long a wait is not worth a word, as long as the library reports no error.
    private static let quiet: Int64 = 3_000_000
    /// How often it is looked whether the library has an error to report, in milliseconds.
    private static let step: Int32 = 500

    /// - Parameter tell: is called once, when the wait turns out to be one.
    init(_ options: KafkaOptions, patience: Int32, tell: @escaping @Sendable (_ text: String) -> Void = { _ in }) {
        self.patience = patience
        self.tell = tell
        servers = options.bootstrapServers
    }

    /// What the library says of the way to the brokers. That all of them are away follows from the rest, so it is the last choice.
    mutating func heard(_ event: OpaquePointer) {
        guard rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR else { return }
        guard rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || reason == nil else { return }
        reason = rd_kafka_event_error_string(event).map { String(cString: $0) } ?? text(of: rd_kafka_event_error(event))
    }

    /// Tells of the wait where there is something to tell.
    mutating func goesOn(since start: Int64) {
        guard !hasTold, reason != nil || monotonicMicroseconds() - start >= Self.quiet else { return }
        hasTold = true
        let cause = reason.map { " (\($0))" } ?? ""
        tell("The brokers at \(servers) do not answer yet\(cause); waiting up to \(patience / 1_000) s.")
    }

    var failure: KafkaError { .failed("the brokers do not answer" + (reason.map { ": \($0)" } ?? "")) }

    /// What the brokers say of `topic`, or of all topics; to be destroyed by the caller.
    ///
    /// - events: the queue of the client's events, of which only errors are of interest before anything is read.
    mutating func metadata(
        _ client: OpaquePointer, _ events: OpaquePointer, of topic: OpaquePointer?
    ) throws(KafkaError) -> UnsafePointer<rd_kafka_metadata> {
        let start = monotonicMicroseconds()
        while true {
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let code = rd_kafka_metadata(client, topic == nil ? 1 : 0, topic, &metadata, min(Self.step, patience))
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata { return metadata }
            while let event = rd_kafka_queue_poll(events, 0) {
                heard(event)
                rd_kafka_event_destroy(event)
            }
            guard Self.isTransient(code) else { throw .failed("the brokers refuse to answer: \(text(of: code))") }
            guard monotonicMicroseconds() - start < Int64(patience) * 1_000, !Task.isCancelled else { throw failure }
            goesOn(since: start)
        }
    }

    private static func isTransient(_ code: rd_kafka_resp_err_t) -> Bool {
        switch code {
        case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
            true
        default: false
        }
    }
}
