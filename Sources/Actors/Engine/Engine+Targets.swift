public import Domain
public import Ports

extension Engine: TargetOverview {
    public func targets(of tenant: TenantId) -> [TargetState] {
        queue.targets(of: tenant, at: (ports.time.now(), ports.time.uptime()))
    }

    /// Sets what operators have paused of a tenant, in place of what was paused before.
    package func hold(_ holds: LaneHolds, of tenant: TenantId) { queue.hold(holds, of: tenant, at: ports.time.uptime()) }
}

extension TargetState.Gate {
    var metricLabel: String { self == .halfOpen ? "half-open" : rawValue }
}
