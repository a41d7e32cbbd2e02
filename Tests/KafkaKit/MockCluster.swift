internal import CRdKafka
internal import CRdKafka.Mock
internal import Synchronization

/// The library's mock cluster, listening on free ports of the loopback address.
///
/// It knows no CreateTopics: a topic comes into being, with four partitions, when it is first asked for. It keeps about 5 MB of a partition.
public final class MockCluster: Sendable {
    /// Addresses of the handle that the library keeps its books on, and of the cluster; 0 when closed.
    private let handles: Mutex<(client: UInt, cluster: UInt)>
    public let bootstrapServers: String

    public enum Failure: Error { case noCluster, refused(Int32) }

    /// Numbers of requests in the protocol.
    public enum Request: Int16, Sendable { case produce = 0, fetch = 1, metadata = 3, offsetCommit = 8, initProducerId = 22 }

    /// Error codes of the protocol.
    public enum Code: Int32, Sendable {
        case notLeader = 6
        case requestTimedOut = 7
        case messageTooLarge = 10
        case notEnoughReplicas = 19
        case notEnoughReplicasAfterAppend = 20
        case topicAuthorizationFailed = 29
        case outOfOrderSequence = 45
        case unknownProducerId = 59
        case invalidRecord = 87
        /// Closes the connection instead of answering.
        case disconnect = -195
    }

    public init(brokers: Int32 = 3) throws {
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set_log_cb(configuration) { _, _, _, _ in }
        // Kafka's brokers set TCP_NODELAY on what they accept; without it small answers wait up to 40 ms for the client's system.
        rd_kafka_conf_set(configuration, "socket.nagle.disable", "true", nil, 0)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else { throw Failure.noCluster }
        guard let cluster = rd_kafka_mock_cluster_new(client, brokers), let servers = rd_kafka_mock_cluster_bootstraps(cluster) else {
            throw Failure.noCluster
        }
        bootstrapServers = String(cString: servers)
        handles = Mutex((UInt(bitPattern: client), UInt(bitPattern: cluster)))
    }

    deinit { close() }

    public func close() {
        let (client, cluster) = handles.withLock { handles in
            defer { handles = (0, 0) }
            return handles
        }
        if let cluster = OpaquePointer(bitPattern: cluster) { rd_kafka_mock_cluster_destroy(cluster) }
        if let client = OpaquePointer(bitPattern: client) { rd_kafka_destroy(client) }
    }

    private func withCluster(_ body: (OpaquePointer) -> rd_kafka_resp_err_t) throws {
        let code = handles.withLock { handles in
            OpaquePointer(bitPattern: handles.cluster).map(body) ?? RD_KAFKA_RESP_ERR__DESTROY
        }
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw Failure.refused(code.rawValue) }
    }

    public func createTopic(_ name: String, partitions: Int32) throws {
        try withCluster { rd_kafka_mock_topic_create($0, name, partitions, 1) }
    }

    /// The next `count` requests of the kind are answered with the code.
    public func fail(_ request: Request, _ code: Code, count: Int = 1) throws {
        try fail(request: request.rawValue, code: code.rawValue, count: count)
    }

    public func fail(request: Int16, code: Int32, count: Int) throws {
        let codes = Array(repeating: rd_kafka_resp_err_t(rawValue: code), count: count)
        try withCluster {
            rd_kafka_mock_push_request_errors_array($0, request, codes.count, codes)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// No further requests of the kind fail.
    public func heal(_ request: Request) throws {
        try withCluster {
            rd_kafka_mock_clear_request_errors($0, request.rawValue)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Takes a broker from the network; -1 for all.
    public func takeDown(_ broker: Int32) throws { try withCluster { rd_kafka_mock_broker_set_down($0, broker) } }
    public func bringUp(_ broker: Int32) throws { try withCluster { rd_kafka_mock_broker_set_up($0, broker) } }
    /// Answers of the broker come that much later; -1 for all brokers.
    public func delay(_ broker: Int32, milliseconds: Int32) throws {
        try withCluster { rd_kafka_mock_broker_set_rtt($0, broker, milliseconds) }
    }
    public func lead(_ topic: String, _ partition: Int32, _ broker: Int32) throws {
        try withCluster { rd_kafka_mock_partition_set_leader($0, topic, partition, broker) }
    }
}
