internal import ArgumentParser
internal import Domain
internal import InMemoryAdapter
internal import KafkaAdapter
internal import Ports

/// The bus that the settings select: the log itself, or Kafka.
struct SelectedBus: Sendable {
    let events: any EventBus
    /// Where intents come from; nil without a broker.
    let intents: (any IntentSource)?
    let topicPrefix: String
    /// Those that sources of documents may name.
    let sourceTopics: [TopicName]
    let metrics: @Sendable () -> [MetricFamily]
    let close: @Sendable () async -> Void

    /// - Parameter kafka: nil for the embedded bus.
    static func open(_ kafka: KafkaOptions?, store: UniqueId, diagnostics: any Diagnostics) async throws -> SelectedBus {
        guard var options = kafka else {
            return SelectedBus(
                events: EmbeddedBus(), intents: nil, topicPrefix: "ledgerflow.", sourceTopics: [], metrics: { [] }, close: {})
        }
        options.diagnostics = diagnostics
        // An owner tries no longer to publish than it can be sure to own its partitions. What the system still sends for it afterwards can
        // only be repeats of what the next owner publishes.
        options.publishTimeout = min(options.publishTimeout, SelectedStore.lease - .seconds(2))
        let bus = try await KafkaBus.open(options, store: store)
        let intents = try await KafkaIntentSource.open(options)
        return SelectedBus(
            events: bus, intents: intents, topicPrefix: options.topicPrefix, sourceTopics: options.sourceTopics,
            metrics: { bus.metrics + intents.metrics },
            close: {
                await intents.close()
                await bus.close()
            })
    }
}

/// Which brokers are used.
struct KafkaOptionGroup: ParsableArguments {
    @Option(help: "Brokers of Kafka as host:port, several with commas between; events go there, and intents come from there.")
    var kafkaBrokers: String?
    @Option(help: "What the names of the topics begin with (default: ledgerflow.).")
    var kafkaTopicPrefix: String?
    @Option(help: "A topic that a source of documents may name for its own, in full; may be repeated. Without one none may be named.")
    var sourceTopic: [String] = []
    @Option(
        help: """
            A setting of librdkafka as name=value, security.protocol=SASL_SSL for instance; may be repeated. In the environment: \
            LEDGERFLOW_KAFKA_SETTING, one a line, which keeps passwords off the command line.
            """)
    var kafkaSetting: [String] = []

    /// - Throws: `ValidationError` when no broker is given.
    func required() throws -> KafkaOptions {
        guard let options = try options() else { throw ValidationError("Give --kafka-brokers, or LEDGERFLOW_KAFKA_BROKERS.") }
        return options
    }

    /// - Returns: nil when no broker is given.
    func options() throws -> KafkaOptions? {
        guard let brokers = kafkaBrokers ?? Setting.environment("kafka-brokers") else { return nil }
        var options = KafkaOptions(bootstrapServers: brokers)
        options.topicPrefix = Setting.text(kafkaTopicPrefix, "kafka-topic-prefix", default: options.topicPrefix)
        options.sourceTopics = try Setting.list(sourceTopic, "source-topic").map { text in
            guard let topic = TopicName(text) else {
                throw ValidationError("--source-topic “\(text)” must have 1 to \(TopicName.maxBytes) of A–Z a–z 0–9 . _ -.")
            }
            return topic
        }
        let given =
            kafkaSetting.isEmpty
            ? (Setting.environment("kafka-setting") ?? "").split(whereSeparator: \.isNewline).map(String.init) : kafkaSetting
        options.settings = try given.map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = parts.first, let value = parts.last, !name.isEmpty else {
                throw ValidationError("--kafka-setting must be name=value.")
            }
            return KafkaSetting(String(name), String(value))
        }
        return options
    }
}
