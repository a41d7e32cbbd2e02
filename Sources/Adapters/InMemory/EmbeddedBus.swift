public import Ports
internal import Synchronization

/// The bus of a store without a broker: the committed log itself is what consumers follow (EV-4), so everything committed is published the
/// moment that it stands there.
public struct EmbeddedBus: EventBus {
    public init() {}
    public func publish(_ events: [CommittedEvent]) async throws(EventBusError) {}
}

/// A bus that remembers what was published.
public final class InMemoryBus: EventBus {
    private let events = Mutex<[CommittedEvent]>([])

    public init() {}

    /// Everything published, in the order of publication, repetitions included.
    public var published: [CommittedEvent] { events.withLock { $0 } }

    public func publish(_ batch: [CommittedEvent]) async throws(EventBusError) {
        events.withLock { $0 += batch }
    }
}
