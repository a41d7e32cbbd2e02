internal import Domain
internal import Ports

extension Tracing {
    /// Records that events of runs of sources have reached the bus: one span a run, from the commit of its first event to now.
    func published(_ events: some Sequence<CommittedEvent>) {
        var found: [TraceId: Int] = [:]
        var runs: [(span: OpenSpan, events: Int)] = []
        for event in events {
            guard case .ingestion = event.type, let trace = TraceId(event.correlationId) else { continue }
            if let index = found[trace] {
                runs[index].events += 1
            } else {
                found[trace] = runs.count
                runs.append((step(of: trace, since: event.time), 1))
            }
        }
        for run in runs { run.span.end("publish", .producer, with: [("messaging.batch.message_count", .count(run.events))]) }
    }
}
