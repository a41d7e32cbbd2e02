public import Ports

/// Intents from the topic `<prefix>intents` (EV-7). What is refused goes to `<prefix>intents.dead-letter`.
public final class KafkaIntentSource: IntentSource {
    private let consumer: KafkaConsumer

    private init(_ consumer: KafkaConsumer) { self.consumer = consumer }

    /// - group: engines that share the intents.
    public static func open(_ options: KafkaOptions, group: String = "ledgerflow.intents") async throws(KafkaError) -> KafkaIntentSource {
        // Whether an intent repeats another one is for the engine to say, by its tenant and its key: what two senders call alike is not the same.
        let consumer = try await KafkaConsumer.open(
            KafkaConsumerOptions(options, group: group, topics: [options.topicPrefix + "intents"]), seen: nil)
        return KafkaIntentSource(consumer)
    }

    public func run(_ handle: @escaping @Sendable ([ReceivedIntent]) async -> [IntentVerdict]) async {
        await consumer.run { records in
            await handle(records.map(ReceivedIntent.init)).map(KafkaVerdict.init)
        }
    }

    public func close() async { await consumer.close() }
    public var metrics: [MetricFamily] { consumer.metrics }
}

extension ReceivedIntent {
    init(_ record: KafkaRecord) {
        self.init(
            key: record.key, headers: record.headers.map { Header(name: $0.name, value: $0.value ?? []) }, body: record.body ?? [],
            place: record.place)
    }
}

extension KafkaVerdict {
    init(_ verdict: IntentVerdict) {
        switch verdict {
        case .done: self = .done
        case .refused(let reason): self = .refused(reason: reason)
        case .again(let span): self = .again(after: span)
        }
    }
}
