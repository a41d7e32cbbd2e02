import Domain
import Ports
import Synchronization

/// What execution knows of targets, as a test says.
final class FakeTargets: TargetOverview {
    private let states = Mutex<[TenantId: [TargetState]]>([:])

    func targets(of tenant: TenantId) -> [TargetState] { states.withLock { $0[tenant] ?? [] } }

    func set(_ tenant: TenantId, _ targets: [TargetState]) { states.withLock { $0[tenant] = targets } }
}
