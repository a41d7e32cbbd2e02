internal import CRdKafka
internal import Domain

/// A configuration of the library, until a client takes it over.
struct Configuration: ~Copyable {
    private let handle: OpaquePointer
    private let values: [String]

    /// What the adapter sets itself, because order, delivery or its own threads rest on it.
    private static let reserved: Set<String> = [
        "bootstrap.servers", "metadata.broker.list", "client.id", "acks", "request.required.acks", "enable.idempotence",
        "enable.gapless.guarantee", "transactional.id", "partitioner", "message.timeout.ms", "delivery.timeout.ms", "queuing.strategy",
        "delivery.report.only.error", "group.id", "enable.auto.commit", "enable.auto.offset.store", "auto.commit.enable",
        "enable.partition.eof", "log.queue", "enabled_events", "plugin.library.paths", "linger.ms", "queue.buffering.max.ms",
        "compression.codec", "compression.type", "queue.buffering.max.messages", "queue.buffering.max.kbytes", "test.mock.num.brokers",
        "max.in.flight", "max.in.flight.requests.per.connection", "retries", "message.send.max.retries", "auto.offset.reset",
    ]

    private init(_ handle: OpaquePointer, _ values: [String]) {
        self.handle = handle
        self.values = values
    }

    private static func make(_ options: KafkaOptions, events: Int32, reads: Bool) throws(KafkaError) -> Configuration {
        guard options.topicPrefix.utf8.count <= 100, options.topicPrefix.utf8.allSatisfy(isTopicByte) else {
            throw .invalidSetting("topic prefix")
        }
        guard let made = rd_kafka_conf_new() else { throw .unusable("out of memory") }
        let configuration = Configuration(made, options.settings.map(\.value).filter { $0.utf8.count > 3 })
        try configuration.apply(options, events, reads)
        return configuration
    }

    private func apply(_ options: KafkaOptions, _ events: Int32, _ reads: Bool) throws(KafkaError) {
        try set("bootstrap.servers", options.bootstrapServers)
        try set("client.id", options.clientId)
        try set("log.queue", "true")
        try set("log.connection.close", "false")
        try set("socket.keepalive.enable", "true")
        try set("reconnect.backoff.max.ms", "2000")
        // The library gathers messages itself; held back by the system too, small requests wait for late acknowledgements of TCP.
        try set("socket.nagle.disable", "true")
        // A partition that goes on after a pause waits for the request under way.
        if reads { try set("fetch.wait.max.ms", "100") }
        for setting in options.settings {
            guard !Self.reserved.contains(setting.name) else { throw .reservedSetting(setting.name) }
            try set(setting.name, setting.value)
        }
        rd_kafka_conf_set_events(handle, events | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG)
        // What is left of the log when a client ends would go to standard error.
        rd_kafka_conf_set_log_cb(handle) { _, _, _, _ in }
    }

    private static func isTopicByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    deinit { rd_kafka_conf_destroy(handle) }

    /// The library's own message repeats the value, so it is not passed on.
    private func set(_ name: String, _ value: String) throws(KafkaError) {
        switch rd_kafka_conf_set(handle, name, value, nil, 0) {
        case RD_KAFKA_CONF_OK: return
        case RD_KAFKA_CONF_UNKNOWN: throw .unknownSetting(name)
        default: throw .invalidSetting(name)
        }
    }

    /// A producer whose messages of one key keep their order whatever happens.
    ///
    /// Idempotence keeps a request from being applied twice or out of turn; without gaps means that a message which fails for good stops
    /// the client (fatally), instead of being overtaken by the next of its key. Its own time-out would not: so it is put behind the
    /// adapter's, which gives up the whole client.
    static func producer(_ options: KafkaOptions) throws(KafkaError) -> Configuration {
        let configuration = try make(options, events: RD_KAFKA_EVENT_DR, reads: false)
        try configuration.set("enable.idempotence", "true")
        try configuration.set("enable.gapless.guarantee", "true")
        try configuration.set("acks", "all")
        // What Java's clients do with a key; a message without one goes anywhere.
        try configuration.set("partitioner", "murmur2_random")
        try configuration.set("linger.ms", String(max(0, options.linger.milliseconds)))
        try configuration.set("message.timeout.ms", String(max(1_000, options.publishTimeout.milliseconds) * 2 + 60_000))
        try configuration.set("queue.buffering.max.messages", String(options.maxBufferedMessages))
        try configuration.set("queue.buffering.max.kbytes", String(max(1, options.maxBufferedBytes / 1_024)))
        do throws(KafkaError) { try configuration.set("compression.codec", options.compression) } catch {
            guard ["lz4", "gzip", "snappy", "zstd"].contains(options.compression) else { throw error }
        }
        return configuration
    }

    /// A member of a group, which stores positions by hand and commits them in the background.
    static func consumer(_ options: KafkaOptions, group: String, start: String, commitEvery: TimeSpan) throws(KafkaError) -> Configuration {
        let configuration = try make(options, events: RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT, reads: true)
        guard !group.isEmpty else { throw .invalidSetting("group.id") }
        try configuration.set("group.id", group)
        try configuration.set("auto.offset.reset", start)
        try configuration.set("enable.auto.offset.store", "false")
        try configuration.set("enable.auto.commit", "true")
        try configuration.set("auto.commit.interval.ms", String(max(10, commitEvery.milliseconds)))
        try configuration.set("enable.partition.eof", "false")
        return configuration
    }

    /// A reader that assigns partitions to itself. `group` names where its positions are kept.
    static func reader(_ options: KafkaOptions, group: String) throws(KafkaError) -> Configuration {
        let configuration = try make(options, events: 0, reads: true)
        try configuration.set("group.id", group)
        try configuration.set("auto.offset.reset", "earliest")
        try configuration.set("enable.auto.offset.store", "false")
        try configuration.set("enable.auto.commit", "false")
        try configuration.set("enable.partition.eof", "true")
        return configuration
    }

    enum Kind { case producer, consumer }

    /// Makes the client. May read files (certificates), so it is called on a thread of the adapter's own.
    consuming func makeClient(_ kind: Kind) throws(KafkaError) -> Client {
        var text = [CChar](repeating: 0, count: 512)
        // A copy, since the library takes over what it is given when it succeeds, and only then.
        let copy = rd_kafka_conf_dup(handle)
        guard let made = rd_kafka_new(kind == .producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, copy, &text, text.count) else {
            if let copy { rd_kafka_conf_destroy(copy) }
            throw .unusable(withoutValues(text))
        }
        return Client(made, kind)
    }

    private func withoutValues(_ text: [CChar]) -> String {
        var message = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        for value in values { message = message.split(separator: value, omittingEmptySubsequences: false).joined(separator: "…") }
        return message
    }
}
