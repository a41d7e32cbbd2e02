internal import DequeModule
internal import Domain
internal import Ports

/// Housekeeping: one transaction at a time, over a writing connection for which there is nothing else to do, and seldom.
extension Pump {
    /// How many times as long as a chore took the database is left alone.
    private static let rest: Int64 = 9
    /// How long a chore waits for a connection that nothing else needs.
    private static let patience: Int64 = 100_000

    /// The tick from which the first chore may be sent; nil when none may be for now. While commits are under way, the last connection
    /// that is free is left to the next ones for a while.
    func choreDue(_ inbox: borrowing Inbox) -> Int64? {
        guard !choreIsUnderWay, let first = inbox.chores.first else { return nil }
        let free = writers.count { $0.free != nil }
        guard free > 0 else { return nil }
        return max(choreNotBefore, free == 1 && !busyPartitions.isEmpty ? first.since + Self.patience : 0)
    }

    /// - Returns: whether one was sent.
    func sendChore(_ session: Session, _ now: Int64) -> Bool {
        guard let chore = shared.withInbox({ choreDue($0).map { $0 <= now } == true ? $0.chores.popFirst() : nil }) else { return false }
        choreIsUnderWay = true
        session.send(
            Exchange(commands: chore.commands, commitAt: nil, deadline: deadline(now)) { [weak self] result in
                self?.finishChore(since: now)
                chore.done.resume(returning: result)
            })
        return true
    }

    private func finishChore(since: Int64) {
        choreIsUnderWay = false
        let now = monotonicMicroseconds()
        choreNotBefore = now + max(0, now - since) * Self.rest
    }
}
