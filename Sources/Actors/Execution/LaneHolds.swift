internal import Domain
internal import Ports

/// The calls of one tenant to one host.
struct LaneKey: Hashable, Comparable, Sendable {
    let tenant: TenantId
    let host: String

    static func < (a: LaneKey, b: LaneKey) -> Bool { a.tenant != b.tenant ? a.tenant < b.tenant : a.host < b.host }
}

/// What operators have paused of one tenant.
struct LaneHolds: Hashable, Sendable {
    var isPaused: Bool
    /// In lower case.
    var hosts: Set<String>

    init(isPaused: Bool = false, hosts: Set<String> = []) {
        self.isPaused = isPaused
        self.hosts = hosts
    }

    init(_ holds: Holds) { self.init(isPaused: holds.whole != nil, hosts: Set(holds.targets.keys)) }

    var isEmpty: Bool { !isPaused && hosts.isEmpty }
}
