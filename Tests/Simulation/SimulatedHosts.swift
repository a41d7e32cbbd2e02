import Domain
import Ports
import PropertyKit

/// The hosts that calls go to: one fares as the faults say, one is slow besides, and one is away for long.
enum SimulatedHost: String, CaseIterable {
    case plain = "example.com"
    case slow = "slow.example.com"
    case dead = "dead.example.com"

    static func any(_ generator: inout SeededGenerator) -> SimulatedHost {
        generator.chance(50) ? .plain : generator.chance(50) ? .slow : .dead
    }

    var request: OutgoingRequest {
        do {
            return OutgoingRequest(method: .POST, url: try TargetURL("https://\(rawValue)/hook"), body: Array("{}".utf8))
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

/// What operators hold back, as they were told that it is committed: nothing of it may be sent from some time after on.
struct PausedSince {
    private struct Place: Hashable {
        let tenant: TenantId
        /// nil: the whole tenant.
        let host: String?
    }

    /// What was admitted before is not called back, and an engine may stand still in between.
    private static let grace: Int64 = 20_000_000

    private var since: [Place: Int64] = [:]

    mutating func pause(_ tenant: TenantId, _ host: String?, at uptime: Int64) { since[Place(tenant: tenant, host: host)] = uptime }
    mutating func resume(_ tenant: TenantId, _ host: String?) { since[Place(tenant: tenant, host: host)] = nil }

    func forbids(_ tenant: TenantId, _ host: String, at uptime: Int64) -> Bool {
        [since[Place(tenant: tenant, host: nil)], since[Place(tenant: tenant, host: host)]]
            .contains { $0.map { uptime > $0 + Self.grace } ?? false }
    }
}
