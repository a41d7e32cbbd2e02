internal import CRdKafka

/// A client of the library and the queue of its events, both used by one thread only.
struct Client: ~Copyable {
    let handle: OpaquePointer
    let events: OpaquePointer
    /// Handles by name, made when first needed.
    private var topics: [String: OpaquePointer] = [:]
    /// Whether a consumer leaves its group without a commit, as if its process had died.
    var leavesAbruptly = false

    init(_ handle: OpaquePointer, _ kind: Configuration.Kind) {
        self.handle = handle
        switch kind {
        case .producer: events = rd_kafka_queue_get_main(handle)
        case .consumer:
            rd_kafka_poll_set_consumer(handle)
            events = rd_kafka_queue_get_consumer(handle)
        }
        // Log lines come as events too, instead of on standard error.
        rd_kafka_set_log_queue(handle, nil)
    }

    deinit {
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        rd_kafka_queue_destroy(events)
        rd_kafka_destroy_flags(handle, leavesAbruptly ? RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE : 0)
    }

    mutating func topic(_ name: String) -> OpaquePointer? {
        if let known = topics[name] { return known }
        let made = rd_kafka_topic_new(handle, name, nil)
        topics[name] = made
        return made
    }

    /// The next event, to be destroyed by the caller; nil when the time has passed or somebody called `Waker.wake`.
    func poll(milliseconds: Int32) -> OpaquePointer? { rd_kafka_queue_poll(events, milliseconds) }

    /// Whether a broker has described the cluster to the client.
    var hasReachedCluster: Bool {
        guard let id = rd_kafka_clusterid(handle, 0) else { return false }
        rd_kafka_mem_free(handle, id)
        return true
    }

    /// What stopped the client for good; nil while it works.
    var fatalError: String? {
        var text = [CChar](repeating: 0, count: 512)
        guard rd_kafka_fatal_error(handle, &text, text.count) != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// The text of an error code of the library.
func text(of code: rd_kafka_resp_err_t) -> String { rd_kafka_err2name(code).map { String(cString: $0) } ?? "error \(code.rawValue)" }
