internal import Domain
internal import Ports
internal import Synchronization

/// What anchoring has done.
final class AnchorMetrics: Sendable {
    let anchors = MetricCounter()
    let failures = MetricCounter()
    let lookDuration = MetricHistogram.latency()
    /// When all chains were last anchored, or the engine began.
    private let lastLook: Mutex<Uptime>

    init(now: Uptime) { lastLook = Mutex(now) }

    func looked(at now: Uptime) { lastLook.withLock { $0 = now } }

    func families(_ time: any TimeSource) -> [MetricFamily] {
        [
            MetricFamily("ledgerflow_audit_anchors", "Signed statements of where an audit chain stands.", .counter(anchors)),
            MetricFamily(
                "ledgerflow_audit_anchor_failures", "Looks at the audit chains that failed and are done again.", .counter(failures)),
            MetricFamily(
                "ledgerflow_audit_look_duration_seconds", "Time of one look at the audit chains, signing included.",
                .histogram(lookDuration, exponent: -6)),
            MetricFamily(
                "ledgerflow_audit_anchor_age_seconds", "How long ago all audit chains were anchored.",
                .gauge { (time.uptime() - self.lastLook.withLock { $0 }).milliseconds / 1_000 }),
        ]
    }
}
