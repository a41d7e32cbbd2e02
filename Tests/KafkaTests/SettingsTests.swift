import Domain
import KafkaKit
import PortContract
import Ports
import Synchronization
import Testing

@testable import KafkaAdapter

@Suite("Settings of the Kafka clients")
struct SettingsTests {
    private func open(_ settings: [KafkaSetting], servers: String = "127.0.0.1:1") async throws -> KafkaBus {
        var options = KafkaOptions(bootstrapServers: servers)
        options.settings = settings
        options.closePatience = .milliseconds(10)
        return try await KafkaBus.open(options, store: KafkaHarness.store)
    }

    @Test("a name that the library does not know is named")
    func unknown() async throws {
        await #expect(throws: KafkaError.unknownSetting("sasl.pasword")) {
            try await open([KafkaSetting("rdkafka.sasl.pasword", "s3cret")])
        }
    }

    @Test("a value that the library refuses is not repeated")
    func invalid() async throws {
        await #expect(throws: KafkaError.invalidSetting("security.protocol")) {
            try await open([KafkaSetting("security.protocol", "s3cret")])
        }
    }

    @Test("what order rests on cannot be changed", arguments: ["acks", "enable.idempotence", "rdkafka.partitioner"])
    func reserved(_ name: String) async throws {
        await #expect(throws: KafkaError.reservedSetting(KafkaSetting(name, "").name)) { try await open([KafkaSetting(name, "0")]) }
    }

    @Test("settings that make no client together are refused, without their values")
    func unusable() async throws {
        do {
            let bus = try await open([
                KafkaSetting("security.protocol", "ssl"), KafkaSetting("ssl.ca.location", "/nowhere/s3cret.pem"),
            ])
            await bus.close()
            Issue.record("a missing file was accepted")
        } catch let error as KafkaError {
            #expect(!error.description.contains("s3cret"))
        }
    }

    @Test("a password shows in no description")
    func passwords() {
        var options = KafkaOptions(bootstrapServers: "localhost")
        options.settings = [KafkaSetting("sasl.password", "s3cret")]
        var dumped = ""
        dump(options, to: &dumped)
        for text in [String(describing: options), String(reflecting: options), dumped] { #expect(!text.contains("s3cret")) }
    }

    @Test("TLS and SASL are accepted")
    func secure() async throws {
        let bus = try await open([
            KafkaSetting("security.protocol", "sasl_ssl"), KafkaSetting("sasl.mechanisms", "SCRAM-SHA-256"),
            KafkaSetting("sasl.username", "ledgerflow"), KafkaSetting("sasl.password", "s3cret"),
        ])
        await bus.close()
    }

    @Test("without a broker, publishing fails in time and closing ends")
    func noBroker() async throws {
        var options = KafkaOptions(bootstrapServers: "127.0.0.1:1")
        options.publishTimeout = .milliseconds(300)
        options.closePatience = .milliseconds(10)
        let reports = Reports()
        options.diagnostics = reports
        options.settings = [KafkaSetting("sasl.password", "s3cret")]
        let bus = try await KafkaBus.open(options, store: KafkaHarness.store)
        await #expect(throws: EventBusError.self) { try await bus.publish([event(position: 1, subject: 1, version: 1)]) }
        await bus.close()
        await #expect(throws: EventBusError(acknowledged: 0, reason: "the bus is closed")) {
            try await bus.publish([event(position: 1, subject: 1, version: 1)])
        }
        #expect(!reports.text.contains("s3cret"))
    }

    @Test("a publication that is cancelled returns")
    func cancelled() async throws {
        let bus = try await open([])
        let task = Task { try await bus.publish([event(position: 1, subject: 1, version: 1)]) }
        task.cancel()
        await #expect(throws: EventBusError(acknowledged: 0, reason: "cancelled")) { try await task.value }
        await bus.close()
    }

    @Test("brokers that know no request to make topics are published to all the same")
    func topicCreation() async throws {
        try await withKafka(.inProcess) { options in
            options.topicCreation = KafkaTopicCreation(partitions: 2, replicationFactor: 1)
        } _: { harness in
            try await harness.bus.publish([event(position: 1, subject: 1, version: 1)])
            #expect(await harness.raw(atLeast: 1).count == 1)
        }
    }

    @Test("a topic that was not named beforehand is asked for when it is first written to")
    func unnamedTopic() async throws {
        try await withKafka(.inProcess) { harness in
            try await RawWriter.write(harness.broker.bootstrapServers, "other.dead-letter", [("{}", ["a": "b"])])
            var options = KafkaOptions.test(harness.broker)
            options.topicCreation = KafkaTopicCreation(partitions: 2, replicationFactor: 1)
            #expect(try await KafkaReplay(options).replayDeadLetters(of: "other") == 1)
            #expect(await RawReader.read(harness.broker.bootstrapServers, "other", atLeast: 1).count == 1)
        }
    }
}

/// Keeps what is reported.
final class Reports: Diagnostics {
    private let all = Mutex<[String]>([])

    func report(_ diagnostic: Diagnostic) { all.withLock { $0.append("\(diagnostic)") } }
    var text: String { all.withLock { $0.joined(separator: "\n") } }
}
