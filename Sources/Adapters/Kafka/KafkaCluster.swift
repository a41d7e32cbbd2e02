internal import CRdKafka
public import Domain

/// What brokers say of themselves and their topics when they are asked once.
public struct KafkaCluster: Sendable {
    /// A topic that there is.
    public struct Topic: Sendable {
        public let name: String
        public let partitions: Int
        /// Partitions that no broker leads at present: nothing can be written to them, nor read.
        public let leaderless: Int
    }

    /// Addresses, `host:port`, as the brokers give them to their clients.
    public let brokers: [String]
    /// Those that the client may see, by name.
    public let topics: [Topic]

    /// Asks the brokers, and changes nothing: no topic comes into being.
    ///
    /// - patience: how long it may take in all.
    /// - Throws: `KafkaError`; when nobody answers in time, with the library's reason.
    public static func ask(_ options: KafkaOptions, patience: TimeSpan = .seconds(5)) async throws(KafkaError) -> KafkaCluster {
        try await Inquiry().ask(options, Int32(clamping: max(1, patience.milliseconds)))
    }
}

extension KafkaOptions {
    /// The topics to which the engine writes, and the one from which it takes intents.
    public var topics: [String] {
        CloudEventMessages.contexts.map { topicPrefix + $0 } + sourceTopics.map(\.value) + [topicPrefix + "intents"]
    }
}

/// Asks on a thread of its own, since the library's call blocks.
private actor Inquiry {
    private let executor: ThreadExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init() throws(KafkaError) { executor = try ThreadExecutor() }

    func ask(_ options: KafkaOptions, _ patience: Int32) throws(KafkaError) -> KafkaCluster {
        // A consumer: a producer's question for a topic may make it.
        let client = try Configuration.reader(options, group: options.topicPrefix + "inquiry").makeClient(.consumer)
        return try Self.ask(client, BrokerWait(options, patience: patience))
    }

    private static func ask(_ client: borrowing Client, _ patience: consuming BrokerWait) throws(KafkaError) -> KafkaCluster {
        var wait = patience
        let metadata = try wait.metadata(client.handle, client.events, of: nil)
        defer { rd_kafka_metadata_destroy(metadata) }
        let brokers = UnsafeBufferPointer(start: metadata.pointee.brokers, count: Int(metadata.pointee.broker_cnt))
        let topics = UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt))
        return KafkaCluster(
            brokers: brokers.map { "\($0.host.map { String(cString: $0) } ?? "?"):\($0.port)" }.sorted(),
            topics: topics.compactMap(topic).sorted { $0.name < $1.name })
    }

    private static func topic(_ found: rd_kafka_metadata_topic) -> KafkaCluster.Topic? {
        guard let name = found.topic, found.err == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let partitions = UnsafeBufferPointer(start: found.partitions, count: Int(found.partition_cnt))
        return KafkaCluster.Topic(
            name: String(cString: name), partitions: partitions.count, leaderless: partitions.count { $0.leader < 0 })
    }
}
