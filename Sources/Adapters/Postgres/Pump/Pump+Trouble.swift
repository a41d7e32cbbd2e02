internal import Domain
internal import Ports
internal import Synchronization

/// Keeps account of whether commits succeed, and finds out when they do again although nobody asks for one.
extension Pump {
    /// SQLSTATE 53100, `disk_full`.
    private static let diskFull = "53100"

    /// - Parameter failure: nil when a commit has succeeded.
    func note(_ failure: StoreFailure?) {
        let trouble: WriteTrouble? =
            switch failure {
            case nil: nil
            case .server(Self.diskFull, _, _): .full
            default: .failing
            }
        shared.trouble.withLock { $0 = trouble }
        tryAt = trouble == nil ? nil : monotonicMicroseconds() + max(0, options.trialInterval.microseconds)
    }

    /// - Returns: whether it was sent.
    func sendTrial(_ session: Session, _ now: Int64) -> Bool {
        guard let tryAt, tryAt <= now, !trialIsUnderWay else { return false }
        trialIsUnderWay = true
        session.send(
            Exchange(commands: [Command(WriteStatements.trial)], commitAt: nil, deadline: deadline(now)) { [weak self] result in
                self?.finishTrial(result)
            })
        return true
    }

    private func finishTrial(_ result: Result<[Rows], StoreFailure>) {
        trialIsUnderWay = false
        switch result {
        case .success: note(nil)
        case .failure(let failure):
            note(failure)
            report(.error, "store.write-failed", "the store cannot write: \(failure.reason)")
        }
    }
}
