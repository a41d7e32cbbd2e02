internal import CRdKafka
internal import Ports

/// Which topics are there, so that nothing is sent to one before it was made as it should be: a broker might make it by itself, with
/// another number of partitions.
struct TopicPlan {
    private enum State { case wanted, asked, settled }

    private let creation: KafkaTopicCreation?
    private var states: [String: State] = [:]
    private var nextAttempt: Int64 = 0
    private var wait: Int64 = firstWait
    /// A broker was reached and had no answer: messages no longer wait for it.
    private var isOpen = false

    private static let firstWait: Int64 = 100_000
    private static let longestWait: Int64 = 10_000_000
    private static let patienceMilliseconds: Int32 = 5_000

    init(_ creation: KafkaTopicCreation?) { self.creation = creation }

    /// Whether messages may go to `topic`; when not, it will be asked for.
    mutating func isSettled(_ topic: String) -> Bool {
        switch states[topic] {
        case .settled: return true
        case .wanted, .asked: return isOpen
        case nil:
            states[topic] = creation == nil ? .settled : .wanted
            return creation == nil || isOpen
        }
    }

    /// When `ask` should be called next; nil when there is nothing to ask for.
    var due: Int64? { states.values.contains(.wanted) ? nextAttempt : nil }

    /// What was asked of a client that is gone has no answer.
    mutating func forgetAsked() {
        for (topic, state) in states where state == .asked { states[topic] = .wanted }
    }

    /// Asks the brokers to make what is wanted; the answer comes as an event.
    mutating func ask(_ client: borrowing Client, now: Int64) {
        guard let creation, let due, due <= now else { return }
        var topics: [OpaquePointer?] = []
        for (name, state) in states where state == .wanted {
            guard let topic = rd_kafka_NewTopic_new(name, creation.partitions, creation.replicationFactor, nil, 0) else {
                // The options are out of range for the library; the broker may make the topic by itself.
                states[name] = .settled
                continue
            }
            states[name] = .asked
            topics.append(topic)
        }
        guard !topics.isEmpty else { return }
        let options = rd_kafka_AdminOptions_new(client.handle, RD_KAFKA_ADMIN_OP_CREATETOPICS)
        rd_kafka_AdminOptions_set_request_timeout(options, Self.patienceMilliseconds, nil, 0)
        rd_kafka_CreateTopics(client.handle, &topics, topics.count, options, client.events)
        rd_kafka_AdminOptions_destroy(options)
        rd_kafka_NewTopic_destroy_array(&topics, topics.count)
    }

    /// Takes the answer in.
    mutating func answered(_ event: OpaquePointer, _ client: borrowing Client, _ log: ClientLog, now: Int64) {
        let whole = rd_kafka_event_error(event)
        var results: [String: rd_kafka_resp_err_t] = [:]
        if whole == RD_KAFKA_RESP_ERR_NO_ERROR, let result = rd_kafka_event_CreateTopics_result(event) {
            var count = 0
            let topics = rd_kafka_CreateTopics_result_topics(result, &count)
            for index in 0..<count {
                guard let topic = topics?[index], let name = rd_kafka_topic_result_name(topic) else { continue }
                results[String(cString: name)] = rd_kafka_topic_result_error(topic)
            }
        }
        var mustRepeat = false
        for (topic, state) in states where state == .asked {
            let code = results[topic] ?? (whole == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__TIMED_OUT : whole)
            if Self.isTransient(code) {
                states[topic] = .wanted
                mustRepeat = true
            } else {
                states[topic] = .settled
                tell(topic, code, log)
            }
        }
        if mustRepeat, !isOpen, client.hasReachedCluster {
            isOpen = true
            log.report(.warning, "kafka.topics-not-created", "The brokers do not answer requests to make topics: \(text(of: whole)).")
        }
        wait = mustRepeat ? min(wait * 2, Self.longestWait) : Self.firstWait
        nextAttempt = mustRepeat ? now + wait : 0
    }

    private func tell(_ topic: String, _ code: rd_kafka_resp_err_t, _ log: ClientLog) {
        switch code {
        case RD_KAFKA_RESP_ERR_NO_ERROR: log.report(.info, "kafka.topic-created", "Made the topic \(topic).")
        case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return
        default:
            // It may have been made by hand, or the broker makes it at the first message.
            log.report(.warning, "kafka.topic-not-created", "The topic \(topic) could not be made: \(text(of: code)). Make it by hand.")
        }
    }

    private static func isTransient(_ code: rd_kafka_resp_err_t) -> Bool {
        switch code {
        case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
            RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR_NOT_CONTROLLER,
            RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
            RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR__DESTROY, RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED:
            true
        default: false
        }
    }
}
