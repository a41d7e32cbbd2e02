internal import Domain

/// A place for a connection, which is made again when it breaks. Belongs to the pump's thread.
final class Slot {
    let kind: Session.Kind
    private(set) var session: Session?
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

    /// Looks at how the connection is; makes a new one when it is time to.
    func maintain(_ now: Int64, connect: (Session.Kind) -> Session?) -> Change {
        guard let session else {
            guard now >= notBefore else { return .none }
            self.session = connect(kind)
            if self.session == nil { return failed("the connection could not be begun", now) }
            return .none
        }
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
        session?.lose("the store is closed")
        session = nil
    }
}
