import Domain
import KafkaKit
import PortContract
import Ports
import Synchronization
import Testing

@testable import KafkaAdapter

/// Keeps what a handler was given.
final class Inbox: Sendable {
    private let records = Mutex<[KafkaRecord]>([])

    func append(_ more: [KafkaRecord]) { records.withLock { $0 += more } }
    var all: [KafkaRecord] { records.withLock { $0 } }
    var versions: [Int] { all.compactMap { $0.header("ce_version").flatMap { Int($0) } } }

    /// Waits until `isEnough`, within reason.
    func wait(_ isEnough: @Sendable ([KafkaRecord]) -> Bool) async throws {
        for _ in 0..<3_000 {
            if isEnough(all) { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw ContractFailure("\(all.count) records are not enough")
    }
}

@Suite("Consumers of topics", .serialized)
struct ConsumerTests {
    private func options(_ harness: KafkaHarness, _ change: (inout KafkaConsumerOptions) -> Void = { _ in }) -> KafkaConsumerOptions {
        var options = KafkaConsumerOptions(.test(harness.broker), group: "readers", topics: [KafkaHarness.topic])
        options.commitEvery = .milliseconds(100)
        options.revokePatience = .seconds(2)
        // The mock lets a group share its partitions anew only a second before its members would time out.
        options.kafka.settings += [KafkaSetting("session.timeout.ms", "3000"), KafkaSetting("heartbeat.interval.ms", "300")]
        change(&options)
        return options
    }

    /// Runs the consumer while `body` does.
    private func running(
        _ consumer: KafkaConsumer, _ handle: @escaping KafkaConsumer.Handler, abandon: Bool = false, _ body: () async throws -> Void
    ) async throws {
        let task = Task { await consumer.run(handle) }
        do { try await body() } catch {
            await consumer.close()
            await task.value
            throw error
        }
        if abandon { await consumer.abandon() } else { await consumer.close() }
        await task.value
    }

    private func events(_ versions: ClosedRange<Int>, subject: UInt64 = 1) -> [CommittedEvent] {
        versions.map { event(position: Int(subject) * 10_000 + $0, subject: subject, version: Int64($0)) }
    }

    @Test("a group goes on from its stored position")
    func position() async throws {
        try await withKafka { harness in
            try await harness.bus.publish(events(1...30))
            let first = Inbox()
            try await running(
                try await .open(options(harness)),
                { records in
                    first.append(records)
                    return records.map { _ in .done }
                }
            ) { try await first.wait { $0.count >= 30 } }
            try await harness.bus.publish(events(31...40))
            let second = Inbox()
            try await running(
                try await .open(options(harness)),
                { records in
                    second.append(records)
                    return records.map { _ in .done }
                }
            ) { try await second.wait { $0.count >= 10 } }
            #expect(first.versions == Array(1...30))
            #expect(second.versions == Array(31...40))
        }
    }

    @Test("what was handled before a crash, and is delivered again, is dropped")
    func crash() async throws {
        try await withKafka { harness in
            try await harness.bus.publish(events(1...30))
            let seen = SeenEvents()
            let inbox = Inbox()
            let never = options(harness) { $0.commitEvery = .hours(1) }
            try await running(
                try await .open(never, seen: seen),
                { records in
                    inbox.append(records)
                    return records.map { _ in .done }
                }, abandon: true
            ) { try await inbox.wait { $0.count >= 30 } }
            try await harness.bus.publish(events(31...40))
            let again = try await KafkaConsumer.open(options(harness), seen: seen)
            try await running(
                again,
                { records in
                    inbox.append(records)
                    return records.map { _ in .done }
                }
            ) { try await inbox.wait { $0.count >= 40 } }
            #expect(inbox.versions == Array(1...40))
            #expect(try value(again, "ledgerflow_kafka_records_repeated_total") == 30)
        }
    }

    @Test("repetitions are dropped by id, older versions by aggregate")
    func repetitions() async throws {
        try await withKafka { harness in
            try await harness.bus.publish(events(1...10))
            try await harness.bus.publish(events(4...12))
            try await harness.bus.publish(events(1...3, subject: 2))
            let inbox = Inbox()
            try await running(
                try await .open(options(harness), seen: SeenEvents(capacity: 4)),
                { records in
                    inbox.append(records)
                    return records.map { _ in .done }
                }
            ) { try await inbox.wait { $0.count >= 15 } }
            let ofFirst = inbox.all.filter { $0.key == inbox.all.first { $0.header("ce_subject")?.hasSuffix("1") == true }?.key }
            #expect(ofFirst.compactMap { $0.header("ce_version") } == (1...12).map(String.init))
            #expect(inbox.all.count == 15)
        }
    }

    @Test("an event is known by its source and its id together, and names without measure are not remembered")
    func identity() {
        func record(_ headers: [(String, String)]) -> KafkaRecord {
            KafkaRecord(
                topic: "t", partition: 0, offset: 0, time: nil, key: nil, headers: headers.map { .init($0, Array($1.utf8)) }, body: nil)
        }
        let seen = SeenEvents()
        seen.insert(record([("ce_id", "1"), ("ce_source", "/a")]))
        #expect(seen.contains(record([("ce_source", "/a"), ("ce_id", "1")])))
        #expect(!seen.contains(record([("ce_id", "1"), ("ce_source", "/b")])))
        #expect(!seen.contains(record([("ce_id", "1")])))
        let long = record([("ce_id", String(repeating: "x", count: 2_000))])
        seen.insert(long)
        #expect(!seen.contains(long))
    }

    @Test("what is refused goes to the dead letters with its reason, what follows goes on, and a replay brings it back")
    func deadLetters() async throws {
        try await withKafka { harness in
            try await harness.bus.publish(events(1...20))
            let inbox = Inbox()
            let refuses = Shared(true)
            let consumer = try await KafkaConsumer.open(options(harness))
            try await running(
                consumer,
                { records in
                    records.map { record in
                        if record.header("ce_version") == "7", refuses.value { return .refused(reason: "seven is odd") }
                        inbox.append([record])
                        return .done
                    }
                }
            ) {
                try await inbox.wait { $0.count >= 19 }
                #expect(inbox.versions == Array(1...6) + Array(8...20))
                let letters = await RawReader.read(harness.broker.bootstrapServers, KafkaHarness.topic + ".dead-letter", atLeast: 1)
                let letter = try requireSome(letters.first, "dead letter")
                #expect(letters.count == 1)
                #expect(letter.header("dead_letter_reason") == "seven is odd")
                #expect(letter.header("dead_letter_topic") == KafkaHarness.topic)
                let refused = try requireSome(await harness.raw(atLeast: 20).first { $0.header("ce_version") == "7" }, "original")
                #expect(letter.header("dead_letter_partition") == String(refused.partition))
                #expect(letter.header("dead_letter_offset") == String(refused.offset))
                #expect(letter.key == refused.key)
                #expect(letter.value == refused.value)
                #expect(Array(letter.headers.prefix(refused.headers.count)) == refused.headers)

                refuses.value = false
                let replay = KafkaReplay(.test(harness.broker))
                #expect(try await replay.replayDeadLetters(of: KafkaHarness.topic) == 1)
                try await inbox.wait { $0.count >= 20 }
                let last = try requireSome(inbox.all.last, "replayed record")
                #expect(last.header("ce_version") == "7")
                #expect(last.header("replayed_from") == "\(KafkaHarness.topic).dead-letter/\(letter.partition)@\(letter.offset)")
                #expect(last.header("dead_letter_reason") == nil)
                #expect(try await replay.replayDeadLetters(of: KafkaHarness.topic) == 0)
                #expect(try await replay.replayDeadLetters(of: KafkaHarness.topic, from: .beginning) == 1)
            }
            #expect(try value(consumer, "ledgerflow_kafka_dead_letters_total") == 1)
        }
    }

    @Test("what is put off comes again, before what follows it")
    func again() async throws {
        try await withKafka { harness in
            try await harness.bus.publish(events(1...20))
            let inbox = Inbox()
            let tries = Shared(0)
            try await running(
                try await .open(options(harness)),
                { records in
                    var verdicts: [KafkaVerdict] = []
                    for record in records {
                        if record.header("ce_version") == "5",
                            tries.change({
                                $0 += 1
                                return $0
                            }) < 4
                        {
                            return verdicts + [.again(after: .milliseconds(5))]
                        }
                        inbox.append([record])
                        verdicts.append(.done)
                    }
                    return verdicts
                }
            ) { try await inbox.wait { $0.count >= 20 } }
            #expect(inbox.versions == Array(1...20))
            #expect(tries.value == 4)
        }
    }

    @Test("a slow handler holds the partition back, and nothing is lost")
    func pausing() async throws {
        try await withKafka { harness in
            try await harness.bus.publish(events(1...500))
            let inbox = Inbox()
            let consumer = try await KafkaConsumer.open(
                options(harness) {
                    $0.maxRecordsPerPartition = 20
                    $0.batch = 10
                })
            try await running(
                consumer,
                { records in
                    inbox.append(records)
                    return records.map { _ in .done }
                }
            ) { try await inbox.wait { $0.count >= 500 } }
            #expect(inbox.versions == Array(1...500))
        }
    }

    @Test("a second member takes partitions over, and nothing is lost or out of order")
    func rebalance() async throws {
        try await withKafka { harness in
            let inbox = Inbox()
            let seen = SeenEvents()
            let handler: KafkaConsumer.Handler = { records in
                inbox.append(records)
                return records.map { _ in .done }
            }
            let first = try await KafkaConsumer.open(options(harness), seen: seen)
            try await running(first, handler) {
                for subject in 0..<16 { try await harness.bus.publish(events(1...20, subject: UInt64(subject))) }
                try await inbox.wait { $0.count >= 320 }
                let second = try await KafkaConsumer.open(options(harness), seen: seen)
                try await running(second, handler) { try await feed(harness, first, second, inbox) }
            }
            try checkOrder(inbox.all)
        }
    }

    @Test("a consumer that is not run keeps no partition from the others")
    func standby() async throws {
        try await withKafka { harness in
            let idle = try await KafkaConsumer.open(options(harness))
            let inbox = Inbox()
            let working = try await KafkaConsumer.open(options(harness))
            try await running(
                working,
                { records in
                    inbox.append(records)
                    return records.map { _ in .done }
                }
            ) {
                for subject in 0..<16 { try await harness.bus.publish(events(1...2, subject: UInt64(subject))) }
                try await inbox.wait { $0.count >= 32 }
            }
            #expect(idle.received == 0)
            await idle.close()
        }
    }

    /// Publishes until the second consumer has received something, and waits for all of it.
    private func feed(_ harness: KafkaHarness, _ first: KafkaConsumer, _ second: KafkaConsumer, _ inbox: Inbox) async throws {
        let before = first.received
        var version = 20
        // The group takes seconds to share anew; events come all the while.
        while second.received == 0 {
            version += 1
            try require(version < 2_000, "the second member gets nothing")
            for subject in 0..<16 { try await harness.bus.publish(events(version...version, subject: UInt64(subject))) }
            try await Task.sleep(for: .milliseconds(25))
        }
        #expect(first.received > before)
        let expected = 16 * version
        try await inbox.wait { Set($0.compactMap { $0.header("ce_id") }).count >= expected }
    }

    private func checkOrder(_ records: [KafkaRecord]) throws {
        var latest: [[UInt8]: Int] = [:]
        for record in records {
            let version = try requireSome(record.header("ce_version").flatMap { Int($0) }, "version")
            let key = try requireSome(record.key, "key")
            #expect(version <= latest[key, default: 0] + 1)
            latest[key] = max(latest[key, default: 0], version)
        }
    }

    @Test("intents come from their topic, in the order of their key")
    func intents() async throws {
        try await withKafka { harness in
            let producer = try await Producer(.test(harness.broker), topics: [])
            var block = MessageBlock()
            for number in 0..<10 {
                block.begin(topic: "ledgerflow.intents", key: Array("acme".utf8), value: Array("\(number)".utf8))
                block.header("authorization", "Bearer x")
                // Two tenants may count alike, and a sender's version is none of an aggregate.
                block.header("ce_id", Array("1".utf8))
                block.header("ce_version", Array("1".utf8))
            }
            #expect(await producer.send(block).failure == nil)
            await producer.close()
            let source = try await KafkaIntentSource.open(.test(harness.broker))
            let bodies = Shared<[String]>([])
            let inbox = Inbox()
            let task = Task {
                await source.run { intents in
                    intents.map { intent in
                        let body = String(decoding: intent.body, as: UTF8.self)
                        #expect(intent.headers.first == .init(name: "authorization", value: Array("Bearer x".utf8)))
                        bodies.change { $0.append(body) }
                        return body == "4" ? .refused(reason: "not an intent") : .done
                    }
                }
            }
            try await inbox.wait { _ in bodies.value.count >= 10 }
            await source.close()
            await task.value
            #expect(bodies.value == (0..<10).map(String.init))
            let letters = await RawReader.read(harness.broker.bootstrapServers, "ledgerflow.intents.dead-letter", atLeast: 1)
            #expect(letters.map { $0.value } == [Array("4".utf8)])
        }
    }

    /// The mock finds no offsets by time, so that this way to begin is not covered.
    @Test("a topic is read from an offset, and no further than its end")
    func reading() async throws {
        try await withKafka { harness in
            try await harness.bus.publish(events(1...50))
            let replay = KafkaReplay(.test(harness.broker))
            let inbox = Inbox()
            #expect(try await replay.read(topic: KafkaHarness.topic) { inbox.append($0) } == 50)
            #expect(inbox.versions == Array(1...50))
            let later = Inbox()
            try await replay.read(topic: KafkaHarness.topic, from: .offset(45)) { later.append($0) }
            #expect(later.versions == Array(46...50))
            let some = Inbox()
            try await replay.read(topic: KafkaHarness.topic, from: .beginning, limit: 7) { some.append($0) }
            #expect(some.versions == Array(1...7))
        }
    }

    private func value(_ consumer: KafkaConsumer, _ name: String) throws -> Int64 {
        guard case .counter(let counter)? = consumer.metrics.first(where: { $0.name == name })?.source else {
            throw ContractFailure("no metric \(name)")
        }
        return counter.value
    }
}

extension KafkaConsumer {
    var received: Int64 {
        guard case .counter(let counter)? = metrics.first(where: { $0.name == "ledgerflow_kafka_records_received_total" })?.source else {
            return 0
        }
        return counter.value
    }
}
