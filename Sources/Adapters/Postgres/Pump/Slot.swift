internal import Domain

/// A place for a connection, which is made again when it breaks. Belongs to the pump's thread.
final class Slot {
    let kind: Session.Kind
    private(set) var session: Session?
    /// The connection that is on its way up, and the tick from which it is late.
    private var dial: (attempt: Dial, deadline: Int64)?
    private var failures = 0
    /// The tick before which no connection is tried.
    private(set) var notBefore: Int64 = 0
    private(set) var lastReason = "the database is not connected yet"
    private var hasBeenReady = false

    init(_ kind: Session.Kind) { self.kind = kind }

    /// The connection, when it is up and nothing was asked that is not answered.
    var free: Session? { freeUp(to: 1) }

    func freeUp(to depth: Int) -> Session? {
        guard let session, session.isReady, session.inFlight < depth else { return nil }
        return session
    }

    enum Change: Equatable { case none, up, down(String) }

    /// The tick at which the slot is to be looked at again although nothing came.
    func nextLook(_ now: Int64) -> Int64 {
        if let session { return session.deadline ?? now + 1_000_000 }
        return dial.map { $0.deadline > now ? $0.deadline : now + 1_000_000 } ?? notBefore
    }

    /// Looks at how the connection is; makes a new one when it is time to.
    ///
    /// - Parameters:
    ///   - begin: begins to connect, and says until when that should take.
    ///   - make: makes a session of the connection that came of it.
    func maintain(
        _ now: Int64, dial begin: () -> (attempt: Dial, deadline: Int64)?, session make: (Session.Kind, OpaquePointer) -> Session
    ) -> Change {
        if session == nil, let change = connect(now, begin, make) { return change }
        guard let session else { return .none }
        if let deadline = session.deadline, deadline <= now { session.lose("the database did not answer in time") }
        switch session.phase {
        case .lost(let reason):
            self.session = nil
            return failed(reason, now)
        case .ready where !hasBeenReady:
            hasBeenReady = true
            failures = 0
            return .up
        default: return .none
        }
    }

    /// - Returns: nil when there is a session now.
    private func connect(
        _ now: Int64, _ begin: () -> (attempt: Dial, deadline: Int64)?, _ make: (Session.Kind, OpaquePointer) -> Session
    ) -> Change? {
        guard let dial else {
            guard now >= notBefore else { return Change.none }
            self.dial = begin()
            return self.dial == nil ? failed("the connection could not be begun", now) : Change.none
        }
        switch dial.attempt.take() {
        case .over(let connection):
            self.dial = nil
            session = make(kind, connection)
            return nil
        case .failed:
            self.dial = nil
            return failed("the library has no memory", now)
        case .none:
            // It is waited for nevertheless: as long as no name is found, another look would not find it either.
            if now >= dial.deadline { lastReason = "the database did not answer in time" }
            return Change.none
        }
    }

    /// Waits 50 ms after the first failure, twice as long after each further one, at most 2 s; a random half of it is left off, so that
    /// many clients do not come back in step.
    private func failed(_ reason: String, _ now: Int64) -> Change {
        let wait = min(2_000_000, Int64(50_000) << Int64(min(failures, 10)))
        failures += 1
        notBefore = now + wait / 2 + Int64.random(in: 0...wait / 2)
        lastReason = reason
        let wasReady = hasBeenReady
        hasBeenReady = false
        return wasReady || failures == 1 ? .down(reason) : .none
    }

    func close() {
        dial?.attempt.leave()
        dial = nil
        session?.lose("the store is closed")
        session = nil
    }
}
