/// Why calls wait although they are due: an operator said so.
public struct Hold: Hashable, Sendable {
    public let since: Instant
    /// Who paused it.
    public let by: String
    public let reason: String

    public static let maxReasonBytes = 512

    public init(since: Instant, by: String, reason: String) {
        self.since = since
        self.by = by
        self.reason = reason
    }
}

/// What of a tenant's calls is paused (SC-12): one item a tenant. Calls that are held wait; they do not fail.
public struct Holds: Hashable, Sendable {
    /// The most targets that may be paused at one time.
    public static let limit = 1_000

    public let tenant: TenantId
    /// Counts its events from 1; 0 for a tenant that never paused anything.
    public internal(set) var version: Int64
    /// Set while all of the tenant's calls are held.
    public internal(set) var whole: Hold?
    /// By host, in lower case.
    public internal(set) var targets: [String: Hold]
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant

    public init(
        tenant: TenantId, version: Int64 = 0, whole: Hold? = nil, targets: [String: Hold] = [:], createdAt: Instant, updatedAt: Instant
    ) {
        self.tenant = tenant
        self.version = version
        self.whole = whole
        self.targets = targets
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Why calls to `host` are held, if they are.
    public func hold(on host: String) -> Hold? { whole ?? targets[host] }
}

public enum HoldCommand: Sendable {
    /// - Parameter host: in lower case.
    case pauseTarget(host: String, by: String, reason: String)
    case resumeTarget(host: String)
    case pauseTenant(by: String, reason: String)
    case resumeTenant

    var name: String {
        switch self {
        case .pauseTarget: "target.pause"
        case .resumeTarget: "target.resume"
        case .pauseTenant: "tenant.pause"
        case .resumeTenant: "tenant.resume"
        }
    }
}

public enum HoldEvent: Hashable, Sendable {
    case targetPaused(host: String, Hold)
    case targetResumed(host: String)
    case tenantPaused(Hold)
    case tenantResumed

    /// The raw value is the `<what>` of the event types `ledgerflow.target.<what>.v1` and `ledgerflow.tenant.<what>.v1`.
    public enum Kind: String, Sendable, CaseIterable { case paused, resumed }
}

extension Holds {
    static func decide(_ state: Holds?, _ command: HoldCommand, at now: Instant) throws(BookError) -> [HoldEvent] {
        let targets = state?.targets ?? [:]
        switch command {
        case .pauseTarget(let host, let by, let reason):
            guard targets[host] == nil else { return [] }
            guard targets.count < limit else { throw .tooManyItems(.holds, limit: limit) }
            return [.targetPaused(host: host, Hold(since: now, by: by, reason: reason))]
        case .resumeTarget(let host): return targets[host] == nil ? [] : [.targetResumed(host: host)]
        case .pauseTenant(let by, let reason):
            return state?.whole == nil ? [.tenantPaused(Hold(since: now, by: by, reason: reason))] : []
        case .resumeTenant: return state?.whole == nil ? [] : [.tenantResumed]
        }
    }

    static func evolve(_ state: Holds?, _ event: HoldEvent, tenant: TenantId, at now: Instant) -> Holds? {
        var holds = state ?? Holds(tenant: tenant, createdAt: now, updatedAt: now)
        holds.version += 1
        holds.updatedAt = max(now, holds.updatedAt)
        switch event {
        case .targetPaused(let host, let hold): holds.targets[host] = hold
        case .targetResumed(let host): holds.targets[host] = nil
        case .tenantPaused(let hold): holds.whole = hold
        case .tenantResumed: holds.whole = nil
        }
        return holds
    }

    var storedState: [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            if let whole { json.object("whole") { whole.write(into: &$0) } }
            json.object("targets") { json in
                for (host, hold) in targets.sorted(by: { $0.key < $1.key }) {
                    json.name(dynamic: host)
                    json.object { hold.write(into: &$0) }
                }
            }
            json.field("createdAt", createdAt.microseconds)
            json.field("updatedAt", updatedAt.microseconds)
        }
        return json.bytes
    }

    init?(tenant: TenantId, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let stored = members.object("targets"), let createdAt = members.instant("createdAt"),
            let updatedAt = members.instant("updatedAt")
        else { return nil }
        var targets: [String: Hold] = [:]
        for member in stored.members {
            guard case .object(let object) = member.value, let hold = Hold(StoredMembers(object)) else { return nil }
            targets[member.name] = hold
        }
        var whole: Hold?
        if let object = members.object("whole") {
            guard let hold = Hold(StoredMembers(object)) else { return nil }
            whole = hold
        }
        self.init(tenant: tenant, version: version, whole: whole, targets: targets, createdAt: createdAt, updatedAt: updatedAt)
    }
}

extension Hold {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("since", since.microseconds)
        json.field("by", by)
        json.field("reason", reason)
    }

    fileprivate init?(_ members: StoredMembers) {
        guard let since = members.instant("since"), let by = members.text("by"), let reason = members.text("reason") else { return nil }
        self.init(since: since, by: by, reason: reason)
    }
}
