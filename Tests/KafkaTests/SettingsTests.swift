import CRdKafka
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

    @Test("brokers that do not answer are named, once, with the library's reason; asking them ends in time")
    func nobodyAnswers() async throws {
        let told = Mutex<[String]>([])
        let wait = BrokerWait(KafkaOptions(bootstrapServers: "127.0.0.1:1"), patience: 1_500) { text in told.withLock { $0.append(text) } }
        await #expect {
            try await Asking().topics(KafkaOptions(bootstrapServers: "127.0.0.1:1"), wait)
        } throws: { error in
            let text = (error as? KafkaError)?.description ?? ""
            return text.hasPrefix("Kafka: the brokers do not answer: ") && text.contains("Connection refused")
        }
        let texts = told.withLock { $0 }
        #expect(texts.count == 1)
        #expect(texts.allSatisfy { $0.hasPrefix("The brokers at 127.0.0.1:1 do not answer yet (") && $0.contains("Connection refused") })
        await #expect(throws: KafkaError.self) {
            _ = try await KafkaCluster.ask(KafkaOptions(bootstrapServers: "127.0.0.1:1"), patience: .milliseconds(600))
        }
    }

    @Test("brokers are asked for themselves and their topics, and nothing comes into being")
    func cluster() async throws {
        let broker = try MockCluster(brokers: 2)
        defer { broker.close() }
        var options = KafkaOptions(bootstrapServers: broker.bootstrapServers)
        options.topicPrefix = "asked."
        for _ in 0..<2 {
            let empty = try await KafkaCluster.ask(options)
            #expect(empty.brokers.sorted() == broker.bootstrapServers.split(separator: ",").map(String.init).sorted())
            #expect(empty.topics.isEmpty)
        }
        try broker.createTopic("asked.intents", partitions: 3)
        let cluster = try await KafkaCluster.ask(options)
        #expect(cluster.topics.map(\.name) == ["asked.intents"])
        #expect(cluster.topics.map(\.partitions) == [3] && cluster.topics.map(\.leaderless) == [0])
        #expect(options.topics.contains("asked.intents") && options.topics.contains("asked.invoice"))
    }

    @Test("what the library repeats with other numbers is told once a minute")
    func repeated() {
        let reports = Reports()
        var log = ClientLog(reports, client: "producer")
        func line(_ port: Int, _ milliseconds: Int, _ tail: String) -> String {
            "[thrd:b:\(port)/1]: b:\(port)/1: Connect to ipv4#127.0.0.1:\(port) failed: Connection refused (after \(milliseconds)ms\(tail))"
        }
        for second in 0..<59 {
            let tail = second == 0 ? "" : " in state CONNECT, \(second) identical error(s) suppressed"
            log.trouble(.error, "kafka.log", line(9_092 + second, second, tail), now: Int64(second) * 1_000_000)
            log.error("2/2 brokers are down", now: Int64(second) * 1_000_000)
        }
        #expect(reports.count == 2)
        log.trouble(.error, "kafka.log", line(9_092, 0, ""), now: 60_000_000)
        #expect(reports.count == 3)
        log.trouble(.error, "kafka.log", "[thrd:b:9092/1]: b:9092/1: Disconnected (after 7ms in state UP)", now: 60_000_000)
        #expect(reports.count == 4, "another trouble is news at once")
    }

    @Test("a publication that is cancelled returns")
    func cancelled() async throws {
        let bus = try await open([])
        let task = Task { try await bus.publish([event(position: 1, subject: 1, version: 1)]) }
        task.cancel()
        await #expect(throws: EventBusError(acknowledged: 0, reason: "cancelled")) { try await task.value }
        // Also when it was cancelled before it began, at whatever point the producer's thread is.
        for _ in 0..<500 {
            let late = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await bus.publish([event(position: 1, subject: 1, version: 1)])
            }
            await #expect(throws: EventBusError(acknowledged: 0, reason: "cancelled")) { try await late.value }
        }
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

/// Asks on a thread that may block.
private actor Asking {
    private let executor: ThreadExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init() throws { executor = try ThreadExecutor() }

    func topics(_ options: KafkaOptions, _ patience: BrokerWait) throws {
        var wait = patience
        let client = try Configuration.reader(options, group: "asking").makeClient(.consumer)
        rd_kafka_metadata_destroy(try wait.metadata(client.handle, client.events, of: nil))
        #expect(client.fatalError == nil)
    }
}

/// Keeps what is reported.
final class Reports: Diagnostics {
    private let all = Mutex<[String]>([])

    func report(_ diagnostic: Diagnostic) { all.withLock { $0.append("\(diagnostic)") } }
    var text: String { all.withLock { $0.joined(separator: "\n") } }
    var count: Int { all.withLock { $0.count } }
}
