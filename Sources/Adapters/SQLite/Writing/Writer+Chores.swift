internal import Ports
internal import Synchronization

/// Does the housekeeping, beside the commits.
extension Writer {
    func perform(_ chore: WriteQueue.Chore) {
        let began = monotonicMicroseconds()
        defer { chorePace.ended(at: monotonicMicroseconds(), began: began, lastGroup: lastGroup) }
        let session: WriteSession
        do throws(StoreFailure) { session = try opened() } catch {
            return chore.fail(.unavailable(report(error, "the database cannot be opened")))
        }
        let answer: @Sendable () -> Void
        do throws(StoreFailure) {
            try session.beginTransaction()
            answer = try chore.work(session)
        } catch {
            session.connection.rollBack()
            return chore.fail(Self.error(classify(error, session)))
        }
        do throws(StoreFailure) { try session.end.run() } catch {
            return chore.fail(Self.error(classifyCommit(error, session)))
        }
        shared.lastCommit.store(monotonicMicroseconds(), ordering: .relaxed)
        noteLogSize()
        answer()
    }

    private static func error(_ outcome: Outcome) -> JournalError {
        switch outcome {
        case .fault(let error): error
        case .unavailable(let reason), .full(let reason): .unavailable(reason)
        case .ambiguous(let reason): .ambiguous(reason)
        case .committed: .unavailable("the store did not answer")
        }
    }
}
