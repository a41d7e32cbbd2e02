public import Domain
public import Ports

/// An event as a consumer of the bus reads it.
public struct ReceivedEvent: Hashable, Sendable {
    public let tenant: TenantId
    public let subject: UniqueId
    public let version: Int64
    public let type: EventType
    public let data: [UInt8]

    public init(tenant: TenantId, subject: UniqueId, version: Int64, type: EventType, data: [UInt8]) {
        self.tenant = tenant
        self.subject = subject
        self.version = version
        self.type = type
        self.data = data
    }

    public init(_ event: CommittedEvent) {
        self.init(tenant: event.tenant, subject: event.subject, version: event.version, type: event.type, data: event.data)
    }
}

/// A fresh, empty bus.
public protocol BusHarness: Sendable {
    var bus: any EventBus { get }
    /// Everything that a consumer has received since the beginning: in order for each aggregate, repeats included. Waits, within
    /// reason, until at least `count` are there.
    func received(atLeast count: Int) async throws -> [ReceivedEvent]
    func close() async
}

/// What every `EventBus` promises.
public enum BusContract {
    public static let cases: [ContractCase<any BusHarness>] = [
        .init("what is acknowledged is received, in the order of versions for each aggregate") { harness in
            let events = (0..<300).map { event(position: $0 + 1, subject: UInt64($0 % 7), version: Int64($0 / 7 + 1)) }
            for start in stride(from: 0, to: events.count, by: 50) {
                try await harness.bus.publish(Array(events[start..<min(start + 50, events.count)]))
            }
            let received = try await harness.received(atLeast: events.count)
            try requireEqual(received.count, events.count, "events received")
            for subject in 0..<7 {
                let versions = received.filter { $0.subject.low == UInt64(subject) }.map(\.version)
                try requireEqual(versions, versions.sorted(), "versions of subject \(subject)")
            }
            try requireEqual(Set(received), Set(events.map(ReceivedEvent.init)), "the events")
        },
        .init("odd and large bytes are received as they are") { harness in
            let events = OddBytes.bodies.enumerated().map { event(position: $0 + 1, subject: UInt64($0), version: 1, data: $1) }
            try await harness.bus.publish(events)
            let received = try await harness.received(atLeast: events.count)
            try requireEqual(Set(received), Set(events.map(ReceivedEvent.init)), "the events")
        },
        .init("publishing again is allowed, and adds repeats only") { harness in
            let events = (0..<20).map { event(position: $0 + 1, subject: 1, version: Int64($0 + 1)) }
            try await harness.bus.publish(events)
            try await harness.bus.publish(Array(events[10...]))
            try await harness.bus.publish([event(position: 21, subject: 1, version: 21)])
            let received = try await harness.received(atLeast: 21)
            var firsts: [Int64] = []
            for event in received where !firsts.contains(event.version) { firsts.append(event.version) }
            try requireEqual(firsts, Array(1...21), "the order of first receipt")
        },
        .init("publishing nothing succeeds") { harness in
            try await harness.bus.publish([])
            try requireEqual(try await harness.received(atLeast: 0), [], "events received")
        },
        .init("partitions may publish at the same time") { harness in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for partition in 0..<4 {
                    group.addTask {
                        for version in 1...25 {
                            try await harness.bus.publish([
                                event(partition: partition, position: version, subject: UInt64(partition), version: Int64(version))
                            ])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let received = try await harness.received(atLeast: 100)
            for subject in 0..<4 {
                let versions = received.filter { $0.subject.low == UInt64(subject) }.map(\.version)
                try requireEqual(versions, Array(1...25), "versions of subject \(subject)")
            }
        },
    ]

    private static func event(
        partition: Int = 0, position: Int, subject: UInt64, version: Int64, data: [UInt8] = Array(#"{"k":"v"}"#.utf8)
    ) -> CommittedEvent {
        CommittedEvent(
            partition: PartitionId(partition), position: Int64(position), tenant: Sample.acme, subject: UniqueId(high: 7, low: subject),
            ordinal: Int64(subject) + 1, version: version, type: .serviceCall(.submitted), time: Sample.start, correlationId: "c",
            data: data)
    }
}
