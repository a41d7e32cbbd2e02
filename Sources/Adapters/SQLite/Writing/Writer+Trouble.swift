internal import Domain
internal import Ports
internal import Synchronization

/// Keeps account of whether commits succeed, and finds out when they do again although nobody asks for one.
extension Writer {
    /// What is written to find out: about as much as a group of commits, so that what is left of the room does not pass for enough. It is
    /// taken away again at once.
    private static let trial = [
        "INSERT OR REPLACE INTO store (key, value) VALUES ('write_trial', hex(randomblob(131072)))",
        "DELETE FROM store WHERE key = 'write_trial'",
    ]

    /// - Parameter trouble: nil when a commit has succeeded.
    func note(_ trouble: WriteTrouble?) {
        let hasEnded = shared.trouble.withLock { known in
            defer { known = trouble }
            return known != nil && trouble == nil
        }
        if hasEnded { reportRecovery() }
        tryAt = trouble == nil ? nil : monotonicMicroseconds() + max(0, trialInterval.microseconds)
    }

    func tryToWrite() {
        for statement in Self.trial {
            switch write(statement) {
            case .committed: continue
            case .full: return note(.full)
            case .fault, .unavailable, .ambiguous: return note(.failing)
            }
        }
        note(nil)
        noteLogSize()
    }

    private func write(_ statement: String) -> Outcome {
        let session: WriteSession
        do throws(StoreFailure) { session = try opened() } catch { return .unavailable(report(error, "the database cannot be opened")) }
        do throws(StoreFailure) {
            try session.beginTransaction()
            try session.connection.execute(statement)
        } catch {
            session.connection.rollBack()
            return classify(error, session)
        }
        do throws(StoreFailure) { try session.end.run() } catch { return classifyCommit(error, session) }
        return .committed(takeovers: [], cursors: [])
    }
}
