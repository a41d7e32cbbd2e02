package import Domain
package import Ports

/// The calls of one tenant to one host.
struct LaneKey: Hashable, Comparable, Sendable {
    let tenant: TenantId
    let host: String

    static func < (a: LaneKey, b: LaneKey) -> Bool { a.tenant != b.tenant ? a.tenant < b.tenant : a.host < b.host }
}

/// What operators have paused of one tenant.
package struct LaneHolds: Hashable, Sendable {
    package var isPaused: Bool
    /// In lower case.
    package var hosts: Set<String>

    package init(isPaused: Bool = false, hosts: Set<String> = []) {
        self.isPaused = isPaused
        self.hosts = hosts
    }

    var isEmpty: Bool { !isPaused && hosts.isEmpty }
}

/// Where what is paused is read from when partitions become ours. No call is made before it has been read of all of them.
package protocol HoldSource: Sendable {
    /// What is paused of the tenants whose books lie in the partition, in the order of the tenants, after `after`, at most `limit`.
    func holds(
        in partition: PartitionId, after: TenantId?, limit: Int
    ) async throws(JournalError) -> [(tenant: TenantId, holds: LaneHolds)]
}
