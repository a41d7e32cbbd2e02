internal import Domain
internal import Ports

/// What ingestion counts and measures (PF-15): runs, and each of their steps.
struct IngestionMetrics: Sendable {
    let succeeded = MetricCounter()
    let partial = MetricCounter()
    let failed = MetricCounter()
    let abandoned = MetricCounter()
    let new = MetricCounter()
    let changed = MetricCounter()
    let unchanged = MetricCounter()
    let quarantined = MetricCounter()
    let bytes = MetricCounter()
    let fetchFailures = MetricCounter()
    let readFailures = MetricCounter()
    let messagesTaken = MetricCounter()
    let messagesRepeated = MetricCounter()
    let messagesRefused = MetricCounter()
    let runDuration = MetricHistogram.latency()
    let fetchDuration = MetricHistogram.latency()
    let splitDuration = MetricHistogram.latency()
    let commitDuration = MetricHistogram.latency()

    func ended(_ end: RunEnd) {
        switch end.status {
        case .running: break
        case .succeeded: succeeded.add()
        case .partial: partial.add()
        case .failed: failed.add()
        case .abandoned: abandoned.add()
        }
        bytes.add(end.counts.bytes)
    }

    var families: [MetricFamily] {
        let runs = [("succeeded", succeeded), ("partial", partial), ("failed", failed), ("abandoned", abandoned)].map { status, counter in
            MetricFamily("ledgerflow_ingestion_runs", "Runs of sources that ended.", labels: [("status", status)], .counter(counter))
        }
        let documents = [("new", new), ("changed", changed), ("unchanged", unchanged), ("quarantined", quarantined)].map {
            outcome, counter in
            MetricFamily(
                "ledgerflow_ingestion_documents", "Documents that sources sent.", labels: [("outcome", outcome)], .counter(counter))
        }
        let messages = [("taken", messagesTaken), ("repeated", messagesRepeated), ("refused", messagesRefused)].map { outcome, counter in
            MetricFamily(
                "ledgerflow_ingestion_messages", "Messages that receivers of webhooks were sent.", labels: [("outcome", outcome)],
                .counter(counter))
        }
        return runs + documents + messages + [
            EngineMetrics.readFailures(of: "sources", readFailures),
            MetricFamily("ledgerflow_ingestion_bytes", "Bytes that sources sent, after inflation.", .counter(bytes)),
            MetricFamily("ledgerflow_ingestion_fetch_failures", "Times that a source gave no whole batch.", .counter(fetchFailures)),
            MetricFamily("ledgerflow_ingestion_run_duration_seconds", "Time that a run took.", .histogram(runDuration, exponent: -6)),
            MetricFamily(
                "ledgerflow_ingestion_fetch_duration_seconds", "Time that one answer took, its documents' way into the books included.",
                .histogram(fetchDuration, exponent: -6)),
            MetricFamily(
                "ledgerflow_ingestion_split_duration_seconds", "Time that splitting one piece of an answer took.",
                .histogram(splitDuration, exponent: -6)),
            MetricFamily(
                "ledgerflow_ingestion_commit_duration_seconds", "Time until some documents were in the books.",
                .histogram(commitDuration, exponent: -6)),
        ]
    }
}
