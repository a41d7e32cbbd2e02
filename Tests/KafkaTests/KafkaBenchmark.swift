import CRdKafka
import Domain
import Foundation
import KafkaKit
import PortContract
import Ports
import Testing

@testable import KafkaAdapter

/// Prints events per second of the bus and of the bare library; runs when `LEDGERFLOW_KAFKA_BENCH` is set. Nothing is asserted on time.
@Suite("Kafka benchmark", .enabled(if: ProcessInfo.processInfo.environment["LEDGERFLOW_KAFKA_BENCH"] != nil), .serialized)
struct KafkaBenchmark {
    private static let total = Int(ProcessInfo.processInfo.environment["LEDGERFLOW_KAFKA_BENCH"] ?? "") ?? 200_000
    private static let batch = 512

    @Test("events per second, beside the bare producer", arguments: 1...3)
    func rate(round: Int) async throws {
        let data = Array(String(repeating: #"{"k":"0123456789"}"#, count: 12).utf8)
        try await withKafka(.ownProcess) { options in
            options.linger = .milliseconds(5)
        } _: { harness in
            try await harness.bus.publish([event(position: 1, subject: 0, version: 1)])
            let start = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<4 {
                    group.addTask {
                        for step in 0..<Self.total / 4 / Self.batch {
                            let events = (0..<Self.batch).map { index in
                                event(
                                    partition: lane, position: step * Self.batch + index + 1, subject: UInt64(lane * 1_000 + index),
                                    version: Int64(step + 1), data: data)
                            }
                            try await harness.bus.publish(events)
                        }
                    }
                }
                try await group.waitForAll()
            }
            print("round \(round): bus \(Self.perSecond(Self.total, ContinuousClock.now - start)) events/s")
            let bare = ContinuousClock.now
            let sent = await Self.produceBare(harness.broker.bootstrapServers, data)
            print("round \(round): bare \(Self.perSecond(sent, ContinuousClock.now - bare)) messages/s without headers")
        }
    }

    private static func perSecond(_ count: Int, _ elapsed: Duration) -> Int {
        Int(Double(count) / (Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18))
    }

    private static func produceBare(_ servers: String, _ data: [UInt8]) async -> Int {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let configuration = rd_kafka_conf_new()
                for (name, value) in [
                    ("bootstrap.servers", servers), ("enable.idempotence", "true"), ("linger.ms", "5"), ("compression.codec", "lz4"),
                    ("queue.buffering.max.messages", "1000000"),
                ] {
                    rd_kafka_conf_set(configuration, name, value, nil, 0)
                }
                guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, nil, 0) else { return continuation.resume(returning: 0) }
                let topic = rd_kafka_topic_new(client, KafkaHarness.topic, nil)
                for number in 0..<total {
                    let key = "acme.00000000-0000-0007-0000-\(number % 4_000)"
                    var body = data
                    rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, &body, body.count, key, key.utf8.count, nil)
                    if number % 1_000 == 0 { rd_kafka_poll(client, 0) }
                }
                rd_kafka_flush(client, 60_000)
                rd_kafka_topic_destroy(topic)
                rd_kafka_destroy(client)
                continuation.resume(returning: total)
            }
        }
    }
}
