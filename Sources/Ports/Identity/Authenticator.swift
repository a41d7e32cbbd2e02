public import Domain

/// Who makes a request. The tenant comes from the token and from nowhere else.
public struct Principal: Hashable, Sendable {
    public let tenant: TenantId
    /// The token's subject.
    public let subject: String

    public init(tenant: TenantId, subject: String) {
        self.tenant = tenant
        self.subject = subject
    }
}

/// Why a token is not accepted.
public enum AuthenticationError: String, Error, Sendable {
    /// It is not a token of the expected form.
    case malformed
    /// Its signature is not ours.
    case signature
    /// Its time has passed, or has not come.
    case expired
    /// It names no tenant, or not in the valid form.
    case tenant
}

public protocol Authenticator: Sendable {
    /// - Parameter token: what followed `Bearer ` in the `Authorization` header.
    func authenticate(bearer token: String) async throws(AuthenticationError) -> Principal
}

/// Digests by which the engine tells a repeated submission from a changed one.
public protocol Fingerprinter: Sendable {
    /// A keyed digest of `bytes`; the key is the tenant's own, and never changes.
    func fingerprint(_ bytes: [UInt8], tenant: TenantId) -> Fingerprint
}
