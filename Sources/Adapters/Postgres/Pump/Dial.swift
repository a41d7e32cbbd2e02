internal import CLibpq
internal import Synchronization

/// A connection on its way up, on a thread of its own: the library looks names of hosts up by a call that blocks, for many seconds when no
/// resolver answers, and the pump serves all other connections meanwhile.
final class Dial: Sendable {
    private enum State {
        case underWay
        /// The connection's address, up or failed; 0 when the library had no memory. One thread lets go of it before the next takes it.
        case over(UInt)
        /// Whoever dialled has what came of it, or wants it no more.
        case left
    }

    private let state = Mutex(State.underWay)

    private init() {}

    /// - Parameters:
    ///   - connect: gives the address of the connection, or 0; may block.
    ///   - wake: called on the other thread once there is an answer.
    /// - Returns: nil when the system gives no thread.
    static func begin(_ connect: @escaping @Sendable () -> UInt, wake: @escaping @Sendable () -> Void) -> Dial? {
        let dial = Dial()
        let thread = DedicatedThread {
            let address = connect()
            let isWanted = dial.state.withLock { state in
                guard case .underWay = state else { return false }
                state = .over(address)
                return true
            }
            if isWanted { wake() } else { Self.finish(address) }
        }
        return thread.hasStarted ? dial : nil
    }

    static func begin(_ settings: ConnectionSettings, wake: @escaping @Sendable () -> Void) -> Dial? {
        begin({ UInt(bitPattern: settings.withParameters({ PQconnectdbParams($0, $1, 1) }) ?? nil) }, wake: wake)
    }

    enum Answer: Equatable {
        case none
        case failed
        /// To be asked whether it is good. It is the caller's now.
        case over(OpaquePointer)
    }

    /// What has come, once.
    func take() -> Answer {
        let address = state.withLock { state -> UInt? in
            guard case .over(let address) = state else { return nil }
            state = .left
            return address
        }
        guard let address else { return .none }
        return OpaquePointer(bitPattern: address).map { .over($0) } ?? .failed
    }

    /// What comes is not wanted any more.
    func leave() {
        let address = state.withLock { state -> UInt in
            defer { state = .left }
            if case .over(let address) = state { return address }
            return 0
        }
        Self.finish(address)
    }

    private static func finish(_ address: UInt) {
        if let raw = OpaquePointer(bitPattern: address) { PQfinish(raw) }
    }
}
