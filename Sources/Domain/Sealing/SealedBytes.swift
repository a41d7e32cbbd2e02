/// Bytes that only the holder of the sealing keys can read, and nobody can change unnoticed: which key, what made the seal unlike any
/// other, the ciphertext and its tag. Only the sealer knows how they are laid out.
public struct SealedBytes: Hashable, Sendable {
    public let bytes: [UInt8]
    public init(bytes: [UInt8]) { self.bytes = bytes }
}

/// Whose bytes are sealed and what they are. It is bound into the seal: bytes that were moved to another tenant, record or field do not
/// open.
public struct SealContext: Hashable, Sendable {
    /// What the bytes are; the raw value is part of every seal and so never changes.
    public enum Field: String, Sendable, CaseIterable {
        /// Query, header fields and body of a request.
        case request
        /// The first bytes of an answer.
        case answer
        /// A secret that requests are signed with.
        case signingKey = "signing-key"
        /// The password of a source.
        case password
        /// What else is secret in the request to a source.
        case sourceSecrets = "source-secrets"
        /// A secret that a receiver of webhooks believes.
        case receiverSecret = "receiver-secret"
    }

    public let tenant: TenantId
    /// The record that holds the bytes.
    public let id: UniqueId
    public let field: Field

    public init(tenant: TenantId, id: UniqueId, field: Field) {
        self.tenant = tenant
        self.id = id
        self.field = field
    }

    /// For the payload of a call.
    public static func request(of call: ServiceCallId, tenant: TenantId) -> SealContext {
        SealContext(tenant: tenant, id: call.value, field: .request)
    }

    /// For the first bytes of the answers to a call.
    public static func answer(to call: ServiceCallId, tenant: TenantId) -> SealContext {
        SealContext(tenant: tenant, id: call.value, field: .answer)
    }

    /// What is bound into the seal: the tenant's bytes, a zero byte, the 16 bytes of the identifier, and the field's name. Never changes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(96)
        bytes.append(contentsOf: tenant.value.utf8)
        bytes.append(0)
        bytes.append(contentsOf: id.bytes)
        bytes.append(contentsOf: field.rawValue.utf8)
        return bytes
    }
}
