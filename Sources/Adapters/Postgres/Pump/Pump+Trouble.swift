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
        let hasEnded = shared.trouble.withLock { known in
            defer { known = trouble }
            return known != nil && trouble == nil
        }
        if trouble == nil { failedBytes = 0 }
        if hasEnded {
            reports.forget()
            report(.info, "store.write-recovered", "the store can write again")
        }
        tryAt = trouble == nil ? nil : monotonicMicroseconds() + max(0, options.trialInterval.microseconds)
    }

    /// Whether a group that was committed ends what trouble there was. On a disk that is all but full small ones go through and larger ones
    /// do not: the store would be called ready and not ready in turn.
    func provesRoom(_ group: WriteGroup) -> Bool {
        guard !group.commits.isEmpty else { return false }
        guard shared.trouble.withLock({ $0 }) == .full else { return true }
        return Self.size(of: group) >= min(failedBytes, Self.trialSizes.upperBound) / 2
    }

    static func size(of group: WriteGroup) -> Int { group.commits.reduce(0) { $0 + $1.batch.size } }

    /// As much as the commits that failed, within bounds: what a small write still finds room for is no sign that they would.
    private static let trialSizes = (64 << 10)...(2 << 20)

    /// - Returns: whether it was sent.
    func sendTrial(_ session: Session, _ now: Int64) -> Bool {
        guard let tryAt, tryAt <= now, !trialIsUnderWay else { return false }
        trialIsUnderWay = true
        let size = min(max(failedBytes, Self.trialSizes.lowerBound), Self.trialSizes.upperBound)
        // A transaction that has written is flushed at its end, also when all that it wrote was undone.
        let commands = [
            Command(SessionStatements.begin), Command(WriteStatements.mark),
            Command(WriteStatements.trial, [Binary.int4(size / WriteStatements.trialBytes)]), Command(WriteStatements.undo),
            Command(SessionStatements.commit),
        ]
        session.send(
            Exchange(commands: commands, commitAt: nil, deadline: deadline(now)) { [weak self] result in
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
            reportAgain(.error, "store.write-failed", "the store cannot write: \(failure.reason)")
        }
    }

    /// What goes on failing in the same way is told once a minute.
    func reportAgain(_ level: Diagnostic.Level, _ event: String, _ text: String) {
        if reports.tells(text, at: monotonicMicroseconds()) { report(level, event, text) }
    }
}
