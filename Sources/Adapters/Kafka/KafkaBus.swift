public import Domain
public import Ports

/// Publishes events to Kafka (EV-3).
///
/// Messages follow the Kafka binding of CloudEvents 1.0 in binary content mode. The key is `tenant.aggregate`, and its partition the one that
/// Java's clients compute too (murmur2), so that all events of an aggregate stand in one partition. The topic is the prefix and the event's
/// context: `ledgerflow.service-call`; a received document goes to its source's own, when the options admit that one.
///
/// Order: whatever fails, an event is never first published before an earlier one of its aggregate. Events may be published twice; their
/// ids are the same then.
public final class KafkaBus: EventBus {
    private let producer: Producer
    private let messages: CloudEventMessages

    /// Events of a longer `publish` go in several steps.
    private static let step = 8_192

    private init(_ producer: Producer, _ messages: CloudEventMessages) {
        self.producer = producer
        self.messages = messages
    }

    /// Makes the client. Does not wait for a broker: one that is away is tried again for as long as the bus exists.
    ///
    /// - store: the store's id, from which the events' ids follow.
    /// - Throws: `KafkaError` when the options make no client.
    public static func open(_ options: KafkaOptions, store: UniqueId) async throws(KafkaError) -> KafkaBus {
        let topics = CloudEventMessages.contexts.map { options.topicPrefix + $0 } + options.sourceTopics.map(\.value)
        let producer = try await Producer(options, topics: topics)
        let messages = CloudEventMessages(
            store: store, prefix: options.topicPrefix, sourceTopics: Set(options.sourceTopics.map(\.value)))
        return KafkaBus(producer, messages)
    }

    public func publish(_ events: [CommittedEvent]) async throws(EventBusError) {
        var acknowledged = 0
        while acknowledged < events.count {
            let block = messages.block(of: events[acknowledged..<min(events.count, acknowledged + Self.step)])
            let outcome = await producer.send(block)
            acknowledged += outcome.acknowledged
            if let failure = outcome.failure { throw EventBusError(acknowledged: acknowledged, reason: failure) }
        }
    }

    /// Waits for the publications under way, bounded by the options' patience; what comes later is refused.
    public func close() async { await producer.close() }

    /// Stops the client as the library does when it can no longer keep its promises. For tests.
    func breakFatally() { producer.breakFatally() }

    public var metrics: [MetricFamily] {
        let measured = producer.metrics
        return [
            MetricFamily(
                "ledgerflow_kafka_published_total", "Messages that the brokers have acknowledged.", .counter(measured.acknowledged)),
            MetricFamily(
                "ledgerflow_kafka_delivery_failures_total", "Messages that were reported as not delivered; they are sent again.",
                .counter(measured.failures)),
            MetricFamily("ledgerflow_kafka_queue_messages", "Messages that wait for an acknowledgement.", .gauge { measured.depth }),
            MetricFamily(
                "ledgerflow_kafka_producer_restarts_total", "Producers that were given up and made anew.", .counter(measured.restarts)),
        ]
    }
}
