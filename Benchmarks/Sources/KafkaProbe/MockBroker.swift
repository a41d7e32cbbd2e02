internal import CRdKafka

/// Why the library refused.
public struct KafkaProbeError: Error, CustomStringConvertible {
    public let description: String
}

/// The library's mock cluster, listening on free ports of 127.0.0.1 as long as this process lives.
public struct MockBroker {
    public let bootstrapServers: String

    /// - Parameter topics: names of topics that are there from the beginning, each with `partitions`.
    public init(brokers: Int32 = 3, topics: [String], partitions: Int32) throws(KafkaProbeError) {
        let configuration = rd_kafka_conf_new()
        // Kafka's brokers set TCP_NODELAY on what they accept; without it small answers wait up to 40 ms for the client's system.
        rd_kafka_conf_set(configuration, "socket.nagle.disable", "true", nil, 0)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0),
            let cluster = rd_kafka_mock_cluster_new(client, brokers), let servers = rd_kafka_mock_cluster_bootstraps(cluster)
        else { throw KafkaProbeError(description: "the library made no mock cluster") }
        for topic in topics { rd_kafka_mock_topic_create(cluster, topic, partitions, 1) }
        bootstrapServers = String(cString: servers)
    }
}
