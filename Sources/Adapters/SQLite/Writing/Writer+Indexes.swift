internal import Ports
internal import Synchronization

/// Pays back, beside the commits, what is owed to the indexes.
extension Writer {
    /// Writes everything that is owed, and says so.
    func settle(_ settlements: [WriteQueue.Settlement]) {
        var isDone = true
        while isDone, !backlog.isSettled { isDone = payBackSlice() }
        for settlement in settlements {
            settlement.done.resume(returning: isDone ? .success(()) : .failure(.unavailable("the store cannot write its indexes")))
        }
    }

    /// Writes some of what is owed to the indexes, in a transaction of its own.
    func payBackSlice() -> Bool {
        let outcome: Outcome
        do throws(StoreFailure) {
            let session = try opened()
            do throws(StoreFailure) {
                try session.beginTransaction()
                try session.indexes.write(backlog.takeForIdle())
            } catch {
                session.connection.rollBack()
                backlog.rolledBack()
                outcome = classify(error, session)
                return notePayBack(outcome)
            }
            do throws(StoreFailure) {
                try session.end.run()
                backlog.committed()
                outcome = .committed(takeovers: [], cursors: [])
            } catch {
                backlog.rolledBack()
                outcome = classifyCommit(error, session)
            }
        } catch { outcome = .unavailable(report(error, "the database cannot be opened")) }
        return notePayBack(outcome)
    }

    private func notePayBack(_ outcome: Outcome) -> Bool {
        let now = monotonicMicroseconds()
        guard case .committed = outcome else {
            payingBack.failed(now)
            return false
        }
        payingBack.reset()
        shared.lastCommit.store(now, ordering: .relaxed)
        noteLogSize()
        return true
    }
}
