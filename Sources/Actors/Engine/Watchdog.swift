internal import Domain
internal import Ports

/// Sees to it that no caller waits for ever on a store that does not answer.
struct Watchdog: Sendable {
    let partitions: [Partition]
    let ports: EnginePorts
    let timeout: TimeSpan

    /// Looks at every partition until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await ports.time.sleep(for: TimeSpan(microseconds: max(1_000, timeout.microseconds / 4)))
            look()
        }
    }

    private func look() {
        let now = ports.time.uptime()
        for partition in partitions {
            let stuck = partition.progress.stuck(since: Uptime(microseconds: now.microseconds - timeout.microseconds))
            guard !stuck.isEmpty else { continue }
            for delivery in stuck {
                delivery.fail(.unknownOutcome("The store has not answered for \(timeout.milliseconds) ms."))
            }
            for delivery in partition.mailbox.removeAll() {
                delivery.fail(.unavailable("The store does not answer."))
            }
            ports.diagnostics.report(
                Diagnostic(
                    .error, "partition.stuck", "The store does not answer; callers were told so.",
                    fields: [("partition", partition.id.description)]))
        }
    }
}
