/// The keys that a tenant's calls are signed with (SC-10): one item a tenant.
public struct WebhookKeys: Hashable, Sendable {
    /// The most keys that a tenant may have, those that are about to expire included.
    public static let limit = 10
    /// How long an old key may go on signing next to a new one.
    public static let longestOverlap = TimeSpan.hours(24 * 90)

    public let tenant: TenantId
    /// Counts its events from 1; 0 for a tenant that never had a key.
    public internal(set) var version: Int64
    /// In the order in which they came.
    public internal(set) var keys: [WebhookKey]
    public let createdAt: Instant
    public internal(set) var updatedAt: Instant

    public init(tenant: TenantId, version: Int64 = 0, keys: [WebhookKey] = [], createdAt: Instant, updatedAt: Instant) {
        self.tenant = tenant
        self.version = version
        self.keys = keys
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Those that sign at `now`; the newest first, so that a receiver mostly needs one look.
    public func valid(at now: Instant) -> [WebhookKey] { keys.filter { !$0.hasExpired(at: now) }.reversed() }
}

public struct WebhookKey: Hashable, Sendable {
    /// Under which its secret is sealed (`SealContext.Field.signingKey`).
    public let id: UniqueId
    public let scheme: WebhookScheme
    /// Seals the secret as `WebhookSigningKey` reads and writes it; it leaves the engine but once, to who made it.
    public let sealed: SealedBytes
    /// What receivers verify with; nil when they share the secret.
    public let publicKey: String?
    public let createdAt: Instant
    /// From then on it signs no more; nil: it does not expire.
    public internal(set) var expiresAt: Instant?

    public init(
        id: UniqueId, scheme: WebhookScheme, sealed: SealedBytes, publicKey: String?, createdAt: Instant, expiresAt: Instant? = nil
    ) {
        self.id = id
        self.scheme = scheme
        self.sealed = sealed
        self.publicKey = publicKey
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    public func hasExpired(at now: Instant) -> Bool { expiresAt.map { $0 <= now } ?? false }

    /// The context under which its secret is sealed.
    public func context(in tenant: TenantId) -> SealContext { SealContext(tenant: tenant, id: id, field: .signingKey) }
}

public enum WebhookKeyCommand: Sendable {
    /// From now on signs with `key` too; the scheme's other keys expire after `overlap`.
    case add(WebhookKey, overlap: TimeSpan)
    case delete(UniqueId)

    var name: String {
        switch self {
        case .add: "add"
        case .delete: "delete"
        }
    }
}

public enum WebhookKeyEvent: Hashable, Sendable {
    case added(WebhookKey, othersExpireAt: Instant)
    case deleted(UniqueId)

    /// The raw value is the `<what>` of the event type `ledgerflow.webhook-key.<what>.v1`.
    public enum Kind: String, Sendable, CaseIterable { case added, deleted }

    public var kind: Kind {
        switch self {
        case .added: .added
        case .deleted: .deleted
        }
    }
}

extension WebhookKeys {
    static func decide(_ state: WebhookKeys?, _ command: WebhookKeyCommand, at now: Instant) throws(BookError) -> [WebhookKeyEvent] {
        let keys = state?.keys ?? []
        switch command {
        case .add(let key, let overlap):
            guard !keys.contains(where: { $0.id == key.id }) else { return [] }
            guard keys.count(where: { !$0.hasExpired(at: now) }) < limit else { throw .tooManyItems(.webhookKeys, limit: limit) }
            return [.added(key, othersExpireAt: now + min(max(overlap, .zero), longestOverlap))]
        case .delete(let id): return keys.contains { $0.id == id } ? [.deleted(id)] : []
        }
    }

    static func evolve(_ state: WebhookKeys?, _ event: WebhookKeyEvent, tenant: TenantId, at now: Instant) -> WebhookKeys? {
        var item = state ?? WebhookKeys(tenant: tenant, createdAt: now, updatedAt: now)
        item.version += 1
        item.updatedAt = max(now, item.updatedAt)
        switch event {
        case .added(let key, let end):
            // What has expired is of no more use.
            item.keys.removeAll { $0.hasExpired(at: now) }
            for index in item.keys.indices where item.keys[index].scheme == key.scheme {
                item.keys[index].expiresAt = min(item.keys[index].expiresAt ?? end, end)
            }
            item.keys.append(key)
        case .deleted(let id): item.keys.removeAll { $0.id == id }
        }
        return item
    }

    var storedState: [UInt8] {
        var json = JSONWriter(capacity: 256)
        json.object { json in
            json.array("keys") { json in
                for key in keys {
                    json.object { json in
                        json.field("id", key.id.description)
                        json.field("scheme", key.scheme.rawValue)
                        json.field("sealed", Base64.encodeURL(key.sealed.bytes))
                        json.field("publicKey", ifPresent: key.publicKey)
                        json.field("createdAt", key.createdAt.microseconds)
                        json.field("expiresAt", ifPresent: key.expiresAt?.microseconds)
                    }
                }
            }
            json.field("createdAt", createdAt.microseconds)
            json.field("updatedAt", updatedAt.microseconds)
        }
        return json.bytes
    }

    init?(tenant: TenantId, version: Int64, storedState state: [UInt8]) {
        guard let members = StoredMembers(state), let stored = members.objects("keys"), let createdAt = members.instant("createdAt"),
            let updatedAt = members.instant("updatedAt")
        else { return nil }
        var keys: [WebhookKey] = []
        for member in stored {
            guard let id = member.text("id").flatMap({ UniqueId($0) }),
                let scheme = member.text("scheme").flatMap(WebhookScheme.init(rawValue:)),
                let sealed = member.text("sealed").flatMap({ Base64.decodeURL($0) }), let createdAt = member.instant("createdAt")
            else { return nil }
            keys.append(
                WebhookKey(
                    id: id, scheme: scheme, sealed: SealedBytes(bytes: sealed), publicKey: member.text("publicKey"), createdAt: createdAt,
                    expiresAt: member.instant("expiresAt")))
        }
        self.init(tenant: tenant, version: version, keys: keys, createdAt: createdAt, updatedAt: updatedAt)
    }
}
