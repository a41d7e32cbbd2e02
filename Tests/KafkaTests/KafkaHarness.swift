import Domain
import Foundation
import KafkaKit
import PortContract
import Ports

@testable import KafkaAdapter

/// Where a test finds a broker: in this process, or in one of its own.
enum BrokerPlace: Sendable, CaseIterable, CustomStringConvertible {
    case inProcess, ownProcess

    var description: String { self == .inProcess ? "the mock in this process" : "a broker process" }

    func start() throws -> any Broker {
        switch self {
        case .inProcess: try MockCluster()
        case .ownProcess: try MockBrokerProcess()
        }
    }
}

protocol Broker: Sendable {
    var bootstrapServers: String { get }
    func tell(_ command: String) throws
    func close()
}

extension MockBrokerProcess: Broker {}

extension MockCluster: Broker {
    func tell(_ command: String) throws {
        let answer = MockCommand(command).perform(on: self)
        if answer != "ok" { throw ContractFailure("\(command): \(answer)") }
    }
}

/// A bus over a fresh broker.
struct KafkaHarness: BusHarness {
    static let store = UniqueId(high: 1, low: 2)
    static let topic = "ledgerflow.service-call"

    let broker: any Broker
    let kafka: KafkaBus
    var bus: any EventBus { kafka }

    init(_ place: BrokerPlace = .inProcess, _ change: (inout KafkaOptions) -> Void = { _ in }) async throws {
        broker = try place.start()
        var options = KafkaOptions.test(broker)
        change(&options)
        kafka = try await KafkaBus.open(options, store: Self.store)
    }

    func received(atLeast count: Int) async throws -> [ReceivedEvent] {
        try await raw(atLeast: count).map(ReceivedEvent.init)
    }

    func raw(atLeast count: Int) async -> [RawMessage] {
        count == 0 ? [] : await RawReader.read(broker.bootstrapServers, Self.topic, atLeast: count)
    }

    func close() async {
        await kafka.close()
        broker.close()
    }
}

extension KafkaOptions {
    static func test(_ broker: any Broker) -> KafkaOptions {
        var options = KafkaOptions(bootstrapServers: broker.bootstrapServers)
        options.linger = .milliseconds(1)
        // The mock makes topics when they are asked for, and knows no request for it.
        options.topicCreation = nil
        options.settings = [KafkaSetting("reconnect.backoff.max.ms", "200"), KafkaSetting("topic.metadata.refresh.fast.interval.ms", "50")]
        return options
    }
}

/// Runs `body` with a harness, which is closed afterwards.
func withKafka<Value>(
    _ place: BrokerPlace = .inProcess, _ change: (inout KafkaOptions) -> Void = { _ in }, _ body: (KafkaHarness) async throws -> Value
) async throws -> Value {
    let harness = try await KafkaHarness(place, change)
    do {
        let value = try await body(harness)
        await harness.close()
        return value
    } catch {
        await harness.close()
        throw error
    }
}

extension ReceivedEvent {
    /// Reads the wire form back.
    init(_ message: RawMessage) throws {
        func attribute(_ name: String) throws -> String { try requireSome(message.header("ce_" + name), "header ce_\(name)") }
        let name = try attribute("type")
        let types = (101...110).compactMap { EventType(code: $0) }
        self.init(
            tenant: try requireSome(TenantId(try attribute("tenantid")), "tenant"),
            subject: try requireSome(UniqueId(try attribute("subject")), "subject"),
            version: try requireSome(Int64(try attribute("version")), "version"),
            type: try requireSome(types.first { $0.name == name }, "type \(name)"), data: message.value ?? [])
    }
}

/// An event of the partition's aggregate `subject`.
func event(
    partition: Int = 0, position: Int, subject: UInt64, version: Int64, tenant: TenantId = Sample.acme,
    data: [UInt8] = Array(#"{"k":"v"}"#.utf8), correlationId: String = "c"
) -> CommittedEvent {
    CommittedEvent(
        partition: PartitionId(partition), position: Int64(position), tenant: tenant, subject: UniqueId(high: 7, low: subject),
        ordinal: Int64(subject) + 1, version: version, type: .serviceCall(.submitted), time: Sample.start, correlationId: correlationId,
        data: data)
}
