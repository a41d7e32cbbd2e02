internal import Domain
internal import Ports

/// Sees to it that no caller waits for ever on a store that does not answer, and that an engine ends which has lost its store, also when it
/// has nothing to commit and would not find out.
struct Watchdog: Sendable {
    let partitions: [Partition]
    let ports: EnginePorts
    let timeout: TimeSpan
    let ownershipLost: @Sendable (PartitionId) -> Void

    /// Looks at every partition until the task is cancelled.
    func run() async {
        var reports = partitions.map { _ in RepeatedReports() }
        while !Task.isCancelled {
            await ports.time.sleep(for: TimeSpan(microseconds: max(1_000, timeout.microseconds / 4)))
            look(&reports)
            guard ports.journal.writeTrouble == .takenOver, let first = partitions.first?.id else { continue }
            ports.diagnostics.report(Diagnostic(.error, "engine.taken-over", "Another engine has taken the store over; this one ends."))
            return ownershipLost(first)
        }
    }

    /// - Parameter reports: by partition; one that stays stuck is told of once a minute.
    private func look(_ reports: inout [RepeatedReports]) {
        let now = ports.time.uptime()
        for (index, partition) in partitions.enumerated() {
            let stuck = partition.progress.stuck(since: Uptime(microseconds: now.microseconds - timeout.microseconds))
            guard !stuck.isEmpty else {
                reports[index].forget()
                continue
            }
            for delivery in stuck {
                delivery.fail(.unknownOutcome("The store has not answered for \(timeout.milliseconds) ms."))
            }
            for delivery in partition.mailbox.removeAll() {
                delivery.fail(.unavailable("The store does not answer."))
            }
            guard reports[index].tells("", at: now.microseconds) else { continue }
            ports.diagnostics.report(
                Diagnostic(
                    .error, "partition.stuck", "The store does not answer; callers were told so.",
                    fields: [("partition", partition.id.description)]))
        }
    }
}
