internal import Domain
internal import Ports

/// Stores from time to time how far the events are published. After a crash what came since is published again.
struct OutboxCursors: Sendable {
    let lanes: [OutboxLane]
    let ports: EnginePorts
    let interval: TimeSpan

    /// Stores until the task is cancelled.
    func run() async {
        var reports = RepeatedReports()
        while !Task.isCancelled {
            await ports.time.sleep(for: interval)
            await store(&reports)
        }
    }

    func store() async {
        var reports = RepeatedReports()
        await store(&reports)
    }

    private func store(_ reports: inout RepeatedReports) async {
        let cursors = lanes.compactMap(\.unstoredCursor)
        guard !cursors.isEmpty else { return }
        do throws(JournalError) {
            try await ports.journal.storePublished(cursors)
            reports.forget()
            for (lane, cursor) in zip(cursors.map { lanes[$0.partition.index] }, cursors) { lane.stored(cursor) }
        } catch {
            let reason = String(describing: error)
            guard reports.tells(reason, at: ports.time.uptime().microseconds) else { return }
            ports.diagnostics.report(
                Diagnostic(
                    .warning, "outbox.cursor-not-stored", "The published cursors could not be stored; trying again.",
                    fields: [("reason", reason)]))
        }
    }
}
