internal import Ports
internal import Synchronization

/// The turn that a partition is busy with, for the watchdog: a store that does not answer must not keep callers for ever.
final class TurnProgress: Sendable {
    private struct State {
        var deliveries: [Delivery] = []
        var startedAt: Uptime?
    }

    private let state = Mutex(State())

    func begin(_ deliveries: [Delivery], at now: Uptime) {
        state.withLock { $0 = State(deliveries: deliveries, startedAt: now) }
    }

    func end() { state.withLock { $0 = State() } }

    /// The deliveries of a turn that began before `moment`.
    func stuck(since moment: Uptime) -> [Delivery] {
        state.withLock { state in
            guard let startedAt = state.startedAt, startedAt < moment else { return [] }
            return state.deliveries
        }
    }
}
