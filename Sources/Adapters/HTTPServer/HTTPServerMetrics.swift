internal import Ports
internal import Synchronization

/// What the server counts of itself.
final class HTTPServerMetrics: Sendable {
    private let classes = (1...5).map { _ in MetricCounter() }
    let durations = MetricHistogram.latency()
    let unauthorized = MetricCounter()
    let forbidden = MetricCounter()
    let inFlight = Atomic<Int64>(0)
    let bodyBytes = Atomic<Int64>(0)
    let answerBytes = Atomic<Int64>(0)
    let streams = Atomic<Int64>(0)
    let connections = Atomic<Int64>(0)

    func answered(status: Int, after microseconds: Int64) {
        let index = status / 100 - 1
        if classes.indices.contains(index) { classes[index].add() }
        durations.observe(microseconds)
    }

    func families() -> [MetricFamily] {
        var families = classes.enumerated().map { index, counter in
            MetricFamily(
                "ledgerflow_http_requests", "Requests answered, by class of status.", labels: [("class", "\(index + 1)xx")],
                .counter(counter))
        }
        for (reason, counter) in [("unauthorized", unauthorized), ("forbidden", forbidden)] {
            families.append(
                MetricFamily(
                    "ledgerflow_http_refusals", "Requests refused for want of a valid token (401) or of a role (403).",
                    labels: [("reason", reason)], .counter(counter)))
        }
        families.append(
            MetricFamily(
                "ledgerflow_http_request_duration_seconds", "From the whole request to the answer; streams are not counted.",
                .histogram(durations, exponent: -6)))
        families.append(
            MetricFamily(
                "ledgerflow_http_requests_in_flight", "Requests being answered.",
                .gauge { self.inFlight.load(ordering: .relaxed) }))
        families.append(
            MetricFamily(
                "ledgerflow_http_body_bytes", "Bytes of request bodies held.", .gauge { self.bodyBytes.load(ordering: .relaxed) })
        )
        families.append(
            MetricFamily(
                "ledgerflow_http_answer_bytes", "Bytes of what is large and being read, or waits for its reader.",
                .gauge { self.answerBytes.load(ordering: .relaxed) }))
        families.append(
            MetricFamily("ledgerflow_http_streams", "Event streams open.", .gauge { self.streams.load(ordering: .relaxed) }))
        families.append(
            MetricFamily("ledgerflow_http_connections", "Connections open.", .gauge { self.connections.load(ordering: .relaxed) })
        )
        return families
    }
}
