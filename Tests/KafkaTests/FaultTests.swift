import Domain
import KafkaKit
import PortContract
import Ports
import Synchronization
import Testing

@testable import KafkaAdapter

/// A way in which brokers fail, and how it is made.
struct Fault: Sendable, CustomStringConvertible {
    let description: String
    /// Commands given one after the other, at even distances, while events are published.
    let commands: [String]
    /// Whether a publication must have failed, so that the test proves something about failures.
    var mustFail = false

    /// The times differ so that requests of both brokers and several partitions are hit.
    static let all: [Fault] = [
        Fault(description: "not leader", commands: ["errors 0 3 6", "errors 0 8 6", "errors 0 1 6"]),
        Fault(description: "request timed out", commands: ["errors 0 2 7", "errors 0 6 7"]),
        Fault(description: "not enough replicas", commands: ["errors 0 4 19", "errors 0 4 20"]),
        Fault(description: "connections break", commands: ["errors 0 1 -195", "errors 0 3 -195", "errors 0 1 -195"]),
        Fault(description: "a refusal for good", commands: ["errors 0 1 87", "errors 0 1 87", "errors 0 2 29"], mustFail: true),
        Fault(description: "a sequence out of order", commands: ["errors 0 1 45", "errors 0 1 59"]),
        Fault(description: "brokers away for a time", commands: ["down 1", "down 2", "down 3", "up 1", "up 2", "up 3"]),
        Fault(description: "all brokers away beyond the time-out", commands: ["down -1", "", "", "", "", "up -1"], mustFail: true),
        Fault(description: "slow brokers", commands: ["rtt 300", "rtt 20", "rtt 0"]),
        Fault(
            description: "leaders move",
            commands: (0..<6).map { "leader \(KafkaHarness.topic) \($0 % 4) \($0 % 3 + 1)" }
                + (0..<4).map { "leader \(KafkaHarness.topic) \($0) 2" }),
        Fault(description: "slower than the time-out", commands: ["rtt 2500", "", "", "rtt 0"], mustFail: true),
    ]
}

@Suite("Whatever brokers do, nothing is lost and order holds", .serialized)
struct FaultTests {
    @Test("against a broker process", arguments: Fault.all)
    func fault(_ fault: Fault) async throws {
        try await withKafka(.ownProcess) { options in
            options.publishTimeout = .milliseconds(fault.mustFail ? 1_000 : 10_000)
        } _: { harness in
            let work = Workload(lanes: 4, aggregates: 5, batch: 30, pause: .milliseconds(20))
            // Afterwards every partition has a leader and every connection stands.
            _ = try await work.publish(to: harness.bus, until: { $0 >= 1 })
            let isOver = Shared(false)
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await work.publish(to: harness.bus) { _ in isOver.value } }
                for command in fault.commands {
                    try await Task.sleep(for: .milliseconds(400))
                    if !command.isEmpty { try harness.broker.tell(command) }
                }
                try await Task.sleep(for: .milliseconds(400))
                isOver.value = true
                let failures = try await group.next() ?? 0
                if fault.mustFail { #expect(failures > 0) }
            }
            try work.check(await harness.raw(atLeast: work.count))
        }
    }

    @Test("a fatal error makes a new producer, which goes on")
    func fatal() async throws {
        try await withKafka { harness in
            let work = Workload(lanes: 4, aggregates: 5, batch: 30, pause: .milliseconds(20))
            _ = try await work.publish(to: harness.bus, until: { $0 >= 2 })
            let isOver = Shared(false)
            try await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask { try await work.publish(to: harness.bus) { _ in isOver.value } }
                for _ in 0..<3 {
                    try await Task.sleep(for: .milliseconds(200))
                    harness.kafka.breakFatally()
                }
                try await Task.sleep(for: .milliseconds(200))
                isOver.value = true
                try await group.waitForAll()
            }
            try work.check(await harness.raw(atLeast: work.count))
            let restarts = harness.kafka.metrics.first { $0.name == "ledgerflow_kafka_producer_restarts_total" }
            guard case .counter(let counter)? = restarts?.source else { throw ContractFailure("no such metric") }
            #expect(counter.value == 3)
        }
    }

    @Test("an event that is too large fails alone, and says what came before it")
    func tooLarge() async throws {
        try await withKafka { harness in
            let events = (1...5).map { version in
                event(
                    position: version, subject: 1, version: Int64(version),
                    data: version == 4 ? Array(repeating: 0x20, count: 2_000_000) : Array("{}".utf8))
            }
            do {
                try await harness.bus.publish(events)
                Issue.record("it was taken")
            } catch let error as EventBusError {
                #expect(error.acknowledged == 3)
                #expect(error.reason.contains("2000"))
            }
            #expect(try await harness.received(atLeast: 3).map(\.version) == [1, 2, 3])
        }
    }

    @Test("more than the library may hold waits, and is published")
    func backPressure() async throws {
        try await withKafka { options in
            options.maxBufferedMessages = 50
        } _: { harness in
            let work = Workload(lanes: 4, aggregates: 5, batch: 400)
            _ = try await work.publish(to: harness.bus, until: { $0 >= 3 })
            try work.check(await harness.raw(atLeast: work.count))
        }
    }
}

/// A value that several tasks use.
final class Shared<Value: Sendable>: Sendable {
    private let current: Mutex<Value>
    init(_ value: Value) { current = Mutex(value) }

    var value: Value {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    func change<Result: Sendable>(_ body: @Sendable (inout Value) -> Result) -> Result { current.withLock { body(&$0) } }
}

/// What the outbox does: lanes that publish batch after batch in order, and repeat what was not acknowledged.
final class Workload: Sendable {
    private struct Lane {
        var position = 0
        var published: [CommittedEvent] = []
    }

    private let lanes: Mutex<[Lane]>
    private let aggregates: Int
    private let batch: Int
    private let pause: Duration

    /// - pause: between two batches of a lane. The mock keeps 5 MB of a partition and silently drops what is older.
    init(lanes: Int, aggregates: Int, batch: Int, pause: Duration = .zero) {
        self.lanes = Mutex(Array(repeating: Lane(), count: lanes))
        self.aggregates = aggregates
        self.batch = batch
        self.pause = pause
    }

    var count: Int { lanes.withLock { $0.reduce(0) { $0 + $1.published.count } } }

    /// Publishes until `isOver`, which is asked with the batches done, in every lane.
    ///
    /// - Returns: how many publications failed.
    func publish(to bus: any EventBus, until isOver: @escaping @Sendable (Int) -> Bool) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for lane in 0..<lanes.withLock({ $0.count }) {
                group.addTask {
                    var failures = 0
                    var done = 0
                    while !isOver(done) {
                        failures += try await self.publishBatch(lane, bus)
                        done += 1
                        try await Task.sleep(for: self.pause)
                    }
                    return failures
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private func publishBatch(_ lane: Int, _ bus: any EventBus) async throws -> Int {
        var rest = lanes.withLock { lanes in
            (0..<batch).map { _ in
                lanes[lane].position += 1
                let number = lanes[lane].position - 1
                let event = event(
                    partition: lane, position: number + 1, subject: UInt64(lane * aggregates + number % aggregates),
                    version: Int64(number / aggregates + 1))
                lanes[lane].published.append(event)
                return event
            }
        }
        var failures = 0
        while !rest.isEmpty {
            do throws(EventBusError) {
                try await bus.publish(rest)
                return failures
            } catch {
                try require((0..<rest.count).contains(error.acknowledged), "acknowledged \(error.acknowledged) of \(rest.count)")
                failures += 1
                try require(failures < 100, "no progress: \(error.reason)")
                rest.removeFirst(error.acknowledged)
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        return failures
    }

    /// Everything is there, and of each aggregate in order but for repetitions.
    func check(_ messages: [RawMessage]) throws {
        var latest: [UniqueId: Int64] = [:]
        for message in messages {
            let received = try ReceivedEvent(message)
            let last = latest[received.subject] ?? 0
            try require(
                received.version <= last + 1, "\(received.subject): version \(received.version) came after \(last), at \(message.offset)")
            latest[received.subject] = max(last, received.version)
        }
        for lane in lanes.withLock({ $0 }) {
            for event in lane.published.suffix(aggregates) {
                try require((latest[event.subject] ?? 0) >= event.version, "\(event.subject): version \(event.version) is lost")
            }
        }
    }
}
