public import Domain
public import Ports

extension Engine: TargetOverview {
    public func targets(of tenant: TenantId) -> [TargetState] {
        queue.targets(of: tenant, at: (ports.time.now(), ports.time.uptime()))
    }
}

extension TargetState.Gate {
    var metricLabel: String { self == .halfOpen ? "half-open" : rawValue }
}
